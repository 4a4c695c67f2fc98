"""Figures of regions in the space of assumptions: thirds of two assumptions, maps of two, boxes of few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from powersim.figures.style import (
    BLUE,
    DIVERGING,
    FAINT,
    INK,
    SMALL,
    SOFT,
    TEXT,
    VERMILLION,
    WIDTH,
    YARDSTICK,
    Drawing,
    Look,
    sheet,
    slug,
    wrap,
)
from powersim.sensitivity.indices import Grid

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

HALO = [patheffects.withStroke(linewidth=2.5, foreground="#FFFFFFB0")]  # numbers stay legible on lines
THIRDS = ("low", "middle", "high")
COLOURS = (VERMILLION, YARDSTICK, BLUE)
TILE = 3.3  # inches of a panel's height
LIGHT = 1.5  # the scale of colours beyond the largest effect, so that numbers on it can be read


@dataclass(frozen=True)
class Panel:
    """Mean effects by thirds of two assumptions (first, second): (3, 3) with half-widths; their names; a verdict."""

    first: str
    second: str
    means: Floats
    halves: Floats
    verdict: str


def draw_interactions(panels: Sequence[Panel], unit: str, finding: str, runs: int, factor: float) -> Drawing:
    """Mean effect by thirds of two assumptions, a panel for each pair: lines that are not parallel interact."""
    caption = (
        f"Mean effect over {runs} runs by thirds of the prior of two assumptions, with 95% intervals. "
        "Parallel lines: the two add up; lines that are not: what one does depends on the other."
    )
    legend = [
        (f"{word} third of the second assumption", Look(colour, marker="o"))
        for word, colour in zip(THIRDS, COLOURS)
    ]
    rows = -(-len(panels) // 3)
    made = sheet(finding, caption, rows * (TILE + 1.0) - 0.05, legend)
    width = (WIDTH - 0.95 - 0.3) / 3
    ends = [
        factor * v for p in panels for v in np.r_[(p.means - p.halves).ravel(), (p.means + p.halves).ravel()]
    ]
    low, high = (
        min([0.0, *(v for v in ends if np.isfinite(v))]),
        max([0.0, *(v for v in ends if np.isfinite(v))]),
    )
    room = 0.06 * (high - low) or 0.1
    for k, panel in enumerate(panels):
        left, bottom = 0.95 + (k % 3) * width, made.top - (k // 3 + 1) * (TILE + 1.0) + 0.7
        axes = made.axes(left, bottom, width - 0.3, TILE - 0.55)
        for j, colour in enumerate(COLOURS):
            axes.errorbar(
                np.arange(3) + 0.08 * (j - 1), factor * panel.means[:, j], factor * panel.halves[:, j],
                color=colour, marker="o", ms=4.5, lw=1.6, elinewidth=1.1,
            )  # fmt: skip
        axes.set_ylim(low - room, high + room)
        axes.axhline(0, color=INK, lw=0.8)
        axes.set_xticks(range(3), THIRDS)
        axes.grid(axis="y", color=FAINT, lw=0.6)
        axes.yaxis.set_major_locator(MaxNLocator(6))
        axes.set_xlabel("\n".join(wrap(panel.first, width - 0.4, SMALL)), size=SMALL)
        for place, line in enumerate(
            wrap(f"{panel.first} by thirds of {panel.second}", width - 0.4, SMALL, "bold")[:2]
        ):
            made.text(left, bottom + TILE - 0.1 - 0.16 * place, line, size=SMALL, weight="bold")
        made.text(left, bottom + TILE - 0.5 + 0.06, panel.verdict, size=SMALL - 0.5, color=SOFT, va="center")
        if k % 3 == 0:
            axes.set_ylabel(f"Mean effect{f' ({unit})' if unit else ''}")
        else:
            axes.set_yticklabels([])
    return Drawing("interactions", made.figure, finding, caption)


def draw_map(grid: Grid, unit: str, finding: str, factor: float) -> Drawing:
    """Mean effect over a grid of two assumptions; bold numbers exclude zero, a line where the sign changes."""
    caption = (
        f"Mean effect in each cell over the same {grid.runs} runs, all other assumptions drawn. Bold: the "
        "cell’s 95% interval excludes zero (of 20 cells without effect one would be bold by chance); "
        "below each mean the half-width of its interval. Line: where the mean changes sign, drawn only if "
        "cells of both signs are bold."
    )
    made = sheet(finding, caption, 6.1, width=10.5)
    axes = made.axes(1.1, 0.75, 7.6, 5.2)
    _cells(axes, grid, factor)
    axes.set_xlabel(grid.names[0])
    axes.set_ylabel(grid.names[1])
    bar = made.axes(9.0, 0.95, 0.2, 4.8)
    made.figure.colorbar(axes.images[0], cax=bar)
    bar.set_ylabel(f"Mean effect{f' ({unit})' if unit else ''}")
    bar.tick_params(labelsize=SMALL)
    return Drawing(f"map-{slug(grid.names[0])}-{slug(grid.names[1])}", made.figure, finding, caption)


def _cells(axes: Axes, grid: Grid, factor: float) -> None:
    shown = factor * grid.effect
    most = float(np.abs(shown).max()) or 1.0
    axes.imshow(
        shown,
        origin="lower",
        aspect="auto",
        cmap=DIVERGING,
        norm=TwoSlopeNorm(0.0, -LIGHT * most, LIGHT * most),
        interpolation="nearest",
    )
    places = 1 if most >= 10 else 2 if most >= 1 else 3 if most >= 0.02 else 4
    for (i, j), value in np.ndenumerate(shown):
        half = factor * (grid.high[i, j] - grid.low[i, j]) / 2
        weight = "bold" if grid.clear[i, j] else "normal"
        text = f"{value:+.{places}f}".replace("-", "−")
        axes.text(
            j,
            i + 0.12,
            text,
            ha="center",
            va="center",
            size=TEXT,
            weight=weight,
            color=INK,
            path_effects=HALO,
        )
        axes.text(
            j,
            i - 0.25,
            f"±{half:.{places}f}",
            ha="center",
            va="center",
            size=SMALL - 1,
            color=INK,
            path_effects=HALO,
        )
    if (grid.low > 0).any() and (grid.high < 0).any():
        axes.contour(shown, levels=[0.0], colors=[INK], linewidths=1.6)
    for axis, values in ((axes.xaxis, grid.values[0]), (axes.yaxis, grid.values[1])):
        axis.set_ticks(range(len(values)), [f"{value:.3g}" for value in values])
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(length=0)


def draw_box(
    x: Floats,
    y: Floats,
    interest: Bools,
    sides: Sequence[tuple[float, float]],
    names: tuple[str, str],
    finding: str,
    what: str,
) -> Drawing:
    """Runs by two assumptions, those of interest in colour, and the box (open sides infinite) found among them."""
    caption = (
        f"Each mark is a run of the half that had no say in the box. Filled: {what}. Frame: the box in these two "
        "assumptions."
    )
    legend = [
        (what, Look(BLUE, dash="", marker="o")),
        ("other runs", Look(YARDSTICK, dash="", marker="o", hollow=True)),
    ]
    made = sheet(finding, caption, 5.9, legend, width=10.5)
    axes = made.axes(1.0, 0.7, 9.2, 5.1)
    axes.plot(x[~interest], y[~interest], "o", mfc="none", mec=YARDSTICK, ms=3.2, mew=0.6)
    axes.plot(x[interest], y[interest], "o", color=BLUE, ms=3.6)
    edges = []
    for values, (low, high) in zip((x, y), sides, strict=True):
        room = 0.02 * float(np.ptp(values)) or 1.0
        edges.append((max(low, float(values.min()) - room), min(high, float(values.max()) + room)))
    (left, right), (bottom, top) = edges
    axes.add_patch(Rectangle((left, bottom), right - left, top - bottom, fill=False, ec=INK, lw=2))
    axes.set_xlabel(names[0])
    axes.set_ylabel(names[1])
    return Drawing("discovery", made.figure, finding, caption)
