"""The worlds of a theory, from islands that were sampled apart, and how far these agree."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from powersim.effects.results import Floats
from powersim.given.knowledge import log_mean, shares
from powersim.given.sampler import Island
from powersim.run.possible import Worlds

AGREE = 1.1  # r_hat up to which islands are said to agree (Gelman and Rubin 1992)
TINY = 1e-12  # variance that is none


@dataclass(frozen=True)
class Lot:
    """The worlds of a theory: those of all islands, by evidence."""

    islands: tuple[Island, ...]

    @property
    def _logs(self) -> Floats:
        return np.array([one.log_evidence for one in self.islands])

    @cached_property
    def worlds(self) -> Worlds:
        """All of them; an island has the weight of its evidence."""
        return Worlds.together([one.worlds for one in self.islands], shares(self._logs).tolist())

    @cached_property
    def log_evidence(self) -> float:
        """Log of the mean evidence of the islands, each of which is nearly unbiased (docs/given.md)."""
        return log_mean(self._logs)

    @property
    def error(self) -> float:
        """Standard error of the log evidence (delta method over islands); NaN of one island."""
        if len(self.islands) < 2:
            return math.nan
        z = shares(self._logs)
        return float(z.std(ddof=1) / math.sqrt(len(z)) / z.mean())

    @property
    def r_hat(self) -> float:
        """Whether islands agree on the log likelihood: sd over all worlds by that within islands; 1: they do.

        Gelman and Rubin 1992, Statist. Sci. 7:457; NaN of one island.
        """
        if len(self.islands) < 2:
            return math.nan
        (within,), (spread,) = _spread([one.terms.sum(axis=1, keepdims=True) for one in self.islands])
        if within <= TINY:
            return 1.0 if spread <= TINY else math.inf
        return math.sqrt(1.0 + spread / within)

    @cached_property
    def thin(self) -> float:
        """Of how many worlds one counts, since worlds of an island resemble each other: 1 or more.

        By how much more than means of independent worlds those of islands differ (Gelman et al. 2014, Bayesian Data
        Analysis, 11.5): on average over the log likelihood and its terms, or over the uncertain numbers, by what hangs
        on them (the risk that a new draw is refused), if these differ more.
        """
        if not any(one.levels for one in self.islands):
            return 1.0  # nothing was chosen: worlds are independent draws
        told = [np.column_stack([one.terms.sum(axis=1), one.terms]) for one in self.islands]
        risk = np.mean([one.risk for one in self.islands], axis=0)
        return max(1.0, _thinned(told), _thinned([one.worlds.place for one in self.islands], risk))

    @property
    def ess(self) -> float:
        """Effective number of worlds: by weights, copies counted as one, and by how far islands agree."""
        return self.worlds.ess / self.thin

    @cached_property
    def extra(self) -> Floats:
        """The uniforms (N, P) of the discrepancy of every path in every world."""
        return np.concatenate([one.extra for one in self.islands])


def _spread(found: Sequence[Floats]) -> tuple[Floats, Floats]:
    """Of what islands have of each of their worlds (N, Q): variance within islands, and of their means (Q)."""
    within = np.mean([each.var(axis=0) for each in found], axis=0)
    means = np.array([each.mean(axis=0) for each in found])
    return within, means.var(axis=0, ddof=1) if len(means) > 1 else np.zeros_like(within)


def _thinned(found: Sequence[Floats], counts: Floats | None = None) -> float:
    """By how much more means of islands differ than those of independent worlds, on average by what counts (Q)."""
    within, spread = _spread(found)
    some = (whole := within + spread) > TINY
    size = float(np.mean([len(each) for each in found]))
    if not some.any():
        return 1.0
    return float(
        np.average(size * spread[some] / whole[some], weights=None if counts is None else counts[some])
    )
