"""The report of `compare`: effects on the page, and the files beside the results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from powersim._words import counted
from powersim.cli import effects as tabulated
from powersim.cli.console import Page
from powersim.effects.findings import of_effects
from powersim.effects.paired import EFFECTS_MARK, Effect, effects, write_effects
from powersim.effects.results import ALL, CERTAIN, Study
from powersim.figures import pool
from powersim.files.writing import check_folder, check_target, subfolder

if TYPE_CHECKING:
    import xarray as xr

    from powersim.run.plan import Plan

EFFECTS = "effects.csv"
FIGURES = "figures"
NONE = "none"


def report(
    page: Page,
    plan: Plan,
    data: xr.Dataset,
    out: Path | None,
    shown: Sequence[str],
    named: bool,
    figures: str,
    processes: int,
) -> None:
    """Print the effects on the outcomes `shown`; write all of them, and figures, to `out` if there is one.

    Unless the user has `named` the branches, yardsticks appear only in the rows pooled over theories. Up to so many
    `processes` draw.
    """
    drawn = out is not None and figures != NONE
    if drawn and processes > 1:
        pool.get_ready()
    study = Study.read(data)
    rows = effects(data, plan.pairs)
    if out is not None:
        write_effects(rows, out / EFFECTS)
    if not rows:
        lacking = "one branch" if study.outcomes else "no outcomes (see outcomes in docs/scenario.md)"
        page.line(f"{plan.scenario.title}: {lacking}, nothing to compare")
        return
    kept = rows if named or plan.dates else [row for row in rows if _tells(row, study)]
    page.line(plan.scenario.title, "bold")
    page.line(_setting(plan, rows))
    page.line()
    page.tables(tabulated.tables(kept, study, shown))
    page.line()
    page.line("In short", "bold")
    for name in shown:
        outcome = study.outcome(name)
        binary = outcome.summary.kind == "ever"
        page.line(of_effects(outcome, [row for row in rows if row.outcome == name], study, binary=binary))
    hidden = [name for name in plan.opened.outcomes if name not in shown]
    if hidden:
        page.line()
        page.line(
            f"{counted(len(hidden), 'more outcome')}: --outcomes all, or --outcomes {','.join(hidden[:2])}",
            "dim",
        )
    if out is not None:
        if drawn:
            _draw(page, data, out, list(study.outcomes) if figures == ALL else shown, processes)
        page.note(f"written to {out}: {EFFECTS}, results, provenance.json{', figures' if drawn else ''}")


def check(out: Path, figures: str) -> None:
    """PowersimError, before anything is computed, if something of others is where files will be written."""
    check_target(check_folder(out) / EFFECTS, EFFECTS_MARK)
    if figures != NONE:
        check_folder(out, FIGURES)


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


def _draw(page: Page, data: xr.Dataset, out: Path, outcomes: Sequence[str], processes: int) -> None:
    from powersim.figures.gallery import write_figures

    page.note("drawing figures")
    with page.progress("drawing", None) as tick:
        folder = subfolder(out, FIGURES)
        write_figures(
            data, folder, outcomes, progress=lambda _: tick(), processes=processes, notice=page.note
        )
