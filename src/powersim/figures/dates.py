"""What an intervention does by its date: the effects of a sweep, an outcome a panel."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from powersim.effects import findings
from powersim.effects.outcomes import titled, unit_of
from powersim.effects.paired import Effect
from powersim.effects.results import ALL, BranchLabel, OutcomeLabel, Study
from powersim.figures.forest import theory_keys, theory_marker
from powersim.figures.style import (
    BRANCHES,
    FAINT,
    INK,
    SMALL,
    SOFT,
    TEXT,
    Drawing,
    Look,
    sheet,
    words,
    wrap,
    year_ticks,
)

LEFT, RIGHT, GAP, HEAD, HEIGHT, BOTTOM = 0.75, 0.25, 0.75, 0.5, 2.3, 0.62  # inches
COLUMNS = 2
AT = "@"  # between a branch and its date


def series(study: Study) -> dict[str, list[BranchLabel]]:
    """The branches of a sweep by date, under the name of the branch that is moved; nothing without a sweep."""
    found: dict[str, list[BranchLabel]] = {}
    for branch in study.others():
        name, at, _ = branch.name.rpartition(AT)
        if at and branch.since is not None:
            found.setdefault(name, []).append(branch)
    moved = {name: sorted(each, key=lambda b: b.since or 0) for name, each in found.items() if len(each) > 1}
    return moved if sum(map(len, moved.values())) == len(study.others()) else {}


def draw_dates(rows: Sequence[Effect], study: Study) -> Drawing:
    """Effect against the date of the intervention: all theories with a 95% band, each theory as small marks.

    Raises ValueError for results of no sweep.
    """
    moved = series(study)
    if not moved:
        raise ValueError("no branch comes at several dates; see --sweep")
    outcomes = [study.outcome(name) for name in study.headline]
    finding = _finding(outcomes[0], rows, moved, study)
    caption = (
        f"{study.title}. Mean paired difference from {findings.quoted(study.reference)} by the date at which a branch "
        "begins, with its 95% interval (diamonds and band: all theories; small marks: each). All dates share "
        "their luck: they confirm each other less than they seem to."
    )
    looks = {name: Look(BRANCHES[k % len(BRANCHES)], marker="") for k, name in enumerate(moved)}
    deep = -(-len(outcomes) // COLUMNS)
    keys = [*((words(name), look) for name, look in looks.items()), *theory_keys(study)[:-1]]
    made = sheet(finding, caption, deep * (HEAD + HEIGHT + BOTTOM), keys)
    width = (made.width - LEFT - RIGHT - GAP * (COLUMNS - 1)) / COLUMNS
    for place, what in enumerate(outcomes):
        i, j = divmod(place, COLUMNS)
        left = LEFT + j * (width + GAP)
        bottom = made.top - (i + 1) * (HEAD + HEIGHT) - i * BOTTOM
        axes = made.axes(left, bottom, width, HEIGHT)
        title = "\n".join(wrap(titled(what, study), width, TEXT, "bold")[:2])
        made.text(left, bottom + HEIGHT + 0.08, title, size=TEXT, weight="bold", va="bottom", linespacing=1.2)
        own = {(r.branch_b, r.theory): r for r in rows if r.outcome == what.name}
        for name, branches in moved.items():
            _series(axes, branches, own, looks[name].colour, study, what)
        axes.axhline(0, color=INK, lw=0.9)
        unit = "points" if what.summary.kind == "ever" else unit_of(what)
        axes.set_ylabel(f"difference{f' ({unit})' if unit else ''}", size=SMALL)
        axes.set_xlabel("date of the intervention", size=SMALL)
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        axes.grid(axis="y", color=FAINT, lw=0.6)
        axes.set_axisbelow(True)
        axes.tick_params(length=2.5, pad=2)
        _ticks(axes, [b for each in moved.values() for b in each], study, width)
    return Drawing("dates", made.figure, finding, caption)


def _series(
    axes: Axes,
    branches: Sequence[BranchLabel],
    own: dict[tuple[str, str], Effect],
    colour: str,
    study: Study,
    what: OutcomeLabel,
) -> None:
    factor = 100 if what.summary.kind == "ever" else 1
    several = len(study.theories) > 1
    at = [b.since or 0 for b in branches]
    total = [own[b.name, ALL if several else study.theories[0]] for b in branches]
    axes.fill_between(
        at,
        [factor * r.ci_low for r in total],
        [factor * r.ci_high for r in total],
        color=colour,
        alpha=0.16,
        lw=0,
    )
    axes.plot(at, [factor * r.effect for r in total], color=colour, lw=1.8)
    for row, x in zip(total, at, strict=True):
        face = colour if row.excludes_zero else "white"
        axes.plot(x, factor * row.effect, "D", mfc=face, mec=colour, ms=5)
    for theory in study.theories if several else ():
        values = [factor * own[b.name, theory].effect for b in branches]
        axes.plot(at, values, theory_marker(theory, study), color=SOFT, ms=3.5, ls="", zorder=1.5)


def _ticks(axes: Axes, branches: Sequence[BranchLabel], study: Study, width: float) -> None:
    first, last = (pick(b.since or 0 for b in branches) for pick in (min, max))
    year_ticks(axes, study, width)
    start, end = study.index(first), study.index(last)
    step = max(1, -(-(end - start + 1) // max(2, int(width / 0.75))))
    shown = list(range(start, end + 1, step))
    axes.set_xticks([study.turns[i] for i in shown], [study.dates[i] for i in shown])
    room = max(0.5, 0.04 * (last - first))
    axes.set_xlim(first - room, last + room)


def _finding(
    what: OutcomeLabel, rows: Sequence[Effect], moved: dict[str, list[BranchLabel]], study: Study
) -> str:
    """At which dates the first outcome is clearly changed, over all theories."""
    scale = findings.Scale(what.summary.kind == "ever", what.unit)
    total = {r.branch_b: r for r in findings.overall([r for r in rows if r.outcome == what.name])}
    parts = []
    for name, branches in moved.items():
        clear = [b for b in branches if findings.stands_out(total[b.name], scale)]
        ends = [scale.difference(v, findings.decimals([scale.factor * v])) for v in
                (total[branches[0].name].effect, total[branches[-1].name].effect)]  # fmt: skip
        unit = " points" if scale.binary else ""
        first, last = (study.date(b.since or 0) for b in (branches[0], branches[-1]))
        parts.append(
            f"{findings.quoted(name)} {ends[0]}{unit} if it comes in {first}, {ends[1]} in {last}; clear of zero at "
            f"{len(clear)} of {len(branches)} dates"
        )
    return f"{what.title}: {'; '.join(parts)}"
