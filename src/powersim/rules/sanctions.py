"""Sanctions under the shadow of future conflict."""

from __future__ import annotations

from powersim.compile.jit import rule
from powersim.rules.compliance import discounted_ramp


@rule
def conflict_expectation(a: float) -> float:
    """Weight that two actors put on relative gains: how much future conflict they expect.

    k = (1 - A) / 2.

    a: alignment, -1..1. Source: after Drezner 1998, ISQ 42:709-31.
    """
    return (1.0 - a) / 2.0


@rule
def relative_gain(own: float, others: float, k: float, weight: float) -> float:
    """Gain of a sender who also counts the target's loss as gain, as far as it expects conflict.

    own - weight k others.

    own, others: change of utility of sender and target. k: conflict expectation, 0..1. weight: 0..1.
    Source: Drezner 1998, ISQ 42:709-31 (relative gains).
    """
    return own - weight * k * others


@rule
def sanctions_ahead(wanted: float, now: float, speed: float, delta: float) -> float:
    """Discounted mean of what a sender will impose beyond what it does, moving at its own pace to what it wants.

    (1 - delta) sum_{t >= 1} delta^t min(max(0, wanted - now), v t), in closed form (discounted_ramp).

    wanted, now: positions of the sanctions, 0..1. speed: v per turn, >= 0. delta: the target's discount factor, 0..1.
    Source: assumed form; a target weighs the sanctions that it expects: Drezner 1999, The Sanctions Paradox.
    """
    return discounted_ramp(max(0.0, wanted - now), speed, delta)
