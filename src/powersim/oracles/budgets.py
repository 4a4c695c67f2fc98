"""Military budgets: arms races, and arms against allies.

Closed forms and published results that no turn calls.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from powersim.compile.jit import rule

Floats = NDArray[np.float64]


@rule
def richardson_equilibrium(k: float, l: float, a: float, b: float, g: float, h: float) -> tuple[float, float]:
    """Resting point of an arms race: dx/dt = k y - a x + g, dy/dt = l x - b y + h.

    x* = (k h + b g) / (a b - k l), y* = (l g + a h) / (a b - k l).

    k, l: defence coefficients. a, b: fatigue. g, h: grievances. Needs a b != k l.
    Source: Richardson 1960, Arms and Insecurity.
    """
    det = a * b - k * l
    return (k * h + b * g) / det, (l * g + a * h) / det


@rule
def richardson_stable(k: float, l: float, a: float, b: float) -> bool:
    """Whether an arms race comes to rest: fatigue outweighs reaction, a b > k l.

    Arguments as in richardson_equilibrium. Source: Richardson 1960, Arms and Insecurity.
    """
    return a * b > k * l


@rule
def growth_line(totals: Floats) -> tuple[float, float]:
    """Least-squares slope of a race's yearly growth on its size, and the size at which it would not grow.

    d = slope (mean - zero), d and mean of successive totals.

    totals (T): joint spending by year, T >= 3, not all equal.
    Source: Richardson 1960, Arms and Insecurity.
    """
    n = totals.shape[0] - 1
    mean_x = 0.0
    mean_y = 0.0
    for t in range(n):
        mean_x += 0.5 * (totals[t] + totals[t + 1]) / n
        mean_y += (totals[t + 1] - totals[t]) / n
    cross = 0.0
    square = 0.0
    for t in range(n):
        x = 0.5 * (totals[t] + totals[t + 1]) - mean_x
        cross += x * (totals[t + 1] - totals[t] - mean_y)
        square += x * x
    slope = cross / square
    return slope, mean_x - mean_y / slope


@rule
def arms_versus_allies(
    wealth: float, autonomy: float, sigma: float, kappa: float, alpha: float, beta: float, gamma: float
) -> tuple[float, float, float]:
    """Security, arms and ties of an actor that can buy security with money or with autonomy.

    Maximises alpha ln S + beta ln Aut + gamma ln C with S = m + sigma x, Aut = A0 - kappa x, C = W - m.
    F = W + sigma A0 / kappa, w = alpha + beta + gamma: S* = alpha F / w, m* = W - gamma F / w,
    x* = (A0 - beta F kappa / (sigma w)) / kappa.

    wealth: W, > 0. autonomy: A0, > 0. sigma: security per tie, > 0. kappa: autonomy per tie, > 0. Weights > 0.
    Source: Altfeld 1984, WPQ 37:523-44; Morrow 1993, IO 47:207-33.
    """
    total = alpha + beta + gamma
    income = wealth + sigma * autonomy / kappa
    arms = wealth - gamma * income / total
    ties = (autonomy - beta / total * income * kappa / sigma) / kappa
    return alpha * income / total, arms, ties
