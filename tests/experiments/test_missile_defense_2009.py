"""The headline study's commands run one after the other and leave a report with every section."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from experiments.missile_defense_2009.__main__ import main, steps

from powersim import cli

TWO = Path(__file__).resolve().parents[2] / "scenarios" / "two_powers.yaml"


@pytest.mark.slow
def test_the_commands_of_the_study_leave_a_report_with_every_section(tmp_path, monkeypatch, capsys):
    out = tmp_path / "study"
    commands = steps(TWO, "rockets", "keep,give_up", ["rho,tau"], 20, 1, out)
    commands[3] = [*commands[3], "--method", "given-data"]  # designs over groups are tested elsewhere
    commands[4][commands[4].index("--draws") + 1] = "4"
    for command in commands:
        monkeypatch.setattr(sys, "argv", ["powersim", *map(str, command)])
        with pytest.raises(SystemExit) as left:
            cli.main()
        assert not left.value.code, f"{command[0]}: {capsys.readouterr().err[-2000:]}"
    found = {path.parent.name for path in out.glob("*/section.json")}
    assert found == {"chronicle", "why", "sensitivity", "verdict"}
    page = (out / "report.html").read_text("utf-8")
    for name in found:
        title = json.loads((out / name / "section.json").read_text("utf-8"))["title"]
        assert f'id="section-{name}"' in page, title
    assert "Not in this report yet" not in page


def test_the_study_can_be_listed_without_being_run(capsys, tmp_path):
    main(["--list", "--runs", "20", "--out", str(tmp_path / "study")])
    shown = capsys.readouterr().out
    assert [line.split()[2] for line in shown.splitlines()] == [
        "compare", "tell", "why", "sensitivity", "verdict", "report",
    ]  # fmt: skip
    assert not (tmp_path / "study").exists()


def test_where_paths_are_evidence_is_asked_of_all_that_is_given(tmp_path):
    from experiments.missile_defense_2009 import given

    asked = tmp_path / "planted.yaml", {"effect": "happened,without"}, "2003", 100, 20, 1, tmp_path
    for command in given.steps(*asked, "end"):
        assert ("evidence.paths.at=end" in command) is ("--given" in command)
    assert not any("--set" in command for command in given.steps(*asked))


@pytest.mark.slow
def test_what_is_given_what_happened_is_asked_again_with_one_choice_of_worlds(
    planted, tmp_path, monkeypatch, capsys
):
    from experiments.missile_defense_2009 import given

    from powersim.given import conditioning

    evidence = {
        "error": 0.2, "discrepancy": 0.2, "miss": 0.05, "paths": "changes",
        "events": [
            {"source": "made up", "event": "spark", "at": "2002"},
            {"source": "made up", "event": "effect", "at": "2004"},
        ],
    }  # fmt: skip
    document = planted.by_chance(
        {"id": "spark", "year": 2002, "chance": 0.5}, {"id": "effect", "year": 2004, "chance": 0.5},
        record={"l_effect": {"2000": 0.0, "2004": 1.0}}, evidence=evidence,
    )  # fmt: skip
    (scenario := tmp_path / "planted.yaml").write_text(json.dumps(document), "utf-8")
    out, origins = tmp_path / "out", {"effect": "happened,without"}
    monkeypatch.setattr(conditioning, "MOVES", 4)
    for command in given.steps(scenario, origins, "2003", 100, 20, 1, out):
        monkeypatch.setattr(sys, "argv", ["powersim", *command])
        with pytest.raises(SystemExit) as left:
            cli.main()
        assert not left.value.code, f"{command[0]}: {capsys.readouterr().err[-2000:]}"
        if command[0] == "weigh":
            given.lend(out, "2003", origins)
            chosen = {path.name: path.stat().st_mtime_ns for path in (out / "given" / "given").glob("*.npz")}
    assert len(chosen) == 4
    for where in ("effect_given/given", "given/forecast/2003/given"):
        assert {path.name: path.stat().st_mtime_ns for path in (out / where).glob("*.npz")} == chosen
    page = given.numbers(out, "2003", origins)
    assert "worlds count, log evidence" in page
    assert page.count("| without | 0 (") == 2  # the cause changes nothing here, told or not
    assert "- issues (coded): score" in page
    assert "- events (worlds): score" in page
