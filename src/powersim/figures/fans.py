"""Fan charts: the spread of histories under every branch and theory, and what pairing makes of their differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from powersim.effects import findings, limits
from powersim.effects.outcomes import is_binary, progress, unit_of
from powersim.effects.paired import effects_over_time
from powersim.effects.results import BranchLabel, Floats, OutcomeLabel, Study, paths
from powersim.figures.style import (
    FAINT,
    INK,
    SMALL,
    SOFT,
    TEXT,
    Drawing,
    Look,
    Sheet,
    branch_keys,
    interventions_told,
    looks,
    mark_intervention,
    mark_interventions,
    sheet,
    slug,
    stairs,
    steps_between,
    words,
    wrap,
    year_ticks,
)

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
LEFT, RIGHT, BOTTOM, GAP = 0.9, 1.75, 0.35, 0.14  # inches, like the heights below
HEAD, BETWEEN, DIFFERENCE = 0.3, 0.45, 1.6
FAN, FANS = 1.05, 2.5  # a fan is at least so high, and all fans together


@dataclass(frozen=True)
class Fan:
    """A central path and nested bands around it, each of shape (turn,); a probability has only one band."""

    centre: Floats
    inner: tuple[Floats, Floats] | None
    outer: tuple[Floats, Floats]


def fan(path: Floats, *, binary: bool) -> Fan:
    """The fan of paths (run, turn): median, 50% and 90% of runs; of 0/1 paths the share with its interval."""
    whole = path[np.isfinite(path).all(axis=1)]
    if binary:
        count, trials = whole.sum(axis=0), np.full(path.shape[1], float(len(whole)))
        centre = count / np.maximum(trials, 1)
        return Fan(np.where(trials > 0, centre, np.nan), None, limits.wilson(count, trials))
    if not len(whole):
        nothing = np.full(path.shape[1], np.nan)
        return Fan(nothing, None, (nothing, nothing))
    q = np.quantile(whole, QUANTILES, axis=0)
    return Fan(q[2], (q[1], q[3]), (q[0], q[4]))


def draw_fan(axes: Axes, turns: tuple[int, ...], found: Fan, look: Look) -> None:
    """Draw a fan in a branch's colour."""
    steps_between(axes, turns, *found.outer, color=look.colour, alpha=0.18)
    if found.inner:
        steps_between(axes, turns, *found.inner, color=look.colour, alpha=0.3)
    stairs(axes, turns, found.centre, color=look.colour, lw=1.7)


def draw_paths(
    results: xr.Dataset,
    outcome: str,
    study: Study | None = None,
    parted: Mapping[str, NDArray[np.bool_]] | None = None,
) -> Drawing:
    """Fans of one outcome, a row for each branch and a column for each theory; below, the paired differences.

    An `ever` outcome is drawn as the share of runs that have passed its threshold so far. `parted` holds, for each
    branch, what `compare.diverged` gives for it and the reference, if it is known.
    """
    study = study or Study.read(results)
    what = study.outcome(outcome)
    end = study.index(what.summary.last) if what.summary.kind == "ever" else len(study.turns) - 1
    path = progress(paths(results, outcome), what.summary, study.turns)[..., : end + 1]
    view = _View(study, what, is_binary(path), study.turns[: end + 1])
    order, main, others = list(study.branches), study.main, study.others()
    ends, measures = (
        {b.name: path[order.index(b.name), :, :, -1].ravel() for b in each}
        for each in (main, [b for b in others if b.yardstick])
    )
    finding = findings.of_paths(
        what, ends, study.dates[end], study.reference,
        binary=view.binary, yardsticks=measures, spread=study.runs > 1,
    )  # fmt: skip
    body = HEAD + len(main) * (view.fan + GAP) + (BETWEEN + DIFFERENCE if others else 0.0) + BOTTOM
    made = sheet(finding, view.caption, body, branch_keys(study) if others else [])
    width = (made.width - LEFT - RIGHT - GAP * (len(study.theories) - 1)) / len(study.theories)
    fans = [
        [fan(path[order.index(b.name), j], binary=view.binary) for j in range(len(study.theories))]
        for b in main
    ]
    _fans(made, view, fans, width)
    if others:
        known = parted or {}
        effect = {
            b.name: effects_over_time(results, study.reference, b.name, outcome, known.get(b.name))
            for b in others
        }
        _differences(made, view, effect, width)
    return Drawing(f"paths/{slug(outcome)}", made.figure, finding, view.caption)


@dataclass(frozen=True)
class _View:
    """What the panels of one figure share."""

    study: Study
    what: OutcomeLabel
    binary: bool
    turns: tuple[int, ...]

    @cached_property
    def looks(self) -> dict[str, Look]:
        return looks(self.study)

    @property
    def fan(self) -> float:
        """Height of a fan."""
        return max(FAN, FANS / len(self.study.main))

    @property
    def caption(self) -> str:
        several = len(self.study.branches) > 1
        text = f"{findings.counted(self.study.runs, 'run')} of each branch under each theory. "
        if self.binary:
            text += "Line: share of runs; band: its 95% interval. "
        else:
            text += "Line: median; dark band: half of the runs; light band: 90% of them. "
        if several:
            text += f"Dashed: {findings.quoted(self.study.reference)} again. "
        text += f"{interventions_told(self.study)} ".lstrip()
        if several:
            of = " of these shares" if self.binary else ""
            text += f"Bottom row: mean paired difference{of} with its 95% interval at each date"
            text += "; yardsticks in grey, without." if self.study.others(yardstick=True) else "."
        return text.strip()

    @property
    def axis(self) -> str:
        unit = "share of runs" if self.binary else unit_of(self.what)
        label = self.what.title + (f" ({unit})" if unit else "")
        return "\n".join(wrap(label, min(5.0, len(self.study.main) * (self.fan + GAP)), TEXT))


def _fans(made: Sheet, view: _View, fans: list[list[Fan]], width: float) -> None:
    study, top = view.study, made.top - HEAD
    bounds = _range([found for row in fans for found in row], view.binary)
    for i, branch in enumerate(study.main):
        bottom = top - (i + 1) * view.fan - i * GAP
        for j, theory in enumerate(study.theories):
            axes = made.axes(LEFT + j * (width + GAP), bottom, width, view.fan)
            if i:
                mark_intervention(axes, branch.since)
            else:
                mark_interventions(axes, study)
            draw_fan(axes, view.turns, fans[i][j], view.looks[branch.name])
            if i:
                stairs(axes, view.turns, fans[0][j].centre, color=INK, lw=1.0, ls=(0, (3, 2)))
            else:
                made.text(LEFT + j * (width + GAP), top + 0.08, words(theory), size=TEXT, weight="bold")
            _finish(
                axes, view, width, bounds, percent=view.binary, first=j == 0, last=branch is study.main[-1]
            )
        _label_row(made, branch, view.looks[branch.name], bottom + view.fan / 2)
    middle = top - len(study.main) * (view.fan + GAP) / 2
    made.text(0.12, middle, view.axis, rotation=90, va="center", size=TEXT)


def _differences(made: Sheet, view: _View, effect: dict[str, xr.Dataset], width: float) -> None:
    study, factor = view.study, 100 if view.binary else 1
    drawn = {b.name: ("effect",) if b.yardstick else ("ci_low", "ci_high") for b in study.others()}
    edges = np.concatenate([effect[b][v].values.ravel() for b, names in drawn.items() for v in names])
    edges = factor * edges[np.isfinite(edges)]
    low, high = (min(0.0, float(edges.min())), max(0.0, float(edges.max()))) if edges.size else (0.0, 0.0)
    room = 0.08 * (high - low) or (1.0 if view.binary else 0.1)
    for j, theory in enumerate(study.theories):
        axes = made.axes(LEFT + j * (width + GAP), BOTTOM, width, DIFFERENCE)
        axes.axhline(0, color=INK, lw=0.9)
        for branch in reversed(study.others()):
            look, found = view.looks[branch.name], effect[branch.name].sel(theory=theory)
            low_end, high_end, middle_path = (
                factor * found[name].values[: len(view.turns)] for name in ("ci_low", "ci_high", "effect")
            )
            # Yardsticks have their intervals in the forest: more bands than these would hide one another.
            if not branch.yardstick:
                steps_between(axes, view.turns, low_end, high_end, color=look.colour, alpha=0.16)
            line = 0.9 if branch.yardstick else 1.6
            stairs(axes, view.turns, middle_path, color=look.colour, ls=look.dash, lw=line)
        mark_interventions(axes, study)
        _finish(axes, view, width, (low - room, high + room), percent=False, first=j == 0, last=True)
    middle = BOTTOM + DIFFERENCE / 2
    lines = wrap(f"Difference from {findings.quoted(study.reference)}", RIGHT - 0.25, TEXT, "bold")
    made.text(made.width - RIGHT + 0.15, middle, "\n".join(lines), size=TEXT, weight="bold", va="center")
    unit = wrap("percentage points" if view.binary else unit_of(view.what), DIFFERENCE, TEXT)
    made.text(0.12, middle, "\n".join(unit), rotation=90, va="center", size=TEXT)


def _finish(
    axes: Axes,
    view: _View,
    width: float,
    bounds: tuple[float, float],
    *,
    percent: bool,
    first: bool,
    last: bool,
) -> None:
    axes.set_ylim(*bounds)
    marks = [t for t in MaxNLocator(4, min_n_ticks=3, steps=[1, 2, 2.5, 5, 10]).tick_values(*bounds)
             if bounds[0] <= t <= bounds[1]]  # fmt: skip
    axes.hlines(marks, view.turns[0], view.turns[-1] + 1, color=FAINT, lw=0.6, zorder=0.5)
    # Ticks are the slowest part of a panel: only the outer ones have them.
    axes.set_yticks(marks if first else [])
    if first and percent:
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
    if last:
        year_ticks(axes, view.study, width, len(view.turns))
    else:
        axes.set_xticks([])
        axes.set_xlim(view.turns[0], view.turns[-1] + 1)
    axes.tick_params(length=2.5, pad=2)


def _label_row(made: Sheet, branch: BranchLabel, look: Look, y: float) -> None:
    x, width = made.width - RIGHT + 0.15, RIGHT - 0.25
    name = wrap(words(branch.name), width, TEXT, "bold")
    title = wrap(branch.title, width, SMALL)[:4] if branch.title != words(branch.name) else []
    y += (0.19 * len(name) + 0.17 * len(title)) / 2
    for line in name:
        made.text(x, y, line, size=TEXT, weight="bold", color=look.colour, va="top")
        y -= 0.19
    for line in title:
        made.text(x, y, line, size=SMALL, color=SOFT, va="top")
        y -= 0.17


def _range(fans: Sequence[Fan], binary: bool) -> tuple[float, float]:
    edges = np.concatenate([np.concatenate(f.outer) for f in fans])
    edges = edges[np.isfinite(edges)]
    low, high = (float(edges.min()), float(edges.max())) if edges.size else (0.0, 1.0)
    if binary:
        low = 0.0
    room = 0.06 * (high - low) or 0.05
    return low - room, high + room
