"""CSV, the only writer of it: numbers without loss of meaning, missing as empty, text that no spreadsheet runs.

A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and formulas start programs and fetch
addresses. Such a text gets an apostrophe before it, as a spreadsheet itself would write it; a number is not touched.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

from powersim.files.plain import one_line
from powersim.files.writing import Mark, replacing

FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
HARMLESS = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?|inf|nan)?")  # a number, a sign alone


def cell(value: object, digits: str = ".9g") -> object:
    """A value as it stands in a table: missing and not-a-number are empty; `digits` format floats."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, float):
        return "" if math.isnan(value) else format(float(value), digits)
    return "" if value is None else value


def text(words: str) -> str:
    """A text on one line, nothing hidden in it, that a spreadsheet takes for text."""
    raw = FORMULA.match(words) and not HARMLESS.fullmatch(words)
    return f"'{one_line(words)}" if raw else one_line(words)


class Rows:
    """A table in an open file, which gets its heading at once. digits: format of floats, "" for all they have."""

    def __init__(self, stream: TextIO, head: Sequence[str], digits: str = ".9g") -> None:
        self._writer = csv.writer(stream, lineterminator="\n")
        self._digits = digits
        self._writer.writerow([text(name) for name in head])

    def add(self, rows: Iterable[Sequence[object]]) -> None:
        """More rows."""
        digits = self._digits
        self._writer.writerows([cell(value, digits) for value in row] for row in rows)

    def add_cells(self, rows: Iterable[Iterable[object]]) -> None:
        """More rows, of what `cell` and `text` made."""
        self._writer.writerows(rows)


def write_table(path: Path, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    """A table as a file: complete, or as it was."""
    with replacing(path, mark(head)) as partial, partial.open("x", encoding="utf-8", newline="") as stream:
        Rows(stream, head).add(rows)
    return path


def mark(head: Sequence[str]) -> Mark:
    """What tells a table that this program wrote: the same heading."""
    room = io.StringIO()
    Rows(room, head)
    return re.compile(rb"\A" + re.escape(room.getvalue().encode()))
