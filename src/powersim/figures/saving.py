"""Figures put on disk: the same bytes each time, for a screen or for paper."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from powersim.figures import letters
from powersim.figures.style import HEADING, LINE, Drawing
from powersim.files.plain import plain
from powersim.files.writing import Mark, replacing, subfolder, write

FORMATS = ("png", "svg")
SCREEN, PAPER = "screen", "paper"
STYLES = (SCREEN, PAPER)
PRINT = 300  # dots an inch on paper

MADE_BY: dict[str, dict[str, str | None]] = {
    "png": {"Software": "powersim"}, "svg": {"Date": None, "Creator": "powersim"},
    "pdf": {"Creator": "powersim", "Producer": None, "CreationDate": None},
}  # fmt: skip
"""What a file says of itself: who made it, and nothing that changes from one time to the next."""

MARKS: dict[str, Mark] = {
    "png": re.compile(rb"\A\x89PNG.*Software\0powersim", re.DOTALL),
    "svg": re.compile(rb"<dc:title>powersim</dc:title>"),
    "pdf": re.compile(rb"\A%PDF.*/Creator \(powersim\)", re.DOTALL),
}


def save(drawing: Drawing, directory: Path, formats: Sequence[str], style: str = SCREEN) -> list[Path]:
    """Write a drawing once per format; the same figure gives the same bytes (no dates, no random identifiers).

    The file says that powersim wrote it: another of its name is not replaced. style: on paper, 300 dots an inch
    and without title and caption, which journals set themselves. SVG files say both in `title` and `desc`.
    """
    for axis in (a for axes in drawing.figure.axes for a in (axes.xaxis, axes.yaxis)):
        if not axis.get_label_text():
            axis.set_label_coords(0, 0)  # or all tick labels would be measured again to find a place for it
    for text in drawing.figure.findobj(Text):
        text.set_text(plain(text.get_text()))  # a control character would also break the SVG
    options = _for_paper(drawing.figure) if style == PAPER else {}
    written = []
    *inner, last = drawing.name.split("/")
    folder = subfolder(directory, *inner)
    for ending in formats:
        path = folder / f"{last}.{ending}"
        lacking = _print(drawing, path, ending, options)
        if lacking and _borrow(drawing.figure):
            lacking = _print(drawing, path, ending, options)
        drawing.boxes.update(lacking)
        written.append(path)
    return written


def _print(drawing: Drawing, path: Path, ending: str, options: dict[str, Any]) -> set[str]:
    """Write a figure; returns the letters that its fonts lack."""
    options = {**options, "format": ending, "metadata": MADE_BY.get(ending), "facecolor": "white"}
    with letters.heard() as lacking:
        if ending == "svg":
            made = io.StringIO()
            drawing.figure.savefig(made, **options)
            write(path, _described(made.getvalue(), drawing), MARKS[ending])
        else:
            with replacing(path, MARKS.get(ending)) as partial:
                drawing.figure.savefig(partial, **options)
    return lacking


def _described(svg: str, drawing: Drawing) -> str:
    """An SVG that says what it shows to those who cannot see it."""
    told = f"<title>{escape(plain(drawing.finding))}</title>\n <desc>{escape(plain(drawing.caption))}</desc>"
    return re.sub(r"(<svg [^>]*)>", lambda found: f'{found[1]} role="img">\n {told}', svg, count=1)


def _for_paper(figure: Figure) -> dict[str, Any]:
    """Take title and caption away, and what to save the rest with."""
    heads = [text for text in figure.texts if text.get_gid() == HEADING]
    width, top = figure.get_size_inches()
    for text in heads:
        text.set_visible(False)
        top = min(
            top, text.get_position()[1] * figure.get_size_inches()[1] - float(text.get_fontsize()) * LINE / 72
        )
    return {"dpi": PRINT, "bbox_inches": Bbox([[0, 0], [width, top]])}


def _borrow(figure: Figure) -> bool:
    """Set texts with letters that the own font lacks in installed fonts too; whether there was any to take."""
    found = False
    for text in figure.findobj(Text):
        fonts = letters.families(text.get_text())
        if len(fonts) > 1 and tuple(text.get_fontfamily()) != fonts:
            text.set_fontfamily(fonts)
            found = True
    return found
