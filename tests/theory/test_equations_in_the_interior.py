"""Each rule away from its bounds and edges equals the equation of the model's description, written out once more.

Bounds and signs are tested elsewhere; here a wrong factor, sign or exponent would show.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powersim.oracles.contest import logistic_odds
from powersim.oracles.crisis import expected_odds
from powersim.oracles.home import mixed_ideal
from powersim.oracles.supplier import supplier_gain
from powersim.oracles.technology import transfer
from powersim.oracles.utility import economy_left, friends_part
from powersim.oracles.war import share_met
from powersim.rules.bargaining import log_nash, pair_surplus, sign_probability
from powersim.rules.beliefs import calculus, calculus_prior, expit, logit, shifted
from powersim.rules.compliance import renege_probability
from powersim.rules.crisis import attack_cost, stake_cost
from powersim.rules.home import engagers_step
from powersim.rules.proliferation import strike_cost, strike_effectiveness
from powersim.rules.proxies import proxy_hazard, proxy_level
from powersim.rules.sanctions import conflict_expectation, relative_gain
from powersim.rules.security import help_expected, security, threat
from powersim.rules.technology import learn
from powersim.rules.utility import autonomy_cost, issue_utility
from powersim.rules.war import settlement_terms

EPS = 1e-9


def odds_of(p: float) -> float:
    """p against 1 - p."""
    return p / (1.0 - p)


def sigmoid(x: float) -> float:
    """Half of one plus the tangent: the logistic function by another name."""
    return 0.5 * (1.0 + math.tanh(x / 2.0))


# Arguments are drawn between .2 and .8, where no bound is near.
EQUATIONS: list[tuple[Callable[..., float], int, Callable[..., float]]] = [
    (threat, 5, lambda reach, m, o, g, a: reach * m * o * (1 - g) * (1 - a) / 2),
    (security, 3, lambda f, h, d: f**d / (f**d + h**d)),
    (help_expected, 3, lambda a, r, g: min(1.0, a * r + g)),
    (strike_effectiveness, 3, lambda e, psi, d: e * (1 - psi * d)),
    (strike_cost, 3, lambda k, psi, d: k * (1 + psi * d)),
    (conflict_expectation, 1, lambda a: (1 - a) / 2),
    (relative_gain, 4, lambda own, other, k, w: own - w * k * other),
    (supplier_gain, 4, lambda price, cost, influence, harm: price - cost + influence - harm),
    (transfer, 3, lambda giver, receiver, share: share * max(0.0, giver - receiver)),
    (learn, 3, lambda level, frontier, rate: level + rate * max(0.0, frontier - level)),
    (issue_utility, 4, lambda x, theta, s, b: s * (1 - abs(x - theta) ** b)),
    (autonomy_cost, 2, lambda pledge, w: 0.5 * w * pledge**2),
    (economy_left, 4, lambda left, trade, paid, y: left / trade + paid / y),
    (friends_part, 3, lambda chi, gain, weight: chi * gain / weight),
    (stake_cost, 3, lambda cost, s, gap: cost / (s * gap)),
    (attack_cost, 4, lambda base, spread, sanctions, u: base + sanctions + spread * u),
    (expected_odds, 3, lambda helps, alone, helped: (1 - helps) * alone + helps * helped),
    (settlement_terms, 2, lambda a, b: (a + b) / 2),
    (share_met, 2, lambda stock, need: min(1.0, stock / need)),
    (mixed_ideal, 3, lambda f, hard, eng: (1 - f) * hard + f * eng),
    (proxy_hazard, 2, lambda hazard, a: hazard * (1 - a) / 2),
    (proxy_level, 3, lambda level, attack, decay: decay * level + (1 - decay) * attack),
    (logistic_odds, 3, lambda a, b, k: sigmoid(k * (a - b))),
    (pair_surplus, 2, lambda g, h: math.sqrt(g * h)),
    (log_nash, 2, lambda g, w: w * math.log(g)),
    (renege_probability, 3, lambda pi, pv, tau: sigmoid((pi - pv) / tau)),
    (sign_probability, 4, lambda s, legs, c, tau: 1 - math.exp(-max(0.0, s - legs * c) / tau)),
    (expit, 1, sigmoid),
    (logit, 1, lambda p: math.log(odds_of(p))),
]


@pytest.mark.parametrize(("rule", "size", "equation"), EQUATIONS, ids=lambda x: getattr(x, "__name__", None))
def test_a_rule_is_its_equation(
    rule: Callable[..., float], size: int, equation: Callable[..., float]
) -> None:
    for row in np.random.default_rng(len(EQUATIONS)).uniform(0.2, 0.8, (200, size)):
        arguments = [float(x) for x in row]
        assert rule(*arguments) == pytest.approx(equation(*arguments), rel=1e-9, abs=1e-12)


inner = st.floats(0.2, 0.8)


@given(inner, *[inner] * 8, st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=60)
def test_the_current_calculus_multiplies_odds_by_the_change_of_power_and_of_interest(
    r: float,
    power_j: float,
    power_i: float,
    s_j: float,
    s_i: float,
    power_j0: float,
    power_i0: float,
    s_j0: float,
    s_i0: float,
    b1: float,
    b2: float,
) -> None:
    then = calculus(power_j0, power_i0, s_j0, s_i0, b1, b2)
    found = calculus_prior(r, logit(r), then, calculus(power_j, power_i, s_j, s_i, b1, b2), EPS)
    risen = (power_j / power_j0) / (power_i / power_i0)
    expected = odds_of(r) * risen**b1 * math.exp(b2 * ((s_j - s_j0) - (s_i - s_i0)))
    assert odds_of(found) == pytest.approx(expected, rel=1e-7)


@given(inner, st.floats(-3, 3))
def test_evidence_multiplies_the_odds(p: float, evidence: float) -> None:
    assert odds_of(shifted(p, evidence, EPS)) == pytest.approx(odds_of(p) * math.exp(evidence), rel=1e-7)


@given(inner, *[st.floats(0.0, 0.3)] * 5, inner, st.floats(0.0, 0.3))
@settings(max_examples=60)
def test_engagers_gain_by_what_paid_and_lose_by_breach_and_sanctions(
    f: float,
    paid: float,
    breached: float,
    sanctioned: float,
    up: float,
    down: float,
    home: float,
    relax: float,
) -> None:
    moved = f + up * paid * (1 - f) - down * (breached + sanctioned) * f + relax * (home - f)
    assert engagers_step(f, paid, breached, sanctioned, up, down, home, relax) == pytest.approx(moved)


def test_a_stock_below_nothing_meets_no_need() -> None:
    assert share_met(-1.0, 2.0) == 0.0
    assert share_met(0.5, 2.0) == 0.25
    assert share_met(0.0, 0.0) == 1.0
