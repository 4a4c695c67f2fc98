"""run, compare and tell: what they print, what they leave behind, what they refuse."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

import powersim as ps
from powersim import cli
from powersim.cli import comparing
from powersim.run.opened import open_scenario

COLUMNS = (
    "outcome,theory,branch_a,branch_b,mean_a,mean_b,effect,ci_low,ci_high,p_superior,runs,estimator,given"
)


def compare(powersim, *arguments):
    return powersim("compare", *arguments, "--figures", "none")


def test_compare_says_its_sentence_then_a_row_a_branch_with_the_sign_under_each_theory(
    powersim, scenario, tmp_path
):
    result = compare(powersim, scenario, "--runs", 6, "--out", tmp_path / "out")
    lines = result.out.splitlines()
    assert len(lines) < 40
    assert lines[1].startswith("War of Russia and Ukraine: ")
    assert "--detail" in result.out
    assert result.err.splitlines()[-1].startswith(f"next: powersim why {scenario} --branches free,keep --out")
    table = lines[lines.index("War of Russia and Ukraine, by 2016Q4, by odds") + 2 :]
    effects = list(csv.DictReader((tmp_path / "out/effects.csv").read_text("utf-8").splitlines()))
    told = {line.split()[0]: line for line in table[:4]}
    assert list(told) == ["free", "keep", "treaty", "no_uprising"]
    for name in ("keep", "treaty", "no_uprising"):
        marks = [
            "0" if low == high == 0 else "+" if low > 0 else "−" if high < 0 else "·"
            for theory in ("deterrence", "spiral")
            for low, high in [_interval(effects, "war", name, theory)]
        ]
        assert f"  {' '.join(marks)}  " in told[name]


def test_the_next_step_is_about_the_branch_that_tells_most(scenario):
    found = ps.Study(scenario).compare(2, outcomes=["war", "friendship"])

    def told(**ends):
        rows = [
            replace(r, effect=ends.get(f"{r.outcome}_{r.branch_b}", 0.0), ci_low=-1.0, ci_high=1.0)
            for r in found.rows
        ]
        clear = [
            r if r.effect == 0 else replace(r, ci_low=r.effect - 0.01, ci_high=r.effect + 0.01) for r in rows
        ]
        asked = SimpleNamespace(rows=clear, labels=found.labels, shown=found.shown, pairs=found.pairs)
        return comparing.telling(asked)

    assert told() == ("free", "keep")
    assert told(war_keep=0.02, war_treaty=-0.1) == ("free", "treaty")
    assert told(war_keep=0.02, friendship_treaty=-0.5) == ("free", "keep")
    assert told(war_no_uprising=0.5, friendship_treaty=-0.5) == ("free", "treaty")


def _interval(effects, outcome, branch, theory):
    (row,) = (r for r in effects if (r["outcome"], r["branch_b"], r["theory"]) == (outcome, branch, theory))
    return float(row["ci_low"]), float(row["ci_high"])


def test_outcomes_that_are_named_have_a_table_each(powersim, scenario):
    out = compare(powersim, scenario, "--runs", 3, "--outcomes", "war,friendship").out
    assert out.count("by theory\n") + out.count("  by theory  ") >= 2


def test_compare_in_detail_prints_effects_by_theory_with_interval_and_word(powersim, scenario):
    result = compare(powersim, scenario, "--runs", 6, "--detail")
    assert result.code == 0
    for part in (
        "Ukrainian territory lost, in 2016Q4",
        "theory",
        "deterrence",
        "all theories",
        "95 % interval",
        "keep",
    ):
        assert part in result.out
    assert any(word in result.out for word in ("higher", "lower", "not clear", "the same"))
    assert "against free" in result.out


def test_compare_leaves_effects_results_and_provenance(powersim, scenario, tmp_path):
    out = tmp_path / "out"
    assert compare(powersim, scenario, "--runs", 4, "--seed", 7, "--out", out).code == 0
    text = (out / "effects.csv").read_text("utf-8")
    assert text.splitlines()[0] == COLUMNS
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == 3 * 3 * 3  # outcomes, branches against the first, theories and all of them
    assert {row["runs"] for row in rows} == {"4"}
    with xr.open_zarr(out / "results") as data:
        assert set(data["value"].dims) == {"branch", "theory", "run", "turn", "outcome"}
        assert dict(data.sizes) | {"branch": 4, "theory": 2, "run": 4, "turn": 40, "outcome": 3} == dict(
            data.sizes
        )
        assert str(data["date"].values[8]) == "2009Q1"
        assert list(data["branch"].values) == ["free", "keep", "treaty", "no_uprising"]
        assert np.isfinite(data["value"].values).all()
        assert np.isfinite(data["alignment"].values).all()
        assert data.attrs["intervention"] == "2009Q1"
    facts = json.loads((out / "provenance.json").read_text("utf-8"))
    assert facts["seed"] == 7
    assert facts["runs"] == 4
    assert facts["scenario"]["resolved"]["actors"]
    assert str(tmp_path) not in (out / "provenance.json").read_text("utf-8")


def test_branches_are_one_history_until_the_intervention(powersim, scenario, tmp_path):
    out = tmp_path / "out"
    compare(powersim, scenario, "--runs", 3, "--branches", "free,keep,treaty", "--out", out)
    with xr.open_zarr(out / "results") as data:
        early = data["value"].values[:, :, :, :8]
    assert np.array_equal(early, np.broadcast_to(early[:1], early.shape))


def test_the_first_branch_named_is_the_reference(powersim, scenario, tmp_path):
    out = tmp_path / "out"
    result = compare(
        powersim, scenario, "--runs", 2, "--branches", "treaty,keep", "--theories", "spiral", "--out", out
    )
    assert "against treaty" in result.out
    rows = list(csv.DictReader((out / "effects.csv").read_text("utf-8").splitlines()))
    assert {(row["branch_a"], row["branch_b"], row["theory"]) for row in rows} == {
        ("treaty", "keep", "spiral")
    }


def test_a_branch_that_changes_nothing_has_an_effect_of_exactly_zero(powersim, scenario, tmp_path):
    text = scenario.read_text("utf-8").replace("  keep: {", "  twin: {title: The same}\n  keep: {", 1)
    scenario.write_text(text, "utf-8")
    out = tmp_path / "out"
    compare(powersim, scenario, "--runs", 5, "--branches", "free,twin", "--out", out)
    rows = list(csv.DictReader((out / "effects.csv").read_text("utf-8").splitlines()))
    assert {(row["effect"], row["ci_low"], row["ci_high"]) for row in rows} == {("0", "0", "0")}


def test_set_changes_results(powersim, scenario):
    plain = compare(powersim, scenario, "--runs", 3).out
    assert compare(powersim, scenario, "--runs", 3, "--set", "noise_sd=0.6").out != plain
    assert compare(powersim, scenario, "--runs", 3).out == plain


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--branches", "free,kep"], "branch kep is not known; did you mean keep?"),
        (["--branches", "zzz"], "Allowed: free, keep, treaty, no_uprising"),
        (["--branches", ","], "no branch is named"),
        (["--theories", "spirals"], "did you mean spiral?"),
        (["--outcomes", "wars"], "did you mean war?"),
        (["--engine", "mesas"], "did you mean mesa?"),
        (["--runs", "0"], "--runs: found 0"),
        (["--runs", "99999999999"], "--runs"),
        (["--seed", "-1"], "--seed: found -1"),
        (["--workers", "0"], "--workers: found 0"),
        (["--resume"], "--resume: needs the folder"),
        (["--sweep", "2009Q1"], "--sweep: found 2009Q1; allowed: first..last date"),
        (["--sweep", "1990Q1..1991Q1"], "allowed: a period within 2007Q1..2016Q4"),
        (["--sweep", "2010Q1..2009Q1"], "--sweep"),
        (["--sweep", "2009Q1..2009Q2", "--branches", "free"], "at least one more branch"),
        (["--set", "roh=1"], "did you mean rho?"),
    ],
)
def test_a_mistake_is_named_with_what_is_allowed(powersim, scenario, arguments, said):
    result = compare(powersim, scenario, *arguments)
    assert result.code == 2
    assert said in result.err
    assert result.out == ""
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    "arguments",
    [["--runs", "many"], ["--branchs", "keep"], ["--seed"], []],
    ids=["word", "misspelt", "no value", "no file"],
)
def test_a_usage_error_leaves_with_two(powersim, scenario, arguments):
    given = [scenario, *arguments] if arguments else []
    result = powersim("compare", *given)
    assert result.code == 2
    assert "Traceback" not in result.err


def test_an_unknown_command_is_answered_with_a_suggestion(powersim):
    result = powersim("comapre")
    assert result.code == 2
    assert "compare" in result.err


def test_a_swept_intervention_parts_from_the_reference_on_its_new_date(powersim, scenario, tmp_path):
    out = tmp_path / "out"
    asked = ["--branches", "free,treaty", "--theories", "spiral", "--sweep", "2008Q1..2009Q2", "--runs", 2]
    result = compare(powersim, scenario, *asked, "--out", out)
    assert result.code == 0
    assert "treaty@2008Q1" in result.out
    with xr.open_zarr(out / "results") as data:
        assert len(data["branch"]) == 1 + 6
        free = data["value"].sel(branch="free").values
        for name in map(str, data["branch"].values[1:]):
            turn = [str(date) for date in data["date"].values].index(name.partition("@")[2])
            moved = data["value"].sel(branch=name).values
            assert np.array_equal(free[:, :, :turn], moved[:, :, :turn])
            assert not np.array_equal(free, moved)


def test_a_sweep_over_the_date_itself_changes_nothing(powersim, scenario, tmp_path):
    asked = ["--branches", "free,treaty", "--runs", 2]
    compare(powersim, scenario, *asked, "--out", tmp_path / "plain")
    compare(powersim, scenario, *asked, "--sweep", "2009Q1..2009Q1", "--out", tmp_path / "swept")
    with (
        xr.open_zarr(tmp_path / "plain" / "results") as plain,
        xr.open_zarr(tmp_path / "swept" / "results") as swept,
    ):
        assert np.array_equal(plain["value"].values, swept["value"].values)


def test_run_prints_the_level_of_every_outcome(powersim, scenario, tmp_path):
    out = tmp_path / "out"
    result = powersim("run", scenario, "--branch", "treaty", "--theory", "spiral", "--runs", 5, "--out", out)
    assert result.code == 0
    assert "treaty under spiral, 5 runs, seed 1" in result.out
    for name in ("friendship", "territory", "war"):
        assert f"  {name} " in result.out
    with xr.open_zarr(out / "results") as data:
        assert dict(data.sizes) | {"branch": 1, "theory": 1, "run": 5} == dict(data.sizes)


def test_run_and_compare_compute_the_same_histories(powersim, scenario, tmp_path):
    powersim("run", scenario, "--branch", "keep", "--theory", "spiral", "--runs", 3, "--out", tmp_path / "a")
    compare(powersim, scenario, "--runs", 3, "--out", tmp_path / "b")
    with xr.open_zarr(tmp_path / "a" / "results") as one, xr.open_zarr(tmp_path / "b" / "results") as many:
        part = many["value"].sel(branch="keep", theory="spiral")
        assert np.array_equal(one["value"].values[0, 0], part.values)


def test_run_refuses_an_unknown_branch(powersim, scenario):
    result = powersim("run", scenario, "--branch", "treatie")
    assert result.code == 2
    assert "did you mean treaty?" in result.err


def test_tell_gives_dates_in_order(powersim, scenario):
    result = powersim("tell", scenario, "--run", 2, "--topic", "all")
    assert result.code == 0
    dates = [line for line in result.out.splitlines() if len(line) == 6 and line[4] == "Q"]
    assert dates
    assert dates == sorted(set(dates))
    assert "branch free, theory deterrence, run 2, seed 1" in result.out


def test_tell_keeps_to_the_actors_and_topics_asked_for(powersim, scenario):
    everything = powersim("tell", scenario, "--topic", "all").out
    few = powersim("tell", scenario, "--topic", "crisis,war", "--actor", "RUS").out
    assert len(few) < len(everything)
    assert len(powersim("tell", scenario).out) < len(everything)
    assert powersim("tell", scenario, "--actor", "RUSS").code == 2
    assert "did you mean war?" in powersim("tell", scenario, "--topic", "warr").err


def test_a_scenario_without_branches_or_theories_runs_as_it_goes(powersim, scenario):
    text = scenario.read_text("utf-8")
    head, _, rest = text.partition("\nbranches:")
    outcomes = rest.partition("\noutcomes:")[2].partition("\nhypotheses:")[0]
    scenario.write_text(head + "\noutcomes:" + outcomes, "utf-8")
    assert powersim("run", scenario, "--runs", 2).code == 0
    result = compare(powersim, scenario, "--runs", 2)
    assert result.code == 0
    assert "nothing to compare" in result.out


def test_quiet_keeps_only_results(powersim, scenario, tmp_path):
    loud = compare(powersim, scenario, "--runs", 2, "--out", tmp_path / "a")
    quiet = compare(powersim, scenario, "--runs", 2, "--out", tmp_path / "b", "--quiet")
    assert loud.out == quiet.out
    assert "written to" in loud.err
    assert quiet.err == ""


@pytest.mark.parametrize("command", ["new", "check", "list", "explain", "schema", "run", "compare", "tell"])
def test_help_of_every_command_has_examples(powersim, command):
    result = powersim(command, "--help")
    assert result.code == 0
    assert "Examples:" in result.out
    assert f"powersim {command}" in result.out.split("Examples:")[1]


def test_examples_name_what_a_new_scenario_has():
    """`powersim new my.yaml` is a scenario to try them on."""
    has = open_scenario(Path("scenarios/two_powers.yaml"))
    known = {
        "branch|branches|diff": has.branches, "theory|theories": has.theories, "actor": ["WEST", "EAST", "ALLY"],
        "outcome|outcomes|of": [*has.outcomes, "all"],
    }  # fmt: skip
    seen = 0
    rooms = [import_module(f"powersim.cli.{each.name}") for each in iter_modules(cli.__path__)]
    texts = [text for room in rooms for _, text in getattr(room, "COMMANDS", ())]
    for line in (line for text in texts for line in text.splitlines() if " my.yaml" in line):
        for options, names in known.items():
            for found in re.findall(rf"--(?:{options}) ([\w,]+)", line):
                assert set(found.split(",")) <= {*names, "all"}, line
                seen += 1
    assert seen > 15


@pytest.mark.slow
def test_figures_come_as_png_and_svg(powersim, scenario, tmp_path):
    asked = ["--branches", "free,keep", "--theories", "spiral", "--outcomes", "war", "--runs", 3]
    result = powersim("compare", scenario, *asked, "--out", tmp_path / "out")
    assert result.code == 0
    drawn = {path.relative_to(tmp_path / "out" / "figures").as_posix() for path in (tmp_path / "out").rglob("*.*")
             if path.suffix in (".png", ".svg")}  # fmt: skip
    assert {
        f"{name}.{ending}" for name in ("lead", "overview", "effects") for ending in ("png", "svg")
    } == drawn
    assert "figures" in result.err
    more = powersim(
        "figures", tmp_path / "out", "--outcomes", "war", "--formats", "pdf", "--out", tmp_path / "more"
    )
    assert more.code == 0
    drawn = {p.relative_to(tmp_path / "more").as_posix() for p in (tmp_path / "more").rglob("*.pdf")}
    assert {"lead.pdf", "paths/war.pdf", "effects/war.pdf"} <= drawn
    assert "paths/friendship.pdf" not in drawn


@pytest.mark.parametrize(
    ("option", "says"), [("--style=paint", "screen, paper"), ("--formats=gif", "png, svg, pdf")]
)
def test_what_figures_cannot_be_is_refused_with_what_they_can(powersim, scenario, tmp_path, option, says):
    compare(powersim, scenario, "--runs", 1, "--theories", "spiral", "--out", tmp_path / "out")
    result = powersim("figures", tmp_path / "out", option)
    assert result.code == 2
    assert says in result.err


def test_an_unknown_wish_for_figures_is_refused_before_anything_is_computed(powersim, scenario, tmp_path):
    result = powersim("compare", scenario, "--figures", "al", "--out", tmp_path / "out")
    assert result.code == 2
    assert "headline, all, none" in result.err
    assert not (tmp_path / "out").exists()
