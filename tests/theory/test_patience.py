"""Bargaining power from patience."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powersim.oracles.patience import rubinstein_share
from powersim.rules.patience import patience_weight

discount = st.floats(0.05, 0.999)


def test_rubinsteins_share_and_its_limit() -> None:
    assert rubinstein_share(0.9, 0.8) == pytest.approx(0.714286, abs=5e-7)
    assert patience_weight(0.9, 0.8) == pytest.approx(0.679272, abs=5e-7)


def test_with_offers_in_quick_succession_the_share_is_the_weight() -> None:
    dt = 1e-6
    assert rubinstein_share(0.9**dt, 0.8**dt) == pytest.approx(patience_weight(0.9, 0.8), abs=1e-5)


@given(d1=discount, d2=discount)
def test_each_offer_leaves_the_other_indifferent(d1: float, d2: float) -> None:
    assert 1.0 - rubinstein_share(d1, d2) == pytest.approx(d2 * rubinstein_share(d2, d1), abs=1e-9)


@given(d1=discount, d2=discount)
def test_weights_add_to_one_and_patience_pays(d1: float, d2: float) -> None:
    assert patience_weight(d1, d2) + patience_weight(d2, d1) == pytest.approx(1.0)
    if d1 > d2:
        assert patience_weight(d1, d2) > 0.5


def test_those_who_do_not_discount_share_equally() -> None:
    assert rubinstein_share(1.0, 1.0) == 0.5
    assert patience_weight(1.0, 1.0) == 0.5
    assert patience_weight(1.0, 0.9) == 1.0
