"""The command `sensitivity`: on which assumptions does an effect hang?"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from powersim.cli.lengthy import announce, check_work
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

if TYPE_CHECKING:
    from powersim.cli.console import Page
    from powersim.run.opened import Opened
    from powersim.run.plan import Plan
    from powersim.sensitivity.study import Asked
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
    from powersim.files.writing import check_folder
    from powersim.run import work
    from powersim.run.opened import open_scenario
    from powersim.sensitivity import report as assumption_report
    from powersim.sensitivity.points import POINTS, Evaluator
    from powersim.sensitivity.space import Space
    from powersim.sensitivity.study import carry_out, steps
    from powersim.sensitivity.words import Words
    from powersim.sim import provenance

    page = console.Page(quiet)
    check_work(workers)
    folder = None if out is None else check_folder(out, assumption_report.NAME, POINTS).parent
    opened = open_scenario(file, overrides(set_))
    planned = _plan(opened, branches, theory, theories, seed)
    space = Space(planned)
    asked = _asked(opened, outcome, runs, method, map_, threshold)
    total = steps(space, asked)
    _libraries()
    announce(page)
    work.warm(planned.first_case)
    try:
        with page.progress("computing", total) as tick:
            evaluator = Evaluator(space, asked.outcome, work.simulator(), folder, workers, tick, page.note)
            words = Words(space, carry_out(evaluator, asked))
    except KeyboardInterrupt:
        if out is not None:
            page.note(f"stopped; what is done is kept in {out}: the same command goes on")
        raise
    if out is not None:
        assumption_report.write(words, out, provenance.command_line(sys.argv[1:]), page.note)
    _show(page, words, out)


def _plan(
    opened: Opened, branches: str | None, theory: str | None, theories: str | None, seed: int | None
) -> Plan:
    """Two branches under one theory, or several in turn."""
    from powersim.errors import PowersimError
    from powersim.run.opened import chosen
    from powersim.run.plan import plan

    if theory is not None and theories is not None:
        raise PowersimError("found --theory and --theories; allowed: one of them, e.g. --theories all")
    names = chosen(branches, opened.branches, "branch") if branches is not None else opened.branches[:2]
    if len(names) != 2:
        raise PowersimError(
            f"--branches: found {', '.join(names)}; allowed: two branches, the effect is the second less the first, "
            "e.g. --branches keep,cancel"
        )
    under = theories or theory or opened.theories[0]
    if theory is not None and len(chosen(theory, opened.theories, "theory")) != 1:
        raise PowersimError(f"--theory: found {theory}; allowed: one theory; several are --theories")
    return plan(opened, ",".join(names), under, seed, swept="")


def _asked(
    opened: Opened,
    outcome: str | None,
    runs: int | None,
    method: str,
    maps: list[str] | None,
    threshold: float,
) -> Asked:
    """What is asked, once it can be answered."""
    from powersim.errors import PowersimError
    from powersim.run.opened import chosen, unknown_name
    from powersim.sensitivity.study import LEAST, METHODS, RUNS, Asked

    if method not in METHODS:
        raise PowersimError(unknown_name(method, METHODS, "--method"))
    if not opened.outcomes:
        raise PowersimError(
            f"{opened.name}: has no outcomes; e.g. outcomes: {{sale: {{of: {{issue: sale}}, at: 2014Q4}}}}"
        )
    names = chosen(outcome, opened.outcomes, "outcome") if outcome else opened.outcomes[:1]
    if len(names) != 1:
        raise PowersimError(f"--outcome: found {outcome}; allowed: one outcome, e.g. --outcome {names[0]}")
    (name,) = names
    if not math.isfinite(threshold):
        raise PowersimError(
            f"--threshold: found {threshold:g}; allowed: a finite number, e.g. --threshold 0.02"
        )
    found = opened.scenario.outcomes[name]
    count = RUNS if runs is None else runs
    if not LEAST <= count <= 1_000_000:
        raise PowersimError(f"--runs: found {count}; allowed: a whole number from {LEAST} to 1000000")
    methods = frozenset(METHODS[1:3]) if method == "all" else frozenset({method})
    pairs: list[tuple[str, str]] = []
    for text in maps or (["rho,tau"] if method == "all" else []):
        first, comma, second = (part.strip() for part in text.partition(","))
        if not comma or not first or not second or first == second:
            raise PowersimError(
                f"--map: found {text}; allowed: two different assumptions, e.g. --map rho,tau"
            )
        if {first, second} in map(set, pairs):
            raise PowersimError(f"--map: found {text} again; allowed: each pair once")
        pairs.append((first, second))
    return Asked(found, count, methods, tuple(pairs), threshold)


def _libraries() -> None:
    """Say at once, not after minutes, that an extra is missing."""
    from powersim.sensitivity import discovery, indices

    indices.require()
    discovery.require()


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
  powersim sensitivity my.yaml --branches keep,cancel --out out/my
  powersim sensitivity my.yaml --outcome sale --method given-data --runs 5000
  powersim sensitivity my.yaml --branches keep,cancel --theories all --out out/my
  powersim sensitivity my.yaml --map rho,tau --map w_threat,eta_2 --out out/my
  powersim sensitivity my.yaml --threshold 0.02
""",
    ),
)
"""Commands with their examples."""
