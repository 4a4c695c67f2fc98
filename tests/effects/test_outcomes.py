"""Summaries of paths say what their names say."""

from __future__ import annotations

import json

import numpy as np
import pytest

from powersim.effects.outcomes import (
    ever,
    first_index,
    first_turns,
    is_binary,
    mean_over,
    progress,
    summarise,
    summary_of,
    titled,
    unit_of,
    when,
)
from powersim.effects.results import Study, Summary, paths

PATH = np.array([[0.0, 0.2, 0.9, 0.4], [0.1, 0.3, 0.3, 0.3]])
TURNS = (0, 1, 2, 3)


def described(results, **changes):
    """The same results with the summary of their first outcome changed."""
    changed = results.copy()
    outcomes = json.loads(results.attrs["outcomes"])
    name = str(results["outcome"].values[0])
    outcomes[name]["summary"] = changes
    changed.attrs = {**results.attrs, "outcomes": json.dumps(outcomes)}
    return changed, name


def test_ever_is_strict_about_its_threshold():
    assert ever(PATH, 0, 3, 0.3).tolist() == [1.0, 0.0]
    assert ever(PATH, 0, 3, 0.1, above=False).tolist() == [1.0, 0.0]


def test_ever_looks_only_at_its_period():
    assert ever(PATH, 0, 1, 0.5).tolist() == [0.0, 0.0]
    assert ever(PATH, 2, 2, 0.5).tolist() == [1.0, 0.0]


def test_first_index_is_the_first_turn_past_the_threshold_or_missing():
    found = first_index(PATH, 0, 3, 0.35)
    assert found[0] == 2
    assert np.isnan(found[1])


def test_mean_over_a_period_includes_both_ends():
    assert mean_over(PATH, 1, 2) == pytest.approx([0.55, 0.3])


def test_progress_of_an_ever_outcome_ends_as_its_summary_and_never_falls():
    summary = Summary("ever", 0, 2, 0.35)
    shown = progress(PATH, summary, TURNS)
    assert shown[:, 2].tolist() == ever(PATH, 0, 2, 0.35).tolist()
    assert (np.diff(shown[:, :3], axis=1) >= 0).all()
    assert np.isnan(shown[:, 3]).all()


def test_missing_runs_stay_missing():
    holed = PATH.copy()
    holed[1] = np.nan
    assert np.isnan(ever(holed, 0, 3, 0.5)[1])
    assert np.isnan(progress(holed, Summary("ever", 0, 3, 0.5), TURNS)[1]).all()


@pytest.mark.parametrize(
    ("kind", "turns", "words"),
    [
        ("at", ["2012Q4"], "in 2012Q4"),
        ("mean", ["2010Q1", "2012Q4"], "on average over 2010Q1–2012Q4"),
        ("ever", ["2012Q4"], "by 2012Q4"),
        ("ever", [4, 23], "between 2008Q1 and 2012Q4"),
    ],
)
def test_summaries_are_told_by_their_dates(results, kind, turns, words):
    changed, name = described(results, kind=kind, turns=turns)
    study = Study.read(changed)
    assert when(study.outcomes[name], study) == words


def test_a_summary_at_a_date_is_the_path_at_that_date(results):
    changed, name = described(results, kind="at", turns="2012Q4")
    assert (summary_of(changed, name) == paths(results, name)[..., 23]).all()


@pytest.mark.parametrize(
    ("summary", "message"),
    [
        ({"kind": "median"}, "'median' is not one of at, mean, max, min, ever"),
        ({"kind": "at", "turns": ["1999Q1"]}, "turn '1999Q1' lies outside 0..63"),
        ({"kind": "mean", "turns": [9, 3]}, "period 9..3 runs backwards"),
    ],
)
def test_a_summary_that_makes_no_sense_is_refused(results, summary, message):
    changed, name = described(results, **summary)
    with pytest.raises(ValueError, match=message) as caught:
        Study.read(changed)
    assert name in str(caught.value)


def test_first_turns_are_turns(results):
    found = first_turns(results, "war_ukraine")
    path = paths(results, "war_ukraine")
    happened = np.argwhere(np.isfinite(found))
    for b, t, r in happened[:20]:
        turn = int(found[b, t, r])
        assert path[b, t, r, turn] > 0.5
        assert (path[b, t, r, :turn] <= 0.5).all()


def test_a_title_that_holds_its_date_does_not_get_it_twice(results):
    study = Study.read(results)
    outcome = study.outcomes["war_ukraine"]
    assert titled(outcome, study).endswith("by 2022Q4")
    dated = type(outcome)(**{**vars(outcome), "title": "War by 2022Q4"})
    assert titled(dated, study) == "War by 2022Q4"


def test_an_outcome_without_unit_shows_the_ends_of_its_scale(results):
    outcome = Study.read(results).outcomes["war_ukraine"]
    assert unit_of(outcome).split() == ["0", "to", "1"]


def test_binary_means_all_numbers_present_are_0_or_1():
    assert is_binary(np.array([0.0, 1.0, np.nan]))
    assert not is_binary(np.array([0.0, 0.5]))
    assert not is_binary(np.array([np.nan]))


def test_results_without_values_are_refused(results):
    with pytest.raises(ValueError, match="hold no 'value'"):
        Study.read(results.drop_vars("value"))


def test_an_unknown_outcome_is_refused_with_the_known_ones(results):
    with pytest.raises(KeyError, match="no outcome 'peace'; these results hold russia_iran_alignment"):
        Study.read(results).outcome("peace")


@pytest.mark.parametrize(("kind", "by_hand"), [("max", [0.9, 0.4]), ("min", [-0.5, 0.1])])
def test_highest_and_lowest_are_those_of_the_period_and_of_nothing_else(kind, by_hand):
    path = np.array([[9.0, 0.2, 0.9, -0.5, -9.0], [9.0, 0.4, 0.2, 0.1, -9.0], [9.0, 0.4, np.nan, 0.1, -9.0]])
    summary = Summary(kind, 101, 103, 0.5)
    found = summarise(path, summary, (100, 101, 102, 103, 104))
    assert found[:2].tolist() == by_hand
    assert np.isnan(found[2])
    assert progress(path, summary, (100, 101, 102, 103, 104)) is path
