"""Scenarios that come with powersim: found by name, run, and what was expected of them is computed and reported."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest
from experiments.library.__main__ import measure, read, signs

import powersim as ps
from powersim.scenario.library import examples, folder, names

FEW = 8  # runs
ROOT = Path(__file__).resolve().parents[2]


QUICK = {"cuba_1962", "july_1914"}
"""Whose signs are computed in `make test`; those of the region take a second each."""


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow]) for name in sorted(signs())],
)
def test_a_sign_is_computed_and_few_runs_do_not_clearly_say_the_contrary_of_what_is_reported(
    name: str,
) -> None:
    reported = {row[:5]: row for row in read() if row.scenario == name}
    assert len(reported) == len(signs()[name])
    for sign in signs()[name]:
        found = measure(name, sign, FEW)
        before = reported[found[:5]]
        assert math.isfinite(found.effect)
        assert found.low <= found.effect <= found.high
        assert {found.found, before.found} != {"+", "-"}, found


def test_every_example_has_a_question_and_those_with_a_sign_say_its_source() -> None:
    assert all(each.title and each.question for each in examples())
    assert set(signs()) <= set(names())
    assert all(sign["why"] and sign["source"] for listed in signs().values() for sign in listed)
    assert {row.scenario for row in read()} == set(signs())


def test_examples_say_how_large_they_are() -> None:
    found = {each.name: each for each in ps.examples()}["classroom"]
    assert (found.actors, found.issues, found.turns) == (3, 3, 6)
    assert found.path == folder() / "classroom.yaml"


def test_what_is_built_on_the_region_is_told_of_one_past() -> None:
    region, flagship = ps.load("region_2007"), ps.load("missile_defense_2009")
    assert list(region.branches) == ["replace"]
    assert region.branches["replace"].steps == flagship.branches["replace"].steps
    assert not region.outcomes


def test_the_page_that_follows_the_classroom_by_hand_is_what_the_program_computes() -> None:
    page = (ROOT / "docs" / "classroom.md").read_text("utf-8")
    rows = re.findall(r"^\| (2\d{3}) \|(.*)\|$", page, re.MULTILINE)
    written = [[float(cell) for cell in cells.split("|")] for _, cells in rows]
    built = ps.build(ps.load("classroom"))
    order = [list(built.scenario.outcomes).index(name) for name in ("water", "tariff", "dues", "lowland")]
    values = ps.simulate(built.case("talks", "", 1, 0), 1, 0).values[:, order]
    assert [year for year, _ in rows] == built.scenario.calendar.labels()
    assert values == pytest.approx(np.array(written), abs=1e-6)
    told = str(ps.Study("classroom").tell("talks"))
    assert "worth a turn: Lowland +0.180, Upland +0.150" in told
    without = ps.simulate(built.case("no_coin", "", 1, 0), 1, 0).values[-1, order]
    assert without == pytest.approx([0.2, 0.8, 0.7, 0.63], abs=1e-6)


def test_a_file_wins_over_an_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert ps.load("classroom").name == "classroom"
    text = (folder() / "classroom.yaml").read_text("utf-8").replace("name: classroom", "name: my-own")
    (tmp_path / "classroom").write_text(text, "utf-8")
    assert ps.load("classroom").name == "my-own"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("july_1941", "^july_1941: no such file; did you mean the example july_1914"),
        ("july_1914.yaml", r"^july_1914\.yaml: no such file; did you mean the example july_1914"),
        ("zzz", "^zzz: no such file, nor an example; powersim examples lists them"),
        ("elsewhere/july_1914.yaml", "no such file: july_1914.yaml$"),
    ],
)
def test_a_name_that_is_no_example_is_told_what_it_is_near(name: str, message: str) -> None:
    with pytest.raises(ps.ScenarioError, match=message):
        ps.Study(name)


def test_a_file_may_extend_an_example(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("powersim: 1\nextends: classroom\nname: mine\n", "utf-8")
    mine = ps.load(tmp_path / "mine.yaml")
    assert (mine.name, len(mine.actors)) == ("mine", 3)
    (tmp_path / "wrong.yaml").write_text("powersim: 1\nextends: clasroom\nname: mine\n", "utf-8")
    with pytest.raises(ps.ScenarioError, match="or the name of an example"):
        ps.load(tmp_path / "wrong.yaml")
