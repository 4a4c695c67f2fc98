"""Whatever stands on the command line ends in an answer or in a message: exit code 0 or 2, never a traceback.

Every option and argument of every command meets every hostile value below. The suite tries a few of them for each,
different ones for neighbours (one of them in `make test`); `make fuzz` (FUZZ=20) tries all.
"""

from __future__ import annotations

import io
import os
import random
import signal
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer

from powersim import cli
from powersim.sim import cluster

TWO = Path(__file__).resolve().parents[2] / "scenarios" / "two_powers.yaml"
FUZZ = int(os.environ.get("FUZZ", "1"))
EACH = 3 * FUZZ
"""Values for each option and argument."""
SHORT = ("--branches=keep,give_up", "--theories=spiral")
"""A part of the study is enough where it is only read."""
LIMIT = 60
"""Seconds within which a command has to end."""

HOSTILE = (
    "", " ", ",", ",,keep", "keep,keep", "-1", "0", "1e400", "nan", "-inf", "1.5", "0x10", "4294967296",
    "99999999999999999999", "9" * 5000, "²", "١", "1..", "..", "3..1", "0..99999999999", "../../up", "/dev/null",
    "/dev/null/below", "no/such/folder/x.yaml", "a" * 5000, "\udcff.yaml", "\x1b[31mred", "line\nbreak", "*",
    "--help", "é\u202e名", "rho=nan", "...=1", "issues=", "{}", "[", "null", "true", "all", "war ci < 0", "x.csv",
)  # fmt: skip
"""Each of them is wrong nearly everywhere, and what it is wrong for differs."""

CHEAP: dict[str, list[str]] = {
    "new": ["{new}"],
    "examples": [],
    "check": ["{two}", "--base-rates", "--runs=1"],
    "list": ["outcomes", "{two}"],
    "explain": ["war", "{two}"],
    "schema": [],
    "run": ["{two}", "--runs=1"],
    "cite": ["{two}"],
    "compare": ["{two}", "--runs=2", "--figures=none", "--outcomes=war"],
    "tell": ["{two}"],
    "results": ["{study}"],
    "verdict": ["{two}", "--draws=2", "--lucks=2"],
    "why": ["{two}", "--runs=1", *SHORT],
    "sensitivity": ["{two}", "--runs=100", "--method=given-data", *SHORT],
    "origin": ["{two}", "--of=war", "--branches=keep,give_up", "--runs=2"],
    "weigh": ["{two}"],
    "forecast": ["{two}"],
    "elasticities": ["{two}", "--inputs=rho", "--outcomes=war", "--runs=2"],
    "play": ["{two}", "--as=EAST", "--runs=2"],
    "app": ["{two}", "--seconds=0"],
    "report": ["{study}"],
    "figures": ["{study}", "--outcomes=war", "--formats=svg"],
}
"""A valid call of each command that ends soon; the first entries are its arguments."""

ALSO = {
    ("app", "--seconds"): ["--run=-1"],  # nothing is served, whatever it is
    ("run", "--scheduler"): ["--engine=dask"],
    ("compare", "--scheduler"): ["--engine=dask"],
    ("tell", "--section"): ["--diff=keep,free", "--runs=0..1"],
}
"""Without which an option is not looked at."""


@dataclass(frozen=True)
class Place:
    """Where a value can stand: an option by its name, an argument by its number."""

    command: str
    option: str = ""
    argument: int = 0

    def __str__(self) -> str:
        return f"{self.command} {self.option or self.argument}"

    def call(self, value: str) -> list[str]:
        """The command with the value in this place."""
        usual = CHEAP[self.command]
        if self.option:
            more = ALSO.get((self.command, self.option), [])
            return [self.command, *usual, *more, f"{self.option}={value}"]
        arguments = [part for part in usual if not part.startswith("--")]
        options = [part for part in usual if part.startswith("--")]
        arguments[self.argument] = value
        return [self.command, *options, "--", *arguments]


def places() -> list[Place]:
    """Every option and argument that there is, as the command line itself lists them."""
    commands: dict[str, Any] = typer.main.get_command(cli._app()).commands  # type: ignore[attr-defined]
    assert set(commands) == set(CHEAP)
    found = []
    for name, command in commands.items():
        arguments = [param for param in command.params if param.param_type_name == "argument"]
        found += [Place(name, argument=number) for number in range(len(arguments))]
        found += [
            Place(name, option) for param in command.params for option in param.opts if option[:2] == "--"
        ]
    return found


def too_long(*_: object) -> None:
    raise AssertionError(f"not over after {LIMIT} s")


def said(arguments: list[str], limit: int = LIMIT) -> tuple[int, str]:
    """Exit code and everything printed; streams are as strict as a terminal's."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(out):
        patch.setattr(sys, "argv", ["powersim", *arguments])
        patch.setattr(sys, "stdin", io.StringIO())  # whoever plays has left
        signal.signal(signal.SIGALRM, too_long)
        signal.alarm(limit)
        try:
            cli.main()
        except SystemExit as left:
            code = int(left.code or 0)
        finally:
            signal.alarm(0)
    out.seek(0)
    return code, out.read()


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the braces of CHEAP stand for."""
    folder = tmp_path_factory.mktemp("study")
    code, text = said(
        ["compare", str(TWO), *SHORT, "--runs=2", "--figures=none", f"--out={folder / 'out'}"], 900
    )  # compiles
    assert code == 0, text
    return {"two": str(TWO), "study": str(folder / "out"), "new": str(folder / "new.yaml")}


def lengthy(place: Place) -> bool:
    """Whether every answer takes seconds: nearly every value is the name of a folder."""
    return place.option == "--out" and place.command in ("report", "why", "sensitivity", "figures")


def drawn(place: Place) -> list[str]:
    """Some of the hostile values, the same each time; one where every answer takes seconds."""
    found = random.Random(f"2009 {place}").sample(HOSTILE, min(EACH, len(HOSTILE)))
    return found[:1] if lengthy(place) and FUZZ == 1 else found


def tried() -> Iterator[Any]:
    """Each place with a value of it, and in a test of their own, which is slow, with the others."""
    for place in places():
        first, *others = drawn(place)
        yield pytest.param(place, [first], id=f"{place}", marks=[pytest.mark.slow] if lengthy(place) else [])
        if others:
            yield pytest.param(place, others, id=f"{place} others", marks=pytest.mark.slow)


@pytest.mark.parametrize(("place", "values"), list(tried()))
def test_a_hostile_value_ends_in_an_answer_or_a_message(
    place: Place, values: list[str], names: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    for value in values:
        here = tmp_path / "a" / "b" / "c"  # what leads upwards stays below tmp_path
        here.mkdir(parents=True, exist_ok=True)
        monkeypatch.chdir(here)
        call = [
            part.format(**names) if part in ("{two}", "{study}", "{new}") else part
            for part in place.call(value)
        ]
        code, text = said(call)
        assert code in (0, 2), (call, text)
        assert text or code == 0, call
        assert "Traceback" not in text, (call, text)


def test_there_are_thirty_hostile_values_and_make_fuzz_tries_them_all() -> None:
    assert 30 <= len(set(HOSTILE)) <= EACH // FUZZ * 20
