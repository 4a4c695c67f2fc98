"""Bargains, sanctions and the purchase of restraint worked out a second time, by search over all agreements."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from powersim.oracles.bargaining import (
    equal_gain_two_issue,
    linkage_pays,
    nash_two_issue,
    ntu_split,
    tu_split,
)
from powersim.oracles.compliance import break_even_gain
from powersim.oracles.patience import rubinstein_share
from powersim.oracles.sanctions import largest_concession, nash_shift, threat_credible
from powersim.oracles.supplier import supplier_abstains, veto_price
from powersim.rules.bargaining import nash_payment
from powersim.rules.compliance import continuation_value
from powersim.rules.patience import patience_weight

saliences = st.tuples(*[st.floats(0.1, 1.0)] * 4)
box = st.tuples(st.floats(0.1, 1.0), st.floats(0.1, 1.0))
N = 1201


def gains(
    s: tuple[float, float, float, float], p: np.ndarray, q: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What i and j gain when p moves towards i and q towards j."""
    s_ip, s_iq, s_jp, s_jq = s
    return s_ip * p - s_iq * q, s_jq * q - s_jp * p


@pytest.mark.slow
@given(saliences, box)
@settings(max_examples=60)
def test_no_other_pair_of_moves_has_a_larger_product_of_gains(
    s: tuple[float, float, float, float], d: tuple[float, float]
) -> None:
    p, q = np.meshgrid(np.linspace(0, d[0], N), np.linspace(0, d[1], N), indexing="ij")
    g_i, g_j = gains(s, p, q)
    product = np.where((g_i > 0) & (g_j > 0), g_i * g_j, 0.0)
    found = nash_two_issue(*s, *d)
    if linkage_pays(*s):
        own = gains(s, *np.array(found))
        assert own[0] * own[1] >= product.max() - 1e-12
        assert own[0] * own[1] == pytest.approx(product.max(), abs=2e-3)
    else:
        assert product.max() <= 1e-9
        assert found == (0.0, 0.0)


@pytest.mark.slow
@given(saliences, box)
@settings(max_examples=60)
def test_no_other_pair_of_moves_gives_both_a_larger_equal_gain(
    s: tuple[float, float, float, float], d: tuple[float, float]
) -> None:
    p, q = np.meshgrid(np.linspace(0, d[0], N), np.linspace(0, d[1], N), indexing="ij")
    worst_off = np.minimum(*gains(s, p, q)).max()
    found = equal_gain_two_issue(*s, *d)
    own = gains(s, *np.array(found))
    assert own[0] == pytest.approx(own[1], abs=1e-9)
    if linkage_pays(*s):
        assert own[0] == pytest.approx(worst_off, abs=2e-3)


@given(
    *[st.floats(-0.3, 0.8)] * 2,
    *[st.floats(0.2, 2.0)] * 2,
    st.floats(0.1, 0.9),
    *[st.floats(0.0, 0.6)] * 2,
    st.floats(0.3, 1.0),
)
@settings(max_examples=100)
def test_no_other_payment_has_a_larger_nash_product(
    g_i: float,
    g_j: float,
    unit_i: float,
    unit_j: float,
    w: float,
    cap_i: float,
    cap_j: float,
    efficiency: float,
) -> None:
    m = np.linspace(-cap_j, cap_i, 40_001)

    def log_product(paid: np.ndarray) -> np.ndarray:
        own = g_i - unit_i * np.where(paid > 0, paid, efficiency * paid)
        other = g_j + unit_j * np.where(paid > 0, efficiency * paid, paid)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where((own > 0) & (other > 0), w * np.log(own) + (1 - w) * np.log(other), -np.inf)

    best = log_product(m).max()
    found = log_product(np.array([nash_payment(g_i, g_j, unit_i, unit_j, w, cap_i, cap_j, efficiency)]))[0]
    if best > -8.0:  # below that the room for agreement is finer than the grid
        assert found >= best - 1e-9


@given(st.floats(0.1, 10.0), st.floats(0.0, 3.0), st.floats(0.0, 3.0), st.floats(0.05, 0.95))
@settings(max_examples=60)
def test_no_other_division_has_a_larger_weighted_product(
    total: float, d1: float, d2: float, w: float
) -> None:
    assume(total - d1 - d2 > 0.05)
    share = np.linspace(d1, total - d2, 20_001)[1:-1]
    best = share[(w * np.log(share - d1) + (1 - w) * np.log(total - share - d2)).argmax()]
    u1, u2 = ntu_split(total, d1, d2, w)
    assert u1 == pytest.approx(best, abs=2e-4 * total)
    assert u1 + u2 == pytest.approx(total)
    even = share[((share - d1) * (total - share - d2)).argmax()]
    assert tu_split(total, d1, d2)[0] == pytest.approx(even, abs=2e-4 * total)


@given(st.floats(0.3, 0.97), st.floats(0.3, 0.97))
@settings(max_examples=60)
def test_alternating_offers_end_where_backward_induction_from_a_far_horizon_ends(
    d1: float, d2: float
) -> None:
    share = 1.0  # of whoever makes the last offer
    for turn in range(1200, 0, -1):
        responder_patience = d2 if turn % 2 else d1
        share = 1.0 - responder_patience * share
    assert rubinstein_share(d1, d2) == pytest.approx(share, abs=1e-9)


@given(st.floats(0.05, 3.0), st.floats(0.05, 3.0))
def test_quick_offers_divide_by_patience(rate1: float, rate2: float) -> None:
    moment = 1e-6
    quick = rubinstein_share(math.exp(-rate1 * moment), math.exp(-rate2 * moment))
    assert patience_weight(math.exp(-rate1), math.exp(-rate2)) == pytest.approx(quick, abs=1e-5)


@given(st.floats(0.0, 1.0), st.floats(0.0, 0.5), st.floats(0.01, 0.6))
@settings(max_examples=60)
def test_sanctions_move_the_bargain_as_search_says(k: float, c_s: float, c_t: float) -> None:
    """Each side counts k times the other's gain as its own loss; sanctions hurt both."""

    def utilities(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return x + k * x, -x - k * x

    sender_if_imposed, target_if_imposed = -c_s + k * c_t, -c_t + k * c_s
    assert threat_credible(k, c_s, c_t) == (sender_if_imposed > 0.0)
    x = np.linspace(0.0, 1.0, 100_001)
    borne = x[utilities(x)[1] >= target_if_imposed]
    assert largest_concession(k, c_s, c_t) == pytest.approx(borne.max() if len(borne) else 0.0, abs=2e-5)
    wide = np.linspace(-1.0, 1.0, 200_001)
    sender, target = (u - d for u, d in zip(utilities(wide), (sender_if_imposed, target_if_imposed)))
    product = np.where((sender > 0) & (target > 0), sender * target, 0.0)
    if k < 0.98 and c_s + c_t > 0.05:
        assert nash_shift(c_s, c_t) == pytest.approx(wide[product.argmax()], abs=2e-5)


@given(st.floats(0.01, 1.0), st.floats(0.01, 1.5))
@settings(max_examples=60)
def test_the_price_of_restraint_is_the_best_for_both(pi: float, harm: float) -> None:
    assume(abs(harm - pi) > 1e-6)
    price = np.linspace(0.0, 1.6, 160_001)
    product = np.where((price > pi) & (price < harm), (price - pi) * (harm - price), 0.0)
    assert supplier_abstains(pi, harm) == (harm > pi)
    expected = price[product.argmax()] if harm - pi > 1e-4 else (pi + harm) / 2 if harm > pi else 0.0
    assert veto_price(pi, harm) == pytest.approx(expected, abs=2e-5)


@given(st.floats(0.001, 0.5), st.floats(0.5, 0.98), st.floats(0.0, 0.3), st.floats(0.01, 1.0))
@settings(max_examples=60)
def test_a_promise_is_worth_the_sum_of_what_it_will_bring(
    sigma: float, delta: float, h: float, pi: float
) -> None:
    turns = np.arange(1, 3000)
    value = (sigma * delta**turns * (1.0 - h) ** turns).sum()
    assert continuation_value(sigma, delta, h) == pytest.approx(value, rel=1e-9)
    assert continuation_value(break_even_gain(pi, delta, h), delta, h) == pytest.approx(pi, rel=1e-9)
