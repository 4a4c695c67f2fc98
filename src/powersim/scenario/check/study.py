"""Contradictions in what a study asks: branches, theories, parameters, priors, outcomes, hypotheses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from powersim.scenario.calendar import parse_date
from powersim.scenario.check.facts import Facts, Finding, Listing, circular, finding, settled
from powersim.scenario.check.hypothesis import hypothesis_contradictions
from powersim.scenario.read.node import Path
from powersim.scenario.schema.branch import EXAMPLE, MOST_PARTIES, Action, Leg
from powersim.scenario.schema.numbers import Number
from powersim.scenario.schema.scenario import Document, OutcomeEntry
from powersim.world.params import SPEC, ParameterSpec
from powersim.world.quantities import OVER, QUANTITIES, Argument

DEPTH = 12


def study_contradictions(document: Document, facts: Facts) -> Iterator[Finding]:
    """All of them."""
    yield from _parameters(document)
    yield from _alike(document)
    yield from _branches(document, facts)
    yield from _outcomes(document, facts)
    yield from hypothesis_contradictions(document)


def _parameters(document: Document) -> Iterator[Finding]:
    for name, number in document.parameters.items():
        if name in SPEC:
            yield from _in_range(("parameters", name), SPEC[name], number)
    for theory, patch in document.theories.items():
        for name, number in patch.set.items():
            if name in SPEC:
                yield from _in_range(("theories", theory, "set", name), SPEC[name], number)


def _alike(document: Document) -> Iterator[Finding]:
    """Names that differ in `_` and `-` alone: readers, figures and files of figures would take them for one."""
    for kind in ("branches", "theories", "outcomes"):
        seen: dict[str, str] = {}
        for name in getattr(document, kind):
            plain = "_".join(part for part in name.replace("-", "_").split("_") if part)
            if seen.setdefault(plain, name) != name:
                yield finding(
                    (kind, name),
                    f"reads like {seen[plain]}: figures and their files make no difference between _ and -",
                    name,
                    "another name",
                    key=True,
                )


def _in_range(at: Path, spec: ParameterSpec, number: Number) -> Iterator[Finding]:
    allowed = (
        f"{'a whole number' if spec.whole else 'a number'} from {spec.low:g} to {spec.high:g} ({spec.unit})"
    )
    value = number.value
    if not spec.low <= value <= spec.high or (spec.whole and value != int(value)):
        yield finding((*at, "value"), "", f"{value:g}", allowed)
    prior = number.prior
    if prior is None or prior.normal is not None or prior.spread is not None:
        return  # cut off at the range
    support = [0.0, 1.0] if prior.beta is not None else prior.arguments()
    for end in support:
        if not spec.low <= end <= spec.high:
            yield finding(
                (*at, "prior", prior.given()[0]),
                "the prior leaves the parameter's range",
                f"{end:g}",
                allowed,
                key=True,
            )
            return


def _branches(document: Document, facts: Facts) -> Iterator[Finding]:
    graph = {name: one.like for name, one in document.branches.items()}
    circles = circular(graph)
    length: dict[str, int] = {}
    for name in settled(graph):
        length[name] = 1 + max((length[like] for like in graph[name]), default=0)
    for name, branch in document.branches.items():
        at: Path = ("branches", name)
        if name in circles:
            yield finding(
                (*at, "like"),
                "branches that are like each other in a circle",
                ", ".join(branch.like),
                "another branch",
            )
        elif length.get(name, 0) > DEPTH:
            yield finding(
                (*at, "like"), "too long a chain of branches", f"more than {DEPTH}", f"at most {DEPTH}"
            )
        offers = [index for index, action in enumerate(branch.do) if action.offer is not None]
        for index in offers[1:]:
            yield finding((*at, "do", index, "offer"), "one offer per branch", key=True)
        for index, action in enumerate(branch.do):
            yield from _action(document, facts, (*at, "do", index), name, action)


def _action(document: Document, facts: Facts, at: Path, branch: str, action: Action) -> Iterator[Finding]:
    for verb, names in (
        ("set", list(action.set or {})),
        ("hold", action.hold or []),
        ("path", list(action.path or {})),
    ):
        for index, issue in enumerate(names):
            place: Path = (*at, verb, index) if verb == "hold" else (*at, verb, issue)
            yield from _not_a_lever(
                document, facts, place, issue, key=verb != "hold", sanctions=verb == "hold"
            )
    for issue, path in (action.path or {}).items():
        first: dict[int, str] = {}
        for date in path:
            turn = document.calendar.calendar().first(date)
            if first.setdefault(turn, date) != date:
                yield finding(
                    (*at, "path", issue, date),
                    f"the same turn as {first[turn]}",
                    date,
                    "one position per turn",
                    key=True,
                )
    since = action.from_ or action.date
    if since and action.to and parse_date(action.to).last < parse_date(since).first:
        yield finding((*at, "to"), "ends before it begins", action.to, f"a date after {since}")
    pairs = {"sanctions": action.sanctions or {}, "pledge": action.pledge or {}}
    yield from laid_down(document, facts, at, pairs, {"stock": action.stock or {}})
    yield from _forbid(document, facts, at, action)
    if action.offer is not None:
        yield from _offer(document, facts, at, branch, action)


def laid_down(
    document: Document,
    facts: Facts,
    at: Path,
    pairs: Mapping[str, Mapping[str, Number]],
    held: Mapping[str, Mapping[str, Mapping[str, Number]]],
) -> Iterator[Finding]:
    """What a branch or an event puts in place: by key, sanctions or pledges of pairs, and stocks by actor and good."""
    for verb, table in pairs.items():
        known = facts.pledges if verb == "pledge" else facts.sanctions
        for key in table:
            found = facts.directed(key)
            missing = [pair for pair in found if pair not in known]
            if missing or not found:
                yield finding(
                    (*at, verb, key),
                    f"no such {verb}",
                    ">".join(missing[0]) if missing else key,
                    facts.list_pairs(known) + f"; written {verb}: {EXAMPLE[verb]}",
                    key=True,
                )
        for key, other in facts.ambiguous_pairs({k: repr(v) for k, v in table.items()}, ">"):
            message = f"{other} gives the same pair another number"
            yield finding((*at, verb, key), message, key, "one number a pair", key=True)
    for verb, holdings in held.items():
        for actor, goods in holdings.items():
            for good, number in goods.items():
                if document.goods[good].kind == "know_how" and number.value > 1.0:
                    place, allowed = (*at, verb, actor, good), "a number from 0 to 1"
                    yield finding(place, "a level of know-how", f"{number.value:g}", allowed)


def _not_a_lever(
    document: Document, facts: Facts, at: Path, issue: str, *, key: bool = True, sanctions: bool = False
) -> Iterator[Finding]:
    binds = document.issues[issue].binds
    if binds is None or (sanctions and binds.sanctions is not None):
        return
    hint = "; a reading follows the world: forbid a flow, sanctions or war instead"
    yield finding(
        at,
        f"{issue} is a reading that shows a {binds.kind}",
        issue,
        facts.list_issues("lever")[:200] + hint,
        key=key,
    )


def _forbid(document: Document, facts: Facts, at: Path, action: Action) -> Iterator[Finding]:
    forbid = action.forbid
    if forbid is None:
        return
    if forbid.event is not None and (action.from_ or action.to):
        yield finding(
            (*at, "from" if action.from_ else "to"),
            "an event is forbidden altogether",
            "a date",
            "no from, no to",
            key=True,
        )
    if forbid.flow is not None and forbid.flow not in facts.flows:
        yield finding(
            (*at, "forbid", "flow"), "no such flow", " ".join(forbid.flow), facts.list_flows(forbid.flow[0])
        )
    if forbid.sanctions is not None:
        for pair in facts.pairs(forbid.sanctions.by, forbid.sanctions.on):
            if pair not in facts.sanctions:
                yield finding(
                    (*at, "forbid", "sanctions"),
                    "no such sanctions",
                    " on ".join(pair),
                    facts.list_pairs(facts.sanctions),
                )
    for verb, issues in (("raise", forbid.raise_ or []), ("lower", forbid.lower or [])):
        for index, issue in enumerate(issues):
            yield from _not_a_lever(
                document, facts, (*at, "forbid", verb, index), issue, key=False, sanctions=True
            )
    if forbid.pledge is not None and forbid.pledge not in facts.pledges:
        yield finding(
            (*at, "forbid", "pledge"),
            "no such pledge",
            " to ".join(forbid.pledge),
            facts.list_pairs(facts.pledges),
        )
    if forbid.war is not None and not facts.fight(forbid.war):
        yield finding(
            (*at, "forbid", "war"),
            "no dispute between these",
            " and ".join(forbid.war),
            facts.list_pairs(facts.fronts),
        )


def _offer(document: Document, facts: Facts, at: Path, branch: str, action: Action) -> Iterator[Finding]:
    for index, leg in enumerate(action.offer or []):
        yield from _leg(document, facts, (*at, "offer", index, leg.kind), leg)
    for key in ("if_refused", "if_accepted"):
        name = getattr(action, key)
        if name is None:
            continue
        if name == branch:
            yield finding((*at, key), "a branch cannot follow itself", name, "another branch")
        elif any(step.offer for step in document.branches[name].do):
            yield finding((*at, key), "a branch with an offer of its own", name, "a branch without an offer")
    if action.parties is None and not 2 <= len(offer_parties(document, facts, action)) <= MOST_PARTIES:
        yield finding(
            (*at, "offer"),
            "who makes this deal?",
            ", ".join(offer_parties(document, facts, action)) or "nobody",
            f"parties: two to {MOST_PARTIES} actors",
            key=True,
        )


def _leg(document: Document, facts: Facts, at: Path, leg: Leg) -> Iterator[Finding]:
    issue, flow = leg.move or leg.refrain, leg.give or leg.freeze
    if issue is not None and document.issues[issue].weighted is not None:
        yield finding(
            at,
            f"{issue} is a mean of positions: nobody can offer it whole",
            issue,
            facts.list_issues("lever"),
        )
    elif issue is not None:
        yield from _not_a_lever(document, facts, at, issue, key=False)
    elif flow is not None and flow not in facts.flows:
        yield finding(at, "no such flow", " ".join(flow), facts.list_flows(flow[0]))
    elif leg.relief is not None and leg.relief not in facts.sanctions:
        yield finding(at, "no such sanctions", " on ".join(leg.relief), facts.list_pairs(facts.sanctions))
    elif leg.pledge is not None and leg.pledge not in facts.pledges:
        yield finding(at, "no such pledge", " to ".join(leg.pledge), facts.list_pairs(facts.pledges))


def offer_parties(document: Document, facts: Facts, action: Action) -> list[str]:
    """Who must gain by an offer: those named, else everybody who controls or gives a leg, and who receives a good."""
    if action.parties is not None:
        return sorted(action.parties)
    parties: set[str] = set()
    for leg in action.offer or []:
        issue = leg.move or leg.refrain
        control = document.issues[issue].control if issue is not None else None
        if control is not None:
            parties |= set(facts.expand([*control.raise_.members, *control.lower.members]))
        parties |= set((leg.give or ("", "", ""))[1:]) | set((leg.freeze or ("", ""))[1:2])
        parties |= set(leg.relief or ()) | set(leg.pledge or ())
    return sorted(parties - {""})


def _outcomes(document: Document, facts: Facts) -> Iterator[Finding]:
    known: dict[Argument, Listing[tuple[str, str]]] = {
        "sanctions": facts.sanctions, "pledge": facts.pledges, "strike": facts.strikes, "proxy": facts.proxies,
    }  # fmt: skip
    for name, outcome in document.outcomes.items():
        kind = QUANTITIES[outcome.of.kind]
        at: Path = ("outcomes", name, "of", kind.name)
        thing = getattr(outcome.of, kind.name)
        if kind.of in known and thing not in known[kind.of]:
            yield finding(at, f"no such {kind.name}", ", ".join(thing), facts.list_pairs(known[kind.of]))
        if kind.of == "dispute" and not facts.fight(thing):
            yield finding(at, "no dispute between these", " and ".join(thing), facts.list_pairs(facts.fronts))
        if kind.name in OVER:
            yield from _which(facts, at, outcome)
        if kind.of == "flow" and thing not in facts.flows:
            yield finding(
                at, "no such flow", " ".join(thing), facts.list_flows(thing[0]) or "a flow under goods"
            )
        if kind.of == "event" and not any(e.id == thing and e.use == "exogenous" for e in document.events):
            yield finding(at, "an observed event never happens in a run", thing, "an exogenous event")


def _which(facts: Facts, at: Path, outcome: OutcomeEntry) -> Iterator[Finding]:
    """Where a pair has several disputes, strikes or proxies, `over` says which one is meant."""
    kind, over = outcome.of.kind, outcome.of.over
    pair: tuple[str, str] = getattr(outcome.of, kind)
    table = facts.over(QUANTITIES[kind].of)
    if over is not None and (*pair, over) not in table:
        yield finding(at, "not over this issue", over, "an issue of such a dispute or proxy")
    found = [issue for a, b, issue in table if (a, b) == pair]
    if over is None and len(found) > 1:
        listed = ", ".join(found)
        yield finding(at, "which one?", listed, f"over: one of {listed}")
