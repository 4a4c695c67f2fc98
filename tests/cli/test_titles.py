"""A title in any writing: one notice where no font has its letters, and quiet means quiet."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from powersim.figures import letters

Powersim = Callable[..., Any]

TITLE = "\u5bfc\u5f39\u9632\u5fa1"  # missile defence, in Chinese


@pytest.mark.parametrize("quiet", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_letters_without_a_font_cost_one_notice_or_none(
    powersim: Powersim, scenario: Path, monkeypatch: pytest.MonkeyPatch, quiet: bool
) -> None:
    monkeypatch.setattr(letters, "_installed", list)
    letters._others.cache_clear()
    text = scenario.read_text("utf-8").replace(
        "title: A border, a pipeline and a guarantee", f"title: {TITLE}"
    )
    assert TITLE in text
    scenario.write_text(text, "utf-8")
    done = powersim(
        "compare", scenario, "--branches", "free,keep", "--theories", "spiral", "--outcomes", "territory", "--runs", 2,
        "--workers", 1, "--out", scenario.parent / "out", *(["-q"] if quiet else []),
    )  # fmt: skip
    letters._others.cache_clear()
    assert done.code == 0
    assert TITLE in done.out
    assert done.err.count("no installed font") == (0 if quiet else 1)
    assert ".py" not in done.err
    assert "Warning" not in done.err


@pytest.mark.parametrize("quiet", [False, True])
def test_a_game_has_the_same_notice(
    powersim: Powersim, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quiet: bool
) -> None:
    monkeypatch.setattr(letters, "_installed", list)
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n" * 40))
    monkeypatch.chdir(tmp_path)
    letters._others.cache_clear()
    text = (root / "scenarios" / "classroom.yaml").read_text("utf-8")
    Path("titled.yaml").write_text(re.sub("^title: .*", f"title: {TITLE}", text, flags=re.MULTILINE), "utf-8")
    done = powersim(
        "play", "titled.yaml", "--as", "UP", "--runs", 2, "--out", "out", *(["-q"] if quiet else [])
    )
    letters._others.cache_clear()
    assert done.code == 0, done.err
    assert TITLE in done.out
    if quiet:
        assert done.err == ""
    else:
        assert done.err.count("no installed font") <= 1
    assert "Warning" not in done.err
