"""Levels: what counts as the same number, and what lies beyond."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from powersim.rules.level import SLACK, beyond

number = st.floats(-1e6, 1e6)


@given(number, number)
def test_of_above_below_and_the_same_exactly_one_holds(a: float, b: float) -> None:
    assert not (beyond(a, b) and beyond(b, a))
    assert not beyond(a, a)
    assert beyond(a, b) == (a - b > (1.0 + abs(a) + abs(b)) / 8_388_608.0)
    assert beyond(a + 1.0, a) == (abs(a) + 1.0 < 4_194_304.0)


@given(number)
def test_what_single_precision_makes_of_a_number_is_the_same_number(a: float) -> None:
    rounded = float(np.float32(a))
    assert not beyond(a, rounded)
    assert not beyond(rounded, a)


def test_the_slack_is_the_spacing_of_single_precision_at_one_and_nan_is_beyond_nothing() -> None:
    assert np.finfo(np.float32).eps == SLACK
    assert not beyond(math.nan, 0.0)
    assert not beyond(0.0, math.nan)
    assert beyond(np.array([0.15, 0.2]), 0.15).tolist() == [False, True]
