"""The worlds of a theory, from islands that were sampled apart, and how far these agree."""

from __future__ import annotations

import math
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
        """Log of the mean evidence of the islands, each of which is unbiased."""
        return log_mean(self._logs)

    @property
    def error(self) -> float:
        """Standard error of the log evidence (delta method over islands); NaN of one island."""
        if len(self.islands) < 2:
            return math.nan
        z = shares(self._logs)
        return float(z.std(ddof=1) / math.sqrt(len(z)) / z.mean())

    @cached_property
    def _spread(self) -> tuple[Floats, Floats, float]:
        """Of the log likelihood and its terms: variance within islands, of their means; worlds of an island."""
        found = [np.column_stack([one.terms.sum(axis=1), one.terms]) for one in self.islands]
        within = np.mean([each.var(axis=0) for each in found], axis=0)
        means = np.array([each.mean(axis=0) for each in found])
        spread = means.var(axis=0, ddof=1) if len(means) > 1 else np.zeros_like(within)
        return within, spread, float(np.mean([len(each) for each in found]))

    @property
    def r_hat(self) -> float:
        """Whether islands agree on the log likelihood: sd over all worlds by that within islands; 1: they do.

        Gelman and Rubin 1992, Statist. Sci. 7:457; NaN of one island.
        """
        within, spread, _ = self._spread
        if len(self.islands) < 2:
            return math.nan
        if within[0] <= TINY:
            return 1.0 if spread[0] <= TINY else math.inf
        return math.sqrt(1.0 + spread[0] / within[0])

    @cached_property
    def thin(self) -> float:
        """Of how many worlds one counts, since worlds of an island resemble each other: 1 or more.

        By how much more than means of independent worlds those of islands differ, on average over the terms of the log
        likelihood and their sum (Gelman et al. 2014, Bayesian Data Analysis, 11.5).
        """
        within, spread, size = self._spread
        whole = within + spread
        some = whole > TINY
        return max(1.0, float((size * spread[some] / whole[some]).mean())) if some.any() else 1.0

    @property
    def ess(self) -> float:
        """Effective number of worlds: by weights, copies counted as one, and by how far islands agree."""
        return self.worlds.ess / self.thin

    @cached_property
    def extra(self) -> Floats:
        """The uniforms (N, P) of the discrepancy of every path in every world."""
        return np.concatenate([one.extra for one in self.islands])
