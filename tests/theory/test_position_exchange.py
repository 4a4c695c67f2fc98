"""Position exchange: what must hold in any round of trades."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from powersim.oracles.bargaining import equal_gain_two_issue
from powersim.oracles.position_exchange import (
    Market,
    equal_gain_exchanges,
    equal_gain_rate,
    exchange_gain,
    expected_outcomes,
    externality,
    move_for_shift,
    outcome_shift,
)


@st.composite
def talks(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions, saliences and power of a few actors on a few issues, all different (no ties)."""
    n, issues = draw(st.integers(2, 5)), draw(st.integers(2, 4))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    return (
        rng.uniform(0, 100, (n, issues)),
        rng.uniform(0.05, 1, (n, issues)),
        rng.uniform(0.1, 1, (n, issues)),
    )


def names(exchanges: list) -> list[tuple]:
    """Who trades what, in order."""
    return [e[:4] for e in exchanges]


@given(talks())
@settings(max_examples=60)
def test_both_sides_of_every_trade_gain_the_same_by_the_outcomes_that_it_moves(data: tuple) -> None:
    x, s, c = data
    now = x.copy()
    exchanges, end = equal_gain_exchanges(x, s, c)
    for e in exchanges:
        before = expected_outcomes(now, s, c)
        assert now[e.i, e.q] == pytest.approx(e.start_i)
        assert now[e.j, e.p] == pytest.approx(e.start_j)
        now[e.i, e.q] += e.move_i
        now[e.j, e.p] += e.move_j
        shift = np.abs(expected_outcomes(now, s, c) - before)
        gain_i = s[e.i, e.p] * shift[e.p] - s[e.i, e.q] * shift[e.q]
        gain_j = s[e.j, e.q] * shift[e.q] - s[e.j, e.p] * shift[e.p]
        assert gain_i == pytest.approx(e.gain, abs=1e-9)
        assert gain_j == pytest.approx(e.gain, abs=1e-9)
        assert e.gain > 0.0
    assert end == pytest.approx(now, abs=1e-9)


@given(talks())
@settings(max_examples=60)
def test_gains_only_fall_and_nobody_moves_past_a_partner_or_back(data: tuple) -> None:
    x, s, c = data
    exchanges, end = equal_gain_exchanges(x, s, c)
    gains = [e.gain for e in exchanges]
    assert gains == sorted(gains, reverse=True)
    assert (end >= x.min(axis=0) - 1e-9).all()
    assert (end <= x.max(axis=0) + 1e-9).all()
    outcome = expected_outcomes(x, s, c)
    for e in exchanges:
        assert e.move_i * (outcome[e.q] - x[e.i, e.q]) > 0.0
        assert e.move_j * (outcome[e.p] - x[e.j, e.p]) > 0.0
        assert abs(e.move_i) <= abs(x[e.j, e.q] - e.start_i) + 1e-9
        assert abs(e.move_j) <= abs(x[e.i, e.p] - e.start_j) + 1e-9


@given(talks())
@settings(max_examples=40)
def test_one_partner_of_every_trade_goes_all_the_way(data: tuple) -> None:
    x, s, c = data
    for e in equal_gain_exchanges(x, s, c)[0]:
        whole_i = abs(x[e.j, e.q] - e.start_i - e.move_i) < 1e-9
        whole_j = abs(x[e.i, e.p] - e.start_j - e.move_j) < 1e-9
        assert whole_i or whole_j


@given(talks())
@settings(max_examples=40)
def test_no_trade_is_left_over(data: tuple) -> None:
    x, s, c = data
    market = Market(x, s, c)
    market.now[:] = equal_gain_exchanges(x, s, c)[1]
    assert all(market.offer(*pair).gain < 1e-9 for pair in market.pairs())


@given(talks(), st.floats(0.1, 5.0))
@settings(max_examples=40)
def test_saliences_in_equal_proportion_leave_nothing_to_trade(data: tuple, factor: float) -> None:
    x, s, c = data
    rows = np.linspace(1.0, factor, len(x))[:, None]
    assert equal_gain_exchanges(x, s[:1] * rows, c)[0] == []


@given(talks(), st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_the_order_of_actors_and_issues_in_the_file_is_irrelevant(data: tuple, shuffle) -> None:
    x, s, c = data
    actors, issues = list(range(len(x))), list(range(x.shape[1]))
    shuffle.shuffle(actors)
    shuffle.shuffle(issues)
    there, end = equal_gain_exchanges(x, s, c)
    mixed, mixed_end = equal_gain_exchanges(*(z[np.ix_(actors, issues)] for z in data))
    renamed = [{(actors[e.i], issues[e.q]), (actors[e.j], issues[e.p])} for e in mixed]
    assert renamed == [{(e.i, e.q), (e.j, e.p)} for e in there]
    assert mixed_end == pytest.approx(end[np.ix_(actors, issues)], abs=1e-7)


@given(talks(), st.floats(0.1, 10.0), st.floats(-50.0, 50.0), st.booleans())
@settings(max_examples=40)
def test_units_and_direction_of_a_scale_are_irrelevant(
    data: tuple, unit: float, shift: float, mirrored: bool
) -> None:
    x, s, c = data
    factor = -unit if mirrored else unit
    there, end = equal_gain_exchanges(x, s, c)
    moved, moved_end = equal_gain_exchanges(factor * x + shift, s, 3.0 * c)
    assert names(moved) == names(there)
    assert [e.gain for e in moved] == pytest.approx([unit * e.gain for e in there], rel=1e-6)
    assert moved_end == pytest.approx(factor * end + shift, abs=1e-6)


@given(talks())
@settings(max_examples=40)
def test_an_actor_without_a_part_in_an_issue_is_as_good_as_absent(data: tuple) -> None:
    x, s, c = data
    alone = np.full((1, x.shape[1]), np.nan)
    wider = tuple(np.vstack([z, other]) for z, other in zip(data, (alone, alone * 0 + 0.5, alone * 0 + 0.5)))
    there, end = equal_gain_exchanges(x, s, c)
    with_stranger, wider_end = equal_gain_exchanges(*wider)
    assert names(with_stranger) == names(there)
    assert wider_end[:-1] == pytest.approx(end)
    assert np.isnan(wider_end[-1]).all()


@given(talks())
@settings(max_examples=40)
def test_an_actor_without_power_or_concern_trades_nothing(data: tuple) -> None:
    x, s, c = data
    c = c.copy()
    c[0] = 0.0
    assert all(0 not in (e.i, e.j) for e in equal_gain_exchanges(x, s, c)[0])
    s = s.copy()
    s[1] = 0.0
    assert all(1 not in (e.i, e.j) for e in equal_gain_exchanges(x, s, c + 0.1)[0])


amounts = st.floats(0.01, 1.0)


@given(amounts, amounts, amounts, amounts, st.floats(0.1, 50.0))
def test_at_the_rate_both_gain_what_the_closed_form_says(
    a: float, b: float, c: float, d: float, shift: float
) -> None:
    """a, b: saliences of p to i and j; c, d: of q. Gain = Delta_p (s_ip s_jq - s_iq s_jp) / (s_iq + s_jq)."""
    other = equal_gain_rate(a, b, c, d) * shift
    closed = shift * (a * d - c * b) / (c + d)
    assert exchange_gain(shift, other, a, c) == pytest.approx(closed, abs=1e-9)
    assert exchange_gain(other, shift, d, b) == pytest.approx(closed, abs=1e-9)


@given(st.floats(0.0, 100.0), amounts, amounts, st.floats(0.5, 10.0))
def test_a_move_and_the_shift_that_it_makes_are_inverse(
    move: float, s: float, c: float, weight: float
) -> None:
    shift = outcome_shift(move, s, c, weight)
    assert shift == pytest.approx(move * s * c / weight)
    assert move_for_shift(shift, s, c, weight) == pytest.approx(move, abs=1e-9)


@given(talks())
@settings(max_examples=40)
def test_a_trade_is_the_equal_gain_bargain_over_the_shifts_that_the_two_can_make(data: tuple) -> None:
    x, s, c = data
    market = Market(x, s, c)
    for i, j, p, q in market.pairs():
        found = market.offer(i, j, p, q)
        most_p = outcome_shift(abs(x[i, p] - x[j, p]), s[j, p], c[j, p], market.weight[p])
        most_q = outcome_shift(abs(x[j, q] - x[i, q]), s[i, q], c[i, q], market.weight[q])
        shift_p, shift_q = equal_gain_two_issue(s[i, p], s[i, q], s[j, p], s[j, q], most_p, most_q)
        assert outcome_shift(abs(found.move_j), s[j, p], c[j, p], market.weight[p]) == pytest.approx(shift_p)
        assert outcome_shift(abs(found.move_i), s[i, q], c[i, q], market.weight[q]) == pytest.approx(shift_q)


def test_without_weight_nothing_moves() -> None:
    assert outcome_shift(10.0, 0.5, 0.5, 0.0) == 0.0
    assert move_for_shift(1.0, 0.0, 0.5, 2.0) == math.inf
    assert move_for_shift(1.0, 0.5, 0.0, 2.0) == math.inf
    assert equal_gain_rate(0.5, 0.5, 0.0, 0.0) == 0.0


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), amounts)
def test_third_parties_gain_when_the_outcome_comes_nearer(
    before: float, after: float, x: float, s: float
) -> None:
    gain = externality(before, after, x, s)
    assert gain == pytest.approx(s * (math.dist([before], [x]) - math.dist([after], [x])))
    assert externality(after, before, x, s) == -gain


def test_externalities_of_the_first_paris_trade_go_to_those_who_stand_nearer() -> None:
    """USA and China trade stricter differentiation for laxer monitoring: India gains on one, loses on the other."""
    assert externality(57.2, 45.5, 0.0, 0.55) > 0.0
    assert externality(49.3, 42.1, 90.0, 0.75) < 0.0


def test_arrays_of_different_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="same shape"):
        Market(np.zeros((2, 2)), np.zeros((2, 2)), np.zeros((2, 1)))


def test_an_issue_that_divides_nobody_is_not_traded() -> None:
    x = np.array([[50.0, 0.0, 10.0], [50.0, 100.0, 20.0]])
    s = np.array([[0.9, 0.1, 0.5], [0.1, 0.9, 0.5]])
    exchanges, _ = equal_gain_exchanges(x, s, np.ones((2, 3)))
    assert all(0 not in (e.p, e.q) for e in exchanges)
    assert exchanges


@given(talks())
@settings(max_examples=20)
def test_the_outcome_is_the_mean_weighted_by_salience_and_power(data: tuple) -> None:
    x, s, c = data
    assume((s * c).sum() > 0)
    assert expected_outcomes(x, s, c) == pytest.approx(np.average(x, axis=0, weights=s * c))
