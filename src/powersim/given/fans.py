"""Figures of forecasts: fans after a date with what came as dots, and whether the bands are wide enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb

from powersim.effects.results import Floats
from powersim.effects.scores import pit_histogram, quantiles
from powersim.figures.style import (
    BLUE,
    FAINT,
    INK,
    SMALL,
    SOFT,
    TEXT,
    YARDSTICK,
    Drawing,
    Look,
    Sheet,
    sheet,
    shorten,
)
from powersim.given.forecast import CODED, LEVELS, QUANTILES, WORLDS, Forecast, Points
from powersim.given.targets import Coded, Dated, Target

COLUMNS = 4
PANEL, ABOVE, BELOW = 1.15, 0.5, 0.18  # inches: height of a panel, room for its two lines of title, gap
LEFT, RIGHT, BOTTOM, GAP = 0.55, 0.25, 0.45, 0.3  # inches
BARS, HIGH, STEP = 10, 2.2, 3.05  # bars of a histogram, its height and that of a row in inches


def draw_fans(found: Forecast) -> Drawing:
    """A panel for every issue and event of which something came after the date, those best told first."""
    over = found.over
    seen = [
        (target, found.points[over, place])
        for place, target in enumerate(found.targets)
        if np.isfinite(found.points[over, place]["score"]).any()
    ]
    seen.sort(key=lambda one: (isinstance(one[0], Dated), float(np.nanmean(one[1]["score"]))))
    rows = -(-len(seen) // COLUMNS)
    label = found.plan.scenario.calendar.label
    caption = (
        f"{found.plan.scenario.title}. Dashed upright: {found.label}; the worlds were told what is left of it and not "
        "what is right of it. Issues first, then events (the chance that it has come, or that it is so), the best told "
        "first. Grey: the model told nothing (median of an issue, chance of an event). Scores: CRPS of "
        "issues, Brier scores of events, means over what came; less is better. Dotted: 90% of what would be coded, "
        f"with what is left of the miss at {found.label} and the coding error, cut at the ends of the scale"
        f"{_coded(found)}."
    )
    made = sheet(
        found.sentence,
        caption,
        rows * (ABOVE + PANEL + BELOW) + BOTTOM,
        [
            ("what came", Look(INK, dash="", marker="o")),
            ("record until then", Look(INK, marker="")),
            ("90% of worlds", Look(_tint(0.2), band=True)),
            ("50% of worlds", Look(_tint(0.45), band=True)),
            ("median world; chance", Look(BLUE, marker="")),
            ("90% as coded", Look(BLUE, dash=":", marker="")),
            ("told nothing", Look(YARDSTICK, dash="--", marker="")),
        ],
    )
    dates = [label(turn) for turn in range(found.until + 1)]
    for place, (target, points) in enumerate(seen):
        line, column = divmod(place, COLUMNS)
        width = (made.width - LEFT - RIGHT - (COLUMNS - 1) * GAP) / COLUMNS
        left = LEFT + column * (width + GAP)
        bottom = made.top - (line + 1) * (ABOVE + PANEL) - line * BELOW
        axes = made.axes(left, bottom, width, PANEL)
        _panel(axes, found, target, points["observed"])
        if isinstance(target, Coded):
            coded = found.coded[over, found.targets.index(target)]
            for end in (QUANTILES[0], QUANTILES[-1]):
                axes.plot(np.arange(found.given + 1, found.until + 1), coded[end], color=BLUE, lw=0.9, ls=":")
        axes.axvline(found.given + 0.5, color=SOFT, lw=0.9, ls=(0, (4, 2)))
        _years(axes, dates, shown=place + COLUMNS >= len(seen), first=column == 0)
        _head(made, left, bottom + PANEL + 0.24, width, target.title, _numbers(points))
    return Drawing(f"fans_{found.label}", made.figure, found.sentence, caption)


def _coded(found: Forecast) -> str:
    """Both scores of issues, in words; nothing where nothing came of issues."""
    worlds, coded = (found.score("issues", of) for of in (WORLDS, CODED))
    if worlds is None or coded is None:
        return ""
    return (
        f": CRPS {coded.score:.3f} instead of {worlds.score:.3f}, and bands hold {coded.covered:.0%} of what came "
        f"instead of {worlds.covered:.0%}"
    )


def _panel(axes: Axes, found: Forecast, target: Target, seen: Floats) -> None:
    told, untold = found.told[found.over], found.untold[found.over]
    after = np.arange(found.given + 1, found.until + 1)
    if isinstance(target, Coded):
        turns = np.arange(found.until + 1)
        mine, other = (target.members(of.values, -1)[:, : len(turns)] for of in (told, untold))
        band = quantiles(mine, LEVELS, told.weight)
        axes.fill_between(turns, band[0], band[-1], color=_tint(0.2), lw=0)
        axes.fill_between(turns, band[1], band[-2], color=_tint(0.45), lw=0)
        axes.plot(turns, quantiles(other, (0.5,), untold.weight)[0], color=YARDSTICK, lw=1.2, ls="--")
        axes.plot(turns, band[2], color=BLUE, lw=1.4)
        axes.plot(
            turns[: found.given + 1],
            target.path[: found.given + 1],
            color=INK,
            lw=1.6,
            drawstyle="steps-post",
        )
    else:
        mine, other = (
            of.weight @ target.members(of.values, found.given)[:, : len(after)] for of in (told, untold)
        )
        axes.plot(after, other, color=YARDSTICK, lw=1.2, ls="--")
        axes.plot(after, mine, color=BLUE, lw=1.6)
    axes.plot(after, seen, "o", color=INK, ms=2.6, mew=0, clip_on=False, zorder=4)


def _years(axes: Axes, dates: Sequence[str], *, shown: bool, first: bool) -> None:
    axes.set_ylim(-0.04, 1.04)
    axes.set_xlim(0, len(dates) - 1)
    axes.set_yticks([0, 0.5, 1], ["0", "½", "1"] if first else ["", "", ""])
    years = [turn for turn in range(len(dates)) if turn == 0 or dates[turn][:4] != dates[turn - 1][:4]]
    some = years[:: max(1, -(-len(years) // 5))]
    axes.set_xticks(some, [dates[turn][:4] if shown else "" for turn in some])
    axes.grid(axis="y", color=FAINT, lw=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(length=2.5, pad=2)


def _head(made: Sheet, left: float, top: float, width: float, title: str, numbers: str) -> None:
    made.text(left, top, shorten(title, width, TEXT), size=TEXT, weight="bold")
    made.text(left, top - 0.17, numbers, size=SMALL, color=SOFT)


def _numbers(points: Points) -> str:
    said = [("", "score"), ("untold ", "unconditioned"), ("no change ", "persistence")]
    known = np.isfinite(points["score"])
    return ", ".join(
        f"{words}{np.mean(points[name][known]):.2f}"
        for words, name in said
        if np.isfinite(points[name][known]).all()
    )


def draw_pit(found: Sequence[Forecast]) -> Drawing:
    """Where what came lies in the bands of issues: flat if they are right, a U if too narrow, a hill if too wide."""
    title = "; ".join(f"given {one.label}, {_shape(one)}" for one in found)
    finding = f"Bands of 90% beside what came: {title}"
    caption = (
        f"{found[0].plan.scenario.title}. Of all coded issues and turns after the date: in which tenth of worlds what "
        "came lies (PIT; ties spread evenly, Czado, Gneiting and Held 2009). Dashed: worlds that are right on average. "
        "A U says that they are too sure of themselves, a slope that they lie too high or too low. Turns of an issue "
        "hang together: a tall bar may be one issue. Black steps: the same of what would be coded, with what is left "
        "of the miss."
    )
    columns = min(COLUMNS, len(found))
    rows = -(-len(found) // columns)
    width = 2.6 if columns > 2 else 4.5
    whole = max(6.5, 0.7 + RIGHT + columns * width + (columns - 1) * 0.5)
    made = sheet(finding, caption, rows * STEP + 0.1, width=whole)
    for place, one in enumerate(found):
        line, column = divmod(place, columns)
        left = 0.7 + column * (width + 0.5)
        bottom = made.top - ABOVE - HIGH - line * STEP
        axes = made.axes(left, bottom, width, HIGH)
        known = np.isfinite(_pits(one.points, one.over)[0])
        axes.axhline(1 / BARS, color=INK, lw=0.9, ls=(0, (4, 2)))
        if known.any():
            share = _shares(one.points, one.over)
            axes.bar((np.arange(BARS) + 0.5) / BARS, share, width=0.94 / BARS, color=_tint(0.6))
            axes.stairs(_shares(one.coded, one.over), np.linspace(0, 1, BARS + 1), color=INK, lw=1.1)
        axes.set_xlim(0, 1)
        axes.set_ylim(bottom=0)
        axes.set_xticks([0, 0.5, 1], ["0", "½", "1"])
        axes.set_xlabel("share of worlds below what came", size=SMALL)
        if column == 0:
            axes.set_ylabel("share of points", size=SMALL)
        made.text(
            left,
            bottom + HIGH + 0.12,
            f"given {one.label}: {int(known.sum())} points",
            size=TEXT,
            weight="bold",
        )
    return Drawing("pit", made.figure, finding, caption)


def _pits(points: Mapping[tuple[str, int], Points], over: str) -> list[Floats]:
    some = [of for (theory, _), of in points.items() if theory == over]
    return [np.concatenate([of[name] for of in some]) for name in ("pit_low", "pit_high")]


def _shares(points: Mapping[tuple[str, int], Points], over: str) -> Floats:
    low, high = _pits(points, over)
    known = np.isfinite(low)
    return pit_histogram(low[known], high[known], BARS)


def _shape(one: Forecast) -> str:
    worlds, coded = (one.score("issues", of) for of in (WORLDS, CODED))
    if worlds is None or coded is None:
        return "no issue"
    return f"they hold {worlds.covered:.0%}, as coded {coded.covered:.0%}"


def _tint(shade: float) -> str:
    """Blue mixed with white: opaque, so that bands laid over each other keep their shades."""
    red, green, blue = (1 - shade * (1 - part) for part in to_rgb(BLUE))
    return to_hex((red, green, blue))
