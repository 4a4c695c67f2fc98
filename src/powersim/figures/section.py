"""What a study found, as a page can show it: paragraphs, figures and tables, in one JSON file beside its data.

Each study writes ``DIR/<name>/section.json``; the report puts together whatever sections it finds in DIR.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import Field

from powersim import _seals as seals
from powersim.errors import PowersimError, Problem
from powersim.files.reading import FileError, Strict, line_of, read, read_text
from powersim.files.writing import Mark, subfolder, write

FILE = "section.json"
FORMAT = 1
MARK: Mark = re.compile(rb'\A\{\s*"format": \d+,\s*"name": "')

Cell = str | float | int | None


@dataclass(frozen=True)
class Figure:
    """A figure: its file without suffix (PNG and SVG are beside each other), relative to the section's folder.

    alt: what it shows, for a reader who cannot see it. caption: what to take from it.
    """

    file: str
    alt: str
    caption: str


@dataclass(frozen=True)
class Table:
    """A table; numbers are numbers, so that a page can align and round them. caption says units and intervals."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Section:
    """A part of the report. order: place on the page, 0..99. findings: paragraphs made from the numbers.

    limits: what this part cannot tell. command: what computes it again.
    """

    name: str
    title: str
    order: int
    findings: Sequence[str]
    figures: Sequence[Figure] = field(default_factory=tuple)
    tables: Sequence[Table] = field(default_factory=tuple)
    limits: Sequence[str] = field(default_factory=tuple)
    command: str = ""

    def write(self, folder: Path) -> Path:
        """Write ``folder/<name>/section.json`` and return its path."""
        where = subfolder(folder, self.name)
        files = [f"{figure.file}.png" for figure in self.figures]
        known = {name: _sum(where / name, name) for name in files if (where / name).is_file()}
        tables = [_plain(table) for table in self.tables]
        content = seals.marked({"format": FORMAT, **asdict(self), "tables": tables, "files": known})
        text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        return write(where / FILE, text, MARK)


def read_section(path: Path) -> Section:
    """The section in a file. PowersimError with every problem if it is not one, or not what was written."""
    found = read(path, _Section, "a section of a report; delete it or run its command again")
    if found.name != path.parent.name:
        keys = (str(path), line_of(read_text(path), ("name",)), 1, "name")
        raise FileError([Problem(*keys, found.name, f"the name of its folder, {path.parent.name}")])
    if found.checksum is not None and not seals.is_whole(json.loads(read_text(path))):
        raise PowersimError(f"{path}: is damaged; run its command again, or delete it")
    for name, mark in found.files.items():
        if (path.parent / name).is_file() and _sum(path.parent / name, name) != mark:
            raise PowersimError(f"{path.parent / name}: is damaged, or not of {FILE}; run its command again")
    figures = [Figure(each.file, each.alt, each.caption) for each in found.figures]
    tables = [Table(each.caption, each.columns, each.rows) for each in found.tables]
    return Section(
        found.name,
        found.title,
        found.order,
        found.findings,
        tuple(figures),
        tuple(tables),
        found.limits,
        found.command,
    )


def _sum(path: Path, name: str) -> str:
    return seals.digest(path.read_bytes(), name).hex()


def sections(folder: Path) -> list[Section]:
    """The sections in a folder of results, in the order of the page."""
    found = [read_section(path) for path in folder.glob(f"*/{FILE}")]
    return sorted(found, key=lambda section: (section.order, section.name))


def _plain(table: Table) -> dict[str, object]:
    """A table as JSON has it, which knows no number that is not finite."""
    rows = [
        [None if isinstance(cell, float) and not math.isfinite(cell) else cell for cell in row]
        for row in table.rows
    ]
    return {"caption": table.caption, "columns": list(table.columns), "rows": rows}


class _Figure(Strict):
    file: str = Field(min_length=1, examples=['"figures/shares"'])
    alt: str
    caption: str


class _Table(Strict):
    caption: str
    columns: list[str] = Field(examples=['["channel", "share"]'])
    rows: list[list[str | float | int | None]] = Field(examples=['[["trust", 0.25]]'])


class _Section(Strict):
    """The file, key by key."""

    format: Literal[1]
    name: str = Field(pattern=r"^[a-z][a-z0-9_-]*$", examples=['"why"'])
    title: str
    order: int = Field(ge=0, le=99, examples=["30"])
    findings: list[str]
    figures: list[_Figure]
    tables: list[_Table]
    limits: list[str] = Field(default_factory=list)
    command: str = ""
    files: dict[str, str] = Field(default_factory=dict)  # checksums of the figures beside it
    checksum: str | None = None  # a section that was written by hand has none
