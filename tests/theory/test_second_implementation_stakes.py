"""What a crisis weighs, worked out a second time: by sums over turns, by searching all demands, by simulated luck."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from powersim.oracles.commitment import salami_demand, salami_end
from powersim.oracles.crisis import crisis_war_probability, war_probability_tioli
from powersim.rules.commitment import foreseen_rise, shift_threshold
from powersim.rules.compliance import discounted_ramp
from powersim.rules.crisis import (
    best_demand,
    crisis_hazard,
    demand,
    recurrence,
    resisted_demand,
    resisted_war_probability,
    stake,
    stake_lost,
)
from powersim.rules.sanctions import sanctions_ahead
from powersim.rules.utility import issue_utility

unit = st.floats(0.0, 1.0)
odds = st.floats(0.05, 0.95)
cost = st.floats(0.0, 0.5)
discount = st.floats(0.3, 0.99)
GRID = np.linspace(0.0, 1.0, 20_001)
TURNS = np.arange(1, 4001)


@given(unit, st.floats(0.001, 1.5), discount)
@example(0.5, 0.25, 0.9)
def test_a_ramp_is_worth_the_sum_over_its_turns(gap: float, speed: float, delta: float) -> None:
    summed = (1.0 - delta) * (delta**TURNS * np.minimum(gap, speed * TURNS)).sum()
    assert discounted_ramp(gap, speed, delta) == pytest.approx(summed, abs=1e-9)


def test_what_does_not_move_is_worth_nothing_and_without_discounting_all_of_it() -> None:
    assert discounted_ramp(0.5, 0.0, 0.9) == 0.0
    assert discounted_ramp(0.0, 0.1, 0.9) == 0.0
    assert discounted_ramp(0.5, 0.1, 1.0) == 0.5


@given(unit, unit, st.floats(0.001, 1.0), discount)
def test_sanctions_ahead_are_those_wanted_beyond_those_imposed(
    wanted: float, now: float, speed: float, delta: float
) -> None:
    path = np.minimum(max(wanted, now), now + speed * TURNS) - now
    summed = (1.0 - delta) * (delta**TURNS * path).sum()
    assert sanctions_ahead(wanted, now, speed, delta) == pytest.approx(summed, abs=1e-9)


@given(
    unit,
    st.floats(0.001, 1.0),
    st.floats(0.0, 60.0),
    discount,
    st.floats(0.05, 0.6),
    st.floats(0.02, 0.3),
    unit,
)
@settings(max_examples=60)
def test_a_rise_step_by_step_makes_the_choice_of_the_streams_of_payoffs(
    way: float, speed: float, turns: float, future: float, p: float, d: float, beta: float
) -> None:
    """Turn by turn the decliner's odds fall with the shift; peace beats war exactly below the threshold."""
    shift = np.minimum(np.minimum(way, speed * turns), speed * TURNS)
    weights = future**TURNS
    peace = 1.0 + (((1.0 - p - shift) * (1.0 - d) + beta * d) * weights).sum()
    war = (1.0 - p) * (1.0 - d) / (1.0 - future)
    threshold = shift_threshold(p, d, future, 0.0, beta)
    excess = (foreseen_rise(way, speed, turns, future) - threshold) * (1.0 - d) * future / (1.0 - future)
    assert excess == pytest.approx(war - peace, abs=1e-7 / (1.0 - future))


@given(unit, st.floats(0.001, 1.0), st.floats(0.0, 60.0), discount, unit)
def test_whoever_looks_farther_ahead_never_foresees_less_and_never_more_than_the_whole_way(
    way: float, speed: float, turns: float, future: float, more: float
) -> None:
    here = foreseen_rise(way, speed, turns, future)
    assert 0.0 <= here <= way + 1e-12
    assert foreseen_rise(way, speed, turns + 10.0 * more, future) >= here - 1e-12
    assert foreseen_rise(way, speed, 0.0, future) == 0.0
    assert foreseen_rise(way, speed, turns, 0.0) == 0.0


def test_a_shift_that_is_there_next_turn_counts_in_full() -> None:
    assert foreseen_rise(0.4, 0.4, 1.0, 0.9) == pytest.approx(0.4)
    assert foreseen_rise(0.4, 0.8, 1.0, 0.9) == pytest.approx(0.4)


def tried(p: float, c_a: float, c_lo: float, c_hi: float, lam: float) -> tuple[float, float]:
    """Try every demand: the target refuses x if x (1 + lam) > p + c, c uniform."""
    war = np.clip((GRID * (1.0 + lam) - p - c_lo) / (c_hi - c_lo), 0.0, 1.0)
    value = (1.0 - war) * GRID + war * (p - c_a)
    best = int(value.argmax())
    return float(war[best]), float(value[best])


@given(odds, st.floats(0.0, 0.4), st.floats(0.0, 0.2), st.floats(0.05, 0.6), st.floats(0.0, 2.0))
@settings(max_examples=100)
def test_no_other_demand_is_better_than_the_resisted_one(
    p: float, c_a: float, c_lo: float, width: float, lam: float
) -> None:
    c_hi = c_lo + width
    war, value = tried(p, c_a, c_lo, c_hi, lam)
    asked = resisted_demand(p, c_a, c_lo, c_hi, lam)
    refused = float(np.clip((asked * (1.0 + lam) - p - c_lo) / width, 0.0, 1.0))
    assert (1.0 - refused) * asked + refused * (p - c_a) == pytest.approx(value, abs=2e-4)
    if p > c_a:
        assert resisted_war_probability(p, c_a, c_lo, c_hi, lam) == pytest.approx(refused, abs=1e-9)
        if value > p - c_a + 1e-3:  # else several demands are as good: all are refused
            assert refused == pytest.approx(war, abs=3e-4 * (1.0 + lam) / width)


@given(odds, cost, st.floats(0.0, 0.6))
def test_without_a_next_time_it_is_the_game_as_it_was_to_the_bit(p: float, c_a: float, c_bar: float) -> None:
    assert resisted_demand(p, c_a, 0.0, c_bar, 0.0) == demand(p, c_a, c_bar)
    if c_bar > 0.0:
        assert resisted_war_probability(p, c_a, 0.0, c_bar, 0.0) == crisis_war_probability(p, 0.0, c_a, c_bar)


@given(odds, cost, st.floats(0.0, 0.3), st.floats(0.01, 0.6))
def test_with_a_known_part_of_the_cost_it_is_the_game_of_offers(
    p: float, c_a: float, lo: float, width: float
) -> None:
    assert resisted_demand(p, c_a, lo, lo + width, 0.0) == pytest.approx(best_demand(p, c_a, lo, lo + width))
    if p > c_a and best_demand(p, c_a, lo, lo + width) < 1.0:
        plain = war_probability_tioli(c_a, lo, lo + width)
        assert resisted_war_probability(p, c_a, lo, lo + width, 0.0) == pytest.approx(plain, abs=1e-12)


@given(odds, cost, st.floats(0.0, 0.2), st.floats(0.0, 0.6), st.floats(0.0, 2.0), st.floats(0.0, 1.0))
def test_thinking_of_the_next_time_makes_war_likelier_and_terms_smaller(
    p: float, c_a: float, c_lo: float, width: float, lam: float, more: float
) -> None:
    c_hi = c_lo + width
    assert (
        resisted_war_probability(p, c_a, c_lo, c_hi, lam + more)
        >= resisted_war_probability(p, c_a, c_lo, c_hi, lam) - 1e-12
    )
    assert resisted_demand(p, c_a, c_lo, c_hi, lam + more) <= resisted_demand(p, c_a, c_lo, c_hi, lam) + 1e-12


@given(st.floats(0.1, 0.8), st.floats(0.0, 0.09), st.floats(0.01, 0.1))
def test_the_stronger_challenger_is_refused_more_only_by_a_target_that_thinks_of_the_next_time(
    p: float, c_a: float, more: float
) -> None:
    assert resisted_war_probability(p + more, c_a, 0.0, 0.15, 0.1) > resisted_war_probability(
        p, c_a, 0.0, 0.15, 0.1
    )
    plain = resisted_war_probability(p, c_a, 0.0, 0.15, 0.0)
    assert resisted_war_probability(p + more, c_a, 0.0, 0.15, 0.0) == plain


def test_with_known_costs_there_is_war_only_if_nothing_that_is_yielded_is_worth_as_much() -> None:
    assert resisted_war_probability(0.6, 0.1, 0.05, 0.05, 0.0) == 0.0
    assert resisted_war_probability(0.6, 0.1, 0.05, 0.05, 1.0) == 1.0  # yields .325, fighting brings .5
    assert resisted_war_probability(0.1, 0.2, 0.05, 0.05, 1.0) == 0.0


@given(st.floats(0.01, 1.0), st.integers(0, 20), st.floats(0.5, 0.99))
def test_the_next_crisis_is_worth_the_mean_over_waiting_times(
    hazard: float, truce: int, delta: float
) -> None:
    waits = np.arange(4000)
    mean = (hazard * (1.0 - hazard) ** waits * delta ** (truce + waits)).sum()
    assert recurrence(hazard, truce, delta) == pytest.approx(mean, abs=1e-9)
    assert recurrence(0.0, truce, 1.0) == 0.0


@given(unit, st.floats(0.01, 1.0), st.floats(0.01, 1.0), st.floats(0.0, 3.0))
def test_the_hazard_follows_the_stake_and_is_the_recorded_one_at_the_recorded_stake(
    hazard: float, now: float, then: float, growth: float
) -> None:
    found = crisis_hazard(hazard, now, then, growth)
    assert found == pytest.approx(min(1.0, hazard * math.exp(growth * math.log(now / then))))
    assert crisis_hazard(hazard, then, then, growth) == pytest.approx(hazard)
    assert crisis_hazard(hazard, now, then, 0.0) == hazard
    assert crisis_hazard(hazard, now, 0.0, growth) == hazard
    assert crisis_hazard(hazard, now + 0.1, then, growth) >= found


@given(st.floats(0.0, 2.0), unit, unit, unit)
def test_stakes_are_differences_of_linear_utility(
    salience: float, ideal: float, position: float, goal: float
) -> None:
    at = issue_utility(position, ideal, salience, 1.0)
    assert stake(salience, ideal, position) == pytest.approx(salience - at, abs=1e-12)
    lost = at - issue_utility(goal, ideal, salience, 1.0)
    assert stake_lost(salience, ideal, position, goal) == pytest.approx(max(0.0, lost), abs=1e-12)


def induced(p0: float, k: float, delta: float, cost: float, own: float) -> tuple[np.ndarray, np.ndarray]:
    """Fearon 1996 by induction from a war at the end: what is held on a grid, and what is held after the next demand.

    Each turn the one side demands what is best for it among all that the other would rather yield than fight over.
    """
    x = np.linspace(0.0, 1.0, 401)
    fight, resist = p0 + k * x - own, 1.0 - p0 - k * x - cost
    mine, theirs, after = fight, resist, x
    for _ in range(60):
        mine, theirs = (1.0 - delta) * x + delta * mine, (1.0 - delta) * (1.0 - x) + delta * theirs
        allowed = theirs[None, :] >= resist[:, None] - 1e-12
        best = np.where(allowed, mine[None, :], -np.inf).argmax(axis=1)
        assert (mine[best] >= fight).all()  # nobody ever fights
        after, mine, theirs = x[best], mine[best], theirs[best]
    return x, after


@pytest.mark.parametrize(("p0", "k", "delta", "cost"), [(0.3, 0.4, 0.9, 0.1), (0.2, 0.5, 0.8, 0.05)])
def test_slice_by_slice_is_what_the_game_over_objects_that_move_the_odds_comes_to(
    p0: float, k: float, delta: float, cost: float
) -> None:
    x, after = induced(p0, k, delta, cost, own=0.1)
    closed = [salami_demand(held, p0, k, delta, cost) for held in x]
    inside = x <= salami_end(p0, k, cost)  # beyond, the other side would rather have some of it back
    assert after[inside] == pytest.approx(np.array(closed)[inside], abs=0.015)  # slices are cut to the grid


@given(odds, st.floats(0.0, 0.9), st.floats(0.3, 0.95), cost)
def test_slices_leave_the_other_side_what_a_war_at_the_start_would_and_end_where_shares_mirror_power(
    p0: float, k: float, delta: float, c: float
) -> None:
    held, others, turns = 0.0, 0.0, 400
    for t in range(turns):
        held = salami_demand(held, p0, k, delta, c)
        others += (1.0 - delta) * delta**t * (1.0 - held)
    end = salami_end(p0, k, c)
    assert held <= end + 1e-9
    if end < 1.0:
        others += delta**turns * (1.0 - p0 - k * held - c)
        assert others == pytest.approx(1.0 - p0 - c, abs=1e-9)
        assert salami_demand(end, p0, k, delta, c) == pytest.approx(end)


@given(odds, st.floats(0.0, 0.9), st.floats(0.0, 0.95), cost, cost)
def test_with_known_costs_resistance_is_that_of_the_first_slice(
    p0: float, k: float, delta: float, c: float, own: float
) -> None:
    """What yielding costs later, per unit, is then delta k / (1 - delta): Fearon 1996 and the rule agree."""
    lam = delta * k / (1.0 - delta)
    first = salami_demand(0.0, p0, k, delta, c)
    asked = resisted_demand(p0, own, c, c, lam)
    if first > p0 - own:
        assert asked == pytest.approx(first)
        assert resisted_war_probability(p0, own, c, c, lam) == 0.0
