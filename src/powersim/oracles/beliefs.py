"""Beliefs about resolve and motive: how a concession, or standing firm, is read.

Closed forms and published results that no turn calls.
"""

from __future__ import annotations

import math

from powersim.compile.jit import rule
from powersim.rules.beliefs import within


@rule
def trust_bayes(g: float, like_seeker: float, like_expander: float, eps: float) -> float:
    """Trust after an act that a security seeker does with one probability and an expansionist with another.

    g' = g L_s / (g L_s + (1 - g) L_x); an act that neither would do teaches nothing.

    g: 0..1. like_seeker, like_expander: probabilities of the act, 0..1. eps: floor, 0 < eps < 1/2.
    Source: Kydd 2000, IO 54:325-57.
    """
    seen = g * like_seeker + (1.0 - g) * like_expander
    if seen <= 0.0 or like_seeker == like_expander:
        return within(g, eps)
    return within(g * like_seeker / seen, eps)


@rule
def break_even_reputation(gain: float, price: float, exposure: float) -> float:
    """Strength of reputation at which a concession stops paying, for small acts.

    rho* = (gain - price) / exposure.

    gain: sum of salience times change of what is got. price: salience times change of what is given.
    exposure: sum of salience times fall of payoff per unit fall of believed resolve, > 0.
    Source: linearised; after Schelling 1966 and Press 2005.
    """
    if exposure <= 0.0:
        return math.inf
    return (gain - price) / exposure
