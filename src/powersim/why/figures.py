"""Figures of an explanation: shares of channels, what each knock-out changes, direct and indirect effects."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from powersim.effects import findings
from powersim.effects.outcomes import titled, unit_of
from powersim.figures.style import (
    BLUE,
    INK,
    MARKERS,
    POOLED,
    SMALL,
    SOFT,
    TEXT,
    VERMILLION,
    Drawing,
    Look,
    Sheet,
    across_zero,
    sheet,
    slug,
    words,
    wrap,
)
from powersim.why.explanation import ExplainedEffect, heading, in_short, of_itself, of_knockouts, of_mediation
from powersim.why.knockouts import DIRECT, TOTAL
from powersim.why.mediation import DIRECT as NATURAL_DIRECT
from powersim.why.mediation import INDIRECT, INTERACTION

NAMES, SIZES, PERCENT = 2.6, 2.3, 0.75  # widths of columns in inches
ROW, HEAD, BOTTOM = 0.26, 0.3, 0.62  # heights in inches
THEORY_STEP = 0.11  # between the marks of theories
SHADE = "#F4F4F4"
PARTS = (INDIRECT, NATURAL_DIRECT, INTERACTION)
LOOKS = ((BLUE, "-", POOLED), (VERMILLION, "-", "s"), ("#009E73", "-", "^"))
"""Colour, dash and marker of the parts of a mediation."""
THEORY = "#8C8C8C"


@dataclass(frozen=True)
class Mark:
    """An estimate with its interval; a theory's is small and grey."""

    value: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether the interval lies on one side of 0."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Line:
    """A row: its name, the estimate over all theories, those of the theories in their order, a text at the end."""

    name: str
    whole: Mark
    theories: Sequence[Mark]
    note: str = ""
    strong: bool = False


def draw_shares(e: ExplainedEffect) -> Drawing:
    """Shapley shares of the channels, what is direct, and the whole."""
    parts = [*(row.part for row in e.parts()), DIRECT, TOTAL]
    lines = []
    for part in parts:
        row = e.share(part)
        name = {TOTAL: "the whole effect", DIRECT: "direct (all channels closed)"}.get(part) or e.title(part)
        percent = "" if row.percent is None else f"{findings.number(row.percent, 0)}%"
        each = [e.share(part, theory) for theory in e.theories]
        marks = [Mark(r.share, r.ci_low, r.ci_high) for r in each]
        lines.append(Line(name, Mark(row.share, row.ci_low, row.ci_high), marks, percent, part == TOTAL))
    caption = (
        f"Shapley shares over {findings.counted(e.study.runs, 'run')}: what each channel adds to the effect of "
        f"{findings.quoted(e.b)} against {findings.quoted(e.a)}, averaged over all orders of opening the channels; "
        "they add up to the whole. Bars: 95% intervals; filled: clear of zero."
    )
    if e.left_out:
        caption += f" {of_itself(e)}."
    name = f"shares-{slug(e.outcome.name)}"
    return _draw(e, name, in_short(e), caption, lines, "Share of the difference", "of it")


def draw_knockouts(e: ExplainedEffect) -> Drawing:
    """What switching each mechanism off, alone and in both branches, changes in the effect."""
    rows = [row for row in e.out() if row.changed > 0]
    lines = []
    places = findings.decimals([_factor(e) * row.effect_without for row in rows])
    for row in rows:
        mark = Mark(row.difference, row.ci_low, row.ci_high)
        lines.append(Line(words(row.mechanism), mark, (), e.scale.difference(row.effect_without, places)))
    left = [row for row in e.out() if row.changed == 0]
    caption = (
        f"Effect without the mechanism less the effect with it ({e.signed(e.share(TOTAL).share)}), paired over "
        f"{findings.counted(e.study.runs, 'run')}; bars: 95% intervals; filled: clear of zero."
    )
    if e.theories:
        caption += " Over all theories; the table has each."
    if left:
        caption += f" No trace in any run: {findings.listed([row.mechanism for row in left])}."
    axis = "Change of the difference when switched off"
    nothing = "no clear effect, so none that a mechanism could take away"
    if not e.share(TOTAL).known:
        nothing = f"{findings.TOO_FEW} of the effect"
    told = _lower(of_knockouts(e)).partition("; ")[0] or nothing
    if e.left_out:
        caption += f" {of_itself(e)}."
    finding = f"{e.outcome.title}: {told}"
    return _draw(e, f"knockouts-{slug(e.outcome.name)}", finding, caption, lines, axis, "without")


def draw_mediation(e: ExplainedEffect) -> Drawing:
    """What each channel alone would do, what is left without it, and what neither does without the other."""
    lines = []
    for name in e.held():
        row = e.mediated(name)
        marks = [Mark(row[q].value, row[q].ci_low, row[q].ci_high) for q in PARTS]
        lines.append(Line(e.title(name), marks[0], marks[1:]))
    total = e.share(TOTAL)
    caption = (
        f"A branch is run again with the channel held at the path that it takes in the other, over "
        f"{findings.counted(e.study.runs, 'run')}. Indirect: in {findings.quoted(e.a)} the channel alone goes as after "
        f"{findings.quoted(e.b)}. Direct: {findings.quoted(e.b)} with the channel as after {findings.quoted(e.a)}. "
        f"The three add up to the whole ({e.signed(total.share)}, dashed). Bars: 95% intervals; filled: clear of zero."
    )
    if e.left_out:
        caption += f" {of_itself(e)}."
    name = f"mediation-{slug(e.outcome.name)}"
    told = of_mediation(e).partition(". ")[0]
    finding = f"{e.outcome.title}: {_lower(told)}" if told else heading(e)
    return _draw(e, name, finding, caption, lines, "Difference", "", PARTS)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _draw(
    e: ExplainedEffect,
    name: str,
    finding: str,
    caption: str,
    lines: Sequence[Line],
    axis: str,
    last: str,
    parts: Sequence[str] = (),
) -> Drawing:
    """A row for each line: an estimate with its interval, and below it those of the theories, or of `parts`."""
    step = ROW + THEORY_STEP * max((len(line.theories) for line in lines), default=0)
    height = step * max(1, len(lines))
    made = sheet(finding, caption, HEAD + height + BOTTOM, legend=_legend(e, parts) if step > ROW else ())
    axes = _axes(made, height, lines, e)
    for i, line in enumerate(lines):
        top = made.top - HEAD - i * step
        place = [(y - BOTTOM) / height for y in (top - step, top)]
        if line.strong:
            axes.axhline(place[1], color=INK, lw=0.7)
        elif i % 2:
            axes.axhspan(*place, color=SHADE, lw=0, zorder=0)
        _line(axes, line, e, (top - ROW / 2 - BOTTOM) / height, height, parts)
        _cells(made, line, e, top - ROW / 2, _places(lines, e))
    if parts:
        axes.axvline(_factor(e) * e.share(TOTAL).share, color=SOFT, lw=0.9, ls="--")
    what = parts[0] if parts else "difference"
    heads = ((made.width - PERCENT - 0.25, f"{what} [95% interval]"), (made.width - 0.25, last))
    for x, text in heads:
        made.text(x, made.top - HEAD + 0.08, text, size=SMALL, color=SOFT, ha="right")
    unit = e.scale.of_difference if e.scale.binary else unit_of(e.outcome)
    label = f"{axis}: {titled(e.outcome, e.study)}" + (f" ({unit})" if unit else "")
    axes.set_xlabel("\n".join(wrap(label, made.width - NAMES - 1, TEXT)))
    return Drawing(name, made.figure, finding, caption)


def _legend(e: ExplainedEffect, parts: Sequence[str]) -> list[tuple[str, Look]]:
    if parts:
        return [(part, Look(*LOOKS[i])) for i, part in enumerate(parts)]
    if not e.theories:
        return []
    keys = [("all theories", Look(BLUE, marker=POOLED))]
    return keys + [
        (words(theory), Look(THEORY, marker=MARKERS[i % len(MARKERS)])) for i, theory in enumerate(e.theories)
    ]


def _factor(e: ExplainedEffect) -> float:
    return 100.0 if e.scale.binary else 1.0


def _places(lines: Sequence[Line], e: ExplainedEffect) -> int:
    shown = [_factor(e) * v for line in lines for v in (line.whole.value, line.whole.low, line.whole.high)]
    places = findings.decimals(shown)
    return max(places, 1) if e.scale.binary else min(places + 1, 4)


def _axes(made: Sheet, height: float, lines: Sequence[Line], e: ExplainedEffect) -> Axes:
    axes = made.axes(NAMES, BOTTOM, made.width - NAMES - SIZES - PERCENT - 0.5, height)
    marks = [mark for line in lines for mark in (line.whole, *line.theories)]
    ends = [_factor(e) * v for m in marks for v in (m.low, m.high, m.value) if math.isfinite(v)]
    across_zero(axes, ends, 1.0 if e.scale.binary else 0.1)
    return axes


def _line(axes: Axes, line: Line, e: ExplainedEffect, y: float, height: float, parts: Sequence[str]) -> None:
    _mark(axes, line.whole, y, _factor(e), BLUE if not line.strong else INK, POOLED, 7.0, 2.4)
    for i, mark in enumerate(line.theories, start=1):
        at = y - (0.03 + THEORY_STEP * i) / height
        if parts:
            colour, _, marker = LOOKS[i]
            _mark(axes, mark, at, _factor(e), colour, marker, 5.0, 1.6)
            continue
        _mark(axes, mark, at, _factor(e), THEORY, MARKERS[(i - 1) % len(MARKERS)], 4.0, 1.0)


def _mark(
    axes: Axes, mark: Mark, y: float, factor: float, colour: str, marker: str, size: float, width: float
) -> None:
    axes.plot([factor * mark.low, factor * mark.high], [y, y], color=colour, lw=width, solid_capstyle="butt")
    face = colour if mark.clear else "white"
    axes.plot(factor * mark.value, y, marker, mfc=face, mec=colour, ms=size)


def _cells(made: Sheet, line: Line, e: ExplainedEffect, y: float, places: int) -> None:
    weight = "bold" if line.strong else "normal"
    value, within = e.scale.estimate(line.whole.value, line.whole.low, line.whole.high, places)
    if math.isfinite(line.whole.low + line.whole.high):
        within = f"[{within.replace(' to ', ', ')}]"
    made.text(0.25, y, line.name, size=TEXT, weight=weight, va="center_baseline")
    interval = f"{value}  {within}"
    right = made.width - 0.25
    made.text(right - PERCENT, y, interval, size=SMALL, weight=weight, ha="right", va="center_baseline")
    made.text(right, y, line.note, size=SMALL, weight=weight, ha="right", va="center_baseline")
