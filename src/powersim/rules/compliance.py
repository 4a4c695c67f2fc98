"""Self-enforcement: a promise is kept while the relationship is worth more than breaking it."""

from __future__ import annotations

import math

from powersim.compile.elementary import power
from powersim.compile.jit import rule
from powersim.rules.beliefs import expit


@rule
def continuation_value(sigma: float, delta: float, h: float) -> float:
    """Discounted value of what a relationship brings from the next turn on.

    PV = D / (1 - D) sigma, D = delta (1 - h).

    sigma: gain per turn (utility). delta: discount factor per turn, 0..1. h: hazard per turn that it ends anyway, 0..1.
    Source: folk-theorem bound (Friedman 1971; Abreu 1988).
    """
    future = delta * (1.0 - h)
    if future >= 1.0:
        return math.inf if sigma > 0.0 else 0.0
    return future / (1.0 - future) * sigma


@rule
def renege_probability(pi: float, pv: float, tau: float) -> float:
    """Probability that a party breaks its promise.

    logistic((Pi - PV) / tau); at tau = 0 it breaks whenever Pi > PV.

    pi: gain from reneging now (utility). pv: value of what would be lost. tau: noise of the choice, >= 0 (utility).
    Source: logit choice (McKelvey and Palfrey 1995, GEB 10:6-38) on the folk-theorem bound.
    """
    if tau <= 0.0:
        return 1.0 if pi > pv else 0.0
    return expit((pi - pv) / tau)


@rule
def discounted_ramp(gap: float, speed: float, delta: float) -> float:
    """Discounted mean, from the next turn on, of something that grows by so much a turn until it has its full size.

    (1 - delta) sum_{t >= 1} delta^t min(gap, v t) = v delta (1 - delta^n) / (1 - delta) + delta^(n + 1) (gap - n v),
    n = floor(gap / v); without discounting the gap itself.

    gap: full size, >= 0. speed: v per turn, >= 0. delta: discount factor per turn, 0..1.
    Source: summation by parts of the geometric series.
    """
    if gap <= 0.0 or speed <= 0.0:
        return 0.0
    if delta >= 1.0:
        return gap
    n = 1.0 * math.floor(gap / speed)
    kept = power(delta, n)
    return speed * delta * (1.0 - kept) / (1.0 - delta) + delta * kept * (gap - n * speed)


@rule
def annuity(delta: float, turns: float) -> float:
    """Present value of one unit in each of the next turns, the present one included.

    sum_{s < n} delta^s = (1 - delta^n) / (1 - delta); n itself without discounting.

    delta: discount factor per turn, 0..1. turns: n, >= 0. Source: geometric series.
    """
    if delta >= 1.0:
        return turns
    # A whole exponent would be compiled into repeated multiplication, which has other last bits.
    return (1.0 - power(delta, 1.0 * turns)) / (1.0 - delta)
