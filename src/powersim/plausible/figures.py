"""The hindcast drawn: each coded issue path over the bands of the runs, largest error last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from matplotlib.colors import to_hex, to_rgb
from numpy.typing import NDArray

from powersim.figures.style import (
    BLUE,
    FAINT,
    INK,
    SMALL,
    SOFT,
    TEXT,
    VERMILLION,
    Drawing,
    Look,
    sheet,
    shorten,
    words,
)
from powersim.plausible.hindcast import BAND, COVERAGE, Hindcast, Score, issue_paths, turns_until
from powersim.plausible.intervals import tails

Floats = NDArray[np.float64]

INNER = 0.5
"""Share of runs in the darker band."""
COLUMNS = 4
PANEL, ABOVE, BELOW = 1.15, 0.5, 0.18  # inches: height of a panel, room for its two lines of title, gap
LEFT, RIGHT, BOTTOM = 0.55, 0.25, 0.45  # inches


def draw_hindcast(
    values: xr.DataArray,
    record: Mapping[str, Floats],
    dates: Sequence[str],
    scores: Hindcast,
    titles: Mapping[str, str] | None = None,
) -> Drawing:
    """Small multiples of the issues in `scores`, titled by what they show; arguments as in `hindcast`.

    Nothing after `scores.until` is drawn. Issues come by their CRPS, smallest first.
    """
    last, paths = turns_until(dates, scores.until), issue_paths(values)
    order = sorted(scores.issues, key=lambda score: score.crps)
    rows = -(-len(order) // COLUMNS)
    band = {f"{BAND:.0%} of runs": 0.2, f"{INNER:.0%} of runs": 0.45}
    made = sheet(
        _finding(scores),
        f"{scores.verdict()} A run knows the record of the first turn only. Smallest error first; a red heading: "
        f"the band covers less than {COVERAGE[0]:.0%} of its points.",
        rows * (ABOVE + PANEL + BELOW) + BOTTOM,
        [
            ("Coded record", Look(INK, marker="")),
            *((label, Look(_tint(shade), band=True)) for label, shade in band.items()),
            ("Median run", Look(BLUE, marker="")),
        ],
    )
    width = (made.width - LEFT - RIGHT - (COLUMNS - 1) * 0.3) / COLUMNS
    turns = np.arange(last)
    for place, score in enumerate(order):
        row, column = divmod(place, COLUMNS)
        left = LEFT + column * (width + 0.3)
        bottom = made.top - (row + 1) * (ABOVE + PANEL) - row * BELOW
        axes = made.axes(left, bottom, width, PANEL)
        for share, shade in ((BAND, 0.2), (INNER, 0.45)):
            low, high = np.quantile(paths[score.issue][:, :last], tails(share), axis=0)
            axes.fill_between(turns, low, high, color=_tint(shade), lw=0)
        axes.plot(turns, np.median(paths[score.issue][:, :last], axis=0), color=BLUE, lw=1.2)
        axes.plot(turns, record[score.issue][:last], color=INK, lw=1.8, drawstyle="steps-post")
        axes.set_ylim(-0.04, 1.04)
        axes.set_xlim(0, last - 1)
        axes.set_yticks([0, 0.5, 1], ["0", "½", "1"] if column == 0 else ["", "", ""])
        years = [turn for turn in range(last) if turn == 0 or dates[turn][:4] != dates[turn - 1][:4]]
        shown = years[:: max(1, -(-len(years) // 5))]
        bottommost = place + COLUMNS >= len(order)
        axes.set_xticks(shown, [dates[turn][:4] if bottommost else "" for turn in shown])
        axes.grid(axis="y", color=FAINT, lw=0.6)
        axes.set_axisbelow(True)
        axes.tick_params(length=2.5, pad=2)
        poor = score.coverage < COVERAGE[0]
        name = shorten((titles or {}).get(score.issue, words(score.issue)), width, TEXT)
        top = bottom + PANEL + 0.24
        made.text(left, top, name, size=TEXT, weight="bold", color=VERMILLION if poor else INK)
        made.text(left, top - 0.17, _numbers(score), size=SMALL, color=SOFT)
    return Drawing("hindcast", made.figure, _finding(scores), scores.verdict())


def _finding(scores: Hindcast) -> str:
    if not scores.banded:
        return "Too few runs for a band: whether the record lies in it cannot be told"
    pooled, low, high = scores.pooled, *COVERAGE
    if pooled.coverage < low:
        told = f"The runs are too sure of themselves: their {BAND:.0%} bands hold {pooled.coverage:.0%} of the record"
    elif pooled.coverage > high:
        told = f"The runs say too little: their {BAND:.0%} bands hold {pooled.coverage:.0%} of the record"
    else:
        told = f"The record lies in the runs' {BAND:.0%} bands {pooled.coverage:.0%} of the time"
    if not pooled.beats:
        return f"{told}, but climatology does better"
    hardest = pooled.crps < pooled.references["changes"]
    extra = (
        "climatology and the typical change of an issue" if hardest else "climatology, not the typical change"
    )
    return f"{told}, and they beat {extra}"


def _numbers(score: Score) -> str:
    return (
        f"{score.coverage:.0%} in the band; CRPS {score.crps:.2f}, changes {score.references['changes']:.2f}"
    )


def _tint(shade: float) -> str:
    """Blue mixed with white: opaque, so that bands laid over each other keep their shades."""
    red, green, blue = (1 - shade * (1 - part) for part in to_rgb(BLUE))
    return to_hex((red, green, blue))
