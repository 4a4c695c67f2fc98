"""Sanctions under the shadow of future conflict.

Closed forms and published results that no turn calls.
"""

from __future__ import annotations

from powersim.compile.jit import rule


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
