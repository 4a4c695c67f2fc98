"""Tables of what a scenario, or powersim itself, has names for."""

from __future__ import annotations

from collections.abc import Callable

from powersim.cli.console import Column, Table
from powersim.scenario.library import examples
from powersim.scenario.resolved import Scenario
from powersim.study.wording import interval, quantity, summary, who_controls
from powersim.world.params import MECHANISMS, SPEC

Rows = tuple[tuple[str, ...], ...]


def table(kind: str, scenario: Scenario | None) -> Table:
    """The table of one of KINDS."""
    columns, rows = _TABLES[kind](scenario)
    return Table(columns, rows)


def library() -> Table:
    """The scenarios that come with powersim."""
    columns = (
        Column("name"), Column("actors", right=True), Column("issues", right=True), Column("turns", right=True),
        Column("title", fold=True), Column("question", fold=True),
    )  # fmt: skip
    rows = ((e.name, str(e.actors), str(e.issues), str(e.turns), e.title, e.question) for e in examples())
    return Table(columns, tuple(rows))


def _parameters(scenario: Scenario | None) -> tuple[tuple[Column, ...], Rows]:
    values = {name: num.value for name, num in scenario.parameters.items()} if scenario is not None else {}
    columns = (
        Column("name"), Column("value", right=True), Column("range"), Column("unit", fold=True),
        Column("meaning", fold=True),
    )  # fmt: skip
    rows = tuple(
        (name, f"{values.get(name, spec.value):g}", interval(spec), spec.unit, spec.about)
        for name, spec in SPEC.items()
    )
    return columns, rows


def _mechanisms(scenario: Scenario | None) -> tuple[tuple[Column, ...], Rows]:
    states = scenario.mechanisms if scenario is not None else {}
    columns = (Column("name"), Column("state"), Column("meaning", fold=True))
    rows = (
        (name, "on" if states.get(name, True) else "off", spec.about) for name, spec in MECHANISMS.items()
    )
    return columns, tuple(rows)


def _outcomes(scenario: Scenario | None) -> tuple[tuple[Column, ...], Rows]:
    assert scenario is not None
    columns = (Column("name"), Column("quantity"), Column("summary"), Column("meaning", fold=True))
    rows = (
        (name, quantity(o), summary(o, scenario.calendar), o.title) for name, o in scenario.outcomes.items()
    )
    return columns, tuple(rows)


def _issues(scenario: Scenario | None) -> tuple[tuple[Column, ...], Rows]:
    assert scenario is not None
    columns = (
        Column("name"),
        Column("start", right=True),
        Column("control", fold=True),
        Column("meaning", fold=True),
    )
    rows = ((i.id, f"{i.start.value:g}", who_controls(i), i.title) for i in scenario.issues)
    return columns, tuple(rows)


def _actors(scenario: Scenario | None) -> tuple[tuple[Column, ...], Rows]:
    assert scenario is not None
    columns = (
        Column("code"),
        Column("power", right=True),
        Column("economy", right=True),
        Column("meaning", fold=True),
    )
    rows = ((a.code, f"{a.power.value:g}", f"{a.economy.value:g}", a.title) for a in scenario.actors)
    return columns, tuple(rows)


def _titled(of: str) -> Callable[[Scenario | None], tuple[tuple[Column, ...], Rows]]:
    def rows(scenario: Scenario | None) -> tuple[tuple[Column, ...], Rows]:
        found = getattr(scenario, of)
        return (Column("name"), Column("meaning", fold=True)), tuple(
            (name, each.title) for name, each in found.items()
        )

    return rows


def _events(scenario: Scenario | None) -> tuple[tuple[Column, ...], Rows]:
    assert scenario is not None
    label = scenario.calendar.label
    columns = (Column("name"), Column("date"), Column("meaning", fold=True))
    rows = (
        (e.id, label(e.turn) if e.turn >= 0 else f"{label(e.first)} to {label(e.last)}", e.title)
        for e in scenario.events
    )
    return columns, tuple(rows)


_TABLES: dict[str, Callable[[Scenario | None], tuple[tuple[Column, ...], Rows]]] = {
    "outcomes": _outcomes,
    "parameters": _parameters,
    "mechanisms": _mechanisms,
    "issues": _issues,
    "actors": _actors,
    "branches": _titled("branches"),
    "theories": _titled("theories"),
    "events": _events,
}
KINDS = tuple(_TABLES)
"""What can be listed."""
WITHOUT_FILE = ("parameters", "mechanisms")
"""What is known without a scenario."""
