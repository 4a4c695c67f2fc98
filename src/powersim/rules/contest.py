"""Contest success functions: who wins when capabilities meet."""

from __future__ import annotations

from powersim.compile.elementary import power
from powersim.compile.jit import rule


@rule
def odds(a: float, b: float, m: float) -> float:
    """Probability that a side with capability a beats one with capability b.

    P = a^m / (a^m + b^m), and 1/2 if both are 0. Computed from the weaker side's share, so that the two sides'
    odds add to exactly 1.

    a, b: capability, >= 0 (any unit). m: decisiveness, >= 0 (1 = proportional).
    Source: Tullock 1980; Hirshleifer 1989, Public Choice 63:101-12; Skaperdas 1996.
    """
    strong = max(a, b)
    if strong <= 0.0 or a == b:
        return 0.5
    ratio = power(min(a, b) / strong, m)
    weaker = ratio / (1.0 + ratio)
    if a < b:
        return weaker
    return 1.0 - weaker
