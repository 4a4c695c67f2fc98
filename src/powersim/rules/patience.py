"""Bargaining power from patience."""

from __future__ import annotations

import math

from powersim._jit import rule


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


@rule
def patience_weight(d1: float, d2: float) -> float:
    """Weight of side 1 in the Nash product when offers follow each other without delay.

    w_1 = ln d2 / (ln d1 + ln d2); 1/2 if neither discounts.

    d1, d2: discount factors, > 0 and <= 1.
    Source: Binmore, Rubinstein and Wolinsky 1986, RAND Journal 17:176-88.
    """
    total = math.log(d1) + math.log(d2)
    if total >= 0.0:
        return 0.5
    return math.log(d2) / total
