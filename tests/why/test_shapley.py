"""Shapley's value: the four axioms that define it, and games with known shares."""

from __future__ import annotations

from itertools import permutations
from math import factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powersim.why.shapley import MOST, Worth, covers, shapley

amounts = st.lists(st.floats(0.0, 5.0), min_size=1, max_size=6)


def table(values: dict[frozenset[int], float]) -> Worth:
    return lambda coalition: values[coalition]


@st.composite
def games(draw: st.DrawFn, most: int = 5) -> tuple[int, dict[frozenset[int], float]]:
    """Any worth for any coalition, 0 for the empty one."""
    n = draw(st.integers(1, most))
    coalitions = [frozenset(i for i in range(n) if mask >> i & 1) for mask in range(1, 1 << n)]
    worth = draw(st.lists(st.floats(-3.0, 3.0), min_size=len(coalitions), max_size=len(coalitions)))
    return n, {frozenset(): 0.0} | dict(zip(coalitions, worth))


@given(games())
def test_it_is_the_mean_contribution_over_all_orders_of_arrival(
    game: tuple[int, dict[frozenset[int], float]],
) -> None:
    n, worth = game
    expected = [0.0] * n
    for order in permutations(range(n)):
        for place, player in enumerate(order):
            before = frozenset(order[:place])
            expected[player] += (worth[before | {player}] - worth[before]) / factorial(n)
    assert shapley(n, table(worth)) == pytest.approx(expected, abs=1e-9)


@given(games())
def test_shares_add_up_to_what_all_bring_about(game: tuple[int, dict[frozenset[int], float]]) -> None:
    n, worth = game
    assert sum(shapley(n, table(worth))) == pytest.approx(worth[frozenset(range(n))], abs=1e-9)


@given(amounts, st.floats(0.1, 10.0))
def test_who_adds_nothing_gets_nothing(brought: list[float], bill: float) -> None:
    assert shapley(len(brought) + 1, covers([*brought, 0.0], bill))[-1] == 0.0


@given(amounts, st.floats(0.1, 10.0))
def test_twins_get_the_same_and_more_never_gets_less(brought: list[float], bill: float) -> None:
    twins = shapley(len(brought) + 1, covers([*brought, brought[0]], bill))
    assert twins[0] == pytest.approx(twins[-1], abs=1e-12)
    shares = shapley(len(brought), covers(brought, bill))
    for a, b in zip(sorted(zip(brought, shares)), sorted(zip(brought, shares))[1:]):
        assert b[1] >= a[1] - 1e-12


@given(games(4), games(4))
def test_shares_of_two_games_played_together_add_up(
    one: tuple[int, dict[frozenset[int], float]], other: tuple[int, dict[frozenset[int], float]]
) -> None:
    n = min(one[0], other[0])
    both = shapley(n, lambda s: one[1][s] + other[1][s])
    parts = zip(shapley(n, table(one[1])), shapley(n, table(other[1])))
    assert both == pytest.approx([a + b for a, b in parts], abs=1e-9)


def test_gloves() -> None:
    """One left glove and two right ones: only a pair is worth 1; shares 2/3, 1/6, 1/6."""
    worth = shapley(3, lambda s: float(0 in s and len(s) > 1))
    assert worth == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def test_airport() -> None:
    """Runways of length 8, 11, 13 and 18: each stretch is shared by those who need it (Littlechild and Owen 1973)."""
    costs = (8.0, 11.0, 13.0, 18.0)
    shares = shapley(4, lambda s: max((costs[i] for i in s), default=0.0))
    assert shares == pytest.approx([2.0, 3.0, 4.0, 9.0])


def test_the_security_council_of_1964() -> None:
    """Five vetoes among eleven, seven votes needed: a veto is worth 76/385, another vote 1/462."""

    def carried(yes: frozenset[int]) -> float:
        return float(all(i in yes for i in range(5)) and len(yes) >= 7)

    shares = shapley(11, carried)
    assert shares == pytest.approx([76 / 385] * 5 + [1 / 462] * 6)


def test_each_of_two_who_would_do_alone_gets_half_and_each_of_two_who_are_both_needed_too() -> None:
    assert shapley(2, covers([1.0, 1.0], 1.0)) == [0.5, 0.5]
    assert shapley(2, covers([1.0, 1.0], 2.0)) == [0.5, 0.5]
    assert shapley(3, covers([2.0, 1.0, 1.0], 2.0)) == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def test_a_bill_that_cannot_be_paid_or_needs_no_payment_gives_nobody_a_share() -> None:
    assert shapley(2, covers([1.0, 1.0], 3.0)) == [0.0, 0.0]
    assert shapley(2, covers([1.0, 1.0], 0.0)) == [0.0, 0.0]
    assert shapley(0, covers([], 1.0)) == []


@pytest.mark.parametrize("players", [-1, MOST + 1])
def test_too_many_players_are_refused(players: int) -> None:
    with pytest.raises(ValueError, match="allowed 0 to 16"):
        shapley(players, lambda s: 0.0)
