"""What a stream of gains over a deal's remaining turns is worth now."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powersim.rules.compliance import annuity, continuation_value

discounts = st.floats(0.5, 0.999)


@given(discounts, st.integers(0, 40))
def test_an_annuity_is_the_sum_of_discounted_turns(delta: float, turns: int) -> None:
    assert annuity(delta, float(turns)) == pytest.approx(sum(delta**s for s in range(turns)), abs=1e-9)


@given(discounts)
def test_an_endless_annuity_is_this_turn_and_the_relationship_from_the_next(delta: float) -> None:
    assert annuity(delta, 1e6) == pytest.approx(1.0 + continuation_value(1.0, delta, 0.0), rel=1e-9)


def test_without_discounting_turns_are_counted() -> None:
    assert annuity(1.0, 7.0) == 7.0


@given(discounts, st.floats(0, 40), st.floats(0, 10))
def test_more_turns_are_never_worth_less(delta: float, turns: float, more: float) -> None:
    assert annuity(delta, turns + more) >= annuity(delta, turns) - 1e-12
