"""The answer in sentences made from effects: what differs, by how much, how surely, and beside what."""

from __future__ import annotations

import math
from collections.abc import Sequence

from powersim.effects.findings import (
    MOST_PLACES,
    NAMED,
    TOO_FEW,
    Scale,
    answering,
    by_odds,
    listed,
    number,
    overall,
    quoted,
    telling,
)
from powersim.effects.limits import LEVEL
from powersim.effects.outcomes import titled
from powersim.effects.paired import Effect
from powersim.effects.results import ALL, OutcomeLabel, Study

NOTHING = "no difference beyond chance"


def scale_of(outcome: OutcomeLabel) -> Scale:
    """How an outcome's numbers are written."""
    return Scale(outcome.summary.kind == "ever", outcome.unit)


def rounded(row: Effect, scale: Scale) -> tuple[str, str, str]:
    """Size of a clear effect and of its limits, nearest to zero first, without false precision."""
    factor = 100.0 if scale.binary else 1.0
    near, far = sorted((abs(factor * row.ci_low), abs(factor * row.ci_high)))
    places = _fine(factor * (row.ci_high - row.ci_low) / 2)
    while places < MOST_PLACES and near > 0 and float(f"{near:.{places}f}") == 0:
        places += 1
    size, low, high = (telling(v, places) for v in (abs(factor * row.effect), near, far))
    return size + (" points" if scale.binary else ""), low, high


def sentence(outcome: OutcomeLabel, rows: Sequence[Effect], study: Study) -> str:
    """What the branches do to an outcome, beside its level, the theories that disagree and the yardsticks.

    A branch whose interval includes zero makes no difference beyond chance; the sentence says how large one could be.
    What is said of every branch holds for yardsticks too.
    """
    scale = scale_of(outcome)
    main = answering(rows, study)
    total = [r for r in overall(main) if math.isfinite(r.effect)]
    title = titled(outcome, study)
    if not total:
        return f"{title}: nothing to compare."
    start = f"{title}. {_level(total[0], study, scale)}"
    beside = _yardsticks(rows, main, scale)
    if all(r.nothing for r in main if math.isfinite(r.effect)):
        if all(r.nothing for r in rows if math.isfinite(r.effect)):
            return f"{start} Exactly the same in every branch and every run."
        return " ".join([f"{start} Exactly the same in every run, but for yardsticks.", *beside])
    told = [
        _branch(r, [x for x in main if x.branch_b == r.branch_b and x.theory != ALL], scale) for r in total
    ]
    sentences = [text for text in told if text]
    silent = [r for r, text in zip(total, told, strict=True) if not text]
    known = [r for r in silent if r.known]
    if known:
        sentences.append(_silent(known, scale, alone=len(known) == len(total)))
    unknown = [r for r in silent if not r.known]
    if unknown:
        sentences.append(_unknown(unknown, scale))
    return " ".join([start, *sentences, *beside])


def _level(row: Effect, study: Study, scale: Scale) -> str:
    """The level with the reference."""
    if scale.binary:
        if by_odds([row]):
            return f"With {quoted(study.reference)} its probability is {scale.level(row.mean_a)}, by odds."
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
    unclear = [r for r in parts if r.known and not r.excludes_zero]
    unknown = [r for r in parts if not r.known]
    if against:
        return text + ", but " + "; ".join(f"under {_theory(r)} it {_does(r, scale)}" for r in against) + "."
    if unknown:
        return f"{text}; {TOO_FEW} under {listed([_theory(r) for r in unknown])}."
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
        write = telling if max(map(abs, ends)) < 0.5 * 10.0**-places else number
        low, high = (write(v, places, sign=True) for v in (min(ends), max(ends)))
        text += f" (intervals within {low} to {high}{' points' if scale.binary else ''})"
    return f"{text}." if alone else f"{listed([quoted(r.branch_b) for r in rows])}: {text}."


def _unknown(rows: Sequence[Effect], scale: Scale) -> str:
    """Branches of which nothing can be said beyond what the few runs show."""
    told = [
        f"{quoted(r.branch_b)} {'+' if r.effect > 0 else '−' if r.effect < 0 else ''}{scale.size(r.effect)}"
        for r in rows
    ]
    return f"{TOO_FEW[0].upper()}{TOO_FEW[1:]} ({listed(told)})."


def _yardsticks(rows: Sequence[Effect], main: Sequence[Effect], scale: Scale) -> list[str]:
    """The largest clear yardstick, to measure the others by."""
    total = [r for r in overall([r for r in rows if r not in main]) if math.isfinite(r.effect)]
    if not total:
        return []
    clear = [r for r in total if r.excludes_zero]
    if not clear:
        names = [quoted(r.branch_b) for r in total]
        said = listed(names) if len(names) <= NAMED else f"{len(names)} yardsticks"
        if not all(r.known for r in total):
            return [f"Beside them, {said}: {TOO_FEW}."]
        if all(r.nothing for r in total):
            return [f"Beside them, {said}: exactly the same."]
        said = said if len(names) <= NAMED else f"any of {said}"
        return [f"Beside them, {said}: {NOTHING}."]
    most = max(clear, key=lambda r: abs(r.effect))
    return [f"Beside them, the yardstick {quoted(most.branch_b)} {_does(most, scale)}."]


def _theory(row: Effect) -> str:
    return row.theory.replace("_", " ")


def _fine(half: float) -> int:
    """Decimals that show half the width of an interval with one significant digit, 0 to 4."""
    if not math.isfinite(half) or half <= 0:
        return 2
    return min(MOST_PLACES, max(0, -math.floor(math.log10(half))))
