"""Reputation in the chain store: a weak incumbent fights early entrants to be thought tough."""

from __future__ import annotations

import math

from powersim.compile.jit import rule


@rule
def entrant_stays_out(p: float, b: float, n: float) -> bool:
    """Whether a challenger is deterred with n challenges left.

    p > b^n.

    p: belief that the incumbent is tough, 0..1. b: the challenger's gain if it yields, 0..1. n: challenges left, >= 1.
    Source: Kreps and Wilson 1982, JET 27:253-79.
    """
    return p > math.pow(b, 1.0 * n)


@rule
def entry_probability(p: float, b: float, n: float, a: float) -> float:
    """Probability that a challenger enters: 0 above b^n, 1 below, 1 - 1/a on the edge.

    p, b, n: as in entrant_stays_out. a: the weak incumbent's gain without entry, > 1 (yielding = 0, fighting = -1).
    Source: Kreps and Wilson 1982, JET 27:253-79.
    """
    edge = math.pow(b, 1.0 * n)
    if p > edge:
        return 0.0
    if p < edge:
        return 1.0
    return 1.0 - 1.0 / a


@rule
def fight_probability(p: float, b: float, n: float) -> float:
    """Probability that a weak incumbent fights an entrant, to keep its reputation.

    1 if p >= b^(n-1), else (1 - b^(n-1)) p / ((1 - p) b^(n-1)); 0 at the last challenge.

    p: belief that it is tough, 0..1. b: the challenger's gain if it yields, 0 < b < 1. n: challenges left, >= 1.
    Source: Kreps and Wilson 1982, JET 27:253-79.
    """
    edge = math.pow(b, n - 1.0)
    if n <= 1.0:
        return 0.0
    if p >= edge:
        return 1.0
    return (1.0 - edge) * p / ((1.0 - p) * edge)


@rule
def belief_after_fight(p: float, b: float, n: float) -> float:
    """Belief that an incumbent is tough after it fought; after it yielded, the belief is 0.

    max(p, b^(n-1)).

    p, b, n: as in fight_probability. Source: Kreps and Wilson 1982, JET 27:253-79.
    """
    return max(p, math.pow(b, n - 1.0))
