"""A table is read back to the same numbers, and a spreadsheet runs nothing in it."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powersim.files.table import Rows, cell, text, write_table

RUN = [
    "=cmd|'/c calc'!A1",
    "+1+cmd",
    "-1+cmd|x",
    "@SUM(A1)",
    "\t=1+1",
    "\n=1",
    " =1",
    "＝1+1",
    "-",
    "=",
    "\r=1",
]


@pytest.mark.parametrize("words", RUN)
def test_no_text_is_a_formula(words):
    shown = text(words)
    assert shown == "-" or shown.startswith("'")


@pytest.mark.parametrize(
    "words", ["-0.5", "+", "-", "+3", "1e-5", "-2.5e+10", "-inf", "keep", "a=b", "2009Q1", ""]
)
def test_numbers_signs_and_words_are_left_alone(words):
    assert text(words) == words


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_whatever_the_text_it_stays_in_its_cell_and_runs_nothing(words):
    room = io.StringIO()
    Rows(room, ["a", "b"]).add([[words, 1]])
    (head, row), lines = csv.reader(io.StringIO(room.getvalue())), room.getvalue().splitlines()
    assert (head, row[1], len(lines)) == (["a", "b"], "1", 2)
    assert row[0][:1] not in ("=", "@", "\t", "\r") or row[0] in ("=", "@")


def test_numbers_keep_their_meaning():
    values = [float("nan"), None, -0.5, 1 / 3, float("inf"), 7, True]
    assert [cell(value) for value in values] == ["", "", "-0.5", "0.333333333", "inf", 7, True]
    assert cell(0.1 + 0.2, "") == "0.30000000000000004"


def test_a_table_replaces_its_like_and_nothing_else(tmp_path):
    path = write_table(tmp_path / "a.csv", ["x", "y"], [[1, 2.0]])
    write_table(path, ["x", "y"], [[3, 4.5]])
    assert path.read_text() == "x,y\n3,4.5\n"
    with pytest.raises(Exception, match=r"a\.csv: was not written by powersim"):
        write_table(path, ["x", "z"], [])
    assert path.read_text() == "x,y\n3,4.5\n"
