"""Figures drawn and written: one after another, or several at once in processes of their own, with the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from powersim._garbage import unswept
from powersim.figures import letters
from powersim.figures.pool import each
from powersim.figures.saving import SCREEN, save
from powersim.figures.style import Drawing, styled

S = TypeVar("S")
Draw = Callable[[S], Drawing]


@dataclass(frozen=True)
class FigureFiles:
    """A figure that has been written: its name without ending, its finding, its caption and its files."""

    name: str
    finding: str
    caption: str
    files: list[Path]
    boxes: frozenset[str] = frozenset()  # letters that no installed font has


def print_all(
    subject: S,
    draws: Sequence[Draw[S]],
    directory: Path,
    formats: Sequence[str],
    progress: Callable[[str], None] | None = None,
    processes: int = 1,
    notice: Callable[[str], None] | None = None,
    style: str = SCREEN,
) -> list[FigureFiles]:
    """Draw each of `draws` from `subject` and write it once per format; `progress` is told each figure's name.

    `notice` is told, once, of letters that no installed font has: without it that is a warning. What more than one of
    `processes` asks for stands in `pool`.
    """
    done: list[FigureFiles] = []
    work = partial(_print, directory=directory, formats=formats, style=style)
    for printed in each(subject, work, draws, processes):
        done.append(printed)
        if progress is not None:
            progress(printed.name)
    letters.tell(frozenset().union(*(printed.boxes for printed in done)), notice)
    return done


@unswept()  # around the whole call: the figure is garbage when it returns
def _print(subject: S, draw: Draw[S], directory: Path, formats: Sequence[str], style: str) -> FigureFiles:
    with styled():
        drawing = draw(subject)
        files = save(drawing, directory, formats, style)
        return FigureFiles(drawing.name, drawing.finding, drawing.caption, files, frozenset(drawing.boxes))
