"""Commitment problems: when a shift of power is too large to be bargained away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powersim.rules.commitment import inefficiency_margin, one_off_margin, preventive_war, shift_threshold

odds = st.floats(0.0, 1.0)
loss = st.floats(0.0, 0.9)
discount = st.floats(0.5, 0.99)


@pytest.mark.parametrize(
    ("delta", "p", "d", "threshold"),
    [(0.9, 0.3, 0.1, 0.045679), (0.975, 0.3, 0.1, 0.0105413), (0.975, 0.45, 0.25, 0.0200855)],
)
def test_threshold_of_the_flow_version(delta: float, p: float, d: float, threshold: float) -> None:
    assert shift_threshold(p, d, delta, 0.0) == pytest.approx(threshold, rel=2e-5)


def test_fearons_one_off_example_ends_in_war() -> None:
    assert one_off_margin(0.9, 0.7, 0.5, 0.2) == pytest.approx(0.25 - 0.102)


@given(p=odds, d=loss, delta=discount, shift=odds)
def test_war_is_preferred_exactly_when_even_the_whole_pie_today_does_not_make_up_for_tomorrow(
    p: float, d: float, delta: float, shift: float
) -> None:
    war_now = (1.0 - p) * (1.0 - d) / (1.0 - delta)
    best_peace = 1.0 + delta * (1.0 - p - shift) * (1.0 - d) / (1.0 - delta)
    gap = war_now - best_peace
    if abs(gap) > 1e-9:
        assert preventive_war(shift, shift_threshold(p, d, delta, 0.0)) == (gap > 0.0)


@given(p=odds, d=loss, delta=discount, shift=odds)
def test_where_powells_condition_rules_out_peace_the_threshold_is_passed(
    p: float, d: float, delta: float, shift: float
) -> None:
    """The threshold gives a riser all surplus after the shift, Powell's condition none: equal without surplus."""

    def margin(destroyed: float) -> float:
        war = (1.0 - destroyed) / (1.0 - delta)
        return inefficiency_margin(delta, p * war, (p + shift) * war, (1.0 - p) * war, 1.0 / (1.0 - delta))

    if margin(d) > 1e-9:
        assert preventive_war(shift, shift_threshold(p, d, delta, 0.0))
    if abs(margin(0.0)) > 1e-9:
        assert preventive_war(shift, shift_threshold(p, 0.0, delta, 0.0)) == (margin(0.0) > 0.0)


@given(p=odds, d=loss, delta=discount, h=st.floats(0.0, 0.5), more=st.floats(0.0, 0.4))
def test_a_shift_that_may_be_undone_is_feared_less(
    p: float, d: float, delta: float, h: float, more: float
) -> None:
    assert shift_threshold(p, d, delta, h + more) >= shift_threshold(p, d, delta, h)


@given(p=odds, d=loss, delta=discount, more=st.floats(0.0, 0.05))
def test_a_costlier_war_is_feared_more_than_the_shift(p: float, d: float, delta: float, more: float) -> None:
    assert shift_threshold(p, d + more, delta, 0.0) >= shift_threshold(p, d, delta, 0.0)


@given(p=odds, d=loss, delta=discount, h=st.floats(0.0, 0.9))
def test_no_shift_no_preventive_war(p: float, d: float, delta: float, h: float) -> None:
    assert not preventive_war(0.0, shift_threshold(p, d, delta, h))


def test_who_does_not_care_for_the_future_does_not_fight_for_it() -> None:
    assert shift_threshold(0.3, 0.1, 0.0, 0.0) == float("inf")
    assert shift_threshold(0.3, 1.0, 0.9, 0.0) == float("inf")
