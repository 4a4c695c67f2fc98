"""What the command line does, Python does: the same effects, resumed, stopped and refused in the same way."""

from __future__ import annotations

import csv
import gc
import subprocess
import sys
from pathlib import Path

import matplotlib.figure
import numpy as np
import pytest

import powersim as ps
from powersim import cli
from powersim.cli.spelling import flags
from powersim.scenario.canonical import checksum, resolved_text
from powersim.sim import layout as layouts

ROOT = Path(__file__).parents[2]
TWO = ROOT / "scenarios" / "two_powers.yaml"
FILES = sorted(
    [*(ROOT / "scenarios").glob("*.yaml"), *(ROOT / "tests" / "scenarios" / "valid").glob("*.yaml")]
)
EVERYTHING = ROOT / "tests" / "scenarios" / "valid" / "everything.yaml"
RUNS = 6


@pytest.fixture
def study() -> ps.Study:
    return ps.Study(TWO, branches=["keep", "give_up"], theories=["spiral", "deterrence"], seed=7)


@pytest.fixture(scope="module")
def found() -> ps.Comparison:
    return ps.Study(TWO, ["keep", "give_up"], ["spiral", "deterrence"], 7).compare(runs=RUNS)


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> tuple[ps.Comparison, Path]:
    """The same, and the folder that it is kept in."""
    folder = tmp_path_factory.mktemp("kept") / "out"
    study = ps.Study(TWO, ["keep", "give_up"], ["spiral", "deterrence"], 7)
    return study.compare(runs=RUNS, out=folder), folder


def files(folder: Path) -> dict[str, bytes]:
    found = {p.relative_to(folder).as_posix(): p for p in sorted(folder.rglob("*")) if p.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name != "provenance.json"}


def test_the_face_and_the_command_line_give_the_same_bytes(kept, found, tmp_path, monkeypatch, capsys):
    command = [
        "compare", str(TWO), "--branches", "keep,give_up", "--theories", "spiral,deterrence", "--seed", "7",
        "--runs", str(RUNS), "--figures", "none", "--out", str(tmp_path / "shell"),
    ]  # fmt: skip
    monkeypatch.setattr(sys, "argv", ["powersim", *command])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert not left.value.code
    assert files(kept[1]) == files(tmp_path / "shell")
    with (tmp_path / "shell" / "effects.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert list(found.effects.columns) == list(rows[0])
    assert [f"{value:.9g}" for value in found.effects["effect"]] == [row["effect"] for row in rows]
    assert list(found.effects["theory"][:3]) == ["spiral", "deterrence", "all"]


def test_results_say_where_they_come_from(kept, found):
    here, folder = kept
    assert found.provenance["runs"] == RUNS
    assert found.provenance["branches"] == ["keep", "give_up"]
    assert found.provenance["command"].startswith("powersim compare")
    assert "--branches keep,give_up --theories spiral,deterrence" in found.provenance["command"]
    again = ps.Study(folder / "provenance.json").compare()
    assert again.effects.equals(here.effects)
    opened = ps.Comparison.open(folder)
    assert opened.effects.equals(here.effects)
    assert opened.provenance["seed"] == 7


def test_a_study_that_was_stopped_goes_on_from_python(study, tmp_path, monkeypatch):
    monkeypatch.setattr(layouts, "CHUNK_RUNS", 2)
    whole = study.compare(runs=RUNS, out=tmp_path / "whole")
    steps = []

    def stop(done: int, total: int | None) -> None:
        steps.append((done, total))
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(
        ps.Stopped, match=r"stopped after \d of 6 runs, kept in .*resume=True goes on"
    ) as stopped:
        study.compare(runs=RUNS, out=tmp_path / "out", workers=1, progress=stop)
    assert 0 <= stopped.value.done < RUNS
    assert steps[0] == (1, 2 * RUNS)
    with pytest.raises(ps.PowersimError, match=r"holds results of this study; add resume=True to go on"):
        study.compare(runs=RUNS, out=tmp_path / "out")
    resumed = study.compare(runs=RUNS, out=tmp_path / "out", resume=True)
    assert resumed.effects.equals(whole.effects)
    assert files(tmp_path / "out") == files(tmp_path / "whole")


@pytest.mark.slow
def test_python_runs_until_an_interval_is_narrow(study, monkeypatch):
    from powersim.run import precision

    monkeypatch.setattr(layouts, "CHUNK_RUNS", 2)
    monkeypatch.setattr(precision, "LEAST", 4)
    wide = study.compare(until="rockets ci < 100", runs=40)
    assert wide.runs == 4
    assert study.compare(until="rockets ci < 1e-9", runs=8).runs == 8


def test_results_without_a_folder_go_when_nobody_holds_any_of_them(study):
    found = study.run("keep", "spiral", runs=2)
    where, name = found._where, "alignment"
    expected, taken = found.data[name].values, found.data[name]
    del found
    gc.collect()
    assert where.is_dir()
    assert np.isfinite(expected).all()
    assert taken.values.tobytes() == expected.tobytes()
    del taken
    gc.collect()
    assert not where.exists()


def test_one_branch_is_run_and_drawn(study):
    found = study.run("give_up", runs=3)
    assert list(found.data["branch"].values) == ["give_up"]
    assert list(found.data["theory"].values) == ["spiral"]
    assert found.provenance["runs"] == 3
    assert isinstance(found.plot("rockets"), matplotlib.figure.Figure)


@pytest.mark.parametrize("kind", ["effects", "paths", "overview"])
def test_an_outcome_is_drawn(found, kind):
    assert isinstance(found.plot("rockets", kind=kind), matplotlib.figure.Figure)


def test_what_is_shown_reads_well_and_is_escaped(found):
    assert repr(found).startswith("<Comparison: ")
    assert "6 runs of keep, give_up under spiral, deterrence, seed 7" in repr(found)
    assert all(sentence in repr(found) for sentence in found.findings.values())
    document = ps.load(TWO).document
    hostile = {**document, "title": "<script>alert(1)</script>"}
    shown = ps.Study(hostile, ["keep", "give_up"], "spiral").compare(runs=2)._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "<td>give_up</td><td>keep</td>" in shown


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: ps.Study(TWO, "keep,give_up"), r"^branches: found 'keep,give_up'; allowed: a list of names, e"),
        (lambda: ps.Study(TWO, ["keep", "giveup"]), "^branch giveup is not known; did you mean give_up"),
        (lambda: ps.Study(TWO, theories="a,b"), "^theories: found 'a,b'; allowed: a list"),
        (lambda: ps.Study(TWO, seed=-1), "^seed: found -1; allowed: a whole number from 0"),
        (lambda: ps.Study(TWO, sampling="latn"), "^sampling latn is not known; did you mean latin"),
        (lambda: ps.Study(3), "^source: found int; allowed: a file"),
        (lambda: ps.Study(TWO).compare(runs=0), "^runs: found 0; allowed: a whole number from 1"),
        (lambda: ps.Study(TWO).compare(runs=1, workers=0), "^workers: found 0; allowed"),
        (lambda: ps.Study(TWO).compare(resume=True), "^resume: needs the folder to go on with, e.g. out='out/study'"),
        (lambda: ps.Study(TWO).compare(until="wars ci < 1"), "^until: outcome wars is not known; did you mean war"),
        (lambda: ps.Study(TWO).compare(until="war"), r"^until: found 'war'; .* e\.g\. until='war ci < 0\.01'"),
        (lambda: ps.Study(TWO).compare(sweep="2009"), "^sweep: found 2009; allowed: first..last date"),
        (lambda: ps.Study(TWO, ["keep"]).compare(sweep=("2003Q1", "2003Q2")), r"branches=\['keep', 'cancel'\]$"),
        (lambda: ps.Study(TWO).compare(outcomes="war,rockets"), "^outcomes: found 'war,rockets'; allowed: a list"),
        (lambda: ps.Study(TWO).compare(scheduler="x"), "^scheduler: only a cluster has one; add engine='dask'"),
        (lambda: ps.Study(TWO, priors=False, overrides={"priors": "on"}), "^priors: found False, and on among"),
    ],
)  # fmt: skip
def test_errors_name_the_argument(wrong, says):
    with pytest.raises(ps.PowersimError, match=says) as error:
        wrong()
    assert "--" not in str(error.value)


def test_an_argument_error_knows_its_argument():
    with pytest.raises(ps.ArgumentError, match=r"^runs: found 0") as error:
        ps.Study(TWO).compare(runs=0)
    assert error.value.argument == "runs"


REGION = {
    "counter_bloc", "missile_defense_2009", "region_2007", "s300_2007_2016", "syria_2011_2017", "ukraine_2014_2022",
}  # fmt: skip
"""Scenarios of the region: each takes two seconds to be written and read back."""
SETTINGS = [{}, {"rho": 0.5, "mu": "0.1"}, {"priors": "off", "parameters.rho": 0.25, "title": '"a: #b"'}]


@pytest.mark.parametrize(
    ("file", "overrides"),
    [
        pytest.param(
            file,
            overrides,
            id=f"{file.stem} {number}",
            marks=[pytest.mark.slow] if file.stem in REGION else [],
        )
        for file in FILES
        for number, overrides in enumerate(SETTINGS)
        if number == 0 or file in (TWO, EVERYTHING)
    ],
)
def test_a_scenario_can_be_written_and_read_back(file, overrides, tmp_path):
    before = ps.load(file, overrides)
    branches = ps.Study(before).opened.branches
    text = ps.dump(before)
    path = tmp_path / "written.yaml"
    path.write_text(text, "utf-8")
    for after in (ps.loads(text), ps.load(path)):
        assert checksum(after) == checksum(before)
        assert resolved_text(after) == resolved_text(before)
        assert ps.Study(after).opened.branches == branches
    assert checksum(ps.loads(text, overrides={"rho": 0.75})) == checksum(ps.load(file, {**overrides, "rho": 0.75}
        if "parameters.rho" not in overrides else {**overrides, "parameters.rho": 0.75}))  # fmt: skip


def test_what_a_file_sets_is_exact_and_the_users_own_setting_wins():
    text = TWO.read_text("utf-8") + "\nset: {rho: 0.5, issues.rockets.start: 0.25}\n"
    one, other = ps.loads(text), ps.load(TWO, {"rho": 0.5, "issues.rockets.start": 0.25})
    assert checksum(one) == checksum(other)
    assert one.fixed == {"rho"}
    assert ps.loads(text, overrides={"rho": 0.125}).parameters["rho"].value == 0.125


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("set: 3", r"scenario:1: set: found 3; allowed: a parameter .* or a dotted path; e\.g\. set: \{rho"),
        ("set: {rhoo: 1}", "scenario:1: rhoo: parameter rhoo is not known; did you mean rho"),
        ("set: {rho: 77}", "scenario:1: parameters.rho: found 77; allowed"),
        ("set: {issues.rockts.start: 0}", "scenario:1: issues.rockts.start: .*did you mean rockets"),
    ],
)
def test_a_wrong_setting_is_found_where_it_stands(setting, says):
    with pytest.raises(ps.ScenarioError, match=says):
        ps.loads(f"{setting}\n{TWO.read_text('utf-8')}")


def test_a_scenario_is_made_of_plain_data():
    document = dict(ps.load(TWO).document)
    assert checksum(ps.load(document)) == checksum(ps.load(TWO))
    assert ps.Study(document).checksum == ps.Study(TWO).checksum
    changed = ps.Study(ps.load(document), overrides={"rho": 0.5})
    assert changed.checksum == ps.Study(TWO, overrides={"rho": 0.5}).checksum
    assert ps.load(document) == ps.load(TWO)


def test_priors_can_be_left_out():
    found = ps.Study(TWO, ["keep"], ["spiral"], priors=False).run(runs=2)
    assert found.labels.certain
    assert np.isfinite(found.data["value"].values).all()


@pytest.mark.slow
def test_a_question_why_is_answered_in_tables_and_sentences(tmp_path):
    study = ps.Study(TWO, ["keep", "give_up"], "spiral", 7)
    found = study.why("rockets", runs=2, out=tmp_path / "out")
    with (tmp_path / "out" / "why" / "shares.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert list(found.effects["part"]) == [row["part"] for row in rows]
    assert [f"{value:.9g}" for value in found.effects["share"]] == [row["share"] for row in rows]
    assert set(found.knockouts["outcome"]) == set(found.mediation["outcome"]) == {"rockets"}
    assert found.provenance["outcomes"] == ["rockets"]
    assert isinstance(found.plot(kind="knockouts"), matplotlib.figure.Figure)
    assert "Eastern rockets" in repr(found)
    with pytest.raises(ps.PowersimError, match=r"holds results of this study; add resume=True"):
        study.why("rockets", runs=2, out=tmp_path / "out")
    assert study.why("rockets", runs=2, out=tmp_path / "out", resume=True).effects.equals(found.effects)
    with pytest.raises(ps.ArgumentError, match=r"^branches: found keep, give_up, free; allowed: two"):
        study.why("rockets", branches=["keep", "give_up", "free"], runs=2)


def test_hypotheses_are_judged(tmp_path):
    found = ps.Study(TWO, seed=3).verdict(["appeasement"], draws=2, lucks=2, out=tmp_path / "out")
    assert (tmp_path / "out" / "verdict" / "verdicts.csv").exists()
    assert list(found.effects["hypothesis"]) == ["appeasement"] * 3
    assert "--draws 2 --lucks 2 --seed 3" in found.provenance["command"]
    assert "appeasement: " in repr(found)
    assert "<td>appeasement</td>" in found._repr_html_()
    assert isinstance(found.plot(), matplotlib.figure.Figure)
    with pytest.raises(ps.ArgumentError, match=r"^draws: found 1; allowed: a whole number from 2"):
        ps.Study(TWO).verdict(draws=1)
    assert set(found.evidence.hypothesis) <= set(found.effects.iloc[:, 0])
    assert len(found.evidence) > 0
    with pytest.raises(ps.PowersimError, match="kind"):
        found.plot("nothing")


def test_a_run_is_told(study):
    tale = study.tell("keep", run=3, kinds=["deal", "war"])
    assert tale.plan.theories == ("spiral",)
    assert "2007Q4" in tale.text
    assert repr(tale) == tale.text
    assert set(tale.events["branch"]) == {"keep"}
    assert tale._repr_html_().startswith("<pre>")
    with pytest.raises(ps.ArgumentError, match=r"^run: found -1; allowed: a whole number from 0"):
        study.tell("keep", run=-1)
    with pytest.raises(ps.ArgumentError, match=r"^kinds: found 'deal,war'; allowed: a list"):
        study.tell("keep", kinds="deal,war")


def test_two_branches_of_a_run_are_told_apart(study, monkeypatch, capsys):
    apart = study.tell_apart(run=3)
    command = ["tell", str(TWO), "--diff", "keep,give_up", "--theory", "spiral", "--seed", "7", "--run", "3"]
    monkeypatch.setattr(sys, "argv", ["powersim", *command, "--quiet"])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert not left.value.code
    assert repr(apart).strip() == capsys.readouterr().out.strip()
    with pytest.raises(ps.ArgumentError, match=r"^run: found -1; allowed: a whole number from 0"):
        study.tell_apart(run=-1)
    for one in ("keep", ["keep"]):
        with pytest.raises(ps.ArgumentError, match=r"^branches: found keep; allowed: two branches"):
            study.tell_apart(one)
    assert "The same history, to the last bit" in " ".join(study.tell_apart(["keep", "keep"]).text.split())


def test_overrides_are_called_as_each_face_calls_them():
    with pytest.raises(ps.ScenarioError, match=r"^overrides: rhoo: parameter rhoo is not known") as caught:
        ps.Study(TWO, overrides={"rhoo": 1})
    assert caught.value.spelled(flags).startswith("--set: rhoo: ")


def test_names_are_explained_with_and_without_a_scenario():
    (heading, lines), *_ = ps.explain("rho")
    assert "rho" in heading
    assert "unit" in dict(lines)
    assert ps.explain("keep", TWO)
    with pytest.raises(ps.PowersimError, match=r"^rhoo is not known; did you mean rho"):
        ps.explain("rhoo", TWO)
    assert "actors" in ps.json_schema()["properties"]
    assert ps.loads(ps.template()).actors


def test_a_study_of_assumptions_says_what_cannot_be(study):
    with pytest.raises(ps.ArgumentError, match=r"^maps: found rho; allowed: two different assumptions"):
        study.sensitivity("rockets", maps=[["rho"]])
    with pytest.raises(ps.ArgumentError, match=r"^runs: found 1; allowed: a whole number from"):
        study.sensitivity("rockets", runs=1)
    with pytest.raises(ps.PowersimError, match=r"^method moris is not known; did you mean morris"):
        study.sensitivity("rockets", method="moris")


@pytest.mark.slow
def test_a_folder_becomes_a_page(study, tmp_path):
    found = study.compare(runs=2, out=tmp_path / "out")
    assert found.report().read_text("utf-8").startswith("<!")
    assert ps.Study.report(tmp_path / "out", tmp_path / "page.html") == tmp_path / "page.html"


def test_importing_powersim_costs_nothing():
    code = (
        "import sys, powersim; dir(powersim); "
        "print(sorted({'numpy', 'numba', 'pandas', 'xarray', 'matplotlib', 'pydantic', 'mesa'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there():
    assert {"Study", "Comparison", "load", "dump", "simulate", "Model", "State"} <= set(ps.__all__)
    assert all(getattr(ps, name) is not None for name in ps.__all__)
