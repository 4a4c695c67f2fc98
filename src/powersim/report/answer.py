"""The answer in words and in two tables, made from the effects alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from powersim.effects.findings import (
    Scale,
    by_odds,
    counted,
    decimals,
    listed,
    number,
    overall,
    quoted,
    stands_out,
)
from powersim.effects.outcomes import titled, unit_of
from powersim.effects.paired import Effect
from powersim.effects.results import ALL, OutcomeLabel, Study
from powersim.effects.signs import MARKS, key, word
from powersim.figures.section import Cell, Table
from powersim.report.prose import sentence

COMPARED = 3
"""Yardsticks named beside an effect."""


@dataclass(frozen=True)
class Answer:
    """What came out: an opening, a sentence for each outcome, what these effects are worth beside others."""

    opening: str
    sentences: Sequence[str]
    beside: Sequence[str]


def answer(rows: Sequence[Effect], study: Study) -> Answer:
    """The answer on the headline outcomes."""
    sentences, beside = [], []
    for name in study.headline:
        outcome, found = study.outcome(name), [row for row in rows if row.outcome == name]
        sentences.append(sentence(outcome, found, study))
        beside += _beside(outcome, found, study)
    return Answer(_opening(rows, study), sentences, beside)


def levels_and_effects(rows: Sequence[Effect], study: Study, names: Sequence[str]) -> list[Table]:
    """For every outcome a table: its level in each branch, and each branch's effect by theory with its interval."""
    return [
        _table(study.outcome(name), [row for row in rows if row.outcome == name], study) for name in names
    ]


def alt_of_effects(outcome: OutcomeLabel, rows: Sequence[Effect], study: Study) -> str:
    """The effects on an outcome in words, for a reader who cannot see the figure."""
    scale = Scale(_binary(outcome), unit_of(outcome))
    told = [
        f"{quoted(row.branch_b)} {_figures(scale, row)}" for row in overall(rows) if row.effect == row.effect
    ]
    return f"{titled(outcome, study)}, difference from {quoted(study.reference)}: {'; '.join(told)}."


def _opening(rows: Sequence[Effect], study: Study) -> str:
    runs = max((row.runs for row in rows), default=study.runs)
    theories = (
        f", under each of {len(study.theories)} theories ({listed(study.theories)})"
        if len(study.theories) > 1
        else ""
    )
    shared = (
        "its luck; no number is drawn, each has its central value"
        if study.certain
        else "its luck and its draws of uncertain numbers"
    )
    return (
        f"{counted(runs, 'run')} of each branch{theories}. Branches of a run share {shared}; effects are differences "
        f"within runs from {quoted(study.reference)} ({study.branches[study.reference].title}), with 95% intervals."
    )


def _beside(outcome: OutcomeLabel, rows: Sequence[Effect], study: Study) -> list[str]:
    """The largest effect of a branch that answers the question beside those of the yardsticks."""
    scale = Scale(_binary(outcome), unit_of(outcome))
    total = overall(rows)
    main = [row for row in total if not study.branches[row.branch_b].yardstick and stands_out(row, scale)]
    yards = sorted(
        (row for row in total if study.branches[row.branch_b].yardstick and row.effect == row.effect),
        key=lambda row: -abs(row.effect),
    )[:COMPARED]
    if not main or not yards:
        return []
    best = max(main, key=lambda row: abs(row.effect))
    told = "; ".join(f"{quoted(row.branch_b)} {_figures(scale, row)}" for row in yards)
    return [f"{outcome.title}: {quoted(best.branch_b)} {_figures(scale, best)}. Yardsticks: {told}."]


def _figures(scale: Scale, row: Effect) -> str:
    factor = 100.0 if scale.binary else 1.0
    places = decimals([factor * v for v in ((row.ci_low, row.ci_high) if row.known else (row.effect,))])
    unit = " points" if scale.binary else ""
    value, interval = scale.estimate(row.effect, row.ci_low, row.ci_high, places)
    return f"{value}{unit} ({interval})" if interval else value


def _stacked(scale: Scale, row: Effect) -> str:
    """The same for a cell: the interval under the effect, the unit in the caption."""
    value, mark, interval = _figures(scale, row).partition(" (")
    return f"{value.removesuffix(' points')}{mark.replace(' ', chr(10))}{interval}".replace(
        " to ", "\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}"
    )


def _table(outcome: OutcomeLabel, rows: Sequence[Effect], study: Study) -> Table:
    scale = Scale(_binary(outcome), unit_of(outcome))
    theories = [theory for theory in (*study.theories, ALL) if any(row.theory == theory for row in rows)]
    found = {(row.branch_b, row.theory): row for row in rows}
    whole = theories[-1] if theories else ALL
    cells: list[list[Cell]] = []
    reference = next((row for row in rows if row.theory == whole), None)
    if reference is not None:
        level = scale.level(reference.mean_a, None if scale.binary else 3)
        cells.append([study.branches[study.reference].title, level, *["–"] * len(theories), ""])
    for branch in study.others():
        mine = [found.get((branch.name, theory)) for theory in theories]
        last = mine[-1] if mine else None
        if last is not None:
            level = scale.level(last.mean_b, None if scale.binary else 3)
            cells.append(
                [
                    branch.title,
                    level,
                    *("–" if row is None else _stacked(scale, row) for row in mine),
                    _signs(mine, last, scale),
                ]
            )
    unit = ("percentage points" if scale.binary else unit_of(outcome) or "its own unit") + by_odds(rows)
    names = ["all theories" if theory == ALL else theory.replace("_", " ") for theory in theories]
    marks = key(rows, study, [outcome.name])
    return Table(
        f"{titled(outcome, study)}: level by branch, and difference from the first row, in {unit}, with 95% intervals"
        + (f". Last column: over all theories, and {marks}" if marks else ""),
        ["branch", "level", *names, "in a word"],
        cells,
    )


def _signs(mine: Sequence[Effect | None], last: Effect, scale: Scale) -> str:
    """What the terminal prints: the word for all theories, and under it a mark for each."""
    marks = [MARKS[word(row, scale.binary)] for row in mine[:-1] if row is not None]
    return "\n".join([word(last, scale.binary), *([" ".join(marks)] if marks else [])])


def _binary(outcome: OutcomeLabel) -> bool:
    return outcome.summary.kind == "ever"


def rounded(value: Cell) -> str:
    """A cell of a section's table as text: three significant digits, a dash for nothing."""
    if value is None:
        return "–"
    if isinstance(value, float):
        if not math.isfinite(value):
            return number(value, 0)
        if value == int(value) and abs(value) < 1e6 and abs(value) >= 1:
            return number(value, 0)
        return number(value, decimals([value], 3)) if abs(value) >= 1e-4 or value == 0 else f"{value:.1e}"
    return str(value)
