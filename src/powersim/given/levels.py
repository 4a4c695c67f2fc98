"""The way from the prior to what the record says, in levels: what of the likelihood counts at each of them.

First the likelihood at the largest discrepancy, to a power that rises from 0 to 1; then that at smaller and smaller
ones. A level that is done stands for its value of the discrepancy, and, weighted, for those down to the next: worlds of
all levels together are drawn from all values, and the mean of their evidence is the evidence.

Why not the mean likelihood over the discrepancy to a power: the discrepancy that goes with a world is how far it
misses, so worlds that miss less are held to more, miss still less, and so on. Worlds that are nearly right everywhere
and worlds that are half right have nothing in between, and one at a power of the likelihood leaps to the other (a
transition of first order, at which tempering fails: Skilling 2006, Bayesian Analysis 1:833). With the discrepancy given
nothing leaps: it falls as tolerance does in Del Moral, Doucet and Jasra 2012, Stat. Comput. 22:1009. Worlds of several
levels together: importance tempering, Gramacy, Samworth and King 2010, Stat. Comput. 20:1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from powersim.given.knowledge import log_mean, shares
from powersim.given.moves import State
from powersim.world.state import Floats, Ints

KEPT = 0.8  # of the effective number of worlds that a step leaves
FAR = 7.0  # by how much the log of the evidence at discrepancies that do not count falls short of the best


@dataclass(frozen=True)
class Level:
    """What counts: the likelihood at value `part` of D values of the discrepancy, and at the next, to powers.

    power: of all of it. beyond: the share of the next smaller value. log_evidence: of what counts.
    """

    size: int
    part: int
    power: float
    beyond: float = 0.0
    log_evidence: float = 0.0

    @property
    def counts(self) -> Floats:
        """Powers of the likelihood at every value (D)."""
        counts = np.zeros(self.size)
        counts[self.part] = self.power * (1.0 - self.beyond)
        if self.beyond > 0.0:
            counts[self.part - 1] = self.beyond
        return counts

    @property
    def done(self) -> bool:
        """Whether it is the whole likelihood at one value."""
        return self.power >= 1.0 and self.beyond == 0.0

    def after(self, sums: Floats, worlds: int) -> tuple[Level, Floats]:
        """The next level, and what each world gains on the way to it; sums (N, D) of log likelihoods.

        part -1: there is none, as worlds stand for all smaller values.
        """
        if self.done and self.part == 0:
            return replace(self, part=-1), np.zeros(len(sums))
        if self.power < 1.0:
            ahead = sums[:, self.part]
            step = _step(ahead, 1.0 - self.power, worlds)
            to = replace(self, power=min(1.0, self.power + step))
        elif self.beyond == 0.0 and (low := self._reached(sums)) < self.part:
            ahead, step = sums[:, low] - sums[:, self.part], 1.0
            to = replace(self, part=low or -1)
        else:
            ahead = sums[:, self.part - 1] - sums[:, self.part]
            step = _step(ahead, 1.0 - self.beyond, worlds)
            beyond = self.beyond + step
            there = beyond >= 1.0
            to = replace(self, part=self.part - there, beyond=0.0 if there else beyond)
        gain = step * ahead
        return replace(to, log_evidence=self.log_evidence + log_mean(gain)), gain

    def _reached(self, sums: Floats) -> int:
        """The smallest value of the discrepancy at which enough worlds still count."""
        logs = sums[:, : self.part] - sums[:, [self.part]]
        enough = [_effective(column) >= KEPT * len(sums) for column in logs.T]
        return enough.index(True) if any(enough) else self.part


def _effective(logs: Floats) -> float:
    return float(1.0 / (shares(logs) ** 2).sum())


def _step(logs: Floats, most: float, worlds: int) -> float:
    """How far a power may rise so that most worlds, or of many more with a chance as many, still count."""
    alive = logs[np.isfinite(logs)]
    least = min(KEPT * len(alive), float(worlds))
    low, high = 0.0, most
    if _effective(high * alive) >= least:
        return high
    for _ in range(50):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _effective(middle * alive) >= least else (low, middle)
    return max(low, 1e-9)


@dataclass
class Pool:
    """Worlds of levels that are done, N each, and what they weigh at values part - V + 1..part (N, V)."""

    levels: list[tuple[int, list[State], Floats]] = field(default_factory=list)

    def add(self, level: Level, some: list[State], sums: Floats, low: int) -> None:
        """Worlds of a level, for all values from its own down to one that is left to others. Drops what is far off."""
        logs = sums[:, low + 1 : level.part + 1] - sums[:, [level.part]] + level.log_evidence
        self.levels.append((level.part, some, logs))
        best = self.best
        self.levels = [one for one in self.levels if log_mean(one[2]) > best - FAR]

    @property
    def best(self) -> float:
        """Log of the evidence of the level that has most."""
        return max(log_mean(logs) for _, _, logs in self.levels)

    def drawn(self, size: int, count: int, rng: np.random.Generator) -> tuple[float, list[State], Ints]:
        """The log of the evidence over D values, so many worlds by weight, and the value of each."""
        totals = np.array([log_mean(logs) for _, _, logs in self.levels])
        values = np.array([logs.shape[1] for _, _, logs in self.levels])
        most = float(totals.max())
        log_evidence = most + math.log(float(np.exp(totals - most) @ values) / size)
        weights = np.concatenate([np.exp(logs - most).ravel() / len(logs) for _, _, logs in self.levels])
        some = [state for _, states, logs in self.levels for state in states for _ in range(logs.shape[1])]
        parts = [np.arange(part - logs.shape[1] + 1, part + 1) for part, _, logs in self.levels]
        part = np.concatenate([np.tile(p, len(of[1])) for p, of in zip(parts, self.levels, strict=True)])
        chosen = drawn(weights / weights.sum(), count, rng)
        found = [
            replace(some[n], log=float(some[n].sums[-1, p]))
            for n, p in zip(chosen, part[chosen], strict=True)
        ]
        return log_evidence, found, part[chosen]


def drawn(weights: Floats, count: int, rng: np.random.Generator) -> list[int]:
    """Worlds drawn by weight, systematically: each comes its expected number of times, rounded up or down."""
    points = (rng.random() + np.arange(count)) / count
    found: list[int] = np.minimum(np.searchsorted(np.cumsum(weights), points), len(weights) - 1).tolist()
    return found
