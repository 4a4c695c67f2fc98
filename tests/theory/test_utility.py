"""What a state of the world is worth."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powersim.oracles.utility import economy_left, friends_part
from powersim.rules.utility import autonomy_cost, clip_step, issue_utility

unit = st.floats(0.0, 1.0)
curve = st.floats(1.0, 3.0)


@given(x=unit, theta=unit, s=st.floats(0.0, 3.0), b=curve)
def test_an_issue_is_worth_at_most_its_salience_and_that_at_the_ideal(
    x: float, theta: float, s: float, b: float
) -> None:
    assert 0.0 <= issue_utility(x, theta, s, b) <= s
    assert issue_utility(theta, theta, s, b) == s


@given(x=unit, theta=unit, step=unit, b=curve)
def test_a_step_towards_the_ideal_never_overshoots_and_never_hurts(
    x: float, theta: float, step: float, b: float
) -> None:
    move = clip_step(x, theta, step)
    assert abs(move) <= step
    assert abs(theta - (x + move)) <= abs(theta - x)
    assert issue_utility(x + move, theta, 1.0, b) >= issue_utility(x, theta, 1.0, b) - 1e-12


def test_a_step_goes_all_the_way_when_the_ideal_is_near() -> None:
    assert clip_step(0.5, 0.6, 0.25) == pytest.approx(0.1)
    assert clip_step(0.5, 0.0, 0.25) == -0.25
    assert clip_step(0.3, 0.3, 0.25) == 0.0


@given(x=unit, theta=unit)
def test_with_linear_losses_utility_is_distance(x: float, theta: float) -> None:
    assert issue_utility(x, theta, 1.0, 1.0) == 1.0 - abs(x - theta)


@given(pledge=unit, more=unit, w=unit)
def test_autonomy_gets_dearer_the_more_of_it_is_given(pledge: float, more: float, w: float) -> None:
    first = autonomy_cost(pledge + more, w) - autonomy_cost(pledge, w)
    second = autonomy_cost(pledge + 2.0 * more, w) - autonomy_cost(pledge + more, w)
    assert second >= first - 1e-12


@given(total=st.floats(0.01, 2.0), cut=unit, y=st.floats(0.001, 1.0))
def test_sanctions_take_prosperity_and_payments_give_it(total: float, cut: float, y: float) -> None:
    assert economy_left(total * (1.0 - cut), total, 0.0, y) <= 1.0
    assert economy_left(total, total, 0.05 * y, y) == pytest.approx(1.05)


def test_an_actor_that_trades_with_nobody_loses_nothing_to_sanctions() -> None:
    assert economy_left(0.0, 0.0, 0.0, 0.1) == 1.0


@given(chi=unit, gain=st.floats(-1.0, 1.0), weight=st.floats(0.01, 5.0))
def test_the_friendless_care_for_nobody_and_others_for_a_share_of_the_mean(
    chi: float, gain: float, weight: float
) -> None:
    assert friends_part(chi, 0.0, 0.0) == 0.0
    assert friends_part(chi, gain * weight, weight) == pytest.approx(chi * gain, abs=1e-12)
