"""Crisis bargaining, commitment and war worked out a second time, by search and simulation.

Each function here states the game (who moves, who is paid what) and finds its solution by trying everything; the rules
state closed forms. Where both agree on random settings, neither is likely to be wrong.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powersim.oracles.commitment import inefficiency_margin, one_off_margin
from powersim.oracles.crisis import (
    challenger_war_probability,
    challenger_war_slope,
    crisis_war_probability,
    odds_with_helper,
    safe_demand,
    status_quo_war_probability,
    tioli_value,
    war_probability_tioli,
)
from powersim.rules.commitment import preventive_war, shift_threshold
from powersim.rules.crisis import (
    best_demand,
    demand,
    intervention_gain,
    intervention_pays,
)
from powersim.rules.war import expected_battles, settlement, win_probability

GRID = np.linspace(0.0, 1.0, 20_001)
STEP = GRID[1]


def refusal(x: np.ndarray, p: float, c_lo: float, c_hi: float) -> np.ndarray:
    """Share of targets, whose cost is uniform, that would rather fight than leave x to the other side."""
    return np.clip((x - p - c_lo) / (c_hi - c_lo), 0.0, 1.0)


def best_offer(
    p: float, c_a: float, c_lo: float, c_hi: float, most: float = 1.0
) -> tuple[float, float, float]:
    """Try every demand up to `most`: the best, its chance of war and what it brings."""
    x = GRID[most + STEP / 2 > GRID]
    war = refusal(x, p, c_lo, c_hi)
    value = (1.0 - war) * x + war * (p - c_a)
    best = int(value.argmax())
    return float(x[best]), float(war[best]), float(value[best])


odds = st.floats(0.05, 0.6)
cost = st.floats(0.0, 0.4)


@given(odds, cost, st.floats(0.0, 0.2), st.floats(0.05, 0.2))
@settings(max_examples=60)
def test_no_other_demand_is_better_than_the_best_demand(
    p: float, c_a: float, c_lo: float, width: float
) -> None:
    c_hi = c_lo + width
    x, war, value = best_offer(p, c_a, c_lo, c_hi)
    assert tioli_value(p, c_a, c_lo, c_hi) == pytest.approx(value, abs=2 * STEP)
    assert best_demand(p, c_a, c_lo, c_hi) == pytest.approx(x, abs=2 * STEP)
    assert war_probability_tioli(c_a, c_lo, c_hi) == pytest.approx(war, abs=3 * STEP / width)


@given(odds, st.floats(0.3, 0.95), cost, st.floats(0.0, 0.15), st.floats(0.1, 0.4))
@settings(max_examples=60)
def test_whoever_holds_the_status_quo_demands_no_more_than_it_has(
    p: float, q: float, c_a: float, c_lo: float, width: float
) -> None:
    _, war, _ = best_offer(p, c_a, c_lo, c_lo + width, most=q)
    assert status_quo_war_probability(p, q, c_a, c_lo, c_lo + width) == pytest.approx(
        war, abs=3 * STEP / width
    )


@given(st.floats(0.05, 0.97), st.floats(0.0, 0.6), cost, st.floats(0.1, 0.5))
@settings(max_examples=60)
def test_a_challenger_that_would_rather_keep_what_it_has_demands_nothing(
    p: float, q: float, c_a: float, c_bar: float
) -> None:
    x, war, _ = best_offer(p, c_a, 0.0, c_bar)
    assert demand(p, c_a, c_bar) == pytest.approx(x, abs=2 * STEP)
    expected = 0.0 if p - c_a <= q else war
    assert crisis_war_probability(p, q, c_a, c_bar) == pytest.approx(expected, abs=3 * STEP / c_bar)


def war_over_drawn_costs(p: float, q: float, a_bar: float, c_bar: float) -> float:
    """Mean chance of war over challengers' costs, uniform on [0, a_bar], by the midpoint rule."""
    draws = (np.arange(400) + 0.5) / 400 * a_bar
    return float(np.mean([best_offer(p, c, 0.0, c_bar)[1] if p - c > q else 0.0 for c in draws]))


@pytest.mark.parametrize(
    ("p", "q", "a_bar", "c_bar"),
    [
        (0.5, 0.3, 0.4, 0.5),
        (0.6, 0.3, 0.4, 0.5),
        (0.35, 0.3, 0.4, 0.5),
        (0.3, 0.3, 0.4, 0.5),
        (0.6, 0.1, 0.3, 0.4),
    ],
)
def test_war_over_public_costs_is_the_mean_over_crises(
    p: float, q: float, a_bar: float, c_bar: float
) -> None:
    war = war_over_drawn_costs(p, q, a_bar, c_bar)
    assert challenger_war_probability(p, q, a_bar, c_bar) == pytest.approx(war, abs=2e-3)
    if 0.03 < p - q < min(a_bar, c_bar) - 0.03:
        slope = (
            war_over_drawn_costs(p + 0.02, q, a_bar, c_bar) - war_over_drawn_costs(p - 0.02, q, a_bar, c_bar)
        ) / 0.04
        assert challenger_war_slope(p, q, a_bar, c_bar) == pytest.approx(slope, abs=0.02)


def test_a_million_crises_break_into_war_as_often_as_predicted() -> None:
    rng = np.random.default_rng(1)
    p, q, a_bar, c_bar = 0.5, 0.3, 0.4, 0.5
    c_a, c_b = rng.uniform(0, a_bar, 10**6), rng.uniform(0, c_bar, 10**6)
    asked = np.minimum(1.0, np.maximum(p, p + (c_bar - c_a) / 2))
    war = (p - c_a > q) & (asked - p > c_b)
    assert challenger_war_probability(p, q, a_bar, c_bar) == pytest.approx(war.mean(), abs=2e-3)


def peace_minus_war(shift: float, p: float, d: float, discount: float, beta: float) -> float:
    """What the declining side gains by not fighting now, stream by stream over 4000 turns.

    War leaves 1 - d of the pie for ever to the winner. In peace the decliner has all of today's pie; from tomorrow the
    riser, whose odds are then higher, concedes what the decliner could win by fighting and a share of what peace saves.
    """
    weights = discount ** np.arange(4000)
    fight_now = ((1.0 - p) * (1.0 - d) * weights).sum()
    fight_later = (((1.0 - p - shift) * (1.0 - d) + beta * d) * weights[1:]).sum()
    return float(1.0 + fight_later - fight_now)


@given(
    st.floats(0.05, 0.6), st.floats(0.02, 0.3), st.floats(0.6, 0.97), st.floats(0.0, 0.2), st.floats(0.0, 1.0)
)
@settings(max_examples=60)
def test_a_decliner_fights_exactly_above_the_threshold(
    p: float, d: float, delta: float, h: float, beta: float
) -> None:
    threshold = shift_threshold(p, d, delta, h, beta)
    discount = delta * (1.0 - h)
    still = peace_minus_war(threshold, p, d, discount, beta)
    assert still == pytest.approx(0.0, abs=1e-9 / (1.0 - discount))
    assert peace_minus_war(threshold * 1.01, p, d, discount, beta) < 0.0
    assert peace_minus_war(threshold * 0.99, p, d, discount, beta) > 0.0
    assert preventive_war(threshold * 1.01, threshold)
    assert not preventive_war(threshold * 0.99, threshold)


@given(st.floats(0.3, 0.95), st.floats(0.2, 0.9), st.floats(0.1, 0.9), st.floats(0.0, 0.5))
@settings(max_examples=60)
def test_one_price_of_war_makes_the_same_choice_as_the_streams_of_payoffs(
    delta: float, p_now: float, p_later: float, c_a: float
) -> None:
    weights = delta ** np.arange(2000)
    fight_now = (p_now * weights).sum() - c_a
    wait = 1.0 + delta * ((p_later * weights).sum() - c_a)
    margin = one_off_margin(delta, p_now, p_later, c_a)
    assert (fight_now - wait) * (1.0 - delta) == pytest.approx(margin, abs=1e-9)


@given(st.floats(0.05, 0.6), st.floats(0.02, 0.3), st.floats(0.6, 0.97), st.floats(0.0, 0.4))
@settings(max_examples=60)
def test_a_linear_shift_beyond_powells_condition_leaves_no_peaceful_division(
    p: float, d: float, delta: float, shift: float
) -> None:
    """Powell: even a riser squeezed to its minmax in every turn costs the decliner more than fighting now."""
    whole = 1.0 / (1.0 - delta)
    riser_now, riser_later, decliner = (odds * (1.0 - d) * whole for odds in (p, p + shift, 1.0 - p))
    best_peace = whole - max(riser_now, delta * riser_later)
    margin = inefficiency_margin(delta, riser_now, riser_later, decliner, whole)
    if delta * riser_later > riser_now:
        assert margin == pytest.approx(decliner - best_peace, abs=1e-9 * whole)
    else:
        assert margin < 0.0


@given(st.integers(2, 12), st.floats(0.2, 0.8), st.data())
@settings(max_examples=60)
def test_a_war_of_forts_solves_its_own_equations(n: int, pi: float, data: st.DataObject) -> None:
    """Odds and length solve f(i) = pi f(i+1) + (1-pi) f(i-1) (+ 1 battle): here as a linear system."""
    i = data.draw(st.integers(1, n - 1))
    system = np.eye(n + 1)
    for k in range(1, n):
        system[k, k + 1] -= pi
        system[k, k - 1] -= 1.0 - pi
    ends, battles = np.zeros(n + 1), np.ones(n + 1)
    ends[n] = 1.0
    battles[[0, n]] = 0.0
    assert win_probability(float(i), float(n), pi) == pytest.approx(
        np.linalg.solve(system, ends)[i], abs=1e-9
    )
    assert expected_battles(float(i), float(n), pi) == pytest.approx(
        np.linalg.solve(system, battles)[i], rel=1e-7
    )


def test_simulated_wars_are_won_and_last_as_predicted() -> None:
    rng = np.random.default_rng(2)
    held, battles = np.full(100_000, 3), np.zeros(100_000)
    while (open_wars := (held > 0) & (held < 10)).any():
        held[open_wars] += np.where(rng.random(open_wars.sum()) < 0.55, 1, -1)
        battles[open_wars] += 1
    assert win_probability(3.0, 10.0, 0.55) == pytest.approx((held == 10).mean(), abs=0.006)
    assert expected_battles(3.0, 10.0, 0.55) == pytest.approx(battles.mean(), abs=0.25)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 0.2), st.floats(0, 20))
def test_fighting_stops_when_some_division_beats_it_for_both(
    p_a: float, p_b: float, c: float, left: float
) -> None:
    """p_b: the attacker's odds as the defender sees them; the joint price of going on is cost times battles left."""
    price = c * left
    if abs((p_a - p_b) - price) > 1e-9:
        assert settlement(p_a, p_b, c, left) == (p_a - price < p_b)


@given(*[st.floats(0.01, 1.0)] * 3, st.floats(0.0, 1.0), st.floats(0.0, 0.5))
def test_a_third_party_helps_when_its_help_moves_the_odds_enough(
    c_k: float, c_a: float, c_b: float, difference: float, price: float
) -> None:
    """k joins a war of a and b on either side: a's odds with k on its side, less its odds with k against it."""
    total = c_a + c_b + c_k
    gain = ((c_a + c_k) / total - c_a / total) * difference
    assert intervention_gain(c_k, c_a, c_b, difference) == pytest.approx(gain, abs=1e-12)
    if abs(gain - price) > 1e-9:
        assert intervention_pays(c_k, c_a, c_b, difference, price) == (gain > price)


@given(st.floats(0.01, 0.2), st.floats(0.2, 2.0), st.floats(0.1, 1.0), st.floats(0.05, 1.0))
def test_a_supporter_stays_out_up_to_the_safe_demand(c: float, total: float, s: float, share: float) -> None:
    capability = share * total
    limit = safe_demand(c, total, s, capability)
    assert limit <= 1.0
    for asked in (0.99 * limit, min(1.0, 1.01 * limit)):
        # The supporter would save capability / total of what is demanded, worth s a unit, at cost c.
        saved = capability / total * s * asked
        if abs(saved - c) > 1e-9:
            assert (saved > c) == (asked > limit)


@given(st.floats(0.05, 2.0), st.floats(0.05, 2.0), st.floats(0.0, 3.0), st.floats(0.0, 1.0))
def test_help_enters_the_odds_as_capability_lent(f_a: float, f_d: float, f_s: float, phi: float) -> None:
    assert odds_with_helper(f_a, f_d, f_s, phi, 1.0) == pytest.approx(
        f_a / (f_a + f_d + phi * f_s), abs=1e-12
    )
