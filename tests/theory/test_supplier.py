"""Arms suppliers and the purchased veto."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powersim.oracles.bargaining import tu_split
from powersim.oracles.supplier import supplier_abstains, supplier_gain, veto_price

unit = st.floats(0.0, 1.0)


def test_price_of_restraint_in_the_reference_case() -> None:
    assert veto_price(0.25, 0.55) == pytest.approx(0.40)


@given(pi=unit, harm=unit)
def test_restraint_is_bought_exactly_if_delivery_harms_more_than_it_brings(pi: float, harm: float) -> None:
    assert supplier_abstains(pi, harm) == (harm > pi)
    price = veto_price(pi, harm)
    if harm > pi:
        assert pi <= price <= harm
    else:
        assert price == 0.0


@given(pi=unit, more=st.floats(0.001, 1.0))
def test_the_price_is_the_nash_solution_between_supplier_and_the_harmed(pi: float, more: float) -> None:
    supplier, payer = tu_split(0.0, pi, -(pi + more))
    assert veto_price(pi, pi + more) == pytest.approx(supplier)
    assert -veto_price(pi, pi + more) == pytest.approx(payer)


@given(price=unit, cost=unit, influence=unit, externality=unit)
def test_a_supplier_that_fears_its_customer_gains_less(
    price: float, cost: float, influence: float, externality: float
) -> None:
    assert supplier_gain(price, cost, influence, externality) <= supplier_gain(price, cost, influence, 0.0)
