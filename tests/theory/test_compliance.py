"""Self-enforcement of promises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powersim.oracles.compliance import break_even_gain
from powersim.rules.compliance import continuation_value, renege_probability

DELTA, H = 0.975, 0.02
unit = st.floats(0.0, 1.0)
discount = st.floats(0.5, 0.99)


@pytest.mark.parametrize(("sigma", "value", "keeps"), [(0.010, 0.21472, False), (0.015, 0.32208, True)])
def test_a_promise_is_kept_while_the_relationship_is_worth_more(
    sigma: float, value: float, keeps: bool
) -> None:
    pv = continuation_value(sigma, DELTA, H)
    assert pv == pytest.approx(value, abs=5e-6)
    assert (renege_probability(0.25, pv, 0.0) == 0.0) == keeps


def test_break_even_gain_of_the_relationship() -> None:
    assert break_even_gain(0.25, DELTA, H) == pytest.approx(0.011643, abs=5e-7)


@given(pi=unit, delta=discount, h=st.floats(0.0, 0.5))
def test_at_the_break_even_gain_reneging_just_pays(pi: float, delta: float, h: float) -> None:
    assert continuation_value(break_even_gain(pi, delta, h), delta, h) == pytest.approx(pi, abs=1e-12)


@given(sigma=unit, delta=discount, h=unit, more=unit)
def test_hazards_and_impatience_devalue_the_future(sigma: float, delta: float, h: float, more: float) -> None:
    base = continuation_value(sigma, delta, h)
    assert continuation_value(sigma, delta, min(1.0, h + more)) <= base
    assert continuation_value(sigma + more, delta, h) >= base


def test_a_freeze_becomes_unstable_when_the_relationship_stops_paying() -> None:
    """Withholding forgoes .25 at once. When sanctions push what the relationship brings towards 0, it ends."""
    turns = [0.015, 0.013, 0.010, 0.004, 0.0]
    kept = [renege_probability(0.25, continuation_value(sigma, DELTA, H), 0.01) < 0.5 for sigma in turns]
    assert kept == [True, True, False, False, False]


@given(pi=unit)
def test_without_a_relationship_every_profitable_breach_happens(pi: float) -> None:
    assert renege_probability(pi, continuation_value(0.0, DELTA, H), 0.0) == (1.0 if pi > 0.0 else 0.0)


@given(pi=unit, pv=unit, tau=st.floats(0.0, 0.5), more=unit)
def test_a_larger_prize_or_a_lesser_loss_never_makes_breach_less_likely(
    pi: float, pv: float, tau: float, more: float
) -> None:
    base = renege_probability(pi, pv, tau)
    assert 0.0 <= base <= 1.0
    assert renege_probability(pi + more, pv, tau) >= base >= renege_probability(pi, pv + more, tau)


def test_who_never_discounts_keeps_every_paying_relationship() -> None:
    assert continuation_value(0.01, 1.0, 0.0) == float("inf")
    assert continuation_value(0.0, 1.0, 0.0) == 0.0
    assert break_even_gain(0.2, 0.0, 0.0) == float("inf")
