"""Alignment: rest, bounds, and the terms that move it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from powersim.oracles.alignment import similarity
from powersim.rules.alignment import (
    common_isolation,
    common_threats,
    isolation_felt,
    joint_effort,
    next_alignment,
    over_third_parties,
    triads,
)
from powersim.world.params import SPEC

alignment = st.floats(-1.0, 1.0)
unit = st.floats(0.0, 1.0)
push = st.floats(-5.0, 5.0)
N = 5
row = arrays(np.float64, N, elements=alignment)
shares = arrays(np.float64, N, elements=unit)


def pair(i: int, j: int, n: int) -> int:
    """The place of a pair, i < j, of n."""
    return list(zip(*np.triu_indices(n, 1), strict=True)).index((i, j))


def common_threat(t_i: np.ndarray, t_j: np.ndarray, i: int, j: int) -> float:
    """The rule for one pair: what i and j feel from everybody."""
    roots, (room, shared) = np.zeros((t_i.size, t_i.size)), np.zeros((2, t_i.size * (t_i.size - 1) // 2))
    roots[:, i], roots[:, j] = np.sqrt(t_i), np.sqrt(t_j)
    roots[i, i] = roots[j, j] = 0.0  # nobody fears itself
    common_threats(roots, np.zeros(t_i.size), room, shared)
    return float(shared[pair(min(i, j), max(i, j), t_i.size)])


def triad(row_i: np.ndarray, row_j: np.ndarray, i: int, j: int) -> float:
    """The rule for one pair: alignments of i and j with everybody."""
    matrix, pull = np.zeros((row_i.size, row_i.size)), np.full(row_i.size, np.nan)
    matrix[i], matrix[:, i] = row_i, row_i
    matrix[j], matrix[:, j] = row_j, row_j
    matrix[i, j] = matrix[j, i] = row_i[j]
    np.fill_diagonal(matrix, 0.0)  # nobody is its own third party
    tied = np.sign(np.abs(matrix))
    triads(matrix, (tied @ tied)[min(i, j)], min(i, j), pull)
    return float(pull[max(i, j)])


@given(a0=alignment, lam=unit)
def test_alignment_rests_where_it_began_to_the_bit(a0: float, lam: float) -> None:
    assert next_alignment(a0, a0, 0.0, lam, 0.0) == a0


@given(a=alignment, a0=alignment, force=push, lam=unit, noise=push)
def test_alignment_stays_within_bounds(a: float, a0: float, force: float, lam: float, noise: float) -> None:
    assert -1.0 <= next_alignment(a, a0, force, lam, noise) <= 1.0


@given(a=alignment, a0=alignment, force=push, more=st.floats(0.0, 3.0), lam=unit)
def test_a_stronger_pull_never_lowers_alignment(
    a: float, a0: float, force: float, more: float, lam: float
) -> None:
    assert next_alignment(a, a0, force + more, lam, 0.0) >= next_alignment(a, a0, force, lam, 0.0) - 1e-9


@given(a=alignment, a0=alignment, force=push)
def test_with_full_speed_alignment_is_its_target(a: float, a0: float, force: float) -> None:
    assert next_alignment(a, a0, force, 1.0, 0.0) == pytest.approx(
        next_alignment(0.0, a0, force, 1.0, 0.0), abs=1e-12
    )


@given(t_i=shares, t_j=shares)
def test_common_threat_is_mutual_and_needs_both_to_fear(t_i: np.ndarray, t_j: np.ndarray) -> None:
    assert common_threat(t_i, t_j, 0, 1) == pytest.approx(common_threat(t_j, t_i, 1, 0))
    assert 0.0 <= common_threat(t_i, t_j, 0, 1) <= 1.0
    assert common_threat(t_i, np.zeros(N), 0, 1) == 0.0


def test_what_two_actors_fear_of_each_other_is_no_common_threat() -> None:
    fear = np.array([1.0, 1.0, 0.0, 0.0, 0.0])
    assert common_threat(fear, fear, 0, 1) == 0.0


@given(theta=shares, other=shares, s_i=shares, s_j=shares)
def test_similarity_is_mutual_bounded_and_full_between_twins(
    theta: np.ndarray, other: np.ndarray, s_i: np.ndarray, s_j: np.ndarray
) -> None:
    value = similarity(theta, other, s_i, s_j)
    assert -1.0 - 1e-12 <= value <= 1.0 + 1e-12
    assert value == pytest.approx(similarity(other, theta, s_j, s_i))
    if similarity(theta, theta, s_i, s_j) != 0.0:
        assert similarity(theta, theta, s_i, s_j) == pytest.approx(1.0)


def test_actors_without_a_shared_concern_are_neither_alike_nor_unlike() -> None:
    assert (
        similarity(np.array([0.0, 1.0]), np.array([1.0, 0.0]), np.array([1.0, 0.0]), np.array([0.0, 1.0]))
        == 0.0
    )


@given(a=row, b=row)
def test_third_parties_pull_within_bounds_and_alike_for_both(a: np.ndarray, b: np.ndarray) -> None:
    assert triad(a, b, 0, 1) == pytest.approx(triad(b, a, 1, 0))
    assert -1.0 <= triad(a, b, 0, 1) <= 1.0


def test_friends_of_friends_and_enemies_of_enemies_attract() -> None:
    assert triad(np.array([0.0, 0.0, 0.5]), np.array([0.0, 0.0, 0.5]), 0, 1) == 0.25
    assert triad(np.array([0.0, 0.0, -0.5]), np.array([0.0, 0.0, -0.5]), 0, 1) == 0.25
    assert triad(np.array([0.0, 0.0, 0.5]), np.array([0.0, 0.0, -0.5]), 0, 1) == -0.25


def test_an_actor_tied_to_nobody_changes_no_ones_triad() -> None:
    i, j = np.array([1.0, 0.2, 0.6]), np.array([0.2, 1.0, 0.4])
    assert triad(np.append(i, 0.0), np.append(j, 0.0), 0, 1) == triad(i, j, 0, 1)


@pytest.mark.slow
@given(
    start=arrays(np.float64, (N, N), elements=alignment), other=arrays(np.float64, (N, N), elements=alignment)
)
def test_third_parties_alone_do_not_polarise(start: np.ndarray, other: np.ndarray) -> None:
    """At the largest weight that is allowed the loop gain is below 1: what one begins with is forgotten."""
    weight = SPEC["w_triad"].high

    def settled(matrix: np.ndarray) -> np.ndarray:
        now = (matrix + matrix.T) / 2
        for _ in range(60):
            old = now.copy()
            for i in range(N):
                for j in range(i):
                    pull = weight * triad(old[i], old[j], i, j)
                    now[i, j] = now[j, i] = next_alignment(old[i, j], 0.0, pull, 0.5, 0.0)
        np.fill_diagonal(now, 0.0)
        return now

    assert np.abs(settled(start) - settled(other)).max() < 0.05


@given(n=st.integers(1, 13), first=st.integers(0, 13), seed=st.integers(0, 10_000))
def test_a_sum_over_third_parties_adds_in_their_order_to_the_bit(n: int, first: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    weight, rows, total = draw.normal(size=n), draw.normal(size=(n, n)), np.full(n, np.nan)
    over_third_parties(weight, rows, first, total)
    for j in range(first, n):
        expected = 0.0
        for k in range(n):
            expected += weight[k] * rows[k, j]
        assert total[j] == expected
    assert np.isnan(total[:first]).all()


@given(n=st.integers(4, 13), kept=st.integers(0, 12), seed=st.integers(0, 10_000))
def test_third_parties_without_weight_are_passed_over_and_a_longer_row_is_filled(
    n: int, kept: int, seed: int
) -> None:
    draw = np.random.default_rng(seed)
    weight, rows, total = np.zeros(n), np.zeros((n, n + 3)), np.full(n + 3, np.nan)
    rows[:, :n] = draw.normal(size=(n, n))
    weight[kept % n] = draw.normal()
    over_third_parties(weight, rows, 0, total)
    assert total[:n].tolist() == (weight[kept % n] * rows[kept % n, :n]).tolist()
    assert total[n:].tolist() == [0.0] * 3


def isolation(z_i: np.ndarray, z_j: np.ndarray, economy: np.ndarray) -> float:
    """The rule for one pair, actors 0 and 1: what sanctions everybody has on them."""
    roots, shared = np.zeros((N, N)), np.full(N, np.nan)
    for j, level in ((0, z_i), (1, z_j)):
        for k in range(N):
            if k != j:
                felt = isolation_felt(float(level[k]), float(economy[k]), float(economy.sum() - economy[j]))
                roots[k, j] = np.sqrt(felt)
    common_isolation(roots, 0, shared)
    return float(shared[1])


sizes = arrays(np.float64, N, elements=st.floats(0.01, 1.0))


@given(z_i=shares, z_j=shares, economy=sizes, k=st.integers(2, N - 1), share=unit)
def test_a_common_sender_never_draws_two_apart_and_lifting_never_draws_them_closer(
    z_i: np.ndarray, z_j: np.ndarray, economy: np.ndarray, k: int, share: float
) -> None:
    now = isolation(z_i, z_j, economy)
    eased = z_i.copy()
    eased[k] *= share
    assert 0.0 <= isolation(eased, z_j, economy) <= now + 1e-12
    assert now <= 1.0 + 1e-12
    assert now == pytest.approx(isolation(z_j, z_i, economy[[1, 0, 2, 3, 4]]), abs=1e-12)


@given(z_i=shares, z_j=shares, economy=sizes)
def test_isolation_needs_a_common_sender(z_i: np.ndarray, z_j: np.ndarray, economy: np.ndarray) -> None:
    z_j = np.where(z_i > 0.0, 0.0, z_j)
    assert isolation(z_i, z_j, economy) == 0.0
    assert isolation(np.zeros(N), z_j, economy) == 0.0


@given(q=unit, r=unit, gap=alignment, other=alignment, held=unit, against=unit, more=unit)
def test_joint_efforts_need_an_opponent_of_both_and_grow_with_what_is_held(
    q: float, r: float, gap: float, other: float, held: float, against: float, more: float
) -> None:
    found = joint_effort(q, r, gap, other, held, against)
    assert found >= 0.0
    assert found == joint_effort(r, q, other, gap, held, against) or found == pytest.approx(
        joint_effort(r, q, other, gap, held, against)
    )
    assert joint_effort(q, r, gap, other, min(1.0, held + more), against) >= found
    assert joint_effort(q, r, gap, other, held, 0.0) == 0.0
    if min(gap, other) <= 0.0:
        assert found == 0.0
