"""Arms flows: deliveries a run of every good between every two actors, by branch and theory, with intervals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from scipy.special import stdtrit

from powersim.effects import findings
from powersim.effects.limits import LEVEL
from powersim.effects.results import BranchLabel, Floats, Study, has_gaps
from powersim.figures.style import (
    FAINT,
    SMALL,
    SOFT,
    TEXT,
    Drawing,
    looks,
    sheet,
    shorten,
    words,
)

LEFT, RIGHT, GAP, HEAD, BOTTOM = 1.55, 0.3, 0.2, 0.3, 0.55  # inches, like the heights below
TITLE, SCALE = 0.3, 0.3  # above and below the block of a good
MOST = 30  # flows in the figure


@dataclass(frozen=True)
class Flows:
    """Mean deliveries a run and the half-width of their interval, shape (branch, theory, flow).

    paired: the interval is that of the difference from the reference within runs, which itself has none.
    """

    labels: list[str]
    mean: Floats
    half: Floats
    paired: bool

    @classmethod
    def read(cls, results: xr.Dataset, study: Study) -> Flows:
        """Read `arms` and the spread that there is: older results have none of differences."""
        paired, runs = has_gaps(results, "arms", study.reference), study.runs
        mean, sd = (
            results[name].transpose("branch", "theory", "flow").values.astype(np.float64)
            for name in ("arms", "arms_gap_sd" if paired else "arms_sd")
        )
        quantile = float(stdtrit(max(1, runs - 1), (1 + LEVEL) / 2))
        labels = [str(f) for f in results["flow"].values]
        half = np.where(np.isfinite(sd) & (runs > 1), quantile * sd / np.sqrt(max(runs, 1)), np.nan)
        return cls(labels, mean, half, paired)

    def over_theories(self) -> tuple[Floats, Floats]:
        """Means over theories, (branch, flow); runs share luck, so half-widths are averaged. NaN below two runs."""
        return self.mean.mean(axis=1), self.half.mean(axis=1)


def draw_arms(results: xr.Dataset, study: Study | None = None) -> Drawing:
    """Dots with intervals: a block for each good, a row for each flow, a column for each theory.

    Raises ValueError when no good ever flows.
    """
    study = study or Study.read(results)
    flows, main = Flows.read(results, study), study.main
    order = [list(study.branches).index(b.name) for b in main]
    mean, half = (array[order] for array in flows.over_theories())
    moving = [k for k in range(len(flows.labels)) if mean[:, k].max() > 0]
    if not moving:
        raise ValueError("no arms flow in these results")
    score = _scores(mean, half)
    goods = list(dict.fromkeys(_parts(label)[0] for label in flows.labels))
    most = sorted(moving, key=lambda k: (-score[k], -mean[:, k].max(), k))[:MOST]
    kept = sorted(most, key=lambda k: (goods.index(_parts(flows.labels[k])[0]), k))
    blocks = [(good, list(ks)) for good, ks in groupby(kept, key=lambda k: _parts(flows.labels[k])[0])]
    row = max(0.24, 0.075 * len(main) + 0.1)
    aside = bool(study.others(yardstick=True))
    finding = _finding(flows.labels, mean, half, kept, main, aside=aside)
    cut = (
        f" The {len(kept)} of {len(moving)} flows that branches change most."
        if len(kept) < len(moving)
        else ""
    )
    runs = findings.counted(study.runs, "run")
    interval = (
        f"line: 95% interval of the paired difference from {findings.quoted(study.reference)}, within runs"
        if flows.paired
        else "line: 95% interval of each branch by itself"
    )
    caption = (
        f"Mean deliveries a run, {runs} of each branch under each theory; {interval}. Every good has its own "
        f"scale.{cut}"
    )
    body = HEAD + sum(TITLE + row * len(ks) + SCALE for _, ks in blocks) + BOTTOM - SCALE
    keys = [(words(b.name), replace(looks(study)[b.name], dash="-")) for b in main]
    made = sheet(finding, caption, body, keys)
    width = (made.width - LEFT - RIGHT - GAP * (len(study.theories) - 1)) / len(study.theories)
    for j, theory in enumerate(study.theories):
        made.text(LEFT + j * (width + GAP), made.top - HEAD + 0.1, words(theory), size=TEXT, weight="bold")
    top = made.top - HEAD
    for good, ks in blocks:
        bottom = top - TITLE - row * len(ks)
        made.text(0.25, top - TITLE + 0.06, words(good), size=TEXT, weight="bold", color=SOFT)
        high = float((flows.mean + np.nan_to_num(flows.half))[order][..., ks].max())
        for j in range(len(study.theories)):
            axes = made.axes(LEFT + j * (width + GAP), bottom, width, row * len(ks))
            _block(axes, flows, order, j, ks, study)
            axes.set_xlim(-0.03 * high, 1.04 * high)
        for place, k in enumerate(ks):
            y = bottom + row * (len(ks) - place - 0.5)
            label = shorten(_parts(flows.labels[k])[1], LEFT - 0.35, TEXT)
            made.text(LEFT - 0.1, y, label, size=TEXT, ha="right", va="center_baseline")
        top = bottom - SCALE
    middle = LEFT + (made.width - LEFT - RIGHT) / 2
    made.text(middle, 0.12, "deliveries a run (units of the good)", size=TEXT, ha="center")
    return Drawing("arms", made.figure, finding, caption)


def _block(axes: Axes, flows: Flows, order: list[int], theory: int, ks: list[int], study: Study) -> None:
    main = study.main
    shifts = np.linspace(0.34, -0.34, len(main)) if len(main) > 1 else [0.0]
    for place, k in enumerate(ks):
        y = len(ks) - 1 - place
        if place % 2 == 0:
            axes.axhspan(y - 0.5, y + 0.5, color="#F6F6F6", lw=0, zorder=0)
        for branch, index, shift in zip(main, order, shifts, strict=True):
            look, at = looks(study)[branch.name], y + float(shift)
            mean, half = flows.mean[index, theory, k], flows.half[index, theory, k]
            axes.plot(
                [max(0.0, mean - half), mean + half],
                [at, at],
                color=look.colour,
                lw=1.3,
                solid_capstyle="butt",
            )
            axes.plot(mean, at, look.marker, color=look.colour, ms=3.8)
    axes.set_ylim(-0.5, len(ks) - 0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.grid(axis="x", color=FAINT, lw=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(length=2, pad=1.5, labelsize=SMALL - 0.5)


def _parts(label: str) -> tuple[str, str]:
    """Good and dyad of "s300: RUS to IRN"."""
    good, _, dyad = label.partition(": ")
    return good, dyad or good


def _scores(mean: Floats, half: Floats) -> Floats:
    """For every flow the largest difference from the first branch, in half-widths of its interval."""
    return np.asarray(_clarity(mean, half).max(axis=0))


def _clarity(mean: Floats, half: Floats) -> Floats:
    """Differences from the first branch in half-widths of their intervals: 0 without one, infinite for a point."""
    width, gap = np.hypot(half, half[:1]), np.abs(mean - mean[:1])
    point = np.where(gap > 0, np.inf, 0.0)
    return np.where(width > 0, gap / np.where(width > 0, width, 1.0), np.where(width == 0, point, 0.0))


def _finding(
    labels: list[str], mean: Floats, half: Floats, kept: list[int], main: list[BranchLabel], *, aside: bool
) -> str:
    score = _scores(mean, half)
    best = max(kept, key=lambda k: (score[k], mean[:, k].max()))
    name = _named(labels[best])
    if len(main) == 1:
        most = max(kept, key=lambda k: mean[0, k])
        return f"Arms: {_named(labels[most])} flow most, {findings.number(mean[0, most], 1)} deliveries a run"
    places = findings.decimals(mean[:, best])
    if not np.isfinite(half).any():
        return f"Arms: {findings.TOO_FEW} of any difference between branches"
    if score[best] <= 1:
        beside = ", yardsticks not counted" if aside else ""
        return f"Arms: no flow differs clearly between branches, over all theories{beside}"
    other = int(np.argmax(_clarity(mean, half)[:, best]))
    levels = [findings.number(mean[i, best], places) for i in (other, 0)]
    return (
        f"Arms: {name} differ most clearly: {levels[0]} deliveries a run with {findings.quoted(main[other].name)}, "
        f"{levels[1]} with {findings.quoted(main[0].name)}"
    )


def _named(label: str) -> str:
    good, dyad = _parts(label)
    giver, _, taker = dyad.partition(" to ")
    return f"{words(good)} from {giver} to {taker}" if taker else words(label)
