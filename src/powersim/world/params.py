"""Parameters of the rules and switches of the mechanisms, read from ``powersim/defaults/*.yaml``.

The YAML files are the single source: names, values, units, ranges, sources. `Params` and `Switches` are named tuples
made from them, so that compiled code reads ``p.rho`` and ``on.exchange``.
"""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from powersim import _yaml
from powersim._words import did_you_mean, nearest
from powersim.compile.elementary import power
from powersim.errors import PowersimError

_MECHANISMS = "mechanisms"


class ParameterError(PowersimError):
    """A parameter or mechanism that does not exist, or a value that it cannot take."""


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """What a parameter means and may be."""

    name: str
    value: float
    unit: str  # "share/quarter", "memory/quarter", "1/quarter", "quarters" ... : see `per_turn`
    low: float
    high: float
    source: str
    about: str
    topic: str  # the rule file that it belongs to
    prior: Mapping[str, list[float]] | None  # e.g. {"uniform": [0.0, 1.5]}
    whole: bool  # a count

    def check(self, value: float) -> float:
        """The value as a float; ParameterError if it is out of range, or not whole where it must be."""
        if not math.isfinite(value) or not self.low <= value <= self.high:
            raise ParameterError(
                f"parameter {self.name}: found {value:g}; allowed {self.low:g} to {self.high:g} ({self.unit}); "
                f"e.g. {self.name}={self.value:g}"
            )
        if self.whole and value != int(value):
            raise ParameterError(
                f"parameter {self.name}: found {value:g}; allowed: a whole number; e.g. {self.name}={self.value:g}"
            )
        return float(value)


@dataclass(frozen=True, slots=True)
class MechanismSpec:
    """What a mechanism does, and what switching it off was expected to do before that was measured."""

    name: str
    about: str
    outcome: str  # what to look at
    off: str  # what it should do there: fall, rise, change
    expected: str  # why, and what else


def _read() -> dict[str, dict[str, dict[str, Any]]]:
    """Every defaults file by its topic."""
    files = (
        file
        for file in resources.files("powersim").joinpath("defaults").iterdir()
        if file.name.endswith(".yaml")
    )
    return {file.name.removesuffix(".yaml"): _yaml.load(file.read_text("utf-8")) for file in files}


def _parameter(name: str, topic: str, entry: dict[str, Any]) -> ParameterSpec:
    low, high = entry["range"]
    return ParameterSpec(
        name=name,
        value=float(entry["value"]),
        unit=entry["unit"],
        low=float(low),
        high=float(high),
        source=entry["source"],
        about=entry["about"],
        topic=topic,
        prior=entry.get("prior"),
        whole=entry.get("whole", False),
    )


_FILES = _read()

MECHANISMS: dict[str, MechanismSpec] = {
    name: MechanismSpec(name=name, **entry) for name, entry in sorted(_FILES.pop(_MECHANISMS).items())
}
"""Every mechanism that has a switch, by name."""

SPEC: dict[str, ParameterSpec] = {
    name: _parameter(name, topic, entries[name])
    for name, topic, entries in sorted(
        ((name, topic, entries) for topic, entries in _FILES.items() for name in entries),
        key=lambda row: row[:2],
    )
}
"""Every parameter, by name."""

if TYPE_CHECKING:

    class Params(tuple[float, ...]):
        """Values of all parameters: a named tuple of floats over the names of SPEC."""

        _fields: tuple[str, ...]

        def __getattr__(self, name: str) -> float: ...
        @classmethod
        def _make(cls, values: Iterable[float]) -> Params: ...
        def _asdict(self) -> dict[str, float]: ...
        def _replace(self, **values: float) -> Params: ...

    class Switches(tuple[int, ...]):
        """1 = on, 0 = off, for all mechanisms: a named tuple of ints over the names of MECHANISMS."""

        _fields: tuple[str, ...]

        def __getattr__(self, name: str) -> int: ...
        @classmethod
        def _make(cls, values: Iterable[int]) -> Switches: ...
        def _asdict(self) -> dict[str, int]: ...
        def _replace(self, **values: int) -> Switches: ...

else:
    Params = namedtuple("Params", SPEC)
    Params.__doc__ = "Values of all parameters: a named tuple of floats over the names of SPEC."
    Switches = namedtuple("Switches", MECHANISMS)
    Switches.__doc__ = (
        "1 = on, 0 = off, for all mechanisms: a named tuple of ints over the names of MECHANISMS."
    )


def _known(kind: str, name: str, names: Iterable[str]) -> None:
    """Refuse a name that does not exist, and say which one may be meant."""
    if name not in names:
        hint = did_you_mean(nearest(name, names))
        raise ParameterError(f"unknown {kind} {name!r}{hint}; `powersim list {kind}s` shows all")


def defaults() -> Params:
    """All parameters at their default values."""
    return Params._make(spec.value for spec in SPEC.values())


def with_values(values: Mapping[str, float], base: Params | None = None) -> Params:
    """Parameters with some values replaced, starting from `base` or the defaults.

    Errors: ParameterError for an unknown name (with near misses) or a value out of its range.
    """
    for name in values:
        _known("parameter", name, SPEC)
    checked = {name: SPEC[name].check(value) for name, value in values.items()}
    return (defaults() if base is None else base)._replace(**checked)


def switches(states: Mapping[str, bool | int] | None = None) -> Switches:
    """Switches of all mechanisms, on unless `states` says otherwise. Errors: ParameterError for an unknown name."""
    states = states or {}
    for name in states:
        _known("mechanism", name, MECHANISMS)
    return Switches._make(int(bool(states.get(name, True))) for name in MECHANISMS)


_SPANS = {"quarters": 1.0, "years": 4.0}
"""Units of spans of time, in quarters."""


def _is_timed(unit: str) -> bool:
    return unit in _SPANS or unit.endswith(("/quarter", "/year"))


_TIMED = [(place, spec) for place, spec in enumerate(SPEC.values()) if _is_timed(spec.unit)]
"""Parameters that depend on the length of a turn, with their places."""


_power = lru_cache(4096)(power)  # the same in most worlds of a study, and slow outside compiled code


def in_turns(value: float, unit: str, turn: float, whole: bool = False) -> float:
    """A value per quarter or year as a value per turn of `turn` quarters.

    share/time: 1 - (1 - v)^n; memory/time: v^n; other rates per time: v n; quarters and years: v / n (a whole number
    stays whole and does not fall to 0); n is the length of the turn in that time. Other units do not depend on it.
    """
    if not _is_timed(unit):
        return value
    if unit in _SPANS:
        turns = value * _SPANS[unit] / turn
        return float(max(min(value, 1.0), round(turns))) if whole else turns
    kind, _, time = unit.partition("/")
    n = turn if time == "quarter" else turn / 4.0
    if n == 1.0:
        return value
    if kind == "share":
        return 1.0 - _power(1.0 - value, n)
    if kind == "memory":
        return _power(value, n)
    return value * n


def per_turn(params: Params, turn: float) -> Params:
    """Parameters for turns of `turn` quarters (month 1/3, quarter 1, year 4): rates and durations count in turns."""
    values = list(params)
    for place, spec in _TIMED:
        values[place] = in_turns(values[place], spec.unit, turn, spec.whole)
    return Params._make(values)
