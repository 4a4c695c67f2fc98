"""Room for the sums of a turn, made once for a history, so that a turn makes nothing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from powersim.world.state import Flags, Floats, Ints, Setup


class Slate(NamedTuple):
    """What is left on it means nothing to whoever writes on it next."""

    roots: Floats  # (N, N) [j, i]: root of the threat that i feels from j
    tied: Floats  # (N, N) 1 where alignment is not 0
    now: Floats  # (N, N) log-odds of resolve
    share: Floats  # (N)
    shared: Floats  # (N)
    pull: Floats  # (N)
    ties: Floats  # (N)
    power: Floats  # (C)
    ours: Floats  # (2, K) ideals and saliences
    theirs: Floats  # (2, K)
    concern: Ints  # (K) issues
    party: Flags  # (N, K) 1 where the scenario gives an actor an interest


def new_slate(s: Setup) -> Slate:
    """Room for a scenario of this size."""
    (n, k), c = s.ideal_hard.shape, s.control_key.shape[0]
    return Slate(
        roots=np.zeros((n, n)),
        tied=np.zeros((n, n)),
        now=np.zeros((n, n)),
        share=np.zeros(n),
        shared=np.zeros(n),
        pull=np.zeros(n),
        ties=np.zeros(n),
        power=np.zeros(c),
        ours=np.zeros((2, k)),
        theirs=np.zeros((2, k)),
        concern=np.zeros(k, np.int64),
        party=np.zeros((n, k), np.uint8),
    )
