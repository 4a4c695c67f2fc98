"""M6 and M5: Richardson's budgets before 1914, and the battle of Iwo Jima."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from experiments.replications.rows import DERIVED, PUBLISHED, Row, load

from powersim.oracles.budgets import growth_line
from powersim.oracles.lanchester import square_law_forces


def rows() -> Iterator[Row]:
    """The line through the growth of budgets, and troops left on the island."""
    file = load("arms_race.yaml")
    slope, zero = growth_line(np.array([float(b) for b in file["budgets"].values()]))
    for kind in (PUBLISHED, DERIVED):
        for what, ours in (("slope", slope), ("zero", zero)):
            yield Row("M6", f"budgets 1909-13: {what}", kind, file[kind][what], ours, file["source"])
    file = load("iwo_jima.yaml")
    path = iwo_jima()
    for day, (side, theirs) in file["expected"].items():
        ours = path[abs(int(day))][0 if side == "Americans" else 1]
        name = f"Iwo Jima: {side} at the end of day {abs(int(day))}"
        yield Near("M5", name, DERIVED, theirs, ours, file["source"], float(file["tolerance"]))


@dataclass(frozen=True)
class Near(Row):
    """A number that was found with a known error."""

    error: float

    @property
    def unit(self) -> float:
        """That error."""
        return self.error


def iwo_jima() -> list[tuple[float, float]]:
    """Troops of both sides at the start and at the end of each of 36 days, in closed form day by day."""
    file = load("iwo_jima.yaml")
    troops = float(file["americans"]), float(file["japanese"])
    path = [troops]
    for day in range(1, 37):
        inflow = float(file["landings"].get(str(day), 0))
        troops = square_law_forces(*troops, float(file["alpha"]), float(file["beta"]), inflow, 1.0)
        path.append(troops)
    return path
