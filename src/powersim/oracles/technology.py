"""Know-how: learning towards the frontier, transfer, diffusion.

Closed forms and published results that no turn calls.
"""

from __future__ import annotations

import math

from powersim.compile.jit import rule


@rule
def transfer(level_giver: float, level_receiver: float, share: float) -> float:
    """Know-how that a receiver gains: part of what the giver is ahead; the giver keeps its own.

    share max(0, A_giver - A_receiver).

    level_giver, level_receiver: >= 0. share: 0..1.
    Source: after Nelson and Phelps 1966, AER 56:69-75.
    """
    return share * max(0.0, level_giver - level_receiver)


@rule
def steady_gap(growth: float, rate: float) -> float:
    """Ratio of a growing frontier to a follower's level in the long run.

    T / A -> 1 + g / Phi.

    growth: of the frontier per time, >= 0. rate: Phi, > 0.
    Source: Nelson and Phelps 1966, AER 56:69-75.
    """
    return 1.0 + growth / rate


@rule
def gap_half_life(rate: float) -> float:
    """Time in which half of a gap to a resting frontier is closed (continuous time).

    ln 2 / Phi. rate: Phi, > 0. Source: Nelson and Phelps 1966, AER 56:69-75.
    """
    return math.log(2.0) / rate


@rule
def bass_share(t: float, p: float, q: float) -> float:
    """Share of adopters at time t.

    F = (1 - e^(-(p+q)t)) / (1 + (q/p) e^(-(p+q)t)).

    t: time, >= 0. p: innovation, > 0. q: imitation, >= 0 (per time).
    Source: Bass 1969, Management Science 15:215-27.
    """
    left = math.exp(-(p + q) * t)
    return (1.0 - left) / (1.0 + q / p * left)


@rule
def bass_peak(p: float, q: float) -> float:
    """Time at which adoption is fastest.

    t* = ln(q / p) / (p + q). p, q: > 0. Source: Bass 1969, Management Science 15:215-27.
    """
    return math.log(q / p) / (p + q)
