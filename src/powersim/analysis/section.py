"""What a study found, as a page can show it: paragraphs, figures and tables, in one JSON file beside its data.

Each study writes ``DIR/<name>/section.json``; the report puts together whatever sections it finds in DIR.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from powersim import _seals as seals
from powersim.errors import PowersimError

FILE = "section.json"
FORMAT = 1

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
        path = folder / self.name / FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        files = [f"{figure.file}.png" for figure in self.figures]
        known = {name: _sum(path.parent / name, name) for name in files if (path.parent / name).is_file()}
        content = seals.marked({"format": FORMAT, **asdict(self), "files": known})
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return path


def read_section(path: Path) -> Section:
    """The section in a file. PowersimError if it is not one."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["format"] != FORMAT:
            raise PowersimError(f"{path}: written by another version of powersim; run its command again")
        if seals.MARK in found and not seals.is_whole(found):
            raise PowersimError(f"{path}: is damaged; run its command again, or delete it")
        for name, mark in found.get("files", {}).items():
            if (path.parent / name).is_file() and _sum(path.parent / name, name) != mark:
                raise PowersimError(
                    f"{path.parent / name}: is damaged, or not of {FILE}; run its command again"
                )
        for name in ("format", "files", seals.MARK):
            found.pop(name, None)  # a section that was written by hand has no checksums
        figures = tuple(Figure(**figure) for figure in found.pop("figures"))
        tables = tuple(Table(**table) for table in found.pop("tables"))
        return Section(**found, figures=figures, tables=tables)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise PowersimError(
            f"{path}: not a section of a report ({error}); delete it or run its command again"
        ) from error


def _sum(path: Path, name: str) -> str:
    return seals.digest(path.read_bytes(), name).hex()


def sections(folder: Path) -> list[Section]:
    """The sections in a folder of results, in the order of the page."""
    found = [read_section(path) for path in folder.glob(f"*/{FILE}")]
    return sorted(found, key=lambda section: (section.order, section.name))
