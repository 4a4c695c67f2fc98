"""Alignment of two actors: what draws them together or apart, and how slowly."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from powersim._jit import rule

Floats = NDArray[np.float64]

EDGE = 1.0 - 1e-9  # an alignment of exactly 1 would be infinitely far on the scale of tanh


@rule
def next_alignment(a: float, a0: float, push: float, lam: float, noise: float) -> float:
    """Alignment a turn later: part of the way to what the dyad's own level and its drivers ask for.

    A' = (1 - lambda) A + lambda tanh(atanh A0 + push + noise); at A = A0 without push it rests to the bit.

    a, a0: alignment now and at the start, -1..1. push: weighted sum of drivers, minus its value at the start.
    lam: share of the gap closed per turn, 0..1. noise: shock.
    Source: relaxation towards the minimum of Axelrod and Bennett 1993, BJPS 23:211-33, with an intercept per dyad.
    """
    force = push + noise
    target = a0
    if force != 0.0:
        start = min(EDGE, max(-EDGE, a0))
        target = math.tanh(0.5 * math.log((1.0 + start) / (1.0 - start)) + force)
    return a + lam * (target - a)


@rule
def common_threat(t_i: Floats, t_j: Floats, i: int, j: int) -> float:
    """How much two actors fear the same third parties.

    tanh sum_k sqrt(T_ik T_jk), k other than i and j.

    t_i, t_j (N): threat that each feels from every actor, >= 0 (units of M_ref). i, j: their indices.
    Source: after Walt 1987, The Origins of Alliances (balancing against a common threat).
    """
    total = 0.0
    for k in range(t_i.shape[0]):
        if k != i and k != j:
            total += math.sqrt(t_i[k] * t_j[k])
    return math.tanh(total)


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
        w = math.sqrt(s_i[k] * s_j[k])
        total += w * (1.0 - 2.0 * abs(theta_i[k] - theta_j[k]))
        weight += w
    if weight <= 0.0:
        return 0.0
    return total / weight


@rule
def triad(row_i: Floats, row_j: Floats, i: int, j: int) -> float:
    """Pull of third parties: friends of friends and enemies of enemies.

    Mean over l tied to both (A_il and A_lj not 0) of A_il A_lj; 0 if there is none.

    row_i, row_j (N): alignments of i and j, -1..1. i, j: their indices.
    Source: Cartwright and Harary 1956, Psychological Review 63:277-93.
    """
    total = 0.0
    ties = 0
    for k in range(row_i.shape[0]):
        if k != i and k != j and row_i[k] != 0.0 and row_j[k] != 0.0:
            total += row_i[k] * row_j[k]
            ties += 1
    if ties == 0:
        return 0.0
    return total / ties
