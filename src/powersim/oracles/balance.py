"""Structural balance in continuous time: friends of friends become friends until two camps are left.

Oracles for the triad term of alignment, and too rare to compile: plain linear algebra.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def balance_path(x0: Floats, t: float) -> Floats:
    """Ties at time t.

    dX/dt = X X, so X(t) = X0 (I - t X0)^-1 until the blow-up.

    x0 (N, N): ties at the start, symmetric. t: time, below blow_up_time(x0).
    Source: Marvel, Kleinberg, Kleinberg and Strogatz 2011, PNAS 108:1771-6.
    """
    n = x0.shape[0]
    # X0 and its inverse factor commute, so solving from the left gives the same.
    return np.linalg.solve(np.eye(n) - t * x0, x0).astype(np.float64)


def blow_up_time(x0: Floats) -> float:
    """Time at which ties become infinite: one over the largest eigenvalue; never if that is not positive.

    x0 (N, N): ties at the start, symmetric.
    Source: Marvel, Kleinberg, Kleinberg and Strogatz 2011, PNAS 108:1771-6.
    """
    largest = float(np.linalg.eigvalsh(x0)[-1])
    return 1.0 / largest if largest > 0.0 else np.inf


def factions(x0: Floats) -> Floats:
    """Camp of each actor in the limit (+1 or -1, the first actor's is +1): signs of the leading eigenvector.

    x0 (N, N): ties at the start, symmetric.
    Source: Marvel, Kleinberg, Kleinberg and Strogatz 2011, PNAS 108:1771-6.
    """
    leading: Floats = np.linalg.eigh(x0)[1][:, -1]
    camps: Floats = np.where(leading * (1.0 if leading[0] >= 0.0 else -1.0) >= 0.0, 1.0, -1.0)
    return camps
