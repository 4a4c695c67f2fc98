"""Reassurance and audience costs."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powersim.oracles.trust import (
    minimum_trust,
    quit_hazard,
    reassurance_high,
    reassurance_low,
    reassurance_possible_from,
    reassures,
    still_in,
)

T_S, T_U, S = 0.5, 1.5, 1.0
trust = st.floats(0.05, 0.95)


def test_minimum_trust_in_the_reference_game() -> None:
    assert minimum_trust(1.0, 0.5, -1.0, 0.0) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("t", "low", "high"),
    [(0.3, 0.3462, 0.3529), (0.4, 0.4286, 0.5), (0.5, 0.5, 0.6667), (0.6, 0.5625, 0.8571)],
)
def test_window_of_reassuring_concessions(t: float, low: float, high: float) -> None:
    assert (reassurance_low(t, T_U, S), reassurance_high(t, T_S, S)) == pytest.approx((low, high), abs=5e-5)


def test_below_two_sevenths_of_trust_nothing_reassures() -> None:
    edge = reassurance_possible_from(T_S, T_U, S)
    assert edge == pytest.approx(0.285714, abs=5e-7)
    assert reassurance_low(edge, T_U, S) == pytest.approx(reassurance_high(edge, T_S, S))


@given(t=trust, t_s=st.floats(0.0, 0.9), t_u=st.floats(1.1, 3.0), s=st.floats(0.2, 3.0))
def test_the_window_is_open_exactly_above_the_smallest_trust(
    t: float, t_s: float, t_u: float, s: float
) -> None:
    edge = reassurance_possible_from(t_s, t_u, s)
    if abs(t - edge) > 1e-9:
        assert (reassurance_low(t, t_u, s) < reassurance_high(t, t_s, s)) == (t > edge)


def test_a_cheap_concession_proves_nothing_and_a_dear_one_is_not_dared() -> None:
    assert not reassures(0.2, 0.5, T_S, T_U, S)
    assert reassures(0.6, 0.5, T_S, T_U, S)
    assert not reassures(0.8, 0.5, T_S, T_U, S)


@given(t=trust, alpha=st.floats(0.0, 1.0))
def test_types_separate_by_their_own_payoffs(t: float, alpha: float) -> None:
    """Brute force: the trustworthy dare the first stake, the untrustworthy keep theirs back."""
    low, high = reassurance_low(t, T_U, S), reassurance_high(t, T_S, S)
    if min(abs(alpha - low), abs(alpha - high)) < 1e-9:
        return
    # Separating play: a trustworthy partner cooperates in both rounds, an untrustworthy one in neither; the second
    # round is played for mutual cooperation only after mutual cooperation in the first.
    honest_yes = t * 1.0 - (1.0 - t) * alpha * S
    honest_no = t * alpha * T_S
    cheat_yes = t * (alpha + (1.0 - alpha) * T_U) - (1.0 - t) * alpha * S
    cheat_no = t * alpha * T_U
    assert reassures(alpha, t, T_S, T_U, S) == (honest_yes >= honest_no and cheat_no >= cheat_yes)


@pytest.mark.parametrize(("t", "left"), [(1.0, 0.6667), (4.0, 0.3333)])
def test_audience_costs_wear_the_opponent_down(t: float, left: float) -> None:
    assert still_in(0.5, 1.0, t) == pytest.approx(left, abs=5e-5)


@given(a=st.floats(0.05, 3.0), v=st.floats(0.1, 3.0), t=st.floats(0.0, 10.0))
def test_the_hazard_of_quitting_makes_up_the_probability_of_staying(a: float, v: float, t: float) -> None:
    h = 1e-5
    slope = (math.log(still_in(a, v, t + h)) - math.log(still_in(a, v, t))) / h
    assert quit_hazard(a, v, t + h / 2) == pytest.approx(-slope, rel=1e-3)
