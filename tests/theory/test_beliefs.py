"""Beliefs: reputation, reassurance and the current calculus as corners of one rule."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powersim.oracles.beliefs import break_even_reputation, trust_bayes
from powersim.rules.beliefs import (
    calculus,
    calculus_prior,
    costly_act,
    expit,
    friendship,
    logit,
    net_seen,
    opposition,
    relax,
    resolve_after,
    trust_after,
    within,
)
from powersim.rules.sanctions import conflict_expectation

EPS = 0.01
belief = st.floats(EPS, 1.0 - EPS)
strength = st.floats(0.0, 1.5)
act = st.floats(-1.0, 1.0)
unit = st.floats(0.0, 1.0)


def test_a_full_concession_moves_resolve_and_trust_by_one_on_the_log_odds_scale() -> None:
    assert resolve_after(0.6, 1.0, 1.0, 1.0, EPS) == pytest.approx(0.355595, abs=5e-7)
    assert trust_after(0.4, 1.0, 1.0, 1.0, EPS) == pytest.approx(0.644405, abs=5e-7)


def test_break_even_strength_of_reputation() -> None:
    gain, price = 0.8 * 0.15 + 0.5 * 0.3 + 0.3 * 0.4, 0.35 * 0.3
    assert break_even_reputation(gain, price, 0.45 * 1.0 + 0.3 * 1.0) == pytest.approx(0.38)
    assert break_even_reputation(gain, price, 0.0) == float("inf")


@given(x=st.floats(-800.0, 800.0))
def test_expit_of_opposites_adds_to_exactly_one(x: float) -> None:
    assert expit(x) + expit(-x) == 1.0


@given(p=belief)
def test_logit_undoes_expit(p: float) -> None:
    assert expit(logit(p)) == pytest.approx(p, rel=1e-12)


@given(p=unit, strength=strength, a=act, omega=unit)
def test_beliefs_never_become_certain(p: float, strength: float, a: float, omega: float) -> None:
    for after in (resolve_after(p, strength, a, omega, EPS), trust_after(p, strength, a, omega, EPS)):
        assert EPS <= after <= 1.0 - EPS


@given(p=belief, a=act, omega=unit)
def test_without_reputation_or_reassurance_past_acts_are_irrelevant_to_the_bit(
    p: float, a: float, omega: float
) -> None:
    assert resolve_after(p, 0.0, a, omega, EPS) == p
    assert trust_after(p, 0.0, a, omega, EPS) == p


@given(p=belief, strength=strength, a=unit, omega=unit)
def test_a_concession_never_raises_resolve_and_never_lowers_trust(
    p: float, strength: float, a: float, omega: float
) -> None:
    assert resolve_after(p, strength, a, omega, EPS) <= p + 1e-12
    assert resolve_after(p, strength, -a, omega, EPS) >= p - 1e-12
    assert trust_after(p, strength, a, omega, EPS) >= p - 1e-12


@given(p=st.floats(0.3, 0.7), rho=st.floats(0.0, 0.5), a=act, b=act)
def test_the_order_of_two_observations_does_not_matter(p: float, rho: float, a: float, b: float) -> None:
    one = resolve_after(resolve_after(p, rho, a, 1.0, EPS), rho, b, 1.0, EPS)
    other = resolve_after(resolve_after(p, rho, b, 1.0, EPS), rho, a, 1.0, EPS)
    assert one == pytest.approx(other, rel=1e-12)


@given(p=belief, prior=belief, mu=unit)
def test_beliefs_relax_towards_their_prior_and_never_past_it(p: float, prior: float, mu: float) -> None:
    after = relax(p, prior, mu, EPS)
    assert min(p, prior) - 1e-12 <= after <= max(p, prior) + 1e-12
    assert relax(prior, prior, mu, EPS) == prior
    assert relax(p, prior, 0.0, EPS) == p


@given(p=belief, prior=belief)
def test_a_belief_that_forgets_everything_is_its_prior(p: float, prior: float) -> None:
    assert relax(p, prior, 1.0, EPS) == pytest.approx(prior, rel=1e-12)


@given(g=st.floats(0.05, 0.95), seeker=st.floats(0.05, 0.95), expander=st.floats(0.05, 0.95))
def test_bayesian_trust_is_right_on_average(g: float, seeker: float, expander: float) -> None:
    eps = 1e-9
    seen = g * seeker + (1.0 - g) * expander
    after = trust_bayes(g, seeker, expander, eps)
    otherwise = trust_bayes(g, 1.0 - seeker, 1.0 - expander, eps)
    assert seen * after + (1.0 - seen) * otherwise == pytest.approx(g, abs=1e-12)


@given(g=belief, likelihood=unit)
def test_an_act_that_both_types_do_alike_teaches_nothing(g: float, likelihood: float) -> None:
    assert trust_bayes(g, likelihood, likelihood, EPS) == g


@given(g=st.floats(0.1, 0.9), tau=strength, seeker=st.floats(0.3, 0.9))
def test_linear_reassurance_is_bayes_rule_with_a_constant_likelihood_ratio(
    g: float, tau: float, seeker: float
) -> None:
    ratio = expit(tau) / expit(-tau)
    assert trust_bayes(g, seeker, seeker / ratio, EPS) == pytest.approx(
        trust_after(g, tau, 1.0, 1.0, EPS), rel=1e-9
    )


coefficient = st.floats(0.0, 5.0)


@given(m_j=unit, m_i=unit, s_j=unit, s_i=unit, more=unit, b1=coefficient, b2=coefficient)
def test_current_calculus_believes_in_power_and_interest(
    m_j: float, m_i: float, s_j: float, s_i: float, more: float, b1: float, b2: float
) -> None:
    base = calculus(m_j, m_i, s_j, s_i, b1, b2)
    assert calculus(m_j + more, m_i, s_j, s_i, b1, b2) >= base - 1e-12
    assert calculus(m_j, m_i, s_j + more, s_i, b1, b2) >= base - 1e-12
    assert calculus(m_j, m_i + more, s_j, s_i, b1, b2) <= base + 1e-12
    assert calculus(m_j, m_i, s_j, s_i + more, b1, b2) <= base + 1e-12
    assert calculus(m_i, m_j, s_i, s_j, b1, b2) == pytest.approx(-base, abs=1e-12)


def test_twice_the_power_doubles_the_odds_of_resolve_and_a_power_of_nothing_counts_as_a_millionth() -> None:
    assert calculus(0.4, 0.2, 0.3, 0.3, 1.0, 5.0) == pytest.approx(math.log(2.0))
    assert calculus(0.0, 1.0, 0.3, 0.3, 1.0, 5.0) == pytest.approx(math.log(1e-6))
    assert calculus(1.0, 0.0, 0.3, 0.3, 1.0, 5.0) == pytest.approx(-math.log(1e-6))


@given(start=belief, c0=st.floats(-9.0, 9.0), c=st.floats(-9.0, 9.0), more=st.floats(0.0, 9.0))
def test_the_prior_of_resolve_rises_with_the_calculus_rests_with_it_and_stays_off_certainty(
    start: float, c0: float, c: float, more: float
) -> None:
    odds = logit(start)
    assert calculus_prior(start, odds, c0, c0, EPS) == start
    now, later = (calculus_prior(start, odds, c0, each, EPS) for each in (c, c + more))
    assert EPS <= now <= later <= 1.0 - EPS


@given(p=st.floats(-1.0, 2.0))
def test_within_keeps_off_certainty_and_leaves_the_rest(p: float) -> None:
    assert within(p, EPS) == min(1.0 - EPS, max(EPS, p))


def test_what_nobody_would_do_teaches_nothing_even_to_the_certain() -> None:
    assert trust_bayes(0.0, 0.5, 0.0, EPS) == EPS
    assert trust_bayes(1.0, 0.0, 0.5, EPS) == 1.0 - EPS


utility = st.floats(-1.0, 1.0)
alignment = st.floats(-1.0, 1.0)


def test_an_act_says_no_more_than_it_costs_nor_than_it_matters_to_opponents() -> None:
    assert costly_act(-0.2, 0.5) == 0.2
    assert costly_act(-0.2, 0.1) == 0.1
    assert costly_act(-0.2, -0.5) == -0.2
    assert costly_act(-0.2, -0.1) == -0.1


@given(worth=unit, net=utility)
def test_an_act_that_costs_nothing_or_touches_no_opponent_says_nothing(worth: float, net: float) -> None:
    assert costly_act(worth, net) == 0.0
    assert costly_act(-worth, 0.0) == 0.0


@given(cost=unit, net=utility, more=unit)
def test_whom_an_act_serves_decides_what_it_says(cost: float, net: float, more: float) -> None:
    said = costly_act(-cost, net)
    assert said * net >= 0.0
    assert said == -costly_act(-cost, -net)
    assert costly_act(-cost, net + more) >= said  # the more opponents gain, the weaker it looks
    assert abs(costly_act(-cost - more, net)) >= abs(said)  # the more it costs, the more it says


@given(a=alignment, b=alignment, f=unit)
def test_opposition_falls_with_alignment_from_enemies_to_friends(a: float, b: float, f: float) -> None:
    low, high = min(a, b), max(a, b)
    assert 0.0 <= opposition(high, f) <= opposition(low, f) <= 1.0
    assert opposition(-1.0, f) == 1.0
    assert opposition(max(a, f), f) == 0.0
    assert opposition(a, 1.0) == conflict_expectation(a)


@given(a=alignment, b=alignment, f=unit)
def test_friendship_rises_with_alignment_and_is_whole_where_opposition_ends(
    a: float, b: float, f: float
) -> None:
    assert 0.0 <= friendship(min(a, b), f) <= friendship(max(a, b), f) <= 1.0
    assert friendship(-abs(a), f) == 0.0 or f == a == 0.0
    assert (friendship(a, f) == 1.0) == (opposition(a, f) == 0.0)


@given(own=utility, others=utility, friend=unit)
def test_an_opponent_asks_what_an_act_does_to_itself_and_a_friend_what_it_does_to_all(
    own: float, others: float, friend: float
) -> None:
    assert net_seen(own, others, 0.0) == own
    assert net_seen(own, others, 1.0) == own + others
    low, high = sorted((own, own + others))
    assert low - 1e-12 <= net_seen(own, others, friend) <= high + 1e-12
