"""Sanctions under the shadow of future conflict."""

from __future__ import annotations

from powersim.compile.jit import rule


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
