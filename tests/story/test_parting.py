"""Two branches side by side: where they part is exact, and chains run along what can carry a difference."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from powersim.figures.section import read_section
from powersim.figures.style import styled
from powersim.run.opened import open_scenario
from powersim.run.plan import plan
from powersim.sim.model import PowersimModel
from powersim.story.diff import pages
from powersim.story.diff.quantities import different
from powersim.story.diff.study import comparison, median_run, section
from powersim.story.diff.timeline import ROWS, draw_timeline
from powersim.story.selection import Selection
from powersim.world import chronicle as c
from powersim.world.params import MECHANISMS

FLAGSHIP = Path(__file__).parents[2] / "scenarios" / "missile_defense_2009.yaml"
SITES = "missile_defense_europe"
RUNS = 60  # among these is one in which a crisis ends otherwise when only resolve can carry the decision


def planned(branches, *left_on):
    """The flagship under one theory, with only these mechanisms on if any are named."""
    off = {f"mechanisms.{name}": "false" for name in MECHANISMS if left_on and name not in left_on}
    return plan(open_scenario(FLAGSHIP, off), branches.split(","), "deterrence")


@pytest.fixture(scope="module")
def apart():
    """Keep and cancel in one run."""
    return comparison(planned("keep,cancel"), "deterrence", 2)


def test_a_branch_beside_itself_is_the_same_history_to_the_last_bit():
    one = comparison(planned("keep"), "deterrence", 2)
    assert one.parting.same
    assert not any(one.parting.differing)
    assert one.differences == []
    for page in (pages.text(one), pages.markdown(one), pages.as_json(one)):
        assert "The same history, to the last bit" in " ".join(page.split())


def test_they_part_when_two_models_stepped_apart_do(apart):
    """The first difference is where the raw states of two Mesa models first differ, and no turn before."""
    planned_here = planned("keep,cancel")
    models = [PowersimModel(case, seed=1, run=2) for case in planned_here.cases("deterrence", 2)]
    turn = -1
    while all(model.world.pos.tobytes() == models[0].world.pos.tobytes() for model in models):
        turn += 1
        for model in models:
            model.step()
    assert apart.parting.first == turn == planned_here.scenario.intervention
    control = list(planned_here.built.index.controls).index(SITES)
    assert apart.parting.differing[turn + 1]["pos", (control,)] == tuple(
        float(model.world.pos[control]) for model in models
    )
    assert not any(apart.parting.differing[: turn + 1])


def test_what_differs_is_what_differs(apart):
    """Counted a second way, array by array, after the last turn."""
    one, other = (side.states[-1] for side in apart.parting.sides)
    found = different(one, other)
    for name in ("x", "resolve", "q", "deal_until"):
        here = np.asarray(getattr(one, name)) != np.asarray(getattr(other, name))
        assert {place for field, place in found if field == name} == set(
            map(tuple, np.argwhere(here).tolist())
        )


def test_chains_end_at_the_branch_and_go_back_in_time(apart):
    assert len(apart.differences) > 10
    for each in apart.differences:
        assert each.chain[-1].branch
        when = [each.happening.turn]
        when += [
            link.happening.turn if link.happening else link.since for link in each.chain if not link.branch
        ]
        assert when == sorted(when, reverse=True)
        assert min(when) >= apart.parting.first


def test_where_only_resolve_can_carry_a_difference_every_chain_runs_through_it():
    """Everything off but resolve, crises and wars: cancelling can change a crisis in one way."""
    plan = planned("keep,cancel", "resolve", "crisis", "war", "calendar")
    wanted = Selection(topics=frozenset({"crisis", "war"}))
    tried = (comparison(plan, "deterrence", run, wanted) for run in range(RUNS))
    one = next(found for found in tried if found.differences)
    first = one.differences[0]
    *between, deed, root, end = first.chain
    assert end.branch == SITES
    assert root.happening.rows[0].kind == c.LAID_DOWN
    assert deed.happening.rows[0].kind == c.CONCESSION
    through = [link.quantity[0] for link in between if link.quantity]
    assert through[-1] == "resolve"  # a front that this moved may lie between it and the crisis
    for each in one.differences:
        carried = {link.quantity[0] for link in each.chain if link.quantity}
        assert not carried & {"trust", "alignment", "engagers", "gains", "q"}


def test_where_nothing_can_carry_it_no_crisis_differs():
    bare = planned("keep,cancel", "crisis", "war", "calendar")
    for run in (1, 2, 3):
        one = comparison(bare, "deterrence", run, Selection(topics=frozenset({"crisis", "war"})))
        assert one.parting.first == bare.scenario.intervention
        assert one.differences == []


def test_every_page_says_what_a_chain_is_worth(apart):
    for page in (pages.text(apart), pages.markdown(apart), pages.as_json(apart)):
        assert "read from what differs, it is not proof" in " ".join(page.split())
    found = json.loads(pages.as_json(apart))
    assert found["first"]["date"] == "2009Q3"
    assert len(found["differing"]) == 64
    assert {each["branch"] for each in found["differences"]} == {"keep", "cancel"}
    assert all(each["chain"][0]["what"] == "branch" for each in found["differences"])


def test_the_timeline_marks_what_happened_and_fills_what_happened_in_one_branch_only(apart):
    with styled():
        figure = draw_timeline(apart).figure
    for side, axes in zip((0, 1), (figure.axes[0], figure.axes[2]), strict=True):
        for row, kinds in enumerate(each[1] for each in ROWS):
            events = [event for event in apart.parting.sides[side].events if event.kind in kinds]
            own = {e.seq for h in apart.parting.happenings if h.side == side and h.only for e in h.rows}
            marks = [line for line in axes.lines if line.get_marker() != "None"]
            both, only = marks[2 * row], marks[2 * row + 1]
            assert sorted(only.get_xdata()) == sorted(e.turn + 0.5 for e in events if e.seq in own)
            assert sorted(both.get_xdata()) == sorted(e.turn + 0.5 for e in events if e.seq not in own)
            assert both.get_markerfacecolor() == "white"
            assert only.get_markerfacecolor() != "white"
            places = [*zip(*both.get_data(), strict=True), *zip(*only.get_data(), strict=True)]
            assert len(set(places)) == len(places)  # none hides another
    assert any(text.get_text() == "alignment of Russia and Iran" for text in figure.texts)
    gap = [np.asarray(line.get_ydata()) for line in figure.axes[1].lines if len(line.get_xdata()) > 2]
    first = apart.parting.first
    assert np.array_equal(gap[0][:first], gap[1][:first])
    assert not np.array_equal(gap[0], gap[1])


@pytest.mark.slow
def test_the_report_shows_the_median_run(tmp_path):
    made = planned("keep,cancel")
    run, effect = median_run(made, "deterrence", 5)
    place = list(made.scenario.outcomes).index(made.opened.outcomes[0])
    found = []
    for number in range(5):
        ends = []
        for case in made.cases("deterrence", number):
            model = PowersimModel(case, seed=1, run=number)
            while model.running:
                model.step()
            ends.append(model.values[-1, place])
        found.append(ends[1] - ends[0])
    assert effect == np.median(found)
    assert effect == found[run]
    page = read_section(section(made, "deterrence", 5, "powersim tell").write(tmp_path))
    assert (page.name, page.command) == ("chronicle", "powersim tell")
    assert f"Run {run} is shown because" in page.findings[0]
    assert page.tables[0].rows
