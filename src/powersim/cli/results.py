"""`powersim results`: what a folder of results holds, and its tables for other programs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from powersim.cli.options import Quiet, guarded, needs
from powersim.cli.spelling import names


@guarded
def results(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that --out named.")],
    export: Annotated[
        Path | None,
        typer.Option(
            "--export",
            metavar="FILE",
            help="Write effects, summaries, values, events, counts or departures, as .csv, .parquet or .dta; "
            "or everything as .nc.",
        ),
    ] = None,
    outcomes: Annotated[
        str | None,
        typer.Option("--outcomes", metavar="O,...", help="With --export: only these outcomes."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Say what a folder of results holds, or export it.

    Tables are long: a row for each run, theory, branch and outcome. They hold complete runs only.
    """
    from powersim.cli import console
    from powersim.study.results import Results

    page = console.Page(quiet)
    needs("--outcomes", outcomes is not None, "--export", export is not None)
    found = Results.open(folder)
    if export is None:
        lines = found.about
        page.line(found.data.attrs.get("title") or dict(lines)["scenario"], "bold")
        page.fields(lines)
        page.next("report", folder)
        return
    page.note(f"written: {found.export(export, names(outcomes) or None)}")
    page.next("report", folder)


COMMANDS: tuple[tuple[Callable[..., None], str], ...] = (
    (
        results,
        """\b
Examples:
  powersim results out/my
  powersim results out/my --export effects.csv
  powersim results out/my --export summaries.parquet --outcomes russia_iran_alignment
  powersim results out/my --export results.nc
""",
    ),
)
"""Commands with their examples."""
