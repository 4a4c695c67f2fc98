"""Packages: the Nash product, equal gain, payments, signature."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powersim.oracles.bargaining import (
    equal_gain_two_issue,
    linkage_pays,
    nash_two_issue,
    ntu_split,
    tu_split,
)
from powersim.rules.bargaining import log_nash, nash_payment, pair_surplus, payable, sign_probability

unit = st.floats(0.0, 1.0)
salience = st.floats(0.05, 1.0)
room = st.floats(0.05, 1.0)
gain = st.floats(-0.5, 0.5)
price = st.floats(0.1, 2.0)
REFERENCE = (0.75, 0.45, 0.35, 0.8)  # s_ip, s_iq, s_jp, s_jq


def gains(s_ip: float, s_iq: float, s_jp: float, s_jq: float, dp: float, dq: float) -> tuple[float, float]:
    return s_ip * dp - s_iq * dq, s_jq * dq - s_jp * dp


@pytest.mark.parametrize(
    ("s", "box", "moves", "worth"),
    [
        (REFERENCE, (0.6, 0.3), (0.432857, 0.3), (0.189643, 0.0885)),
        (REFERENCE, (0.6, 0.8), (0.6, 0.63125), (0.1659375, 0.295)),
        ((0.8, 0.4, 0.3, 0.9), (0.5, 0.45), (0.5, 0.45), (0.22, 0.255)),
    ],
)
def test_nash_package_on_two_issues(
    s: tuple[float, ...], box: tuple[float, float], moves: tuple[float, float], worth: tuple[float, float]
) -> None:
    found = nash_two_issue(*s, *box)
    assert found == pytest.approx(moves, abs=5e-7)
    assert gains(*s, *found) == pytest.approx(worth, abs=5e-7)


@pytest.mark.parametrize(
    ("box", "moves", "worth"), [((0.6, 0.3), (0.340909, 0.3), 0.120682), ((0.6, 0.8), (0.6, 0.528), 0.2124)]
)
def test_equal_gain_package_on_two_issues(
    box: tuple[float, float], moves: tuple[float, float], worth: float
) -> None:
    found = equal_gain_two_issue(*REFERENCE, *box)
    assert found == pytest.approx(moves, abs=5e-7)
    assert gains(*REFERENCE, *found) == pytest.approx((worth, worth), abs=5e-7)


def test_splits_of_the_textbook() -> None:
    assert tu_split(10.0, 2.0, 3.0) == pytest.approx((4.5, 5.5))
    assert ntu_split(1.0, 0.1, 0.2, 0.7) == pytest.approx((0.59, 0.41))


@given(s_ip=salience, s_iq=salience, s_jp=salience, s_jq=salience, d_p=room, d_q=room, a=unit, b=unit)
def test_no_other_package_in_the_box_has_a_larger_product(
    s_ip: float, s_iq: float, s_jp: float, s_jq: float, d_p: float, d_q: float, a: float, b: float
) -> None:
    s = (s_ip, s_iq, s_jp, s_jq)
    best = gains(*s, *nash_two_issue(*s, d_p, d_q))
    other = gains(*s, a * d_p, b * d_q)
    assert min(best) >= -1e-12
    if min(other) > 0.0:
        assert other[0] * other[1] <= best[0] * best[1] + 1e-12


@given(s_ip=salience, s_iq=salience, s_jp=salience, s_jq=salience, d_p=room, d_q=room)
def test_equal_gain_is_equal_and_cannot_be_raised(
    s_ip: float, s_iq: float, s_jp: float, s_jq: float, d_p: float, d_q: float
) -> None:
    s = (s_ip, s_iq, s_jp, s_jq)
    move = equal_gain_two_issue(*s, d_p, d_q)
    worth = gains(*s, *move)
    assert worth[0] == pytest.approx(worth[1], abs=1e-12)
    assert worth[0] >= -1e-12
    if linkage_pays(*s):
        assert move[0] == pytest.approx(d_p) or move[1] == pytest.approx(d_q)


@given(s_p=salience, s_q=salience, scale=st.sampled_from([0.25, 0.5, 1.0, 2.0]), d_p=room, d_q=room)
def test_proportional_saliences_and_no_payments_no_package(
    s_p: float, s_q: float, scale: float, d_p: float, d_q: float
) -> None:
    assert nash_two_issue(s_p, s_q, scale * s_p, scale * s_q, d_p, d_q) == (0.0, 0.0)
    assert equal_gain_two_issue(s_p, s_q, scale * s_p, scale * s_q, d_p, d_q) == (0.0, 0.0)


@given(
    s_ip=salience, s_iq=salience, s_jp=salience, s_jq=salience, d_p=room, d_q=room, unit_i=price, unit_j=price
)
def test_the_scale_of_a_utility_does_not_change_the_package(
    s_ip: float, s_iq: float, s_jp: float, s_jq: float, d_p: float, d_q: float, unit_i: float, unit_j: float
) -> None:
    if abs(s_ip * s_jq - s_iq * s_jp) < 1e-9:
        return
    scaled = nash_two_issue(unit_i * s_ip, unit_i * s_iq, unit_j * s_jp, unit_j * s_jq, d_p, d_q)
    assert scaled == pytest.approx(nash_two_issue(s_ip, s_iq, s_jp, s_jq, d_p, d_q), rel=1e-9)


@given(s_ip=salience, s_iq=salience, s_jp=salience, s_jq=salience, rate=st.floats(0.05, 5.0))
def test_linkage_creates_a_deal_exactly_if_some_rate_of_exchange_suits_both(
    s_ip: float, s_iq: float, s_jp: float, s_jq: float, rate: float
) -> None:
    worth = gains(s_ip, s_iq, s_jp, s_jq, 1.0, rate)
    if min(worth) > 1e-12:
        assert linkage_pays(s_ip, s_iq, s_jp, s_jq)
    if linkage_pays(s_ip, s_iq, s_jp, s_jq):
        between = 0.5 * (s_jp / s_jq + s_ip / s_iq)
        assert min(gains(s_ip, s_iq, s_jp, s_jq, 1.0, between)) > -1e-12


@given(s_ip=salience, s_jq=salience, d_p=room, d_q=room)
def test_what_costs_the_giver_nothing_is_given_in_full(
    s_ip: float, s_jq: float, d_p: float, d_q: float
) -> None:
    assert nash_two_issue(s_ip, 0.0, 0.0, s_jq, d_p, d_q) == (d_p, d_q)


@given(total=gain, d1=gain, d2=gain, w=unit)
def test_a_split_conserves_the_total_and_leaves_nobody_below_disagreement(
    total: float, d1: float, d2: float, w: float
) -> None:
    u1, u2 = ntu_split(total, d1, d2, w)
    assert u1 + u2 == pytest.approx(total, abs=1e-12)
    if total >= d1 + d2:
        assert u1 >= d1 - 1e-12
        assert u2 >= d2 - 1e-12


def after_payment(
    g_i: float, g_j: float, unit_i: float, unit_j: float, e: float, m: float
) -> tuple[float, float]:
    if m >= 0.0:
        return g_i - unit_i * m, g_j + e * unit_j * m
    return g_i - e * unit_i * m, g_j + unit_j * m


@given(
    g_i=gain, g_j=gain, unit_i=price, unit_j=price, w=st.floats(0.05, 0.95), e=st.floats(0.1, 1.0),
    cap_ij=unit, cap_ji=unit, other=st.floats(-1.0, 1.0),
)  # fmt: skip
def test_no_other_payment_has_a_larger_nash_product(
    g_i: float,
    g_j: float,
    unit_i: float,
    unit_j: float,
    w: float,
    e: float,
    cap_ij: float,
    cap_ji: float,
    other: float,
) -> None:
    m = nash_payment(g_i, g_j, unit_i, unit_j, w, cap_ij, cap_ji, e)
    assert -cap_ji <= m <= cap_ij
    other = min(cap_ij, max(-cap_ji, other))
    best, tried = (after_payment(g_i, g_j, unit_i, unit_j, e, x) for x in (m, other))
    if min(tried) > 1e-9:
        assert min(best) > 0.0
        score, rival = (log_nash(v[0], w) + log_nash(v[1], 1.0 - w) for v in (best, tried))
        assert rival <= score + 1e-9


@given(g=st.floats(0.001, 0.5), unit_money=price, e=st.floats(0.1, 1.0))
def test_equals_who_gain_alike_do_not_pay_each_other(g: float, unit_money: float, e: float) -> None:
    assert nash_payment(g, g, unit_money, unit_money, 0.5, 1.0, 1.0, e) == 0.0


@given(g_i=gain, g_j=gain, unit_i=price, unit_j=price, w=unit, e=unit)
def test_swapping_names_turns_the_payment_round(
    g_i: float, g_j: float, unit_i: float, unit_j: float, w: float, e: float
) -> None:
    one = nash_payment(g_i, g_j, unit_i, unit_j, w, 0.4, 0.6, e)
    other = nash_payment(g_j, g_i, unit_j, unit_i, 1.0 - w, 0.6, 0.4, e)
    assert one == pytest.approx(-other, abs=1e-9)


def test_with_free_transfers_payments_split_the_surplus() -> None:
    m = nash_payment(0.5, -0.1, 1.0, 1.0, 0.5, 1.0, 1.0, 1.0)
    assert after_payment(0.5, -0.1, 1.0, 1.0, 1.0, m) == pytest.approx(tu_split(0.4, 0.0, 0.0))


@given(g_i=gain, g_j=gain, e=st.floats(0.1, 1.0))
def test_nobody_pays_when_there_is_nothing_to_share_or_money_is_worth_nothing(
    g_i: float, g_j: float, e: float
) -> None:
    assert nash_payment(g_i, g_j, 0.0, 1.0, 0.5, 1.0, 1.0, e) == 0.0
    assert nash_payment(-abs(g_i), -abs(g_j), 1.0, 1.0, 0.5, 1.0, 1.0, e) == 0.0


@given(surplus=gain, legs=st.floats(0.0, 8.0), cost=st.floats(0.0, 0.05), tau=st.floats(0.0, 0.1), more=unit)
def test_no_surplus_no_signature_and_more_surplus_never_less_likely(
    surplus: float, legs: float, cost: float, tau: float, more: float
) -> None:
    base = sign_probability(surplus, legs, cost, tau)
    assert 0.0 <= base <= 1.0
    assert sign_probability(surplus + more, legs, cost, tau) >= base
    if surplus <= legs * cost:
        assert base == 0.0


def test_a_surplus_of_one_scale_is_signed_with_probability_one_minus_one_over_e() -> None:
    assert sign_probability(0.05, 3.0, 0.01, 0.02) == pytest.approx(1.0 - 1.0 / math.e)


@given(g_i=gain, g_j=gain)
def test_a_package_is_worth_something_only_if_both_gain(g_i: float, g_j: float) -> None:
    assert (pair_surplus(g_i, g_j) > 0.0) == (g_i > 0.0 and g_j > 0.0 and g_i * g_j > 0.0)
    assert log_nash(-abs(g_i), 0.5) == -math.inf


@given(st.floats(0.0, 0.5), st.floats(0.0, 1.0), st.lists(st.floats(0.0, 0.2), max_size=6))
def test_promises_to_pay_never_add_up_to_more_than_the_share(
    share: float, economy: float, wanted: list
) -> None:
    owed = 0.0
    for need in wanted:
        owed += min(need, payable(share, economy, owed))
    assert owed <= share * economy + 1e-12
    assert payable(share, economy, share * economy) == 0.0
