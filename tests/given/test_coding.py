"""What would be coded of worlds: Gaussian conditioning in closed form, and calibrated where worlds alone are not."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from scipy import stats

import powersim as ps
from powersim.effects import scores
from powersim.given import conditioning, forecast
from powersim.given.coding import alike, as_coded
from powersim.given.conditioning import Asked, condition
from powersim.given.forecast import CODED, Forecast
from powersim.given.knowledge import Known, known
from powersim.given.misses import left
from powersim.given.targets import Coded, targets

RNG = np.random.default_rng(3)
TURN, AFTER = np.array([0, 2, 3, 7]), np.array([8, 9, 13])
ERROR, SD = np.array([0.05, 0.08, 0.05, 0.02]), np.array([0.04, 0.12, 0.3])
MISSED = 0.2 * RNG.standard_normal((len(SD), len(TURN)))
LASTS = [0.0, 0.5, 4.0, 400.0]
GIVEN, UNTIL, YEARS = 5, 7, 8


@pytest.mark.parametrize("lasts", LASTS)
def test_what_is_left_of_a_miss_is_what_the_joint_normal_distribution_says(lasts: float) -> None:
    mean, variance = left(TURN, MISSED, ERROR, SD, lasts, AFTER)
    turns = np.concatenate([TURN, AFTER])
    apart = np.abs(np.subtract.outer(turns, turns))
    kernel = np.exp(-apart / lasts) if lasts else np.eye(len(turns))
    error = np.diag(np.concatenate([ERROR**2, np.zeros(len(AFTER))]))
    past = slice(0, len(TURN))
    for world, (sd, r) in enumerate(zip(SD, MISSED, strict=True)):
        whole = stats.multivariate_normal(cov=sd**2 * kernel + error)
        before = stats.multivariate_normal(cov=whole.cov[past, past])
        for place in range(len(AFTER)):
            some = [*range(len(TURN)), len(TURN) + place]
            joint = stats.multivariate_normal(cov=whole.cov[np.ix_(some, some)])
            for d in (-0.1, 0.0, 0.25):  # p(d | r) = p(r, d) / p(r)
                density = stats.norm.logpdf(d, mean[world, place], np.sqrt(variance[world, place]))
                assert density == pytest.approx(joint.logpdf([*r, d]) - before.logpdf(r), rel=1e-8)


def test_a_miss_wears_off_as_it_lasts_and_knowing_none_leaves_all_in_doubt() -> None:
    mean, variance = left(TURN, MISSED, ERROR, SD, 4.0, AFTER)
    np.testing.assert_allclose(mean[:, 2], mean[:, 0] * np.exp(-5 / 4), rtol=1e-10)
    assert (np.diff(variance, axis=1) > 0.0).all()
    assert (variance < SD[:, None] ** 2).all()
    none, whole = left(TURN[:0], MISSED[:, :0], ERROR[:0], SD, 4.0, AFTER)
    np.testing.assert_array_equal(none, 0.0)
    np.testing.assert_array_equal(whole, np.repeat(SD[:, None] ** 2, 3, axis=1))


def stated(planted: ModuleType, **evidence: Any) -> dict[str, Any]:
    """A world in which nothing happens, beside a record that says .7 all the time."""
    said = {
        "miss": 0.05,
        "error": 0.03,
        "discrepancy": {"value": 0.1, "lasts": 6, "source": "made up"},
        "paths": "changes",
    }
    record = {"l_effect": {str(2000 + year): 0.7 for year in range(YEARS)}}
    events = ({"id": "effect", "year": 2004, "chance": 0.0},)
    return dict(planted.by_chance(*events, record=record, evidence=said | evidence))


@pytest.fixture(scope="module")
def seen(planted: ModuleType) -> tuple[Known, Coded]:
    plan = ps.Study(stated(planted)).under_fact()
    what = known(plan, str(2000 + GIVEN))
    (target,) = targets(plan, known(plan, str(2000 + UNTIL)))
    assert isinstance(target, Coded)
    assert what.turn.tolist() == list(range(1, GIVEN + 1))
    return what, target


def test_the_band_of_one_world_is_that_of_its_normal_and_ends_with_the_scale(
    seen: tuple[Known, Coded],
) -> None:
    many, sd = np.full((400, YEARS, 1), 0.5), np.full((400, 1), 0.1)
    for told, spread in ((True, None), (False, np.hypot(0.1, 0.03))):
        members = as_coded(*seen, many, sd, UNTIL, told=told)
        weight = alike(np.full(400, 1 / 400), members)
        assert members.shape == (len(weight), 2)
        assert weight.sum() == pytest.approx(1.0)
        mean, variance = left(
            np.arange(1, GIVEN + 1), np.full((1, GIVEN), 0.2), np.full(GIVEN, 0.03), sd[0], 6.0, np.array([6, 7])
        )  # fmt: skip
        centre = 0.5 + mean[0] if told else np.full(2, 0.5)
        wide = np.sqrt(variance[0] + 0.03**2) if spread is None else np.full(2, spread)
        found = scores.quantiles(members, (0.05, 0.5, 0.95), weight)
        exact = stats.norm.ppf(np.array([0.05, 0.5, 0.95])[:, None], centre, wide)
        np.testing.assert_allclose(found, exact, atol=0.001)
    at_the_end = as_coded(*seen, many * 0.0 + 1.0, sd, UNTIL, told=False)
    assert at_the_end.max() == 1.0
    assert (at_the_end == 1.0).mean() == pytest.approx(0.5, abs=0.01)


def test_what_would_be_coded_is_calibrated_where_worlds_alone_are_too_sure(seen: tuple[Known, Coded]) -> None:
    """300 truths: a level, a discrepancy that lasts, a coder. Worlds have the level that the record leaves open."""
    what, target = seen
    truths, worlds, sd, error, level_sd = 300, 60, 0.1, 0.03, 0.04
    turns = np.arange(UNTIL + 1)
    cov = sd**2 * np.exp(-np.abs(np.subtract.outer(turns, turns)) / 6.0) + error**2 * np.eye(len(turns))
    past = slice(1, GIVEN + 1)  # where a record begins is no evidence
    inverse = np.linalg.inv(cov[past, past])
    precision = level_sd**-2 + inverse.sum()
    chances: dict[str, list[float]] = {"coded": [], "worlds": []}
    weight = np.full(worlds, 1 / worlds)
    for _ in range(truths):
        y = 0.5 + level_sd * RNG.standard_normal() + RNG.multivariate_normal(np.zeros(len(turns)), cov)
        middle = 0.5 + (inverse @ (y[past] - 0.5)).sum() / precision
        levels = middle + RNG.standard_normal(worlds) / np.sqrt(precision)
        values = np.repeat(levels[:, None, None], len(turns), axis=1)
        own = replace(what, value=y[past])
        members = as_coded(own, target, values, np.full((worlds, 1), sd), UNTIL, told=True)
        for name, some, each in (
            ("coded", members, alike(weight, members)),
            ("worlds", values[:, GIVEN + 1 :, 0], weight),
        ):
            low, high = scores.pit(some, y[GIVEN + 1 :], each)
            chances[name].append(float(low[-1] + RNG.random() * (high[-1] - low[-1])))
    p = {name: stats.kstest(found, "uniform").pvalue for name, found in chances.items()}
    assert p["coded"] > 1e-3 > 1e-6 > p["worlds"], p


def told(document: dict[str, Any], date: str = "2005", until: str = "2007") -> Forecast:
    plan = ps.Study(document).under_fact()
    some = [condition(of(plan, date, 20, 1, 1), threads=1) for of in (Asked, forecast.Untold)]
    given, last = (plan.scenario.calendar.last(each) for each in (date, until))
    seen, found = forecast.wanted(plan, [given], last)
    return forecast.forecast(*some, seen, found, last, threads=1)


@pytest.mark.parametrize("lasts", [1000.0, pytest.param(0.0, marks=pytest.mark.slow)])
def test_a_miss_that_goes_on_is_told_and_one_that_does_not_last_is_not(
    planted: ModuleType, lasts: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conditioning, "LEAST", 1.0)
    one = told(stated(planted, discrepancy={"value": 0.3, "lasts": lasts, "source": "made up"}))
    plain, coded = one.score("issues"), one.score("issues", CODED)
    assert plain is not None
    assert coded is not None
    assert plain.score == pytest.approx(0.7)  # all worlds stay at 0
    assert plain.covered == 0.0
    if lasts:
        assert coded.score < 0.02
        assert coded.covered == 1.0
        assert coded.skill_unconditioned > 0.9
    else:
        assert coded.score == pytest.approx(coded.unconditioned)
    assert "with what is left of its miss, and the coding error, by" in one.sentence
    assert {row[2] for row in one.rows} == {"worlds", "coded"}


def test_by_years_the_miss_on_a_date_in_mid_year_is_known_too(
    planted: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conditioning, "LEAST", 1.0)
    lasting = {"value": 0.3, "lasts": 1000, "source": "made up"}
    document = stated(planted, paths="years", discrepancy=lasting)
    document["calendar"]["turn"] = "quarter"
    document["record"] = {"l_effect": {"2005Q1": 0.7}}
    coded = told(document, "2005Q2").score("issues", CODED)
    assert coded is not None
    assert coded.score < 0.02  # all worlds stay at 0, and missed by .7 on the date
