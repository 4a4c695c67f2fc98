"""What comes after a date, in worlds whose answers are known in closed form; scores against closed forms."""

from __future__ import annotations

import csv
import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

import powersim as ps
from powersim import cli
from powersim.effects import scores
from powersim.errors import ArgumentError, PowersimError
from powersim.given import conditioning, forecast
from powersim.given.conditioning import Asked, condition
from powersim.given.forecast import COLUMNS, Forecast
from powersim.given.knowledge import Check, known
from powersim.given.targets import Dated
from powersim.scenario.evidence import Fact
from powersim.study.forecasting import Forecasts

SURE = {"error": 0.2, "discrepancy": 0.0, "miss": 0.05}
DEED: tuple[dict[str, Any], ...] = (
    {"id": "spark", "year": 2002, "chance": 0.5, "sets": 0.8},
    {"id": "effect", "year": 2004, "chance": 0.5, "of": "min(1, l_cause * 0.6 + l_spark)"},
)
RECORD = {"l_spark": {"2000": 0.0, "2002": 0.8}, "l_effect": {"2000": 0.0, "2004": 1.0}}
EVENTS = [
    {"source": "made up", "event": "spark", "at": "2002"},
    {"source": "made up", "event": "effect", "at": "2004"},
]
LATE = {"id": "late", "year": 2006, "chance": 0.5}
KEPT_BACK = {"after": "2004", "events": [{"source": "made up", "event": "late", "at": "2006"}]}
GAUSS = norm.ppf((np.arange(4000) + 0.5) / 4000)


@pytest.fixture(scope="module")
def document(planted: ModuleType) -> dict[str, Any]:
    evidence = SURE | {"paths": "changes", "events": EVENTS, "until": "2003", "withheld": KEPT_BACK}
    return planted.by_chance(*DEED, LATE, record=RECORD, evidence=evidence)


@pytest.fixture(scope="module")
def found(
    document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Forecasts, Path]]:
    out = tmp_path_factory.mktemp("forecast")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conditioning, "MOVES", 4)
        yield ps.Study(document).forecast(["2003", "2001"], to="2007", worlds=100, out=out, workers=1), out


def told(
    document: dict[str, Any], to: tuple[str | None, ...] = (None,), by: tuple[bool, ...] = (False,)
) -> list[Forecast]:
    """Forecasts given 2003 with few moves, until each date, weighed in each way."""
    plan = ps.Study(document).under_fact()
    turns = [known(plan, "2003").until]
    some = [condition(of(plan, "2003", 100, 1, 1), threads=1) for of in (Asked, forecast.Untold)]
    made = []
    for date, by_evidence in itertools.product(to, by):
        seen, targets = forecast.wanted(plan, turns, until := forecast.horizon(plan, turns, date))
        made.append(forecast.forecast(*some, seen, targets, until, threads=1, by_evidence=by_evidence))
    return made


def of(one: Forecast, name: str) -> dict[str, np.ndarray]:
    place = [target.name for target in one.targets].index(name)
    return dict(one.points[one.over, place])


@pytest.mark.slow
def test_worlds_that_were_told_the_past_tell_what_follows_from_it(found: tuple[Forecasts, Path]) -> None:
    early, late = found[0].dates
    assert (early.label, late.label) == ("2001", "2003")
    assert list(of(late, "late")["observed"]) == [
        0.0,
        0.0,
        1.0,
        1.0,
    ]  # it was asked for what is kept back too
    effect, coded, spark = (of(late, name) for name in ("effect", "l_effect", "l_spark"))
    p = effect["chance"]  # the spark came, so that the effect came with min(1, .6 + .8) / 2
    assert p[0] == pytest.approx(0.5, abs=4 * 0.05)
    # of a path that is 1 with p and 0 else, the CRPS of 1 is (1 - p)^2, as is the Brier score
    np.testing.assert_allclose(coded["score"], (1 - p) ** 2, atol=1e-12)
    np.testing.assert_allclose(effect["score"], (1 - p) ** 2, atol=1e-12)
    np.testing.assert_allclose(coded["persistence"], 1.0)
    np.testing.assert_allclose(coded["own_past"], 1.0)
    np.testing.assert_allclose(coded["pit_low"], 1 - p, atol=1e-12)
    np.testing.assert_allclose(coded["pit_high"], 1.0)
    np.testing.assert_allclose(effect["own_past"][:2], [(4 / 5), (4 / 6)])  # 1 - (1 - sqrt(4 / 5)), squared
    n = late.told[late.over].ess
    np.testing.assert_allclose(effect["log_score"], -np.log((n * p + 0.5) / (n + 1)))
    # the spark is known for sure, and was even odds before
    np.testing.assert_allclose(spark["score"], 0.0, atol=1e-6)
    assert spark["unconditioned"] == pytest.approx(0.8 * 0.25, abs=4 * 0.8 * 0.05)
    whole = late.score("issues")
    assert whole is not None
    assert whole.score < whole.unconditioned < whole.persistence
    assert whole.skill_unconditioned == pytest.approx(1 - whole.score / whole.unconditioned)
    assert "less than untold" in late.sentence


def test_a_skill_of_less_than_half_a_percent_is_none() -> None:
    assert [forecast._more(skill) for skill in (0.05, -0.05, 0.004, -0.004)] == [
        "5% less than", "5% more than", "as much as", "as much as",
    ]  # fmt: skip


@pytest.mark.slow
def test_a_date_before_the_luck_is_known_teaches_nothing(found: tuple[Forecasts, Path]) -> None:
    early = found[0].dates[0]
    assert early.told[early.over].ess == pytest.approx(100)
    whole = early.score("events")
    assert whole is not None
    assert whole.skill_unconditioned == pytest.approx(0.0, abs=0.35)


def test_without_evidence_a_forecast_is_the_model_told_nothing(planted: ModuleType) -> None:
    record = {"l_effect": {"2004": 1.0}}
    said = planted.by_chance(*DEED, record=record, evidence=SURE | {"paths": "changes"})
    (one,) = told(said)
    np.testing.assert_array_equal(one.told[one.over].values, one.untold[one.over].values)
    score = next(score for score in one.scores if score.name == "l_effect")
    assert score.score == score.unconditioned
    assert score.skill_unconditioned == 0.0
    assert score.skill_persistence != score.skill_persistence  # nothing had been coded that could have lasted


def test_bad_forecasts_have_skills_below_0_and_are_called_so(document: dict[str, Any]) -> None:
    wrong = document | {"record": {"l_spark": RECORD["l_spark"], "l_effect": {"2000": 0.0}}}
    wrong["evidence"] = SURE | {"paths": "changes", "events": EVENTS[:1]}
    (one,) = told(wrong)
    score = next(score for score in one.scores if score.name == "l_effect")
    assert score.skill_unconditioned < 0 < score.unconditioned < score.score
    assert score.skill_persistence != score.skill_persistence  # a perfect reference leaves no skill
    assert np.isfinite(score.score)


@pytest.mark.slow
def test_theories_count_alike_or_by_evidence(document: dict[str, Any]) -> None:
    two = document | {"theories": {"open": {}, "closed": {"mechanisms": {"calendar": False}}}}
    two["evidence"] = SURE | {"paths": "changes", "events": []}
    alike, weighed = told(two, by=(False, True))
    for one, share in ((alike, 0.5), (weighed, 1.0)):
        assert one.over == "all"
        weights = one.told["all"].weight
        assert weights.sum() == pytest.approx(1.0)
        assert weights[:100].sum() == pytest.approx(share, abs=0.02)  # `closed` has no spark, which was seen
    assert {score.theory for score in alike.scores} == {"open", "closed", "all"}


def test_nothing_later_than_what_is_not_kept_back_is_used_unless_it_is_asked_for(
    document: dict[str, Any],
) -> None:
    study = ps.Study(document)
    until = forecast.horizon(study.under_fact(), [3], None)
    _, targets = forecast.wanted(study.under_fact(), [3], until)
    assert (until, [target.name for target in targets]) == (4, ["l_effect", "l_spark", "spark", "effect"])
    for dates, to, said in (
        (["2003"], "2003", r"to: found 2003; allowed: 2004 to 2007"),
        (["2007"], None, r"given: found 2007, after which nothing comes"),
        (["1999"], None, r"given: found 1999; allowed: 2000 to 2007"),
    ):
        with pytest.raises(ArgumentError, match=said):
            study.forecast(dates, to=to)
    with pytest.raises(PowersimError, match=r"given 2003: nothing is said of what came after it until 2007"):
        ps.Study(document | {"record": {}, "evidence": SURE | {"events": EVENTS[:1]}}).forecast("2003")


NO, YES = False, True
SEEN: dict[str, tuple[list[tuple[str, int, int, bool]], list[float]]] = {
    # after turn 1, turns 2..6; what is said: kind, first turn, last turn, happened
    "not until then": ([("no_war", 0, 4, YES)], [0, 0, 0, np.nan, np.nan]),
    "at a date": ([("no_war", 0, 3, YES), ("war", 4, 4, YES)], [0, 0, 1, 1, 1]),
    "a gap, then certain": ([("war", 4, 4, YES)], [np.nan, np.nan, 1, 1, 1]),
    "within a period": (
        [("delivered", 2, 2, NO), ("delivered", 3, 5, YES)],
        [0, np.nan, np.nan, 1, 1],
    ),
    "it began before": ([("war", 1, 1, YES), ("no_war", 2, 6, YES)], [0, 0, 0, 0, 0]),
    "a period that began before": ([("delivered", 1, 3, YES)], [np.nan] * 5),
    "an event comes once": ([("event", 5, 5, YES)], [0, 0, 0, 1, 1]),
    "what lasts": ([("sanctions", 3, 4, YES), ("sanctions", 5, 5, NO)], [np.nan, 1, 1, 0, np.nan]),
    "a deal within a period": ([("deal", 3, 4, YES), ("deal", 6, 6, YES)], [np.nan] * 4 + [1]),
}  # fmt: skip


@pytest.mark.parametrize("name", SEEN)
def test_what_is_not_known_is_not_scored(name: str) -> None:
    said, expected = SEEN[name]
    checks = tuple(
        Check(
            Fact(kind, ("A", "B"), "", first, last, happened, 0.5, 0.05, "made up"), first, last, (0,), True
        )
        for kind, first, last, happened in said
    )
    kind = said[0][0].removeprefix("no_")
    np.testing.assert_array_equal(Dated(kind, "A-B", "", (0,), checks).observed(1, 6), expected)


def test_an_event_has_come_only_if_it_came_after_the_date() -> None:
    values = np.array([[[1.0], [1.0], [1.0], [2.0], [2.0]], [[0.0], [1.0], [1.0], [1.0], [1.0]]])
    np.testing.assert_array_equal(Dated("war", "", "", (0,), ()).members(values, 1), [[0, 1, 1], [0, 0, 0]])
    np.testing.assert_array_equal(
        Dated("deal", "", "", (0,), ()).members(values - 1, 1), [[0, 1, 1], [0, 0, 0]]
    )


@pytest.mark.parametrize("y", [-1.5, 0.0, 0.7])
def test_the_weighted_crps_of_a_normal_nears_the_closed_form(y: float) -> None:
    closed = y * (2 * norm.cdf(y) - 1) + 2 * norm.pdf(y) - 1 / np.sqrt(np.pi)
    grid = np.linspace(-6, 6, 4001)  # the same distribution by weights instead of by where members lie
    weight = norm.pdf(grid) / norm.pdf(grid).sum()
    assert float(scores.crps(grid, np.float64(y), weight)) == pytest.approx(closed, abs=1e-4)
    assert float(scores.crps(GAUSS, np.float64(y))) == pytest.approx(closed, abs=1e-4)


def test_copies_of_a_member_are_a_member_of_more_weight() -> None:
    rng = np.random.default_rng(1)
    members, seen = rng.random((5, 3)), rng.random(3)
    weight, times = np.array([0.1, 0.2, 0.4, 0.2, 0.1]), [1, 2, 4, 2, 1]
    many = np.repeat(members, times, axis=0)
    alike = np.full(10, 0.1)
    np.testing.assert_allclose(scores.crps(members, seen, weight), scores.crps(many, seen))
    for one, other in zip(scores.pit(members, seen, weight), scores.pit(many, seen, alike), strict=True):
        np.testing.assert_allclose(one, other)
    assert np.isnan(scores.crps(members, np.full(3, np.nan), weight)).all()


def test_the_pit_of_a_right_forecast_is_flat_of_a_narrow_one_a_u_and_ties_are_spread() -> None:
    u = norm.ppf((np.arange(500) + 0.5) / 500)
    alike = np.full(len(GAUSS), 1 / len(GAUSS))
    right, narrow = (
        scores.pit_histogram(*scores.pit(np.tile(sd * GAUSS[:, None], len(u)), u, alike), 10)
        for sd in (1.0, 0.3)
    )
    np.testing.assert_allclose(right, 0.1, atol=0.003)
    assert narrow[0] == pytest.approx(norm.cdf(0.3 * norm.ppf(0.1)), abs=0.01)
    assert narrow[0] + narrow[-1] > 0.6
    np.testing.assert_allclose(
        scores.pit_histogram(np.array([0.2]), np.array([0.7]), 5), [0, 0.4, 0.4, 0.2, 0]
    )
    np.testing.assert_allclose(scores.pit_histogram(np.array([0.5, 1.0]), np.array([0.5, 1.0]), 2), [0, 1])


def test_a_reference_that_rounding_alone_keeps_from_perfect_leaves_no_skill() -> None:
    same = scores.crps(np.full((7, 1), 0.15), np.array([0.15]))
    assert np.isnan(scores.skill(0.1, float(same[0])))
    assert scores.skill(0.1, 0.2) == pytest.approx(0.5)


def test_scores_of_chances_are_proper() -> None:
    p, q = 0.3, np.linspace(0.01, 0.99, 99)
    for score in (scores.brier, scores.ignorance):
        expected = p * score(q, np.ones(99)) + (1 - p) * score(q, np.zeros(99))
        assert q[np.argmin(expected)] == pytest.approx(p)
    assert scores.ignorance(np.array(0.25), np.array(1.0)) == pytest.approx(np.log(4))
    assert np.isinf(scores.ignorance(np.array(0.0), np.array(1.0)))
    assert np.isfinite(scores.ignorance(scores.counted(np.array(0.0), 50.0), np.array(1.0)))


@pytest.mark.slow
def test_the_folder_holds_all_of_it_and_the_command_finds_its_worlds_again(
    found: tuple[Forecasts, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    many, out = found
    folder = out / "forecast"
    with (folder / "forecast.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(many.table) == 7 * (4 + 6)  # two issues, in worlds and as coded, three events
    with (folder / "scores.csv").open(encoding="utf-8") as stream:
        assert len(list(csv.DictReader(stream))) == len(many.scores)
    for name in ("fans_2001", "fans_2003", "pit"):
        assert (folder / f"{name}.png").is_file()
        assert "<desc>" in (folder / f"{name}.svg").read_text("utf-8")
    said = json.loads((folder / "provenance.json").read_text("utf-8"))
    assert said["dates"] == ["2001", "2003"]
    monkeypatch.setattr(conditioning, "MOVES", 4)
    assert (said["worlds"], said["to"]) == (100, "2007")
    again = ["forecast", str(folder / "provenance.json"), "--out", str(out), "--resume"]
    monkeypatch.setattr(sys, "argv", ["powersim", *again, "--workers", "1"])
    with pytest.raises(SystemExit, match=r"^(None|0)$"):
        cli.main()
    with (folder / "forecast.csv").open(encoding="utf-8") as stream:
        assert list(csv.DictReader(stream)) == rows
    page = capsys.readouterr()
    assert many.sentences[1].startswith(
        "Told what happened until 2003, the model misses the record of 2004 to 2007 by"
    )
    for said in (
        *many.sentences,
        "than no change",
        "issues, year 1",
        "issues, as coded, year 1",
        "given 2001: base: 100 of 100 worlds count",
    ):
        assert said in page.out
    assert "next: powersim weigh" in page.err
