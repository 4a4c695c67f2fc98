"""The command that turns a folder of results into a page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from powersim.cli.options import Quiet, guarded

Folder = Annotated[
    Path, typer.Argument(metavar="DIR", help="The folder of a study: --out of compare or run.")
]
Page = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Where to write it; default: DIR/report.html.")
]


ADDED = ("why", "sensitivity", "verdict")
"""Commands that add a part to a report, in the folder of their name."""


@guarded
def report(folder: Folder, out: Page = None, quiet: Quiet = False) -> None:
    """Write one self-contained HTML page about a study.

    It holds what compare left in DIR and whatever why, sensitivity, verdict and tell have added to it.
    """
    from powersim.cli import console
    from powersim.study.study import Study

    page = console.Page(quiet)
    path = Study.report(folder, out, progress=page)
    page.line(f"{path}: open it in any browser")
    missing = [name for name in ADDED if not (folder / name).is_dir()]
    if missing:
        page.next(missing[0], folder / "provenance.json", "--out", folder)
    else:
        page.next("results", folder, "--export", "effects.csv")


COMMANDS: tuple[tuple[Callable[..., None], str], ...] = (
    (
        report,
        """\b
Examples:
  powersim report out/my                         after powersim compare my.yaml --out out/my
  powersim report out/my --out my-question.html
""",
    ),
)
"""Commands with their examples."""
