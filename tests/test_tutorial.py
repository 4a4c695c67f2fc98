"""What documents tell one to type can be typed: the tutorial in its order, other commands as far as their options."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from powersim import cli

ROOT = Path(__file__).resolve().parents[1]
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "scenarios").glob("*.md")]
FEW = 4  # runs


def blocks(text: str, language: str) -> list[str]:
    """The code blocks of a Markdown text in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def commands(text: str) -> Iterator[list[str]]:
    """The commands in its blocks, as lists of words: without what is said beside them, and what a shell would do."""
    for block in blocks(text, "sh"):
        for line in re.sub(r"\\\n\s*", " ", block).splitlines():
            words = shlex.split(re.split(r"\s#\s|\s{2,}|\s>\s", line)[0])
            if words and words[0].rpartition("/")[2] == "powersim":
                yield words[1:]


def typed(words: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    """Exit code of a command."""
    monkeypatch.setattr(sys, "argv", ["powersim", *words])
    with pytest.raises(SystemExit) as left:
        cli.main()
    return int(left.value.code or 0)


def follow(where: Path, monkeypatch: pytest.MonkeyPatch, runs: int | None = None) -> None:
    """Do what the tutorial says in a folder; with `runs` instead of its own numbers, and without figures then."""
    monkeypatch.chdir(where)
    (mine,) = blocks(TUTORIAL, "yaml")
    (where / "mine.yaml").write_text(mine, "utf-8")
    for words in commands(TUTORIAL):
        if runs:
            words = re.sub(r"--runs \d+", f"--runs {runs}", " ".join(words)).split()
            words += ["--figures", "none"] if words[0] == "compare" else []
        assert typed(words, monkeypatch) == 0, words


def test_the_tutorial_can_be_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    follow(tmp_path, monkeypatch, FEW)
    assert (tmp_path / "out" / "two" / "effects.csv").is_file()
    assert (tmp_path / "out" / "mine" / "report.html").is_file()


@pytest.mark.slow
def test_what_the_tutorial_shows_is_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    follow(tmp_path, monkeypatch)
    assert (tmp_path / "out" / "two" / "figures" / "lead.png").is_file()
    printed = capsys.readouterr().out.splitlines()
    shown = [line for block in blocks(TUTORIAL, "text") for line in block.splitlines()]
    assert len(shown) > 5
    assert [line for line in shown if line not in printed] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_is_shown_has_the_options_that_it_is_shown_with(page: Path) -> None:
    known = cli._command(False).commands
    for name, *words in commands(page.read_text("utf-8")):
        known[name].make_context(name, words)  # a ClickException for what it does not know


def test_what_is_said_of_common_luck_in_python_is_so() -> None:
    (snippet,) = blocks((ROOT / "docs" / "counterfactuals.md").read_text("utf-8"), "python")
    names: dict[str, float] = {}
    exec(compile(snippet, "counterfactuals.md", "exec"), names)  # noqa: S102
    said = dict(re.findall(r"^(\w+) = .*# ([\d.]+)", snippet, re.MULTILINE))
    assert len(said) == 3
    assert {name: pytest.approx(float(value), rel=0.02) for name, value in said.items()} == {
        name: names[name] for name in said
    }
