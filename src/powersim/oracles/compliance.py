"""Self-enforcement: a promise is kept while the relationship is worth more than breaking it.

Closed forms and published results that no turn calls.
"""

from __future__ import annotations

import math

from powersim.compile.jit import rule


@rule
def break_even_gain(pi: float, delta: float, h: float) -> float:
    """Gain per turn from the relationship at which reneging just pays.

    sigma* = Pi (1 - D) / D, D = delta (1 - h); infinite if the future does not count.

    pi: gain from reneging now, >= 0. delta, h: as in continuation_value.
    Source: the bound of continuation_value, solved.
    """
    future = delta * (1.0 - h)
    if future <= 0.0:
        return math.inf
    return pi * (1.0 - future) / future
