"""The report of `compare`: effects on the page, and the files beside the results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from powersim._words import counted
from powersim.cli import effects as tabulated
from powersim.cli.console import Cell, Page
from powersim.effects import findings, signs
from powersim.effects.findings import Scale
from powersim.effects.paired import EFFECTS_FILE, Effect
from powersim.effects.results import ALL, CERTAIN, Study
from powersim.figures import pool
from powersim.files.writing import subfolder
from powersim.study.results import Comparison, Results

if TYPE_CHECKING:
    from powersim.run.plan import Plan
    from powersim.study.conditional import Conditional

FIGURES = "figures"
NONE = "none"


def report(
    page: Page, found: Comparison, named: bool, figures: str, processes: int, *, every: bool, detail: bool
) -> None:
    """Print what the effects come to, then the first outcome by branch; draw figures beside results that are kept.

    `every`: all outcomes shown by branch, not only the first. `detail`: by theory too; there, unless the user has
    `named` the branches, yardsticks appear only in the rows pooled over theories. Up to so many `processes` draw.
    """
    plan, out, study, rows, shown = found.plan, found.folder, found.labels, found.rows, found.shown
    assert plan is not None  # it was computed just now
    drawn = out is not None and figures != NONE
    if figures == ALL and drawn and processes > 1:
        pool.get_ready()
    if not rows:
        lacking = "one branch" if study.outcomes else "no outcomes (see outcomes in docs/scenario.md)"
        page.line(f"{plan.scenario.title}: {lacking}, nothing to compare")
        return
    page.line(plan.scenario.title, "bold")
    for text in found.findings.values():
        page.line(text)
    if found.conditional is not None:
        _conditional(page, found, found.conditional, rows)
    page.line()
    if detail:
        kept = rows if named or plan.dates else [row for row in rows if _tells(row, study)]
        page.tables(tabulated.tables(kept, study, shown))
    else:
        first = shown if every else shown[:1]
        page.tables([tabulated.short(rows, study, name) for name in first])
        if marks := signs.key(rows, study, first):
            page.line(f"  {marks}", "dim")
    page.line()
    page.line(_setting(plan, rows), "dim")
    page.line(_more(plan, shown, detail=detail), "dim")
    if out is not None:
        if drawn:
            draw(page, found, subfolder(out, FIGURES), None, processes, brief=figures != ALL)
        page.note(f"written to {out}: {EFFECTS_FILE}, results, provenance.json{', figures' if drawn else ''}")


def telling(found: Comparison) -> tuple[str, str]:
    """Two branches to ask on: of the first outcome shown with a clear effect the largest, yardsticks aside."""
    rows = [r for r in findings.overall(found.rows) if not found.labels.branches[r.branch_b].yardstick]
    for name in found.shown:
        clear = [r for r in rows if r.outcome == name and r.excludes_zero]
        if clear:
            best = max(clear, key=lambda row: abs(row.effect))
            return best.branch_a, best.branch_b
    return found.pairs[0]


def _conditional(page: Page, found: Comparison, conditional: Conditional, kept: Sequence[Effect]) -> None:
    """Effects given what happened beside those in worlds as the model makes them, and how far they can be trusted."""
    from powersim.cli.console import Column, Table

    page.line()
    page.line(conditional.meaning, "bold")
    known = {(row.outcome, row.theory, row.branch_b): row for row in conditional.rows}
    columns = (
        Column("theory"), Column("branch"), Column("as the model goes", right=True),
        Column("95 % interval", right=True), Column(f"given {conditional.date}", right=True),
        Column("95 % interval", right=True), Column(""),
    )  # fmt: skip
    for name in found.shown:
        outcome = found.labels.outcome(name)
        scale = Scale(outcome.summary.kind == "ever", outcome.unit)
        rows: list[tuple[Cell | str, ...]] = []
        for row in (row for row in kept if row.outcome == name):
            other = known[row.outcome, row.theory, row.branch_b]
            cells = [cell for r in (row, other) for cell in scale.estimate(r.effect, r.ci_low, r.ci_high, 3)]
            said = signs.word(other, scale.binary)
            theory = "all theories" if row.theory == ALL else row.theory
            rows.append((theory, row.branch_b, *cells, Cell(said, tabulated.STYLES[said])))
        page.tables([Table(columns, tuple(rows), tabulated.heading(outcome, found.labels))])
    for line in conditional.trust:
        page.line(line, "dim")


def _more(plan: Plan, shown: Sequence[str], *, detail: bool) -> str:
    """Options that show what was left out."""
    hidden = [name for name in plan.opened.outcomes if name not in shown]
    rest = f"{counted(len(hidden), 'more outcome')}: --outcomes all, or --outcomes {','.join(hidden[:2])}"
    parts = [] if detail else ["by theory and outcome: --detail"]
    return "; ".join(parts + ([rest] if hidden else []))


def _tells(row: Effect, study: Study) -> bool:
    """Whether a row belongs on a first page."""
    return row.theory == ALL or len(study.theories) == 1 or not study.branches[row.branch_b].yardstick


def _setting(plan: Plan, rows: Sequence[Effect]) -> str:
    runs = max(row.runs for row in rows)
    theories = ", ".join(plan.theories) if len(plan.theories) > 1 else plan.theories[0]
    since = plan.scenario.intervention
    label = plan.scenario.calendar.label
    when = f"; intervention {label(since)}" if since is not None else ""
    if plan.dates:
        when = f"; intervention moved to {label(plan.dates[0])}..{label(plan.dates[-1])}"
    drawn = f"; priors {CERTAIN}" if plan.certain else ""
    return (
        f"{counted(runs, 'run')} of each branch, against {plan.labels[0]}, seed {plan.seed}; "
        f"under {theories}{when}{drawn}"
    )


def draw(
    page: Page,
    found: Results,
    folder: Path,
    outcomes: Sequence[str] | None,
    processes: int,
    *,
    brief: bool = False,
    formats: Sequence[str] | None = None,
    style: str = "screen",
) -> None:
    """Draw figures, with progress."""
    page.note("drawing figures")
    with page.progress("drawing", None) as tick:
        found.figures(
            folder,
            outcomes,
            brief=brief,
            formats=formats,
            style=style,
            workers=processes,
            tick=tick,
            notice=page.note,
        )
