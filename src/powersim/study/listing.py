"""Tables of what a scenario, or powersim itself, has names for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from powersim.errors import PowersimError
from powersim.run.opened import Source, open_source, unknown_name
from powersim.scenario.load import Overrides
from powersim.scenario.resolved import Scenario
from powersim.study import shown
from powersim.study.wording import interval, quantity, summary, who_controls
from powersim.world.params import MECHANISMS, SPEC

if TYPE_CHECKING:
    import pandas as pd

Rows = Iterable[tuple[str, ...]]


@dataclass(frozen=True, repr=False)
class Listing:
    """Names of a kind with what is to be known of them, a row each."""

    kind: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def table(self) -> pd.DataFrame:
        """The same as a DataFrame of texts."""
        import pandas as pd

        return pd.DataFrame(self.rows, columns=list(self.columns))

    def __repr__(self) -> str:
        return shown.block(f"<Listing: {len(self.rows)} {self.kind}>", ["  ".join(row) for row in self.rows])

    def _repr_html_(self) -> str:
        return shown.page(self.kind, [], self.columns, self.rows)


def names(kind: str, source: Source | None = None, overrides: Overrides | None = None) -> Listing:
    """What is called a kind of thing: one of `KINDS`, of a scenario; parameters and mechanisms also without one."""
    if kind not in KINDS:
        raise PowersimError(unknown_name(kind, KINDS, "kind"))
    if source is not None:
        columns, rows = _OF_SCENARIO[kind](open_source(source, overrides).scenario)
    elif kind in _OF_POWERSIM:
        columns, rows = _OF_POWERSIM[kind]()
    else:
        raise PowersimError(f"list {kind}: needs a scenario, e.g. powersim list {kind} my.yaml")
    return Listing(kind, columns, tuple(rows))


def _parameters(values: Mapping[str, float]) -> tuple[tuple[str, ...], Rows]:
    return ("name", "value", "range", "unit", "meaning"), (
        (name, f"{values.get(name, spec.value):g}", interval(spec), spec.unit, spec.about)
        for name, spec in SPEC.items()
    )


def _mechanisms(states: Mapping[str, bool]) -> tuple[tuple[str, ...], Rows]:
    return ("name", "state", "meaning"), (
        (name, "on" if states.get(name, True) else "off", spec.about) for name, spec in MECHANISMS.items()
    )


def _outcomes(scenario: Scenario) -> tuple[tuple[str, ...], Rows]:
    return ("name", "quantity", "summary", "meaning"), (
        (name, quantity(o), summary(o, scenario.calendar), o.title) for name, o in scenario.outcomes.items()
    )


def _issues(scenario: Scenario) -> tuple[tuple[str, ...], Rows]:
    return ("name", "start", "control", "meaning"), (
        (i.id, f"{i.start.value:g}", who_controls(i), i.title) for i in scenario.issues
    )


def _actors(scenario: Scenario) -> tuple[tuple[str, ...], Rows]:
    return ("code", "power", "economy", "meaning"), (
        (a.code, f"{a.power.value:g}", f"{a.economy.value:g}", a.title) for a in scenario.actors
    )


def _events(scenario: Scenario) -> tuple[tuple[str, ...], Rows]:
    label = scenario.calendar.label
    return ("name", "date", "meaning"), (
        (e.id, label(e.turn) if e.turn >= 0 else f"{label(e.first)} to {label(e.last)}", e.title)
        for e in scenario.events
    )


_OF_SCENARIO: dict[str, Callable[[Scenario], tuple[tuple[str, ...], Rows]]] = {
    "outcomes": _outcomes,
    "parameters": lambda s: _parameters({name: number.value for name, number in s.parameters.items()}),
    "mechanisms": lambda s: _mechanisms(s.mechanisms),
    "issues": _issues,
    "actors": _actors,
    "branches": lambda s: (("name", "meaning"), ((name, b.title) for name, b in s.branches.items())),
    "theories": lambda s: (("name", "meaning"), ((name, t.title) for name, t in s.theories.items())),
    "events": _events,
}
_OF_POWERSIM: dict[str, Callable[[], tuple[tuple[str, ...], Rows]]] = {
    "parameters": lambda: _parameters({}),
    "mechanisms": lambda: _mechanisms({}),
}
KINDS = tuple(_OF_SCENARIO)
"""What can be listed."""
