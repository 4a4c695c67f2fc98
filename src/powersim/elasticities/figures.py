"""A tornado of an outcome, and a heat map of inputs by outcomes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from powersim.elasticities.words import Words
from powersim.figures.rows import FOOT, HEAD, STEP, around_zero, heights, named_rows
from powersim.figures.style import BLUE, DIVERGING, INK, SMALL, SOFT, VERMILLION, Drawing, sheet, slug, wrap

BARS = 16
ROWS, COLUMNS = 36, 42
CELL, ROW, LEFT, RIGHT, ABOVE = 0.5, 0.235, 3.7, 1.3, 2.45  # inches
MOST = 0.5  # standard deviations at which colours end
MARKS = {"right": "as expected", "wrong": "against what was expected"}


def draw_tornado(words: Words, outcome: str) -> Drawing:
    """The inputs that change an outcome most, each from its low to its high place."""
    rows = words.leading(outcome)[:BARS]
    scale, unit = words.scale(outcome), words.unit(outcome)
    factor, told = scale.factor, words.tornado(outcome)
    caption = (
        f"{words.titles[outcome]}: mean change over the same {words.asked.runs} runs as an input goes from its low to "
        f"its high place, {words.width}; a branch: against the one named. With 95% intervals; filled: clear of zero. "
        "Bold: a sign was expected."
    )
    made = sheet(told, caption, HEAD + FOOT + STEP * max(len(rows), 1))
    axes = named_rows(
        made, [words.named(row, long=True) for row in rows], [bool(row.expected) for row in rows]
    )
    for y, row in zip(heights(rows), rows, strict=True):
        colour = BLUE if row.change > 0 else VERMILLION
        axes.plot([factor * row.low, factor * row.high], [y, y], color=colour, lw=1.8, solid_capstyle="butt")
        axes.plot(factor * row.change, y, "o", mfc=colour if row.clear else "white", mec=colour, ms=6)
    around_zero(axes, [factor * end for row in rows for end in (row.low, row.high)])
    low, high = axes.get_xlim()
    axes.set_xlim(low, high + 0.2 * (high - low))
    for y, row in zip(heights(rows), rows, strict=True):
        if row.mark in MARKS:
            axes.text(
                axes.get_xlim()[1], y, MARKS[row.mark], ha="right", va="center", size=SMALL - 1,
                color=INK if row.mark == "wrong" else SOFT,
            )  # fmt: skip
    axes.set_xlabel(f"Change from low to high{f' ({unit})' if unit else ''}")
    return Drawing(f"tornado-{slug(outcome)}", made.figure, told, caption)


def draw_heat(words: Words) -> Drawing:
    """Standardised changes of outcomes by inputs; what is not clear of zero stays white."""
    names, outcomes, table = words.heat(ROWS, COLUMNS)
    told = words.heated()
    caption = (
        f"Change from an input’s low to its high place ({words.width}) in standard deviations of the outcome over "
        "runs; blue: rises, vermillion: falls; white: its 95% interval includes zero. Inputs by their largest change, "
        "outcomes as the author lists them. +, −: the sign that was expected; in a ring where the other came out."
    )
    height = ROW * max(len(names), 1)
    made = sheet(told, caption, ABOVE + height + 0.62)
    width = min(CELL * max(len(outcomes), 1), made.width - LEFT - RIGHT)
    axes = made.axes(LEFT, 0.55, width, height)
    values = np.array(
        [[row.standardised if row is not None and row.clear else 0.0 for row in line] for line in table]
    )
    image = axes.imshow(
        values.reshape(len(names), len(outcomes)), cmap=DIVERGING, vmin=-MOST, vmax=MOST, aspect="auto"
    )
    axes.set_xticks(np.arange(len(outcomes) + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(names) + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="#E4E4E4", lw=0.6)
    axes.tick_params(which="both", length=0)
    axes.set_xticks([])
    axes.set_yticks([])
    for i, line in enumerate(table):
        middle = 0.55 + height - ROW * (i + 0.5)
        label = wrap(names[i], LEFT - 0.4, SMALL)[0]
        made.text(LEFT - 0.12, middle, label, size=SMALL, ha="right", va="center_baseline")
        for j, row in enumerate(line):
            if row is not None and row.expected in ("+", "-"):
                ring = (
                    {"boxstyle": "circle,pad=0.12", "fc": "none", "ec": INK, "lw": 1.1}
                    if row.mark == "wrong"
                    else None
                )
                axes.text(
                    j, i, row.expected.replace("-", "−"), ha="center", va="center", size=SMALL, bbox=ring
                )
    for j, outcome in enumerate(outcomes):
        x = LEFT + width * (j + 0.5) / len(outcomes)
        text = wrap(words.titles[outcome], 2.75, SMALL)[0]
        made.text(
            x,
            0.55 + height + 0.08,
            text,
            size=SMALL,
            rotation=58,
            ha="left",
            va="bottom",
            rotation_mode="anchor",
        )
    bar = made.axes(LEFT, 0.3, 2.6, 0.12)
    made.figure.colorbar(image, cax=bar, orientation="horizontal", ticks=[-MOST, 0, MOST])
    bar.set_xticklabels([f"−{MOST:g} sd or less", "0", f"+{MOST:g} sd or more"], size=SMALL - 1)
    bar.tick_params(length=0, pad=2)
    return Drawing("heat", made.figure, told, caption)


def drawings(words: Words) -> Sequence[tuple[str, str]]:
    """Kinds and outcomes of the figures that there are, the heat map first, where any input moves anything."""
    heat = [("heat", "")] if words.heat(ROWS, COLUMNS)[0] else []
    return [*heat, *(("tornado", name) for name in words.shown if words.leading(name))]


def draw(words: Words, kind: str, outcome: str) -> Drawing:
    """One of `drawings`."""
    return draw_heat(words) if kind == "heat" else draw_tornado(words, outcome)
