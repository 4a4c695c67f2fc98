"""Who stands with whom, drawn as a network: dates from left to right, a row for each branch, actors where they were."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from powersim.effects import findings
from powersim.effects.results import Floats, Study
from powersim.figures.alignment import blocs, matrix
from powersim.figures.atlas import named
from powersim.figures.style import (
    BLUE,
    INK,
    SMALL,
    TEXT,
    VERMILLION,
    Drawing,
    Look,
    looks,
    measure,
    sheet,
    shorten,
    words,
)

LEAST_SIDE, HEAD, ROW, GAP, LEFT = 2.6, 0.1, 0.35, 0.3, 0.25  # inches
ROWS, DATES = 4, 3  # branches and dates that are drawn
NARROWEST = 8.0
LEAST = 0.2  # alignment that is drawn
REACH = 1.18  # of the axes, where places are within -1..1
MOVES, PULL = 400, 0.04  # steps of the layout from one date to the next, and how far one goes


def draw_network(results: xr.Dataset, study: Study | None = None) -> Drawing:
    """Mean alignment at each date as lines between actors: friends near each other and blue, enemies apart and red.

    A layout starts from the one before it (and a branch's first from the reference's), so that an actor that moves is
    seen to move.
    """
    study = study or Study.read(results)
    every = [str(s) for s in results["snapshot"].values]
    kept = sorted({round(k) for k in np.linspace(0, len(every) - 1, DATES)})
    dates, actors = [every[k] for k in kept], [str(a) for a in results["actor"].values]
    shown = study.main[:ROWS]
    finding = _finding(results, study, dates, [named(study, code) for code in actors])
    caption = (
        "Mean alignment over runs and theories. Blue: friends, vermillion: enemies; the thicker, the more; none "
        f"below {LEAST}. Friends are pulled together and enemies pushed apart, from where they stood at the "
        "date before. Distances only illustrate; how much a branch changes, and how surely, stands in the figures of "
        "each branch."
        + (f" The first {ROWS} of {len(study.main)} branches." if len(study.main) > ROWS else "")
    )
    legend = [("friends", Look(BLUE, marker="")), ("enemies", Look(VERMILLION, marker=""))]
    width = max(NARROWEST, 2 * LEFT + len(dates) * (LEAST_SIDE + GAP))
    side = (width - 2 * LEFT - GAP * (len(dates) - 1)) / len(dates)
    made = sheet(finding, caption, HEAD + len(shown) * (side + ROW), legend, width=width)
    places = [[row[k] for k in kept] for row in places_of(results, study, [b.name for b in shown])]
    reach = max(float(np.abs(place).max()) for row in places for _, place in row)
    for i, (branch, row) in enumerate(zip(shown, places, strict=True)):
        bottom = made.top - HEAD - (i + 1) * (side + ROW) + 0.1
        for j, (mean, place) in enumerate(row):
            axes = made.axes(LEFT + j * (side + GAP), bottom, side, side)
            draw_ties(axes, mean, place / reach, actors)
            axes.text(-1.15, -1.15, dates[j], size=SMALL)
        name = shorten(f"{words(branch.name)}: {branch.title}", made.width - 2 * LEFT, TEXT)
        colour = looks(study)[branch.name].colour
        made.text(LEFT, bottom + side + 0.04, name, size=TEXT, weight="bold", color=colour)
    return Drawing("alignment/network", made.figure, finding, caption)


def places_of(results: xr.Dataset, study: Study, names: Sequence[str]) -> list[list[tuple[Floats, Floats]]]:
    """Mean alignment (actor, actor) and places (actor, 2) of each branch at each date."""
    found: list[list[tuple[Floats, Floats]]] = []
    for name in names:
        row: list[tuple[Floats, Floats]] = []
        for j in range(results.sizes["snapshot"]):
            mean = np.nan_to_num(matrix(results, name, j, study.runs).over_theories().mean[0])
            mean = (mean + mean.T) / 2
            before = row[-1][1] if row else found[0][0][1] if found else circle(mean)
            row.append((mean, settled(mean, before)))
        found.append(row)
    return found


def circle(mean: Floats) -> Floats:
    """Where the first layout starts: on a circle, neighbours by bloc."""
    angle = np.empty(len(mean))
    angle[blocs(mean)] = 2 * np.pi * np.arange(len(mean)) / len(mean)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def settled(mean: Floats, place: Floats, moves: int = MOVES) -> Floats:
    """Places after friends have pulled and enemies pushed, and everybody has kept a distance; around 0."""
    place, n = place.copy(), len(place)
    for _ in range(moves):
        apart = place[:, None] - place[None, :]
        far = np.maximum(np.linalg.norm(apart, axis=-1), 1e-6)
        wanted = 1.1 - 0.7 * mean  # friends at +1 end 0.4 apart, enemies at -1 1.8
        force = apart / far[..., None] * (wanted - far)[..., None]
        force[np.arange(n), np.arange(n)] = 0.0
        place += PULL * force.sum(axis=1) / max(1, n - 1) * 4
    return np.asarray(place - place.mean(axis=0))


def draw_ties(
    axes: Axes, mean: Floats, place: Floats, actors: Sequence[str], *, written: bool = False
) -> None:
    """Alignment (actor, actor) as lines between places (actor, 2) within -1..1: codes in rings, or `written` names."""
    axes.set_xlim(-REACH, REACH)
    axes.set_ylim(-REACH, REACH)
    axes.axis("off")
    for i, j in zip(*np.triu_indices(len(actors), 1), strict=True):
        size = float(mean[i, j])
        if abs(size) >= LEAST:
            colour, wide = BLUE if size > 0 else VERMILLION, 0.6 + 5 * (abs(size) - LEAST)
            axes.plot(*place[[i, j]].T, color=colour, lw=wide, alpha=0.4, solid_capstyle="round", zorder=1)
    if written:
        axes.plot(*place.T, "o", ms=6, color=INK, zorder=2)
        halo = [withStroke(linewidth=2.5, foreground="white")]
        unit = 2 * REACH * axes.figure.dpi / axes.bbox.width  # of the axes, an inch
        for actor, (x, y) in zip(actors, place, strict=True):
            room = max(0.0, REACH - measure(actor, SMALL) * unit / 2)
            side = min(max(float(x), -room), room)
            axes.text(side, y - 0.04, actor, size=SMALL, ha="center", va="top", path_effects=halo, zorder=3)
        return
    axes.plot(*place.T, "o", ms=17, mfc="white", mec=INK, mew=0.8, zorder=2)
    for actor, (x, y) in zip(actors, place, strict=True):
        axes.text(x, y, actor[:4], size=SMALL - 1.5, ha="center", va="center", zorder=3)


def _finding(results: xr.Dataset, study: Study, dates: list[str], actors: list[str]) -> str:
    before, after = (
        matrix(results, study.reference, k, study.runs).over_theories().mean[0] for k in (0, len(dates) - 1)
    )
    moved = np.triu(np.nan_to_num(after - before), 1)
    i, j = divmod(int(np.abs(moved).argmax()), len(actors))
    if not moved[i, j]:
        return f"{findings.quoted(study.reference)}: nobody moves from {dates[0]} to {dates[-1]}"
    few = f"; {findings.TOO_FEW}" if study.runs < 2 else ""
    way = "closer" if moved[i, j] > 0 else "further apart"
    size = findings.number(float(moved[i, j]), findings.decimals([float(moved[i, j])]), sign=True)
    return (
        f"{findings.quoted(study.reference)}: from {dates[0]} to {dates[-1]} {actors[i]} and {actors[j]} move most, "
        f"{way} ({size} on a scale from −1 to 1{few})"
    )
