"""Contradictions in what is said to have happened: things that are not there, and what no run can do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from powersim.scenario.calendar import Calendar
from powersim.scenario.check.facts import Facts, Finding, Listing, finding
from powersim.scenario.read.node import Path, dotted
from powersim.scenario.resolve.document import distribution
from powersim.scenario.schema.branch import Event, Forbid
from powersim.scenario.schema.evidence import FLOWS, LEVELS, EvidenceEntry, FactEntry
from powersim.scenario.schema.numbers import FixedUnit
from powersim.scenario.schema.scenario import Document

WORK_OF = {
    "war": "war", "event": "calendar", "deal": "exchange", "breach": "compliance", "strike": "programme_strike",
}  # fmt: skip
"""The mechanism without which a fact cannot be."""
EXACT = 1e-6
"""Sd below which a miss is none: its square would be lost beside those of paths."""


def evidence_contradictions(document: Document, facts: Facts) -> Iterator[Finding]:
    """All of them."""
    stated = document.evidence
    if stated is None:
        return
    if stated.paths is not None and not document.record:
        yield finding(("evidence", "paths"), "there are no coded paths", "paths", "a record", key=True)
    for issue in stated.errors:
        if issue not in document.record:
            yield finding(
                ("evidence", "errors", issue), "an issue without a coded path", issue,
                ", ".join(sorted(document.record)) or "none is coded", key=True,
            )  # fmt: skip
    yield from _exact(stated)
    what = _What(document, stated, facts)
    lists: list[tuple[Path, list[FactEntry]]] = [(("evidence", "events"), stated.events)]
    if stated.withheld is not None:
        lists.append((("evidence", "withheld", "events"), stated.withheld.events))
    for where, listed in lists:
        for index, fact in enumerate(listed):
            yield from _fact(what, (*where, index), fact)
    yield from _together(
        what, [((*where, k), fact) for where, listed in lists for k, fact in enumerate(listed)]
    )


@dataclass(frozen=True)
class _What:
    """What facts are held against, worked out once for all of them."""

    document: Document
    stated: EvidenceEntry
    facts: Facts

    @cached_property
    def calendar(self) -> Calendar:
        """The scenario's."""
        return self.document.calendar.calendar()

    @cached_property
    def events(self) -> dict[str, Event]:
        """Events by name."""
        return {event.id: event for event in reversed(self.document.events)}

    @cached_property
    def branch(self) -> str:
        """The branch that happened."""
        return self.stated.branch or next(iter(self.document.branches), "")

    @cached_property
    def forbidden(self) -> list[tuple[Forbid, int, int]]:
        """What that branch forbids, in which turns."""
        return list(_forbidden(self, self.branch, set()))

    @cached_property
    def over(self) -> dict[str, Listing[tuple[str, str, str]]]:
        """What a pair may fight over, or strike for."""
        return {"war": self.facts.over("dispute"), "strike": self.facts.over("strike")}

    @cached_property
    def issues(self) -> dict[tuple[str, ...], list[str]]:
        """The same by kind and pair."""
        found: dict[tuple[str, ...], list[str]] = {}
        for kind, table in self.over.items():
            for a, b, issue in table:
                found.setdefault((kind, a, b), []).append(issue)
        return found


def _fact(what: _What, at: Path, fact: FactEntry) -> Iterator[Finding]:
    kind, facts = fact.kind, what.facts
    thing = getattr(fact, kind)
    pairs = {"sanctions": facts.sanctions, "strike": facts.strikes}
    if kind in pairs and thing not in pairs[kind]:
        yield finding((*at, kind), f"no such {kind}", ", ".join(thing), facts.list_pairs(pairs[kind]))
    elif kind in ("war", "no_war") and not facts.fight(thing):
        yield finding(
            (*at, kind), "no dispute between these", " and ".join(thing), facts.list_pairs(facts.fronts)
        )
    elif kind in FLOWS and thing not in facts.flows:
        yield finding((*at, kind), "no such flow", " ".join(thing), facts.list_flows(thing[0]))
    elif kind == "event":
        yield from _event(what, at, fact)
    if fact.happened and kind != "no_war":
        yield from _barred(what, at, fact)
    if kind in LEVELS:
        yield from _level(what.document, at, fact)
    if kind in ("war", "strike"):
        found = what.issues.get((kind, *thing), [])
        if fact.over is not None and (*thing, fact.over) not in what.over[kind]:
            yield finding((*at, "over"), "not over this issue", fact.over, ", ".join(found))
        elif fact.over is None and len(found) > 1:
            yield finding((*at, kind), "which one?", ", ".join(found), "over: one of them")


def _event(what: _What, at: Path, fact: FactEntry) -> Iterator[Finding]:
    """An event that no run can have when it is said to have come, or that every run has though it did not come."""
    event = what.events.get(fact.event or "")
    if event is None:
        return
    if event.use != "exogenous":
        yield finding(
            (*at, "event"), "an observed event never happens in a run", event.id, "an exogenous event"
        )
        return
    first, last = _window(what.calendar, fact)
    if fact.happened:
        why = _never(what.calendar, event, first, last)
        if why:
            yield finding(
                (*at, "event"), f"impossible: {why}", event.id, "what a run can do; or happened: false"
            )
    elif event.date is not None and event.probability is None and event.after is None:
        turn = what.calendar.first(event.date)
        if turn <= last:
            yield finding(
                (*at, "happened"),
                "impossible: the event is certain to come",
                "false",
                f"true, on {event.date}",
            )


def _never(calendar: Calendar, event: Event, first: int, last: int) -> str:
    for key in ("probability", "hazard"):
        number = getattr(event, key)
        if number is not None and number.value == 0.0 and number.prior is None:
            return f"its {key} is 0"
    if event.date is not None:
        turn = calendar.first(event.date)
        return "" if first <= turn <= last else f"its date is {event.date}"
    opens = 0 if event.from_ is None else calendar.first(event.from_)
    closes = calendar.turns - 1 if event.to is None else calendar.last(event.to)
    return "" if opens <= last and first <= closes else "it cannot come then"


def _window(calendar: Calendar, fact: FactEntry) -> tuple[int, int]:
    once = fact.begins or fact.at
    first, last = once or fact.from_, once or fact.to
    return (
        0 if first is None else calendar.first(first),
        calendar.turns - 1 if last is None else calendar.last(last),
    )


def _exact(stated: EvidenceEntry) -> Iterator[Finding]:
    """Paths that a run would have to hit exactly: no run does, and the likelihood is no number."""
    if stated.paths is None:
        return
    of = stated.discrepancy
    least = of.value if of.prior is None else min(of.value, distribution(of.prior, of.value, of.bounds).least)
    if least >= EXACT:
        return
    errors: list[tuple[Path, FixedUnit]] = [(("evidence", "error"), stated.error)]
    errors += [(("evidence", "errors", issue), error) for issue, error in sorted(stated.errors.items())]
    for at, error in errors:
        if error.value < EXACT:
            without = (
                "neither error nor discrepancy"
                if of.prior is None
                else "no error and a discrepancy that may be 0"
            )
            yield finding(
                at, f"paths with {without} would have to be hit exactly", f"{error.value:g}",
                f"a number from {EXACT:g} to 1, here or as the least discrepancy", example="error: 0.1",
            )  # fmt: skip


def _level(document: Document, at: Path, fact: FactEntry) -> Iterator[Finding]:
    """Levels beyond the scale, and those that every run is above."""
    assert fact.above is not None
    bounded = fact.know_how is None or document.goods[fact.know_how[1]].kind == "know_how"
    value, allowed = fact.above.value, "a number above 0" + (" and at most 1" if bounded else "")
    if value <= 0.0 or (bounded and value > 1.0):
        yield finding((*at, "above"), "off the scale", f"{value:g}", allowed, example="above: 0.5")


def _barred(what: _What, at: Path, fact: FactEntry) -> Iterator[Finding]:
    """What the branch that happened forbids throughout, or whose mechanism is switched off."""
    document, kind = what.document, fact.kind
    first, last = _window(what.calendar, fact)
    for forbid, since, until in what.forbidden:
        if _bars(forbid, fact) and since <= first and last <= until:
            yield finding(
                (*at, kind), f"impossible: {what.branch}, the branch that happened, forbids it", _thing(fact),
                "another branch; or happened: false", example="happened: false",
            )  # fmt: skip
            return
    work = WORK_OF.get(kind, "")
    switches = [
        document.mechanisms.get(work),
        *(one.mechanisms.get(work) for one in document.theories.values()),
    ]
    if switches[0] is False and True not in switches:
        yield finding(
            (*at, kind), f"impossible: the mechanism {work} is off", _thing(fact), f"{work}: on; or happened: false",
            example="happened: false",
        )  # fmt: skip


def _forbidden(what: _What, branch: str, seen: set[str]) -> Iterator[tuple[Forbid, int, int]]:
    """What a branch, or one that it is like, forbids, in which turns."""
    calendar, entry = what.calendar, what.document.branches.get(branch)
    if entry is None or branch in seen:
        return
    seen.add(branch)
    for action in entry.do:
        if action.forbid is not None:
            yield (
                action.forbid,
                0 if action.from_ is None else calendar.first(action.from_),
                calendar.turns - 1 if action.to is None else calendar.last(action.to),
            )
    for like in entry.like:
        yield from _forbidden(what, like, seen)


def _bars(forbid: Forbid, fact: FactEntry) -> bool:
    if fact.war is not None:
        return forbid.war is not None and set(forbid.war) == set(fact.war)
    return (fact.event is not None and forbid.event == fact.event) or (
        fact.delivered is not None and forbid.flow == fact.delivered
    )


class _Said(NamedTuple):
    """A fact in turns first..last, with what it is about whether it says that it happened or not."""

    at: Path
    fact: FactEntry
    about: tuple[object, ...]
    happened: bool
    turns: tuple[int, int]
    rest: tuple[str | None, float | None]
    """Over which issue, above which level."""

    def denies(self, other: _Said) -> bool:
        """Whether both cannot be: this says that something did not happen in turns that the other's all lie in.

        A level that did not always hold is denied by one that always did, in turns that hold those of this.
        """
        if self.happened or not other.happened:
            return False
        (over, level), (first, last), (since, until) = self.rest, self.turns, other.turns
        if over not in (None, other.rest[0]):
            return False
        if level is not None and other.rest[1] is not None:
            return since <= first and last <= until and level <= other.rest[1]
        return first <= since and until <= last


def _together(what: _What, listed: list[tuple[Path, FactEntry]]) -> Iterator[Finding]:
    """Facts that say the same twice, or that cannot all be."""
    said = sorted((_said(what, at, fact) for at, fact in listed), key=lambda one: repr(one.about))
    for _, alike in groupby(said, key=lambda one: one.about):
        some = list(alike)
        for place, one in enumerate(some):
            for other in some[:place]:
                yield from _both(one, other)


def _both(one: _Said, other: _Said) -> Iterator[Finding]:
    """What is wrong with two facts about the same."""
    if one.rest == other.rest and one.happened == other.happened and one.turns == other.turns:
        yield finding(one.at, f"{dotted(other.at)} says the same", _thing(one.fact), "each fact once")
    elif one.denies(other) or other.denies(one):
        yield finding(
            (*one.at, one.fact.kind), f"impossible: {dotted(other.at)} says the opposite of the same dates",
            _thing(one.fact), "one of them, or other dates",
            example="{no_war: [RUS, GEO], to: 2008Q2, source: EU report}",
        )  # fmt: skip
    elif (
        one.fact.event is not None
        and one.happened
        and other.happened
        and (one.turns[1] < other.turns[0] or other.turns[1] < one.turns[0])
    ):
        yield finding(
            (*one.at, "event"),
            f"impossible: {dotted(other.at)} says that it came at another date; it comes at most once",
            one.fact.event, "one date", example="at: 2010Q1",
        )  # fmt: skip


def _said(what: _What, at: Path, fact: FactEntry) -> _Said:
    thing = getattr(fact, fact.kind)
    war = fact.kind in ("war", "no_war")
    about = ("war", tuple(sorted(thing))) if war else (fact.kind, thing)
    level = None if fact.above is None else fact.above.value
    return _Said(
        at,
        fact,
        about,
        fact.happened and fact.kind != "no_war",
        _window(what.calendar, fact),
        (fact.over, level),
    )


def _thing(fact: FactEntry) -> str:
    thing = getattr(fact, fact.kind)
    return thing if isinstance(thing, str) else ", ".join(thing)
