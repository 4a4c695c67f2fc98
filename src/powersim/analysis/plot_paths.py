"""Fan charts: the spread of histories under every branch and theory, and what pairing makes of their differences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from powersim.analysis import findings, limits
from powersim.analysis.compare import effects_over_time
from powersim.analysis.outcomes import is_binary
from powersim.analysis.results import Branch, Floats, Outcome, Study, paths
from powersim.analysis.style import (
    FAINT,
    INK,
    SMALL,
    SOFT,
    TEXT,
    Drawing,
    Look,
    Sheet,
    looks,
    mark_intervention,
    sheet,
    slug,
    words,
    wrap,
    year_ticks,
)

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
LEFT, RIGHT, BOTTOM, GAP = 0.85, 1.75, 0.42, 0.14
FAN, DIFFERENCE = 1.05, 1.6  # heights of panels in inches


@dataclass(frozen=True)
class Fan:
    """A central path and nested bands around it, each of shape (turn,); a probability has only one band."""

    centre: Floats
    inner: tuple[Floats, Floats] | None
    outer: tuple[Floats, Floats]


def fan(path: Floats, *, binary: bool) -> Fan:
    """The fan of paths (run, turn): median, 50% and 90% of runs; of 0/1 paths the share of runs with its interval."""
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
    axes.fill_between(turns, *found.outer, color=look.colour, alpha=0.18, lw=0)
    if found.inner:
        axes.fill_between(turns, *found.inner, color=look.colour, alpha=0.3, lw=0)
    axes.plot(turns, found.centre, color=look.colour, lw=1.7)


def draw_paths(results: xr.Dataset, outcome: str, study: Study | None = None) -> Drawing:
    """Fans of one outcome, a row for each branch and a column for each theory; below, the paired differences."""
    study = study or Study.read(results)
    what, path = study.outcome(outcome), paths(results, outcome)
    binary = is_binary(path)
    scale = findings.Scale(binary, what.unit)
    order, main = list(study.branches), study.main
    ends = {b.name: path[order.index(b.name), :, :, -1].ravel() for b in main}
    finding = findings.of_paths(what, ends, study, binary=binary)
    rows, others = len(main), study.others()
    lower = DIFFERENCE + 0.55 if others else 0.0
    made = sheet(
        finding,
        _caption(study, binary, bool(others)),
        rows * (FAN + GAP) + lower + BOTTOM + 0.3,
        [(words(b.name), looks(study)[b.name]) for b in [*main, *study.others(yardstick=True)]] if others else [],
    )
    fans = {
        (i, j): fan(path[order.index(b.name), j], binary=binary)
        for i, b in enumerate(main)
        for j in range(len(study.theories))
    }
    limits_y = _range(what, list(fans.values()), binary)
    width = (made.width - LEFT - RIGHT - GAP * (len(study.theories) - 1)) / len(study.theories)
    top = made.top - 0.3
    for i, branch in enumerate(main):
        for j, theory in enumerate(study.theories):
            left, bottom = LEFT + j * (width + GAP), top - (i + 1) * FAN - i * GAP
            axes = made.axes(left, bottom, width, FAN)
            mark_intervention(axes, branch.since)
            draw_fan(axes, study.turns, fans[i, j], looks(study)[branch.name])
            if i:
                axes.plot(study.turns, fans[0, j].centre, color=INK, lw=1.0, ls=(0, (3, 2)))
            else:
                made.text(left, top + 0.08, words(theory), size=TEXT, weight="bold")
            _finish(axes, study, width, limits_y, binary, first=j == 0, last=i == rows - 1)
        _label_row(made, branch, looks(study)[branch.name], top - i * (FAN + GAP) - FAN / 2)
    middle = top - rows * (FAN + GAP) / 2
    made.text(0.12, middle, _axis(what, binary), rotation=90, va="center", size=TEXT)
    if others:
        _differences(made, results, study, what, scale, width)
    return Drawing(f"paths/{slug(outcome)}", made.figure, finding, _caption(study, binary, bool(others)))


def _differences(
    made: Sheet, results: xr.Dataset, study: Study, what: Outcome, scale: findings.Scale, width: float
) -> None:
    factor = 100 if scale.binary else 1
    effect = {b.name: effects_over_time(results, study.reference, b.name, what.name) for b in study.others()}
    extreme = max((float(np.nanmax(np.abs(e[v]))) for e in effect.values() for v in ("ci_low", "ci_high")), default=0)
    top = factor * extreme * 1.08 or (1.0 if scale.binary else 0.1)
    for j, theory in enumerate(study.theories):
        axes = made.axes(LEFT + j * (width + GAP), BOTTOM, width, DIFFERENCE)
        axes.axhline(0, color=INK, lw=0.9)
        for branch in reversed(study.others()):
            look, found = looks(study)[branch.name], effect[branch.name].sel(theory=theory)
            shade = 0.1 if branch.yardstick else 0.22
            band = (factor * found["ci_low"].values, factor * found["ci_high"].values)
            axes.fill_between(study.turns, *band, color=look.colour, alpha=shade, lw=0)
            line = 1.1 if branch.yardstick else 1.6
            axes.plot(study.turns, factor * found["effect"].values, color=look.colour, ls=look.dash, lw=line)
        mark_intervention(axes, study.branches[study.others()[0].name].since)
        _finish(axes, study, width, (-top, top), False, first=j == 0, last=True)
    reference = f"Difference from {findings.quoted(study.reference)}"
    lines = [*wrap(reference, RIGHT - 0.25, TEXT, "bold")]
    made.text(
        made.width - RIGHT + 0.15, BOTTOM + DIFFERENCE / 2, "\n".join(lines), size=TEXT, weight="bold", va="center"
    )
    unit = "points" if scale.binary else what.unit
    made.text(0.12, BOTTOM + DIFFERENCE / 2, "\n".join(wrap(unit, 1.6, TEXT)), rotation=90, va="center", size=TEXT)


def _finish(
    axes: Axes,
    study: Study,
    width: float,
    y_range: tuple[float, float],
    binary: bool,
    *,
    first: bool,
    last: bool,
) -> None:
    axes.set_ylim(*y_range)
    axes.locator_params(axis="y", nbins=4)
    axes.grid(axis="y", color=FAINT, lw=0.6)
    axes.set_axisbelow(True)
    year_ticks(axes, study, width)
    if binary:
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
    axes.tick_params(labelleft=first, labelbottom=last, length=2.5, pad=2)


def _label_row(made: Sheet, branch: Branch, look: Look, y: float) -> None:
    x, width = made.width - RIGHT + 0.15, RIGHT - 0.25
    name = wrap(words(branch.name), width, TEXT, "bold")
    title = wrap(branch.title, width, SMALL) if branch.title != words(branch.name) else []
    height = 0.19 * len(name) + 0.17 * len(title)
    y += height / 2
    for line in name:
        made.text(x, y, line, size=TEXT, weight="bold", color=look.colour, va="top")
        y -= 0.19
    for line in title[:3]:
        made.text(x, y, line, size=SMALL, color=SOFT, va="top")
        y -= 0.17


def _range(what: Outcome, fans: list[Fan], binary: bool) -> tuple[float, float]:
    edges = np.concatenate([np.concatenate(f.outer) for f in fans])
    edges = edges[np.isfinite(edges)]
    low, high = (float(edges.min()), float(edges.max())) if edges.size else (0.0, 1.0)
    if binary:
        low = 0.0
    room = 0.06 * (high - low) or 0.05
    return low - room, high + room


def _axis(what: Outcome, binary: bool) -> str:
    label = f"{what.title}, share of runs" if binary else f"{what.title} ({what.unit})" if what.unit else what.title
    return "\n".join(wrap(label, 4.5, TEXT))


def _caption(study: Study, binary: bool, several: bool) -> str:
    text = f"{study.runs} runs a branch and theory. "
    text += (
        "Share of runs with its 95% interval. "
        if binary
        else "Line: median; dark band: half of the runs; light band: 90% of them. "
    )
    if several:
        text += f"Dashed: {findings.quoted(study.reference)} again. "
    if any(b.since is not None for b in study.branches.values()):
        text += "Dotted upright: the intervention. "
    if several:
        text += "Bottom row: mean paired difference, 95% interval at each date"
        text += "; yardsticks grey." if study.others(yardstick=True) else "."
    return text.strip()
