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
