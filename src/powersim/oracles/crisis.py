"""Crisis bargaining: what is demanded, who would fight, who would help.

Closed forms and published results that no turn calls.
"""

from __future__ import annotations

from powersim.compile.jit import rule
from powersim.rules.contest import odds
from powersim.rules.crisis import best_demand


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
def war_probability_tioli(c_a: float, c_lo: float, c_hi: float) -> float:
    """Probability that the best demand is refused; the odds of winning do not enter (neutrality).

    Pr = max(0, ((c_hi - c_a) / 2 - c_lo) / (c_hi - c_lo)); 0 if the cost is known.

    c_a: own cost, >= 0. c_lo <= c_hi: the other's cost (shares of the pie).
    Source: Fearon 1995, IO 49:379-414; neutrality: Benson, Meirowitz and Ramsay (working paper).
    """
    if c_hi <= c_lo:
        return 0.0
    return max(0.0, ((c_hi - c_a) / 2.0 - c_lo) / (c_hi - c_lo))


@rule
def tioli_value(p: float, c_a: float, c_lo: float, c_hi: float) -> float:
    """Expected share of the side that makes the best take-it-or-leave-it demand.

    EU = (1 - Pr) x* + Pr (p - c_a).

    Arguments as in best_demand. Source: Fearon 1995, IO 49:379-414.
    """
    war = war_probability_tioli(c_a, c_lo, c_hi)
    return (1.0 - war) * best_demand(p, c_a, c_lo, c_hi) + war * (p - c_a)


@rule
def status_quo_war_probability(p: float, q: float, c_a: float, c_lo: float, c_hi: float) -> float:
    """Probability of war when a satisfied holder of q proposes and a dissatisfied one may fight.

    Pr = F(min(q, x*) - p) with F uniform on [c_lo, c_hi]: no risk while benefits mirror power.

    p: the holder's odds, 0..1. q: its share, 0..1. c_a: its cost, >= 0. c_lo < c_hi: the other's cost.
    Source: after Powell 1996, World Politics 48:239-67.
    """
    excess = min(q, best_demand(p, c_a, c_lo, c_hi)) - p - c_lo
    if excess <= 0.0 or c_hi <= c_lo:
        return 0.0
    return min(1.0, excess / (c_hi - c_lo))


@rule
def challenger_war_probability(p: float, q: float, a_bar: float, c_bar: float) -> float:
    """Probability of war per crisis when the challenger's cost is drawn uniformly from [0, a_bar].

    Pr = (m / 2 - m^2 / (4 c_bar)) / a_bar with m = max(0, min(p - q, a_bar, c_bar)).

    p: odds, 0..1. q: the challenger's share now, 0..1. a_bar, c_bar: highest costs, > 0 (shares of the pie).
    Source: mean of crisis_war_probability over the challenger's cost.
    """
    if a_bar <= 0.0 or c_bar <= 0.0:
        return 0.0
    m = max(0.0, min(p - q, a_bar, c_bar))
    return (m / 2.0 - m * m / (4.0 * c_bar)) / a_bar


@rule
def challenger_war_slope(p: float, q: float, a_bar: float, c_bar: float) -> float:
    """How fast the probability of war per crisis rises with the challenger's odds.

    dPr/dp = (1/2 - m / (2 c_bar)) / a_bar for 0 < p - q < min(a_bar, c_bar), else 0.

    Arguments as in challenger_war_probability. Source: its derivative.
    """
    m = p - q
    if m <= 0.0 or m >= min(a_bar, c_bar):
        return 0.0
    return (0.5 - m / (2.0 * c_bar)) / a_bar


@rule
def safe_demand(cost_helper: float, total: float, salience_helper: float, capability_helper: float) -> float:
    """Largest demand that keeps the target's supporter out.

    d = min(1, c_k sum(C) / (s_k C_k)); 1 if the supporter cannot or need not care.

    cost_helper: utility, >= 0. total: capability of all three, >= 0. salience_helper: >= 0. capability_helper: >= 0.
    Source: Werner 2000, AJPS 44:720-32; Altfeld and Bueno de Mesquita 1979, ISQ 23:87-112.
    """
    stake = salience_helper * capability_helper
    if cost_helper * total >= stake:
        return 1.0
    return cost_helper * total / stake


@rule
def odds_with_helper(f_a: float, f_d: float, f_s: float, phi: float, m: float) -> float:
    """Attacker's odds when a supporter adds a share of its capability to the defence.

    p = F_a^m / (F_a^m + (F_d + phi F_s)^m).

    f_a, f_d, f_s: capability, >= 0. phi: share that is lent, 0..1. m: decisiveness, >= 0.
    Source: contest success function with the supporter of Werner 2000, AJPS 44:720-32.
    """
    return odds(f_a, f_d + phi * f_s, m)


@rule
def expected_odds(helps: float, alone: float, helped: float) -> float:
    """Odds that a challenger expects when help to its target is uncertain.

    p = (1 - Pr) p_0 + Pr p_1.

    helps: probability of help, 0..1. alone, helped: odds without and with help, 0..1.
    Source: after Werner 2000, AJPS 44:720-32.
    """
    return (1.0 - helps) * alone + helps * helped
