"""Commitment problems: fighting now because the other side will be stronger later."""

from __future__ import annotations

import math

from powersim.compile.jit import rule
from powersim.rules.compliance import discounted_ramp


@rule
def shift_threshold(p: float, d: float, delta: float, h: float, beta: float) -> float:
    """Rise of the other side's odds above which a declining power prefers war now.

    Delta* = ((1 - D) / D) (p + d / (1 - d)) + beta d / (1 - d), D = delta (1 - h); infinite if the future does not
    count. War now is worth (1 - p)(1 - d) / (1 - D) to the decliner; peace at most the whole pie today, and from the
    next turn D / (1 - D) times (1 - p - Delta)(1 - d) + beta d. At beta = 1 this is Powell's general condition.

    p: the riser's odds today, 0..1. d: share of the pie that war destroys, 0..1. delta: discount factor per turn,
    0..1. h: hazard per turn that the shift is undone anyway, 0..1. beta: the decliner's share of what peace saves
    after the shift, 0..1.
    Source: after Fearon 1995, IO 49:401-9, and Powell 2006, IO 60:169-203 (flow version).
    """
    future = delta * (1.0 - h)
    if future <= 0.0 or d >= 1.0:
        return math.inf
    saved = d / (1.0 - d)
    return (1.0 - future) / future * (p + saved) + beta * saved


@rule
def foreseen_rise(way: float, speed: float, turns: float, future: float) -> float:
    """Rise of an issue over the years ahead, as much of it at once as weighs the same in the commitment problem.

    (1 - D) / D sum_{t >= 1} D^t min(way, v turns, v t), in closed form: in the streams of shift_threshold a shift that
    arrives step by step counts as its discounted mean; one that is there next turn counts in full.

    way: how far policies lead, >= 0. speed: v per turn, >= 0. turns: how far ahead is looked, >= 0. future: D, 0..1.
    Source: Krainin 2017, PSRM 5:103-21 (slow but lasting shifts add up), on the streams of Powell 2006, IO 60:169-203.
    """
    if future <= 0.0:
        return 0.0
    return discounted_ramp(min(way, speed * turns), speed, future) / future


@rule
def preventive_war(shift: float, threshold: float) -> bool:
    """Whether an expected shift of power is too large to be bargained away.

    shift: expected rise of the other side's odds, -1..1. threshold: from shift_threshold.
    Source: Powell 2006, IO 60:169-203.
    """
    return shift > threshold
