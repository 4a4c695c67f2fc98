"""With too few runs for an interval every command says so, and claims neither a difference nor its absence."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from powersim.elasticities.measure import marked

CLAIMS = ("includes zero", "not clear", "differs clearly", "beyond chance", "exactly the same")


@pytest.mark.parametrize("how", [("--runs", 1), ("--runs", 3, "--sampling", "sobol")])
def test_compare_claims_nothing(powersim: Callable[..., Any], scenario: Path, how: tuple[Any, ...]) -> None:
    said = powersim("compare", scenario, *how, "--figures", "none")
    assert said.code == 0
    assert not [claim for claim in CLAIMS if claim in said.out], said.out
    assert (
        len(re.findall("too few runs for an interval \\((?:largest|no) difference .*“free”", said.out)) == 3
    )
    assert not re.search(r"largest difference .*” [−+]?0\.0+( points)?\)", said.out)
    assert re.search(r"none  \? \? +too few runs", said.out)


def test_why_claims_nothing_and_its_section_is_json(powersim: Callable[..., Any], scenario: Path) -> None:
    out = scenario.parent / "out"
    said = powersim("why", scenario, "--outcome", "friendship", "--runs", 1, "--out", out)
    assert said.code == 0, said.err
    assert "too few runs for an interval of the difference between" in said.out
    assert "do not differ clearly" not in said.out
    assert "– to –" not in said.out
    assert "Left out, as the outcome itself: alignment." in said.out

    def refuse(word: str) -> float:
        raise AssertionError(f"{word} is not JSON")

    section = json.loads((out / "why" / "section.json").read_text("utf-8"), parse_constant=refuse)
    assert not any("no clear" in figure["alt"] for figure in section["figures"])


def test_elasticities_claims_nothing(powersim: Callable[..., Any], scenario: Path) -> None:
    said = powersim("elasticities", scenario, "--runs", 1, "--inputs", "rho", "--outcomes", "friendship")
    assert said.code == 0, said.err
    assert "too few runs for an interval" in said.out
    assert "no input changes it clearly" not in said.out
    for sign in "+-0":
        assert marked(sign, math.nan, math.nan) == "too few runs"


def test_a_sweep_names_the_dates_that_it_moves_to(powersim: Callable[..., Any], scenario: Path) -> None:
    said = powersim("compare", scenario, "--runs", 2, "--sweep", "2009Q3..2009Q4", "--branches", "free,keep")
    assert "intervention moved to 2009Q3..2009Q4" in said.out
    assert "intervention 2009Q1" not in said.out
