"""The report's part on worlds that went as the record says: both effects side by side, and how far they are trusted."""

from __future__ import annotations

from collections.abc import Sequence

from powersim.effects.findings import quoted
from powersim.effects.outcomes import titled, unit_of
from powersim.effects.paired import Effect
from powersim.effects.results import ALL, Study
from powersim.figures.section import Cell, Figure, Section, Table
from powersim.figures.style import Drawing

NAME, TITLE, ORDER = "given", "Given what happened", 20
LIMITS = (
    "Worlds given what happened are worlds of this model: where its only way to an event is luck, their luck is freak.",
    "That luck is the same after branches part is an assumption that nothing observed can test.",
)


def section(
    rows: Sequence[Effect], given: Sequence[Effect], study: Study, findings: Sequence[str], drawing: Drawing,
    command: str,
) -> Section:  # fmt: skip
    """The part: figure, and a table of every headline outcome."""
    return Section(
        NAME, TITLE, ORDER, findings,
        figures=(Figure(drawing.name, f"{drawing.finding}. {drawing.caption}", drawing.caption),),
        tables=[_table(name, rows, given, study) for name in study.headline],
        limits=LIMITS, command=command,
    )  # fmt: skip


def how_theories_count(by_evidence: bool, posterior: dict[str, float]) -> str:
    """How the rows over all theories weigh them, in a sentence."""
    if len(posterior) < 2:
        return ""
    if not by_evidence:
        return "Theories count alike in rows over all of them."
    told = ", ".join(f"{quoted(theory)} {100 * share:.0f}%" for theory, share in posterior.items())
    return f"In rows over all theories each counts by what the record says of it: {told}."


def _table(name: str, rows: Sequence[Effect], given: Sequence[Effect], study: Study) -> Table:
    outcome = study.outcome(name)
    binary = outcome.summary.kind == "ever"
    known = {(row.theory, row.branch_b): row for row in given if row.outcome == name}
    cells: list[list[Cell]] = []
    for row in rows:
        other = known.get((row.theory, row.branch_b)) if row.outcome == name else None
        if other is not None:
            theory = "all theories" if row.theory == ALL else row.theory.replace("_", " ")
            cells.append(
                [study.branches[row.branch_b].title, theory, *_numbers(row, binary), *_numbers(other, binary)]
            )
    unit = "percentage points" if binary else unit_of(outcome) or "its own unit"
    return Table(
        f"{titled(outcome, study)}: difference from {quoted(study.reference)} in {unit}, with 95% intervals",
        ["branch", "theory", "as the model goes", "from", "to", f"given {given[0].given}", "from", "to"], cells,
    )  # fmt: skip


def _numbers(row: Effect, binary: bool) -> list[Cell]:
    factor = 100.0 if binary else 1.0
    return [factor * end if end == end else None for end in (row.effect, row.ci_low, row.ci_high)]
