"""No option is taken and then ignored: what is wrong, said twice or of no effect ends with exit code 2 and a reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


def refused(powersim: Any, *arguments: object) -> str:
    """What is said of a command that is refused."""
    result = powersim(*arguments)
    assert result.code == 2, result.out
    assert "Traceback" not in result.err
    return " ".join(result.err.split())


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["--set", "....=1"], "not a key; found ....; allowed: a parameter"),
        (["--set", "issues..start=1"], "not a key; found issues..start"),
        (["--set", "issues.t[x].start=1"], "not a key"),
        (["--set", "rho .x=1"], "not a key"),
        (["--set", "rho=1", "--set", "rho=0.5"], "--set rho: found 1 and 0.5; allowed: each name once"),
        (["--set", "rho=1", "--set", "rho=1"], "--set rho: found 1 and 1; allowed: each name once"),
        (["--set", "rho=1", "--set", "parameters.rho=0"], "rho: sets what parameters.rho sets"),
        (
            ["--set", "events.election.date=2010Q2", "--set", "events[0].date=2010Q3"],
            "sets what events.election.date",
        ),
        (["--set", "rho=1\ntau: 2"], "a value is one line without control characters"),
        (["--set", "rho=1\rtau=2"], "a value is one line"),
        (["--set", "title=a\x1b[31mb"], "a value is one line without control characters"),
        (["--set", "rh\no=1"], "not a key"),
        (["--set", "title=A # B"], "more than a value"),
        (["--set", "title=|"], "more than a value"),
        (["--set", "rho=nan"], "found nan; allowed: a number"),
        (["--set", "rho=.inf"], "not a finite number"),
        (["--set", "issues.gas_price.start=2009-13"], "found 2009-13; allowed: a number from 0 to 1"),
        (["--set", "issues.gas_price.interests.RUS.ideal=2009-13"], "a sum without quotes"),
    ],
)
def test_a_setting_is_one_key_and_one_value(
    powersim: Any, scenario: Path, asked: list[str], words: str
) -> None:
    assert words in refused(powersim, "check", scenario, *asked)


def test_settings_that_look_odd_but_say_one_thing_are_taken(powersim: Any, scenario: Path) -> None:
    odd = (
        "title='A # B'",
        "trade.UKR>RUS=0.4",
        "issues.gas_price.interests.RUS[0]=0.2",
        "mechanisms.war=off",
    )
    assert powersim("check", scenario, *(word for each in odd for word in ("--set", each))).code == 0


@pytest.mark.parametrize(
    ("command", "option"),
    [
        ("compare", "--branches"),
        ("compare", "--theories"),
        ("compare", "--outcomes"),
        ("why", "--branches"),
        ("why", "--theories"),
        ("why", "--outcome"),
        ("sensitivity", "--branches"),
        ("sensitivity", "--theories"),
        ("tell", "--branch"),
        ("tell", "--theory"),
        ("tell", "--actor"),
        ("tell", "--issue"),
        ("tell", "--mechanism"),
        ("tell", "--kind"),
        ("verdict", "--hypotheses"),
    ],
)
def test_a_list_names_each_once_and_none_that_is_empty(
    powersim: Any, scenario: Path, command: str, option: str
) -> None:
    name = {
        "--branches": "keep", "--branch": "keep", "--theories": "spiral", "--theory": "spiral", "--actor": "RUS",
        "--issue": "gas_price", "--mechanism": "war", "--kind": "deal", "--hypotheses": "h1",
    }.get(option, "territory")  # fmt: skip
    twice, empty = f"{name} is named twice; allowed: each once", "without a name between commas"
    assert twice in refused(powersim, command, scenario, option, f"{name},{name}")
    assert empty in refused(powersim, command, scenario, option, f"{name},,other")
    assert empty in refused(powersim, command, scenario, option, f"{name},")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["check", "{file}", "--record", "x.yaml"], "--record: does nothing without --base-rates"),
        (["check", "{file}", "--branch", "keep"], "--branch: does nothing without --base-rates"),
        (["check", "{file}", "--runs", "7"], "--runs: does nothing without --base-rates"),
        (["check", "{file}", "--seed", "7"], "--seed: does nothing without --base-rates"),
        (["list", "parameters", "--set", "rho=1"], "--set: does nothing without FILE"),
        (["explain", "rho", "--set", "rho=1"], "--set: does nothing without FILE"),
        (["compare", "{file}", "--figures", "all"], "--figures: does nothing without --out"),
        (["compare", "{file}", "--paths", "3"], "--paths: does nothing without --out"),
        (["run", "{file}", "--paths", "3"], "--paths: does nothing without --out"),
        (["run", "{file}", "--scheduler", "tcp://127.0.0.1:1"], "add --engine dask"),
        (["run", "{file}", "--resume"], "--resume: needs the folder"),
        (["results", "{folder}", "--outcomes", "war"], "--outcomes: does nothing without --export"),
        (["tell", "{file}", "--run", "1", "--runs", "0..3"], "--run: does nothing beside --runs"),
        (["tell", "{file}", "--run", "0", "--runs", "0..3"], "--run: does nothing beside --runs"),
        (["tell", "{file}", "--engine", "dask"], "--engine dask is not known"),
        (["tell", "{file}", "--from", "2012Q1", "--to", "2011Q4"], "--to: found 2011Q4; allowed: a date not before"),
        (["tell", "{file}", "--format", "json", "--out", "x.csv"], "--format json: found --out x.csv"),
        (["sensitivity", "{file}", "--threshold", "nan"], "--threshold: found nan; allowed: a finite number"),
        (["sensitivity", "{file}", "--threshold", "-inf"], "--threshold: found -inf; allowed: a finite number"),
        (["sensitivity", "{file}", "--map", "rho,tau", "--map", "tau,rho"], "--map: found tau,rho again"),
        (["sensitivity", "{file}", "--theory", "spiral,deterrence"], "allowed: one theory; several are --theories"),
        (["sensitivity", "{file}", "--outcome", "war,territory"], "allowed: one outcome"),
        (["weigh", "{file}", "--resume"], "--resume: needs the folder"),
        (["weigh", "{file}", "--workers", "0"], "--workers: found 0; allowed: a whole number from 1"),
        (["origin", "{file}", "--of", "war", "--workers", "-1"], "--workers: found -1"),
        (["origin", "{file}", "--of", "war", "--resume"], "--resume: does nothing without a date"),
        (["forecast", "{file}", "--given", "2009Q1", "--given", "2009Q1"], "--given: 2009Q1 is named twice"),
        (["elasticities", "{file}", "--branch", "all"], "branch all is not known"),
        (["run", "{file}", "--branch", "all"], "branch all is not known"),
        (["run", "{file}", "--theory", "all"], "theory all is not known"),
        (["play", "{file}", "--as", "RUS", "--branch", "all"], "branch all is not known"),
        (["compare", "{file}", "--until", "war ci < nan"], "found nan; allowed: a number above 0"),
        (["compare", "{file}", "--sweep", "2010Q1..2009Q1"], "--sweep: found 2010Q1..2009Q1"),
    ],
)  # fmt: skip
def test_an_option_that_could_do_nothing_is_refused(
    powersim: Any, scenario: Path, tmp_path: Path, asked: list[str], words: str
) -> None:
    given = [part.format(file=scenario, folder=tmp_path) for part in asked]
    assert words in refused(powersim, *given)


@pytest.mark.parametrize(
    "more",
    [
        ["--actor", "RUS"], ["--kind", "deal"], ["--from", "2010Q1"], ["--out", "x.md"], ["--format", "json"],
        ["--engine", "mesa"], ["--issue", "gas_price"], ["--mechanism", "war"],
    ],
)  # fmt: skip
def test_a_part_of_the_report_is_not_narrowed(
    powersim: Any, scenario: Path, tmp_path: Path, more: list[str]
) -> None:
    asked = ["tell", scenario, "--diff", "free,keep", "--section", tmp_path / "out", *more]
    assert f"{more[0]}: does nothing beside --section" in refused(powersim, *asked)
