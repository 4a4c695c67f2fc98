"""Forest plots: what each branch changes against the reference, by theory, with levels and intervals in figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from powersim.effects import findings
from powersim.effects.outcomes import titled, unit_of
from powersim.effects.paired import Effect
from powersim.effects.results import ALL, BranchLabel, OutcomeLabel, Study
from powersim.figures.style import (
    DPI,
    FAINT,
    INK,
    MARKERS,
    POOLED,
    SMALL,
    SOFT,
    TEXT,
    Drawing,
    Look,
    Sheet,
    across_zero,
    looks,
    measure,
    sheet,
    shorten,
    slug,
    words,
    wrap,
)

NAMES, THEORY, LEVELS, SIZES, ODDS = 2.5, 1.55, 1.45, 2.15, 0.65  # widths of columns in inches
ROW, GAP, HEAD, BOTTOM = 0.215, 0.13, 0.3, 0.62  # heights in inches
SHADE = "#F4F4F4"


@dataclass(frozen=True)
class Line:
    """One row of a forest at height `y` (inches above the body's bottom)."""

    effect: Effect
    y: float
    first: bool  # of its branch


def draw_effects(outcome: OutcomeLabel, rows: Sequence[Effect], study: Study) -> Drawing:
    """The forest of one outcome from its effects; yardsticks follow, pooled over theories.

    Raises ValueError without a row: one branch has no effect to draw.
    """
    if not rows:
        raise ValueError(f"{outcome.name}: no effects to draw; a comparison needs at least two branches")
    scale = findings.Scale(outcome.summary.kind == "ever", outcome.unit)
    finding = findings.of_effects(outcome, rows, study, binary=scale.binary)
    groups = _groups(rows, study)
    height = sum(ROW * len(group) + GAP for _, group in groups)
    caption = _caption(rows, study, outcome)
    made = sheet(finding, caption, HEAD + height + BOTTOM)
    lines, y = [], made.top - HEAD
    axes = _axes(made, height, rows, scale)
    for branch, group in groups:
        top = y
        for i, row in enumerate(group):
            lines.append(Line(row, y - GAP / 2 - (i + 0.5) * ROW, i == 0))
        y -= ROW * len(group) + GAP
        if branch.yardstick:
            axes.axhspan((y - BOTTOM) / height, (top - BOTTOM) / height, color=SHADE, lw=0, zorder=0)
        _name(made, branch, looks(study)[branch.name], top, top - y)
    for line in lines:
        _mark(axes, line, study, scale, (line.y - BOTTOM) / height)
    _columns(made, lines, scale)
    axes.set_xlabel("\n".join(wrap(_axis(outcome, scale, study), made.width - NAMES - 1, TEXT)))
    return Drawing(f"effects/{slug(outcome.name)}", made.figure, finding, caption)


def theory_marker(theory: str, study: Study) -> str:
    """The marker of a theory, a diamond for the pooled effect."""
    return POOLED if theory == ALL else MARKERS[study.theories.index(theory) % len(MARKERS)]


def theory_keys(study: Study) -> list[tuple[str, Look]]:
    """What the shapes of marks stand for; nothing under one theory."""
    if len(study.theories) < 2:
        return []
    named = [*((words(t), theory_marker(t, study)) for t in study.theories), ("all theories", POOLED)]
    return [(name, Look(SOFT, dash="", marker=marker)) for name, marker in named]


def _groups(rows: Sequence[Effect], study: Study) -> list[tuple[BranchLabel, list[Effect]]]:
    groups = []
    for branch in [*study.others(yardstick=False), *study.others(yardstick=True)]:
        found = [r for r in rows if r.branch_b == branch.name]
        if branch.yardstick:
            found = findings.overall(found)
        if found:
            groups.append((branch, found))
    return groups


def _axes(made: Sheet, height: float, rows: Sequence[Effect], scale: findings.Scale) -> Axes:
    left = NAMES + THEORY
    axes = made.axes(left, BOTTOM, made.width - left - LEVELS - SIZES - ODDS - 0.35, height)
    factor = 100 if scale.binary else 1
    ends = [factor * v for r in rows for v in (r.ci_low, r.ci_high, r.effect) if math.isfinite(v)]
    across_zero(axes, ends, 1.0 if scale.binary else 0.1)
    return axes


def _mark(axes: Axes, line: Line, study: Study, scale: findings.Scale, y: float) -> None:
    row, factor = line.effect, 100 if scale.binary else 1
    look = looks(study)[row.branch_b]
    pooled = row.theory == ALL
    axes.plot(
        [factor * row.ci_low, factor * row.ci_high],
        [y, y],
        color=look.colour,
        lw=2.4 if pooled else 1.4,
        solid_capstyle="butt",
    )
    face = look.colour if row.excludes_zero else "white"
    axes.plot(
        factor * row.effect,
        y,
        theory_marker(row.theory, study),
        mfc=face,
        mec=look.colour,
        ms=7 if pooled else 5.5,
    )


def _name(made: Sheet, branch: BranchLabel, look: Look, top: float, height: float) -> None:
    y = top - (GAP + ROW) / 2  # level with the first row
    for line in wrap(words(branch.name), NAMES - 0.4, TEXT, "bold"):
        made.text(0.25, y, line, size=TEXT, weight="bold", color=look.colour, va="center_baseline")
        y -= 0.18
    y += 0.07
    title = wrap(branch.title, NAMES - 0.4, SMALL) if branch.title != words(branch.name) else []
    room = int((y - (top - height) - 0.02) / 0.165)
    for i, line in enumerate(title[:room]):
        text = shorten(line + " …", NAMES - 0.35, SMALL) if i == room - 1 < len(title) - 1 else line
        made.text(0.25, y, text, size=SMALL, color=SOFT, va="top")
        y -= 0.165


def _columns(made: Sheet, lines: Sequence[Line], scale: findings.Scale) -> None:
    factor = 100 if scale.binary else 1
    rows = [line.effect for line in lines]
    places = findings.decimals([factor * v for r in rows for v in (r.effect, r.ci_low, r.ci_high)])
    places = max(places, 1) if scale.binary else min(places + 1, 4)
    shown = findings.decimals([v for r in rows for v in (r.mean_a, r.mean_b)])
    level = 0 if scale.binary else min(4, shown + 1)
    odds = made.width - 0.25
    sizes, levels = odds - ODDS, odds - ODDS - SIZES
    heads = ((NAMES, "left", "theory"), (levels, "right", "level: from → to"),
             (sizes, "right", "difference [95% interval]"), (odds, "right", "P(higher)"))  # fmt: skip
    for x, side, text in heads:
        made.text(x, made.top - HEAD + 0.08, text, size=SMALL, color=SOFT, ha=side)
    for line in lines:
        row, weight = line.effect, "bold" if line.effect.theory == ALL else "normal"
        theory = "all theories" if row.theory == ALL else shorten(words(row.theory), THEORY - 0.1, TEXT)
        size, interval = scale.estimate(row.effect, row.ci_low, row.ci_high, places)
        within = f"[{interval.replace(' to ', ', ')}]" if row.known else interval
        cells = (
            (NAMES, "left", theory),
            (levels, "right", f"{scale.level(row.mean_a, level)} → {scale.level(row.mean_b, level)}"),
            (sizes, "right", f"{size}  {within}"),
            (odds, "right", findings.number(row.p_superior, 2)),
        )
        for x, side, text in cells:
            made.text(x, line.y, text, size=SMALL, weight=weight, ha=side, va="center_baseline")


def _axis(outcome: OutcomeLabel, scale: findings.Scale, study: Study) -> str:
    unit = scale.of_difference if scale.binary else unit_of(outcome)
    text = f"Difference from {findings.quoted(study.reference)}: {titled(outcome, study)}"
    return text + (f" ({unit})" if unit else "")


def _ticks_within(axes: Axes) -> None:
    """Ticks on a small scale of differences, whose labels meet neither each other nor those of the next panel."""
    low, high = axes.get_xlim()
    inches = axes.get_window_extent().width / DPI / (high - low)
    for most in (4, 2):
        marks = MaxNLocator(most, min_n_ticks=2, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
        places = max(len(f"{mark:.6g}".partition(".")[2]) for mark in marks)
        wide = max(measure(findings.number(mark, places), SMALL) for mark in marks)
        if (marks[1] - marks[0]) * inches > wide + 0.1:
            break
    room = (wide / 2 - 0.08) / inches
    shown = [float(m) for m in marks if abs(m) < 1e-12 or low + room <= m <= high - room]
    axes.set_xticks(shown, [findings.number(mark, places) for mark in shown])


def _caption(rows: Sequence[Effect], study: Study, outcome: OutcomeLabel) -> str:
    counts = sorted({r.runs for r in rows})
    runs = findings.counted(counts[-1], "run")
    if len(counts) > 1:
        runs = f"{counts[0]} to {runs}"
    text = (
        f"Mean paired difference over {runs} with its 95% interval; filled: the interval excludes zero. "
        f"P(higher): share of runs in which the branch lies above {findings.quoted(study.reference)}, ties half."
    )
    if findings.by_odds(rows):
        text += " By odds: the rules' own probabilities added up in each run, not the share of runs."
    yardsticks = {b.name for b in study.others(yardstick=True)}
    if yardsticks & {r.branch_b for r in rows}:
        text += " Grey: yardsticks, other changes of history to measure these effects by."
    return text


def effect_axes(
    axes: Axes, rows: Sequence[Effect], study: Study, *, binary: bool, names: bool = True, size: float = 5
) -> None:
    """A small forest in given axes: a line for each branch, a marker for each theory, the pooled one largest."""
    factor = 100 if binary else 1
    order = [b for b in [*study.others(yardstick=False), *study.others(yardstick=True)]
             if any(r.branch_b == b.name for r in rows)]  # fmt: skip
    theories = [*study.theories, ALL] if len(study.theories) > 1 else list(study.theories)
    shifts = np.linspace(0.33, -0.33, len(theories)) if len(theories) > 1 else [0.0]
    for place, branch in enumerate(order):
        look, y = looks(study)[branch.name], len(order) - 1 - place
        own = [r for r in rows if r.branch_b == branch.name]
        for row in own:
            at = y + (float(shifts[theories.index(row.theory)]) if len(own) > 1 else 0.0)
            pooled = row.theory == ALL
            ends = [factor * row.ci_low, factor * row.ci_high]
            axes.plot(ends, [at, at], color=look.colour, lw=1.8 if pooled else 0.9, solid_capstyle="butt")
            face = look.colour if row.excludes_zero else "white"
            marker = theory_marker(row.theory, study)
            axes.plot(
                factor * row.effect, at, marker, mfc=face, mec=look.colour, ms=size if pooled else size * 0.7
            )
    axes.axvline(0, color=INK, lw=0.8)
    axes.set_ylim(-0.6, len(order) - 0.4)
    labels = [shorten(words(b.name), 1.5, SMALL) for b in order] if names else [""] * len(order)
    axes.set_yticks(range(len(order) - 1, -1, -1), labels)
    for label, branch in zip(axes.get_yticklabels(), order, strict=True):
        label.set_color(looks(study)[branch.name].colour)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    ends = [factor * v for r in rows for v in (r.ci_low, r.ci_high, r.effect) if math.isfinite(v)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    room = 0.06 * (high - low) or (1.0 if binary else 0.1)
    axes.set_xlim(low - room, high + room)
    _ticks_within(axes)
    axes.grid(axis="x", color=FAINT, lw=0.6)
    axes.set_axisbelow(True)
