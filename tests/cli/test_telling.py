"""powersim tell: its formats, its filters, two branches side by side, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
import sqlite3

import pytest

from powersim.figures.section import read_section


def test_the_format_follows_the_suffix(powersim, scenario, tmp_path):
    for suffix in ("txt", "md", "json", "csv", "sqlite", "parquet"):
        result = powersim("tell", scenario, "--run", 3, "--out", tmp_path / f"run.{suffix}")
        assert result.code == 0, result.err
        assert "written" in result.err
        assert (tmp_path / f"run.{suffix}").stat().st_size > 100
    data = json.loads((tmp_path / "run.json").read_text("utf-8"))
    assert data["about"]["run"] == 3
    assert {"opening", "entries", "closing", "events", "legs"} <= data.keys()
    assert (tmp_path / "run.md").read_text("utf-8").startswith("# A border, a pipeline and a guarantee")


def test_many_runs_make_a_table(powersim, scenario, tmp_path):
    file = tmp_path / "runs.sqlite"
    asked = ["--runs", "2..4", "--branch", "free,keep", "--theory", "all", "--out", file]
    assert powersim("tell", scenario, *asked).code == 0
    base = sqlite3.connect(file)
    found = base.execute("SELECT DISTINCT run, branch FROM events ORDER BY 1, 2").fetchall()
    base.close()
    assert found == [(run, branch) for run in (2, 3, 4) for branch in ("free", "keep")]


def test_a_pipe_takes_csv_and_json(powersim, scenario):
    printed = powersim("tell", scenario, "--format", "csv", "--kind", "crisis").out
    rows = list(csv.DictReader(io.StringIO(printed)))
    assert rows
    assert {row["topic"] for row in rows} == {"crisis"}
    printed = powersim("tell", scenario, "--format", "json", "--runs", "0..1", "--kind", "crisis").out
    assert {row["run"] for row in json.loads(printed)["events"]} <= {0, 1}


def test_a_story_keeps_to_its_dates(powersim, scenario):
    out = powersim("tell", scenario, "--kind", "all", "--from", "2008Q1", "--to", "2009Q4").out
    dates = [line for line in out.splitlines() if len(line) == 6 and line[4] == "Q"]
    assert dates
    assert min(dates) >= "2008Q1"
    assert max(dates) <= "2009Q4"


def test_both_engines_tell_the_same(powersim, scenario):
    one, other = (
        powersim("tell", scenario, "--kind", "all", "--engine", e).out for e in ("compiled", "mesa")
    )
    assert one == other


def test_two_branches_side_by_side(powersim, scenario, tmp_path):
    out = powersim("tell", scenario, "--diff", "free,keep", "--run", 1).out
    assert "They part in" in out
    beside_itself = " ".join(powersim("tell", scenario, "--diff", "keep,keep").out.split())
    assert "The same history, to the last bit" in beside_itself
    file = tmp_path / "diff.json"
    assert powersim("tell", scenario, "--diff", "free,keep", "--run", 1, "--out", file).code == 0
    assert json.loads(file.read_text("utf-8"))["branches"] == ["free", "keep"]


def test_two_branches_are_drawn_as_a_timeline(powersim, scenario, tmp_path):
    picture = tmp_path / "both.svg"
    result = powersim("tell", scenario, "--diff", "free,keep", "--run", 1, "--plot", picture)
    assert result.code == 0, result.err
    assert result.out == ""
    assert str(picture) in result.err
    drawn = picture.read_text("utf-8")
    assert all(word in drawn for word in ("deals", "breaches", "crises", "wars", "alignment of"))


def test_the_section_is_written_for_the_report(powersim, scenario, tmp_path):
    result = powersim("tell", scenario, "--diff", "free,keep", "--runs", "0..4", "--section", tmp_path)
    assert result.code == 0, result.err
    found = read_section(tmp_path / "chronicle" / "section.json")
    assert "the median of 5 runs" in found.findings[0]
    assert [figure.file for figure in found.figures] == ["timeline"]
    assert (tmp_path / "chronicle" / "timeline.svg").exists()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--out", "a.xls"], "allowed suffixes: .txt"),
        (["--format", "sqlite"], "needs a file"),
        (["--format", "cvs"], "did you mean csv"),
        (["--runs", "5..2"], "e.g. --runs 0..99"),
        (["--runs", "0..3"], "make a table"),
        (["--diff", "free"], "two branches"),
        (["--diff", "free,kept"], "did you mean keep"),
        (["--diff", "free,keep", "--out", "a.csv"], "one run under one theory"),
        (["--section", "out"], "--diff keep,cancel"),
        (["--plot", "a.png"], "--diff keep,cancel"),
        (["--diff", "free,keep", "--plot", "a.xls"], "--plot: found a.xls; allowed suffixes: .png"),
        (["--from", "1999Q1"], "not in the calendar"),
        (["--issue", "bordr"], "issue bordr is not known"),
        (["--mechanism", "trsut"], "did you mean trust"),
    ],
)
def test_what_cannot_be_told_says_what_can(powersim, scenario, asked, said):
    result = powersim("tell", scenario, *asked)
    assert result.code == 2
    assert said in result.err
