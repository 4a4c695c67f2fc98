"""War as a random walk over forts, and when it is settled."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from powersim.oracles.war import share_met
from powersim.rules.war import (
    battle_won,
    beta_mean,
    expected_battles,
    settlement,
    settlement_terms,
    win_probability,
)

odds = st.floats(0.0, 1.0)
forts = st.integers(2, 20)


@pytest.mark.parametrize(
    ("i", "n", "pi", "win", "battles"),
    [(5, 10, 0.55, 0.731717, 23.1717), (3, 10, 0.55, 0.522536, 22.2536), (5, 10, 0.5, 0.5, 25.0)],
)
def test_gamblers_ruin_over_forts(i: int, n: int, pi: float, win: float, battles: float) -> None:
    assert win_probability(i, n, pi) == pytest.approx(win, abs=5e-7)
    assert expected_battles(i, n, pi) == pytest.approx(battles, abs=5e-5)


@given(n=forts, pi=st.floats(0.02, 0.98))
def test_closed_forms_solve_the_walk_step_by_step(n: int, pi: float) -> None:
    assume(pi == 0.5 or abs(pi - 0.5) > 1e-4)
    inner = n - 1
    step = np.diag(np.full(inner - 1, pi), 1) + np.diag(np.full(inner - 1, 1.0 - pi), -1)
    ends = np.zeros(inner)
    ends[-1] = pi
    win = np.linalg.solve(np.eye(inner) - step, ends)
    length = np.linalg.solve(np.eye(inner) - step, np.ones(inner))
    for i in range(1, n):
        assert win_probability(i, n, pi) == pytest.approx(win[i - 1], rel=1e-6, abs=1e-9)
        assert expected_battles(i, n, pi) == pytest.approx(length[i - 1], rel=1e-6)


@given(n=forts, pi=odds, data=st.data())
def test_the_two_sides_chances_add_to_one(n: int, pi: float, data: st.DataObject) -> None:
    i = data.draw(st.integers(0, n))
    assert 0.0 <= win_probability(i, n, pi) <= 1.0
    assert win_probability(i, n, pi) + win_probability(n - i, n, 1.0 - pi) == pytest.approx(1.0, abs=1e-6)


@given(n=forts, pi=odds, better=odds)
def test_more_forts_and_better_odds_never_hurt(n: int, pi: float, better: float) -> None:
    better = max(pi, better)
    for i in range(n):
        assert win_probability(i + 1, n, pi) >= win_probability(i, n, pi) - 1e-6
        assert win_probability(i, n, better) >= win_probability(i, n, pi) - 1e-6


@given(n=forts, pi=odds)
def test_a_war_is_over_when_one_side_holds_everything(n: int, pi: float) -> None:
    assert (win_probability(0, n, pi), win_probability(n, n, pi)) == (0.0, 1.0)
    assert expected_battles(0, n, pi) == expected_battles(n, n, pi) == 0.0


@pytest.mark.parametrize("pi", [0.0, 1.0])
def test_a_hopeless_side_loses_in_as_many_battles_as_it_has_forts(pi: float) -> None:
    assert win_probability(3, 10, pi) == pi
    assert expected_battles(3, 10, pi) == pytest.approx(7.0 if pi else 3.0)


@given(p=odds, cost=st.floats(1e-6, 1.0), battles=st.floats(1e-3, 100.0))
def test_those_who_agree_about_the_odds_do_not_fight(p: float, cost: float, battles: float) -> None:
    assert settlement(p, p, cost, battles)
    assert settlement_terms(p, p) == p


@given(p_a=odds, p_b=odds, cost=odds, battles=st.floats(0.0, 100.0), more=odds)
def test_costlier_battles_never_prolong_a_war(
    p_a: float, p_b: float, cost: float, battles: float, more: float
) -> None:
    if settlement(p_a, p_b, cost, battles):
        assert settlement(p_a, p_b, cost + more, battles)


def test_rival_beliefs_meet_when_battles_are_fought() -> None:
    """Two sides start far apart; the walk itself brings their beliefs together, so a war ends in finite time."""
    a, b = np.array([8.0, 2.0]), np.array([2.0, 8.0])
    gap = beta_mean(*a) - beta_mean(*b)
    rng = np.random.default_rng(3)
    for _ in range(500):
        won = battle_won(rng.random(), 0.55)
        a[0 if won else 1] += 1.0
        b[0 if won else 1] += 1.0
    assert gap > 0.5
    assert abs(beta_mean(*a) - beta_mean(*b)) < 0.02
    assert beta_mean(*a) == pytest.approx(0.55, abs=0.06)


@given(u=st.floats(0.0, 1.0, exclude_max=True))
def test_certain_battles_are_won_and_hopeless_ones_lost(u: float) -> None:
    assert battle_won(u, 1.0)
    assert not battle_won(u, 0.0)


def test_without_any_evidence_the_odds_are_even() -> None:
    assert beta_mean(0.0, 0.0) == 0.5


@given(stock=odds, need=odds)
def test_share_of_a_need_that_is_met(stock: float, need: float) -> None:
    assert 0.0 <= share_met(stock, need) <= 1.0
    assert share_met(stock, 0.0) == 1.0
