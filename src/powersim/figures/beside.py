"""Effects in worlds that went as the record says beside those in worlds as the model makes them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from powersim.effects import findings
from powersim.effects.outcomes import titled, unit_of
from powersim.effects.paired import Effect
from powersim.effects.results import Study
from powersim.figures.style import (
    FAINT,
    INK,
    SMALL,
    TEXT,
    Drawing,
    Look,
    across_zero,
    looks,
    sheet,
    shorten,
    words,
    wrap,
)

LEFT, RIGHT, GAP, HEAD, ROW, BOTTOM = 1.75, 0.25, 0.45, 0.62, 0.42, 0.7  # inches
COLUMNS, APART = 4, 0.17


def draw_beside(rows: Sequence[Effect], given: Sequence[Effect], study: Study, finding: str) -> Drawing:
    """A line for each branch and headline outcome: hollow as the model goes, filled given the date of `given`."""
    date = given[0].given
    shown = [study.outcome(name) for name in study.headline][:COLUMNS]
    every = f", over {len(study.theories)} theories" if len(study.theories) > 1 else ""
    caption = (
        f"{study.title}. Difference from {findings.quoted(study.reference)}{every}, with its 95% interval. Hollow: in "
        f"worlds as the model makes them. Filled: in worlds that fit the record until {date}."
    )
    order = [branch for branch in study.others() if any(row.branch_b == branch.name for row in given)]
    height = ROW * len(order)
    keys = [
        ("as the model goes", Look(INK, dash="", marker="o", hollow=True)),
        (f"given {date}", Look(INK, dash="", marker="o")),
    ]
    made = sheet(finding, caption, HEAD + height + BOTTOM, keys)
    width = (made.width - LEFT - RIGHT - GAP * (len(shown) - 1)) / len(shown)
    for k, what in enumerate(shown):
        left, binary = LEFT + k * (width + GAP), what.summary.kind == "ever"
        factor = 100 if binary else 1
        heading = "\n".join(wrap(titled(what, study), width, TEXT, "bold")[:2])
        made.text(
            left, made.top - HEAD + 0.1, heading, size=TEXT, weight="bold", va="bottom", linespacing=1.2
        )
        axes, ends = made.axes(left, BOTTOM, width, height), []
        for some, up, hollow in ((rows, APART, True), (given, -APART, False)):
            for row in findings.overall([row for row in some if row.outcome == what.name]):
                place = next((i for i, branch in enumerate(order) if branch.name == row.branch_b), None)
                if place is None or not math.isfinite(row.effect):
                    continue
                y, colour = len(order) - 1 - place + up, looks(study)[row.branch_b].colour
                around = [factor * end for end in (row.ci_low, row.ci_high)]
                ends += [end for end in (*around, factor * row.effect) if math.isfinite(end)]
                axes.plot(around, [y, y], color=colour, lw=1.2 if hollow else 2.0, solid_capstyle="butt")
                axes.plot(factor * row.effect, y, "o", mfc="white" if hollow else colour, mec=colour, ms=5.5)
        across_zero(axes, ends, 1.0 if binary else 0.1)
        axes.set_ylim(-0.6, len(order) - 0.4)
        names = [shorten(words(branch.name), 1.5, SMALL) if k == 0 else "" for branch in order]
        axes.set_yticks(range(len(order) - 1, -1, -1), names)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x", color=FAINT, lw=0.6)
        axes.set_axisbelow(True)
        axes.set_xlabel("percentage points" if binary else unit_of(what), size=SMALL)
    return Drawing("given", made.figure, finding, caption)
