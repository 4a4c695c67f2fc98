"""What is shown steers no terminal and hides nothing, and is otherwise what was written."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powersim.cli import console
from powersim.files.plain import UNSAFE, one_line, plain, plain_json

STEERING = ["\x1b[31m", "\x1b]0;title\x07", "\x9b31m", "\r", "\b", "\x7f", "\x00"]
TURNING = ["\u202a", "\u202e", "\u2066", "\u2069", "\u200e", "\u200f", "\u061c", "\u2028", "\ufeff", "\u200b"]


@pytest.mark.parametrize("hidden", [*STEERING, *TURNING, "\ud800", "\U000e0041"])
def test_what_steers_or_hides_is_written_out(hidden):
    shown = plain(f"a{hidden}b")
    assert not UNSAFE.search(shown)
    assert re.fullmatch(r"a(\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\U[0-9a-f]{8}).*b", shown)


@pytest.mark.parametrize("text", ["Łódź – “so”", "سیاست‌های ایران", "中文", "👩‍🚀", "a\nb\tc", "é"])
def test_words_of_any_language_are_left_alone(text):
    assert plain(text) == text


@given(st.text(st.characters(codec=None), max_size=60))
def test_no_text_gets_through_that_steers(text):
    assert not UNSAFE.search(plain(text))
    assert not re.search(r"[\n\t]", one_line(text))
    assert plain(text).encode().decode() == plain(text)
    assert plain(plain(text)) == plain(text)


@given(
    st.recursive(st.text(st.characters(codec=None), max_size=20), lambda inner: st.lists(inner, max_size=3))
)
def test_json_that_is_safe_to_show_holds_the_same_data(data):
    text = plain_json(json.dumps({"data": data}, ensure_ascii=False))
    assert not UNSAFE.search(text)
    assert json.loads(text) == json.loads(json.dumps({"data": data}))


@pytest.mark.parametrize("terminal", [False, True])
def test_a_page_shows_no_escape_sequence_but_its_own(capsys, monkeypatch, terminal):
    monkeypatch.setenv("TERM", "xterm-256color")
    if terminal:
        monkeypatch.setenv("FORCE_COLOR", "1")
    else:
        monkeypatch.delenv("FORCE_COLOR", raising=False)
    evil = "a\x1b]0;own\x07\u202eb\x1b[2J[bold]\nforged"
    page = console.Page()
    assert (page.rich is not None) == terminal
    page.line(evil, "bold")
    page.note(evil)
    page.fields([(evil, evil)])
    page.tables([console.Table((console.Column(evil),), ((evil,), (console.Cell(evil, "red"),)), evil)])
    console.put(evil)
    console.complain(evil)
    said = "".join(capsys.readouterr())
    own = re.sub(r"\x1b\[[0-9;]*m", "", said)  # colours, which the page itself gives
    assert not UNSAFE.search(own)
    assert "\\x1b]0;own\\x07\\u202eb\\x1b[2J[bold]" in own
    assert own.count("\nforged") == 3  # note, put and complain take texts of several lines
