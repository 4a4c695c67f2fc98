"""What of the page goes on paper: enough to read, and what is left out is said there."""

from __future__ import annotations

from collections.abc import Sequence

from powersim.figures.section import Table
from powersim.report.pictures import Picture

WHOLE, ROWS = 14, 8  # rows of a table that is printed whole; of a longer one, the first
FIGURES = 2  # of a part or a section
PARTS = {"effects": 0, "paths": 4, "alignment": 1, "more": 0}  # effects stand on paper as tables
"""Figures of parts that have another number."""


def rows(table: Table) -> int:
    """How many rows are printed."""
    return len(table.rows) if len(table.rows) <= WHOLE else ROWS


def figures(pictures: Sequence[Picture], part: str = "") -> list[str]:
    """Names of the figures that are printed: the first ones, without those that are too tall to be read there."""
    wide = [each.name for each in pictures if each.height <= each.width]
    return wide[: PARTS.get(part, FIGURES)]
