"""Small slips that other tests would not notice: each test here fails if one sign, bound or edge of a rule is wrong.

They were found by breaking the rules (`scripts/mutation.py`) and looking at what survived.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powersim.oracles.alignment import similarity
from powersim.oracles.balance import factions
from powersim.oracles.budgets import richardson_stable
from powersim.oracles.coleman import control_bought, resource_values
from powersim.oracles.crisis import (
    challenger_war_probability,
    crisis_war_probability,
    status_quo_war_probability,
)
from powersim.oracles.lanchester import square_law_duration
from powersim.oracles.position_exchange import Market, Offer, equal_gain_exchanges
from powersim.oracles.proliferation import (
    TOLERATED,
    regime,
    setback_threshold,
    strike_if_unseen,
    strike_now_threshold,
)
from powersim.oracles.reputation import fight_probability
from powersim.oracles.trust import reassurance_high, reassurance_low, reassures
from powersim.rules.alignment import isolation_felt, triads
from powersim.rules.bargaining import pair_surplus
from powersim.rules.beliefs import friendship
from powersim.rules.budgets import budget_step
from powersim.rules.commitment import foreseen_rise
from powersim.rules.compliance import continuation_value, renege_probability
from powersim.rules.crisis import (
    attack_cost,
    crisis_hazard,
    intervention_gain,
    intervention_pays,
    resisted_demand,
    resisted_war_probability,
)
from powersim.rules.proliferation import setback_value
from powersim.rules.war import beta_mean, settlement


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 0.5))
def test_a_worse_draw_makes_an_attack_dearer(
    base: float, spread: float, sanctions: float, u: float, more: float
) -> None:
    assert attack_cost(base, spread, sanctions, u + more) >= attack_cost(base, spread, sanctions, u)
    assert attack_cost(base, spread, sanctions, 0.0) == base + sanctions


def test_nobody_can_demand_more_than_the_whole_pie() -> None:
    """At odds of .9 even the boldest demand, everything, is refused only by the fifth whose cost is below .1."""
    assert crisis_war_probability(0.9, 0.0, 0.0, 0.5) == pytest.approx(0.2)


def test_help_that_just_breaks_even_is_not_given() -> None:
    assert not intervention_pays(1.0, 0.5, 0.5, 1.0, 0.5)
    assert intervention_pays(1.0, 0.5, 0.5, 1.0, 0.499)


def test_a_budget_cannot_fall_below_nothing() -> None:
    assert budget_step(0.1, 0.0, 5.0, 0.0, 0.0, 1.0, 0.0) == 0.0


@given(st.integers(2, 6), st.integers(0, 1000))
@settings(max_examples=30)
def test_the_first_actor_names_the_camps(n: int, seed: int) -> None:
    ties = np.random.default_rng(seed).normal(0.0, 1.0, (n, n))
    assert factions(ties + ties.T)[0] == 1.0


def test_a_programme_that_cannot_succeed_is_not_worth_a_strike_however_patient_the_striker() -> None:
    assert setback_threshold(0.0, 1.0, 5.0) == 0.0


def test_what_nobody_wants_is_bought_by_nobody() -> None:
    assert control_bought(0.0, 0.5, 0.0) == 0.0
    assert control_bought(0.5, 0.5, 1.0) == 0.25


def test_one_actor_whose_interests_do_not_add_up_is_enough_to_refuse() -> None:
    right, wrong = [0.5, 0.5], [0.5, 0.4]
    for interest in ([right, wrong], [wrong, right]):
        with pytest.raises(ValueError, match="interest"):
            resource_values(np.full((2, 2), 0.5), np.array(interest))
    for control in ([[0.5, 0.5], [0.5, 0.4]], [[0.5, 0.5], [0.4, 0.5]]):
        with pytest.raises(ValueError, match="control"):
            resource_values(np.array(control), np.full((2, 2), 0.5))


@pytest.mark.parametrize("who", ["i", "j"])
@pytest.mark.parametrize("lacks", ["power", "salience"])
def test_who_cannot_shift_an_outcome_offers_no_move_at_all(who: str, lacks: str) -> None:
    x = np.array([[0.0, 100.0], [100.0, 0.0], [30.0, 60.0]])
    s = np.array([[0.9, 0.3], [0.3, 0.9], [0.5, 0.5]])
    c = np.ones((3, 2))
    supplies = {"i": (0, 1), "j": (1, 0)}[who]
    (c if lacks == "power" else s)[supplies] = 0.0
    assert Market(x, s, c).offer(0, 1, 0, 1) == Offer(0, 1, 0, 1, 0.0, 0.0, 0.0)


def test_of_equal_trades_the_one_listed_last_comes_first() -> None:
    """The order of the published program; twins decide it, because all their trades bring the same."""
    x = np.array([[0.0, 100.0], [100.0, 0.0], [100.0, 0.0]])
    s = np.array([[0.9, 0.3], [0.3, 0.9], [0.3, 0.9]])
    first = equal_gain_exchanges(x, s, np.ones((3, 2)))[0][0]
    assert {first.i, first.j} == {0, 2}


def test_an_arms_race_in_which_reaction_equals_fatigue_does_not_come_to_rest() -> None:
    assert not richardson_stable(1.0, 1.0, 1.0, 1.0)


def test_the_least_and_the_most_that_reassures_still_reassure() -> None:
    low, high = reassurance_low(0.5, 1.5, 1.0), reassurance_high(0.5, 0.5, 1.0)
    assert reassures(low, 0.5, 0.5, 1.5, 1.0)
    assert reassures(high, 0.5, 0.5, 1.5, 1.0)
    assert not reassures(np.nextafter(low, 0.0), 0.5, 0.5, 1.5, 1.0)
    assert not reassures(np.nextafter(high, 1.0), 0.5, 0.5, 1.5, 1.0)


def test_those_who_share_no_concern_and_no_third_party_are_neither_alike_nor_pulled() -> None:
    concern, other = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    assert similarity(np.zeros(2), np.zeros(2), concern, other) == 0.0
    tied = np.array([[0.0, 0.5, 0.5, 0.0], [0.5, 0.0, 0.0, 0.5], [0.5, 0.0, 0.0, 0.0], [0.0, 0.5, 0.0, 0.0]])
    pull = np.full(4, np.nan)
    triads(tied, (np.sign(tied) @ np.sign(tied))[0], 0, pull)
    assert pull[1] == 0.0


def test_where_nobody_has_any_capability_help_is_worth_nothing() -> None:
    assert intervention_gain(0.0, 0.0, 0.0, 0.5) == 0.0


def test_a_weak_prior_about_battles_is_still_a_prior() -> None:
    assert beta_mean(0.2, 0.6) == pytest.approx(0.25)
    assert beta_mean(0.0, 0.0) == 0.5


def test_a_builder_who_is_deterred_by_being_seen_needs_no_strikes_on_suspicion() -> None:
    assert strike_if_unseen(0.5, 0.5, 0.1, 0.3, 0.05, 0.9, 1.0) == 0.0


def test_a_trade_that_brings_nothing_has_gain_nought() -> None:
    """The two care in the same proportion: whoever moves, there is nothing to win."""
    x = np.array([[0.0, 100.0], [100.0, 0.0]])
    s = np.array([[0.9, 0.3], [0.6, 0.2]])
    assert Market(x, s, np.ones((2, 2))).offer(0, 1, 0, 1).gain == 0.0


def test_a_known_cost_of_war_leaves_no_risk_of_asking_too_much() -> None:
    assert status_quo_war_probability(0.6, 0.95, 0.1, 0.3, 0.3) == 0.0


def test_fighting_goes_on_while_it_is_worth_just_its_price() -> None:
    assert not settlement(0.75, 0.5, 0.125, 2.0)
    assert settlement(0.75, 0.5, 0.126, 2.0)


def test_equals_fight_for_ever_under_the_square_law() -> None:
    assert square_law_duration(100.0, 100.0, 0.01, 0.01) == np.inf


def test_without_private_information_a_challenger_asks_for_what_it_gets() -> None:
    assert challenger_war_probability(0.5, 0.3, 0.4, 0.0) == 0.0


def test_a_weapon_that_costs_no_more_than_a_later_strike_is_never_struck_now() -> None:
    assert strike_now_threshold(0.5, 0.25, 0.5) == np.inf


def test_a_programme_that_cannot_succeed_is_set_back_only_for_its_level() -> None:
    assert setback_value(0.2, 1.0, 0.0, 1.0, 5.0) == 0.0
    assert setback_value(0.2, 1.0, 0.0, 0.5, 1.0) == pytest.approx(0.1)


def test_nobody_fights_for_a_reputation_that_nobody_will_see() -> None:
    assert fight_probability(1.0, 0.5, 1.0) == 0.0


def test_where_there_is_no_other_economy_nobody_is_shut_out() -> None:
    assert isolation_felt(0.5, 0.3, 0.0) == 0.0


@given(st.floats(0.01, 1.0), st.floats(0.01, 0.99))
def test_half_way_to_a_friend_is_half_a_friend(friend_from: float, share: float) -> None:
    assert friendship(share * friend_from, friend_from) == pytest.approx(share)
    assert friendship(0.0, friend_from) == 0.0


def test_a_package_by_which_one_side_or_both_lose_is_worth_nothing_to_the_pair() -> None:
    assert pair_surplus(-0.5, -0.5) == pair_surplus(-0.5, 0.5) == pair_surplus(0.5, -0.5) == 0.0
    assert pair_surplus(0.0, 0.5) == pair_surplus(0.5, 0.0) == 0.0


def test_a_programme_whose_strike_just_costs_what_it_saves_is_tolerated() -> None:
    assert regime(0.5, 0.5, 0.25, 0.3, 0.05, 0.3, 0.5) == TOLERATED


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_cost_that_is_known_is_no_risk_whatever_rounding_leaves(
    p: float, q: float, c_a: float, c: float
) -> None:
    assert status_quo_war_probability(p, q, c_a, c, c) == 0.0
    assert status_quo_war_probability(0.1, 1.0, c_a, 0.2, 0.2) == 0.0


def test_who_does_not_care_for_the_future_foresees_nothing() -> None:
    assert foreseen_rise(0.3, 0.1, 5.0, 0.0) == 0.0


def test_a_future_that_counts_as_the_present_is_worth_all_or_nothing() -> None:
    assert continuation_value(0.01, 1.0, 0.0) == np.inf
    assert continuation_value(0.0, 1.0, 0.0) == 0.0
    assert continuation_value(-0.01, 1.0, 0.0) == 0.0


def test_a_promise_that_is_worth_just_as_much_broken_is_kept_without_noise_and_a_toss_up_with_it() -> None:
    assert renege_probability(0.25, 0.25, 0.0) == 0.0
    assert renege_probability(0.25, 0.25, 0.1) == 0.5


def test_who_would_win_by_war_just_its_price_threatens_nobody() -> None:
    assert resisted_war_probability(0.25, 0.25, 0.0, 0.5, 0.5) == 0.0
    assert resisted_war_probability(0.5, 0.25, 0.0, 0.5, 0.0) == pytest.approx(0.25)


def test_a_demand_that_is_worth_just_as_much_as_fighting_is_met() -> None:
    """(p + c) / (1 + lam) = .75 / 1.5 = .5 = p - c_a."""
    assert resisted_demand(0.625, 0.125, 0.125, 0.125, 0.5) == 0.5
    assert resisted_war_probability(0.625, 0.125, 0.125, 0.125, 0.5) == 0.0


def test_the_hazard_is_the_recorded_one_where_nothing_was_at_stake_and_never_more_than_sure() -> None:
    assert crisis_hazard(0.2, 0.5, 0.0, 1.0) == 0.2
    assert crisis_hazard(0.2, 0.5, 0.25, 0.0) == 0.2
    assert crisis_hazard(0.2, 0.5, 0.25, 1.0) == pytest.approx(0.4)
    assert crisis_hazard(0.6, 0.5, 0.125, 1.0) == 1.0
    assert crisis_hazard(0.2, 0.0, 0.25, 1.0) == 0.0
