"""Crisis bargaining: what is demanded, who would fight, who would help."""

from __future__ import annotations

from powersim.compile.elementary import power
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
def attack_cost(base: float, spread: float, sanctions: float, u: float) -> float:
    """Cost of war to the challenger in a given crisis: known part, expected sanctions and a public shock.

    c_A = base + sanctions + spread u.

    base, spread, sanctions: utility, >= 0. u: uniform draw, 0..1.
    Source: assumed form.
    """
    return base + sanctions + spread * u


@rule
def stake(salience: float, ideal: float, position: float) -> float:
    """What an actor gains if an issue goes all the way to its ideal.

    S = s |theta - x|; a pie of several issues is the sum of these.

    salience: >= 0. ideal, position: 0..1.
    Source: spatial utility (linear); several objects in one war: Fearon 1996; Powell 2006, IO 60:169-203.
    """
    return salience * abs(ideal - position)


@rule
def stake_lost(salience: float, ideal: float, position: float, goal: float) -> float:
    """What an actor loses if an issue goes to where another wants it; nothing if it wants the same.

    max(0, s (|goal - theta| - |x - theta|)).

    salience: >= 0. ideal, position, goal: 0..1. Source: spatial utility (linear).
    """
    return max(0.0, salience * (abs(goal - ideal) - abs(position - ideal)))


@rule
def recurrence(hazard: float, truce: float, delta: float) -> float:
    """Present value of one unit at the next crisis over a front, which rests for a while first.

    delta^truce h / (1 - delta (1 - h)).

    hazard: of a crisis per turn, 0..1. truce: turns, >= 0. delta: discount factor per turn, 0..1.
    Source: discounted mean of a geometric waiting time.
    """
    if hazard <= 0.0:
        return 0.0
    return power(delta, truce) * hazard / (1.0 - delta * (1.0 - hazard))


@rule
def resisted_demand(p: float, c_a: float, c_lo: float, c_hi: float, lam: float) -> float:
    """Best take-it-or-leave-it demand on a target that expects to be asked again if it yields.

    It refuses x if x + lam x > p + c: x now, lam x through what yielding teaches. Then
    x* = min(1, max((p + c_lo) / (1 + lam), p + (c_hi - c_a) / 2 - lam (c_hi + p) / (2 (1 + lam)))).

    p: odds of winning, 0..1. c_a: own cost, >= 0. c_lo <= c_hi: the target's cost, uniform (shares of the pie).
    lam: what it expects to lose later per unit yielded now, >= 0; at 0 this is best_demand.
    Source: assumed form; after Fearon 1995, IO 49:379-414 (the game), Fearon 1996 (what is yielded moves the next
    bargain) and Sechser 2010, IO 64:627-60 (the strong are resisted for what they may ask next).
    """
    inner = p + (c_hi - c_a) / 2.0 - lam * (c_hi + p) / (2.0 * (1.0 + lam))
    return min(1.0, max((p + c_lo) / (1.0 + lam), inner))


@rule
def resisted_war_probability(p: float, c_a: float, c_lo: float, c_hi: float, lam: float) -> float:
    """Probability that the demand of resisted_demand is refused; 0 if the threat to fight is not credible.

    Pr = ((c_hi - c_a) / 2 - c_lo + lam (p - c_a) / 2) / (c_hi - c_lo), within 0..1; 0 if p <= c_a. With a known cost
    it is 1 if nothing that the target would yield, (p + c_lo) / (1 + lam), is worth as much as fighting, else 0.

    Arguments as in resisted_demand. At lam = 0 the odds do not enter (neutrality); above, the stronger is refused more.
    Source: as resisted_demand; credible threats as in Powell 1999, ch. 3.
    """
    if p - c_a <= 0.0:
        return 0.0
    if c_hi <= c_lo:
        return 1.0 if (p + c_lo) / (1.0 + lam) < min(1.0, p - c_a) else 0.0
    excess = 0.5 * (c_hi - c_a) - c_lo + 0.5 * lam * (p - c_a)
    return min(1.0, max(0.0, min(1.0 + lam - p - c_lo, excess)) / (c_hi - c_lo))


@rule
def crisis_hazard(hazard: float, stake_now: float, stake_then: float, growth: float) -> float:
    """Hazard of a crisis while the stake is another than when the hazard was recorded.

    h_t = min(1, h (S_t / S_0)^g); h itself if nothing was at stake then.

    hazard: h per turn, 0..1. stake_now, stake_then: S, >= 0. growth: g, >= 0 (0 = constant).
    Source: assumed form; issues at stake: Hensel 2001; Senese and Vasquez 2008, The Steps to War.
    """
    if growth <= 0.0 or stake_then <= 0.0:
        return hazard
    return min(1.0, hazard * power(stake_now / stake_then, growth))


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
