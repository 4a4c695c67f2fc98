"""Commitment problems: when a shift of power is too large to be bargained away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powersim.oracles.commitment import inefficiency_margin, one_off_margin
from powersim.rules.commitment import preventive_war, shift_threshold

odds = st.floats(0.0, 1.0)
loss = st.floats(0.0, 0.9)
discount = st.floats(0.5, 0.99)


@pytest.mark.parametrize(
    ("delta", "p", "d", "threshold"),
    [(0.9, 0.3, 0.1, 0.045679), (0.975, 0.3, 0.1, 0.0105413), (0.975, 0.45, 0.25, 0.0200855)],
)
def test_threshold_of_the_flow_version(delta: float, p: float, d: float, threshold: float) -> None:
    assert shift_threshold(p, d, delta, 0.0, 0.0) == pytest.approx(threshold, rel=2e-5)


def test_fearons_one_off_example_ends_in_war() -> None:
    assert one_off_margin(0.9, 0.7, 0.5, 0.2) == pytest.approx(0.25 - 0.102)


@given(p=odds, d=loss, delta=discount, shift=odds, beta=odds)
def test_war_is_preferred_exactly_when_even_the_whole_pie_today_does_not_make_up_for_tomorrow(
    p: float, d: float, delta: float, shift: float, beta: float
) -> None:
    war_now = (1.0 - p) * (1.0 - d) / (1.0 - delta)
    tomorrow = ((1.0 - p - shift) * (1.0 - d) + beta * d) / (1.0 - delta)
    gap = war_now - 1.0 - delta * tomorrow
    if abs(gap) > 1e-9:
        assert preventive_war(shift, shift_threshold(p, d, delta, 0.0, beta)) == (gap > 0.0)


@given(p=odds, d=loss, delta=discount, shift=odds)
def test_a_decliner_who_keeps_all_that_peace_saves_fights_where_powells_condition_rules_out_peace(
    p: float, d: float, delta: float, shift: float
) -> None:
    war = (1.0 - d) / (1.0 - delta)
    margin = inefficiency_margin(delta, p * war, (p + shift) * war, (1.0 - p) * war, 1.0 / (1.0 - delta))
    if abs(margin) > 1e-9:
        assert preventive_war(shift, shift_threshold(p, d, delta, 0.0, 1.0)) == (margin > 0.0)


@pytest.mark.parametrize("beta", [0.0, 0.3, 0.5, 1.0])
@pytest.mark.parametrize(("p", "d", "delta"), [(0.3, 0.1, 0.9), (0.5, 0.2, 0.8), (0.45, 0.25, 0.95)])
def test_the_threshold_is_that_of_the_game_of_offers_played_out(
    p: float, d: float, delta: float, beta: float
) -> None:
    """After the shift the decliner makes the offers with probability beta; a refused offer is war. Solved backwards."""

    def peace_now(shift: float) -> float:
        loser, winner = ((1.0 - p - shift) * (1.0 - d), (p + shift) * (1.0 - d))
        war_decliner, war_riser = loser / (1.0 - delta), winner / (1.0 - delta)
        decliner, riser = war_decliner, war_riser  # when the game ends, what each could fight for
        for _ in range(3000):
            proposes = (
                1.0 + delta * (decliner + riser) - war_riser
            )  # leaves the riser what it could fight for
            decliner, riser = (
                beta * proposes + (1.0 - beta) * war_decliner,
                beta * war_riser + (1.0 - beta) * (1.0 + delta * (decliner + riser) - war_decliner),
            )
        return 1.0 + delta * decliner  # today the riser can give no more than the whole pie

    fight_now = (1.0 - p) * (1.0 - d) / (1.0 - delta)
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if peace_now(middle) > fight_now else (low, middle)
    assert shift_threshold(p, d, delta, 0.0, beta) == pytest.approx(low, abs=1e-9)


@given(
    p=odds, d=loss, delta=discount, h=st.floats(0.0, 0.5), beta=st.floats(0.0, 0.5), more=st.floats(0.0, 0.4)
)
def test_a_shift_that_may_be_undone_or_leaves_something_is_feared_less(
    p: float, d: float, delta: float, h: float, beta: float, more: float
) -> None:
    here = shift_threshold(p, d, delta, h, beta)
    assert shift_threshold(p, d, delta, h + more, beta) >= here
    assert shift_threshold(p, d, delta, h, beta + more) >= here


@given(p=odds, d=loss, delta=discount, more=st.floats(0.0, 0.05), beta=odds)
def test_a_costlier_war_is_feared_more_than_the_shift(
    p: float, d: float, delta: float, more: float, beta: float
) -> None:
    assert shift_threshold(p, d + more, delta, 0.0, beta) >= shift_threshold(p, d, delta, 0.0, beta)


@given(p=odds, d=loss, delta=discount, h=st.floats(0.0, 0.9), beta=odds)
def test_no_shift_no_preventive_war(p: float, d: float, delta: float, h: float, beta: float) -> None:
    assert not preventive_war(0.0, shift_threshold(p, d, delta, h, beta))


def test_who_does_not_care_for_the_future_does_not_fight_for_it() -> None:
    assert shift_threshold(0.3, 0.1, 0.0, 0.0, 0.5) == float("inf")
    assert shift_threshold(0.3, 1.0, 0.9, 0.0, 0.5) == float("inf")
