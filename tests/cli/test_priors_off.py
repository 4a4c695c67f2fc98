"""--no-priors: a history that can be followed by hand, and every page and record says that it is one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

Powersim = Callable[..., Any]
SAID = "priors off: every number at its central value"


def values(folder: Path) -> np.ndarray:
    with xr.open_zarr(folder / "results") as data:
        return data["value"].values


@pytest.mark.slow
def test_the_option_and_the_key_are_one_and_a_record_brings_it_back(
    powersim: Powersim, scenario: Path
) -> None:
    folder = scenario.parent
    written = folder / "off.yaml"
    written.write_text(f"extends: {scenario.name}\npriors: off\n", "utf-8")
    asked = ("--runs", 2, "--branches", "free,keep", "--figures", "none", "--out")
    for name, subject in (
        ("option", (scenario, "--no-priors")), ("key", (written,)), ("set", (scenario, "--set", "priors=off")),
        ("again", (folder / "option" / "provenance.json",)), ("drawn", (scenario,)),
    ):  # fmt: skip
        assert powersim("compare", *subject, *asked, folder / name).code == 0
    for name in ("key", "set", "again"):
        assert np.array_equal(values(folder / name), values(folder / "option"), equal_nan=True)
    assert not np.array_equal(values(folder / "drawn"), values(folder / "option"), equal_nan=True)
    facts = json.loads((folder / "option" / "provenance.json").read_text("utf-8"))
    assert facts["overrides"] == {"priors": "off"}
    assert facts["priors"] == SAID.removeprefix("priors ")
    assert "priors" not in json.loads((folder / "drawn" / "provenance.json").read_text("utf-8"))
    assert SAID.removeprefix("priors ") in powersim("results", folder / "option").out


@pytest.mark.parametrize(
    "command",
    [["run", "--runs", "1"], ["compare", "--runs", "2"], ["tell"], ["tell", "--format", "markdown"],
     ["tell", "--format", "json"], ["tell", "--diff", "free,keep"]],
    ids=" ".join,
)  # fmt: skip
def test_every_page_says_so_and_none_without_it(
    powersim: Powersim, scenario: Path, command: list[str]
) -> None:
    name, *options = command
    with_priors = powersim(name, scenario, *options)
    without = powersim(name, scenario, *options, "--no-priors")
    assert with_priors.code == without.code == 0
    assert SAID in without.out
    assert SAID not in with_priors.out


def test_a_run_differs_from_another_by_its_luck_alone(powersim: Powersim, scenario: Path) -> None:
    told = [powersim("tell", scenario, "--no-priors", "--run", run).out for run in (0, 0, 1)]
    assert told[0] == told[1] != told[2]


def test_what_varies_assumptions_says_that_there_are_none(powersim: Powersim, scenario: Path) -> None:
    refused = powersim(
        "sensitivity", scenario, "--set", "priors=off", "--theory", "deterrence", "--runs", 100
    )
    assert refused.code == 2
    assert "no number has a prior" in refused.err


@pytest.mark.parametrize("sampling", ["antithetic", "latin", "sobol"])
def test_every_way_of_sampling_does_with_nothing_to_sample(
    powersim: Powersim, scenario: Path, sampling: str
) -> None:
    done = powersim("compare", scenario, "--no-priors", "--runs", 2, "--sampling", sampling)
    assert (done.code, SAID in done.out) == (0, True), done.err


def test_two_answers_to_one_question_are_refused(powersim: Powersim, scenario: Path) -> None:
    refused = powersim("run", scenario, "--no-priors", "--set", "priors=[]")
    assert refused.code == 2
    assert "--no-priors" in refused.err
    assert "allowed: one of them" in refused.err
