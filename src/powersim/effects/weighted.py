"""Effects in worlds that have weights: those that evidence has chosen, some of them copies of one world."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from powersim.effects import limits
from powersim.effects.paired import PairedStatistics
from powersim.effects.results import Floats


def effective(weight: Floats, same: Floats) -> float:
    """Effective number of worlds (N): copies count as one (Kish 1965); 0 without any weight."""
    total = weight.sum()
    if total <= 0.0:
        return 0.0
    return float(1.0 / (np.bincount(same.astype(np.int64), weight / total) ** 2).sum())


def weighted(
    a: Floats,
    b: Floats,
    weight: Floats,
    same: Floats,
    *,
    binary: bool,
    diverged: bool,
    thin: float = 1.0,
) -> PairedStatistics:
    """Statistics of b - a over worlds (N) with weights; `same` numbers them, copies of one world alike.

    Worlds of equal weight get what `paired` gives to runs. The standard error is that of a ratio of weighted sums, over
    worlds; with 0/1 outcomes the effective number of worlds stands in for that of runs. diverged: whether any
    histories differ, see `paired`. thin: of how many worlds one counts, where they hang together.
    """
    w = weight / weight.sum()
    n = effective(weight, same) / thin
    mean_a, mean_b, differences = float(w @ a), float(w @ b), b - a
    effect = float(w @ differences)
    if binary:
        ones, twos, both = (np.array(n * mean) for mean in (mean_a, mean_b, float(w @ (a * b))))
        low, high = (float(end) for end in limits.newcombe_of(ones, twos, both, np.array(n)))
    else:
        of_world = np.bincount(same.astype(np.int64), w * (differences - effect))
        half = float("nan")
        if n > 1.0:
            error = np.sqrt((of_world**2).sum() * thin * n / (n - 1.0))
            half = float(limits.t_quantile(n - 1.0) * error)
        low, high = effect - half, effect + half
    if not differences.any() and not (diverged and (binary or n <= 1.0)):
        low = high = 0.0
    superior = float(w @ ((differences > 0) + 0.5 * (differences == 0)))
    parts = (mean_a, mean_b, effect, low, high, superior, float(len(a)))
    return PairedStatistics(*(np.array(part) for part in parts))


def reweighted(
    a: Floats, b: Floats, weight: Floats, shares: Floats, *, binary: bool, diverged: NDArray[np.bool_]
) -> tuple[PairedStatistics, float]:
    """Statistics of b - a over runs with weights (theory, run) and theories with shares; and the runs they are worth.

    The same runs under every theory share their luck, so intervals of theories are joined by the correlation of what
    each run adds to each. With equal weights and shares: what `paired` and `pooled` give to runs drawn each by itself.
    The number is Kish's, of the theory with the fewest among those that count. `report/weights.js` computes the same.
    """
    shares = shares / shares.sum()
    runs = np.arange(a.shape[1], dtype=np.float64)
    parts = [
        weighted(x, y, w, runs, binary=binary, diverged=bool(apart))
        for x, y, w, apart in zip(a, b, weight, diverged, strict=True)
    ]
    w = weight / weight.sum(axis=1, keepdims=True)
    added = w * (b - a - (w * (b - a)).sum(axis=1, keepdims=True))
    worth = min(effective(row, runs) for row, share in zip(weight, shares, strict=True) if share > 0)
    return averaged(parts, shares, limits.alike(added)), worth


def tilt(u: Floats, strength: Floats) -> Floats:
    """Weights of runs (N) whose uniforms are u (N, P), under priors tilted by strengths (P): prod exp(k (2 u - 1)).

    k = 0 leaves a prior as it is, k > 0 prefers its upper part: exponential tilting of its quantiles, the change of
    least information that moves their mean to coth k / 2 + 1/2 - 1 / (2 k).
    """
    return np.asarray(np.exp((2.0 * u - 1.0) @ strength))


def averaged(parts: list[PairedStatistics], shares: Floats, alike: Floats | None = None) -> PairedStatistics:
    """Parts (theories) as one, each with its share; limits by `limits.mover`.

    alike: correlations of the parts; without them they are independent.
    """

    def mean(name: str) -> Floats:
        return np.asarray(sum(s * getattr(p, name) for s, p in zip(shares, parts, strict=True)))

    table = {name: np.array([getattr(p, name) for p in parts]) for name in ("effect", "low", "high")}
    low, high = limits.mover(
        table["effect"], table["low"], table["high"], shares, np.eye(len(parts)) if alike is None else alike
    )
    runs = np.array(min(float(p.runs) for p in parts))
    a, b, effect, superior = (mean(name) for name in ("mean_a", "mean_b", "effect", "p_superior"))
    return PairedStatistics(a, b, effect, low, high, superior, runs)
