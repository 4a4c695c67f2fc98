"""What figures draw is what was found: no branch parts early, intervals are paired, and dates are where they are."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr

from powersim.cli.levels import table
from powersim.effects.outcomes import unit_of
from powersim.effects.paired import effects
from powersim.effects.results import OutcomeLabel, Study, Summary
from powersim.figures.alignment import change, draw_alignment, gap
from powersim.figures.arms import Flows, draw_arms
from powersim.figures.dates import draw_dates
from powersim.figures.events import draw_event, draw_events
from powersim.figures.fans import draw_paths
from powersim.figures.forest import draw_effects
from powersim.figures.gallery import STYLE, Subject, draws, index
from powersim.figures.lead import draw_lead
from powersim.figures.network import draw_network
from powersim.figures.overview import draw_all_effects, draw_overview
from powersim.figures.style import INK, looks, styled
from powersim.report.prose import sentence
from powersim.run.plan import UNIT_LETTERS, counted_in
from powersim.world.quantities import QUANTITIES


def lines_in(axes: Any, colour: str) -> list[Any]:
    """The lines of a colour that are paths, not single marks or uprights."""
    return [line for line in axes.lines if line.get_color() == colour and len(line.get_xdata()) > 2]


def test_no_branch_is_seen_to_part_before_the_dotted_line(make: Any) -> None:
    results = make(branches=3, theories=1, outcomes=1, runs=30)
    study = Study.read(results)
    since, name = 10, study.headline[0]
    shared = results["value"].values
    shared[:, :, :, :since] = shared[:1, :, :, :since]
    shared[1, :, :, since:] += 0.2  # at once
    with styled():
        for drawing in (draw_lead(results, effects(results), study), draw_paths(results, name, study)):
            axes = drawing.figure.axes[0 if drawing.name == "lead" else 2]
            (own,) = lines_in(axes, looks(study)["cancel"].colour)
            (base,) = lines_in(axes, INK)
            assert {own.get_drawstyle(), base.get_drawstyle()} == {"steps-post"}
            apart = np.asarray(own.get_ydata()) != np.asarray(base.get_ydata())
            assert float(np.asarray(own.get_xdata())[apart].min()) == since


def test_the_legend_says_what_shapes_are(make: Any) -> None:
    results = make(branches=3, theories=2, outcomes=2, runs=20)
    study, rows = Study.read(results), effects(results)
    with styled():
        for drawing in (draw_overview(results, rows, study), draw_all_effects(rows, study)):
            text = [each.get_text() for each in drawing.figure.texts]
            assert {"deterrence", "spiral", "all theories"} <= set(text)


def test_intervals_of_events_are_paired(make: Any) -> None:
    """Branches that see an event in the same runs differ by nothing, however rare or frequent it is."""
    results = make(branches=2, theories=1, outcomes=1, runs=40)
    first = results["first"].values
    first[:] = np.nan
    first[:, :, :20] = 5.0
    with styled():
        axes = draw_events(results, ["drones RUS"]).figure.axes[0]
    (width,) = (
        float(np.ptp(line.get_xdata())) for line in axes.lines
        if line.get_color() == looks(Study.read(results))["cancel"].colour and len(line.get_xdata()) == 2
    )  # fmt: skip
    assert 0 < width < 15  # of an unpaired difference it would be 44 points


def test_the_band_of_a_share_stays_a_share(make: Any) -> None:
    results = make(branches=2, theories=1, outcomes=4, runs=12)
    study = Study.read(results)
    rare = next(name for name, what in study.outcomes.items() if what.summary.kind == "ever")
    results = results.assign_attrs(headline=json.dumps([rare]))
    with styled():
        axes = draw_lead(results, effects(results), Study.read(results)).figure.axes[0]
    bands = np.concatenate([band.get_paths()[0].vertices[:, 1] for band in axes.collections])
    assert bands.min() >= 0.0
    assert bands.max() <= 1.0


def test_every_kind_of_outcome_has_words_for_an_axis() -> None:
    for name, kind in QUANTITIES.items():
        outcome = SimpleNamespace(kind=name)
        assert 0 < len(counted_in(outcome)) <= UNIT_LETTERS, name  # type: ignore[arg-type]
        assert kind.unit
        if kind.high is None:  # what adds up chances may exceed 1
            assert "probab" not in counted_in(outcome)  # type: ignore[arg-type]
    what = OutcomeLabel("u", "Utility", "", np.nan, np.nan, Summary("at", 0, 0, 0.5), "utility")
    assert unit_of(what) == "utility"
    assert unit_of(replace(what, unit="points of x")) == "points of x"
    assert unit_of(replace(what, low=0.0, high=1.0)) == "0\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}1"


def with_gaps(results: Any, spread: float) -> Any:
    """The same results with the reference first, and this spread of differences within runs."""
    order = ["replace", *(b for b in map(str, results["branch"].values) if b != "replace")]
    results = results.sel(branch=order)
    kept = {"alignment_gap_sd": "alignment", "alignment_change_sd": "alignment", "arms_gap_sd": "arms"}
    return results.assign({name: results[of] * 0 + spread for name, of in kept.items()})


def test_intervals_of_arms_and_alignment_are_those_of_differences_within_runs(make: Any) -> None:
    results = make(branches=3, theories=2, outcomes=1, runs=40)
    older, paired = Study.read(results), with_gaps(results, 0.0)
    study = Study.read(paired)
    flows = Flows.read(paired, study)
    assert flows.paired
    assert (flows.half == 0).all()
    assert not Flows.read(results, older).paired
    assert (gap(paired, "cancel", study).half == 0).all()
    assert (gap(results, "cancel", older).half > 0).all()
    assert (change(paired, "cancel", study.runs).half == 0).all()
    with styled():
        assert "within runs" in draw_arms(paired).caption
        assert "within runs" in draw_alignment(paired, "cancel").caption
        assert "each branch by itself" in draw_arms(results).caption
        assert "too wide" in draw_alignment(results, "cancel").caption


def test_bands_of_an_event_are_of_the_difference_within_runs(make: Any) -> None:
    """Where two branches see an event in the same runs and never part, there is no band at all."""
    results = make(branches=2, theories=1, outcomes=1, runs=40)
    results["value"].values[1], results["first"].values[1] = (
        results["value"].values[0],
        results["first"].values[0],
    )
    with styled():
        axes = draw_event(results, "drones RUS").figure.axes[0]
    heights = [np.ptp(path.vertices[:, 1]) for band in axes.collections for path in band.get_paths()]
    shares = [np.ptp(line.get_ydata()) for line in axes.lines if len(line.get_xdata()) > 2]
    assert heights
    assert max(heights) == pytest.approx(max(shares))


def test_what_goes_by_odds_is_said_wherever_shares_of_runs_stand_beside_it(make: Any) -> None:
    results = make(branches=3, theories=1, outcomes=3, runs=40)
    odds = np.full((*results["value"].shape[:3], 3), np.nan)
    odds[..., 2] = np.random.default_rng(1).uniform(0.1, 0.3, odds.shape[:3])
    results["odds"] = (("branch", "theory", "run", "outcome"), odds)
    study, rows = Study.read(results), effects(results)
    war = study.outcomes["war_ukraine"]
    own = [row for row in rows if row.outcome == war.name]
    with styled():
        assert f"by odds, not by share of runs: {war.title}" in draw_overview(results, rows, study).caption
        assert f"by odds, not by share of runs: {war.title}" in draw_all_effects(rows, study).caption
        assert "By odds" in draw_effects(war, own, study).caption
        assert "(counted, not by odds)" in draw_events(results, ["drones RUS"], study).caption
    assert "by odds" in sentence(war, own, study)
    assert table(results).rows[2][-1] == "by odds"
    assert all(row[-1] != "by odds" for row in table(results).rows[:2])


def test_labels_of_small_scales_stay_in_their_panel(make: Any) -> None:
    results = make(branches=4, theories=2, outcomes=6, runs=20)
    with styled():
        figure = draw_all_effects(effects(results), Study.read(results)).figure
        figure.canvas.draw()
        for axes in figure.axes:
            panel, room = axes.get_window_extent(), 0.1 * figure.dpi
            labels = [label.get_window_extent() for label in axes.get_xticklabels()]
            assert len(labels) >= 1
            assert all(panel.x0 - room <= box.x0 and box.x1 <= panel.x1 + room for box in labels)
            assert all(left.x1 < right.x0 for left, right in pairwise(labels))


def test_the_page_of_figures_can_be_read_on_a_phone(make: Any) -> None:
    """There figures keep a size at which their letters are letters, and are moved sideways."""
    assert "width=device-width" in index(
        Study.read(make(branches=1, theories=1, outcomes=1, runs=2)), [], "png"
    )
    small = STYLE.partition("@media(max-width:46rem)")[2]
    assert "overflow-x:auto" in small
    assert "img{width:52rem;max-width:none}" in small


def test_outcomes_that_are_over_before_the_intervention_get_no_figure(make: Any) -> None:
    results = make(branches=2, theories=1, outcomes=2, runs=10)
    described = json.loads(results.attrs["outcomes"])
    described["iran_missiles"]["summary"]["turns"] = [0, 4]
    results.attrs["outcomes"] = json.dumps(described)
    study = Study.read(results)
    assert [study.precedes(what) for what in study.outcomes.values()] == [False, True]
    with styled():
        drawing = draw_all_effects(effects(results), study)
    assert len(drawing.figure.axes) == 1
    assert "Left out: 1 outcome" in drawing.caption


def test_an_axis_is_as_long_as_its_outcome(make: Any) -> None:
    results = make(branches=2, theories=1, outcomes=3, runs=10)
    described = json.loads(results.attrs["outcomes"])
    described["war_ukraine"]["summary"]["turns"] = [0, 39]
    results.attrs["outcomes"] = json.dumps(described)
    with styled():
        figure = draw_paths(results, "war_ukraine").figure
    assert {axes.get_xlim() for axes in figure.axes} == {(0.0, 40.0)}


@pytest.fixture(scope="module")
def swept(results: Any) -> xr.Dataset:
    """Results as of a sweep: one branch at two dates."""
    few = results.sel(branch=["replace", "keep", "cancel"]).assign_coords(
        branch=["replace", "keep@2010Q1", "keep@2011Q2"]
    )
    described = {
        "replace": {}, "keep@2010Q1": {"intervention": "2010Q1"}, "keep@2011Q2": {"intervention": "2011Q2"},
    }  # fmt: skip
    found: xr.Dataset = few.assign_attrs(branches=json.dumps(described), reference="replace")
    return found


def test_a_sweep_is_drawn_against_the_dates_and_leads(swept: xr.Dataset) -> None:
    study, rows = Study.read(swept), effects(swept)
    with styled():
        drawing = draw_dates(rows, study)
        leading = draws(Subject.read(swept), [])[0](Subject.read(swept))
    assert leading.name == "dates"
    (line,) = lines_in(drawing.figure.axes[0], "#0072B2") or [
        each
        for each in drawing.figure.axes[0].lines
        if each.get_color() == "#0072B2" and len(each.get_xdata()) == 2
    ]
    first = study.outcome(study.headline[0])
    own = {r.branch_b: r.effect for r in rows if r.outcome == first.name and r.theory == "all"}
    assert list(line.get_xdata()) == [12, 17]
    factor = 100 if first.summary.kind == "ever" else 1
    assert list(line.get_ydata()) == [factor * own["keep@2010Q1"], factor * own["keep@2011Q2"]]
    assert drawing.finding.endswith("of 2 dates")


def test_without_a_sweep_there_is_no_figure_by_date(results: Any) -> None:
    with styled(), pytest.raises(ValueError, match="no branch comes at several dates"):
        draw_dates([], Study.read(results))


def test_in_the_network_friends_stand_nearer_than_enemies() -> None:
    from powersim.figures.network import circle, settled

    mean = np.array([[0.0, 0.9, -0.8], [0.9, 0.0, -0.8], [-0.8, -0.8, 0.0]])
    place = settled(mean, circle(mean))
    apart = np.linalg.norm(place[:, None] - place[None, :], axis=-1)
    assert apart[0, 1] < 0.6
    assert min(apart[0, 2], apart[1, 2]) > 1.4
    moved = mean.copy()
    moved[0, 2] = moved[2, 0] = 0.9
    again = settled(moved, place)
    assert np.linalg.norm(again[0] - again[2]) < apart[0, 2]


def test_the_network_names_the_pair_that_moved_most_to_its_last_date(make: Any) -> None:
    two = make(branches=2, theories=1, outcomes=1, runs=10)
    dates = [str(date) for date in two["turn"].values[:6]]
    six = two.isel(snapshot=[0] * 6).assign_coords(snapshot=dates)
    alignment = six["alignment"].copy(deep=True)
    first, second = (str(actor) for actor in six["actor"].values[:2])
    alignment.loc[{"snapshot": dates[2], "actor": first, "actor2": second}] += 5.0  # not the last
    alignment.loc[{"snapshot": dates[2], "actor": second, "actor2": first}] += 5.0
    with styled():
        found = draw_network(six.assign(alignment=alignment)).finding
    assert found.endswith(f"nobody moves from {dates[0]} to {dates[-1]}")


def test_the_network_has_every_actor_at_every_date(make: Any) -> None:
    results = make(branches=2, theories=1, outcomes=1, runs=10)
    with styled():
        figure = draw_network(results).figure
    names = [sorted(t.get_text() for t in axes.texts if t.get_text().isalnum() and len(t.get_text()) < 5)
             for axes in figure.axes]  # fmt: skip
    assert len(names) == 2 * results.sizes["snapshot"]
    assert all(each == sorted(str(a) for a in results["actor"].values) for each in names)


def test_ticks_of_small_numbers_do_not_meet(make: Any) -> None:
    results = make(branches=2, theories=1, outcomes=1, runs=10)
    study = Study.read(results)
    (row,) = effects(results)
    small = replace(row, effect=0.00052, ci_low=0.00012, ci_high=0.00094)
    with styled():
        what = study.outcome(row.outcome)
        for figure in (draw_all_effects([small], study).figure, draw_effects(what, [small], study).figure):
            figure.draw_without_rendering()
            renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
            boxes = [t.get_window_extent(renderer) for t in figure.axes[0].get_xticklabels() if t.get_text()]
            assert all(a.x1 < b.x0 for a, b in pairwise(boxes))
