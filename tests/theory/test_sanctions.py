"""Sanctions under the shadow of future conflict."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powersim.oracles.sanctions import largest_concession, nash_shift, threat_credible
from powersim.rules.sanctions import conflict_expectation, relative_gain

unit = st.floats(0.0, 1.0)


@pytest.mark.parametrize(
    ("k", "credible", "concession"), [(0.1, False, 0.1773), (0.5, True, 0.116667), (0.9, True, 0.081579)]
)
def test_sender_and_target_in_the_reference_case(k: float, credible: bool, concession: float) -> None:
    assert threat_credible(k, 0.05, 0.2) == credible
    assert largest_concession(k, 0.05, 0.2) == pytest.approx(concession, abs=5e-5)


@given(k=unit, more=unit, c_s=unit, c_t=unit)
def test_drezners_paradox_enemies_are_readier_to_sanction_and_stingier_to_concede(
    k: float, more: float, c_s: float, c_t: float
) -> None:
    if threat_credible(k, c_s, c_t):
        assert threat_credible(k + more, c_s, c_t)
    assert 0.0 <= largest_concession(k + more, c_s, c_t) <= largest_concession(k, c_s, c_t) <= c_t


@given(k=unit, c_s=unit, c_t=unit)
def test_the_target_is_indifferent_at_its_largest_concession(k: float, c_s: float, c_t: float) -> None:
    x = largest_concession(k, c_s, c_t)
    if x > 0.0:
        # Conceding x costs x and gives the sender x; sanctions cost c_t and cost the sender c_s.
        assert -x - k * x == pytest.approx(-c_t + k * c_s, abs=1e-12)


@given(a=st.floats(-1.0, 1.0))
def test_conflict_is_expected_of_enemies_and_not_of_friends(a: float) -> None:
    assert 0.0 <= conflict_expectation(a) <= 1.0
    assert (conflict_expectation(1.0), conflict_expectation(-1.0)) == (0.0, 1.0)


@given(c_s=unit, c_t=unit)
def test_the_side_that_suffers_less_gets_more(c_s: float, c_t: float) -> None:
    assert nash_shift(c_s, c_t) == -nash_shift(c_t, c_s)
    assert (nash_shift(c_s, c_t) > 0.0) == (c_t > c_s)


@given(own=st.floats(-1.0, 1.0), loss=unit, k=unit, weight=unit)
def test_an_enemys_loss_is_part_of_ones_gain(own: float, loss: float, k: float, weight: float) -> None:
    assert relative_gain(own, -loss, k, weight) >= own
    assert relative_gain(own, -loss, k, 0.0) == own
