"""The figures to see first: headline outcomes on one page, every effect on another, and what pairing saves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from powersim.effects import findings
from powersim.effects.outcomes import is_binary, progress, titled, unit_of, when
from powersim.effects.paired import Effect, variance_ratio
from powersim.effects.results import ALL, Floats, OutcomeLabel, Study, paths
from powersim.figures.fans import draw_fan, fan
from powersim.figures.forest import effect_axes, given_key, theory_keys
from powersim.figures.style import (
    FAINT,
    SMALL,
    SOFT,
    TEXT,
    Drawing,
    Look,
    interventions_told,
    looks,
    mark_intervention,
    mark_interventions,
    sheet,
    shorten,
    stairs,
    steps_between,
    value_ticks,
    words,
    wrap,
    year_ticks,
)

LEFT, RIGHT, GAP = 1.75, 0.25, 0.65  # inches, like all that follows
HEAD, FAN, BETWEEN, ROW, BOTTOM = 0.62, 1.9, 0.6, 0.3, 0.78
COLUMNS, PANEL = 4, 0.26


def draw_overview(
    results: xr.Dataset, rows: Sequence[Effect], study: Study | None = None, given: Sequence[Effect] = ()
) -> Drawing:
    """The headline outcomes: above how they go, below what each branch changes. Raises ValueError without `rows`.

    given: effects over all theories in worlds that went as the record says, set below the others.
    """
    study = study or Study.read(results)
    if not rows:
        raise ValueError("no effects to draw; a comparison needs at least two branches")
    headline = [study.outcome(name) for name in study.headline]
    shown = ([what for what in headline if not study.precedes(what)] or headline)[:COLUMNS]
    finding = _headline_finding(shown, rows, study)
    others = [b for b in study.others() if any(r.branch_b == b.name for r in rows)]
    together = (
        f" under each of {len(study.theories)} theories, taken together" if len(study.theories) > 1 else ""
    )
    diamond = ", a small mark for each theory, a diamond for all" if together else ""
    caption = (
        f"{study.title}. Above: median of {findings.counted(study.runs, 'run')}{together}; shaded: half and 90% of "
        f"those with {findings.quoted(study.reference)}; for probabilities the share of runs and its 95% interval. "
        f"{interventions_told(study)} ".lstrip()
        + f"Below: mean paired difference with its 95% interval{diamond}; filled: the interval excludes zero."
        + _odds_told([what.name for what in shown], rows, study)
    )
    dated = findings.overall(given)
    if dated:
        caption += f" Stars with a pale bar: in worlds that fit the record until {dated[0].given}."
    forest = (ROW + (0.2 if dated else 0.0)) * len(others)
    keys = [(words(b.name), replace(looks(study)[b.name], marker="")) for b in study.main]
    keys += [*theory_keys(study), *given_key(dated)]
    made = sheet(finding, caption, HEAD + FAN + BETWEEN + forest + BOTTOM, keys)
    width = (made.width - LEFT - RIGHT - GAP * (len(shown) - 1)) / len(shown)
    for k, what in enumerate(shown):
        left = LEFT + k * (width + GAP)
        title = wrap(what.title, width, TEXT, "bold")[:2]
        made.text(
            left,
            made.top - HEAD + 0.1,
            "\n".join(title),
            size=TEXT,
            weight="bold",
            va="bottom",
            linespacing=1.2,
        )
        axes = made.axes(left, made.top - HEAD - FAN, width, FAN)
        _together(axes, results, what, study, width)
        axes.set_ylabel(
            "share of runs" if what.summary.kind == "ever" else unit_of(what), size=SMALL, labelpad=2
        )
        below = made.axes(left, BOTTOM, width, forest)
        chosen = _pool_yardsticks([r for r in rows if r.outcome == what.name], study)
        binary = what.summary.kind == "ever"
        after = [r for r in dated if r.outcome == what.name]
        effect_axes(below, chosen, study, binary=binary, names=k == 0, given=after)
        unit = "points" if binary else unit_of(what)
        label = f"difference from {findings.quoted(study.reference)} {when(what, study)}"
        label += f" ({unit})" if unit else ""
        below.set_xlabel("\n".join(wrap(label, width, SMALL)), size=SMALL)
    return Drawing("overview", made.figure, finding, caption)


def draw_all_effects(rows: Sequence[Effect], study: Study) -> Drawing:
    """A small forest for every outcome; yardsticks are left to the single figures."""
    main = findings.answering(rows, study)
    known = [study.outcome(name) for name in dict.fromkeys((*study.headline, *study.outcomes))]
    there = [o for o in known if any(r.outcome == o.name for r in rows)]
    touched = {r.outcome for r in main if not r.nothing}
    outcomes = [o for o in there if o.name in touched and not study.precedes(o)] or there
    main = [r for r in main if any(r.outcome == o.name for o in outcomes)]
    total = findings.overall(main)
    finding = _counted(total, len(main) < len(rows), len(study.theories) > 1)
    intervals = findings.counted(len(total), "interval")
    caption = (
        f"Difference from {findings.quoted(study.reference)} with its 95% interval: a small mark for each theory, a "
        f"diamond for all; filled: the interval excludes zero. Of {intervals} of true zeros, about "
        f"{0.05 * len(total):.1f} would exclude it by luck."
    )
    caption += _odds_told([o.name for o in outcomes], rows, study)
    if len(outcomes) < len(there):
        away = findings.counted(len(there) - len(outcomes), "outcome")
        caption += f" Left out: {away} that no branch touches, or that are over before."
    branches = [b for b in study.others() if any(r.branch_b == b.name for r in main)]
    height = max(0.8, PANEL * len(branches))
    lines, below, gap = 0.5, 0.36, 0.2
    deep = -(-len(outcomes) // COLUMNS)
    made = sheet(finding, caption, deep * (lines + height + below) + 0.1,
                 [*((words(b.name), Look(looks(study)[b.name].colour, marker="")) for b in branches),
                  *theory_keys(study)])  # fmt: skip
    left, width = 0.25, (made.width - 0.5 - gap * (COLUMNS - 1)) / COLUMNS
    for place, what in enumerate(outcomes):
        i, j = divmod(place, COLUMNS)
        x, bottom = left + j * (width + gap), made.top - (i + 1) * (lines + height) - i * below
        axes = made.axes(x, bottom, width, height)
        binary = what.summary.kind == "ever"
        effect_axes(axes, [r for r in main if r.outcome == what.name], study, binary=binary, names=False)
        unit = "points" if binary else unit_of(what)
        title = wrap(titled(what, study) + (f" ({unit})" if unit else ""), width, SMALL)[:2]
        made.text(x, bottom + height + 0.07, "\n".join(title), size=SMALL, va="bottom", linespacing=1.2)
    return Drawing("effects", made.figure, finding, caption)


def draw_pairing(results: xr.Dataset, study: Study | None = None) -> Drawing:
    """The variance that differences keep when branches share their luck, by date; a line for each outcome."""
    study = study or Study.read(results)
    others = study.others(yardstick=False) or study.others()
    if not others:
        raise ValueError("one branch has no pairs to draw")
    columns = min(4, len(others))
    deep, height = -(-len(others) // columns), 1.9
    ratios = {b.name: variance_ratio(results, study.reference, b.name).values for b in others}
    middle = {name: _median(ratio) for name, ratio in ratios.items()}
    finding = _pairing_finding(middle, study, aside=len(others) < len(study.others()))
    caption = (
        "Variance of paired differences over that of unpaired ones; 0: luck cancels, 1: pairing gains nothing. Thin: "
        "one outcome, mean over theories, the highest with its name; thick: median of outcomes; shade: the middle half "
        "of them. Each against "
        f"{findings.quoted(study.reference)}. {interventions_told(study)}"
    )
    made = sheet(finding, caption, deep * (height + 0.65) + 0.1)
    top = max(1.15, 1.08 * max(float(np.nanmax(r, initial=0.0)) for r in map(_finite_mean, ratios.values())))
    width = (made.width - 0.75 - 0.3 - 0.25 * (columns - 1)) / columns
    for place, branch in enumerate(others):
        i, j = divmod(place, columns)
        left, bottom = 0.75 + j * (width + 0.25), made.top - 0.3 - height - i * (height + 0.65)
        axes = made.axes(left, bottom, width, height)
        look = looks(study)[branch.name]
        made.text(left, bottom + height + 0.08, shorten(words(branch.name), width - 0.1, TEXT), size=TEXT,
                  weight="bold", color=look.colour)  # fmt: skip
        by_outcome = _finite_mean(ratios[branch.name])  # turn, outcome
        stairs(axes, study.turns, by_outcome, color=SOFT, lw=0.5, alpha=0.5)
        _name_highest(axes, by_outcome, study, width)
        low, high = (_median(ratios[branch.name], q) for q in (0.25, 0.75))
        steps_between(axes, study.turns, low, high, color=look.colour, alpha=0.2)
        stairs(axes, study.turns, middle[branch.name], color=look.colour, lw=2.2)
        axes.axhline(1, color=SOFT, lw=0.9, ls=(0, (2, 2)))
        mark_intervention(axes, branch.since)
        axes.set_ylim(0, top)
        axes.grid(axis="y", color=FAINT, lw=0.6)
        axes.tick_params(labelleft=j == 0, length=2.5, pad=2)
        year_ticks(axes, study, width)
    label = "\n".join(wrap("variance ratio, paired to unpaired", height, SMALL))
    made.text(0.12, made.top - 0.3 - height / 2, label, rotation=90, va="center", size=SMALL)
    return Drawing("pairing", made.figure, finding, caption)


def _name_highest(axes: Axes, ratio: Floats, study: Study, width: float) -> None:
    """Write above the thin line (turn, outcome) that pairing helps least which outcome it is."""
    if not np.isfinite(ratio).any():
        return
    turn, k = np.unravel_index(int(np.nanargmax(ratio)), ratio.shape)
    title = list(study.outcomes.values())[k].title
    late = turn > len(study.turns) / 2
    height = float(ratio[turn, k]) + 0.02
    height = 1.03 if 0.85 < height < 1.03 else height  # clear of the line at 1
    axes.text(study.turns[turn], height, shorten(title, 0.6 * width, SMALL), size=SMALL, color=SOFT,
              ha="right" if late else "left", va="bottom", zorder=5,
              bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5})  # fmt: skip


def _together(axes: Axes, results: xr.Dataset, what: OutcomeLabel, study: Study, width: float) -> None:
    end = study.index(what.summary.last) if what.summary.kind == "ever" else len(study.turns) - 1
    whole = progress(paths(results, what.name), what.summary, study.turns)[..., : end + 1]
    binary, order = is_binary(whole), list(study.branches)
    turns = study.turns[: end + 1]
    mark_interventions(axes, study)
    for branch in reversed(study.main):
        pooled = whole[order.index(branch.name)].reshape(-1, whole.shape[-1])
        found, look = fan(pooled, binary=binary), looks(study)[branch.name]
        if branch.name == study.reference and not binary:
            draw_fan(axes, turns, found, look)
        if binary:
            steps_between(axes, turns, *found.outer, color=look.colour, alpha=0.12)
        stairs(axes, turns, found.centre, color=look.colour, lw=1.7, ls=look.dash)
    value_ticks(axes, percent=binary)
    year_ticks(axes, study, width, end + 1)


def _odds_told(names: Sequence[str], rows: Sequence[Effect], study: Study) -> str:
    """Which differences are of odds and not of shares of runs, for a caption."""
    titles = findings.odds_of(names, rows, study)
    return f" Differences by odds, not by share of runs: {'; '.join(titles)}." if titles else ""


def _pool_yardsticks(rows: Sequence[Effect], study: Study) -> list[Effect]:
    several = len(study.theories) > 1
    return [r for r in rows if not (several and study.branches[r.branch_b].yardstick and r.theory != ALL)]


def _counted(total: Sequence[Effect], without_yardsticks: bool, several: bool) -> str:
    """How many effects are clear, of all that are shown."""
    known, clear = sum(r.known for r in total), sum(r.excludes_zero for r in total)
    if not known:
        return f"{findings.TOO_FEW[0].upper()}{findings.TOO_FEW[1:]} of any effect"
    over = " over all theories" if several else ""
    have = "has" if clear == 1 else "have"
    text = f"{clear} of {findings.counted(len(total), 'effect')}{over} {have} an interval that excludes zero"
    if known < len(total):
        text += f"; of {len(total) - known} there are {findings.TOO_FEW}"
    return text + (", yardsticks not counted" if without_yardsticks else "")


def _headline_finding(shown: Sequence[OutcomeLabel], rows: Sequence[Effect], study: Study) -> str:
    """The finding of the first headline outcome, in the scenario's order, that a branch changes visibly.

    Over all theories before under one of them; a branch that answers the question before a yardstick.
    """

    def rank(what: OutcomeLabel) -> int:
        scale = findings.Scale(what.summary.kind == "ever", what.unit)
        own = [r for r in rows if r.outcome == what.name]
        main = findings.answering(own, study)
        looked_at = (findings.overall(main), main, own)
        steps = [any(findings.stands_out(r, scale) for r in step) for step in looked_at]
        return steps.index(True) if any(steps) else len(steps)

    best = min(shown, key=rank)
    of_best = [r for r in rows if r.outcome == best.name]
    return findings.of_effects(best, of_best, study, binary=best.summary.kind == "ever")


def _pairing_finding(middle: Mapping[str, Floats], study: Study, *, aside: bool) -> str:
    """What pairing saves; aside: whether yardsticks are not looked at."""
    last = {name: float(ratio[-1]) for name, ratio in middle.items() if np.isfinite(ratio[-1])}
    if not last:
        if study.runs < 2:
            return "Too few runs to tell what sharing luck saves"
        return "Branches that share their luck do not part" + (", yardsticks not counted" if aside else "")
    most = max(last, key=lambda name: last[name])
    kept = f"{100 * last[most]:.0f}%"
    if len(last) == 1 or min(last.values()) == last[most]:
        return f"Sharing luck: by {study.dates[-1]} differences keep {kept} of the variance that unpaired ones have"
    least = min(last, key=lambda name: last[name])
    return (
        f"Sharing luck: by {study.dates[-1]} differences keep {100 * last[least]:.0f}% ({findings.quoted(least)}) to "
        f"{kept} ({findings.quoted(most)}) of the variance that unpaired ones have"
    )


def _finite_mean(ratio: Floats) -> Floats:
    known = np.isfinite(ratio)
    count = known.sum(axis=0)
    return np.where(count > 0, np.where(known, ratio, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)


def _median(ratio: Floats, q: float = 0.5) -> Floats:
    """Quantile over outcomes of the mean over theories, by turn; NaN where no outcome varies."""
    by_outcome = _finite_mean(ratio)
    found = [row[np.isfinite(row)] for row in by_outcome]
    return np.asarray([np.quantile(row, q) if row.size else np.nan for row in found])
