"""Paired effects: what is compared with what, and how sure one can be."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from powersim.effects.paired import (
    Effect,
    Given,
    diverged,
    effects,
    effects_over_time,
    paired,
    pooled,
    variance_ratio,
    write_effects,
)
from powersim.effects.results import ALL


def tiny(values, *, kind="at", theories=("one",), threshold=0.5):
    """Results of branches a, b, ... from values of shape (branch, theory, run, turn); a is the reference."""
    values = np.asarray(values, np.float64)
    names = list("abcdefgh"[: values.shape[0]])
    turns = np.arange(values.shape[3])
    summary = {"kind": kind, "turns": [0, int(turns[-1])] if kind != "at" else [int(turns[-1])],
               "threshold": threshold}  # fmt: skip
    return xr.Dataset(
        {"value": (("branch", "theory", "run", "turn", "outcome"), values[..., None])},
        coords={"branch": names, "theory": list(theories), "run": np.arange(values.shape[2]), "turn": turns,
                "outcome": ["x"], "date": ("turn", [str(2007 + t) for t in turns])},
        attrs={"reference": "a", "outcomes": json.dumps({"x": {"summary": summary}})},
    )  # fmt: skip


def only(rows: list[Effect]) -> Effect:
    assert len(rows) == 1
    return rows[0]


def test_an_effect_is_the_mean_difference_within_runs():
    # Differences .1, .2, .3: mean .2, sd .1, t(2, .975) = 4.30265, half-width 4.30265 * .1 / sqrt 3 = .248414.
    row = only(effects(tiny([[[[0.1], [0.3], [0.2]]], [[[0.2], [0.5], [0.5]]]])))
    assert (row.branch_a, row.branch_b, row.theory, row.runs) == ("a", "b", "one", 3)
    assert (row.mean_a, row.mean_b, row.effect) == pytest.approx((0.2, 0.4, 0.2))
    assert (row.ci_low, row.ci_high) == pytest.approx((0.2 - 0.248414, 0.2 + 0.248414), abs=1e-6)
    assert row.p_superior == 1.0


def test_p_superior_counts_ties_half():
    row = only(effects(tiny([[[[0.1], [0.3], [0.2], [0.0]]], [[[0.2], [0.3], [0.1], [0.5]]]])))
    assert row.p_superior == (2 + 0.5) / 4


def test_a_branch_that_changes_nothing_has_an_effect_of_exactly_0(make):
    results = make(branches=3, theories=2, outcomes=4, runs=30)
    copy = results.sel(branch="replace").assign_coords(branch="again")
    both = xr.concat([results.sel(branch=["replace"]), copy], dim="branch")
    both.attrs = results.attrs
    for row in effects(both):
        assert (row.effect, row.ci_low, row.ci_high, row.p_superior) == (0.0, 0.0, 0.0, 0.5)


def test_nothing_differs_before_the_intervention(make):
    results = make(branches=3, theories=2, outcomes=4, runs=30)
    for name in ("russia_iran_alignment", "war_ukraine"):
        before = effects_over_time(results, "replace", "cancel", name).isel(turn=slice(0, 10))
        for what in ("effect", "ci_low", "ci_high"):
            assert (before[what] == 0).all()
        assert (before["p_superior"] == 0.5).all()


def test_an_event_that_no_run_has_seen_yet_keeps_an_interval_once_histories_part():
    never = np.zeros((2, 1, 50, 3))
    same = only(effects(tiny(never, kind="ever")))
    assert (same.ci_low, same.ci_high) == (0.0, 0.0)
    parted = never.copy()
    parted[1, 0, 0, 1] = 0.2  # below the threshold, but no longer the same history
    row = only(effects(tiny(parted, kind="ever")))
    assert row.effect == 0.0
    # With nothing in n runs the interval is Wilson's limit z^2/(n + z^2) either way.
    assert (row.ci_low, row.ci_high) == pytest.approx((-0.07135, 0.07135), abs=1e-5)


def test_parting_after_the_summary_is_no_parting():
    values = np.zeros((2, 1, 20, 4))
    values[1, 0, :, 3] = 0.2
    results = tiny(values)
    outcome = {"x": {"summary": {"kind": "ever", "turns": [0, 2], "threshold": 0.1}}}
    results.attrs["outcomes"] = json.dumps(outcome)
    row = only(effects(results))
    assert (row.ci_low, row.ci_high) == (0.0, 0.0)
    assert diverged(results, "a", "b").tolist() == [[False, False, False, True]]


def test_a_certain_difference_is_certain():
    row = only(effects(tiny([[[[0.25]] * 8], [[[1.0]] * 8]])))
    assert (row.effect, row.ci_low, row.ci_high) == (0.75, 0.75, 0.75)


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=2, max_size=12))
def test_swapping_branches_turns_every_effect_round(pairs):
    a, b = (np.array(side) for side in zip(*pairs, strict=True))
    there, back = paired(a, b, binary=False), paired(b, a, binary=False)
    assert float(there.effect) == pytest.approx(-float(back.effect))
    assert float(there.low) == pytest.approx(-float(back.high))
    assert float(there.p_superior) == pytest.approx(1 - float(back.p_superior))
    assert float(there.low) <= float(there.effect) <= float(there.high)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=30))
def test_intervals_of_probabilities_stay_within_minus_1_and_1(pairs):
    a, b = (np.array(side, float) for side in zip(*pairs, strict=True))
    found = paired(a, b, binary=True, diverged=True)
    assert -1 <= float(found.low) <= float(found.effect) <= float(found.high) <= 1


def test_the_pooled_effect_weighs_theories_by_their_runs():
    a = np.array([[0.0, 0.0, 0.0, 0.0], [0.0, 0.0, np.nan, np.nan]])
    b = np.array([[0.1, 0.1, 0.2, 0.0], [0.4, 0.6, 0.5, 0.5]])
    total = pooled(a, b, paired(a, b, binary=False))
    assert float(total.effect) == pytest.approx((0.4 + 1.0) / 6)
    assert float(total.runs) == 4


def test_a_pooled_row_follows_two_theories_but_not_one(make):
    two = effects(make(branches=2, theories=2, outcomes=1, runs=10))
    assert [row.theory for row in two] == ["deterrence", "spiral", ALL]
    one = effects(make(branches=2, theories=1, outcomes=1, runs=10))
    assert [row.theory for row in one] == ["deterrence"]


def test_pooled_intervals_cover_the_mean_effect_of_correlated_theories():
    rng = np.random.default_rng(7)
    shape = (2, 2000, 40)
    shared = rng.normal(0, 1, shape[1:])
    a = rng.normal(0, 1, shape)
    b = a + np.array([0.1, 0.3])[:, None, None] + shared + rng.normal(0, 0.5, shape)
    total = pooled(a, b, paired(a, b, binary=False))
    assert np.mean((total.low <= 0.2) & (total.high >= 0.2)) == pytest.approx(0.95, abs=0.015)


def test_missing_runs_are_left_out_of_their_pair():
    values = np.array([[[[0.1], [np.nan], [0.2]]], [[[0.2], [0.9], [0.4]]]])
    row = only(effects(tiny(values)))
    assert row.runs == 2
    assert (row.mean_a, row.effect) == pytest.approx((0.15, 0.15))
    values[0] = np.nan
    row = only(effects(tiny(values)))
    assert row.runs == 0
    assert np.isnan([row.effect, row.ci_low, row.p_superior]).all()


def test_one_run_has_an_effect_but_no_interval():
    row = only(effects(tiny([[[[0.1]]], [[[0.4]]]])))
    assert row.effect == pytest.approx(0.3)
    assert np.isnan([row.ci_low, row.ci_high]).all()
    assert not row.excludes_zero


def test_conditional_effects_keep_the_runs_that_saw_the_event_in_the_reference(results):
    first = results["first"].sel(branch="replace", theory="spiral", event="drones RUS")
    seen = effects(results, [("replace", "cancel")], ["iran_missiles"], Given("drones RUS"))
    unseen = effects(results, [("replace", "cancel")], ["iran_missiles"], Given("drones RUS", happened=False))
    every = effects(results, [("replace", "cancel")], ["iran_missiles"])
    spiral = [next(r for r in rows if r.theory == "spiral") for rows in (seen, unseen, every)]
    assert spiral[0].runs == int(first.notnull().sum())
    assert spiral[0].runs + spiral[1].runs == spiral[2].runs
    total = spiral[0].effect * spiral[0].runs + spiral[1].effect * spiral[1].runs
    assert total / spiral[2].runs == pytest.approx(spiral[2].effect)


def test_a_condition_by_a_date_keeps_fewer_runs_than_one_by_the_end(results):
    def runs(by):
        rows = effects(results, [("replace", "keep")], ["iran_missiles"], Given("drones RUS", by=by))
        return next(r.runs for r in rows if r.theory == "spiral")

    assert runs(20) <= runs(40) <= runs(None)


def test_effects_over_time_end_as_the_effect_of_the_summary(results):
    rows = effects(results, [("replace", "cancel")])
    for name in ("russia_iran_alignment", "war_ukraine"):
        last = effects_over_time(results, "replace", "cancel", name).isel(turn=-1)
        for row in (r for r in rows if r.outcome == name):
            found = last.sel(theory=row.theory)
            assert float(found["effect"]) == pytest.approx(row.effect)
            assert (float(found["ci_low"]), float(found["ci_high"])) == pytest.approx(
                (row.ci_low, row.ci_high)
            )


def test_the_variance_ratio_is_0_for_perfect_and_near_1_for_no_pairing():
    rng = np.random.default_rng(8)
    luck = rng.normal(0, 1, 4000)
    a = np.stack([luck, luck, np.zeros(4000)], axis=1)
    b = np.stack([luck + 0.5, rng.normal(0, 1, 4000), np.zeros(4000)], axis=1)
    ratio = variance_ratio(tiny(np.stack([a, b])[:, None]), "a", "b").values[0, :, 0]
    assert ratio[0] == pytest.approx(0, abs=1e-12)
    assert ratio[1] == pytest.approx(1, abs=0.1)
    assert np.isnan(ratio[2])


def test_the_file_of_effects_has_the_promised_columns_and_leaves_missing_numbers_empty(tmp_path):
    rows = [
        Effect("x", ALL, "a", "b", 0.1, 0.4, 0.3, float("nan"), float("nan"), 1.0, 1),
        Effect("y, z", "one", "a", "b", 0.0, 0.0, 0.0, 0.0, 0.0, 0.5, 40),
    ]
    text = write_effects(rows, tmp_path / "out" / "effects.csv").read_text(encoding="utf-8")
    assert text.splitlines()[0] == (
        "outcome,theory,branch_a,branch_b,mean_a,mean_b,effect,ci_low,ci_high,p_superior,runs,estimator,given"
    )
    found = list(csv.DictReader(text.splitlines()))
    assert found[0]["ci_low"] == ""
    assert (found[0]["effect"], found[0]["runs"]) == ("0.3", "1")
    assert (found[1]["outcome"], found[1]["effect"], found[1]["p_superior"]) == ("y, z", "0", "0.5")


@pytest.mark.parametrize(
    "call",
    [
        lambda r: effects(r, [("replace", "kepe")]),
        lambda r: effects_over_time(r, "kepe", "keep", "iran_missiles"),
        lambda r: variance_ratio(r, "replace", "kepe"),
        lambda r: diverged(r, "kepe", "replace"),
    ],
)
def test_an_unknown_branch_is_refused_with_the_known_ones(results, call):
    with pytest.raises(KeyError, match="no branch 'kepe'; these results hold keep, cancel, replace"):
        call(results)


def test_an_unknown_event_is_refused_with_the_known_ones(results):
    with pytest.raises(KeyError, match="no event 'peace'; these results hold war RUS-UKR"):
        effects(results, given=Given("peace"))
