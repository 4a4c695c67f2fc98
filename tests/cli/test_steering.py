"""A scenario of somebody else steers no terminal, turns no text round, and runs nothing in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re

import pytest

from powersim.files.plain import UNSAFE

EVIL = {
    "title": "=cmd|'/c calc'!A1 \\e]0;own\\a\\e[2J\\u202Eevil\\nok: forged",
    "actor": "=cmd|x \\e[31m\\u2066",
}


@pytest.fixture
def evil(scenario):
    """The small scenario with titles that would do harm, of the whole, an actor and an issue."""
    text = scenario.read_text("utf-8")
    places = {r"title: .*": "title", r"  RUS: \{name: [^,}]+": "actor", r"  keep: \{title: [^,}]+": "title",
              r"  war: \{title: [^,}]+": "title"}  # fmt: skip
    for place, title in places.items():
        given = f'"{EVIL[title]}"'
        text, found = re.subn(
            f"^{place}",
            lambda m, given=given: f"{m[0].rpartition(': ')[0]}: {given}",
            text,
            count=1,
            flags=re.MULTILINE,
        )
        assert found == 1, place
    scenario.write_text(text, "utf-8")
    return scenario


@pytest.mark.parametrize("terminal", [False, True])
@pytest.mark.parametrize(
    "command",
    [
        ("check",), ("list", "actors"), ("list", "branches"), ("list", "outcomes"),
        ("explain", "RUS"), ("explain", "war"),
        ("tell", "--branch", "keep"), ("tell", "--branch", "keep", "--format", "markdown"),
        ("tell", "--format", "json"), ("tell", "--format", "csv"), ("tell", "--diff", "free,keep"),
        ("compare", "--branches", "free,keep", "--runs", "2"), ("run", "--runs", "1"),
    ],
)  # fmt: skip
def test_nothing_that_is_printed_steers_the_terminal(powersim, evil, monkeypatch, command, terminal):
    if command[0] in ("list", "explain"):
        command = (*command, evil)
    else:
        command = (command[0], evil, *command[1:])
    if terminal:
        monkeypatch.setenv("TERM", "xterm-256color")
        monkeypatch.setattr("rich.console.Console.is_terminal", True)
        if command[0] in ("tell", "compare", "run"):
            command = (*command, "--quiet")  # a bar of progress moves the cursor, as it may
    result = powersim(*command)
    assert result.code == 0, result.err
    said = re.sub(r"\x1b\[[0-9;]*m", "", result.out + result.err) if terminal else result.out + result.err
    assert not UNSAFE.search(said)
    assert not re.search(r"^ok: forged", said, re.MULTILINE)


@pytest.mark.parametrize(
    "command", [("check", "\x1b[31mno\u202e.yaml"), ("explain", "\x1b[31mrho"), ("list", "\x1b[31mactors")]
)
def test_errors_steer_no_terminal_either(powersim, command):
    result = powersim(*command)
    assert result.code == 2
    assert "\\x1b[31m" in result.err
    assert not UNSAFE.search(result.err)


def test_a_mistake_in_a_scenario_is_shown_on_one_line(powersim, scenario):
    scenario.write_text('powersim: 1\ntitle: 5\n"a\\e[2J\\nok: forged": 1\n', "utf-8")
    result = powersim("check", scenario)
    assert result.code == 2
    assert not UNSAFE.search(result.err)
    assert not re.search(r"^ok: forged", result.err, re.MULTILINE)


def test_no_cell_of_a_chronicle_is_a_formula(powersim, evil, tmp_path):
    assert powersim("tell", evil, "--kind", "all", "--out", tmp_path / "a.csv").code == 0
    printed = powersim("tell", evil, "--kind", "all", "--format", "csv").out
    assert "cmd|x" in printed
    for text in (
        printed,
        (tmp_path / "a.csv").read_text("utf-8"),
        (tmp_path / "a_legs.csv").read_text("utf-8"),
    ):
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert not [cell for cell in cells if re.match(r"\s*[=@＝＠]|\s*[-+](?![0-9.])", cell)]
        assert not UNSAFE.search(text)


@pytest.mark.slow
def test_a_report_and_its_figures_hold_nothing_that_steers(powersim, evil, tmp_path):
    asked = [
        "compare",
        evil,
        "--branches",
        "free,keep",
        "--runs",
        2,
        "--outcomes",
        "war",
        "--out",
        tmp_path / "out",
    ]
    result = powersim(*asked, "--workers", 1)
    assert result.code == 0, result.err
    assert powersim("report", tmp_path / "out", "--out", tmp_path / "page.html").code == 0
    pages = [
        tmp_path / "page.html",
        *(tmp_path / "out" / "figures").rglob("*.svg"),
        tmp_path / "out/figures/index.html",
    ]
    assert len(pages) > 4
    for page in pages:
        assert not UNSAFE.search(page.read_text("utf-8").replace("\u200b", "")), page
