"""What documents tell one to type can be typed: the tutorial in its order, other commands as far as their options."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from powersim import cli
from powersim.given import conditioning

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
        for line in re.sub(r"\s*\\\n\s*", " ", block).splitlines():
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
            line = re.sub(r"--runs \d+", f"--runs {runs}", shlex.join(words))
            words = shlex.split(line + (f" --runs {runs}" if "--until" in line else ""))
            words += ["--figures", "none"] if words[0] == "compare" else []
        assert typed(words, monkeypatch) == 0, words


@pytest.mark.slow
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


FLAGSHIP = "scenarios/missile_defense_2009.yaml"
MINE = """
powersim: 1
extends: two_powers
name: made-for-the-documents
calendar: {start: 2000Q1, end: 2014Q4}
branches:
  happened: {title: What happened, do: [{path: {site: {2002Q1: 0.5, 2009Q3: 1.0}}, to: 2014Q4}]}
  keep: null
  give_up: null
  free: null
  no_site: {title: No site, do: [{path: {site: {2002Q1: 0.5, 2009Q3: 0.0}}, to: 2014Q4}]}
  no_loan: {like: happened, do: [{hold: loans, from: 2009Q3}]}
hypotheses:
  - {id: appeasement, outcome: war, branches: [no_site, happened]}
outcomes: {russia_iran_alignment: {of: {alignment: [EAST, ALLY]}, at: 2014Q4}, war: {ever: 2014Q4}}
record: {loans: {2000Q1: 0.3, 2005Q1: 0.4, 2012Q1: 0.4}}
evidence:
  {branch: happened, error: 0.2, discrepancy: 0.2, miss: 0.2, paths: {at: changes},
   events: [{no_war: [EAST, ALLY], to: 2001Q4, source: made up}]}
"""
SMALL = {
    "compare": {"--figures": "none"}, "why": {"--runs": "2"}, "verdict": {"--draws": "2", "--lucks": "2"},
    "sensitivity": {"--runs": "100"}, "elasticities": {"--runs": "2"}, "weigh": {"--worlds": "100"},
    "origin": {"--worlds": "100"}, "forecast": {"--worlds": "100"},
}  # fmt: skip
"""What makes commands short."""
AS_IT_STANDS = "georgia_2008"
"""A scenario that is small enough; what is known of it is met by few of a hundred worlds."""
ELSEWHERE = ("reference/cli.md", "tutorial.md", "play.md", "README.md")
"""Pages whose commands are alternatives, or are run by other tests."""


def small(words: list[str], page: Path) -> list[str]:
    """A command with few runs and worlds; on a small scenario where the page does not hang on the flagship's names."""
    named = {"FILE": FLAGSHIP, "war:keep ci < 0.01": "war:no_site ci < 0.01", "0..99": "0..2"}
    if page.name == "studies.md":
        named |= {FLAGSHIP: "my.yaml"}
    words = [named.get(word, word) for word in words]
    if (AS_IT_STANDS in words and "--given" in words) or words[:2] == ["weigh", AS_IT_STANDS]:
        return words
    given = dict(SMALL.get(words[0], {}))
    if words[0] == "compare":
        given |= {"--worlds": "100"} if "--given" in words else {}
        given |= {"--runs": "200" if "--until" in words else "2"}
    for option, value in given.items():
        if option in words:
            words[words.index(option) + 1] = value
        else:
            words += [option, value]
    return words


@pytest.mark.long
@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if not str(page).endswith(ELSEWHERE)],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_every_command_that_is_shown_runs(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    for words in commands(page.read_text("utf-8")):
        asked = small(words, page)
        if "--scheduler" in asked:
            continue  # another machine
        if asked[0] in ("compare", "new"):
            where = asked[asked.index("--out") + 1] if "--out" in asked else "out/none"
            shutil.rmtree(tmp_path / where, ignore_errors=True)
            (tmp_path / "my.yaml").unlink(missing_ok=True)
        if asked[0] != "new":
            (tmp_path / "my.yaml").write_text(MINE, "utf-8")
        assert typed(asked, monkeypatch) == 0, asked


def test_what_is_asked_given_what_happened_in_python_is_answered(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(conditioning, "LEAST", 1.0)
    monkeypatch.setattr(conditioning, "MOVES", 4)
    (snippet,) = blocks((ROOT / "docs" / "given.md").read_text("utf-8"), "python")
    exec(compile(snippet.replace("worlds=100", "worlds=12"), "given.md", "exec"), {})  # noqa: S102
    said = capsys.readouterr().out
    assert "worlds that went like ours until 2006Q3" in said
    assert "Told what happened until 2006Q3, the model misses the record of 2006Q4 to 2008Q4" in said


@pytest.mark.slow
def test_what_is_said_of_common_luck_in_python_is_so() -> None:
    (snippet,) = blocks((ROOT / "docs" / "counterfactuals.md").read_text("utf-8"), "python")
    names: dict[str, float] = {}
    exec(compile(snippet, "counterfactuals.md", "exec"), names)  # noqa: S102
    said = dict(re.findall(r"^(\w+) = .*# ([\d.]+)", snippet, re.MULTILINE))
    assert len(said) == 3
    assert {name: pytest.approx(float(value), rel=0.02) for name, value in said.items()} == {
        name: names[name] for name in said
    }
