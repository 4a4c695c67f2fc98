"""Effects as tables for a terminal: levels beside differences, each with a word; a row a branch, or by theory too."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from powersim.cli.console import Cell, Column, Table
from powersim.effects.findings import Scale, by_odds, decimals, number, overall
from powersim.effects.outcomes import titled
from powersim.effects.paired import Effect
from powersim.effects.results import ALL, OutcomeLabel, Study
from powersim.effects.signs import MARKS, SAME, TOO_FEW, word

PLACES = 3  # decimals of levels that are not probabilities
STYLES = {
    "higher": "green", "likelier": "green", "lower": "magenta", "less likely": "magenta",
    "not clear": "dim", SAME: "dim", "no runs": "dim", TOO_FEW: "dim",
}  # fmt: skip


def tables(effects: Sequence[Effect], study: Study, outcomes: Sequence[str]) -> list[Table]:
    """One table for each of `outcomes`, with a part for each theory."""
    return [_table([row for row in effects if row.outcome == name], study, name) for name in outcomes]


def short(effects: Sequence[Effect], study: Study, name: str) -> Table:
    """A row a branch: level, effect over all theories with its interval, and a mark for each theory."""
    rows, outcome, several = (
        [r for r in effects if r.outcome == name],
        study.outcome(name),
        len(study.theories) > 1,
    )
    scale, total = Scale(outcome.summary.kind == "ever", outcome.unit), overall(rows)
    marks = {(r.branch_a, r.branch_b, r.theory): MARKS[word(r, scale.binary)] for r in rows}
    lines: list[tuple[Cell | str, ...]] = []
    shown: str | None = None
    for row in total:
        if row.branch_a != shown:
            lines.append((row.branch_a, _level(scale, row.mean_a), "", "", "", ""))
            shown = row.branch_a
        _, *cells, said = _line(row, scale, _places(total, scale))
        signs = " ".join(marks[row.branch_a, row.branch_b, t] for t in study.theories) if several else ""
        lines.append((*cells, signs, said))
    columns = (Column("branch"), *_numbers(scale), Column("by theory" if several else ""), Column(""))
    return Table(columns, tuple(lines), heading(outcome, study) + by_odds(rows))


def heading(outcome: OutcomeLabel, study: Study) -> str:
    """Title, date and unit of an outcome."""
    unit = f" ({outcome.unit})" if outcome.unit else ""
    return titled(outcome, study) + unit


def _table(rows: Sequence[Effect], study: Study, name: str) -> Table:
    outcome = study.outcome(name)
    scale = Scale(outcome.summary.kind == "ever", outcome.unit)
    places = _places(rows, scale)
    if len({row.theory for row in rows}) > 1 and all(word(row, scale.binary) == SAME for row in rows):
        rows = [row for row in rows if row.theory == ALL]
    lines: list[tuple[Cell | str, ...]] = []
    order = [*study.theories, ALL]
    for theory, of_theory in groupby(
        sorted(rows, key=lambda r: order.index(r.theory)), key=lambda r: r.theory
    ):
        label = "all theories" if theory == ALL else theory
        shown: str | None = None
        for row in of_theory:
            if row.branch_a != shown:
                lines.append((label, row.branch_a, _level(scale, row.mean_a), "", "", ""))
                shown, label = row.branch_a, ""
            lines.append(_line(row, scale, places))
    columns = (Column("theory"), Column("branch"), *_numbers(scale), Column(""))
    return Table(columns, tuple(lines), heading(outcome, study) + by_odds(rows))


def _numbers(scale: Scale) -> tuple[Column, ...]:
    unit = "points" if scale.binary else "difference"
    return Column("level", right=True), Column(unit, right=True), Column("95 % interval", right=True)


def _places(rows: Sequence[Effect], scale: Scale) -> int:
    differences = [
        scale.factor * abs(value) for row in rows for value in (row.effect, row.ci_low, row.ci_high)
    ]
    return max(decimals([value for value in differences if value == value]), 1)


def _line(row: Effect, scale: Scale, places: int) -> tuple[Cell | str, ...]:
    said = word(row, scale.binary)
    style = STYLES[said]
    size, interval = scale.estimate(row.effect, row.ci_low, row.ci_high, places)
    return (
        "",
        row.branch_b,
        _level(scale, row.mean_b),
        Cell(size, style),
        interval if row.known else "none",
        Cell(said, style),
    )


def _level(scale: Scale, value: float) -> str:
    return f"{number(100 * value, 1)}%" if scale.binary else number(value, PLACES)
