"""The page of `check --base-rates`: do histories of the model look like history?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from powersim._words import counted
from powersim.cli.console import Cell, Column, Page, Table
from powersim.cli.spelling import names
from powersim.plausible.baserates import COLUMNS, cells, verdict
from powersim.plausible.rates import find_record, plausibility
from powersim.run.plan import plan
from powersim.run.stages import announce
from powersim.run.work import check_runs, warm

if TYPE_CHECKING:
    from powersim.run.opened import LoadedScenario

NUMBERS = slice(2, 6)  # columns that hold numbers


def show(
    page: Page,
    opened: LoadedScenario,
    path: Path,
    record: Path | None,
    branch: str | None,
    runs: int,
    seed: int | None,
) -> None:
    """Run histories up to the end of the record and print them beside it."""
    asked = plan(opened, names(branch) or opened.branches[:1], ["all"], seed, swept="")
    found = find_record(path, record)
    announce(page)
    warm(asked.first_case)
    with page.progress("runs", check_runs(runs) * len(asked.theories)) as tick:
        result = plausibility(asked, found, runs, tick)
    right = range(len(COLUMNS))[NUMBERS]
    columns = tuple(Column(name, right=place in right) for place, name in enumerate(COLUMNS))
    rows = tuple(
        tuple(Cell(text, "red" if text == "NO" else "") for text in row) for row in cells(result.rows)
    )
    page.line()
    page.tables(
        [
            Table(
                columns,
                rows,
                f"{asked.labels[0]} to {result.until}: {counted(result.runs, 'run')} beside the record",
            )
        ]
    )
    page.line()
    page.line(verdict(result.rows))
    if result.paths is not None:
        page.line(result.paths.verdict())
    for stuck in result.stuck:
        page.line(
            f"{stuck.issue} sits at 0 or 1 in {stuck.runs:.0%} of runs; in the record {stuck.recorded:.0%} of the time"
        )
