"""Outcomes whose odds the rules know are estimated by them: without bias, with less noise, wherever they are asked."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from test_stakes import NEUTRAL, quarrel, weighed

import powersim as ps
from powersim.compile.jit import interpreted
from powersim.effects.odds import better, measured
from powersim.effects.paired import Given, effects
from powersim.effects.results import COUNTED, ODDS
from powersim.world.crisis import mean_probabilities

HAZARD, TURNS, RUNS = 0.05, 16, 300
BRANCHES = ["free", "shut"]


def still(hazard: float = HAZARD) -> dict[str, Any]:
    """A front that nothing moves, so that the odds of war are the same in every turn; shut: with less at stake."""
    numbers = NEUTRAL | {
        "c_a": 0.0,
        "c_a_spread": 0.1,
        "c_bar": 0.6,
        "own_rate": 0.0,
        "terms_share": 0.0,
        "truce": 0.0,
    }
    document = quarrel({"hazard": hazard, "over": ["door"]}, turns=TURNS, **numbers)
    document["branches"] = {
        "free": {},
        "shut": {"do": [{"path": {"door": {"2000Q1": 0.0}}, "to": "2003Q4", "read_as": "nature"}]},
    }
    document["intervention"] = "2000Q1"
    document["outcomes"] = {
        "war": {"of": {"wars": ["AAA", "BBB"]}, "ever": "2003Q4", "above": 0.5},
        "wars": {"of": {"wars": ["AAA", "BBB"]}, "at": "2003Q4"},
    }
    return document


def unfought() -> dict[str, Any]:
    """The same front where nobody can fight: demands are met or refused."""
    document = still()
    document["mechanisms"]["war"] = False
    document["outcomes"] = {"met": {"of": {"terms": ["AAA", "BBB"]}, "ever": "2003Q4", "above": 0.5}}
    return document


def closed(document: dict[str, Any], branch: str) -> float:
    """Probability that it has happened in T turns: 1 - (1 - h q)^T, q: the rule's in crises that all weigh alike."""
    given, _, desk = weighed(document, branch, "crises")[0].packed
    of_war, met = interpreted(mean_probabilities)(given, desk, given.on.war > 0)
    q = of_war if given.on.war else met
    return float(1.0 - (1.0 - HAZARD * q) ** TURNS)


@cache
def compared(war: bool = True) -> ps.Comparison:
    return ps.Study(still() if war else unfought(), BRANCHES).compare(runs=RUNS)


@pytest.mark.parametrize(
    "war",
    [pytest.param(True, id="wars"), pytest.param(False, id="demands met", marks=pytest.mark.slow)],
)
def test_levels_and_effects_by_odds_have_the_mean_that_arithmetic_says(war: bool) -> None:
    truth = {branch: closed(still() if war else unfought(), branch) for branch in BRANCHES}
    assert min(truth.values()) > 0.1
    assert abs(truth["shut"] - truth["free"]) > 0.05
    rows = compared(war).estimators
    for estimator in (COUNTED, ODDS):
        levels = rows[(rows.estimator == estimator) & (rows.branch_a == "")].set_index("branch_b")
        for branch, true in truth.items():
            assert levels.ci_low[branch] <= true <= levels.ci_high[branch]
        (effect,) = rows[(rows.estimator == estimator) & (rows.branch_a != "")].itertuples()
        assert effect.ci_low <= truth["shut"] - truth["free"] <= effect.ci_high
    widths = (rows.ci_high - rows.ci_low).groupby([rows.branch_a, rows.branch_b, rows.estimator]).first()
    for key in [("", "free"), ("", "shut"), tuple(BRANCHES)]:
        assert widths[(*key, ODDS)] < 0.6 * widths[(*key, COUNTED)]


def test_the_effect_that_is_reported_is_that_of_the_better_estimator() -> None:
    (row,) = [row for row in compared().rows if row.outcome == "war"]
    used = compared().estimators.query("used and branch_a != ''").iloc[0]
    assert row.estimator == used.estimator == ODDS
    assert (row.effect, row.ci_low, row.ci_high) == (used.value, used.ci_low, used.ci_high)
    assert row.effect == pytest.approx(row.mean_b - row.mean_a)
    assert [r.estimator for r in compared().rows if r.outcome == "wars"] == [COUNTED]


def test_what_is_all_but_sure_is_counted() -> None:
    sure = ps.Study(still(1.0), BRANCHES).compare(runs=40)
    values, estimator = measured(sure.data, "war")
    assert estimator == COUNTED
    assert set(np.unique(values)) <= {0.0, 1.0}


def test_an_event_that_no_run_shows_yet_is_not_taken_for_known() -> None:
    nothing, odds = np.zeros((2, 1, 30)), np.full((2, 1, 30), 0.001)
    assert better(nothing, odds + np.linspace(0, 0.001, 30))[1] == ODDS
    assert better(nothing, np.full_like(nothing, np.nan))[1] == COUNTED


def test_under_a_condition_runs_are_counted() -> None:
    event = next(str(name) for name in compared().data["event"].values if str(name).startswith("war"))
    (row,) = effects(compared().data, [("free", "shut")], ["war"], Given(event))
    assert row.estimator == COUNTED
    assert row.mean_a == 1.0


@pytest.mark.slow
def test_every_question_uses_them(tmp_path: Path) -> None:
    document = still() | {
        "hypotheses": [
            {"id": "h1", "claim": "Shut, there is less war", "contrary": "No", "outcome": "war",
             "branches": ["shut", "free"], "sign": "-", "size": 0.2}
        ]
    }  # fmt: skip
    document["parameters"]["c_a_spread"] = {"value": 0.1, "prior": {"uniform": [0.05, 0.15]}}
    file = tmp_path / "still.yaml"
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    study = ps.Study(str(file), BRANCHES)
    why = study.why(runs=8, outcomes=["war"])
    verdict = study.verdict(draws=4, lucks=8)
    hinges = study.sensitivity("war", runs=100, method="given-data")
    by_odds = study.compare(runs=8).estimators.query("estimator == 'odds' and branch_a != ''").value
    assert why.effects.set_index("part").share["total"] == pytest.approx(by_odds.iloc[0], abs=1e-6)
    (judged,) = verdict.judgements
    assert not judged.effects.binary
    assert not np.isin(np.unique(hinges.words.found.effects), [-1.0, 0.0, 1.0]).all()


def test_a_goal_is_reached_by_odds_long_before_it_is_by_counting() -> None:
    found = ps.Study(still(), BRANCHES).compare(until="war ci < 0.025")
    assert found.runs == 200
    halves = found.estimators.query("branch_a != ''").set_index("estimator").eval("(ci_high - ci_low) / 2")
    assert halves[ODDS] < 0.025 < 0.04 < halves[COUNTED]
