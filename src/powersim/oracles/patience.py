"""Bargaining power from patience.

Closed forms and published results that no turn calls.
"""

from __future__ import annotations

from powersim.compile.jit import rule


@rule
def rubinstein_share(d1: float, d2: float) -> float:
    """Share of the side that proposes first in alternating offers.

    (1 - d2) / (1 - d1 d2); 1/2 if neither discounts.

    d1, d2: discount factors between offers, 0..1.
    Source: Rubinstein 1982, Econometrica 50:97-109.
    """
    if d1 * d2 >= 1.0:
        return 0.5
    return (1.0 - d2) / (1.0 - d1 * d2)
