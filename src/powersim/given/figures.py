"""Figures of what is asked given what happened: rival origins by rank, parameters before and after the record."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

from powersim.figures.style import BLUE, INK, SMALL, SOFT, VERMILLION, Drawing, Look, sheet, shorten
from powersim.given.origin import Origin, of_100, ranked
from powersim.given.weigh import Learnt
from powersim.run.plan import Plan

ROW, FOOT, LEFT, RIGHT = 0.46, 0.62, 3.6, 0.4  # inches
LABEL = 44  # letters of a line beside an axis
MOST = 24  # parameters that are drawn


def draw_origins(plan: Plan, rows: Sequence[Origin], said: str, given: str, luck: str) -> Drawing:
    """A row for each cause, the most necessary first: how necessary, how sufficient."""
    first = ranked(rows)
    legend = [("necessary", Look(BLUE, dash="", marker="o"))]
    sufficient = "Of what was sufficient these worlds say nothing."
    if any(row.ps == row.ps for row in first):
        legend.append(("sufficient", Look(VERMILLION, dash="", marker="D")))
        sufficient = (
            "Sufficient (PS): of worlds in which it would not have come without the cause, the share in which it "
            "came with it."
        )
    caption = (
        f"{plan.scenario.title}, {given}. Necessary (PN): of worlds in which it came about, the share in which it "
        f"would not have come without the cause. {sufficient} {luck} Bars are 95% intervals."
    )
    made = sheet(_headline(plan, first), caption, len(first) * ROW + FOOT, legend)
    axes = made.axes(LEFT, FOOT - 0.1, made.width - LEFT - RIGHT, len(first) * ROW)
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.5, len(first) - 0.5)
    axes.set_yticks([])
    for place, row in enumerate(first):
        y = len(first) - 1 - place
        title = plan.scenario.branches[row.cause].title
        made.text(0.25, FOOT - 0.1 + (y + 0.5) * ROW, fill(title, LABEL), size=SMALL, va="center")
        for at, low, high, colour, marker, up in (
            (row.pn, row.pn_low, row.pn_high, BLUE, "o", 0.12),
            (row.ps, row.ps_low, row.ps_high, VERMILLION, "D", -0.12),
        ):
            if at == at:
                axes.plot([low, high], [y + up] * 2, color=colour, lw=1.6, solid_capstyle="butt")
                axes.plot([at], [y + up], marker, color=colour, ms=5, mec="white", mew=0.6)
    axes.set_xlabel("share of worlds", size=SMALL)
    return Drawing("origin", made.figure, said, caption)


def _headline(plan: Plan, first: Sequence[Origin]) -> str:
    """The most necessary cause, and how necessary."""
    best, what = first[0], plan.scenario.outcomes[first[0].event].title
    if best.pn != best.pn:
        return f"{what}: it came about in no world"
    share = of_100((best.pn, best.pn_low, best.pn_high))
    title = plan.scenario.branches[best.cause].title
    return f"{what}: of 100 worlds that have it {share} would not under “{title}”"


def draw_learnt(plan: Plan, learnt: Sequence[Learnt], said: str, given: str) -> Drawing:
    """What the record says of the uncertain numbers: those that moved most, as quantiles of their priors."""
    some = sorted(learnt, key=lambda one: -one.moved)[:MOST]
    caption = (
        f"{plan.scenario.title}, {given}. Each row is an uncertain number under a theory, on the scale of its own "
        "prior: 0 and 1 are its ends, 0.5 its median; without evidence the dot would stand at 0.5 and the bar reach "
        "from 0.05 to 0.95. Dot: posterior mean; bar: 5 to 95%."
    )
    made = sheet(said, caption, max(1, len(some)) * ROW * 0.6 + FOOT)
    height = max(1, len(some)) * ROW * 0.6
    axes = made.axes(LEFT, FOOT - 0.1, made.width - LEFT - RIGHT, height)
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(-0.5, max(1, len(some)) - 0.5)
    axes.set_yticks([])
    for edge in (0.05, 0.5, 0.95):
        axes.axvline(edge, color=SOFT, lw=0.7, ls=(0, (2, 3)), zorder=1)
    for place, one in enumerate(some):
        y = len(some) - 1 - place
        name = f"{one.theory}: {one.path}" if one.theory else one.path
        level = FOOT - 0.1 + (y + 0.5) * ROW * 0.6
        made.text(0.25, level, shorten(name, LEFT - 0.4, SMALL), size=SMALL, va="center")
        axes.plot([one.low_share, one.high_share], [y, y], color=BLUE, lw=1.6, solid_capstyle="butt")
        axes.plot([one.mean_share], [y], "o", color=INK, ms=4, mec="white", mew=0.6)
    axes.set_xlabel("quantile of the prior", size=SMALL)
    return Drawing("posterior", made.figure, said, caption)
