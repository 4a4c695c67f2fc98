"""Lanchester's laws of attrition with reinforcements, an oracle for the odds and length of battles (M5).

A' = P - beta B;  B' = -alpha A. No part of a turn: there wars are fought battle by battle.

Sources: F. W. Lanchester (1916), Aircraft in Warfare; J. H. Engel (1954), "A verification of Lanchester's
law", Journal of the Operations Research Society of America 2:163-71, for reinforcements P and for Iwo Jima.
"""

from __future__ import annotations

import math

from powersim.compile.jit import rule


@rule
def square_law_advantage(a: float, b: float, alpha: float, beta: float) -> float:
    """The quantity that fighting leaves unchanged; positive = the first side wins if both fight to the end.

    alpha A^2 - beta B^2

    a, b: troops, >= 0; alpha: losses of B per soldier of A and unit of time, > 0; beta: losses of A per
    soldier of B. Source: Lanchester 1916.
    """
    return alpha * a * a - beta * b * b


@rule
def square_law_survivors(a: float, b: float, alpha: float, beta: float) -> float:
    """Troops of the first side when the second is annihilated; 0 if it does not win.

    sqrt(A^2 - beta B^2 / alpha)

    Parameters as in `square_law_advantage`. Source: Lanchester 1916.
    """
    return math.sqrt(max(0.0, square_law_advantage(a, b, alpha, beta)) / alpha)


@rule
def square_law_duration(a: float, b: float, alpha: float, beta: float) -> float:
    """Time until the second side is annihilated; infinite if the first does not win.

    T = atanh((B / A) sqrt(beta / alpha)) / sqrt(alpha beta)

    Parameters as in `square_law_advantage`. Source: Lanchester 1916.
    """
    if square_law_advantage(a, b, alpha, beta) <= 0.0:
        return math.inf
    return math.atanh(b / a * math.sqrt(beta / alpha)) / math.sqrt(alpha * beta)


@rule
def square_law_forces(
    a: float, b: float, alpha: float, beta: float, inflow: float, time: float
) -> tuple[float, float]:
    """Troops of both sides after a time of constant reinforcement of the first; valid while both are above 0.

    With C = B - P / beta and w = sqrt(alpha beta):
    A(t) = A cosh wt - C sqrt(beta/alpha) sinh wt;  C(t) = C cosh wt - A sqrt(alpha/beta) sinh wt.

    inflow: P, reinforcements of the first side per unit of time, >= 0; time: t >= 0; the others as in
    `square_law_advantage`. Source: Engel 1954.
    """
    rate = math.sqrt(alpha * beta) * time
    gap = b - inflow / beta
    first = a * math.cosh(rate) - gap * math.sqrt(beta / alpha) * math.sinh(rate)
    second = gap * math.cosh(rate) - a * math.sqrt(alpha / beta) * math.sinh(rate)
    return first, second + inflow / beta


@rule
def linear_law_advantage(a: float, b: float, alpha: float, beta: float) -> float:
    """The unchanged quantity where each side can only be engaged man by man; positive = the first side wins.

    alpha A - beta B

    Parameters as in `square_law_advantage`. Source: Lanchester 1916.
    """
    return alpha * a - beta * b
