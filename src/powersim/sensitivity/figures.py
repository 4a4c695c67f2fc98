"""Figures of sensitivity: what stands above chance, tornado, Morris' effects, Sobol's indices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from powersim.figures.rows import FOOT, HEAD, STEP, around_zero, heights, named_rows
from powersim.figures.style import (
    BLUE,
    FAINT,
    INK,
    SMALL,
    SOFT,
    VERMILLION,
    YARDSTICK,
    Drawing,
    Look,
    sheet,
)

Floats = NDArray[np.float64]

BAND = "#EFEFEF"


@dataclass(frozen=True)
class Row:
    """One line of a figure: a name, a value with its interval, whether it stands above chance, a remark."""

    name: str
    value: float
    low: float
    high: float
    clear: bool
    remark: str = ""


@dataclass(frozen=True)
class Swing:
    """A bar of a tornado: mean effects at the low and the high end with their intervals, and the ends in words."""

    name: str
    values: tuple[str, str]
    effects: tuple[float, float]
    lows: tuple[float, float]
    highs: tuple[float, float]
    clear: bool


@dataclass(frozen=True)
class Index:
    """First-order and total index of a group with the half-widths of their intervals."""

    name: str
    first: float
    first_half: float
    total: float
    total_half: float
    luck: bool = False


def draw_screening(rows: Sequence[Row], noise: float, count: int, finding: str) -> Drawing:
    """Rank correlations of the leading assumptions with the effect, and the band that chance alone fills."""
    caption = (
        "Rank correlation of each assumption with the effect, with its 95% interval: the clearest "
        f"{len(rows)} of {count}. Filled: found, with a bound of 1% on the share of false findings. Grey: "
        "within what chance alone gives the largest of all of them in 95% of permutations."
    )
    made = sheet(finding, caption, HEAD + FOOT + STEP * len(rows))
    axes = named_rows(made, [row.name for row in rows])
    axes.axvspan(-noise, noise, color=BAND, lw=0, zorder=0)
    for y, row in zip(heights(rows), rows, strict=True):
        colour = BLUE if row.value > 0 else VERMILLION
        axes.plot([row.low, row.high], [y, y], color=colour, lw=1.6, solid_capstyle="butt")
        axes.plot(row.value, y, "o", mfc=colour if row.clear else "white", mec=colour, ms=6)
    around_zero(axes, [v for row in rows for v in (row.low, row.high)] + [-noise, noise])
    axes.set_xlabel(
        "Rank correlation with the effect (right: the higher the assumption, the higher the effect)"
    )
    return Drawing("screening", made.figure, finding, caption)


def draw_tornado(
    bars: Sequence[Swing], centre: float, of: str, finding: str, runs: int, factor: float
) -> Drawing:
    """Mean effect with each leading assumption at either end of its prior, all others drawn. of: which effect."""
    caption = (
        f"Mean effect over the same {runs} runs with the assumption at its prior’s 5% quantile (vermilion) "
        "and at its 95% quantile (blue), all others drawn, with 95% intervals. Bold: the difference of "
        "the two excludes zero. Dashed: the mean effect over the same runs with all of them drawn."
    )
    legend = [("low end", Look(VERMILLION)), ("high end", Look(BLUE))]
    made = sheet(finding, caption, HEAD + FOOT + 1.45 * STEP * len(bars), legend)
    axes = named_rows(made, [bar.name for bar in bars], [bar.clear for bar in bars], 1.45 * STEP)
    for y, bar in zip(heights(bars), bars, strict=True):
        axes.barh(
            y, factor * (bar.effects[1] - bar.effects[0]), left=factor * bar.effects[0], height=0.5,
            color=FAINT, lw=0, zorder=1,
        )  # fmt: skip
        for k, (colour, shift) in enumerate(((VERMILLION, 0.11), (BLUE, -0.11))):
            ends = [factor * bar.lows[k], factor * bar.highs[k]]
            axes.plot(ends, [y + shift] * 2, color=colour, lw=1.4, solid_capstyle="butt")
            axes.plot(factor * bar.effects[k], y + shift, "o", color=colour, ms=5.5)
            axes.annotate(
                bar.values[k], (factor * bar.effects[k], y + shift), (0, 6 if k == 0 else -6),
                textcoords="offset points", ha="center", va="bottom" if k == 0 else "top", size=SMALL - 1, color=colour,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.3},
            )  # fmt: skip
    axes.axvline(factor * centre, color=SOFT, lw=1, ls=(0, (4, 3)), zorder=1)
    around_zero(axes, [factor * v for bar in bars for v in (*bar.lows, *bar.highs)])
    axes.set_xlabel(f"Mean effect {of}")
    return Drawing("tornado", made.figure, finding, caption)


def draw_morris(rows: Sequence[Row], of: str, finding: str, trajectories: int, factor: float) -> Drawing:
    """Mean absolute elementary effects of groups; the row named luck is the measure of the others. of: which effect."""
    caption = (
        "Mean absolute change of a run’s effect when a whole group of assumptions is drawn anew on "
        f"Morris’ grid (μ*), with its 95% interval, over {trajectories} trajectories. Grey: another luck "
        "with the same assumptions. What changes a run no more than luck does may only reshuffle it."
    )
    made = sheet(finding, caption, HEAD + FOOT + 0.25 * len(rows))
    axes = named_rows(made, [row.name for row in rows], step=0.25)
    for y, row in zip(heights(rows), rows, strict=True):
        luck = row.name == "luck"
        colour = YARDSTICK if luck else BLUE
        axes.barh(y, factor * row.value, height=0.62, color=colour, lw=0, alpha=1 if luck else 0.75)
        axes.plot([factor * row.low, factor * row.high], [y, y], color=INK, lw=1.2)
        if luck:
            axes.axvline(factor * row.value, color=YARDSTICK, lw=1, ls=(0, (4, 3)), zorder=0)
    axes.set_xlim(0, 1.06 * factor * max(row.high for row in rows) or 1.0)
    axes.set_xlabel(f"Mean absolute elementary effect {of}")
    return Drawing("morris", made.figure, finding, caption)


def draw_indices(name: str, rows: Sequence[Index], finding: str, base: int) -> Drawing:
    """First-order (filled) and total (hollow) Sobol' indices of groups with their intervals."""
    caption = (
        "Share of the variance of a run’s effect due to each group alone (filled) and with its "
        f"interactions (hollow), with 95% bootstrap intervals; Saltelli’s design with {base} base points. "
        "A filled interval that reaches zero: not shown to matter by itself. Grey: luck."
    )
    legend = [
        ("alone (first order)", Look(BLUE, marker="o")),
        ("with interactions (total)", Look(VERMILLION, marker="s", hollow=True)),
    ]
    made = sheet(finding, caption, HEAD + FOOT + STEP * len(rows), legend)
    axes = named_rows(made, [row.name for row in rows])
    for y, row in zip(heights(rows), rows, strict=True):
        for value, half, marker, colour, hollow, shift in (
            (row.first, row.first_half, "o", BLUE, False, 0.14),
            (row.total, row.total_half, "s", VERMILLION, True, -0.14),
        ):
            shade = YARDSTICK if row.luck else colour
            axes.plot(
                [value - half, value + half], [y + shift] * 2, color=shade, lw=1.5, solid_capstyle="butt"
            )
            axes.plot(value, y + shift, marker, mfc="white" if hollow else shade, mec=shade, ms=5.5)
    ends = [v for row in rows for v in (row.first - row.first_half, row.total + row.total_half)]
    axes.axvline(0, color=INK, lw=0.9)
    axes.axvline(1, color=FAINT, lw=0.9)
    axes.set_xlim(min(-0.05, *ends) - 0.02, max(1.0, *ends) + 0.03)
    axes.set_xlabel("Share of the variance of the effect")
    return Drawing(name, made.figure, finding, caption)
