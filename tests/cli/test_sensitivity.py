"""The command `sensitivity`: what it prints, writes and refuses."""

from __future__ import annotations

import csv
import json
import sys

import pytest


@pytest.mark.slow
def test_sensitivity_prints_a_table_and_findings_and_leaves_files(powersim, scenario, tmp_path):
    out = tmp_path / "out"
    result = powersim(
        "sensitivity", scenario, "--outcome", "friendship", "--branches", "keep,treaty", "--runs", 100,
        "--method", "given-data", "--map", "rho,tau", "--out", out,
    )  # fmt: skip
    assert result.code == 0, result.err
    assert "rank correlation" in result.out
    assert "\x1b" not in result.out
    assert "“treaty” against “keep”" in result.out
    folder = out / "sensitivity"
    for name in ("screening", "tornado", "interactions", "map_rho_tau", "discovery"):
        assert (
            list(csv.DictReader((folder / f"{name}.csv").read_text("utf-8").splitlines()))
            or name == "discovery"
        )
    section = json.loads((folder / "section.json").read_text("utf-8"))
    assert section["name"] == "sensitivity"
    assert section["findings"]
    assert section["limits"]
    assert section["command"].startswith("powersim sensitivity")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--branches", "keep"], "--branches: found keep; allowed: two branches"),
        (["--runs", "5"], "--runs: found 5; allowed: a whole number from 100"),
        (["--method", "guess"], "--method guess is not known"),
        (["--workers", "0"], "--workers: found 0; allowed: a whole number from 1"),
        (["--map", "rho"], "--map: found rho; allowed: two different assumptions"),
        (["--map", "rho,nonsense"], "--map: found nonsense"),
        (["--outcome", "peace"], "outcome peace is not known"),
        (["--theory", "spiral", "--theories", "all"], "found --theory and --theories"),
    ],
)
def test_what_cannot_be_answered_is_refused(powersim, scenario, options, said):
    result = powersim("sensitivity", scenario, *options)
    assert result.code == 2
    assert said in result.err
    assert "Traceback" not in result.err


def test_a_missing_extra_is_named_before_anything_is_computed(powersim, scenario, monkeypatch):
    monkeypatch.setitem(sys.modules, "SALib.analyze.sobol", None)
    result = powersim("sensitivity", scenario)
    assert result.code == 2
    assert "powersim[assumptions]" in result.err
