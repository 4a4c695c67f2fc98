"""Commitment problems: fighting now because the other side will be stronger later.

Closed forms and published results that no turn calls.
"""

from __future__ import annotations

from powersim.compile.jit import rule


@rule
def one_off_margin(delta: float, p_now: float, p_later: float, c_a: float) -> float:
    """Preventive motive when the cost of war is paid once: war if positive.

    margin = p_1 - delta p_2 - (1 - delta) (1 + c_a (1 - delta)).

    delta: discount factor, 0..1. p_now, p_later: the decliner's odds, 0..1. c_a: its cost of war, >= 0.
    Source: after Fearon 1995, IO 49:401-9.
    """
    return p_now - delta * p_later - (1.0 - delta) * (1.0 + c_a * (1.0 - delta))


@rule
def inefficiency_margin(
    delta: float, minmax_now: float, minmax_later: float, other_now: float, surplus: float
) -> float:
    """Powell's general condition: war cannot be avoided if positive.

    margin = delta M_1(t+1) - M_1(t) - (B - M_1(t) - M_2(t)).

    delta: discount factor, 0..1. minmax_now, minmax_later: the riser's guaranteed payoff. other_now: the decliner's.
    surplus: B, the whole pie's present value.
    Source: Powell 2006, IO 60:169-203.
    """
    return delta * minmax_later - minmax_now - (surplus - minmax_now - other_now)


@rule
def salami_demand(held: float, p0: float, k: float, delta: float, cost: float) -> float:
    """How much of a territory is held after the next demand, where what is held moves the odds: x' of x.

    (1 - delta) x' + delta p(x') = p(x) + (1 - delta) c, p(x) = p0 + k x: the other side yields what leaves it as well
    off as a war now, although the next demand will find it weaker; never more than the whole. Nobody ever fights.

    held: x, 0..1. p0: odds of the side that demands, holding nothing, 0..1. k: by how much the whole would raise them,
    0 <= k < 1. delta: discount factor per turn, 0 <= delta < 1. cost: c, of war to the other side (share of the pie).
    Source: after Fearon 1996, Bargaining over Objects that Influence Future Bargaining Power (continuous odds).
    """
    worth = 1.0 - delta + delta * k  # of a share more, now and in the odds
    if worth <= 0.0:
        return held
    return min(1.0, ((1.0 - delta) * (p0 + cost) + k * held) / worth)


@rule
def salami_end(p0: float, k: float, cost: float) -> float:
    """Where such demands lead: to where what is held again mirrors power, x = p(x) + c.

    x = min(1, (p0 + c) / (1 - k)), the fixed point of salami_demand whatever the discount factor.

    Arguments as in salami_demand. Source: after Fearon 1996 (see salami_demand).
    """
    if k >= 1.0:
        return 1.0
    return min(1.0, (p0 + cost) / (1.0 - k))
