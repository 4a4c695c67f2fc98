"""The figure to show to anybody: one outcome, every branch by its full name at the end of its line, one sentence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from powersim.effects import findings
from powersim.effects.outcomes import progress, unit_of
from powersim.effects.paired import Effect, effects_over_time
from powersim.effects.results import BranchLabel, Floats, OutcomeLabel, Study, paths
from powersim.figures.style import (
    FAINT,
    INK,
    SMALL,
    SOFT,
    TEXT,
    Drawing,
    Sheet,
    interventions_told,
    looks,
    mark_interventions,
    sheet,
    stairs,
    steps_between,
    wrap,
    year_ticks,
)

WIDTH, LEFT, LABELS, BOTTOM, TOP = 9.5, 0.85, 2.9, 0.4, 0.4  # inches, like all that follows
HEIGHT, STEP = 3.4, 0.2
COMPARED = " (what the others are compared with)"


def draw_lead(results: xr.Dataset, rows: Sequence[Effect], study: Study | None = None) -> Drawing:
    """The scenario's first outcome, to its date: its mean over runs and theories by turn,
    a line for each branch that answers.

    Around a line lies the 95 % interval of its paired difference from the reference. An `ever` outcome is the share of
    histories so far. Raises ValueError without `rows`.
    """
    study = study or Study.read(results)
    if not rows:
        raise ValueError("no effects to draw; a comparison needs at least two branches")
    what = study.outcome(study.headline[0])
    binary = what.summary.kind == "ever"
    own = [r for r in rows if r.outcome == what.name and not study.branches[r.branch_b].yardstick]
    finding = findings.plain_words(
        what, own or [r for r in rows if r.outcome == what.name], study, binary=binary
    )
    end = study.index(what.summary.last) + 1  # a line that goes on would part where the sentence sees nothing
    whole = progress(paths(results, what.name), what.summary, study.turns)[..., :end]
    order = list(study.branches)
    means = {b.name: _mean(whole[order.index(b.name)]) for b in study.main}
    caption = (
        f"{study.title}: {findings.counted(study.runs, 'simulated history', 'simulated histories')} of each branch"
        + (f" under each of {len(study.theories)} theories" if len(study.theories) > 1 else "")
        + ", the same luck in all branches. Line: "
        + ("share of histories so far" if binary else "mean")
        + (", counted; the sentence above goes by odds" if findings.by_odds(own) else "")
        + f"; band: 95% interval of its difference from {findings.quoted(study.reference)}. "
        + interventions_told(study)
    )
    labels = {b.name: wrap(b.title, LABELS - 0.2, TEXT, "bold") for b in study.main}
    body = max(HEIGHT, STEP * sum(len(lines) + 1 for lines in labels.values())) + TOP + BOTTOM
    made = sheet(finding, caption, body, width=WIDTH)
    width, height = WIDTH - LEFT - LABELS, body - TOP - BOTTOM
    axes = made.axes(LEFT, BOTTOM, width, height)
    for branch in reversed(study.main):
        if branch.name != study.reference:
            _band(axes, results, study, what, branch, means[study.reference], binary=binary)
        stairs(axes, study.turns[:end], means[branch.name], color=looks(study)[branch.name].colour, lw=2.2)
    mark_interventions(axes, study)
    year_ticks(axes, study, width, end)
    _scale(axes, binary)
    unit = "share of histories" if binary else unit_of(what)
    head = f"{what.title}{f' ({unit})' if unit else ''}"
    made.text(0.25, made.top - TOP + 0.12, head, size=SMALL, color=SOFT)
    _name(made, axes, study, what, {name: float(path[-1]) for name, path in means.items()}, labels)
    return Drawing("lead", made.figure, finding, caption)


def _mean(path: Floats) -> Floats:
    """Mean of complete histories, (theory, run, turn) to (turn,)."""
    flat = path.reshape(-1, path.shape[-1])
    whole = flat[np.isfinite(flat).all(axis=1)]
    return whole.mean(axis=0) if len(whole) else np.full(path.shape[-1], np.nan)


def _band(
    axes: Axes,
    results: xr.Dataset,
    study: Study,
    what: OutcomeLabel,
    branch: BranchLabel,
    level: Floats,
    *,
    binary: bool,
) -> None:
    """The interval of a branch's difference, over all theories, laid on the level of the reference: no share is < 0."""
    found = effects_over_time(results, study.reference, branch.name, what.name).isel(theory=-1)
    low, high = (level + found[name].values[: len(level)] for name in ("ci_low", "ci_high"))
    if binary:
        low, high = np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)
    colour = looks(study)[branch.name].colour
    steps_between(axes, study.turns[: len(level)], low, high, color=colour, alpha=0.14)


def _scale(axes: Axes, binary: bool) -> None:
    low, high = (float(v) if np.isfinite(v) else 0.0 for v in axes.dataLim.intervaly)
    room = 0.08 * (high - low) or 0.05
    axes.set_ylim(low - room, high + room)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    if binary:
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
    axes.grid(axis="y", color=FAINT, lw=0.6)
    axes.set_axisbelow(True)


def _name(
    made: Sheet,
    axes: Axes,
    study: Study,
    what: OutcomeLabel,
    ends: dict[str, float],
    labels: dict[str, list[str]],
) -> None:
    """Write each branch at the end of its line, moved up or down where they would meet."""
    height = axes.get_position().height * made.height
    low, high = axes.get_ylim()
    scale = findings.Scale(what.summary.kind == "ever", what.unit)
    places = findings.decimals([scale.factor * v for v in ends.values()])
    order = sorted(study.main, key=lambda b: -ends[b.name])
    tall = np.array([STEP * (len(labels[b.name]) + 1) for b in order])
    wanted = np.array([np.nan_to_num((ends[b.name] - low) / (high - low)) * height for b in order])
    for branch, y in zip(order, _apart(wanted, tall, height), strict=True):
        colour = looks(study)[branch.name].colour
        x, at = WIDTH - LABELS + 0.15, BOTTOM + y + STEP * len(labels[branch.name]) / 2
        for line in labels[branch.name]:
            made.text(x, at, line, size=TEXT, weight="bold", color=colour, va="center")
            at -= STEP
        made.text(
            x, at, _level(scale, ends[branch.name], places, branch, study), size=SMALL, color=INK, va="center"
        )


def _level(scale: findings.Scale, value: float, places: int, branch: BranchLabel, study: Study) -> str:
    return scale.level(value, places) + (COMPARED if branch.name == study.reference else "")


def _apart(wanted: Floats, tall: Floats, height: float) -> Floats:
    """Middles of labels of these heights, from above, near where they are wanted and within 0..height."""
    found = wanted.copy()
    for k in range(1, len(found)):
        found[k] = min(found[k], found[k - 1] - (tall[k] + tall[k - 1]) / 2)
    lowest = tall[-1] / 2 if len(found) else 0.0
    for k in range(len(found) - 1, -1, -1):
        found[k] = max(found[k], lowest)
        if k:
            lowest = found[k] + (tall[k] + tall[k - 1]) / 2
    return np.asarray(np.minimum(found, found + min(0.0, height + 0.3 - float(found[0] + tall[0] / 2))))
