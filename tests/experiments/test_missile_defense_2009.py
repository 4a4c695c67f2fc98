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
    commands = steps(TWO, "rockets", "keep,give_up", ["rho,tau"], 12, 1, out)
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
