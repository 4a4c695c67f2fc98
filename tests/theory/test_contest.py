"""Contest success functions against their published equilibria, and what must hold for any odds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powersim.oracles.contest import arming_of_equals, contest_effort, logistic_odds, unequal_effort
from powersim.oracles.crisis import odds_with_helper
from powersim.rules.contest import odds

capability = st.floats(0.0, 10.0)
decisive = st.floats(0.0, 4.0)


def test_symmetric_contest_of_three_spends_two_ninths_each() -> None:
    assert contest_effort(3.0, 1.0, 1.0) == pytest.approx(2 / 9)


def test_unequal_prizes_give_the_keener_side_two_thirds() -> None:
    keen, other = unequal_effort(1.0, 0.5), unequal_effort(0.5, 1.0)
    assert (keen, other) == pytest.approx((2 / 9, 1 / 9))
    assert odds(keen, other, 1.0) == pytest.approx(2 / 3)


@given(own=st.floats(0.1, 2.0), other=st.floats(0.1, 2.0), effort=st.floats(0.0, 2.0))
def test_no_other_effort_pays_more_than_the_equilibrium(own: float, other: float, effort: float) -> None:
    mine, theirs = unequal_effort(own, other), unequal_effort(other, own)
    at_equilibrium = odds(mine, theirs, 1.0) * own - mine
    assert odds(effort, theirs, 1.0) * own - effort <= at_equilibrium + 1e-12


@pytest.mark.parametrize(("r1", "r2", "arms"), [(100.0, 100.0, 50.0), (150.0, 100.0, 62.5)])
def test_paradox_of_power_rich_and_poor_arm_alike(r1: float, r2: float, arms: float) -> None:
    assert arming_of_equals(r1, r2, 1.0) == pytest.approx(arms)
    pie = r1 + r2 - 2.0 * arms
    assert odds(arms, arms, 1.0) * pie == pytest.approx((r1 + r2) / 4.0)


@pytest.mark.parametrize(("phi", "p"), [(0.0, 0.7692), (0.1, 0.6667), (0.3, 0.5263)])
def test_a_supporter_lowers_the_attackers_odds(phi: float, p: float) -> None:
    assert odds_with_helper(1.0, 0.3, 2.0, phi, 1.0) == pytest.approx(p, abs=5e-5)


@given(a=capability, b=capability, m=decisive, k=st.floats(0.0, 50.0))
def test_the_odds_of_both_sides_add_to_exactly_one(a: float, b: float, m: float, k: float) -> None:
    assert odds(a, b, m) + odds(b, a, m) == 1.0
    assert logistic_odds(a, b, k) + logistic_odds(b, a, k) == 1.0


@given(a=capability, more=st.floats(0.0, 5.0), b=capability, m=decisive)
def test_more_power_never_lowers_the_odds(a: float, more: float, b: float, m: float) -> None:
    assert odds(a + more, b, m) >= odds(a, b, m)
    assert logistic_odds(a + more, b, m) >= logistic_odds(a, b, m)


@given(a=st.floats(0.01, 10.0), b=st.floats(0.01, 10.0), m=decisive, unit=st.floats(0.01, 100.0))
def test_the_unit_of_capability_does_not_matter(a: float, b: float, m: float, unit: float) -> None:
    assert odds(a * unit, b * unit, m) == pytest.approx(odds(a, b, m), rel=1e-12)


@given(a=capability, m=decisive)
def test_equals_and_the_unarmed_have_even_odds(a: float, m: float) -> None:
    assert odds(a, a, m) == 0.5
    assert odds(0.0, 0.0, m) == 0.5


@given(a=st.floats(0.01, 10.0), b=st.floats(0.01, 10.0), m=st.floats(0.0, 2.0), more=st.floats(0.0, 2.0))
def test_decisiveness_favours_the_stronger(a: float, b: float, m: float, more: float) -> None:
    strong, weak = max(a, b), min(a, b)
    assert odds(strong, weak, m + more) >= odds(strong, weak, m)


def test_logistic_contest_gives_the_unarmed_a_chance_and_the_ratio_does_not() -> None:
    assert odds(0.0, 0.1, 1.0) == 0.0
    assert logistic_odds(0.0, 0.1, 1.0) > 0.4
