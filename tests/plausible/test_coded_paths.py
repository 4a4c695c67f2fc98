"""Dates, coded paths and the coder's rule."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from powersim.plausible.paths import cornered, expand, issue_moves, last_month, recode, yearly_change

positions = arrays(np.float64, (4, 20), elements=st.floats(0, 1, width=32))
DATES = [f"{year}Q{quarter}" for year in (2007, 2008) for quarter in range(1, 5)]


def test_dates_of_all_calendars_are_on_one_axis() -> None:
    assert last_month("2013Q4") == last_month("2013-12") == last_month("2013")
    assert last_month("2009Q2") < last_month("2009-07") < last_month("2009Q4")
    for wrong in ("2013Q5", "2013-13", "next year", "13Q1"):
        with pytest.raises(ValueError, match="is not a date; write 2009Q3"):
            last_month(wrong)


def test_a_coded_path_stays_until_its_next_date_and_is_unknown_before_its_first() -> None:
    path = expand({"2007Q3": 0.2, "2008Q1": 0.7}, DATES)
    np.testing.assert_array_equal(path, [np.nan, np.nan, 0.2, 0.2, 0.7, 0.7, 0.7, 0.7])


@given(positions)
def test_the_coder_is_never_off_by_his_resolution_and_repeats_himself(values: np.ndarray) -> None:
    coded = recode(values, 0.05)
    assert np.all(np.abs(coded - values) < 0.05)
    np.testing.assert_array_equal(recode(coded, 0.05), coded)
    np.testing.assert_array_equal(coded[:, 0], values[:, 0])


def test_a_slow_drift_is_coded_as_a_step_now_and_then() -> None:
    drift = np.linspace(0, 0.2, 21)[None]  # a hundredth a turn
    steps = np.diff(recode(drift, 0.05))
    assert np.count_nonzero(steps) == 4
    assert steps[steps > 0] == pytest.approx(0.05)


def test_a_step_of_exactly_the_resolution_is_written_down() -> None:
    np.testing.assert_allclose(recode(np.array([[0.1, 0.15, 0.2]]), 0.05), [[0.1, 0.15, 0.2]])


def test_moves_sizes_and_reversals_are_those_counted_by_hand() -> None:
    values = np.array([[0.1, 0.3, 0.3, 0.2, 0.4], [0.5, 0.5, 0.5, 0.5, 0.5]])
    found = issue_moves(values, 4, 0.05)
    assert (found.moves, found.issue_turns, found.followed, found.turns_back) == (3, 8, 2, 2)
    assert found.share_moving == pytest.approx(3 / 8)
    assert found.size == pytest.approx(0.5 / 3)
    assert found.reversals == 1
    assert found.yearly_change == pytest.approx(0.15)
    assert found.net_change == pytest.approx(0.15)


def test_issues_that_never_move_have_no_size_of_moves() -> None:
    found = issue_moves(np.full((3, 8), 0.4), 4, 0.05)
    assert found.share_moving == 0
    assert np.isnan(found.size)
    assert np.isnan(found.reversals)


@given(positions)
def test_flipping_every_scale_changes_no_count(values: np.ndarray) -> None:
    # Multiples of 1/64 are exact, so that 1 - x loses nothing and the two paths are mirror images to the bit.
    exact = np.round(values * 64) / 64
    one, other = issue_moves(exact, 4, 0.05), issue_moves(1 - exact, 4, 0.05)
    assert (one.moves, one.turns_back, one.followed) == (other.moves, other.turns_back, other.followed)
    assert one.yearly_change == pytest.approx(other.yearly_change)
    np.testing.assert_array_equal(cornered(exact, 0.01), cornered(1 - exact, 0.01))


def test_a_change_over_a_year_needs_a_year() -> None:
    assert yearly_change(np.zeros((2, 4)), 4).size == 0
    np.testing.assert_allclose(yearly_change(np.array([0.0, 0.1, 0.3, 0.2, 0.5]), 4), [0.5])


def test_impossible_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="resolution must be positive"):
        recode(np.zeros(3), 0.0)
    with pytest.raises(ValueError, match="turns_per_year must be at least 1"):
        yearly_change(np.zeros(3), 0)
