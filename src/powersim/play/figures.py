"""A played history drawn among simulated ones: a small panel for each outcome."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from powersim._words import counted
from powersim.figures.style import BLUE, FAINT, INK, SMALL, SOFT, TEXT, Drawing, Look, sheet, shorten
from powersim.play.beside import Beside

COLUMNS = 3
PANEL, ABOVE, BELOW, LEFT, GAP = 0.95, 0.55, 0.45, 0.25, 0.3  # inches
BINS = 30


def draw_beside(rows: Sequence[Beside], who: str, runs: int) -> Drawing:
    """Distributions of the simulated outcomes, with the played history and the model's own marked in each."""
    title = finding(rows, who)
    caption = (
        f"Grey: {runs} simulated histories. Blue: the history as {who} was played. Dashed: what the model makes "
        "of the same luck and numbers without a player. Percentile: share of simulated histories below, of ties half."
    )
    count = -(-len(rows) // COLUMNS)
    made = sheet(
        title, caption, count * (PANEL + ABOVE + BELOW),
        [
            ("Simulated", Look(FAINT, band=True)), ("As played", Look(BLUE, marker="")),
            ("The model, same luck", Look(INK, (0, (3, 2)), marker="")),
        ],
    )  # fmt: skip
    width = (made.width - 2 * LEFT - (COLUMNS - 1) * GAP) / COLUMNS
    for place, row in enumerate(rows):
        line, column = divmod(place, COLUMNS)
        left = LEFT + column * (width + GAP)
        bottom = made.top - (line + 1) * (ABOVE + PANEL) - line * BELOW
        axes = made.axes(left, bottom, width, PANEL)
        ends = [*row.simulated, row.played, row.model]
        low, high = min(ends), max(ends)
        room = 0.06 * (high - low) or 0.05
        axes.hist(row.simulated, bins=np.linspace(low - room, high + room, BINS + 1).tolist(), color=FAINT)
        axes.axvline(row.model, color=INK, lw=1.2, ls=(0, (3, 2)), zorder=3)
        axes.axvline(row.played, color=BLUE, lw=2.0)
        axes.set_xlim(low - room, high + room)
        axes.set_yticks([])
        axes.tick_params(length=2.5, pad=2, labelsize=SMALL)
        axes.locator_params(axis="x", nbins=4)
        top = bottom + PANEL + 0.24
        made.text(left, top, shorten(row.title, width, TEXT), size=TEXT, weight="bold")
        told = f"played {row.played:.2f}, percentile {row.percentile:.0f}; median {row.spread[1]:.2f}"
        made.text(left, top - 0.17, shorten(told, width, SMALL), size=SMALL, color=SOFT)
    return Drawing("played", made.figure, title, caption)


def finding(rows: Sequence[Beside], who: str) -> str:
    """How the player came off, in a sentence."""
    own = rows[0]
    beyond = own.played - own.model
    than = (
        "as the model would have"
        if beyond == 0.0
        else f"{'better' if beyond > 0.0 else 'worse'} than the model would"
    )
    many = own.simulated.size
    return (
        f"{who} came off {than} with the same luck (utility {own.played:.2f} against {own.model:.2f}), and better than "
        f"in {own.percentile:.0f}% of {counted(many, 'simulated history', 'simulated histories')}"
    )
