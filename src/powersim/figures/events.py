"""When each event first happens, by branch: cumulative incidence, first dates, and all events side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from powersim.effects import findings, limits
from powersim.effects.paired import diverged, paired, pooled
from powersim.effects.results import BranchLabel, Floats, Study
from powersim.figures.style import (
    FAINT,
    SMALL,
    SOFT,
    TEXT,
    Drawing,
    Look,
    Sheet,
    branch_keys,
    interventions_told,
    looks,
    mark_interventions,
    sheet,
    shorten,
    slug,
    words,
    year_ticks,
)

LEFT, RIGHT, GAP = 0.75, 0.3, 0.2  # inches, like all that follows
HEAD, CURVE, BETWEEN, ROW, BOTTOM = 0.3, 2.3, 0.75, 0.24, 0.35
NAMES, SHARES = 2.0, 2.4
RANGE = (0.1, 0.5, 0.9)  # quantiles of the first date
MOST = 30  # events in the overview


def first_turns(results: xr.Dataset, event: str) -> Floats:
    """First turn of an event, shape (branch, theory, run); NaN = never."""
    found = results["first"].sel(event=event).transpose("branch", "theory", "run").values
    return np.asarray(found, dtype=np.float64)


def telling_events(results: xr.Dataset) -> list[str]:
    """Events worth a figure, those that branches change most first.

    Left out are events that never happen, and those that happen in all runs at one date: the calendar's.
    """
    if "first" not in results:
        return []
    study = Study.read(results)
    main = [list(study.branches).index(b.name) for b in study.main]
    ranked: list[tuple[float, float, float, str]] = []
    for event in (str(e) for e in results["event"].values):
        first = first_turns(results, event)
        happened = np.isfinite(first)
        # Within branches: a branch that takes an event away does not make it less of the calendar's.
        varies = any(
            seen.any() and not (seen.all() and np.unique(of_branch).size == 1)
            for of_branch, seen in zip(first, happened, strict=True)
        )
        if varies:
            share = happened.mean(axis=(1, 2))
            ranked.append((-float(np.ptp(share[main])), -float(np.ptp(share)), -float(share.max()), event))
    return [event for *_, event in sorted(ranked)]


def changed(results: xr.Dataset, event: str) -> bool:
    """Whether any branch changes whether or when an event happens in any run."""
    first = first_turns(results, event)
    return bool((np.nan_to_num(first, nan=-1.0) != np.nan_to_num(first[:1], nan=-1.0)).any())


def draw_event(results: xr.Dataset, event: str, study: Study | None = None) -> Drawing:
    """Cumulative incidence of an event by theory with 95% bands; below, first dates in the runs that see it.

    Where branches are compared, bands and intervals are those of paired differences from the reference.
    """
    study = study or Study.read(results)
    first, order = first_turns(results, event), list(study.branches)
    happened = np.isfinite(first).astype(np.float64)
    shares = {b: limits.pooled_share(happened[order.index(b)]) for b in order}
    finding = _event_finding(event, shares, happened, study, _block(results))
    shown = [*study.main, *study.others(yardstick=True)]
    caption = _caption(study)
    body = HEAD + CURVE + BETWEEN + ROW * len(shown) + BOTTOM
    made = sheet(finding, caption, body, branch_keys(study))
    width = (made.width - LEFT - RIGHT - GAP * (len(study.theories) - 1)) / len(study.theories)
    count = np.isfinite(first)[..., None] & (first[..., None] <= np.asarray(study.turns, float))
    share = count.mean(axis=2)  # branch, theory, turn
    low, high = _bands(count.astype(np.float64), share, study, results)
    top = min(1.05, 1.08 * float(np.nanmax([high, share])) + 0.01)
    for j, theory in enumerate(study.theories):
        left, bottom = LEFT + j * (width + GAP), made.top - HEAD - CURVE
        axes = made.axes(left, bottom, width, CURVE)
        made.text(left, bottom + CURVE + 0.08, words(theory), size=TEXT, weight="bold")
        for branch in reversed(shown):
            i, look = order.index(branch.name), looks(study)[branch.name]
            # The intervals of yardsticks stand in the table below: more bands than this would hide one another.
            if not branch.yardstick and (branch.name != study.reference or not study.others()):
                band = (low[i, j], high[i, j])
                axes.fill_between(study.turns, *band, color=look.colour, alpha=0.12, lw=0, step="post")
            # Where lines lie on each other, the later ones are wider below those drawn after them.
            line = 1.0 if branch.yardstick else 1.4 + 0.8 * study.main.index(branch)
            axes.step(study.turns, share[i, j], where="post", color=look.colour, ls=look.dash, lw=line)
        mark_interventions(axes, study)
        axes.set_ylim(0, top)
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
        axes.grid(axis="y", color=FAINT, lw=0.6)
        axes.set_axisbelow(True)
        axes.tick_params(labelleft=j == 0, length=2.5, pad=2)
        year_ticks(axes, study, width)
    made.text(
        0.12, made.top - HEAD - CURVE / 2, "happened by (share of runs)", rotation=90, va="center", size=TEXT
    )
    ends = _paired_ends(results, event, [shares[b] for b in order], study)
    _dates(made, first, shares, ends, shown, study)
    return Drawing(f"events/{slug(event)}", made.figure, finding, caption)


def _dates(
    made: Sheet,
    first: Floats,
    shares: dict[str, tuple[Floats, Floats, Floats]],
    ends: dict[str, tuple[float, float]],
    shown: Sequence[BranchLabel],
    study: Study,
) -> None:
    height, width = ROW * len(shown), made.width - NAMES - SHARES - RIGHT
    axes = made.axes(NAMES, BOTTOM, width, height)
    order = list(study.branches)
    head = BOTTOM + height + 0.1
    made.text(
        NAMES,
        head,
        "First date where it happens: median, middle 80% of runs, all theories",
        size=SMALL,
        color=SOFT,
    )
    others = bool(study.others())
    column = "happens, difference [95% interval]" if others else "happens [95% interval]"
    made.text(made.width - RIGHT, head, column, size=SMALL, color=SOFT, ha="right")
    base = 100 * float(shares[study.reference][0])
    for place, branch in enumerate(shown):
        y, look = len(shown) - 1 - place, looks(study)[branch.name]
        turns = first[order.index(branch.name)]
        turns = turns[np.isfinite(turns)]
        if turns.size:
            early, middle, late = np.quantile(turns, RANGE)
            axes.plot([early, late], [y, y], color=look.colour, lw=2.2, solid_capstyle="butt")
            axes.plot(middle, y, "o", mfc=look.colour, mec=look.colour, ms=6)
        at = BOTTOM + ROW * (y + 0.5)
        name = shorten(words(branch.name), NAMES - 0.4, TEXT)
        made.text(NAMES - 0.12, at, name, size=TEXT, color=look.colour, ha="right", va="center_baseline")
        share, (low, high) = 100 * float(shares[branch.name][0]), (100 * v for v in ends[branch.name])
        text = f"{findings.number(share, 1)}%"
        if not others:
            text += f"  [{findings.number(low, 1)}, {findings.number(high, 1)}]"
        elif branch.name != study.reference:
            size, *limit = (findings.number(v - base, 1, sign=True) for v in (share, low, high))
            text += f"  {size} [{limit[0]}, {limit[1]}]"
        made.text(made.width - RIGHT, at, text, size=SMALL, ha="right", va="center_baseline")
    mark_interventions(axes, study)
    axes.set_ylim(-0.5, len(shown) - 0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=FAINT, lw=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(length=2.5, pad=2)
    year_ticks(axes, study, width)


def draw_events(results: xr.Dataset, events: Sequence[str], study: Study | None = None) -> Drawing:
    """How often each event happens by the end, by branch, pooled over theories, with 95% intervals."""
    study = study or Study.read(results)
    shown = list(events)[:MOST]
    if not shown:
        raise ValueError("no events to draw")
    order = list(study.branches)
    share = {
        e: [limits.pooled_share(np.isfinite(of).astype(np.float64)) for of in first_turns(results, e)]
        for e in shown
    }
    apart = {e: _paired_ends(results, e, share[e], study) for e in shown}
    finding = _widest(results, share, study)
    cut = f" The {len(shown)} that branches change most of {len(events)}." if len(events) > len(shown) else ""
    yardsticks = [
        b for b in study.others(yardstick=True)
        if any(_clear(apart[e][b.name], float(share[e][order.index(study.reference)][0])) for e in shown)
    ]  # fmt: skip
    caption = (
        f"Share of runs (counted, not by odds) in which each event happens by {study.dates[-1]}, all theories"
    )
    if study.others():
        caption += (
            f". Line: 95% interval of the paired difference from {findings.quoted(study.reference)}; filled: clear of "
            f"zero.{cut}{' Yardsticks in grey, where they are clear.' if yardsticks else ''}"
        )
    else:
        caption += f", with its 95% interval.{cut}"
    row = max(0.3, 0.085 * len(study.main) + (0.2 if yardsticks else 0.12))
    made = sheet(
        finding,
        caption,
        row * len(shown) + 0.75,
        [(words(b.name), replace(looks(study)[b.name], dash="-")) for b in [*study.main, *yardsticks]],
    )
    axes = made.axes(3.9, 0.6, made.width - 3.9 - RIGHT, row * len(shown))
    for place, event in enumerate(shown):
        y = len(shown) - 1 - place
        if place % 2:
            axes.axhspan(y - 0.5, y + 0.5, color="#F6F6F6", lw=0, zorder=0)
        for branch in [*yardsticks, *study.main]:
            p = 100 * float(share[event][order.index(branch.name)][0])
            low, high = (100 * min(1.0, max(0.0, v)) for v in apart[event][branch.name])
            base = 100 * float(share[event][order.index(study.reference)][0])
            look, clear = looks(study)[branch.name], _clear((low, high), base)
            if branch.yardstick and not clear:
                continue  # so many of them would hide one another
            look = replace(look, hollow=branch.name != study.reference and not clear)
            _dot(axes, y + _shift(branch, study), (low, p, high), look, small=branch.yardstick)
        label = shorten(findings.event_title(event), 3.5, TEXT)
        made.text(3.8, 0.6 + row * (y + 0.5), label, size=TEXT, ha="right", va="center_baseline")
    axes.set_ylim(-0.5, len(shown) - 0.5)
    axes.set_xlim(-2, 102)
    axes.set_yticks([])
    axes.set_xticks(range(0, 101, 20), [f"{v}%" for v in range(0, 101, 20)])
    axes.grid(axis="x", color=FAINT, lw=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel(f"share of runs in which it happens by {study.dates[-1]}")
    return Drawing("events", made.figure, finding, caption)


def _clear(ends: tuple[float, float], base: float) -> bool:
    """Whether a share differs from that of the reference: its interval leaves it out."""
    return not ends[0] <= base <= ends[1]


def _bands(happened: Floats, share: Floats, study: Study, results: xr.Dataset) -> tuple[Floats, Floats]:
    """Ends of the bands around shares (branch, theory, turn); `happened` by then, (branch, theory, run, turn).

    Around a branch that is compared: its paired difference from the reference, laid on the level of the reference.
    """
    order = list(study.branches)
    if not study.others():
        return limits.wilson(happened.sum(axis=2), np.full(share.shape, float(study.runs)))
    place, low, high = order.index(study.reference), share.copy(), share.copy()
    for branch in study.others(yardstick=False):
        k = order.index(branch.name)
        a, b = (happened[i].swapaxes(1, 2) for i in (place, k))
        parted = diverged(results, study.reference, branch.name)
        found = paired(a, b, binary=True, diverged=parted, block=_block(results))
        low[k], high[k] = share[place] + found.low, share[place] + found.high
    return low, high


def _paired_ends(
    results: xr.Dataset, event: str, share: list[tuple[Floats, Floats, Floats]], study: Study
) -> dict[str, tuple[float, float]]:
    """Where the interval of each branch's share ends, as far as it differs from the reference within runs.

    The reference itself has no difference: a point, or its own interval where it is alone.
    """
    happened = np.isfinite(first_turns(results, event)).astype(np.float64)
    order, block = list(study.branches), _block(results)
    place = order.index(study.reference)
    base, *own = (float(v) for v in share[place])
    found = {study.reference: (base, base) if study.others() else (own[0], own[1])}
    for branch in study.others():
        a, b = happened[place], happened[order.index(branch.name)]
        total = pooled(a, b, paired(a, b, binary=True, diverged=True, block=block), block)
        low, high = (float(v) if np.isfinite(v) else 0.0 for v in (total.low, total.high))
        found[branch.name] = (base + low, base + high)
    return found


def _dot(axes: Axes, y: float, ends: tuple[float, float, float], look: Look, *, small: bool = False) -> None:
    low, middle, high = ends
    size, line = (3.5, 0.8) if small else (5, 1.6)
    axes.plot([low, high], [y, y], color=look.colour, lw=line, solid_capstyle="butt")
    face = "white" if look.hollow else look.colour
    axes.plot(middle, y, look.marker, mfc=face, mec=look.colour, ms=size)


def _shift(branch: BranchLabel, study: Study) -> float:
    names = [b.name for b in study.main]
    if branch.name not in names:
        return -0.4
    return 0.37 - 0.6 * names.index(branch.name) / max(1, len(names) - 1) if len(names) > 1 else 0.0


def _event_finding(
    event: str, shares: dict[str, tuple[Floats, Floats, Floats]], happened: Floats, study: Study, block: int
) -> str:
    """The finding of an event; `happened` has shape (branch, theory, run), runs were drawn in blocks."""
    share, order = {name: float(each[0]) for name, each in shares.items()}, list(study.branches)
    main = [b.name for b in study.main]
    a, b = (happened[order.index(pick(main, key=lambda name: share[name]))] for pick in (min, max))
    total = pooled(a, b, paired(a, b, binary=True, diverged=True, block=block), block)
    clear = bool(total.low > 0 or total.high < 0) if np.isfinite(total.low + total.high) else None
    return findings.of_event(event, share, study, clear=clear)


def _widest(results: xr.Dataset, share: dict[str, list[tuple[Floats, Floats, Floats]]], study: Study) -> str:
    """The event whose probability differs most between branches that answer the question."""
    order = list(study.branches)
    main = [order.index(b.name) for b in study.main]
    ranges = {e: [float(of[i][0]) for i in main] for e, of in share.items()}
    event = max(ranges, key=lambda e: float(np.nanmax(ranges[e]) - np.nanmin(ranges[e])))
    happened = np.isfinite(first_turns(results, event)).astype(np.float64)
    return _event_finding(
        event, dict(zip(order, share[event], strict=True)), happened, study, _block(results)
    )


def _block(results: xr.Dataset) -> int:
    """How many consecutive runs were drawn together."""
    return int(results.attrs.get("block", 1))


def _caption(study: Study) -> str:
    runs = findings.counted(study.runs, "run")
    interval = (
        f"bands: 95% intervals of paired differences from {findings.quoted(study.reference)} at each date"
        if study.others()
        else "band: 95% interval at each date"
    )
    what = f"Share (counted, not by odds) of {runs} of each branch under each theory; {interval}."
    return f"{what} {interventions_told(study)}".rstrip()
