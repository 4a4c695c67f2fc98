"""Landscape, balance, alignment and the exchange of control worked out a second time, by enumeration and in arrays."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from scipy.integrate import solve_ivp

from powersim.oracles.alignment import similarity
from powersim.oracles.balance import balance_path, blow_up_time, factions
from powersim.oracles.coleman import actor_power, final_control, resource_values
from powersim.oracles.landscape import best_camp, energy, frustration, is_stable, settle
from powersim.rules.alignment import (
    common_isolation,
    common_threats,
    isolation_felt,
    joint_effort,
    next_alignment,
    triads,
)


@pytest.fixture(scope="module")
def syria(root: Path) -> dict:
    """Actors, strengths and propensities of Furnas and Axelrod."""
    path = root / "experiments" / "replications" / "data" / "syria_2015.yaml"
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def all_energies(strength: np.ndarray, propensity: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every division into two camps that puts the first actor in camp 0, and its energy as (sum W - g'Wg) / 2."""
    n = len(strength)
    signs = np.array([(1, *rest) for rest in product((1, -1), repeat=n - 1)])
    weights = np.outer(strength, strength) * propensity * (1 - np.eye(n))
    return (1 - signs) // 2, (weights.sum() - np.einsum("ci,ij,cj->c", signs, weights, signs)) / 2


def local_minima(camps: np.ndarray, energies: np.ndarray) -> list[int]:
    """Divisions that no single change of camp improves, found by looking up every neighbour."""
    by_division = {tuple(row): value for row, value in zip(camps, energies)}

    def neighbours(row: np.ndarray):
        for i in range(len(row)):
            other = row.copy()
            other[i] = 1 - other[i]
            yield tuple(other if other[0] == 0 else 1 - other)

    return [c for c, row in enumerate(camps) if all(by_division[o] >= energies[c] for o in neighbours(row))]


@pytest.mark.parametrize(("strength_of_syria", "expected"), [(50, -83200), (10, -65600)])
def test_the_syrian_landscape_has_one_valley_and_every_start_rolls_into_it(
    syria: dict, strength_of_syria: int, expected: int
) -> None:
    propensity = np.array(syria["propensities"], dtype=float)
    strength = np.array(list(syria["strengths"].values()), dtype=float)
    strength[list(syria["strengths"]).index("Syr")] = strength_of_syria
    assert (propensity == propensity.T).all()
    camps, energies = all_energies(strength, propensity)
    assert len(camps) == 1024
    minima = local_minima(camps, energies)
    assert [energies[c] for c in minima] == [expected]
    for division, value in zip(camps, energies):
        division = division.astype(np.int64)
        assert energy(division, strength, propensity) == value
        assert is_stable(division, strength, propensity) == (value == expected)
    rng = np.random.default_rng(4)
    for division in rng.choice(camps, 40):
        settled = settle(division.astype(np.int64), strength, propensity)
        assert energy(settled, strength, propensity) == expected


@given(st.integers(3, 7), st.integers(0, 10_000))
@settings(max_examples=30)
def test_changes_of_camp_end_in_a_local_minimum_of_any_landscape(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.integers(-3, 4, (n, n)), 1)
    propensity = (upper + upper.T).astype(float)
    strength = rng.integers(1, 20, n).astype(float)
    camps, energies = all_energies(strength, propensity)
    start = rng.integers(0, 2, n)
    end = settle(start, strength, propensity)
    reached = end if end[0] == 0 else 1 - end
    index = int((camps == reached).all(axis=1).argmax())
    assert index in local_minima(camps, energies)
    assert energies[index] <= energy(start, strength, propensity)


@given(st.integers(2, 6), st.integers(0, 10_000))
@settings(max_examples=30)
def test_frustration_adds_up_the_propensities_across_the_divide(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.integers(-3, 4, (n, n)), 1)
    propensity = (upper + upper.T).astype(float)
    strength = rng.integers(1, 20, n).astype(float)
    camps = rng.integers(0, 2, n)
    for i in range(n):
        costs = [
            sum(strength[j] * propensity[i, j] for j in range(n) if j != i and camps[j] != camp)
            for camp in (0, 1)
        ]
        assert [frustration(i, camp, camps, strength, propensity) for camp in (0, 1)] == costs
        expected = camps[i] if costs[0] == costs[1] else int(costs[1] < costs[0])
        assert best_camp(i, camps, strength, propensity) == expected


@given(st.integers(2, 6), st.integers(0, 10_000))
@settings(max_examples=25)
def test_ties_follow_their_equation_of_motion_to_two_camps(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x0 = rng.normal(0.0, 1.0, (n, n))
    x0 = (x0 + x0.T) / 2
    end = blow_up_time(x0)
    if not np.isfinite(end):
        assert np.linalg.eigvalsh(x0).max() <= 0.0
        return
    until = 0.9 * end

    def motion(_: float, flat: np.ndarray) -> np.ndarray:
        ties = flat.reshape(n, n)
        return (ties @ ties).ravel()

    path = solve_ivp(motion, (0.0, until), x0.ravel(), rtol=1e-10, atol=1e-10)
    assert balance_path(x0, until).ravel() == pytest.approx(path.y[:, -1], rel=1e-5, abs=1e-6)
    late = balance_path(x0, end * (1 - 1e-9))
    camp = factions(x0)
    clear = np.abs(late) > 1e-3 * np.abs(late).max()
    assert (np.sign(late)[clear] == np.outer(camp, camp)[clear]).all()


inside = st.floats(-0.95, 0.95)


@given(inside, inside, st.floats(-2.0, 2.0), st.floats(0.0, 1.0), st.floats(-0.5, 0.5))
def test_alignment_relaxes_to_what_its_level_and_drivers_ask_for(
    a: float, a0: float, push: float, lam: float, noise: float
) -> None:
    target = np.tanh(np.arctanh(a0) + push + noise)
    assert next_alignment(a, a0, push, lam, noise) == pytest.approx((1 - lam) * a + lam * target, abs=1e-9)


@given(st.floats(0.001, 1.0))
def test_perfect_friends_and_enemies_can_still_be_moved_apart(lam: float) -> None:
    assert next_alignment(1.0, 1.0, -20.0, lam, 0.0) < 1.0
    assert next_alignment(-1.0, -1.0, 20.0, lam, 0.0) > -1.0
    assert next_alignment(1.0, 1.0, -1.0, lam, 0.0) == pytest.approx(1.0, abs=1e-6)


@given(st.integers(3, 7), st.integers(0, 10_000))
@settings(max_examples=60)
def test_what_two_actors_share_is_reckoned_over_third_parties_and_issues(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    i, j = rng.choice(n, 2, replace=False)
    others = np.setdiff1d(np.arange(n), [i, j])
    t_i, t_j = rng.uniform(0, 2, (2, n))
    shared = np.tanh(np.sqrt(t_i * t_j)[others].sum())
    first, last = int(min(i, j)), int(max(i, j))
    felt, found = rng.uniform(0, 2, (n, n)), np.full(n, np.nan)
    felt[i], felt[j] = t_i, t_j
    np.fill_diagonal(felt, 0.0)
    room, threats = np.zeros((2, n * (n - 1) // 2))
    common_threats(np.sqrt(felt.T), found, room, threats)
    pairs = list(zip(*np.triu_indices(n, 1), strict=True))
    assert threats[pairs.index((first, last))] == pytest.approx(shared, abs=1e-12)
    theta, s = rng.uniform(0, 1, (2, n)), rng.uniform(0, 1, (2, n))
    agreement = np.average(1 - 2 * np.abs(theta[0] - theta[1]), weights=np.sqrt(s[0] * s[1]))
    assert similarity(*theta, *s) == pytest.approx(agreement, abs=1e-12)
    rows = np.where(rng.random((2, n)) < 0.3, 0.0, rng.uniform(-1, 1, (2, n)))
    tied = [k for k in others if rows[0, k] != 0.0 and rows[1, k] != 0.0]
    pull = np.mean([rows[0, k] * rows[1, k] for k in tied]) if tied else 0.0
    matrix = rng.uniform(-1, 1, (n, n))
    for actor, row in zip((i, j), rows, strict=True):
        matrix[actor], matrix[:, actor] = row, row
    np.fill_diagonal(matrix, 0.0)
    ties = (matrix != 0.0).astype(float)
    triads(matrix, (ties @ ties)[first], first, found)
    assert found[last] == pytest.approx(pull, abs=1e-12)


@given(st.integers(2, 7), st.integers(0, 10_000))
@settings(max_examples=40)
def test_common_isolation_is_a_sum_of_geometric_means_over_senders(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    level = rng.uniform(0, 1, (n, n)) * (rng.random((n, n)) < 0.6) * (1 - np.eye(n))
    economy = rng.uniform(0.1, 1, n)
    felt = level * economy[:, None] / (economy.sum() - economy)
    expected = np.sqrt(felt).T @ np.sqrt(felt)
    found = [
        [isolation_felt(level[k, j], economy[k], economy.sum() - economy[j]) for j in range(n)]
        for k in range(n)
    ]
    assert np.array(found) == pytest.approx(felt, abs=1e-12)
    for i in range(n):
        shared = np.full(n, np.nan)
        common_isolation(np.sqrt(np.array(found)), i, shared)
        assert shared[i + 1 :] == pytest.approx(expected[i, i + 1 :], abs=1e-12)


@given(st.integers(0, 10_000))
@settings(max_examples=40)
def test_a_joint_effort_is_the_geometric_mean_of_two(seed: int) -> None:
    q, g = np.random.default_rng(seed).uniform([[0, 0], [-1, -1]], 1.0, (2, 2))
    held, against = np.random.default_rng(seed + 1).uniform(0, 1, 2)
    efforts = held * q * np.clip(g, 0.0, None)
    assert joint_effort(*q, *g, held, against) == pytest.approx(against * efforts.prod() ** 0.5, abs=1e-12)


@pytest.mark.slow
@given(st.integers(2, 5), st.integers(2, 5), st.integers(0, 10_000))
@settings(max_examples=40)
def test_the_market_for_control_clears_where_repeated_spending_settles(n: int, goods: int, seed: int) -> None:
    """Actors spend what they own in proportion to interest; prices are what is spent; repeat until nothing moves."""
    rng = np.random.default_rng(seed)
    control = rng.dirichlet(np.ones(n), goods).T
    interest = rng.dirichlet(np.ones(goods), n)
    prices = np.full(goods, 1.0 / goods)
    for _ in range(3000):
        wealth = control @ prices
        prices = np.array([sum(interest[i, j] * wealth[i] for i in range(n)) for j in range(goods)])
    assert resource_values(control, interest) == pytest.approx(prices, abs=1e-9)
    assert actor_power(control, interest) == pytest.approx(control @ prices, abs=1e-9)
    bought = final_control(control, interest)
    assert bought.sum(axis=0) == pytest.approx(np.ones(goods), abs=1e-9)
    # Nobody spends more than it owns, and all is spent.
    assert (bought * prices).sum(axis=1) == pytest.approx(control @ prices, abs=1e-9)


def test_a_market_that_falls_apart_has_no_prices() -> None:
    with pytest.raises(ValueError, match="falls apart"):
        resource_values(np.eye(2), np.eye(2))


@pytest.mark.parametrize(
    ("control", "interest", "who"),
    [([[0.5, 1.0]], [[0.5, 0.5]], "control"), ([[1.0, 1.0]], [[0.5, 0.4]], "interest")],
)
def test_shares_that_do_not_add_up_are_refused(control: list, interest: list, who: str) -> None:
    with pytest.raises(ValueError, match=who):
        resource_values(np.array(control), np.array(interest))


def test_nobody_buys_what_nobody_wants() -> None:
    control = np.array([[0.5, 1.0, 0.2], [0.5, 0.0, 0.8]])
    interest = np.array([[0.3, 0.7, 0.0], [0.6, 0.4, 0.0]])
    assert resource_values(control, interest)[2] == pytest.approx(0.0, abs=1e-12)
    assert np.isfinite(final_control(control, interest)).all()
