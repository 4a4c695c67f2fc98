"""Tables, figures and the section of the report that nudged inputs leave behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from powersim.effects.estimates import write_rows
from powersim.elasticities.figures import draw, drawings
from powersim.elasticities.measure import NAME, Elasticity
from powersim.elasticities.words import Words
from powersim.figures import letters
from powersim.figures import section as page
from powersim.figures.saving import save
from powersim.figures.style import styled
from powersim.files.table import write_table
from powersim.files.writing import subfolder

TITLE = "What moves what"
ORDER = 45
TABLE, SIGNS = "elasticities.csv", "signs.csv"
HEAD = ("input", "outcome", "of", "expected", "change", "low", "high", "mark", "why", "source", "doubt")
LIMITS = (
    "One input is moved at a time, all others as each run draws them: what two do together is not seen here.",
    "A change is a mean over runs and theories; an input that raises an outcome under one theory and lowers it under "
    "another looks idle. See the sections on sensitivity and on effects by theory.",
    "Many intervals are shown at once: of twenty inputs that move nothing, one looks clear at 95 % by luck. A sign "
    "that is not seen is not refuted: more runs narrow the interval.",
)


def table(words: Words) -> list[tuple[object, ...]]:
    """What became of every expected sign."""
    rows: list[tuple[object, ...]] = []
    for v in words.verdicts:
        of = " - ".join(v.sign.effect or ()) or (f"against {v.sign.against}" if v.sign.against else "level")
        seen = (None, None, None) if v.row is None else (v.row.change, v.row.low, v.row.high)
        sign = v.sign
        rows.append(
            (sign.input, sign.outcome, of, sign.sign, *seen, v.mark, sign.why, sign.source, sign.doubt)
        )
    return rows


def write(words: Words, out: Path, command: str, notice: Callable[[str], None]) -> list[Path]:
    """Everything into ``out/elasticities``; returns the files, the section last."""
    folder = subfolder(out, NAME)
    written = [write_rows(words.rows, Elasticity, folder / TABLE)]
    if words.all_signs:
        written.append(write_table(folder / SIGNS, HEAD, table(words)))
    figures: list[page.Figure] = []
    boxes: set[str] = set()
    for kind, outcome in drawings(words):
        with styled():
            drawing = draw(words, kind, outcome)
            written += save(drawing, folder, ("png", "svg"))
        boxes |= drawing.boxes
        figures.append(page.Figure(drawing.name, f"Chart. {drawing.finding}", drawing.caption))
    letters.tell(frozenset(boxes), notice)
    section = page.Section(
        NAME,
        TITLE,
        ORDER,
        findings=words.all(),
        figures=figures,
        tables=_tables(words),
        limits=LIMITS,
        command=command,
    )
    return [*written, section.write(out)]


def _tables(words: Words) -> list[page.Table]:
    if not words.all_signs:
        return []
    rows: list[list[page.Cell]] = [
        [v if isinstance(v, str | float) else "" for v in row[:9]] for row in table(words)
    ]
    caption = "Signs expected before anything was computed, and what came out (change from low to high, 95 % interval)"
    return [page.Table(caption, list(HEAD[:9]), rows)]
