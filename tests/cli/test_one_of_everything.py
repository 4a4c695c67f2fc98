"""Where there is one of a thing, no page speaks of many."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Powersim = Callable[..., Any]

MANY = re.compile(r"(?<![\w.,+−–-])1 (?:more |other )?([a-z]+s)\b(?! a turn)")
VERBS = {
    "hypothesis",
    "is",
    "was",
    "has",
    "as",
    "this",
    "less",
    "makes",
    "stands",
    "differs",
    "moves",
    "towards",
    "plus",
}

WORLD = """\
powersim: 1
name: one
title: One of everything
calendar: {start: 2000Q1, end: 2000Q4, turn: year}
intervention: 2000Q1
actors: {ARD: {power: 0.3, economy: 0.3}, BEL: {power: 0.2, economy: 0.2}}
issues: {shield: {start: 0.2, control: ARD, speed: 0.2, interests: {ARD: [0.9, 0.5], BEL: [0.1, 0.5]}}}
goods: {guns: {kind: rival, delivery: 1, stock: {ARD: 1}, flows: {ARD: BEL}}}
branches: {free: {}, low: {do: [{hold: shield, from: 2000Q1}]}}
theories: {one: {rho: 1}}
outcomes:
  a: {of: {issue: shield}}
  b: {of: {alignment: [ARD, BEL]}}
  c: {of: {power: ARD}}
  d: {of: {deals: ARD}}
  e: {of: {stock: [BEL, guns]}}
hypotheses: [{id: h, claim: Holding lowers it, outcome: a, branches: [low, free], sign: "-", size: 0.1}]
"""


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world of one turn with two actors and one of everything else."""
    path = tmp_path_factory.mktemp("one") / "one.yaml"
    path.write_text(WORLD, "utf-8")
    return path


def many(text: str) -> list[str]:
    return [found[0] for found in MANY.finditer(text) if found[1] not in VERBS]


def test_the_search_finds_what_it_is_for() -> None:
    assert many("there is 1 more outcomes here, 1 runs, 11 runs, 0.1 runs, of 1 outcome, 1 is") == [
        "1 more outcomes",
        "1 runs",
    ]


@pytest.mark.parametrize(
    "command",
    [["check"], ["list", "outcomes"], ["explain", "guns"], ["run", "--runs", "1"], ["compare", "--runs", "1"],
     ["why", "--runs", "1"], ["verdict", "--draws", "2", "--lucks", "2"], ["tell", "--kind", "all"],
     ["tell", "--diff", "free,low"]],
    ids=" ".join,
)  # fmt: skip
def test_a_command_speaks_of_one_thing_as_of_one(powersim: Powersim, one: Path, command: list[str]) -> None:
    name, *options = command
    subject = [options.pop(0), one] if name in ("list", "explain") else [one]
    done = powersim(name, *subject, *options)
    assert done.code == 0, done.err
    assert many(done.out + done.err) == []


def test_files_and_the_report_do_too(powersim: Powersim, one: Path) -> None:
    out = one.parent / "out"
    short = one.with_name("short.yaml")
    short.write_text(re.sub(r"  [b-e]: .*\n", "", WORLD), "utf-8")
    assert powersim("compare", short, "--runs", 1, "--out", out, "--figures", "none").code == 0
    assert powersim("tell", short, "--diff", "free,low", "--runs", "0..0", "--section", out).code == 0
    assert powersim("report", out).code == 0
    said = powersim("results", out)
    page = re.sub(
        r'src="data:[^"]*"|<style.*?</style>', "", (out / "report.html").read_text("utf-8"), flags=re.DOTALL
    )
    assert many(said.out) == many(re.sub(r"<[^>]+>", " ", page)) == []
