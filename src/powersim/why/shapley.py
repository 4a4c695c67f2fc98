"""Who brought it about, and how much of it: Shapley's value by enumeration of all coalitions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import comb

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST = 16  # players: 2**16 coalitions take a moment, every further player doubles it
ROUNDING = 1e-12  # sums of the same amounts in another order differ by less

Worth = Callable[[frozenset[int]], float]
"""What a coalition of players (their places) brings about alone."""


def shapley(players: int, worth: Worth) -> list[float]:
    """Shapley value of every player: what it adds to those before it, averaged over all orders of arrival.

    phi_i = sum over S without i of |S|! (n - |S| - 1)! / n! (v(S + i) - v(S)); they add up to v(N) - v(empty).

    players: n, 0..16. worth: v, called once for each of the 2**n coalitions. Raises ValueError for another n.
    Source: Shapley 1953, in Contributions to the Theory of Games II:307-17.
    """
    if not 0 <= players <= MOST:
        raise ValueError(
            f"players: found {players}; allowed 0 to {MOST}, as every coalition is weighed; e.g. 4"
        )
    value = [worth(frozenset(i for i in range(players) if mask >> i & 1)) for mask in range(1 << players)]
    return [float(share) for share in shapley_values(np.array(value, np.float64))]


def shapley_values(worth: Floats) -> Floats:
    """Shapley values of many games at once: worth (2**n, ...) by coalition -> shares (n, ...).

    Place `mask` of the first axis is the coalition of the players i whose bit 1 << i is set in it; see `shapley`.
    """
    coalitions = worth.shape[0]
    players = coalitions.bit_length() - 1
    shares = np.zeros((players, *worth.shape[1:]))
    for mask in range(coalitions - 1):
        weight = 1.0 / (players * comb(players - 1, mask.bit_count()))
        for i in range(players):
            if not mask >> i & 1:
                shares[i] += weight * (worth[mask | 1 << i] - worth[mask])
    return shares


def covers(amounts: Sequence[float], bill: float) -> Worth:
    """The game of paying a bill: a coalition is worth 1 if its amounts cover the bill, else 0.

    v(S) = 1 if sum_(i in S) a_i >= B. amounts: a_i, what each player brings (any unit). bill: B, in that unit.
    Source: weighted voting, Shapley and Shubik 1954, APSR 48:787-92.
    """

    def worth(coalition: frozenset[int]) -> float:
        # the sum starts from nothing, so that a bill of 0 is covered by nobody's help
        return 1.0 if sum(amounts[i] for i in sorted(coalition)) >= bill - ROUNDING else 0.0

    return worth
