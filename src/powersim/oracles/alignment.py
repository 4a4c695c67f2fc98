"""Similarity of two actors over all issues at once; the turn adds it up issue by issue.

Closed forms and published results that no turn calls.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from powersim.compile.jit import rule
from powersim.rules.alignment import agreement

Floats = NDArray[np.float64]


@rule
def similarity(theta_i: Floats, theta_j: Floats, s_i: Floats, s_j: Floats) -> float:
    """Similarity of interests: agreement of ideals on what both care about.

    sum_k w_k (1 - 2 |theta_ik - theta_jk|) / sum_k w_k, w_k = sqrt(s_ik s_jk); 0 if they share no concern.

    theta_i, theta_j (K): ideals, 0..1. s_i, s_j (K): saliences, >= 0. Result -1..1.
    Source: after Signorino and Ritter 1999, ISQ 43:115-44 (distance-based similarity, weighted).
    """
    total = 0.0
    weight = 0.0
    for k in range(theta_i.shape[0]):
        w, agreed = agreement(theta_i[k], theta_j[k], s_i[k], s_j[k])
        total += agreed
        weight += w
    if weight <= 0.0:
        return 0.0
    return total / weight
