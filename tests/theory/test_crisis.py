"""Crisis bargaining: closed forms, neutrality, and what third parties change."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from powersim.oracles.crisis import (
    challenger_war_probability,
    challenger_war_slope,
    crisis_war_probability,
    expected_odds,
    safe_demand,
    status_quo_war_probability,
    tioli_value,
    war_probability_tioli,
)
from powersim.rules.crisis import (
    attack_cost,
    best_demand,
    demand,
    intervention_gain,
    intervention_pays,
    stake_cost,
)

unit = st.floats(0.0, 1.0)
cost = st.floats(0.0, 0.8)
width = st.floats(0.05, 0.5)


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ((0.6, 0.2, 0.0, 0.5), (0.75, 0.30, 0.645)),
        ((0.6, 0.2, 0.1, 0.5), (0.75, 0.125, 0.70625)),
        ((0.6, 0.2, 0.2, 0.5), (0.80, 0.0, 0.80)),
        ((0.6, 0.55, 0.0, 0.5), (0.6, 0.0, 0.6)),
    ],
)
def test_fearon_take_it_or_leave_it(case: tuple[float, ...], expected: tuple[float, ...]) -> None:
    p, c_a, c_lo, c_hi = case
    found = (best_demand(*case), war_probability_tioli(c_a, c_lo, c_hi), tioli_value(p, c_a, c_lo, c_hi))
    assert found == pytest.approx(expected)


@pytest.mark.parametrize(("q", "war"), [(0.65, 0.0), (0.70, 0.125), (0.75, 0.25), (0.80, 0.25), (0.95, 0.25)])
def test_powell_no_risk_while_benefits_mirror_power(q: float, war: float) -> None:
    assert status_quo_war_probability(0.6, q, 0.15, 0.05, 0.45) == pytest.approx(war)


@pytest.mark.parametrize(("p", "war"), [(0.5, 0.200), (0.6, 0.2625), (0.35, 0.059375), (0.3, 0.0)])
def test_challenger_who_can_keep_the_status_quo(p: float, war: float) -> None:
    assert challenger_war_probability(p, 0.3, 0.4, 0.5) == pytest.approx(war)


def test_slope_at_the_reference_point() -> None:
    assert challenger_war_slope(0.5, 0.3, 0.4, 0.5) == pytest.approx(0.75)


@given(p=st.floats(0.1, 0.6), q=st.floats(0.0, 0.5), a_bar=width, c_bar=width)
def test_slope_is_the_derivative_of_the_probability(p: float, q: float, a_bar: float, c_bar: float) -> None:
    h = 1e-6
    assume(min(abs(p - q), abs(p - q - a_bar), abs(p - q - c_bar)) > 2 * h)
    up, down = (challenger_war_probability(p + d, q, a_bar, c_bar) for d in (h, -h))
    assert challenger_war_slope(p, q, a_bar, c_bar) == pytest.approx((up - down) / (2 * h), abs=1e-5)


@given(p=st.floats(0.1, 0.6), q=unit, a_bar=width, c_bar=st.floats(0.05, 0.4))
def test_probability_per_crisis_is_the_mean_over_the_challengers_cost(
    p: float, q: float, a_bar: float, c_bar: float
) -> None:
    n = 400
    mean = sum(crisis_war_probability(p, q, a_bar * (k + 0.5) / n, c_bar) for k in range(n)) / n
    assert challenger_war_probability(p, q, a_bar, c_bar) == pytest.approx(
        mean, abs=0.5 / n / a_bar * 0.5 + 1e-3
    )


@given(p=st.floats(0.0, 0.5), c_a=cost, c_lo=st.floats(0.0, 0.2), w=st.floats(0.05, 0.3), x=unit)
def test_no_other_demand_is_worth_more(p: float, c_a: float, c_lo: float, w: float, x: float) -> None:
    c_hi = c_lo + w
    refused = min(1.0, max(0.0, (x - p - c_lo) / w))
    assert (1.0 - refused) * x + refused * (p - c_a) <= tioli_value(p, c_a, c_lo, c_hi) + 1e-12


@given(
    p=st.floats(0.0, 0.3),
    shift=st.floats(0.0, 0.2),
    c_a=cost,
    c_lo=st.floats(0.0, 0.2),
    w=st.floats(0.05, 0.2),
)
def test_neutrality_power_moves_the_terms_and_not_the_risk(
    p: float, shift: float, c_a: float, c_lo: float, w: float
) -> None:
    # war_probability_tioli has no argument p: the risk cannot depend on it. The terms move one for one.
    moved = best_demand(p + shift, c_a, c_lo, c_lo + w) - best_demand(p, c_a, c_lo, c_lo + w)
    assert moved == pytest.approx(shift, abs=1e-12)


@given(c_a=cost, c_lo=cost, w=width, more=unit)
def test_a_constant_added_to_either_sides_cost_never_makes_war_likelier(
    c_a: float, c_lo: float, w: float, more: float
) -> None:
    base = war_probability_tioli(c_a, c_lo, c_lo + w)
    assert war_probability_tioli(c_a + more, c_lo, c_lo + w) <= base
    assert war_probability_tioli(c_a, c_lo + more, c_lo + more + w) <= base + 1e-12


@given(p=unit, q=unit, c_a=cost, c_bar=st.floats(0.0, 1.0), more=unit)
def test_war_in_a_crisis_is_at_most_even_and_falls_with_the_challengers_cost(
    p: float, q: float, c_a: float, c_bar: float, more: float
) -> None:
    base = crisis_war_probability(p, q, c_a, c_bar)
    assert 0.0 <= base <= 0.5
    assert crisis_war_probability(p, q, c_a + more, c_bar) <= base


@given(p=unit, q=unit, c_a=cost)
def test_without_private_information_there_is_no_war(p: float, q: float, c_a: float) -> None:
    assert crisis_war_probability(p, q, c_a, 0.0) == 0.0
    assert war_probability_tioli(c_a, 0.3, 0.3) == 0.0


@given(p=unit, c_a=cost, c_bar=unit)
def test_a_demand_is_at_least_what_war_would_bring_and_at_most_the_pie(
    p: float, c_a: float, c_bar: float
) -> None:
    assert p <= demand(p, c_a, c_bar) <= 1.0


def test_helper_weighs_its_share_of_power_against_its_stake() -> None:
    assert intervention_gain(0.15, 0.01, 0.04, 0.3) == pytest.approx(0.225)
    assert intervention_pays(0.15, 0.01, 0.04, 0.3, 0.224)
    assert not intervention_pays(0.15, 0.01, 0.04, 0.3, 0.226)


def test_safe_demand_keeps_the_supporter_out() -> None:
    assert safe_demand(0.06, 0.20, 0.4, 0.15) == pytest.approx(0.20)
    assert safe_demand(0.06, 0.20, 0.4, 0.0) == 1.0


@given(c=unit, total=unit, s=unit, c_k=unit)
def test_at_the_safe_demand_intervention_just_does_not_pay(
    c: float, total: float, s: float, c_k: float
) -> None:
    assume(c_k <= total and total > 0.0)
    ceiling = safe_demand(c, total, s, c_k)
    assert 0.0 <= ceiling <= 1.0
    assert c_k / total * s * ceiling <= c + 1e-12


@given(helps=unit, alone=unit, helped=unit)
def test_expected_odds_lie_between_the_two(helps: float, alone: float, helped: float) -> None:
    assert min(alone, helped) - 1e-12 <= expected_odds(helps, alone, helped) <= max(alone, helped) + 1e-12


@given(base=cost, spread=cost, sanctions=cost, u=unit)
def test_expected_sanctions_raise_the_cost_of_war(
    base: float, spread: float, sanctions: float, u: float
) -> None:
    assert attack_cost(base, spread, sanctions, u) >= attack_cost(base, spread, 0.0, u)


@given(c=cost, s=unit, gap=st.floats(-1.0, 1.0))
def test_cost_in_units_of_the_pie_is_finite_even_without_a_pie(c: float, s: float, gap: float) -> None:
    assert 0.0 <= stake_cost(c, s, gap) < float("inf")
    assert stake_cost(0.1, 0.5, 0.4) == pytest.approx(0.5)
