"""What the page draws: who stands with whom, positions, a fan. Narrow, so that a figure fills a phone or a column."""

from __future__ import annotations

import io
from collections.abc import Sequence
from threading import Lock

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from powersim.app.filling import Fan
from powersim.app.watching import Side, Watched
from powersim.effects.outcomes import is_binary, progress, unit_of
from powersim.effects.paired import effects_over_time
from powersim.effects.results import Floats, Study, paths
from powersim.figures.fans import draw_fan, fan
from powersim.figures.network import circle, draw_ties, settled
from powersim.figures.style import (
    BLUE,
    DPI,
    FAINT,
    INK,
    TEXT,
    Drawing,
    Look,
    Sheet,
    date_ticks,
    mark_intervention,
    mark_interventions,
    measure,
    shorten,
    stairs,
    steps_between,
    styled,
    value_ticks,
    words,
    year_ticks,
)
from powersim.scenario.resolved import Issue

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 4.6, 0.45, 0.12, 0.05, 0.3  # inches, like all that follows
PANEL, ABOVE, FAN, DIFFERENCE, NETWORK = 0.75, 0.36, 1.9, 1.0, 3.7
SHARPNESS = 170  # dots per inch
PULLS = 40  # steps of the layout from one turn to the next
LOOKS, LINES = (Look(INK), Look(BLUE)), (2.6, 1.7)
"""Of the reference, which shows behind the other, and of that."""
DRAWING = Lock()
"""Settings of matplotlib are the process's: one figure at a time."""


def png(drawing: Drawing) -> bytes:
    """A drawing as a picture."""
    room = io.BytesIO()
    with DRAWING, styled():
        drawing.figure.savefig(room, format="png", dpi=SHARPNESS)
    return room.getvalue()


def places(sides: Sequence[Side]) -> list[Floats]:
    """Where actors are drawn, (T + 1, N, 2) a side within -1..1: each turn from the one before, both from one start."""
    found: list[Floats] = []
    for side in sides:
        mean = (side.alignment + side.alignment.transpose(0, 2, 1)) / 2
        at = found[0][0] if found else settled(mean[0], circle(mean[0]))
        row = [at]
        for now in mean[1:]:
            row.append(settled(now, row[-1], PULLS))
        found.append(np.array(row))
    every = np.concatenate(found).reshape(-1, 2)
    low, high = every.min(axis=0), every.max(axis=0)
    return [(row - (low + high) / 2) / np.maximum((high - low) / 2, 1e-9) for row in found]


def draw_standing(watched: Watched, number: int, turn: int, place: Floats) -> Drawing:
    """Who stands with whom under a branch after `turn` turns, by name, where `places` has put them."""
    side = watched.sides[number]
    mean = (side.alignment[turn] + side.alignment[turn].T) / 2
    with DRAWING, styled():
        made = _bare(NETWORK)
        names = [actor.title for actor in watched.scenario.actors]
        draw_ties(made.axes(0.0, 0.0, WIDTH, NETWORK), mean, place[turn], names, written=True)
    return Drawing("standing", made.figure, f"Who stands with whom at {watched.date(turn)}: {side.title}", "")


def draw_positions(watched: Watched, issues: Sequence[str], turn: int) -> Drawing:
    """Positions of issues until a turn, a panel each; the reference black, the other branch blue."""
    known = {issue.id: k for k, issue in enumerate(watched.scenario.issues)}
    dates, wide = watched.scenario.calendar.labels(), WIDTH - LEFT - RIGHT
    with DRAWING, styled():
        made = _bare(TOP + len(issues) * (PANEL + ABOVE) + BOTTOM)
        for row, name in enumerate(issues):
            bottom = made.top - TOP - (row + 1) * (PANEL + ABOVE)
            axes = made.axes(LEFT, bottom, wide, PANEL)
            title = _titled(watched.scenario.issues[known[name]], wide)
            made.text(LEFT, bottom + PANEL + 0.09, shorten(title, wide, TEXT), size=TEXT)
            mark_intervention(axes, watched.scenario.intervention)
            for side, look, line in reversed(list(zip(watched.sides, LOOKS, LINES, strict=False))):
                if turn:
                    stairs(axes, range(turn), side.x[1 : turn + 1, known[name]], color=look.colour, lw=line)
            axes.set_ylim(-0.06, 1.06)
            axes.set_yticks([0.0, 0.5, 1.0], ["0", "", "1"])
            axes.grid(axis="y", color=FAINT, lw=0.6)
            axes.tick_params(length=2.5, pad=2)
            date_ticks(axes, dates, range(len(dates)), wide)
            if row < len(issues) - 1:
                axes.set_xticklabels([])
    return Drawing(
        "positions", made.figure, f"Positions of {', '.join(issues)} until {watched.date(turn)}", ""
    )


def draw_spread(found: Fan, outcome: str) -> Drawing:
    """The fan of an outcome under each branch, one over the other, and the paired difference below."""
    labels = found.labels
    what, theory = labels.outcome(outcome), labels.theories[0]
    end = labels.index(what.summary.last) + 1 if what.summary.kind == "ever" else len(labels.turns)
    path = progress(paths(found.data, outcome), what.summary, labels.turns)[:, 0, :, :end]
    binary, turns, wide = is_binary(path), labels.turns[:end], WIDTH - LEFT - RIGHT
    names = list(labels.branches)
    unit = "share of runs" if binary else unit_of(what)
    below = DIFFERENCE + ABOVE if len(names) > 1 else 0.0
    with DRAWING, styled():
        made = _bare(ABOVE + FAN + below + BOTTOM)
        axes = made.axes(LEFT, BOTTOM + below, wide, FAN)
        title = shorten(f"{what.title} ({unit})" if unit else what.title, wide, TEXT)
        made.text(LEFT, BOTTOM + below + FAN + 0.1, title, size=TEXT)
        for one, look in zip(path, LOOKS, strict=False):
            draw_fan(axes, turns, fan(one, binary=binary), look)
        _scaled(axes, labels, end, wide, percent=binary)
        if below:
            axes.set_xticklabels([])
            axes = made.axes(LEFT, BOTTOM, wide, DIFFERENCE)
            effect = effects_over_time(found.data, names[0], names[1], outcome).sel(theory=theory)
            low, high, middle = (effect[name].values[:end] for name in ("ci_low", "ci_high", "effect"))
            steps_between(axes, turns, low, high, color=BLUE, alpha=0.16)
            stairs(axes, turns, middle, color=BLUE)
            axes.axhline(0, color=INK, lw=0.9)
            told = f"{words(names[1])} less {words(names[0])}, same luck"
            made.text(LEFT, BOTTOM + DIFFERENCE + 0.1, shorten(told, wide, TEXT), size=TEXT)
            _scaled(axes, labels, end, wide, percent=binary)
    return Drawing("fan", made.figure, found.findings.get(outcome, what.title), "")


def _bare(height: float) -> Sheet:
    """A sheet without heading, which the page has."""
    figure = Figure(figsize=(WIDTH, height), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    return Sheet(figure, WIDTH, height, height)


def _scaled(axes: Axes, labels: Study, end: int, wide: float, *, percent: bool) -> None:
    mark_interventions(axes, labels)
    value_ticks(axes, percent=percent)
    year_ticks(axes, labels, wide, end)


def _titled(issue: Issue, wide: float) -> str:
    """A title, with the ends of the scale in words where there is room."""
    ends = [f"{value:g} {text}" for value, text in sorted(issue.scale.items()) if value in (0.0, 1.0)]
    long = f"{issue.title} ({'; '.join(ends)})"
    return long if ends and measure(long, TEXT) <= wide else issue.title
