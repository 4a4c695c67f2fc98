"""Forecasts of disputes by pair: scores are what their definitions say, a scenario what its data say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from experiments.dispute_onset import pairs, scores, world

import powersim as ps


def test_scores_are_those_worked_out_by_hand() -> None:
    forecast, happened = np.array([0.8, 0.1, 0.5]), np.array([True, False, False])
    assert scores.log_score(forecast, happened) == pytest.approx(-np.log(0.8 * 0.9 * 0.5) / 3)
    assert scores.brier(forecast, happened) == pytest.approx((0.04 + 0.01 + 0.25) / 3)
    assert scores.ranked(forecast, happened) == 1.0
    assert scores.ranked(np.array([0.5, 0.5, 0.9]), happened) == 0.25


def test_own_past_lies_between_a_pairs_own_rate_and_that_of_all() -> None:
    count, years = np.array([8.0, 0.0, 1.0, 0.0]), np.full(4, 10.0)
    found = scores.own_past(count, years)
    mean = found.mean()
    assert mean < found[0] < 0.8
    assert 0.0 < found[1] < found[2] < found[0]
    assert found[1] == found[3]
    assert scores.own_past(np.zeros(4), years) == pytest.approx(0.5 / 41)


def test_a_regression_finds_the_slope_that_made_the_events() -> None:
    rng = np.random.default_rng(7)
    x = rng.normal(size=(4000, 1))
    happened = rng.random((4000, 5)) < scores.foretold(x, np.array([-1.0, 0.8]))[:, None]
    beta = scores.fitted(x, happened, np.ones_like(happened))
    assert beta == pytest.approx([-1.0, 0.8], abs=0.08)


@pytest.mark.data
def test_a_scenario_from_data_gives_every_pair_a_quarrel_each_way_and_the_rate_of_all(data: Path) -> None:
    found = pairs.read(data)
    rates = dict.fromkeys(pairs.PAIRS, 0.05)
    for growth in (0.0, 0.5):
        document = world.document(found, 2002, 2003, rates, growth)
        hazards = [one["hazard"] for one in document["disputes"]]
        assert len(hazards) == 2 * len(pairs.PAIRS) == 272
        assert np.sum(hazards) * world.QUARTERS / len(pairs.PAIRS) == pytest.approx(0.05)
        assert (len(set(hazards)) > 1) is (growth > 0.0)
    assert len(ps.load(document).actors) == 17


@pytest.mark.data
def test_nothing_after_2013_is_read(data: Path) -> None:
    found = pairs.read(data)
    assert max(year for years in found.onset.values() for year in years) == 2013
    for table in (found.distance, found.agreement, found.power, found.economy):
        assert max(key[-1] for key in table) == 2013
