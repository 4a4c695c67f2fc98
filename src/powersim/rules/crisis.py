"""Crisis bargaining: what is demanded, who would fight, who would help."""

from __future__ import annotations

from powersim.compile.jit import rule

NO_STAKE = 1e-9  # a smaller stake counts as this much: its cost is then beyond any pie, and still a number


@rule
def best_demand(p: float, c_a: float, c_lo: float, c_hi: float) -> float:
    """Best take-it-or-leave-it demand when the other side's cost of war is uniform on [c_lo, c_hi].

    x* = min(1, max(p + c_lo, p + (c_hi - c_a) / 2)).

    p: odds of winning, 0..1. c_a: own cost of war, >= 0. c_lo <= c_hi: the other's cost (shares of the pie).
    Source: Fearon 1995, IO 49:379-414.
    """
    return min(1.0, max(p + c_lo, p + (c_hi - c_a) / 2.0))


@rule
def demand(p: float, c_a: float, c_bar: float) -> float:
    """Demand of a challenger who faces a cost of war uniform on [0, c_bar].

    x* = min(1, max(p, p + (c_bar - c_a) / 2)).

    p: odds of winning, 0..1. c_a: own cost, >= 0. c_bar: highest cost of the other side, >= 0 (shares of the pie).
    Source: Fearon 1995, IO 49:379-414.
    """
    return best_demand(p, c_a, 0.0, c_bar)


@rule
def crisis_war_probability(p: float, q: float, c_a: float, c_bar: float) -> float:
    """Probability of war in a crisis: a challenger who would rather keep q than fight demands nothing.

    Pr = 0 if p - c_a <= q, else (x* - p) / c_bar, x* as in demand.

    p: odds, 0..1. q: the challenger's share now, 0..1. c_a, c_bar: costs, >= 0 (shares of the pie).
    Source: after Fearon 1995, IO 49:379-414, with the credible-threat constraint of Powell 1999, ch. 3.
    """
    if p - c_a <= q or c_bar <= 0.0:
        return 0.0
    return min(1.0 - p, max(0.0, 0.5 * (c_bar - c_a))) / c_bar


@rule
def attack_cost(base: float, spread: float, sanctions: float, u: float) -> float:
    """Cost of war to the challenger in a given crisis: known part, expected sanctions and a public shock.

    c_A = base + sanctions + spread u.

    base, spread, sanctions: utility, >= 0. u: uniform draw, 0..1.
    Source: assumed form.
    """
    return base + sanctions + spread * u


@rule
def stake_cost(cost: float, salience: float, gap: float) -> float:
    """Cost of war in units of the pie that is fought over.

    c = cost / (s |theta - x|).

    cost: utility, >= 0. salience: of the issue, >= 0. gap: |ideal - position|, 0..1.
    Source: the normalisation of Fearon 1995 (pie = 1).
    """
    return cost / max(salience * abs(gap), NO_STAKE)


@rule
def intervention_gain(c_k: float, c_a: float, c_b: float, utility_difference: float) -> float:
    """What a third party gains by helping a against b: its share of all capabilities times what is at stake for it.

    gain = C_k / (C_a + C_b + C_k) (U_ka - U_kb).

    c_k, c_a, c_b: capabilities, >= 0. utility_difference: utility.
    Source: Altfeld and Bueno de Mesquita 1979, ISQ 23:87-112.
    """
    total = c_k + c_a + c_b
    if total <= 0.0:
        return 0.0
    return c_k / total * utility_difference


@rule
def intervention_pays(c_k: float, c_a: float, c_b: float, utility_difference: float, cost: float) -> bool:
    """Whether a third party helps a against b: its gain exceeds its cost.

    c_k, c_a, c_b: capabilities, >= 0. utility_difference, cost: utility.
    Source: Altfeld and Bueno de Mesquita 1979, ISQ 23:87-112.
    """
    return intervention_gain(c_k, c_a, c_b, utility_difference) > cost
