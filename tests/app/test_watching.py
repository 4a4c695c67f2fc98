"""What the page shows is what every other verb computes; what cannot be is said as everywhere."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

import powersim as ps
from powersim.app import knobs
from powersim.app.asked import laid, said
from powersim.app.figures import draw_positions, draw_standing, places, png
from powersim.app.table import changed, without
from powersim.app.watching import watched

PNG = b"\x89PNG"


def test_a_run_that_is_watched_is_the_run_of_every_other_verb(shown):
    found = ps.Study("two_powers", ["keep", "give_up"], "deterrence", 1).compare(8)
    ours = np.array([side.outcomes for side in shown.sides], np.float32)
    assert np.array_equal(ours, found.data["value"].sel(theory="deterrence", run=7).values)


def test_two_branches_have_the_same_luck_until_they_part(shown):
    since = shown.scenario.intervention
    first, second = shown.sides
    assert np.array_equal(first.x[: since + 1], second.x[: since + 1])
    assert not np.array_equal(first.x, second.x)
    assert shown.moving()[0] in {"site", "district", "rockets", "loans"}


def test_the_chronicle_ends_at_the_turn_that_is_looked_at(shown):
    side = shown.sides[0]
    assert side.told(0) == []
    assert {entry.turn for entry in side.told(10)} <= set(range(10))
    assert side.told(shown.turns) == list(side.entries)[::-1]
    assert (shown.date(0), shown.date(1), shown.date(shown.turns)) == ("the start", "2000Q1", "2007Q4")


def test_what_is_taken_away_computes_the_same(table, shown):
    rows = list(csv.DictReader(io.StringIO(shown.history())))
    assert len(rows) == 2 * shown.turns * (len(shown.scenario.issues) + len(shown.scenario.outcomes))
    last = [r for r in rows if (r["branch"], r["name"], r["kind"]) == ("give_up", "site", "issue")][-1]
    assert last["date"] == "2007Q4"
    events = list(csv.DictReader(io.StringIO(shown.chronicle())))
    assert {row["branch"] for row in events} == {"keep", "give_up"}
    choices = replace(table.first, overrides={"rho": "0.25", "issues.loans.start": "0.5"})
    found = watched(table.open(choices), choices)
    again = ps.loads(found.document())
    assert ps.Study(again).checksum == ps.Study("two_powers", overrides=choices.overrides).checksum
    assert choices.command("tell", "two_powers") == (
        "powersim tell two_powers --diff keep,give_up --theory deterrence --run 7 --seed 1 "
        "--set rho=0.25 --set issues.loans.start=0.5"
    )
    assert choices.command("compare", "two_powers", 24).startswith(
        "powersim compare two_powers --branches keep,give_up --theories deterrence --runs 24 --seed 1 --set"
    )
    alone = replace(table.first, branches=("keep",))
    assert "--branch keep --theory" in alone.command("tell", "two_powers")
    assert len(watched(table.open(alone), alone).sides) == 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"overrides": {"rho": "7"}},
            r"^parameters.rho: found 7; allowed: a number from 0 to 1.5 \(log-odds\)$",
        ),
        ({"overrides": {"rhoo": "1"}}, r"^rhoo: parameter rhoo is not known; did you mean rho"),
        ({"overrides": {"rho": "<b>"}}, r"^parameters.rho: found <b>; allowed: a number"),
        ({"branches": ("keep", "keap")}, r"keap is not known; did you mean keep"),
        ({"theory": "x"}, r"theory x is not known"),
        ({"seed": "-3"}, r"^seed: found '-3'; allowed: a whole number from 0"),
        ({"seed": "2" * 30}, r"^seed: found 2+; allowed"),
        ({"run": "first"}, r"^run: found 'first'; allowed: a whole number from 0"),
        ({"run": ""}, r"^run: found ''; allowed"),
    ],
)
def test_what_cannot_be_is_said_in_the_words_of_the_house(table, given, message):
    with pytest.raises(ps.PowersimError) as error:
        table.open(changed(table.first, **given))
    with pytest.raises(ps.PowersimError, match=message):
        raise ps.PowersimError(said(error.value))


@pytest.mark.parametrize("text", ["", "rho", "rho=", "=1"])
def test_what_is_set_by_hand_is_name_and_value(text):
    with pytest.raises(ps.PowersimError, match=r"allowed: NAME=VALUE, e\.g\. rho=0\.5"):
        laid({}, text)
    assert laid({"rho": "1"}, " rho = 0.5 ") == {"rho": "0.5"}


def test_numbers_with_a_slider_are_those_on_which_theories_differ(table):
    opened = table.open(table.first).opened
    assert knobs.disputed(opened) == ["rho", "tau"]
    found = knobs.knob(opened, "rho", "deterrence")
    assert (found.value, found.low, found.high, found.unit, found.is_set) == (
        1.0,
        0.0,
        1.5,
        "log-odds",
        False,
    )
    assert found.range == "0 to 1.5 log-odds"
    assert found.step == 0.01
    assert (found.moved(1.005), found.moved(1.01)) == (False, True)
    assert "Press 2005" in found.source
    assert knobs.knob(opened, "rho", "spiral").value == 0.0
    put = replace(table.first, overrides={"rho": "0.25"})
    found = knobs.knob(table.open(put).opened, "rho", "deterrence")
    assert (found.value, found.is_set) == (0.25, True)
    assert knobs.disputed(table.open(put).opened) == ["rho", "tau"]
    assert without(put, "rho") == without(put, "") == {}
    assert without(put, "tau") == put.overrides


def test_a_number_that_is_moved_changes_the_history_under_every_theory(table, shown):
    moved = replace(table.first, overrides={"rho": "0", "w_threat": "3"})
    assert not np.array_equal(watched(table.open(moved), moved).sides[0].outcomes, shown.sides[0].outcomes)


def test_figures_are_pictures_that_say_what_they_show(shown):
    at = places(shown.sides)
    assert [place.shape for place in at] == [(shown.turns + 1, 3, 2)] * 2
    assert max(float(np.abs(place).max()) for place in at) <= 1.0 + 1e-9
    assert np.array_equal(at[0][0], at[1][0])
    standing = draw_standing(shown, 1, 5, at[1])
    assert standing.finding == "Who stands with whom at 2001Q1: Site given up"
    positions = draw_positions(shown, shown.moving()[:2], 0)
    assert png(standing)[:4] == png(positions)[:4] == PNG
