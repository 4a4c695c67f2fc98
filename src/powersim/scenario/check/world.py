"""What a schema cannot say: parts of a scenario that are each well formed and contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from powersim.scenario.calendar import parse_date
from powersim.scenario.check.evidence import evidence_contradictions
from powersim.scenario.check.facts import Facts, Finding, circular, finding
from powersim.scenario.check.size import sizes
from powersim.scenario.check.study import laid_down, study_contradictions
from powersim.scenario.read.node import Path
from powersim.scenario.read.source import MOST_PROBLEMS
from powersim.scenario.schema.scenario import Document


@dataclass(frozen=True)
class Report:
    """What was found, and whether everything was looked at: nothing is where groups cannot be written out."""

    findings: list[Finding]
    complete: bool


def contradictions(document: Document, facts: Facts) -> Report:
    """Contradictions, each at the place of one of its sides."""
    found = [*_groups(document, facts)]
    if not found:  # everything below needs groups expanded
        found = [*sizes(document, facts)]
    if found:
        return Report(found, complete=False)
    checks = (_issues, _interests, _lists, _pairs, _events, study_contradictions, evidence_contradictions)
    everything = (item for check in checks for item in check(document, facts))
    return Report(list(islice(everything, MOST_PROBLEMS)), complete=True)


def _groups(document: Document, facts: Facts) -> Iterator[Finding]:
    for name in document.groups:
        if name in document.actors:
            yield finding(("groups", name), "an actor has this name already", name, "another name", key=True)
    for name in facts.circular_groups():
        yield finding(
            ("groups", name),
            "a group that contains itself",
            name,
            "actors, and groups without circles",
            key=True,
        )


def _issues(document: Document, facts: Facts) -> Iterator[Finding]:
    shown: dict[tuple[str, ...], str] = {}
    for name, issue in document.issues.items():
        at: Path = ("issues", name)
        if issue.know_how is not None and document.goods[issue.know_how.good].kind != "know_how":
            yield finding(
                (*at, "know_how", "good"),
                "a programme is speeded by know-how",
                issue.know_how.good,
                facts.goods_of("know_how"),
            )
        for index, effect in enumerate(issue.effects):
            pair = effect.guarantee or effect.threat or effect.reach or effect.trade or effect.shift
            if pair is not None and not facts.pairs([pair[0]], [pair[1]]):
                yield finding(
                    (*at, "effects", index, effect.kind),
                    "an effect needs two different actors",
                    " and ".join(pair),
                )
            if effect.embargo is not None:
                yield from _embargo(
                    facts,
                    effect.embargo.good,
                    effect.embargo.from_,
                    effect.embargo.to,
                    (*at, "effects", index, "embargo"),
                )
        if issue.binds is None:
            continue
        yield from _binding(document, facts, name)
        for thing in facts.shown_by(name):
            if shown.setdefault(thing, name) != name:
                yield finding(
                    (*at, "binds"), f"{' '.join(thing)} is shown by {shown[thing]} already", key=True
                )


def _embargo(
    facts: Facts, goods: Iterable[str], givers: list[str], takers: list[str], at: Path
) -> Iterator[Finding]:
    for good in goods:
        if not any((good, a, b) in facts.flows for a, b in facts.pairs(givers, takers)):
            yield finding(at, f"no flow of {good} that this could stop", good, facts.list_flows(), key=True)


def _binding(document: Document, facts: Facts, name: str) -> Iterator[Finding]:
    binds = document.issues[name].binds
    assert binds is not None
    at: Path = ("issues", name, "binds", binds.kind)
    flow = binds.flow or binds.know_how
    if flow is not None:
        yield from no_flow(facts, flow, at)
        kind = "rival" if binds.flow is not None else "know_how"
        if document.goods[flow[0]].kind != kind:
            other = "know_how" if kind == "rival" else "flow"
            yield finding(
                at,
                f"{flow[0]} is no good of kind {kind}",
                flow[0],
                f"{facts.goods_of(kind)}; or binds: {{{other}: ...}}",
            )
    elif binds.sanctions is not None:
        for sender in facts.expand(binds.by or []):
            if (sender, binds.sanctions) not in facts.sanctions:
                yield finding(
                    ("issues", name, "binds", "by"),
                    f"{sender} has no sanctions on {binds.sanctions}",
                    sender,
                    facts.list_pairs(facts.sanctions),
                )
    elif binds.front is not None:
        if (name, *binds.front) not in facts.fights:
            yield finding(
                at,
                "no dispute over this front",
                " against ".join(binds.front),
                f"an entry under disputes with issue: {name}",
            )
    elif binds.strike is not None and binds.strike not in facts.strikes:
        yield finding(at, "no such strike", " on ".join(binds.strike), "an entry under strikes")


def no_flow(facts: Facts, flow: tuple[str, str, str], at: Path) -> Iterator[Finding]:
    """A flow that goods do not allow."""
    if flow not in facts.flows:
        yield finding(
            at,
            "no such flow: goods say who may supply whom",
            f"{flow[0]} from {flow[1]} to {flow[2]}",
            facts.list_flows(flow[0]) or "a flow under goods",
        )


def _interests(document: Document, facts: Facts) -> Iterator[Finding]:
    for name, issue in document.issues.items():
        for party, other in facts.ambiguous({party: repr(value) for party, value in issue.interests.items()}):
            yield finding(
                ("issues", name, "interests", party),
                f"{other} gives an actor of {party} another interest",
                party,
                "one group per actor, or the actor itself",
                key=True,
            )
    for path, text in facts.expressions():
        for a, b in facts.wars_named(text):
            if not facts.fight((a, b)):
                yield finding(
                    path, "at_war without a dispute", f"at_war({a}, {b})", facts.list_pairs(facts.fronts)
                )


def _lists(document: Document, facts: Facts) -> Iterator[Finding]:
    for good, value in document.goods.items():
        for giver, takers in value.flows.items():
            if facts.expand(takers) == [giver]:
                yield finding(("goods", good, "flows", giver), "a flow to itself", giver, "another actor")
    yield from _twice("sanctions", facts.sanctions_listed, "sanctions of {} on {} are listed twice")
    for index, entry in enumerate(document.sanctions):
        for party in entry.start:
            if not set(facts.expand([party])) <= set(facts.expand(entry.on)):
                yield finding(
                    ("sanctions", index, "start", party),
                    "not among those sanctioned",
                    party,
                    ", ".join(entry.on),
                    key=True,
                )
        if not facts.pairs(entry.by, entry.on):
            yield finding(
                ("sanctions", index, "on"),
                "nobody sanctions itself",
                ", ".join(entry.on),
                "another actor",
                key=True,
            )
        for party, other in facts.ambiguous({party: repr(number) for party, number in entry.start.items()}):
            yield finding(
                ("sanctions", index, "start", party),
                f"{other} gives an actor of {party} another start",
                key=True,
            )
    yield from _twice("pledges", facts.pledges_listed, "the pledge of {} to {} is listed twice")
    for index, dispute in enumerate(document.disputes):
        binds = document.issues[dispute.issue].binds
        if binds is None or binds.front is None:
            yield finding(
                ("disputes", index, "issue"),
                "a dispute is over a front: an issue with binds: {front: [A, B]}",
                dispute.issue,
                facts.list_issues("front"),
            )
    yield from _twice(
        "disputes",
        [(i, (d.challenger, d.target, d.issue)) for i, d in enumerate(document.disputes)],
        "{} against {} over {} is listed twice",
    )
    for index, strike in enumerate(document.strikes):
        if document.issues[strike.programme].control is None:
            yield finding(
                ("strikes", index, "programme"),
                "a programme is a lever",
                strike.programme,
                facts.list_issues("lever"),
            )
    yield from _twice(
        "strikes",
        [(i, (s.by, s.on, s.programme)) for i, s in enumerate(document.strikes)],
        "the strike of {} on {} because of {} is listed twice",
    )
    yield from _twice(
        "proxies",
        [(i, (x.by, x.on, x.issue)) for i, x in enumerate(document.proxies)],
        "proxies of {} against {} over {} are listed twice",
    )


def _twice(section: str, listed: Iterable[tuple[int, tuple[str, ...]]], message: str) -> Iterator[Finding]:
    seen: set[tuple[str, ...]] = set()
    for index, things in listed:
        if things in seen:
            yield finding((section, index), message.format(*things), key=True)
        seen.add(things)


def _pairs(document: Document, facts: Facts) -> Iterator[Finding]:
    tables: tuple[tuple[Path, dict[str, str], str], ...] = (
        (("alignment",), {k: repr(v) for k, v in document.alignment.items()}, "-"),
        (("beliefs", "resolve"), {k: repr(v) for k, v in document.beliefs.resolve.items()}, ">"),
        (("beliefs", "trust"), {k: repr(v) for k, v in document.beliefs.trust.items()}, ">"),
        (("trade",), {k: repr(v) for k, v in document.trade.items()}, ">"),
        (("reach",), {k: repr(v) for k, v in document.reach.items()}, ">"),
    )
    for at, table, sign in tables:
        for key, other in facts.ambiguous_pairs(table, sign):
            yield finding(
                (*at, key),
                f"{other} gives the same pair another number",
                key,
                "one entry per pair of groups, or the two actors themselves",
                key=True,
            )


def _events(document: Document, facts: Facts) -> Iterator[Finding]:
    yield from _twice(
        "events", [(i, (event.id,)) for i, event in enumerate(document.events)], "event {} is listed twice"
    )
    waits = circular({event.id: [event.after] if event.after else [] for event in document.events})
    for index, event in enumerate(document.events):
        if event.id in waits:
            yield finding(("events", index, "after"), "events that wait for each other", event.after or "")
        if event.from_ and event.to and parse_date(event.to).last < parse_date(event.from_).first:
            yield finding(
                ("events", index, "to"), "ends before it begins", event.to, f"a date after {event.from_}"
            )
        at: Path = ("events", index)
        yield from laid_down(document, facts, at, {"sanctions": event.sanctions}, {"holds": event.holds})
        for verb in ("shift", "set"):
            for name in getattr(event, verb):
                issue = document.issues[name]
                if issue.binds is not None and issue.binds.front is None:
                    yield finding(
                        ("events", index, verb, name),
                        "a reading shows what the world holds; change that",
                        name,
                        facts.list_issues("lever", "front"),
                        key=True,
                    )
        for party, other in facts.ambiguous(
            {party: repr(number) for party, number in event.engagers.items()}
        ):
            yield finding(
                ("events", index, "engagers", party), f"{other} sets an actor of {party} otherwise", key=True
            )
