"""The payment of the equal-gain protocol."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powersim.rules.bargaining import equalising_payment

gains = st.floats(-1, 2)
units = st.floats(0.1, 50)


def after(gi: float, gj: float, ui: float, uj: float, m: float, e: float) -> tuple[float, float]:
    paid_i, paid_j = (m, -e * m) if m > 0 else (e * m, -m)
    return gi - ui * paid_i, gj - uj * paid_j


@given(gains, gains, units, units, st.floats(0.1, 1))
def test_without_a_cap_both_gain_the_same(gi: float, gj: float, ui: float, uj: float, e: float) -> None:
    first, second = after(gi, gj, ui, uj, equalising_payment(gi, gj, ui, uj, 1e9, e), e)
    assert first == pytest.approx(second, abs=1e-9)


@given(gains, gains, units, units, st.floats(0, 1), st.floats(0.1, 1))
def test_nobody_pays_more_than_the_cap(
    gi: float, gj: float, ui: float, uj: float, cap: float, e: float
) -> None:
    assert abs(equalising_payment(gi, gj, ui, uj, cap, e)) <= cap


@given(gains, gains, units, units, st.floats(0, 1), st.floats(0.1, 1))
def test_the_side_that_gains_more_pays(
    gi: float, gj: float, ui: float, uj: float, cap: float, e: float
) -> None:
    assert equalising_payment(gi, gj, ui, uj, cap, e) * (gi - gj) >= 0.0


def test_two_sides_with_equal_purses_split_the_difference() -> None:
    assert equalising_payment(0.3, 0.1, 1.0, 1.0, 1.0, 1.0) == pytest.approx(0.1)
