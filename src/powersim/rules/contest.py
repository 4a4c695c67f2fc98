"""Contest success functions: who wins when capabilities meet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from powersim.compile.elementary import power, power_row
from powersim.compile.jit import rule

Floats = NDArray[np.float64]


@rule
def odds(a: float, b: float, m: float) -> float:
    """Probability that a side with capability a beats one with capability b.

    P = a^m / (a^m + b^m), and 1/2 if both are 0. Computed from the weaker side's share, so that the two sides'
    odds add to exactly 1.

    a, b: capability, >= 0 (any unit). m: decisiveness, >= 0 (1 = proportional).
    Source: Tullock 1980; Hirshleifer 1989, Public Choice 63:101-12; Skaperdas 1996.
    """
    return _odds(a, b, power(_share(a, b), m))


@rule
def odds_row(a: Floats, b: Floats, m: float, share: Floats, out: Floats) -> None:
    """Fill out with the odds of many pairs at once, those of `odds` to the bit.

    P = a^m / (a^m + b^m). a, b, share, out: rows of one length; share is room for work. Source: see `odds`.
    """
    for i in range(out.shape[0]):
        share[i] = _share(a[i], b[i])
    power_row(share, m, out)
    for i in range(out.shape[0]):
        out[i] = _odds(a[i], b[i], out[i])


@rule
def _share(a: float, b: float) -> float:
    """What the weaker side has of the stronger's capability; 1 if neither has any."""
    return 1.0 if a == b else min(a, b) / max(a, b)


@rule
def _odds(a: float, b: float, ratio: float) -> float:
    """The odds of a when the weaker side's share, to the power m, is `ratio`."""
    weaker = ratio / (1.0 + ratio)
    return weaker if a < b else 1.0 - weaker
