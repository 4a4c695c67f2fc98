"""Letters that the figures' own font lacks: an installed font shows them, or one plain sentence says that none does."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import xarray as xr

from powersim.figures import letters
from powersim.figures.gallery import write_figures
from powersim.figures.saving import save
from powersim.figures.style import Drawing, measure, sheet, styled, wrap

CHINESE = "\u5bfc\u5f39\u9632\u5fa1"  # missile defence
ELSEWHERE = "\U0001d49c"  # a script A: not in DejaVu Sans, but in STIX, which comes with matplotlib too


@pytest.fixture
def nothing_else_installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose only font is the figures' own."""
    monkeypatch.setattr(letters, "_installed", list)
    letters._others.cache_clear()
    yield
    letters._others.cache_clear()


def drawn(title: str, where: Path) -> Drawing:
    """A figure with that title, written."""
    with styled():
        made = sheet(title, title, 1.0)
        drawing = Drawing("one", made.figure, title, title)
        save(drawing, where, ("png", "svg"))
    return drawing


def test_a_letter_that_another_installed_font_has_is_set_in_it(tmp_path: Path) -> None:
    assert letters.families(
        "Latin, \u0420\u043e\u0441\u0441\u0438\u044f, \u0395\u03bb\u03bb\u03ac\u03b4\u03b1 \u2212"
    ) == (letters.FONT,)
    assert letters.families(f"A {ELSEWHERE}")[1:] != ()
    assert drawn(f"A {ELSEWHERE}", tmp_path).boxes == set()


@pytest.mark.usefixtures("nothing_else_installed")
def test_letters_that_no_font_has_are_named_and_nothing_is_warned_of(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert measure(CHINESE, 10.0) > 0.0
        assert drawn(f"The {CHINESE} of 2009", tmp_path).boxes == set(CHINESE)


@pytest.mark.usefixtures("nothing_else_installed")
def test_however_many_figures_lack_letters_one_sentence_says_so(
    make: Callable[..., xr.Dataset], tmp_path: Path
) -> None:
    results = make(branches=1, theories=1, outcomes=2, runs=4, years=4)[["value"]]
    results.attrs["outcomes"] = results.attrs["outcomes"].replace("Russia-Iran", CHINESE)
    results.attrs["outcomes"] = results.attrs["outcomes"].replace("Iranian", "\u4f0a\u6717")
    said: list[str] = []
    write_figures(results, tmp_path / "told", formats=("svg",), notice=said.append)
    assert len(said) == 1
    assert all(letter in said[0] for letter in (*CHINESE, "\u4f0a", "\u6717"))
    assert "font" in said[0]
    assert ".py" not in said[0]
    with pytest.warns(UserWarning, match="no installed font has these letters") as caught:
        write_figures(results, tmp_path / "warned", formats=("svg",))
    assert len(caught) == 1


def test_a_figure_whose_letters_are_all_there_is_written_once_and_stays_as_it_is(tmp_path: Path) -> None:
    plain = drawn("A title", tmp_path)
    assert plain.boxes == set()
    assert all(text.get_fontfamily() == [letters.FONT] for text in plain.figure.texts)


def test_lines_of_east_asian_writing_break_without_spaces() -> None:
    text = CHINESE * 12 + "\uff0c" + CHINESE
    lines = wrap(text, 2.0, 10.0)
    assert len(lines) > 2
    assert "".join(lines) == text
    assert all(measure(line, 10.0) <= 2.0 for line in lines)
    assert not any(line.startswith("\uff0c") for line in lines)
    assert wrap("plain words stay whole", 0.1, 10.0) == ["plain", "words", "stay", "whole"]


def test_other_warnings_pass() -> None:
    with pytest.warns(RuntimeWarning, match="something else"), letters.heard() as lacking:
        warnings.warn("something else", RuntimeWarning, stacklevel=1)
    assert lacking == set()
