"""Sanctions under the shadow of future conflict."""

from __future__ import annotations

from powersim._jit import rule
from powersim.rules.compliance import discounted_ramp


@rule
def conflict_expectation(a: float) -> float:
    """Weight that two actors put on relative gains: how much future conflict they expect.

    k = (1 - A) / 2.

    a: alignment, -1..1. Source: after Drezner 1998, ISQ 42:709-31.
    """
    return (1.0 - a) / 2.0


@rule
def threat_credible(k: float, c_s: float, c_t: float) -> bool:
    """Whether a threat of sanctions is credible: the target's loss, as a relative gain, exceeds the sender's cost.

    k c_T > c_S.

    k: conflict expectation, 0..1. c_s, c_t: costs to sender and target, >= 0 (same unit).
    Source: Drezner 1998, ISQ 42:709-31.
    """
    return k * c_t > c_s


@rule
def largest_concession(k: float, c_s: float, c_t: float) -> float:
    """Largest concession that a target prefers to sanctions; the more conflict it expects, the stingier it is.

    x = max(0, (c_T - k c_S) / (1 + k)).

    k: conflict expectation, 0..1. c_s, c_t: costs to sender and target, >= 0.
    Source: Drezner 1999, The Sanctions Paradox.
    """
    return max(0.0, (c_t - k * c_s) / (1.0 + k))


@rule
def nash_shift(c_s: float, c_t: float) -> float:
    """Shift of the bargain towards the sender under the Nash solution; conflict expectation drops out.

    (c_T - c_S) / 2.

    c_s, c_t: costs to sender and target, >= 0.
    Source: Nash 1953; after Morgan and Schwebach 1997, ISQ 41:27-50.
    """
    return (c_t - c_s) / 2.0


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
