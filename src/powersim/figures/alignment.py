"""Who stands with whom: alignment before and at the end, what changed, and what a branch changes."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from powersim.effects import findings
from powersim.effects.limits import LEVEL
from powersim.effects.results import Floats, Study, has_gaps
from powersim.figures.atlas import named
from powersim.figures.style import (
    DIVERGING,
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
    looks,
    sheet,
    slug,
    words,
)

LEFT, RIGHT, GAP, ABOVE, BELOW = 0.6, 0.2, 0.55, 0.62, 0.55  # inches, like all that follows
ROW, FOREST, BOTTOM, MARGIN = 0.32, 7.0, 0.5, 1.5
DYADS = 10
Z = NormalDist().inv_cdf((1 + LEVEL) / 2)


@dataclass(frozen=True)
class Matrix:
    """Mean alignment, or a difference of two, with the half-width of its interval; shape (theory, actor, actor).

    Half-widths are NaN where there is no interval: below two runs.
    """

    mean: Floats
    half: Floats

    def over_theories(self) -> Matrix:
        """The mean over theories; runs share luck, so half-widths are averaged as if perfectly correlated."""
        return Matrix(self.mean.mean(axis=0, keepdims=True), self.half.mean(axis=0, keepdims=True))

    def minus(self, other: Matrix, half: Floats | None) -> Matrix:
        """The difference, with the half-width of its interval; as if unpaired, too wide, where that is not known."""
        return Matrix(self.mean - other.mean, np.hypot(self.half, other.half) if half is None else half)


def matrix(results: xr.Dataset, branch: str, snapshot: int, runs: int) -> Matrix:
    """Mean alignment of a branch at a snapshot (position) with its 95% interval."""
    mean = _at(results, "alignment", branch, snapshot)
    return Matrix(mean, _half(_at(results, "alignment_sd", branch, snapshot), runs))


def change(results: xr.Dataset, branch: str, runs: int) -> Matrix:
    """What moves between the first snapshot and the last within runs."""
    before, after = (matrix(results, branch, k, runs) for k in (0, -1))
    known = "alignment_change_sd" in results
    return after.minus(
        before, _half(_at(results, "alignment_change_sd", branch, -1), runs) if known else None
    )


def gap(results: xr.Dataset, branch: str, study: Study) -> Matrix:
    """How a branch stands at the last snapshot against the reference in the same runs."""
    own, other = (matrix(results, name, -1, study.runs) for name in (branch, study.reference))
    known = has_gaps(results, "alignment", study.reference)
    return own.minus(
        other, _half(_at(results, "alignment_gap_sd", branch, -1), study.runs) if known else None
    )


def _at(results: xr.Dataset, name: str, branch: str, snapshot: int) -> Floats:
    found = results[name].sel(branch=branch).isel(snapshot=snapshot).transpose("theory", "actor", "actor2")
    return np.asarray(found.values, dtype=np.float64)


def _half(sd: Floats, runs: int) -> Floats:
    return np.where(runs > 1, Z * sd / np.sqrt(max(runs, 1)), np.nan)


def blocs(mean: Floats) -> list[int]:
    """An order of actors that puts friends together: by the leading eigenvector of the (actor, actor) matrix."""
    values, vectors = np.linalg.eigh(np.nan_to_num((mean + mean.T) / 2))
    lead = vectors[:, int(np.argmax(np.abs(values)))]
    lead = lead * np.sign(lead[int(np.argmax(np.abs(lead)))])
    return [int(i) for i in np.argsort(-np.round(lead, 9), kind="stable")]


def draw_alignment(results: xr.Dataset, branch: str, study: Study | None = None) -> Drawing:
    """Heat maps before, at the end and of the change; for other branches also against the reference's end.

    Below, the dyads that differ most, theory by theory, with intervals.
    """
    study = study or Study.read(results)
    dates = [str(s) for s in results["snapshot"].values]
    before, after = (matrix(results, branch, i, study.runs) for i in (0, len(dates) - 1))
    focus = change(results, branch, study.runs)
    panels = [(f"{dates[0]}", before, False), (f"{dates[-1]}", after, False), ("change", focus, True)]
    against = branch != study.reference
    if against:
        focus = gap(results, branch, study)
        panels.append((f"{dates[-1]} minus {findings.quoted(study.reference)}", focus, True))
    actors = [str(a) for a in results["actor"].values]
    names = [named(study, code) for code in actors]
    finding = _finding(branch, focus.over_theories(), names, dates, study, against=against)
    known = has_gaps(results, "alignment", study.reference) if against else "alignment_change_sd" in results
    caption = (
        "Mean alignment over runs and theories, −1 hostile to +1 allied; actors ordered by bloc. A dot: not "
        "clear of zero by its 95% interval. Below: the pairs that differ most, by theory, with 95% intervals"
        + (" of differences within runs." if known else ", as if runs were not paired: too wide.")
    )
    side = min(3.3, (12.5 - LEFT - RIGHT - GAP * (len(panels) - 1)) / len(panels))
    dyads = _largest(focus.over_theories(), min(DYADS, len(actors) * (len(actors) - 1) // 2))
    body = ABOVE + side + BELOW + 0.3 + ROW * len(dyads) + BOTTOM
    made = sheet(finding, caption, body)
    order = blocs(matrix(results, study.reference, 0, study.runs).mean.mean(axis=0))
    for i, (title, found, differs) in enumerate(panels):
        left, bottom = LEFT + i * (side + GAP), made.top - ABOVE - side
        axes = made.axes(left, bottom, side, side)
        made.text(left, bottom + side + 0.42, title, size=TEXT, weight="bold")
        extreme = (float(np.nanmax(np.abs(found.over_theories().mean))) or 0.1) if differs else 1.0
        _heat(made, axes, found.over_theories(), [actors[k] for k in order], order, extreme)
    _forest(made, focus, dyads, actors, study, looks(study)[branch], differs=against)
    return Drawing(f"alignment/{slug(branch)}", made.figure, finding, caption)


def _heat(
    made: Sheet, axes: Axes, found: Matrix, labels: list[str], order: list[int], extreme: float
) -> None:
    mean, half = (m[0][np.ix_(order, order)].copy() for m in (found.mean, found.half))
    np.fill_diagonal(mean, np.nan)
    axes.set_facecolor(FAINT)
    image = axes.pcolormesh(mean, cmap=DIVERGING, vmin=-extreme, vmax=extreme, edgecolors="white", lw=0.4)
    unclear = np.argwhere(np.isfinite(mean) & ~(np.abs(mean) > half))
    if unclear.size:
        axes.plot(unclear[:, 1] + 0.5, unclear[:, 0] + 0.5, "o", ms=1.5, color=SOFT)
    axes.set_ylim(len(labels), 0)
    size = min(SMALL, 110 / max(1, len(labels)))
    ticks = np.arange(len(labels)) + 0.5
    axes.set_xticks(ticks, labels, rotation=90, size=size)
    axes.set_yticks(ticks, labels, size=size)
    axes.xaxis.tick_top()
    axes.tick_params(length=0, pad=2)
    for spine in axes.spines.values():
        spine.set_visible(False)
    place = axes.get_position()
    bar = made.axes(place.x0 * made.width, place.y0 * made.height - 0.18, place.width * made.width, 0.08)
    made.figure.colorbar(image, cax=bar, orientation="horizontal", ticks=MaxNLocator(5))
    bar.tick_params(length=2, pad=1.5, labelsize=7.5)
    bar.spines["outline"].set_visible(False)


def _forest(
    made: Sheet,
    focus: Matrix,
    dyads: list[tuple[int, int]],
    actors: list[str],
    study: Study,
    look: Look,
    *,
    differs: bool,
) -> None:
    height = ROW * len(dyads)
    axes = made.axes(MARGIN, BOTTOM, FOREST, height)
    total = focus.over_theories()
    several = len(study.theories) > 1
    shifts = np.linspace(0.3, -0.3, len(study.theories) + 1)
    for place, (i, j) in enumerate(dyads):
        y = len(dyads) - 1 - place
        for k, theory in enumerate(study.theories if several else ()):
            mean, half = focus.mean[k, i, j], focus.half[k, i, j]
            at = y + shifts[k]
            axes.plot([mean - half, mean + half], [at, at], color=SOFT, lw=0.9)
            axes.plot(
                mean, at, MARKERS[study.theories.index(theory) % len(MARKERS)], ms=3.5, mfc="white", mec=SOFT
            )
        mean, half = total.mean[0, i, j], total.half[0, i, j]
        at = y + (shifts[-1] if several else 0.0)
        axes.plot([mean - half, mean + half], [at, at], color=look.colour, lw=2)
        face = look.colour if abs(mean) > half else "white"
        axes.plot(mean, at, POOLED, ms=5.5, mfc=face, mec=look.colour)
    axes.axvline(0, color=INK, lw=0.9)
    axes.set_ylim(-0.6, len(dyads) - 0.4)
    axes.set_yticks(range(len(dyads) - 1, -1, -1), [f"{actors[i]}–{actors[j]}" for i, j in dyads])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=FAINT, lw=0.6)
    axes.set_axisbelow(True)
    label = (
        f"difference from {findings.quoted(study.reference)} at the end"
        if differs
        else "change over the period"
    )
    axes.set_xlabel(f"{label} (alignment, −1 to +1)")
    entries = (
        [*((words(t), MARKERS[k % len(MARKERS)]) for k, t in enumerate(study.theories))] if several else []
    )
    key = made.axes(
        MARGIN + FOREST + 0.5, BOTTOM + height - 0.24 * (len(entries) + 1), 0.3, 0.24 * (len(entries) + 1)
    )
    key.axis("off")
    key.set_ylim(-0.5, len(entries) + 0.5)
    key.set_xlim(-1, 1)
    for k, (text, marker) in enumerate(
        [*entries, ("all theories" if several else words(study.theories[0]), POOLED)]
    ):
        y, pooled = len(entries) - k, marker == POOLED
        key.plot(
            0, y, marker, ms=5.5, mfc=look.colour if pooled else "white", mec=look.colour if pooled else SOFT
        )
        made.text(
            MARGIN + FOREST + 0.9, BOTTOM + height - 0.24 * (k + 0.5), text, size=TEXT, va="center_baseline"
        )


def _largest(found: Matrix, count: int) -> list[tuple[int, int]]:
    upper = np.triu_indices(found.mean.shape[1], 1)
    size = np.abs(found.mean[0][upper])
    best = np.argsort(-np.round(np.nan_to_num(size), 9), kind="stable")[:count]
    return [(int(upper[0][k]), int(upper[1][k])) for k in best]


def _finding(
    branch: str, focus: Matrix, actors: list[str], dates: list[str], study: Study, *, against: bool
) -> str:
    size = np.abs(focus.mean[0])
    seen = (size > focus.half[0]) & (size >= 0.5 * 10.0**-findings.MOST_PLACES)
    clear = np.triu(np.where(seen, focus.mean[0], 0.0), 1)
    span = (
        f"at {dates[-1]} against {findings.quoted(study.reference)}"
        if against
        else f"from {dates[0]} to {dates[-1]}"
    )
    start = f"{findings.quoted(branch)}, {span}: "
    if not np.isfinite(focus.half[0][np.triu_indices(len(actors), 1)]).any():
        return f"{start}{findings.TOO_FEW}"
    if not clear.any():
        return f"{start}no pair of actors {'differs' if against else 'moves'} clearly"
    parts = []
    for word, at in (("closer", int(clear.argmax())), ("further apart", int(clear.argmin()))):
        i, j = divmod(at, len(actors))
        if clear[i, j] and (clear[i, j] > 0) == (word == "closer"):
            moved = findings.number(float(clear[i, j]), findings.decimals([clear[i, j]]), sign=True)
            parts.append(f"{actors[i]} and {actors[j]} stand {word} ({moved})")
    count = int((clear != 0).sum())
    pairs = findings.counted(len(actors) * (len(actors) - 1) // 2, "pair")
    verb = ("differ" if against else "move") + ("s" if count == 1 else "")
    return f"{start}{', '.join(parts)}; {count} of {pairs} {verb} clearly"
