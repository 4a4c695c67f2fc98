"""Which numbers have a slider, and what stands beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from powersim.run.opened import LoadedScenario
from powersim.world.params import SPEC

STEPS = 100  # places of a slider at least


@dataclass(frozen=True)
class Knob:
    """A parameter: its range and unit, its value under a theory, where it comes from, and whether it is set."""

    name: str
    about: str
    unit: str
    low: float
    high: float
    whole: bool
    value: float
    source: str
    is_set: bool

    @property
    def step(self) -> float:
        """What a slider moves by."""
        if self.whole:
            return 1.0
        least = (self.high - self.low) / STEPS
        return float(10.0 ** math.floor(math.log10(least)))

    def moved(self, value: float) -> bool:
        """Whether a slider is elsewhere: not only where a slider has to stand for the same number."""
        return abs(value - self.value) > 0.51 * self.step

    @property
    def range(self) -> str:
        """Unit and range in words."""
        return f"{self.low:g} to {self.high:g} {self.unit}".strip()


def disputed(opened: LoadedScenario) -> list[str]:
    """Parameters that matter in a scenario: those on which its theories differ, then those that it sets itself."""
    schools, own = (opened.document.get(key) for key in ("theories", "parameters"))
    patches = [*(schools.values() if isinstance(schools, Mapping) else ()), own]
    names = [name for patch in patches if isinstance(patch, Mapping) for name in patch]
    return [name for name in dict.fromkeys(names) if name in SPEC]


def knob(opened: LoadedScenario, name: str, theory: str) -> Knob:
    """A parameter as it is: set, else what the theory says, else what the scenario does."""
    spec, scenario = SPEC[name], opened.scenario
    found = scenario.parameters[name]
    school = scenario.theories.get(theory)
    is_set = any(key in opened.overrides for key in (name, f"parameters.{name}"))
    if school is not None and not is_set:
        found = school.parameters.get(name, found)
    return Knob(
        name,
        spec.about,
        spec.unit,
        spec.low,
        spec.high,
        spec.whole,
        found.value,
        found.source or spec.source,
        is_set,
    )
