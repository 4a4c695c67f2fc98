"""Contradictions in what is said to have happened: things that are not there, and what no run can do."""

from __future__ import annotations

from collections.abc import Iterator

from powersim.scenario.check.facts import Facts, Finding, Listing, finding
from powersim.scenario.read.node import Path
from powersim.scenario.schema.branch import Event
from powersim.scenario.schema.evidence import FLOWS, FactEntry
from powersim.scenario.schema.scenario import Document


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
    lists: list[tuple[Path, list[FactEntry]]] = [(("evidence", "events"), stated.events)]
    if stated.withheld is not None:
        lists.append((("evidence", "withheld", "events"), stated.withheld.events))
    for where, listed in lists:
        for index, fact in enumerate(listed):
            yield from _fact(document, facts, (*where, index), fact)


def _fact(document: Document, facts: Facts, at: Path, fact: FactEntry) -> Iterator[Finding]:
    kind = fact.kind
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
        yield from _event(document, at, fact)
    if kind in ("war", "strike"):
        table: Listing[tuple[str, str, str]] = facts.over("dispute" if kind == "war" else "strike")
        found = [issue for a, b, issue in table if (a, b) == thing]
        if fact.over is not None and (*thing, fact.over) not in table:
            yield finding((*at, "over"), "not over this issue", fact.over, ", ".join(found))
        elif fact.over is None and len(found) > 1:
            yield finding((*at, kind), "which one?", ", ".join(found), "over: one of them")


def _event(document: Document, at: Path, fact: FactEntry) -> Iterator[Finding]:
    """An event that no run can have when it is said to have come, or that every run has though it did not come."""
    event = next((e for e in document.events if e.id == fact.event), None)
    if event is None:
        return
    if event.use != "exogenous":
        yield finding(
            (*at, "event"), "an observed event never happens in a run", event.id, "an exogenous event"
        )
        return
    first, last = _window(document, fact)
    if fact.happened:
        why = _never(document, event, first, last)
        if why:
            yield finding(
                (*at, "event"), f"impossible: {why}", event.id, "what a run can do; or happened: false"
            )
    elif event.date is not None and event.probability is None and event.after is None:
        turn = document.calendar.calendar().first(event.date)
        if turn <= last:
            yield finding(
                (*at, "happened"),
                "impossible: the event is certain to come",
                "false",
                f"true, on {event.date}",
            )


def _never(document: Document, event: Event, first: int, last: int) -> str:
    calendar = document.calendar.calendar()
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


def _window(document: Document, fact: FactEntry) -> tuple[int, int]:
    calendar = document.calendar.calendar()
    once = fact.begins or fact.at
    first, last = once or fact.from_, once or fact.to
    return (
        0 if first is None else calendar.first(first),
        calendar.turns - 1 if last is None else calendar.last(last),
    )
