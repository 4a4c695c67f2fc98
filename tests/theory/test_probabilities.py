"""Probabilities are probabilities: two sides' odds add to one, beliefs stay off certainty, every rate has limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powersim.oracles.beliefs import trust_bayes
from powersim.oracles.contest import logistic_odds
from powersim.oracles.crisis import (
    challenger_war_probability,
    crisis_war_probability,
    expected_odds,
    odds_with_helper,
    status_quo_war_probability,
    war_probability_tioli,
)
from powersim.oracles.expected_utility import Reading, issue_of
from powersim.oracles.expected_utility import win_probability as voters_odds
from powersim.oracles.patience import rubinstein_share
from powersim.oracles.proliferation import invest_probability, preventive_strike_probability
from powersim.oracles.reputation import belief_after_fight, entry_probability, fight_probability
from powersim.oracles.technology import bass_share
from powersim.oracles.trust import minimum_trust, still_in
from powersim.rules.alignment import next_alignment
from powersim.rules.bargaining import sign_probability
from powersim.rules.beliefs import (
    calculus_prior,
    expit,
    logit,
    relax,
    resolve_after,
    shifted,
    trust_after,
    within,
)
from powersim.rules.budgets import budget_step
from powersim.rules.commitment import shift_threshold
from powersim.rules.compliance import annuity, continuation_value, renege_probability
from powersim.rules.contest import odds
from powersim.rules.home import engagers_step
from powersim.rules.patience import patience_weight
from powersim.rules.proliferation import strike_effectiveness
from powersim.rules.proxies import proxy_hazard, proxy_level
from powersim.rules.security import help_expected, security
from powersim.rules.technology import learn
from powersim.rules.war import beta_mean, settlement_terms, win_probability

unit = st.floats(0.0, 1.0)
inner = st.floats(0.001, 0.999)
size = st.one_of(st.just(0.0), st.floats(1e-9, 1e9))
decisive = st.floats(0.0, 50.0)

TOLERANCE = 1e-12


class Contest(NamedTuple):
    """A rule for the odds of one side, and the same contest from the other side."""

    arguments: tuple[st.SearchStrategy[float], ...]
    one: Callable[..., float]
    other: Callable[..., float]


forts = st.integers(1, 12).map(float)
CONTESTS: dict[str, Contest] = {
    "odds": Contest((size, size, decisive), odds, lambda a, b, m: odds(b, a, m)),
    "logistic_odds": Contest(
        (st.floats(0.0, 1e3), st.floats(0.0, 1e3), decisive),
        logistic_odds,
        lambda a, b, k: logistic_odds(b, a, k),
    ),
    "security": Contest((size, size, decisive), security, lambda f, h, d: security(h, f, d)),
    "odds_with_helper": Contest(
        (size, size, size, unit, decisive),
        odds_with_helper,
        lambda a, d, s, phi, m: odds(d + phi * s, a, m),
    ),
    "expected_odds": Contest(
        (unit, unit, unit), expected_odds, lambda h, p0, p1: expected_odds(h, 1.0 - p0, 1.0 - p1)
    ),
    "win_probability": Contest(
        (st.integers(0, 12).map(float), forts, unit),
        lambda i, n, pi: win_probability(min(i, n), n, pi),
        lambda i, n, pi: win_probability(n - min(i, n), n, 1.0 - pi),
    ),
    "beta_mean": Contest(
        (st.floats(0.01, 1e3), st.floats(0.01, 1e3)), beta_mean, lambda a, b: beta_mean(b, a)
    ),
    "settlement_terms": Contest(
        (unit, unit), settlement_terms, lambda p, q: settlement_terms(1.0 - q, 1.0 - p)
    ),
    "patience_weight": Contest(
        (inner, inner), patience_weight, lambda d1, d2: patience_weight(d2, d1)
    ),
    # who proposes first gets the share, who answers the rest: delta_2 times what it would get as first
    "rubinstein_share": Contest(
        (inner, inner), rubinstein_share, lambda d1, d2: d2 * rubinstein_share(d2, d1)
    ),
    "entry_probability": Contest(
        (unit, inner, forts, st.floats(1.01, 9.0)),
        entry_probability,
        lambda p, b, n, a: 1.0 - entry_probability(p, b, n, a),
    ),
    "renege_probability": Contest(
        (st.floats(-9.0, 9.0), st.floats(-9.0, 9.0), st.floats(1e-3, 1.0)),
        renege_probability,
        lambda pi, pv, tau: renege_probability(pv, pi, tau),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTESTS)
@settings(max_examples=60)
@given(data=st.data())
def test_what_one_side_wins_the_other_loses_whatever_the_parameters(name: str, data: st.DataObject) -> None:
    contest = CONTESTS[name]
    arguments = [data.draw(argument) for argument in contest.arguments]
    one, other = contest.one(*arguments), contest.other(*arguments)
    assert 0.0 <= one <= 1.0
    assert one + other == pytest.approx(1.0, abs=1e-9)


@settings(max_examples=40)
@given(
    capability=st.lists(inner, min_size=3, max_size=6),
    risk=st.floats(0.5, 2.0),
    seed=st.integers(0, 10**6),
)
def test_voters_odds_add_to_one_read_per_contest_and_not_as_published(
    capability: list[float], risk: float, seed: int
) -> None:
    """The published program divides by the votes of all contests: its odds are no probabilities, and we say so."""
    rng = np.random.default_rng(seed)
    n = len(capability)
    position = rng.permutation(n) + rng.uniform(0.0, 0.5, n)
    issue = issue_of(np.array(capability), position, rng.uniform(0.1, 1.0, n))
    risks = np.full(n, risk)
    mended = Reading(all_contests=False)
    pair = voters_odds(issue, 0, 1, risks, mended) + voters_odds(issue, 1, 0, risks, mended)
    assert pair == pytest.approx(1.0, abs=TOLERANCE)
    published = Reading(all_contests=True)
    assert voters_odds(issue, 0, 1, risks, published) + voters_odds(issue, 1, 0, risks, published) < 1.0


PROBABILITIES: dict[str, tuple[Callable[..., float], tuple[st.SearchStrategy[float], ...]]] = {
    "war_probability_tioli": (war_probability_tioli, (size, size, size)),
    "crisis_war_probability": (crisis_war_probability, (unit, unit, size, size)),
    "status_quo_war_probability": (status_quo_war_probability, (unit, unit, size, size, size)),
    "challenger_war_probability": (challenger_war_probability, (unit, unit, size, size)),
    "sign_probability": (sign_probability, (st.floats(-9.0, 9.0), st.floats(0.0, 9.0), unit, size)),
    "renege_probability": (renege_probability, (st.floats(-9.0, 9.0), st.floats(-9.0, 9.0), size)),
    "fight_probability": (fight_probability, (unit, inner, forts)),
    "belief_after_fight": (belief_after_fight, (unit, inner, forts)),
    "invest_probability": (invest_probability, (size, size, size, size, size, unit, unit)),
    "preventive_strike_probability": (preventive_strike_probability, (size, size, size, size, size, unit, unit)),
    "strike_effectiveness": (strike_effectiveness, (unit, size, unit)),
    "proxy_hazard": (proxy_hazard, (unit, st.floats(-1.0, 1.0))),
    "proxy_level": (proxy_level, (unit, st.sampled_from([0.0, 1.0]), unit)),
    "help_expected": (help_expected, (st.floats(-1.0, 1.0), unit, st.floats(-2.0, 2.0))),
    "still_in": (still_in, (size, st.floats(1e-6, 10.0), st.floats(0.0, 100.0))),
    "bass_share": (bass_share, (st.floats(0.0, 100.0), inner, inner)),
    "minimum_trust": (minimum_trust, (st.just(1.0), inner, st.floats(-9.0, -0.001), unit)),
    "expit": (expit, (st.floats(-1e6, 1e6),)),
    "engagers_step": (engagers_step, (unit, size, size, unit, size, size, unit, unit)),
}  # fmt: skip


@pytest.mark.parametrize("name", PROBABILITIES)
@settings(max_examples=60)
@given(data=st.data())
def test_a_probability_lies_between_nought_and_one_whatever_the_parameters(
    name: str, data: st.DataObject
) -> None:
    rule, arguments = PROBABILITIES[name]
    assert 0.0 <= rule(*[data.draw(argument) for argument in arguments]) <= 1.0


floor = st.floats(1e-6, 0.2)
large = st.floats(-1e6, 1e6)
signal = st.one_of(
    st.tuples(st.just("resolve"), st.floats(0.0, 1e6), large, unit),
    st.tuples(st.just("trust"), st.floats(0.0, 1e6), large, unit),
    st.tuples(st.just("bayes"), unit, unit, st.just(0.0)),
    st.tuples(st.just("relax"), unit, unit, st.just(0.0)),
    st.tuples(st.just("calculus"), large, large, st.just(0.0)),
    st.tuples(st.just("evidence"), large, st.just(0.0), st.just(0.0)),
)


@settings(max_examples=150)
@given(start=unit, eps=floor, signals=st.lists(signal, max_size=30))
def test_no_sequence_of_signals_makes_a_belief_certain(
    start: float, eps: float, signals: list[tuple[str, float, float, float]]
) -> None:
    belief = within(start, eps)
    for kind, a, b, c in signals:
        if kind == "resolve":
            belief = resolve_after(belief, a, b, c, eps)
        elif kind == "trust":
            belief = trust_after(belief, a, b, c, eps)
        elif kind == "bayes":
            belief = trust_bayes(belief, a, b, eps)
        elif kind == "relax":
            belief = relax(belief, b, a, eps)
        elif kind == "calculus":
            belief = calculus_prior(belief, logit(within(belief, eps)), a, b, eps)
        else:
            belief = shifted(belief, a, eps)
        assert 0.0 < eps <= belief <= 1.0 - eps < 1.0


# At rate 0 nothing moves, at rate 1 the gap closes at once, in between the gap shrinks by exactly that share.
GAPS: dict[str, Callable[[float, float, float], float]] = {
    "mu": lambda here, there, rate: relax(here, there, rate, 1e-9),
    "alignment_speed": lambda here, there, rate: next_alignment(here, there, 0.0, rate, 0.0),
    "home_relax": lambda here, there, rate: engagers_step(here, 0.0, 0.0, 0.0, 1.0, 1.0, there, rate),
    "learn_rate": lambda here, there, rate: learn(here, max(here, there), rate),
    "proxy_decay": lambda here, there, rate: proxy_level(here, there, 1.0 - rate),
    "budget_fatigue": lambda here, there, rate: budget_step(here, 0.0, here - there, 0.0, 1.0, rate, 0.0),
}


@pytest.mark.parametrize("name", GAPS)
@settings(max_examples=40)
@given(here=st.floats(0.01, 0.99), there=st.floats(0.01, 0.99), rate=unit)
def test_at_rate_0_nothing_moves_at_rate_1_all_at_once_and_between_neither_stands_nor_overshoots(
    name: str, here: float, there: float, rate: float
) -> None:
    step = GAPS[name]
    target = max(here, there) if name == "learn_rate" else there
    assert step(here, there, 0.0) == pytest.approx(here, abs=TOLERANCE)
    assert step(here, there, 1.0) == pytest.approx(target, abs=1e-9)
    after = step(here, there, rate)
    assert min(here, target) - TOLERANCE <= after <= max(here, target) + TOLERANCE
    if name != "mu":  # on the scale of log-odds
        assert target - after == pytest.approx((1.0 - rate) * (target - here), abs=1e-9)
    for _ in range(400):
        after = step(after, there, 0.2)
    assert after == pytest.approx(target, abs=1e-6)  # however slow, it arrives


@given(gain=st.floats(0.001, 1.0), worth=st.floats(0.001, 1.0))
def test_choices_without_noise_are_sharp_and_with_boundless_noise_blind(gain: float, worth: float) -> None:
    assert sign_probability(gain, 0.0, 0.0, 0.0) == 1.0
    assert sign_probability(gain, 0.0, 0.0, 1e12) == pytest.approx(0.0, abs=1e-9)
    assert renege_probability(gain, worth, 0.0) == (1.0 if gain > worth else 0.0)
    assert renege_probability(gain, worth, 1e12) == pytest.approx(0.5, abs=1e-9)
    assert odds(gain, worth, 0.0) == pytest.approx(0.5)
    if abs(gain / worth - 1.0) > 0.01:
        assert odds(gain, worth, 1e5) == pytest.approx(1.0 if gain > worth else 0.0, abs=1e-9)


@given(sigma=st.floats(0.001, 1.0), delta=st.floats(0.5, 0.99), turns=st.integers(0, 80))
def test_a_future_that_surely_ends_is_worth_nothing_and_one_that_never_does_all_of_it(
    sigma: float, delta: float, turns: int
) -> None:
    assert continuation_value(sigma, delta, 1.0) == 0.0
    assert continuation_value(sigma, delta, 0.0) == pytest.approx(sigma * delta / (1.0 - delta))
    assert continuation_value(sigma, 1.0, 0.0) == np.inf
    assert annuity(delta, 0.0) == 0.0
    assert annuity(1.0, float(turns)) == turns
    assert annuity(delta, 1e6) == pytest.approx(1.0 / (1.0 - delta))
    assert shift_threshold(0.5, 0.1, delta, 1.0, 0.5) == np.inf  # what is surely undone is not feared
    assert proxy_hazard(1.0, -1.0) == 1.0
    assert proxy_hazard(1.0, 1.0) == proxy_hazard(0.0, -1.0) == 0.0
