"""Sampling intervals of recorded rates and shares: exact where a closed form exists, bootstrapped by cluster else."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]


def tails(level: float) -> tuple[float, float]:
    """Lower and upper tail probabilities of a central interval, e.g. 0.9 -> (0.05, 0.95)."""
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}; for a 90 % interval write 0.9")
    return (1 - level) / 2, (1 + level) / 2


def poisson_interval(count: int, exposure: float, level: float = 0.9) -> tuple[float, float]:
    """Exact central interval of a Poisson rate: `count` events in `exposure` units (Garwood 1936).

    low = chi2_{a}(2n)/(2E), high = chi2_{1-a}(2n+2)/(2E); a count of 0 has low = 0.
    """
    if count < 0 or exposure <= 0:
        raise ValueError(f"need count >= 0 and exposure > 0, got {count} events in {exposure}")
    lower, upper = tails(level)
    low = stats.chi2.ppf(lower, 2 * count) / 2 / exposure if count else 0.0
    return float(low), float(stats.chi2.ppf(upper, 2 * count + 2) / 2 / exposure)


def share_interval(hits: int, trials: int, level: float = 0.9) -> tuple[float, float]:
    """Central Jeffreys interval of a binomial share (Brown, Cai and DasGupta 2001); closed at 0 and 1."""
    if not 0 <= hits <= trials or trials == 0:
        raise ValueError(f"need 0 <= hits <= trials and trials > 0, got {hits} of {trials}")
    lower, upper = tails(level)
    low = stats.beta.ppf(lower, hits + 0.5, trials - hits + 0.5) if hits else 0.0
    high = stats.beta.ppf(upper, hits + 0.5, trials - hits + 0.5) if hits < trials else 1.0
    return float(low), float(high)


def cluster_bootstrap(
    clusters: Sequence[Floats],
    statistic: Callable[[Sequence[Floats]], float],
    level: float = 0.9,
    draws: int = 1000,
    seed: int = 1990,
) -> tuple[float, float]:
    """Percentile interval of a statistic when whole clusters (dyads, issues, actors) are drawn with replacement.

    A cluster's observations stay together because they depend on one another over time. Draws at which the
    statistic is not a number (too few distinct clusters) are left out.
    """
    if not clusters:
        raise ValueError("cluster_bootstrap needs at least one cluster")
    lower, upper = tails(level)
    rng = np.random.default_rng(seed)
    picks = rng.integers(0, len(clusters), size=(draws, len(clusters)))
    values = np.array([statistic([clusters[k] for k in pick]) for pick in picks])
    low, high = np.nanquantile(values, [lower, upper])
    return float(low), float(high)
