"""Alignment of two actors: what draws them together or apart, and how slowly."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from powersim.compile.elementary import LANES, log, tanh, tanh_row
from powersim.compile.jit import rule

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
    return _nearer(a, a0 if force == 0.0 else tanh(artanh(a0) + force), lam)


@rule
def artanh(a: float) -> float:
    """Alignment on the scale on which its drivers add, kept off the ends: atanh A.

    a: -1..1. Source: standard.
    """
    start = min(EDGE, max(-EDGE, a))
    return 0.5 * log((1.0 + start) / (1.0 - start))


@rule
def _nearer(a: float, target: float, lam: float) -> float:
    """Alignment part of the way to its target."""
    return a + lam * (target - a)


@rule
def next_alignment_row(
    a: Floats, a0: Floats, start: Floats, push: Floats, lam: float, noise: Floats, room: Floats
) -> None:
    """Put `next_alignment` in the place of a row of alignments, to the bit.

    start: `artanh` of a0, the same all through a history. a, a0, start, push, noise: rows of one length; room: two such
    rows for work. Source: see `next_alignment`.
    """
    pulled, target = room[0], room[1]
    for m in range(a.shape[0]):
        pulled[m] = start[m] + (push[m] + noise[m])
    tanh_row(pulled, target)
    for m in range(a.shape[0]):
        a[m] = _nearer(a[m], a0[m] if push[m] + noise[m] == 0.0 else target[m], lam)


@rule
def common_threats(roots: Floats, felt: Floats, room: Floats, shared: Floats) -> None:
    """How much every two actors fear the same third parties: fill shared in the order of `pairs`.

    shared_ij = tanh sum_k sqrt(T_ik T_jk), k other than i and j.

    roots (N, N or more): [k, j] = sqrt T_jk, the root of the threat that j feels from k (units of M_ref); 0 where k is
    j. felt, as long as a row of these, and room: for work. room, shared: rows of one length, one place a pair or more.
    Source: after Walt 1987, The Origins of Alliances (balancing against a common threat).
    """
    m, n = 0, roots.shape[0]
    for i in range(n):
        over_third_parties(roots[:, i], roots, _full_from(i + 1), felt)
        for j in range(i + 1, n):
            room[m] = felt[j]
            m += 1
    tanh_row(room, shared)


@rule
def over_third_parties(weight: Floats, rows: Floats, first: int, total: Floats) -> None:
    """total_j = sum_k weight_k rows_kj for every j >= first; terms in the order of k, so that a 0 changes no bit.

    weight (N), rows (N, N or more), total as long as one of them. Four rows at a time: of all that a turn does, only
    this grows faster than the number of pairs, and so it takes a third of the time or less. Four without weight, such
    as those of whom nobody is shut out, are passed over.
    Source: arithmetic.
    """
    n, end = rows.shape[0], total.shape[0]
    for j in range(first, end):
        total[j] = 0.0
    whole = n - n % 4
    for k in range(0, whole, 4):
        a, b, c, d = weight[k], weight[k + 1], weight[k + 2], weight[k + 3]
        if a == 0.0 and b == 0.0 and c == 0.0 and d == 0.0:
            continue
        for j in range(first, end):
            total[j] = (
                total[j] + a * rows[k, j] + b * rows[k + 1, j] + c * rows[k + 2, j] + d * rows[k + 3, j]
            )
    for k in range(whole, n):
        for j in range(first, end):
            total[j] += weight[k] * rows[k, j]


@rule
def _full_from(first: int) -> int:
    """Where a sum from `first` on may begin so that vectors are full; what it fills before is of no account."""
    return first - first % LANES


@rule
def agreement(theta_i: float, theta_j: float, s_i: float, s_j: float) -> tuple[float, float]:
    """One issue's part in the similarity of two actors: its weight w and w (1 - 2 |theta_i - theta_j|).

    Similarity is sum_k w_k (1 - 2 |theta_ik - theta_jk|) / sum_k w_k, w_k = sqrt(s_ik s_jk).

    theta_i, theta_j: ideals, 0..1. s_i, s_j: saliences, >= 0.
    Source: after Signorino and Ritter 1999, ISQ 43:115-44 (distance-based similarity, weighted).
    """
    w = math.sqrt(s_i * s_j)
    return w, w * (1.0 - 2.0 * abs(theta_i - theta_j))


@rule
def triads(alignment: Floats, ties: Floats, i: int, pull: Floats) -> None:
    """Pull of third parties on actor i and each actor after it: fill pull[j], j > i.

    pull_j = mean over k tied to both (A_ik and A_kj not 0; k other than i and j) of A_ik A_kj; 0 if there is none.
    Friends of friends and enemies of enemies attract.

    alignment (N, N or more): symmetric, -1..1, 0 on the diagonal and beyond. ties (N): [j] how many are tied
    to both i and j. pull: as long as a row of alignment.
    Source: Cartwright and Harary 1956, Psychological Review 63:277-93.
    """
    over_third_parties(alignment[i], alignment, _full_from(i + 1), pull)
    for j in range(i + 1, ties.shape[0]):
        pull[j] = pull[j] / ties[j] if ties[j] > 0.0 else 0.0


@rule
def isolation_felt(sanctions: float, economy: float, others: float) -> float:
    """How far one sender's sanctions shut an actor out: F_jk = Z_kj y_k / sum_{l != j} y_l.

    sanctions: Z of the sender on the actor, 0..1. economy: y of the sender, >= 0. others: sum of all economies but the
    actor's, >= 0. Result 0..1; over all senders no more than 1. By size and not by the trade that is left, since trade
    with a sender is small because of old sanctions.
    Source: assumed form; costs of sanctions grow with the senders' share of the target's markets: Drezner 1999.
    """
    return sanctions * economy / others if others > 0.0 else 0.0


@rule
def common_isolation(roots: Floats, i: int, shared: Floats) -> None:
    """How far the same senders shut out actor i and each actor after it: fill shared[j], j > i.

    shared_j = sum_k sqrt(F_ik F_jk), k other than i and j: 0 without a common sender, 1 if all others shut both out.

    roots (N, N or more): [k, j] = sqrt F_jk (`isolation_felt`), 0 where k is j. shared: as long as a row of these.
    Source: assumed form. Targets turn from their senders (Adhikari, Jeong and Peksen 2022, International Interactions
    48:397-422); a common adversary is what allies share (Gibler and Wolford 2006, JCR 50:129-53; Leeds and Savun 2007,
    Journal of Politics 69:1118-32, on what ends alliances).
    """
    over_third_parties(roots[:, i], roots, _full_from(i + 1), shared)


@rule
def joint_effort(
    share_i: float, share_j: float, gap_i: float, gap_j: float, held: float, against: float
) -> float:
    """What two actors hold up together on one issue against one opponent: w h sqrt(q_i max(0, g_i) q_j max(0, g_j)).

    share_i, share_j: part of an actor's concerns that the issue is, q = s_ik / sum_l s_il, 0..1. gap_i, gap_j: how far
    its ideal lies beyond the opponent's, on the side to which it may move the issue, -1..1. held: how much of the scale
    they hold on that side, 0..1. against: weight of the opponent among all who have a stake, 0..1. 0 unopposed.
    Source: assumed form; partners who fight on one side stay aligned: Leeds and Savun 2007 (see `common_isolation`).
    """
    return against * held * math.sqrt(share_i * max(0.0, gap_i) * share_j * max(0.0, gap_j))
