"""What docs/notebook.md shows can be run as it stands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from powersim.sim.history import simulate


def snippets(root: Path) -> list[str]:
    text = (root / "docs" / "notebook.md").read_text("utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def run(code: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "notebook"}
    exec(compile(code, "notebook.md", "exec"), names)  # noqa: S102
    return names


@pytest.fixture(autouse=True)
def at_the_top(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)


def test_branches_can_be_compared_in_six_lines(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = run(snippets(root)[0])
    assert len(names["found"].effects) == 4 * 3  # outcomes; theories, and both together
    assert "20 runs of keep, give_up" in capsys.readouterr().out


def test_a_run_can_be_stepped_and_read(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = run(snippets(root)[1])["model"]
    said = capsys.readouterr().out
    assert model.turn == 8
    assert "2000Q1" in said
    assert "<two-powers: keep, deterrence: seed 1, run 3; 2001Q4, turn 8 of 32>" in said
    assert "<EAST: strength" in said


def test_an_actor_can_be_given_a_policy_in_twenty_lines(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = snippets(root)[2]
    assert len([line for line in code.splitlines() if line.strip()]) <= 20
    model = run(code)["model"]
    assert "('rockets',)" in capsys.readouterr().out
    assert "policies of their own: EAST" in repr(model)
    plain = simulate(model.case, 1, 3)
    assert plain.log.tobytes() != model.history.log.tobytes()


def test_a_turn_can_be_looked_at_phase_by_phase(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = run("from powersim import Model\n" + snippets(root)[3])
    assert names["model"].turn == 1
    assert names["phase"].name == "record"
    assert "[[" in capsys.readouterr().out


def test_batch_run_varies_runs_and_policies(root: Path) -> None:
    rows = run(snippets(root)[4])["rows"]
    assert len(rows) == 2 * 5 * 2 * 3  # theories, runs, policies, actors
    assert {row["date"] for row in rows} == {"2007Q4"}
    assert {"rockets", "war", "code", "power"} <= set(rows[0])


def test_every_snippet_is_tested(root: Path) -> None:
    assert len(snippets(root)) == 5
