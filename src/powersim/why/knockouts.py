"""What an effect loses when a mechanism is switched off, and how it is shared out over channels.

Everything is paired: the same runs, with the same luck, in every world that is compared. An effect is branch b minus
branch a in an outcome's summary; a world is a set of mechanisms and parameters switched off in both branches.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from powersim.effects.estimates import Estimate, effect_estimates, estimates, labels
from powersim.effects.results import Floats
from powersim.why.shapley import shapley_values

DIRECT, TOTAL = "direct", "total"


@dataclass(frozen=True)
class Worlds:
    """One outcome in several worlds: a, b (world, theory, run) its summary in two branches.

    prints (world, theory, run, 2): fingerprints of all that was recorded of either branch, equal where that is.
    """

    a: Floats
    b: Floats
    prints: NDArray[np.uint64]
    binary: bool

    @property
    def effects(self) -> Floats:
        """B - a (world, theory, run)."""
        return self.b - self.a

    def differs(self, one: int, other: int) -> Floats:
        """1 where the histories of two worlds differ in anything recorded, else 0; (theory, run)."""
        return np.asarray((self.prints[one] != self.prints[other]).any(axis=-1), np.float64)

    def parted(self, world: int) -> Floats:
        """1 where the branches differ in a world, else 0; (theory, run)."""
        return np.asarray(self.prints[world, ..., 0] != self.prints[world, ..., 1], np.float64)

    def of(self, places: Sequence[int]) -> Worlds:
        """Some of the worlds."""
        rows = list(places)
        return Worlds(self.a[rows], self.b[rows], self.prints[rows], self.binary)


@dataclass(frozen=True)
class KnockOut:
    """A row of knockouts.csv: the effect without a mechanism, and how much it differs from the full effect."""

    outcome: str
    theory: str
    mechanism: str
    effect: float  # with everything on
    effect_without: float
    difference: float  # without minus with
    ci_low: float
    ci_high: float
    changed: float  # share of runs in which anything recorded differs without it
    runs: int

    @property
    def clear(self) -> bool:
        """Whether the interval of the difference lies on one side of 0."""
        return self.ci_low > 0 or self.ci_high < 0


@dataclass(frozen=True)
class Share:
    """A row of shares.csv: a channel's Shapley share of the total effect, what is direct, or the total.

    percent: of the total; None where the total is not clear of 0, so that there is nothing to share out.
    """

    outcome: str
    theory: str
    part: str
    share: float
    ci_low: float
    ci_high: float
    percent: float | None
    runs: int

    @property
    def known(self) -> bool:
        """Whether there are runs enough for an interval."""
        return math.isfinite(self.ci_low) and math.isfinite(self.ci_high)

    @property
    def clear(self) -> bool:
        """Whether the interval lies on one side of 0."""
        return self.ci_low > 0 or self.ci_high < 0


def knockouts(
    outcome: str, theories: Sequence[str], mechanisms: Sequence[str], worlds: Worlds
) -> list[KnockOut]:
    """Rows by theory, ranked by the size of the difference; worlds: the full one, then one without each mechanism."""
    effects = worlds.effects
    full = estimates(effects[0])
    rows: dict[str, list[KnockOut]] = {theory: [] for theory in labels(theories)}
    for k, mechanism in enumerate(mechanisms, start=1):
        without = estimates(effects[k])
        differs = worlds.differs(k, 0)
        gaps = estimates(effects[k] - effects[0], rare=worlds.binary, touched=differs)
        changed = [*differs.mean(axis=1), differs.mean()]
        for i, theory in enumerate(rows):
            gap = gaps[i]
            rows[theory].append(
                KnockOut(
                    outcome, theory, mechanism, full[i].value, without[i].value, gap.value, gap.low, gap.high,
                    float(changed[i]), gap.runs,
                )
            )  # fmt: skip
    return [row for found in rows.values() for row in sorted(found, key=_weight)]


def shares(outcome: str, theories: Sequence[str], channels: Sequence[str], worlds: Worlds) -> list[Share]:
    """Shapley shares by theory: channels, then what is direct, then the total, to which the others add up.

    worlds: one for each set of open channels, in the order of `shapley_values` (place 0: all closed).
    """
    effects = worlds.effects
    last = effects.shape[0] - 1
    parted = worlds.parted(last)
    total = effect_estimates(worlds.a[last], worlds.b[last], binary=worlds.binary, touched=parted)
    parts: list[tuple[str, list[Estimate]]] = []
    for i, values in enumerate(shapley_values(effects)):
        bit = 1 << i
        without = [mask for mask in range(last + 1) if not mask & bit]
        touched = np.max([worlds.differs(mask | bit, mask) for mask in without], axis=0)
        parts.append((channels[i], estimates(values, rare=worlds.binary, touched=touched)))
    parts.append((DIRECT, estimates(effects[0], rare=worlds.binary, touched=worlds.parted(0))))
    parts.append((TOTAL, total))
    rows = []
    for t, theory in enumerate(labels(theories)):
        whole = total[t]
        for name, found in parts:
            part = found[t]
            percent = 100 * part.value / whole.value if whole.clear and math.isfinite(part.value) else None
            rows.append(Share(outcome, theory, name, part.value, part.low, part.high, percent, part.runs))
    return rows


def _weight(row: KnockOut) -> tuple[float, str]:
    return (-abs(row.difference) if math.isfinite(row.difference) else 0.0, row.mechanism)
