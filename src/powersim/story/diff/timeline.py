"""Two branches of a run on one page: what happens in each as marks on a lane, and how far apart they are between."""

from __future__ import annotations

from collections import Counter

import numpy as np
from matplotlib.axes import Axes
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
    Sheet,
    sheet,
    shorten,
    stairs,
    steps_between,
    words,
)
from powersim.story.diff.pages import Comparison
from powersim.story.events import Event
from powersim.world import chronicle as c

NAME, WARS = "timeline", "wars"
ROWS = (
    ("deals", (c.SIGNED,), "o"), ("breaches", (c.BREACH,), "X"), ("crises", (c.CRISIS,), "^"), (WARS, (c.WAR,), "s"),
)  # fmt: skip
"""What a lane shows, from above."""
COLOURS = (BLUE, VERMILLION)
LEFT, RIGHT, ROW, LANE, HEAD, BAND, GAP, BOTTOM = 1.1, 0.3, 0.3, 0.3, 0.36, 1.5, 0.1, 0.35  # inches
STACK = 0.2  # of a row: how far marks of one turn stand apart
NAMED = 3  # wars of a branch that have names


def draw_timeline(one: Comparison) -> Drawing:
    """Lanes of deals, breaches, crises and wars, the first branch above, the second below; alignment between.

    A filled mark is in one branch only, a hollow one in both; marks of one turn stand above each other. Between: the
    pair of actors that the scenario asks for first, or whose alignment comes to differ most; shaded: the gap, darker
    background from the first turn at which any bit differs.
    """
    parting, names = one.parting, one.parting.names
    a, b = (side.name for side in parting.sides)
    only = [
        {row.seq for h in parting.happenings if h.side == k and h.only for row in h.rows} for k in range(2)
    ]
    counts = [sum(e.seq in own for e in side.events for _, kinds, _ in ROWS if e.kind in kinds)
              for side, own in zip(parting.sides, only, strict=True)]  # fmt: skip
    start = names.dates[parting.first] if parting.first >= 0 else ""
    finding = _finding(one, counts, start)
    caption = (
        f"{one.title}: run {one.run}, seed {one.seed}, under {one.theory}. A filled mark is in one branch only, a "
        "hollow one in both; a line from a war: as long as it lasts. Between the lanes: an alignment (−1 hostile to "
        "+1 allied) in both; shaded: the gap. Grey: from here on anything differs. One run is an illustration; effects "
        "are means."
    )
    lane = ROW * len(ROWS)
    body = 2 * (LANE + lane) + HEAD + BAND + GAP + BOTTOM
    legend = [
        (f"only in {words(a)}", Look(BLUE, dash="")), (f"only in {words(b)}", Look(VERMILLION, dash="")),
        ("in both", Look(SOFT, dash="", hollow=True)),
    ]  # fmt: skip
    made = sheet(finding, caption, body, legend)
    width = made.width - LEFT - RIGHT
    top = made.top - LANE - lane
    _lane(made, top, one, 0, only[0])
    _band(made, top - HEAD - BAND, one)
    _lane(made, BOTTOM, one, 1, only[1])
    _dates(made.cells, names.dates, width)
    return Drawing(NAME, made.figure, finding, caption)


def _finding(one: Comparison, counts: list[int], start: str) -> str:
    a, b = (f"“{words(side.name)}”" for side in one.parting.sides)
    if not start:
        return f"{a} and {b}: the same history"
    told = " and ".join(
        f"{count} {'is' if count == 1 else 'are'} in {name} only"
        for count, name in zip(counts, (a, b), strict=True)
    )
    return f"{a} and {b} part in {start}; of their deals, breaches, crises and wars {told}"


def _lane(made: Sheet, bottom: float, one: Comparison, k: int, only: set[int]) -> None:
    """The marks of one branch."""
    side, turns = one.parting.sides[k], len(one.parting.names.dates)
    axes = made.axes(LEFT, bottom, made.width - LEFT - RIGHT, ROW * len(ROWS))
    for place, (name, kinds, marker) in enumerate(ROWS):
        y = len(ROWS) - 1 - place
        found = [event for event in side.events if event.kind in kinds]
        high = _stacked([event.turn for event in found])
        for own in (False, True):
            at = [(e.turn + 0.5, y + h) for e, h in zip(found, high, strict=True) if (e.seq in only) == own]
            x, levels = zip(*at, strict=True) if at else ((), ())
            colour = COLOURS[k] if own else SOFT
            axes.plot(x, levels, marker, mfc=colour if own else "white", mec=colour, ms=5, ls="", alpha=0.85)
        if name == WARS:
            _wars(axes, one, k, found, only)
        made.text(LEFT - 0.1, bottom + ROW * (y + 0.5), name, size=SMALL, ha="right", va="center")
    made.text(
        LEFT, bottom + ROW * len(ROWS) + 0.06, words(side.name), size=TEXT, weight="bold", color=COLOURS[k]
    )
    axes.set_ylim(-0.5, len(ROWS) - 0.5)
    axes.set_yticks([])
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.grid(axis="x", color=FAINT, lw=0.6)
    _shade(axes, one.parting.first, turns)


def _stacked(turns: list[int]) -> list[float]:
    """How far above their row marks stand, so that none of a turn hides another."""
    count, seen = Counter(turns), Counter[int]()
    high = []
    for turn in turns:
        step = min(STACK, 0.8 / count[turn])
        high.append(step * (seen[turn] - (count[turn] - 1) / 2))
        seen[turn] += 1
    return high


def _wars(axes: Axes, one: Comparison, k: int, found: list[Event], only: set[int]) -> None:
    """How long wars last, and who fights, where there are few."""
    side, names = one.parting.sides[k], one.parting.names
    for war in found:
        ends = [e.turn for e in side.events
                if e.kind == c.WAR_ENDED and e.thing == war.thing and e.seq > war.seq]  # fmt: skip
        colour = COLOURS[k] if war.seq in only else SOFT
        end = min(ends, default=len(names.dates)) + 0.5
        axes.fill_between([war.turn + 0.5, end], -0.07, 0.07, color=colour, alpha=0.5, lw=0)
        if len(found) <= NAMED:
            who = f"{names.codes[war.actor]}–{names.codes[war.other]}"
            last = war.turn > 0.85 * len(names.dates)
            axes.annotate(who, (war.turn + 0.5, 0), (-5 if last else 5, 5), textcoords="offset points",
                          size=SMALL - 1.5, color=colour, ha="right" if last else "left")  # fmt: skip


def _band(made: Sheet, bottom: float, one: Comparison) -> None:
    """Alignment of the pair that comes to differ most, in both branches."""
    parting = one.parting
    paths = [np.array([state.alignment for state in side.states[1:]], np.float64) for side in parting.sides]
    i, j = one.pair or _widest(paths[0] - paths[1])
    axes = made.axes(LEFT, bottom, made.width - LEFT - RIGHT, BAND)
    turns = range(len(paths[0]))
    upper, lower = (path[:, i, j] for path in paths)
    steps_between(axes, turns, upper, lower, color=SOFT, alpha=0.3)
    for path, colour in ((upper, BLUE), (lower, VERMILLION)):
        stairs(axes, turns, path, color=colour, lw=1.6)
    actors = parting.names.actors
    label = f"alignment of {actors[i]} and {actors[j]}"
    made.text(
        LEFT, bottom + BAND + 0.06, shorten(label, made.width - LEFT - RIGHT, TEXT), size=TEXT, weight="bold"
    )
    axes.grid(color=FAINT, lw=0.6)
    axes.tick_params(length=2.5, pad=2)
    _shade(axes, parting.first, len(paths[0]))


def _widest(gap: NDArray[np.float64]) -> tuple[int, int]:
    """The pair with the largest gap at any turn, from (turn, actor, actor)."""
    size = np.triu(np.abs(gap).max(axis=0), 1)
    i, j = divmod(int(size.argmax()), size.shape[1])
    return (i, j) if size[i, j] > 0 else (0, 1)


def _shade(axes: Axes, first: int, turns: int) -> None:
    axes.set_xlim(0, turns)
    axes.set_axisbelow(True)
    if first >= 0:
        axes.axvspan(first, turns, color="#F6F6F6", lw=0, zorder=0)
        axes.axvline(first, color=INK, lw=0.9, ls=(0, (2, 2)), zorder=1)


def _dates(cells: list[Axes], dates: tuple[str, ...], width: float) -> None:
    """The same years on all panels, their names on the lowest."""
    starts = [k for k, date in enumerate(dates) if k == 0 or date[:4] != dates[k - 1][:4]]
    step = max(1, -(-len(starts) // max(2, int(width / 0.55))))
    shown = starts[::step]
    for k, axes in enumerate(cells):
        last = k == len(cells) - 1
        axes.set_xticks(shown, [dates[at][:4] if last else "" for at in shown])
        axes.tick_params(axis="x", length=2.5 if last else 0, pad=2)
