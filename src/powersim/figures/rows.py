"""Figures of named rows: a line for each name, which stand in a column to the left."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from powersim.figures.style import FAINT, INK, SMALL, Sheet, wrap

LABELS = 4.3  # inches for the names
RIGHT = 0.35
STEP, FOOT, HEAD = 0.36, 0.62, 0.1  # inches


def heights(rows: Sequence[object]) -> range:
    """Heights of so many rows, the first on top."""
    return range(len(rows) - 1, -1, -1)


def named_rows(
    made: Sheet, names: Sequence[str], bold: Sequence[bool] | None = None, step: float = STEP
) -> Axes:
    """Axes with a line of `step` inches for each name, the first on top, names in a column to the left."""
    axes = made.axes(LABELS, FOOT, made.width - LABELS - RIGHT, step * len(names))
    axes.set_ylim(-0.5, len(names) - 0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=FAINT, lw=0.6)
    axes.set_axisbelow(True)
    axes.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 2.5, 5, 10]))
    for k, name in enumerate(names):
        weight = "bold" if bold is not None and bold[k] else "normal"
        lines = wrap(name, LABELS - 0.45, SMALL, weight)[: max(1, int(step / 0.165))]
        middle = FOOT + step * (len(names) - k - 0.5)
        for place, line in enumerate(lines):
            y = middle + 0.158 * ((len(lines) - 1) / 2 - place)
            made.text(LABELS - 0.15, y, line, size=SMALL, weight=weight, ha="right", va="center_baseline")
    return axes


def around_zero(axes: Axes, ends: Sequence[float]) -> None:
    """Limits that show all ends and zero, and a line at zero."""
    low, high = min([0.0, *ends]), max([0.0, *ends])
    room = 0.07 * (high - low) or 0.1
    axes.set_xlim(low - room, high + room)
    axes.axvline(0, color=INK, lw=0.9)
