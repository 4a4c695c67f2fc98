"""`powersim figures`: the figures of a folder of results, for a screen or for paper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from powersim.cli.options import Quiet, Workers, guarded
from powersim.cli.spelling import names


@guarded
def figures(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that --out named.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where to draw; default: figures in it.")
    ] = None,
    outcomes: Annotated[
        str | None, typer.Option("--outcomes", metavar="O,...", help="Outcomes to draw; default: all.")
    ] = None,
    formats: Annotated[
        str | None,
        typer.Option("--formats", metavar="png,svg,pdf", help="Files of each figure; default: png,svg."),
    ] = None,
    style: Annotated[
        str,
        typer.Option(
            "--style", metavar="screen|paper", help="Paper: 300 dots an inch, no titles; default: screen."
        ),
    ] = "screen",
    workers: Workers = None,
    quiet: Quiet = False,
) -> None:
    """Draw every figure of a study that was computed, with a page that shows them.

    What compare draws by itself are the first ones: the lead, the overview, every effect.
    """
    from powersim.cli import comparing, console
    from powersim.files.writing import check_folder, subfolder
    from powersim.run.work import workers as processors
    from powersim.study.results import Results

    page = console.Page(quiet)
    found = Results.open(folder)
    where = check_folder(folder, comparing.FIGURES) if out is None else out
    with found.keeping():
        where = subfolder(folder, comparing.FIGURES) if out is None else subfolder(out)
        comparing.draw(
            page,
            found,
            where,
            names(outcomes) or None,
            workers or processors(),
            formats=names(formats),
            style=style,
        )
    page.line(f"{where}: begin with index.html")
    page.next("report", folder)


COMMANDS: tuple[tuple[Callable[..., None], str], ...] = (
    (
        figures,
        """\b
Examples:
  powersim figures out/my
  powersim figures out/my --outcomes war --formats pdf --style paper --out out/print
""",
    ),
)
"""Commands with their examples."""
