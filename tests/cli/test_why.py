"""`powersim why`: what it prints and leaves."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from powersim.figures.section import read_section

Powersim = Callable[..., Any]


@pytest.mark.slow
def test_it_explains_and_leaves_tables_figures_and_a_section(powersim: Powersim, scenario: Path) -> None:
    out = scenario.parent / "out"
    asked = (
        "why",
        scenario,
        "--outcome",
        "territory",
        "--runs",
        2,
        "--seed",
        3,
        "--out",
        out,
        "--workers",
        2,
    )
    said = powersim(*asked)
    assert said.code == 0, said.err
    assert "shares of the effect" in said.out
    assert said.err.endswith(f"--outcome territory --out {out} --seed 3\n")
    written = set(re.findall(r"[a-z]+\.[a-z]+", said.err.partition("why: ")[2].partition("\n")[0]))
    there = {path.name for path in (out / "why").iterdir() if path.suffix not in (".png", ".svg")}
    assert written == there
    assert "their figures beside them (.png, .svg)" in said.err
    section = read_section(out / "why" / "section.json")
    assert section.order == 30
    assert len(section.findings) == len(section.tables)
    for figure in section.figures:
        for ending in ("png", "svg"):
            assert (out / "why" / f"{figure.file}.{ending}").stat().st_size > 1000
    with (out / "why" / "shares.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["part"] for row in rows} >= {"exchange", "abandonment", "direct", "total"}
    assert json.loads((out / "why" / "provenance.json").read_text("utf-8"))["runs"] == 2
    again = powersim(*asked)
    assert again.code == 2
    assert "add --resume to go on" in again.err
    more = powersim(*asked, "--resume", "--quiet")
    assert more.code == 0
    assert (more.out, more.err) == (said.out, "")
    record, other = out / "why" / "provenance.json", scenario.parent / "other"
    assert powersim("why", record, "--out", other, "--quiet").code == 0
    for name in ("shares.csv", "knockouts.csv", "mediation.csv", "worlds.npz"):
        assert (other / "why" / name).read_bytes() == (out / "why" / name).read_bytes()


def test_mistakes_are_answered_in_words(powersim: Powersim, scenario: Path) -> None:
    said = powersim("why", scenario, "--outcome", "nonsense")
    assert said.code == 2
    assert "outcome nonsense is not known" in said.err
    said = powersim("why", scenario, "--resume")
    assert said.code == 2
    assert "--resume: needs the folder" in said.err
