"""`powersim app`: a page to play with."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from powersim.cli.options import (
    Branches,
    File,
    NoPriors,
    Overrides,
    Quiet,
    Seed,
    Theory,
    changes,
    guarded,
)
from powersim.cli.spelling import carried, names


@guarded
def app(
    file: File,
    branches: Branches = None,
    theory: Theory = None,
    run: Annotated[
        int, typer.Option("--run", metavar="R", help="Number of the run, from 0; default: 0.", min=0)
    ] = 0,
    seed: Seed = None,
    runs: Annotated[int, typer.Option("--runs", metavar="N", help="Histories of a fan; default: 128.")] = 128,
    port: Annotated[
        int, typer.Option("--port", metavar="P", help="Port of this machine; default: one that is free.")
    ] = 0,
    open_: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    seconds: Annotated[
        float | None,
        typer.Option("--seconds", metavar="S", help="End after so many seconds; default: when interrupted."),
    ] = None,
    set_: Overrides = None,
    no_priors: NoPriors = False,
    quiet: Quiet = False,
) -> None:
    """A page to play with: watch a run, set two branches side by side, move numbers, see the fan fill.

    It is served to this machine alone and needs no network. Ctrl-C ends it.
    """
    from powersim.cli import console
    from powersim.study.study import Study

    page = console.Page(quiet)
    study = Study(
        file,
        names(branches),
        theory,
        seed,
        overrides=changes(set_, no_priors),
    )

    def ready(address: str) -> None:
        page.line(f"open {address} in a browser; Ctrl-C ends it")
        sys.stdout.flush()

    study.app(port, run=run, runs=runs, seconds=seconds, browse=open_, ready=ready, progress=page)
    page.next(
        "compare",
        file,
        *carried(branches=branches, theories=theory, seed=seed, set_=set_, no_priors=no_priors),
    )


COMMANDS: tuple[tuple[Callable[..., None], str], ...] = (
    (
        app,
        """\b
Examples:
  powersim app two_powers --open
  powersim app missile_defense_2009 --branches keep,cancel --theory spiral --run 7
  powersim app two_powers --port 8765 --set rho=0.5
""",
    ),
)
"""Commands with their examples."""
