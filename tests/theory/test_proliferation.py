"""Weapons programmes under the threat of strikes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powersim.oracles.proliferation import (
    ALWAYS_STRUCK,
    DETERRED,
    MIXED,
    NOT_WORTH_IT,
    TOLERATED,
    invest_probability,
    preventive_strike_probability,
    regime,
    setback_threshold,
    setback_worth_it,
    strike_if_unseen,
    strike_now_threshold,
)
from powersim.rules.proliferation import strike_cost, strike_effectiveness

Case = tuple[float, float, float, float, float, float, float]
BASE: Case = (0.5, 0.5, 0.1, 0.3, 0.05, 0.3, 1.0)
CHEAP: Case = (0.5, 0.5, 0.1, 0.1, 0.05, 0.3, 1.0)
unit = st.floats(0.0, 1.0)
cases = st.tuples(*[st.floats(0.01, 1.0)] * 6, st.floats(0.05, 1.0))


def changed(case: Case, **new: float) -> Case:
    names = ("gain", "loss", "kappa", "kappa_t", "k", "s", "e")
    return tuple(new.get(name, value) for name, value in zip(names, case, strict=True))  # type: ignore[return-value]


def test_debs_and_monteiro_mixed_play_in_the_reference_case() -> None:
    assert regime(*BASE) == MIXED
    q, r = invest_probability(*BASE), strike_if_unseen(*BASE)
    assert (q, r, preventive_strike_probability(*BASE)) == pytest.approx(
        (0.263158, 0.807692, 0.822874), abs=5e-7
    )
    assert (1.0 - q) * r == pytest.approx(0.595142, abs=5e-7)


def test_a_transparent_programme_is_not_begun() -> None:
    assert regime(*changed(BASE, s=0.6)) == DETERRED
    assert invest_probability(*changed(BASE, s=0.6)) == 0.0


def test_a_dearer_strike_invites_investment() -> None:
    case = changed(BASE, kappa=0.25)
    assert invest_probability(*case) == pytest.approx(0.588235, abs=5e-7)
    assert preventive_strike_probability(*case) == pytest.approx(0.841629, abs=5e-7)


def test_a_strike_that_is_not_worth_it_is_no_threat() -> None:
    case = changed(BASE, kappa=0.55)
    assert regime(*case) == TOLERATED
    assert (invest_probability(*case), preventive_strike_probability(*case)) == (1.0, 0.0)


@pytest.mark.parametrize(("e", "q", "r"), [(1.0, 0.263158, 0.84375), (0.95, 0.275862, 0.917355)])
def test_less_effective_strikes_are_made_more_often(e: float, q: float, r: float) -> None:
    case = changed(CHEAP, e=e)
    assert (invest_probability(*case), strike_if_unseen(*case)) == pytest.approx((q, r), abs=5e-7)


def test_below_some_effectiveness_the_target_invests_and_is_always_struck() -> None:
    case = changed(CHEAP, e=0.85)
    assert regime(*case) == ALWAYS_STRUCK
    assert (invest_probability(*case), preventive_strike_probability(*case)) == (1.0, 1.0)


def test_a_bomb_not_worth_its_price_is_not_built() -> None:
    assert regime(*changed(BASE, gain=0.05)) == NOT_WORTH_IT
    assert invest_probability(*changed(BASE, gain=0.05)) == 0.0


@given(cases)
def test_probabilities_are_probabilities(case: Case) -> None:
    assert 0.0 <= invest_probability(*case) <= 1.0
    assert 0.0 <= preventive_strike_probability(*case) <= 1.0


@given(cases)
def test_in_mixed_play_both_sides_are_indifferent(case: Case) -> None:
    gain, loss, kappa, kappa_t, k, s, e = case
    if regime(*case) != MIXED:
        return
    q, r = invest_probability(*case), strike_if_unseen(*case)
    unseen_investor = q * (1.0 - s) / (q * (1.0 - s) + 1.0 - q)
    assert unseen_investor * e * loss == pytest.approx(kappa, rel=1e-9)
    struck = gain * (1.0 - e) - kappa_t
    invest = -k + s * struck + (1.0 - s) * (r * struck + (1.0 - r) * gain)
    assert invest == pytest.approx(-r * kappa_t, abs=1e-9)


@given(cases, unit)
def test_full_transparency_means_peace_or_tolerance(case: Case, psi: float) -> None:
    gain, loss, kappa, kappa_t, k, _, e = case
    if e * loss > kappa and e * gain + kappa_t >= gain - k:
        assert preventive_strike_probability(gain, loss, kappa, kappa_t, k, 1.0, e) == 0.0


@given(e0=unit, kappa=unit, psi=unit, shield=unit, more=unit)
def test_air_defence_makes_strikes_weaker_and_dearer(
    e0: float, kappa: float, psi: float, shield: float, more: float
) -> None:
    assert 0.0 <= strike_effectiveness(e0, psi, shield + more) <= strike_effectiveness(e0, psi, shield) <= e0
    assert strike_cost(kappa, psi, shield + more) >= strike_cost(kappa, psi, shield) >= kappa


def test_air_defence_can_turn_a_threatened_programme_into_a_tolerated_one() -> None:
    def with_shield(x: float) -> int:
        return regime(*changed(BASE, e=strike_effectiveness(1.0, 0.8, x), kappa=strike_cost(0.1, 2.0, x)))

    assert with_shield(0.0) == MIXED
    assert with_shield(1.0) == TOLERATED


def test_hazard_that_justifies_a_strike_for_good() -> None:
    assert strike_now_threshold(0.1, 0.5, 0.975) == pytest.approx(0.0062112, abs=5e-8)
    assert strike_now_threshold(0.5, 0.1, 0.975) == float("inf")


@given(kappa=st.floats(0.01, 0.4), loss=st.floats(0.45, 1.0), delta=st.floats(0.8, 0.99), hazard=unit)
def test_striking_for_good_beats_waiting_exactly_above_the_threshold(
    kappa: float, loss: float, delta: float, hazard: float
) -> None:
    edge = strike_now_threshold(kappa, loss, delta)
    # Waiting one turn: the programme may succeed (loss, now), else one strikes a turn later.
    wait = hazard * loss + (1.0 - hazard) * delta * kappa
    if abs(hazard - edge) > 1e-9:
        assert (wait > kappa) == (hazard > edge)


@pytest.mark.parametrize(
    ("hazard", "turns", "edge"), [(0.1, 8.0, 0.149672), (0.1, 16.0, 0.271902), (0.5, 8.0, 0.178876)]
)
def test_worth_of_setting_a_programme_back(hazard: float, turns: float, edge: float) -> None:
    assert setback_threshold(hazard, 0.975, turns) == pytest.approx(edge, abs=5e-7)
    assert setback_worth_it(0.99 * edge, 1.0, hazard, 0.975, turns)
    assert not setback_worth_it(1.01 * edge, 1.0, hazard, 0.975, turns)


@given(hazard=unit, more=unit, delta=st.floats(0.8, 0.99), turns=st.floats(0.0, 40.0))
def test_an_observer_waits_until_success_seems_imminent(
    hazard: float, more: float, delta: float, turns: float
) -> None:
    sooner = setback_threshold(min(1.0, hazard + more), delta, turns)
    assert 0.0 <= setback_threshold(hazard, delta, turns) <= sooner + 1e-12
    assert sooner <= 1.0


def test_a_strike_that_just_costs_what_it_brings_is_not_made() -> None:
    loss, lam, delta, turns = 0.5, 0.1, 0.975, 8.0
    price = loss * setback_threshold(lam, delta, turns)
    assert not setback_worth_it(price, loss, lam, delta, turns)
    assert setback_worth_it(price * 0.999, loss, lam, delta, turns)
