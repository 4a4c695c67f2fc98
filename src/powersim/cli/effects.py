"""Effects as tables for a terminal: by outcome, then theory, levels beside differences, each with a word."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from powersim.cli.console import Cell, Column, Table
from powersim.effects.findings import Scale, decimals, number
from powersim.effects.outcomes import titled
from powersim.effects.paired import Effect
from powersim.effects.results import ALL, OutcomeLabel, Study

PLACES = 3  # decimals of levels that are not probabilities
SAME, TOO_FEW = "the same", "too few runs"
STYLES = {
    "higher": "green", "likelier": "green", "lower": "magenta", "less likely": "magenta",
    "not clear": "dim", SAME: "dim", "no runs": "dim", TOO_FEW: "dim",
}  # fmt: skip


def tables(effects: Sequence[Effect], study: Study, outcomes: Sequence[str]) -> list[Table]:
    """One table for each of `outcomes`."""
    return [_table([row for row in effects if row.outcome == name], study, name) for name in outcomes]


def word(effect: Effect, binary: bool) -> str:
    """What an effect comes to: its interval decides."""
    if effect.runs == 0:
        return "no runs"
    if effect.nothing:
        return SAME
    if not effect.known:
        return TOO_FEW
    if effect.ci_low > 0:
        return "likelier" if binary else "higher"
    if effect.ci_high < 0:
        return "less likely" if binary else "lower"
    return "not clear"


def heading(outcome: OutcomeLabel, study: Study) -> str:
    """Title, date and unit of an outcome."""
    unit = f" ({outcome.unit})" if outcome.unit else ""
    return titled(outcome, study) + unit


def _table(rows: Sequence[Effect], study: Study, name: str) -> Table:
    outcome = study.outcome(name)
    scale = Scale(outcome.summary.kind == "ever", outcome.unit)
    factor = 100.0 if scale.binary else 1.0
    differences = [factor * abs(value) for row in rows for value in (row.effect, row.ci_low, row.ci_high)]
    places = max(decimals([value for value in differences if value == value]), 1)
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
    unit = "points" if scale.binary else "difference"
    columns = (
        Column("theory"), Column("branch"), Column("level", right=True), Column(unit, right=True),
        Column("95 % interval", right=True), Column(""),
    )  # fmt: skip
    return Table(columns, tuple(lines), heading(outcome, study))


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
