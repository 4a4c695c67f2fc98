"""The command `sensitivity`: on which assumptions does an effect hang?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from powersim.cli.options import (
    File,
    Out,
    Overrides,
    Quiet,
    Seed,
    Theories,
    Theory,
    Workers,
    guarded,
    overrides,
)
from powersim.cli.spelling import carried, names

if TYPE_CHECKING:
    from powersim.cli.console import Page
    from powersim.sensitivity.words import Words

SHOWN = 12  # lines of the table


@guarded
def sensitivity(
    file: File,
    outcome: Annotated[
        str | None, typer.Option("--outcome", metavar="NAME", help="Outcome; default: the first.")
    ] = None,
    branches: Annotated[
        str | None,
        typer.Option(
            "--branches", metavar="A,B", help="Two branches: the effect is B less A; default: the first two."
        ),
    ] = None,
    theory: Theory = None,
    theories: Theories = None,
    runs: Annotated[
        int | None,
        typer.Option("--runs", metavar="N", help="Ordinary runs; designs grow with them; default: 2000."),
    ] = None,
    seed: Seed = None,
    method: Annotated[
        str,
        typer.Option(
            "--method", metavar="given-data|morris|sobol|all", help="What to compute beside screening."
        ),
    ] = "all",
    map_: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="A,B",
            help="Map of the effect over two assumptions, e.g. rho,tau; may be repeated.",
        ),
    ] = None,
    threshold: Annotated[
        float,
        typer.Option(
            "--threshold", metavar="E", help="Look for assumptions under which the effect is above E."
        ),
    ] = 0.0,
    out: Out = None,
    workers: Workers = None,
    set_: Overrides = None,
    quiet: Quiet = False,
) -> None:
    """Say on which assumptions an effect hangs.

    Every prior is screened; groups of priors, luck and the leading priors get indices; a box of few inequalities says
    under which assumptions the effect is above a threshold, if there is one. With --out an interrupted study goes on
    where it stopped.
    """
    from powersim.cli import console
    from powersim.errors import PowersimError
    from powersim.run.opened import ALL
    from powersim.study.study import Study

    page = console.Page(quiet)
    if theory is not None and theories is not None:
        raise PowersimError("found --theory and --theories; allowed: one of them, e.g. --theories all")
    under, asked = names(theories) or names(theory), names(outcome)
    if theory is not None and len(under or ()) != 1:
        raise PowersimError(f"--theory: found {theory}; allowed: one theory; several are --theories")
    if asked is not None and (len(asked) != 1 or asked == (ALL,)):
        raise PowersimError(f"--outcome: found {outcome}; allowed: one outcome, e.g. --outcome war")
    found = Study(file, names(branches), under, seed, overrides=overrides(set_)).sensitivity(
        outcome or None,
        runs,
        method=method,
        maps=None if map_ is None else [[part.strip() for part in text.split(",", 1)] for text in map_],
        threshold=threshold,
        out=out,
        workers=workers,
        progress=page,
    )
    _show(page, found.words, out)
    if out is not None:
        page.next("report", out)
        return
    plan = found.words.space.plan
    under = carried(theory=None if theory is theories is None else plan.theories[0], seed=seed, set_=set_)
    page.next("tell", file, "--diff", ",".join(plan.branches), *under)


def _show(page: Page, words: Words, out: Path | None) -> None:
    """The leading assumptions as a table, then what was found in sentences."""
    from powersim.cli.console import Cell, Column, Table

    s, space = words.found.screening, words.space
    rows = []
    for k in s.order()[:SHOWN]:
        interval = f"{s.low[k]:+.2f} to {s.high[k]:+.2f}"
        told = Cell("found", "green") if s.found[k] else Cell("not above chance", "dim")
        rows.append(
            (
                space.all[k].title,
                f"{s.correlation[k]:+.3f}",
                interval,
                f"{max(s.share[k], 0.0):.1%}",
                f"{s.q[k]:.2g}",
                told,
            )
        )
    columns = (
        Column("assumption", fold=True), Column("rank correlation", right=True), Column("95 % interval", right=True),
        Column("variance", right=True), Column("p, adjusted", right=True), Column(""),
    )  # fmt: skip
    reference, other = space.plan.branches
    title = (
        f"{words.found.asked.outcome.title}: {other} against {reference} under {', '.join(space.plan.theories)}, "
        f"{len(words.found.effects)} runs, seed {space.plan.seed}"
    )
    page.tables([Table(columns, tuple(rows), title)])
    for paragraph in words.all():
        page.line()
        page.line(paragraph)
    if out is not None:
        page.note(f"written: {out / 'sensitivity'}: tables, figures, section.json")


COMMANDS: tuple[tuple[Callable[..., None], str], ...] = (
    (
        sensitivity,
        """\b
Examples:
  powersim sensitivity my.yaml --branches keep,give_up --out out/my
  powersim sensitivity my.yaml --outcome rockets --method given-data --runs 5000
  powersim sensitivity my.yaml --branches keep,give_up --theories all --out out/my
  powersim sensitivity my.yaml --map rho,tau --map w_threat,eta_2 --out out/my
  powersim sensitivity my.yaml --threshold 0.02
""",
    ),
)
"""Commands with their examples."""
