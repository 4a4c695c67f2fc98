"""What figures draw is what was found: no branch parts early, intervals are paired, and dates are where they are."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import xarray as xr

from powersim.effects.paired import effects
from powersim.effects.results import Study
from powersim.figures.dates import draw_dates
from powersim.figures.events import draw_events
from powersim.figures.fans import draw_paths
from powersim.figures.forest import draw_effects
from powersim.figures.gallery import Subject, draws
from powersim.figures.lead import draw_lead
from powersim.figures.network import draw_network
from powersim.figures.overview import draw_all_effects, draw_overview
from powersim.figures.style import INK, looks, styled


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
    from powersim.figures.network import _circle, _settled

    mean = np.array([[0.0, 0.9, -0.8], [0.9, 0.0, -0.8], [-0.8, -0.8, 0.0]])
    place = _settled(mean, _circle(mean))
    apart = np.linalg.norm(place[:, None] - place[None, :], axis=-1)
    assert apart[0, 1] < 0.6
    assert min(apart[0, 2], apart[1, 2]) > 1.4
    moved = mean.copy()
    moved[0, 2] = moved[2, 0] = 0.9
    again = _settled(moved, place)
    assert np.linalg.norm(again[0] - again[2]) < apart[0, 2]


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
