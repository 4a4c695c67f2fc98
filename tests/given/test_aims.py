"""The way from the prior to the evidence, date by date: what counts on it, and how far a step goes."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from powersim.given.aims import STEP, Aim, drawn, effective, step

RNG = np.random.default_rng(3)
LOGS = st.floats(-40.0, 0.0)
FIVE = arrays(np.float64, (5, 2, 4), elements=LOGS)


@given(FIVE, arrays(np.float64, (2, 2, 4), elements=st.floats(-5.0, 60.0)), st.floats(0.0, 1.0))
def test_a_history_can_gain_nothing_by_going_on(
    terms: np.ndarray,  # type: ignore[type-arg]
    common: np.ndarray,  # type: ignore[type-arg]
    power: float,
) -> None:
    sums = np.cumsum(terms, axis=0)
    aim = Aim(4, 4, 4, power, common[0], common[1])
    logs = [aim.log(sums[min(t, 3)], sums[t]) for t in range(5)]
    assert all(later <= earlier + 1e-9 for earlier, later in pairwise(logs))


@given(FIVE, st.floats(0.0, 1.0))
def test_from_one_turn_to_the_next_what_counts_rises_by_what_the_turn_adds(
    terms: np.ndarray, power: float
) -> None:  # type: ignore[type-arg]
    sums, common = np.cumsum(terms, axis=0), np.zeros((2, 4))
    start, there = (Aim(4, 4, 4, p, common, common).log(sums[3], sums[4]) for p in (0.0, power))
    gain = Aim(4, 4, 4, 1.0, common, common).gain(sums[3], sums[4])
    assert start == pytest.approx(float(np.log(np.exp(sums[3]).mean(axis=1)).sum()))
    assert there == pytest.approx(start + power * gain)


def test_a_history_without_a_chance_has_none_at_any_power() -> None:
    none, some = np.full((1, 3), -math.inf), np.zeros((1, 3))
    aim = Aim(1, 1, 1, 0.0, some, some)
    assert aim.log(some, none) == aim.gain(some, none) == -math.inf


def test_a_step_leaves_most_of_the_effective_number_and_goes_no_further_than_asked() -> None:
    weights, gains = RNG.standard_normal((2, 4000))
    gains, least = 4.0 * gains, STEP * effective(weights)
    rise = step(weights, gains, 1.0, least)
    assert 0.0 < rise < 1.0
    assert effective(weights + rise * gains) == pytest.approx(least, rel=0.01)
    assert step(weights, 0.01 * gains, 0.3, least) == 0.3


def test_worlds_of_equal_weight_are_drawn_once_each() -> None:
    assert drawn(np.full(7, 1.0 / 7.0), 7, RNG) == list(range(7))
