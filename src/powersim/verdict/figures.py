"""Verdicts drawn: for each hypothesis the effects of all draws, beside the effect that they are measured by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator, NullFormatter, NullLocator

from powersim.effects.results import Floats
from powersim.figures.style import (
    BLUE,
    INK,
    SMALL,
    SOFT,
    TEXT,
    VERMILLION,
    YARDSTICK,
    Drawing,
    Look,
    measure,
    sheet,
    shorten,
    wrap,
)  # fmt: skip
from powersim.verdict.rule import DEPENDENT, REFUTED, SUPPORTED, VERDICTS
from powersim.verdict.words import FIGURE_FILE, Judgement, in_short

ROW, FOOT, LEFT, RIGHT = 0.4, 0.62, 4.9, 1.75  # inches
LINEAR, FARTHEST = 0.1, 10.0  # the axis is linear up to the one and ends at the other, in reference effects
AXIS = (
    "← the other way      effect, in units of what the claim is measured by (linear to 0.1, then logarithmic)"
    "      as claimed →"
)
TICKS = ((-10, "−10"), (-1, "−1"), (-0.1, "−0.1"), (0, "0"), (0.1, "0.1"), (1, "1"), (10, "10"))
COLOURS = {SUPPORTED: "#009E73", DEPENDENT: "#E69F00", REFUTED: VERMILLION}
CLEAR, AGAINST, UNCLEAR, BAND = BLUE, VERMILLION, "#BBBBBB", "#E8E8E8"
GOLDEN = 0.6180339887  # spreads dots over a row without a pattern


def draw_verdicts(judged: Sequence[Judgement], title: str, lucks: int) -> Drawing:
    """A row for each hypothesis with a quantity of its own, grouped by verdict; none is left out for being dull."""
    order = {verdict: k for k, verdict in enumerate(VERDICTS)}
    rows = sorted((one for one in judged if one.finding is not None), key=lambda one: order[one.verdict])
    finding = f"{in_short(judged)}"
    caption = (
        f"{title}. Each row is a claim, each dot one set of assumptions under one theory: how far {lucks} pairs of "
        "histories moved what the claim is about, to the right as claimed, to the left the other way, in units of the "
        "effect that the claim is measured by (1: as large as that). Coloured: the 95% interval of the dot’s own runs "
        "excludes 0. The diamond is the mean of the dots with its 95% interval; where that lies inside the grey "
        "band the claim is refuted in the model. Rows marked * have nothing to be measured by, and are divided by "
        "their own widest dots. Dots beyond ±10 stand at the edge. “Not decided” is not “no effect”."
    )
    legend = [
        ("clear as claimed", Look(CLEAR, dash="")),
        ("clear the other way", Look(AGAINST, dash="", marker="o")),
        ("not clear", Look(UNCLEAR, dash="")),
        ("mean over draws", Look(INK, marker="D")),
        ("refuted inside", Look(BAND, band=True)),
    ]
    made = sheet(finding, caption, len(rows) * ROW + FOOT, legend)
    width = made.width - LEFT - RIGHT
    axes = made.axes(LEFT, FOOT - 0.1, width, len(rows) * ROW)
    _frame(axes, len(rows))
    ids = min(1.6, 0.25 + max(1.1 * measure(one.id, TEXT, "bold") for one in rows))
    for place, one in enumerate(rows):
        y = len(rows) - 1 - place
        level = FOOT - 0.1 + (y + 0.5) * ROW
        scale, measured = _scale(one)
        _row(axes, one, y, scale, measured)
        made.text(
            0.25,
            level,
            shorten(one.id, ids - 0.2, TEXT) + ("" if measured else "*"),
            size=TEXT,
            weight="bold",
            va="center",
        )
        lines = wrap(one.claim, LEFT - 0.4 - ids, SMALL)
        lines = lines[:2] if len(lines) < 3 else [lines[0], shorten(f"{lines[1]} …", LEFT - 0.4 - ids, SMALL)]
        made.text(0.25 + ids, level, "\n".join(lines), size=SMALL, va="center", linespacing=1.15)
        made.text(
            made.width - RIGHT + 0.12, level, one.verdict, size=SMALL, va="center",
            color=COLOURS.get(one.verdict, SOFT), weight="bold" if one.verdict in COLOURS else "normal",
        )  # fmt: skip
        if place and one.verdict != rows[place - 1].verdict:
            axes.axhline(y + 0.5, color=SOFT, lw=0.8)
    axes.set_xlabel(
        AXIS,
        size=SMALL,
    )
    return Drawing(FIGURE_FILE, made.figure, finding, caption)


def alternative(judged: Sequence[Judgement]) -> str:
    """The figure in words, for a reader who cannot see it."""
    counted = Counter(one.verdict for one in judged)
    listed = ", ".join(f"{counted[verdict]} {verdict}" for verdict in VERDICTS if counted[verdict])
    return f"Dot plot: one row for each hypothesis with the effects of all draws relative to its reference; {listed}."


def _frame(axes: Axes, rows: int) -> None:
    axes.set_xscale("symlog", linthresh=LINEAR, linscale=1.0)
    axes.set_xlim(-FARTHEST * 1.25, FARTHEST * 1.25)
    axes.set_ylim(-0.5, rows - 0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(FixedLocator([at for at, _ in TICKS]))
    axes.xaxis.set_major_formatter(FixedFormatter([label for _, label in TICKS]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.axvline(0, color=SOFT, lw=0.9, zorder=1)
    for at in (-1, 1):
        axes.axvline(at, color=YARDSTICK, lw=0.7, ls=(0, (2, 3)), zorder=1)


def _scale(one: Judgement) -> tuple[float, bool]:
    """What a row is divided by, and whether that is an effect to be measured by."""
    if one.reference is not None and one.reference[1].shown:
        return abs(one.reference[1].effect), True
    if one.reference is None and np.isfinite(one.size):
        return one.size, True
    assert one.effects is not None
    seen = np.abs(one.effects.effect[one.effects.usable])
    widest = float(np.quantile(seen, 0.95)) if seen.size else 0.0
    return widest or 1.0, False


def _row(axes: Axes, one: Judgement, y: int, scale: float, measured: bool) -> None:
    assert one.effects is not None
    assert one.finding is not None
    e, direction = one.effects, -1.0 if one.sign == "-" else 1.0
    used = e.usable.ravel()
    effect = _shown(direction * e.effect.ravel()[used] / scale)
    low, high = (direction * v.ravel()[used] for v in (e.low, e.high))
    up, down = np.minimum(low, high) > 0, np.maximum(low, high) < 0
    jitter = y + 0.62 * ((np.arange(effect.size) * GOLDEN) % 1.0 - 0.5)
    if measured:
        bound = one.finding.bound / scale
        if np.isfinite(bound):  # what claims a least size is refuted anywhere below it
            start = -1.25 * FARTHEST if one.at_least else -bound
            axes.fill_between([start, bound], y - 0.46, y + 0.46, color=BAND, lw=0, zorder=0)
    if one.sign == "0":
        up, down = up | down, np.zeros_like(down)
    for mask, colour, layer in ((~(up | down), UNCLEAR, 2), (up, CLEAR, 3), (down, AGAINST, 3)):
        axes.scatter(effect[mask], jitter[mask], s=5, color=colour, lw=0, zorder=layer, alpha=0.8)
    mean = one.finding.mean
    ends = _shown(direction * np.array([mean.low, mean.high]) / scale)
    axes.plot(np.sort(ends), [y, y], color=INK, lw=2.0, zorder=4, solid_capstyle="butt")
    axes.plot(
        _shown(np.array([direction * mean.effect / scale])),
        [y],
        "D",
        color=INK,
        ms=4,
        mec="white",
        mew=0.6,
        zorder=5,
    )


def _shown(values: Floats) -> Floats:
    return np.asarray(np.clip(values, -FARTHEST, FARTHEST))
