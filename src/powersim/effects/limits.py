"""Confidence limits of paired differences and probabilities, vectorised over leading axes.

Everywhere the last axis is the run; NaN marks a run that is missing. Limits of a mean are NaN below two runs.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
import scipy  # its rooms are loaded when they are used
from numpy.typing import NDArray

from powersim.effects.results import Floats

LEVEL = 0.95
"""Coverage of every interval reported."""


def mean(values: Floats) -> Floats:
    """Mean over the runs present, NaN when none is."""
    count, present = _present(values)
    total = np.where(present, values, 0.0).sum(axis=-1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def t_quantile(freedom: Any, level: float = LEVEL) -> Any:
    """Half the width of an interval, in standard errors, by degrees of freedom."""
    return scipy.special.stdtrit(freedom, (1 + level) / 2)


def t_interval(differences: Floats, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Student's t limits of the mean over runs; equal to the mean where all runs agree."""
    count, present = _present(differences)
    centre = mean(differences)
    deviation = np.where(present, differences - centre[..., None], 0.0)
    variance = (deviation**2).sum(axis=-1) / np.maximum(count - 1, 1)
    quantile = t_quantile(np.maximum(count - 1, 1), level)
    half = np.where(count > 1, quantile * np.sqrt(variance / np.maximum(count, 1)), np.nan)
    return centre - half, centre + half


def clustered(differences: Floats, block: int, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Student's t limits of the mean when each `block` consecutive runs were drawn together and blocks independently.

    The ratio estimator over clusters: with sums of deviations S_k over K blocks, variance K/(K-1) sum(S_k^2) / n^2.
    """
    count, _ = _present(differences)
    centre, variance, blocks = _by_block(differences, block)
    quantile = t_quantile(np.maximum(blocks - 1, 1), level)
    half = np.where((blocks > 1) & (count > 0), quantile * np.sqrt(variance), np.nan)
    return centre - half, centre + half


def widening(differences: Floats, block: int, level: float = LEVEL) -> Floats:
    """By what the half width of an interval for independent runs is multiplied for runs in blocks.

    The root of the design effect (Kish 1965), and Student's quantile of so many blocks over the normal one.
    """
    count, _ = _present(differences)
    centre, variance, blocks = _by_block(differences, block)
    deviation = np.nan_to_num(differences - centre[..., None])
    alone = (deviation**2).sum(axis=-1) / np.maximum(count * (count - 1.0), 1.0)
    effect = np.where(alone > 0, variance / np.where(alone > 0, alone, 1.0), 1.0)
    quantile = t_quantile(np.maximum(blocks - 1, 1), level)
    factor = np.sqrt(effect) * quantile / NormalDist().inv_cdf((1 + level) / 2)
    return np.where(blocks > 1, factor, np.nan)


def in_blocks(values: Floats, block: int) -> Floats:
    """Means of each `block` consecutive runs over those present; shape (..., run) -> (..., blocks), NaN without any."""
    return values if block == 1 else mean(_folded(values, block))


def _folded(values: Floats, block: int) -> Floats:
    """Runs (..., R) as blocks (..., K, block), the last filled up with NaN."""
    missing = -values.shape[-1] % block
    padded = np.concatenate([values, np.full((*values.shape[:-1], missing), np.nan)], axis=-1)
    return padded.reshape(*values.shape[:-1], -1, block)


def _by_block(differences: Floats, block: int) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Mean, variance of the mean from sums over blocks, and number of blocks with runs in them."""
    count, _ = _present(differences)
    centre = mean(differences)
    folded = _folded(differences - centre[..., None], block)
    sums = np.nansum(folded, axis=-1)
    blocks = np.isfinite(folded).any(axis=-1).sum(axis=-1)
    scale = blocks / np.maximum(blocks - 1, 1) / np.maximum(count, 1) ** 2
    return centre, scale * (sums**2).sum(axis=-1), blocks


def wilson(successes: Floats, trials: Floats, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Wilson's score limits of a probability (Wilson 1927, JASA 22:209); NaN without trials."""
    z2 = NormalDist().inv_cdf((1 + level) / 2) ** 2
    n = np.where(trials > 0, trials, np.nan)
    share = successes / n
    centre = (successes + z2 / 2) / (n + z2)
    half = np.sqrt(z2 * n * share * (1 - share) + z2**2 / 4) / (n + z2)
    # At 0 and n the limit is 0 and 1 exactly; rounding must not leave it beyond the scale.
    low = np.where((successes == 0) & (trials > 0), 0.0, np.maximum(centre - half, 0.0))
    high = np.where((successes == trials) & (trials > 0), 1.0, np.minimum(centre + half, 1.0))
    return low, high


def newcombe(first: Floats, second: Floats, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Limits of Pr(second) - Pr(first) for paired 0/1 runs: Newcombe's square-and-add method 10.

    Newcombe 1998, Statistics in Medicine 17:2635: Wilson limits of both probabilities, joined by the pairs'
    phi coefficient, which is corrected for continuity when positive.
    """
    present = np.isfinite(first) & np.isfinite(second)
    one, two = present & (first > 0.5), present & (second > 0.5)
    n = present.sum(axis=-1).astype(np.float64)
    ones, twos = one.sum(axis=-1).astype(np.float64), two.sum(axis=-1).astype(np.float64)
    return newcombe_of(ones, twos, (one & two).sum(axis=-1).astype(np.float64), n, level)


def newcombe_of(
    ones: Floats, twos: Floats, both: Floats, n: Floats, level: float = LEVEL
) -> tuple[Floats, Floats]:
    """The same from numbers of runs: with the first, the second, both, and all; they may be effective numbers."""
    phi = _phi(both, ones, twos, n)
    known = np.where(n > 0, n, np.nan)
    p, q = ones / known, twos / known
    p_low, p_high = wilson(ones, n, level)
    q_low, q_high = wilson(twos, n, level)
    down = _join(q - q_low, p_high - p, phi)
    up = _join(q_high - q, p - p_low, phi)
    return q - p - down, q - p + up


def mover(
    estimates: Floats, low: Floats, high: Floats, weights: Floats, correlation: Floats
) -> tuple[Floats, Floats]:
    """Limits of a weighted sum of estimates from the limits of each (MOVER; Zou 2008, J Clin Epidemiol 61:733).

    `estimates`, `low`, `high`, `weights` have shape (part, ...), `correlation` (part, part, ...). With t limits,
    equal weights and the sample correlations this is the t interval of the runs' mean over parts.
    """
    centre = (weights * estimates).sum(axis=0)
    down, up = weights * (estimates - low), weights * (high - estimates)
    spread_down = np.einsum("i...,ij...,j...->...", down, correlation, down)
    spread_up = np.einsum("i...,ij...,j...->...", up, correlation, up)
    return centre - np.sqrt(np.maximum(spread_down, 0)), centre + np.sqrt(np.maximum(spread_up, 0))


def pooled_share(happened: Floats) -> tuple[Floats, Floats, Floats]:
    """Probability of 0/1 runs pooled over parts, with limits; shape (part, ..., run) -> three of (...).

    Wilson limits of each part joined by `mover`, since a run shares its luck between parts.
    """
    count = np.isfinite(happened).sum(axis=-1).astype(np.float64)
    share = mean(happened)
    low, high = wilson(np.nansum(happened, axis=-1), count)
    used = count > 0
    weights = count / np.maximum(count.sum(axis=0), 1)
    share, low, high = (np.where(used, v, 0.0) for v in (share, low, high))
    bottom, top = mover(share, low, high, weights, correlations(happened))
    known = used.any(axis=0)
    whole = np.where(known, (weights * share).sum(axis=0), np.nan)
    return whole, np.where(known, bottom, np.nan), np.where(known, top, np.nan)


def correlations(differences: Floats) -> Floats:
    """Correlation between parts over the runs both hold; shape (part, ..., run) -> (part, part, ...).

    Where a part does not vary the correlation is unknown and 1 is returned: the widest interval.
    """
    parts = differences.shape[0]
    found = np.ones((parts, *differences.shape[:-1]))
    for i in range(parts):
        for j in range(i):
            found[i, j] = found[j, i] = _correlation(differences[i], differences[j])
    return found


def alike(added: Floats) -> Floats:
    """Correlations (part, part) of what every run adds to each part, (part, run); 1 where a part does not vary."""
    cross = added @ added.T
    scale = np.sqrt(np.outer(np.diag(cross), np.diag(cross)))
    return np.where(scale > 0, cross / np.where(scale > 0, scale, 1.0), 1.0)


def _correlation(a: Floats, b: Floats) -> Floats:
    both = np.isfinite(a) & np.isfinite(b)
    a, b = np.where(both, a, np.nan), np.where(both, b, np.nan)
    da = np.where(both, a - mean(a)[..., None], 0.0)
    db = np.where(both, b - mean(b)[..., None], 0.0)
    scale = np.sqrt((da**2).sum(axis=-1) * (db**2).sum(axis=-1))
    known = scale > 0
    return np.where(known, (da * db).sum(axis=-1) / np.where(known, scale, 1.0), 1.0)


def _present(values: Floats) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    present = np.isfinite(values)
    return present.sum(axis=-1), present


def _phi(both: Floats, ones: Floats, twos: Floats, n: Floats) -> Floats:
    cross = both * n - ones * twos  # n11 n00 - n10 n01, written with the margins
    corrected = np.where(cross > 0, np.maximum(cross - n / 2, 0.0), cross)
    no_ones, no_twos = np.maximum(n - ones, 0.0), np.maximum(n - twos, 0.0)  # of weights: below 0 by rounding
    scale = np.sqrt(ones * no_ones * twos * no_twos)
    return np.where(scale > 0, corrected / np.where(scale > 0, scale, 1.0), 0.0)


def _join(left: Floats, right: Floats, phi: Floats) -> Floats:
    return np.asarray(np.sqrt(np.maximum(left**2 - 2 * phi * left * right + right**2, 0.0)))
