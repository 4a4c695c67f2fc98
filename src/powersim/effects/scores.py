"""Scores of probability forecasts: proper ones, calibration, and what they are worth beside a reference.

Members of an ensemble may have weights. Own code, though a kept library has these scores (scoringrules):
version 0.10 compiles its kernels whenever it is loaded, which takes seconds.
"""

from __future__ import annotations

import numpy as np

from powersim.effects.results import Floats
from powersim.rules.level import beyond


def crps(ensemble: Floats, observed: Floats | np.float64, weight: Floats | None = None) -> Floats:
    """Continuous ranked probability score of ensembles (members, ...) for observations (...); 0 is perfect.

    CRPS = E|X - y| - 1/2 E|X - X'| with X, X' independent draws from the ensemble (Gneiting and Raftery 2007, JASA
    102:359, eq. 21): for one member the absolute error. The second term comes from the ordered members,
    1/2 E|X - X'| = sum_k w_k x_(k) (2 W_k - w_k - 1), W_k the weight of the first k. weight (members): sums to 1, by
    default all alike. nan where the observation is.
    """
    members = ensemble.shape[0]
    if members == 0:
        raise ValueError("an ensemble needs at least one member")
    if weight is None:  # apart, so that what is as good as one member is so to the last bit
        error = np.abs(ensemble - observed).mean(axis=0)
        ranks = (2.0 * np.arange(members) - members + 1) / members**2
        return np.asarray(error - np.tensordot(ranks, np.sort(ensemble, axis=0), axes=(0, 0)))
    order = np.argsort(ensemble, axis=0, kind="stable")
    of_rank = weight[order]
    spread = of_rank * (2.0 * np.cumsum(of_rank, axis=0) - of_rank - 1.0)
    error = np.tensordot(weight, np.abs(ensemble - observed), axes=(0, 0))
    return np.asarray(error - (spread * np.take_along_axis(ensemble, order, axis=0)).sum(axis=0))


def quantiles(ensemble: Floats, levels: tuple[float, ...], weight: Floats) -> Floats:
    """Quantiles (levels, ...) of ensembles (members, ...) with weights (members): inverse distribution functions."""
    return np.asarray(np.quantile(ensemble, levels, axis=0, weights=weight, method="inverted_cdf"))


def pit(ensemble: Floats, observed: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Share of an ensemble (members, ...) that lies below an observation (...), and not above it.

    Of a calibrated forecast a uniform number between the two is uniform (Czado, Gneiting and Held 2009, Biometrics
    65:1254). nan where the observation is.
    """
    known = np.where(np.isnan(observed), np.nan, 0.0)
    below = np.tensordot(weight, beyond(observed, ensemble).astype(np.float64), axes=(0, 0))
    above = np.tensordot(weight, beyond(ensemble, observed).astype(np.float64), axes=(0, 0))
    return np.clip(below, 0.0, 1.0) + known, np.clip(1.0 - above, 0.0, 1.0) + known


def pit_histogram(low: Floats, high: Floats, bins: int) -> Floats:
    """Share of observations (N) in each of `bins` equal parts of 0..1, spread evenly over low..high; sums to 1.

    Czado, Gneiting and Held 2009, eq. 2: without ties it is the usual histogram.
    """
    edges = np.linspace(0.0, 1.0, bins + 1)[:, None]
    wide = np.where(high > low, high - low, 1.0)
    reached = np.where(high > low, np.clip((edges - low) / wide, 0.0, 1.0), (edges > low) | (edges == 1.0))
    return np.asarray(np.diff(reached.mean(axis=1)))


def brier(chance: Floats, happened: Floats) -> Floats:
    """(p - y)^2, 0 perfect, 1 worst (Brier 1950, Mon. Weather Rev. 78:1)."""
    return np.asarray((chance - happened) ** 2)


def ignorance(chance: Floats, happened: Floats) -> Floats:
    """Log score -ln of the chance of what came to be, 0 perfect (Good 1952, J. R. Statist. Soc. B 14:107)."""
    with np.errstate(divide="ignore"):
        return np.asarray(-np.log(np.where(happened > 0.5, chance, 1.0 - chance)) + 0.0 * happened)


def counted(share: Floats, n: float) -> Floats:
    """A share among n effective members as a chance that is never 0 or 1: (n p + 1/2) / (n + 1), Jeffreys' mean."""
    return np.asarray((n * share + 0.5) / (n + 1.0))


def skill(score: float, reference: float) -> float:
    """1 - score / reference: above 0 better than it, 1 perfect, below 0 worse; nan if the reference is perfect.

    Perfect is what rounding alone keeps from it.
    """
    return 1.0 - score / reference if beyond(reference, 0.0) else float("nan")
