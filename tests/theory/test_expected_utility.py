"""Bueno de Mesquita's expected utility model: what its pieces mean, and what its odd steps change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from powersim.oracles.expected_utility import (
    AS_INTENDED,
    AS_PUBLISHED,
    CAPITULATION,
    COMPROMISE,
    CONFRONTATION,
    Issue,
    Reading,
    best_move,
    challenge_utility,
    danger,
    expected_utility,
    failure_utility,
    issue_of,
    mean_position,
    median_position,
    offer,
    play_round,
    risk_exponent,
    risk_exponents,
    success_utility,
    votes,
    win_probability,
)


@st.composite
def issues(draw: st.DrawFn) -> Issue:
    """A few actors with different positions."""
    n = draw(st.integers(3, 6))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    return issue_of(rng.uniform(0.1, 1, n), rng.uniform(0, 100, n), rng.uniform(0.05, 1, n))


@pytest.fixture(scope="module")
def emissions(root: Path) -> Issue:
    """The date of emission standards for cars: ten members of the European Community."""
    path = root / "experiments" / "replications" / "data" / "emission_standards.yaml"
    table = np.array(list(YAML(typ="safe").load(path.read_text(encoding="utf-8"))["actors"].values()))
    return issue_of(*table.T)


distances = st.floats(0.0, 10.0)
risks = st.floats(0.5, 2.0)


@given(distances, risks)
def test_winning_is_worth_more_and_losing_costs_more_the_farther_the_rival(
    distance: float, risk: float
) -> None:
    neutral = 2.0 - 4.0 * 0.5**risk
    assert success_utility(0.0, 10.0, risk) == pytest.approx(neutral)
    assert failure_utility(0.0, 10.0, risk) == pytest.approx(neutral)
    assert success_utility(10.0, 10.0, risk) == pytest.approx(2.0)
    assert failure_utility(10.0, 10.0, risk) == pytest.approx(-2.0)
    assert failure_utility(distance, 10.0, risk) <= neutral <= success_utility(distance, 10.0, risk)
    if distance < 9.0:
        assert success_utility(distance + 1.0, 10.0, risk) > success_utility(distance, 10.0, risk)
        assert failure_utility(distance + 1.0, 10.0, risk) < failure_utility(distance, 10.0, risk)


@given(distances)
def test_who_is_neutral_to_risk_values_distance_in_proportion(distance: float) -> None:
    assert success_utility(distance, 10.0, 1.0) == pytest.approx(2.0 * distance / 10.0)
    assert failure_utility(distance, 10.0, 1.0) == pytest.approx(-2.0 * distance / 10.0)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.1, 10.0), risks)
def test_a_challenge_is_the_mean_over_resistance_and_victory(
    win: float, resists: float, distance: float, risk: float
) -> None:
    success, failure = success_utility(distance, 10.0, risk), failure_utility(distance, 10.0, risk)
    lottery = np.average(
        [success, failure, success], weights=[resists * win, resists * (1 - win), 1 - resists]
    )
    nothing = success_utility(0.0, 10.0, risk)
    assert challenge_utility(win, resists, success, failure, risk) == pytest.approx(
        lottery - nothing, abs=1e-12
    )


@given(st.floats(-5, 5), st.floats(0.1, 5))
def test_the_most_exposed_accepts_risks_and_the_least_exposed_avoids_them(low: float, width: float) -> None:
    assert risk_exponent(low + width, low, low + width) == pytest.approx(0.5)
    assert risk_exponent(low, low, low + width) == pytest.approx(2.0)
    assert risk_exponent(low + width / 2, low, low + width) == pytest.approx(1.0)
    assert risk_exponent(low, low, low) == 1.0


@given(issues())
@settings(max_examples=40)
def test_with_votes_of_one_contest_the_odds_of_both_sides_add_to_one(issue: Issue) -> None:
    risk = np.linspace(0.5, 2.0, len(issue.position))
    for i, j in ((0, 1), (1, 2)):
        both = [win_probability(issue, a, b, risk, AS_INTENDED) for a, b in ((i, j), (j, i))]
        assert sum(both) == pytest.approx(1.0)
        published = [win_probability(issue, a, b, risk, AS_PUBLISHED) for a, b in ((i, j), (j, i))]
        assert sum(published) < 1.0
        assert published[0] * both[1] == pytest.approx(published[1] * both[0])  # only the scale differs
    assert win_probability(issue, 0, 0, risk) == 0.0


@given(issues())
@settings(max_examples=40)
def test_the_median_beats_every_other_position_when_all_are_neutral(issue: Issue) -> None:
    neutral = np.ones_like(issue.position)
    median = median_position(issue)
    for other in issue.position:
        assert votes(issue, median, other, neutral).sum() >= -1e-12
    weight = issue.capability * issue.salience
    order = np.argsort(issue.position)
    share = weight[order].cumsum() / weight.sum()
    assert median == issue.position[order][(share >= 0.5).argmax()]  # the weighted median


@given(issues())
@settings(max_examples=40)
def test_the_mean_is_weighted_by_capability_and_salience(issue: Issue) -> None:
    weights = issue.capability * issue.salience
    assert mean_position(issue) == pytest.approx(np.average(issue.position, weights=weights))


@given(issues())
@settings(max_examples=25)
def test_every_offer_follows_from_both_expected_utilities(issue: Issue) -> None:
    for reading in (AS_PUBLISHED, AS_PUBLISHED._replace(capitulation=True)):
        risk = risk_exponents(issue, reading)
        for i in range(len(risk)):
            for j in range(len(risk)):
                if i == j:
                    continue
                own = expected_utility(issue, i, j, risk, i, reading)
                rival = expected_utility(issue, j, i, risk, i, reading)
                found = offer(issue, i, j, risk, reading)
                if own > 0 and rival > own:
                    assert found is not None
                    assert (found.kind, found.position) == (CONFRONTATION, issue.position[j])
                elif own < 0 < rival and rival > -own:
                    assert found is not None
                    assert found.kind == COMPROMISE
                    walked = (found.position - issue.position[i]) / (issue.position[j] - issue.position[i])
                    assert walked == pytest.approx(-own / rival)
                    assert 0.0 < walked < 1.0
                elif own < 0 < rival and reading.capitulation:
                    assert found is not None
                    assert (found.kind, found.position) == (CAPITULATION, issue.position[j])
                else:
                    assert found is None


@given(issues(), st.sampled_from([AS_PUBLISHED, AS_INTENDED, Reading(lowest_compromise=False)]))
@settings(max_examples=25)
def test_contests_come_before_compromises_before_giving_in(issue: Issue, reading: Reading) -> None:
    risk = risk_exponents(issue, reading)
    order = [CONFRONTATION, COMPROMISE, CAPITULATION]
    for i in range(len(risk)):
        all_offers = [offer(issue, i, j, risk, reading) for j in range(len(risk)) if j != i]
        kinds = [o.kind for o in all_offers if o is not None]
        found = best_move(issue, i, risk, reading)
        if not kinds:
            assert found is None
            continue
        assert found is not None
        assert found.kind == min(kinds, key=order.index)
        if found.kind == CONFRONTATION or not reading.lowest_compromise:
            same = [
                abs(o.position - issue.position[i])
                for o in all_offers
                if o is not None and o.kind == found.kind
            ]
            assert abs(found.position - issue.position[i]) == pytest.approx(min(same))


@given(issues(), st.floats(0.1, 10.0), st.floats(-50, 50))
@settings(max_examples=25)
def test_units_of_the_scale_are_irrelevant(issue: Issue, unit: float, shift: float) -> None:
    there, _, risk = play_round(issue)
    moved, _, moved_risk = play_round(
        issue_of(issue.capability, unit * issue.position + shift, issue.salience)
    )
    assert moved_risk == pytest.approx(risk, rel=1e-6)
    assert moved.position == pytest.approx(unit * there.position + shift, abs=1e-5)


def test_actors_who_agree_make_each_other_no_offers(emissions: Issue) -> None:
    risk = risk_exponents(emissions)
    for reading in (AS_PUBLISHED, AS_INTENDED):
        moves = [best_move(emissions, i, risk, reading) for i in range(10)]
        assert all(emissions.position[m.actor] != emissions.position[m.rival] for m in moves if m is not None)


def test_ireland_leapfrogs_because_its_low_salience_reads_as_giving_up(emissions: Issue) -> None:
    """With salience .1 Ireland is thought to resist once in ten times, so all who challenge it expect to win."""
    _, moves, _ = play_round(emissions)
    ireland = next(m for m in moves if m.actor == 7)
    assert (ireland.kind, ireland.position) == (CONFRONTATION, 4.0)
    firm = emissions.salience.copy()
    firm[7] = 0.9
    _, moves, _ = play_round(emissions._replace(salience=firm))
    assert all(m.actor != 7 for m in moves)


def test_the_odd_tie_rule_shows_in_the_fourth_round_only(emissions: Issue) -> None:
    odd, straight = emissions, emissions
    for number in (1, 2, 3, 4):
        odd, straight = play_round(odd)[0], play_round(straight, Reading(lowest_compromise=False))[0]
        assert (mean_position(odd) == pytest.approx(mean_position(straight))) == (number < 4)


def test_one_position_is_no_issue() -> None:
    with pytest.raises(ValueError, match="nothing to decide"):
        issue_of(np.ones(2), np.ones(2), np.ones(2))


@given(issues())
@settings(max_examples=10)
def test_ranked_among_actors_somebody_is_most_and_somebody_least_exposed(issue: Issue) -> None:
    risk = risk_exponents(issue)
    assume(len(set(risk)) > 1)
    assert risk.min() == pytest.approx(0.5)
    assert risk.max() == pytest.approx(2.0)


@given(issues())
@settings(max_examples=8)
def test_ranked_among_its_own_positions_an_actor_in_the_safest_avoids_risks(issue: Issue) -> None:
    reading = AS_PUBLISHED._replace(rank_actors=False)
    for i, exponent in enumerate(risk_exponents(issue, reading)):
        dangers = []
        for place in issue.position:
            elsewhere = issue.position.copy()
            elsewhere[i] = place
            dangers.append(danger(issue._replace(position=elsewhere), i, reading))
        here, least, most = danger(issue, i, reading), min(dangers), max(dangers)
        share = (here - least) / (most - least)
        assert exponent == pytest.approx((4.0 - 2.0 * share) / (2.0 + 2.0 * share))


def test_as_published_and_as_intended_differ_in_every_disputed_step() -> None:
    assert AS_PUBLISHED == (True, True, True, False)
    assert AS_INTENDED == (False, False, False, True)
