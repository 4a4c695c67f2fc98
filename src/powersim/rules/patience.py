"""Bargaining power from patience."""

from __future__ import annotations

from powersim.compile.elementary import log
from powersim.compile.jit import rule


@rule
def patience_weight(d1: float, d2: float) -> float:
    """Weight of side 1 in the Nash product when offers follow each other without delay.

    w_1 = ln d2 / (ln d1 + ln d2); 1/2 if neither discounts.

    d1, d2: discount factors, > 0 and <= 1.
    Source: Binmore, Rubinstein and Wolinsky 1986, RAND Journal 17:176-88.
    """
    total = log(d1) + log(d2)
    if total >= 0.0:
        return 0.5
    return log(d2) / total
