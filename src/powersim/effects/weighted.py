"""Effects in worlds that have weights: those that evidence has chosen, some of them copies of one world."""

from __future__ import annotations

import numpy as np
import scipy  # its rooms are loaded when they are used

from powersim.effects import limits
from powersim.effects.limits import LEVEL
from powersim.effects.paired import PairedStatistics
from powersim.effects.results import Floats


def effective(weight: Floats, same: Floats) -> float:
    """Effective number of worlds (N): copies count as one (Kish 1965); 0 without any weight."""
    total = weight.sum()
    if total <= 0.0:
        return 0.0
    return float(1.0 / (np.bincount(same.astype(np.int64), weight / total) ** 2).sum())


def weighted(
    a: Floats, b: Floats, weight: Floats, same: Floats, *, binary: bool, diverged: bool
) -> PairedStatistics:
    """Statistics of b - a over worlds (N) with weights; `same` numbers them, copies of one world alike.

    Worlds of equal weight get what `paired` gives to runs. The standard error is that of a ratio of weighted sums, over
    worlds; with 0/1 outcomes the effective number of worlds stands in for that of runs. diverged: whether any
    histories differ, see `paired`.
    """
    w = weight / weight.sum()
    n = effective(weight, same)
    mean_a, mean_b, differences = float(w @ a), float(w @ b), b - a
    effect = float(w @ differences)
    if binary:
        ones, twos, both = (np.array(n * mean) for mean in (mean_a, mean_b, float(w @ (a * b))))
        low, high = (float(end) for end in limits.newcombe_of(ones, twos, both, np.array(n)))
    else:
        of_world = np.bincount(same.astype(np.int64), w * (differences - effect))
        half = float("nan")
        if n > 1.0:
            error = np.sqrt((of_world**2).sum() * n / (n - 1.0))
            half = float(scipy.special.stdtrit(n - 1.0, (1 + LEVEL) / 2) * error)
        low, high = effect - half, effect + half
    if not differences.any() and not (diverged and (binary or n <= 1.0)):
        low = high = 0.0
    superior = float(w @ ((differences > 0) + 0.5 * (differences == 0)))
    parts = (mean_a, mean_b, effect, low, high, superior, float(len(a)))
    return PairedStatistics(*(np.array(part) for part in parts))


def averaged(parts: list[PairedStatistics], shares: Floats) -> PairedStatistics:
    """Independent parts (theories) as one, each with its share; limits by `limits.mover`."""

    def mean(name: str) -> Floats:
        return np.asarray(sum(s * getattr(p, name) for s, p in zip(shares, parts, strict=True)))

    table = {name: np.array([getattr(p, name) for p in parts]) for name in ("effect", "low", "high")}
    low, high = limits.mover(table["effect"], table["low"], table["high"], shares, np.eye(len(parts)))
    runs = np.array(min(float(p.runs) for p in parts))
    a, b, effect, superior = (mean(name) for name in ("mean_a", "mean_b", "effect", "p_superior"))
    return PairedStatistics(a, b, effect, low, high, superior, runs)
