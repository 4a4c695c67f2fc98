"""The answer in sentences made from effects: what differs, by how much, how surely, and beside what."""

from __future__ import annotations

import math
from collections.abc import Sequence

from powersim.analysis.compare import Effect
from powersim.analysis.findings import Scale, listed, number, overall, quoted
from powersim.analysis.limits import LEVEL
from powersim.analysis.outcomes import titled
from powersim.analysis.results import ALL, Outcome, Study

NOTHING = "no difference beyond chance"
MOST_PLACES = 4
NAMED = 3  # yardsticks that show nothing are named up to so many


def scale_of(outcome: Outcome) -> Scale:
    """How an outcome's numbers are written."""
    return Scale(outcome.summary.kind == "ever", outcome.unit)


def rounded(row: Effect, scale: Scale) -> tuple[str, str, str]:
    """Size of a clear effect and of its limits, nearest to zero first, without false precision."""
    factor = 100.0 if scale.binary else 1.0
    near, far = sorted((abs(factor * row.ci_low), abs(factor * row.ci_high)))
    places = _fine(factor * (row.ci_high - row.ci_low) / 2)
    while places < MOST_PLACES and near > 0 and float(f"{near:.{places}f}") == 0:
        places += 1
    size, low, high = (number(v, places) for v in (abs(factor * row.effect), near, far))
    return size + (" points" if scale.binary else ""), low, high


def sentence(outcome: Outcome, rows: Sequence[Effect], study: Study) -> str:
    """What the branches do to an outcome, beside its level, the theories that disagree and the yardsticks.

    A branch whose interval includes zero makes no difference beyond chance; the sentence says how large one could be.
    """
    scale = scale_of(outcome)
    main = [r for r in rows if not study.branches[r.branch_b].yardstick] or list(rows)
    total = [r for r in overall(main) if math.isfinite(r.effect)]
    title = titled(outcome, study)
    if not total:
        return f"{title}: nothing to compare."
    start = f"{title}. {_level(total[0], study, scale)}"
    if all(r.effect == r.ci_low == r.ci_high == 0 for r in main):
        return f"{start} Exactly the same in every branch and every run."
    told = [
        _branch(r, [x for x in main if x.branch_b == r.branch_b and x.theory != ALL], scale) for r in total
    ]
    sentences = [text for text in told if text]
    silent = [r for r, text in zip(total, told, strict=True) if not text]
    if silent:
        sentences.append(_silent(silent, scale, alone=not sentences))
    return " ".join([start, *sentences, *_yardsticks(rows, main, study, scale)])


def _level(row: Effect, study: Study, scale: Scale) -> str:
    """The level with the reference."""
    if scale.binary:
        return f"With {quoted(study.reference)} it happens in {scale.level(row.mean_a)} of runs."
    return f"With {quoted(study.reference)} it stands at {scale.level(row.mean_a)} on average."


def _branch(row: Effect, parts: Sequence[Effect], scale: Scale) -> str:
    """What a branch does, if anything is clear over all theories or under one."""
    alone = [r for r in parts if r.excludes_zero]
    name = quoted(row.branch_b)
    if not row.excludes_zero:
        if not alone:
            return ""
        each = "; ".join(f"under {_theory(r)} it {_does(r, scale)}" for r in alone)
        signs = {r.effect > 0 for r in alone}
        over = "the theories disagree about the sign" if len(signs) > 1 else "over all theories not clear"
        return f"{name}: {over}; {each}."
    text = f"{name} {_does(row, scale)}"
    if len(parts) < 2:
        return text + "."
    against = [r for r in alone if r.effect * row.effect < 0]
    unclear = [r for r in parts if not r.excludes_zero]
    if against:
        return text + ", but " + "; ".join(f"under {_theory(r)} it {_does(r, scale)}" for r in against) + "."
    if not unclear:
        return text + ", and so under every theory."
    if len(unclear) == len(parts):
        return text + ", though under no theory taken alone."
    return f"{text}, not clearly under {listed([_theory(r) for r in unclear])}."


def _does(row: Effect, scale: Scale) -> str:
    size, low, high = rounded(row, scale)
    interval = f"({100 * LEVEL:.0f}% interval {low} to {high})"
    if scale.binary:
        return f"makes it {size} {'likelier' if row.effect > 0 else 'less likely'} {interval}"
    return f"{'raises' if row.effect > 0 else 'lowers'} it by {size} {interval}"


def _silent(rows: Sequence[Effect], scale: Scale, *, alone: bool) -> str:
    """Branches that do nothing clear, with how much they might do all the same."""
    factor = 100.0 if scale.binary else 1.0
    ends = [factor * v for r in rows for v in (r.ci_low, r.ci_high) if math.isfinite(v)]
    text = NOTHING[0].upper() + NOTHING[1:] if alone else NOTHING
    if ends and any(ends):
        places = _fine((max(ends) - min(ends)) / 2)
        low, high = (number(v, places, sign=True) for v in (min(ends), max(ends)))
        text += f" (intervals within {low} to {high}{' points' if scale.binary else ''})"
    return f"{text}." if alone else f"{listed([quoted(r.branch_b) for r in rows])}: {text}."


def _yardsticks(rows: Sequence[Effect], main: Sequence[Effect], study: Study, scale: Scale) -> list[str]:
    """The largest clear yardstick, to measure the others by."""
    total = [r for r in overall(rows) if study.branches[r.branch_b].yardstick and r not in main]
    if not total:
        return []
    clear = [r for r in total if r.excludes_zero]
    if not clear:
        names = [quoted(r.branch_b) for r in total]
        said = listed(names) if len(names) <= NAMED else f"any of {len(names)} yardsticks"
        return [f"Beside them, {said}: {NOTHING} either."]
    most = max(clear, key=lambda r: abs(r.effect))
    return [f"Beside them, the yardstick {quoted(most.branch_b)} {_does(most, scale)}."]


def _theory(row: Effect) -> str:
    return row.theory.replace("_", " ")


def _fine(half: float) -> int:
    """Decimals that show half the width of an interval with one significant digit, 0 to 4."""
    if not math.isfinite(half) or half <= 0:
        return 2
    return min(MOST_PLACES, max(0, -math.floor(math.log10(half))))
