"""Intervals of means over runs: Student's where differences vary, open where rare ones may have been missed."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from powersim.effects.estimates import estimates


def test_a_continuous_mean_has_students_interval() -> None:
    values = np.random.default_rng(5).normal(size=(1, 20))
    found = estimates(values)[0]
    low, high = stats.t.interval(0.95, 19, values.mean(), stats.sem(values[0]))
    assert (found.value, found.low, found.high) == pytest.approx((values.mean(), low, high))


def test_a_rare_difference_has_the_interval_of_agresti_and_min() -> None:
    """Matched pairs with 5 and 1 discordant of 40: (b - c) / (n + 2) and its error with half a pair added to each."""
    values = np.array([[1.0] * 5 + [-1.0] + [0.0] * 34])
    found = estimates(values, rare=True, touched=np.ones((1, 40)))[0]
    b, c, n = 5.5, 1.5, 42
    centre = (b - c) / n
    half = 1.959964 * math.sqrt((b + c) - (b - c) ** 2 / n) / n
    assert found.value == 4 / 40
    assert (found.low, found.high) == pytest.approx((centre - half, centre + half), abs=1e-6)


@pytest.mark.parametrize(("differing", "runs"), [(0, 60), (1, 60), (2, 60), (0, 300), (1, 300)])
def test_one_run_that_differs_does_not_make_the_interval_narrower(differing: int, runs: int) -> None:
    def width(k: int) -> float:
        values = np.array([[1.0] * k + [0.0] * (runs - k)])
        found = estimates(values, rare=True, touched=np.ones((1, runs)))[0]
        return found.high - found.low

    assert width(differing + 1) > width(differing) > 0.0


def test_where_no_history_differs_nothing_is_open() -> None:
    nothing = np.zeros((2, 30))
    assert all(row.nothing for row in estimates(nothing, rare=True, touched=nothing))
    touched = nothing.copy()
    touched[1, 4] = 1.0
    one, other, both = estimates(nothing, rare=True, touched=touched)
    assert one.nothing
    assert not other.nothing
    assert not both.nothing
