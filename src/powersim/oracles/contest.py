"""Contest success functions: who wins when capabilities meet.

Closed forms and published results that no turn calls.
"""

from __future__ import annotations

from powersim.compile.jit import rule
from powersim.rules.beliefs import expit


@rule
def logistic_odds(a: float, b: float, k: float) -> float:
    """Probability that a beats b when the difference of capabilities decides, so that peace without arms is possible.

    P = 1 / (1 + exp(-k (a - b))).

    a, b: capability, >= 0. k: decisiveness per unit of capability, >= 0.
    Source: Hirshleifer 1989, Public Choice 63:101-12.
    """
    return expit(k * (a - b))


@rule
def contest_effort(n: float, m: float, prize: float) -> float:
    """Effort of each of n equal contestants in the symmetric Nash equilibrium.

    x = m (n - 1) V / n^2.

    n: contestants, >= 2. m: decisiveness, 0..n/(n-1). prize: V, > 0.
    Source: Tullock 1980, "Efficient rent seeking".
    """
    return m * (n - 1.0) * prize / (n * n)


@rule
def unequal_effort(own: float, other: float) -> float:
    """Equilibrium effort of a contestant who values the prize at `own` against one who values it at `other` (m = 1).

    x_1 = V_1^2 V_2 / (V_1 + V_2)^2; it wins with probability V_1 / (V_1 + V_2).

    own, other: value of the prize, > 0.
    Source: Hillman and Riley 1989; after Tullock 1980.
    """
    total = own + other
    return own * own * other / (total * total)


@rule
def arming_of_equals(resources_1: float, resources_2: float, m: float) -> float:
    """Resources that either side spends on fighting in the interior equilibrium of the paradox of power.

    F = (m / (1 + m)) (R_1 + R_2) / 2 for both, as long as the richer has less than (2 + m) / m times the poorer.

    resources_1, resources_2: > 0. m: decisiveness, > 0.
    Source: Hirshleifer 1991, Economics & Politics 3:177-200.
    """
    return m / (1.0 + m) * (resources_1 + resources_2) / 2.0
