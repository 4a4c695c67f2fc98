"""Titles say what the numbers say, and no more."""

from __future__ import annotations

import numpy as np
import pytest

from powersim.effects import findings
from powersim.effects.paired import Effect
from powersim.effects.results import ALL, Study


@pytest.fixture(scope="module")
def study(results):
    return Study.read(results)


def rows(outcome, *found):
    """Effects of branches on an outcome: (branch, theory, effect, low, high)."""
    return [
        Effect(outcome, t, "replace", b, 0.3, 0.3 + e, e, low, high, 0.5, 40) for b, t, e, low, high in found
    ]


def told(study, *found, outcome="russia_iran_alignment", binary=False):
    return findings.of_effects(study.outcomes[outcome], rows(outcome, *found), study, binary=binary)


def test_the_largest_clear_effect_is_told_with_its_interval(study):
    text = told(study, ("cancel", ALL, -0.031, -0.05, -0.01), ("keep", ALL, 0.2, -0.1, 0.5))
    assert text == (
        "Russia-Iran alignment: “cancel” lowers it by 0.031 in 2022Q4 against “replace” "
        "(95% interval −0.050 to −0.010)"
    )


def test_an_effect_that_is_not_clear_is_not_claimed(study):
    text = told(study, ("cancel", ALL, -0.03, -0.07, 0.01), ("cancel", "spiral", -0.03, -0.09, 0.03))
    assert text == (
        "Russia-Iran alignment: no branch differs clearly from “replace” in 2022Q4; every interval includes zero "
        "(largest: “cancel” −0.030)"
    )


def test_a_theory_that_disagrees_is_named(study):
    text = told(
        study,
        ("cancel", "deterrence", -0.05, -0.06, -0.04),
        ("cancel", "spiral", 0.02, 0.01, 0.03),
        ("cancel", ALL, -0.02, -0.03, -0.01),
    )
    assert text.endswith(", but raises it by 0.020 under spiral")


def test_a_theory_that_cannot_tell_is_named(study):
    text = told(
        study,
        ("cancel", "deterrence", -0.05, -0.06, -0.04),
        ("cancel", "spiral", -0.01, -0.03, 0.01),
        ("cancel", ALL, -0.03, -0.04, -0.02),
    )
    assert text.endswith("; not clearly under spiral")


def test_an_effect_under_one_theory_alone_is_told_as_such(study):
    text = told(study, ("cancel", "spiral", 0.04, 0.01, 0.07), ("cancel", ALL, 0.01, -0.02, 0.04))
    assert text.endswith("over all theories, but “cancel” raises it by 0.040 under spiral")


def test_identical_branches_are_told_as_identical(study):
    assert told(study, ("cancel", ALL, 0.0, 0.0, 0.0)) == (
        "Russia-Iran alignment: exactly the same in every branch in 2022Q4"
    )


def test_probabilities_are_told_in_points(study):
    text = told(study, ("cancel", ALL, 0.052, 0.01, 0.09), outcome="war_ukraine", binary=True)
    assert "“cancel” makes it 5.2 points likelier by 2022Q4" in text
    assert "95% interval 1.0 to 9.0" in text


def test_a_yardstick_measures_but_never_leads(make):
    study = Study.read(make(branches=8, theories=1, outcomes=1, runs=5))
    text = told(
        study, ("cancel", "deterrence", 0.02, 0.01, 0.03), ("no_nato_shift", "deterrence", -0.3, -0.4, -0.2)
    )
    assert text.startswith("Russia-Iran alignment: “cancel” raises it by 0.020")
    assert text.endswith("; yardstick “no nato shift”: −0.30")


def test_missing_effects_are_told_as_missing(study):
    nan = float("nan")
    assert told(study, ("cancel", ALL, nan, nan, nan)) == "Russia-Iran alignment: nothing to compare"


def test_medians_are_told_beside_the_spread_of_runs(study):
    ends = {"replace": np.linspace(0, 1, 101), "keep": np.linspace(0.1, 1.1, 101)}
    text = findings.of_paths(study.outcomes["russia_iran_alignment"], ends, "2022Q4", "replace", binary=False)
    assert text == (
        "Russia-Iran alignment: median from 0.50 (“replace”) to 0.60 (“keep”) in 2022Q4; "
        "90% of the runs of “replace” lie within 0.05 to 0.95"
    )


def test_events_that_never_happen_are_told_as_never(study):
    assert findings.of_event("war: RUS and UKR", {"replace": 0.0, "keep": 0.0}, study) == (
        "War, RUS and UKR: never by 2022Q4"
    )


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [(-0.031, 2, "−0.03"), (-0.001, 2, "0.00"), (0.5, 1, "0.5"), (float("nan"), 2, "–")],
)
def test_numbers_bear_a_proper_sign(value, places, text):
    assert findings.number(value, places) == text


def test_decimals_follow_the_largest_number():
    assert findings.decimals([0.031]) == 3
    assert findings.decimals([0.31, 0.002]) == 2
    assert findings.decimals([31.0]) == 0
    assert findings.decimals([0.0]) == 1
    assert findings.decimals([float("nan"), 3.1]) == 1
