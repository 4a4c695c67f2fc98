"""The commands that ask given what happened: origin, weigh."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from powersim.cli.options import (
    Branches,
    Coupling,
    Engine,
    File,
    GivenDate,
    Out,
    Overrides,
    Quiet,
    Resume,
    Runs,
    Scheduler,
    Seed,
    Theories,
    Workers,
    WorldCount,
    guarded,
    overrides,
)
from powersim.cli.spelling import carried, names

if TYPE_CHECKING:
    from powersim.cli.console import Page
    from powersim.given.conditioning import Conditioned


@guarded
def origin(
    file: File,
    of: Annotated[
        str | None,
        typer.Option(
            "--of",
            metavar="OUTCOME",
            help="The event: an outcome with `ever`; default: what FILE asked, if it is the provenance.json of an "
            "earlier one.",
        ),
    ] = None,
    branches: Branches = None,
    theories: Theories = None,
    runs: Runs = None,
    seed: Seed = None,
    given: GivenDate = None,
    worlds: WorldCount = None,
    out: Out = None,
    coupling: Coupling = None,
    engine: Engine = None,
    scheduler: Scheduler = None,
    workers: Workers = None,
    resume: Resume = False,
    set_: Overrides = None,
    quiet: Quiet = False,
) -> None:
    """Say where an event came from: was a cause necessary, was it sufficient, beside its rivals.

    The first branch is what happened; each other takes one cause away. Twins of a world share its draw and its luck.
    """
    from powersim.cli import console
    from powersim.cli.console import Column, Table
    from powersim.study.conditional import ROLES, SHARES
    from powersim.study.study import Study

    page = console.Page(quiet)
    study = Study(file, names(branches), names(theories), seed, overrides=overrides(set_))
    if given is not None:
        study = study.given(given)
    found = study.origin(
        of, runs, worlds=worlds, out=out, coupling=coupling, resume=resume, engine=engine, workers=workers,
        scheduler=scheduler, progress=page,
    )  # fmt: skip
    page.line(f"{found.plan.scenario.title}: {found.given}", "bold")
    heads = [Column(name, right=place > 1) for place, name in enumerate(SHARES)]
    title = found.plan.scenario.outcomes[found.rows[0].event].title
    tables = [Table(tuple(heads), tuple(found.cells), title)]
    if found.beside_cells:
        heads = [Column(name, right=place > 1) for place, name in enumerate(ROLES)]
        tables.append(Table(tuple(heads), tuple(found.beside_cells), "Of worlds in which it came about"))
    page.tables(tables)
    page.line()
    page.line(found.sentence)
    if found.conditioned is not None:
        _trust(page, found.conditioned)
    if out is not None:
        page.note(f"written to {out / 'origin'}: origin.csv, witnesses.csv, figure, provenance.json")
    pair, again = ",".join(found.plan.branches[:2]), carried(theories=theories, seed=seed, set_=set_)
    page.next("why", file, "--branches", pair, "--outcome", found.rows[0].event, *again)


@guarded
def weigh(
    file: File,
    theories: Theories = None,
    seed: Seed = None,
    given: GivenDate = None,
    worlds: WorldCount = None,
    out: Out = None,
    engine: Engine = None,
    scheduler: Scheduler = None,
    workers: Workers = None,
    resume: Resume = False,
    set_: Overrides = None,
    quiet: Quiet = False,
) -> None:
    """Say what the record says of the theories, and of the uncertain numbers.

    Without --given, to the date of the scenario's evidence. It never uses what a branch lays down.
    """
    from powersim.cli import console
    from powersim.cli.console import Column, Table
    from powersim.study.conditional import WEIGHTS
    from powersim.study.study import Study

    page = console.Page(quiet)
    study = Study(file, None, names(theories), seed, overrides=overrides(set_))
    if given is not None:
        study = study.given(given)
    found = study.weigh(
        worlds=worlds,
        out=out,
        resume=resume,
        engine=engine,
        workers=workers,
        scheduler=scheduler,
        progress=page,
    )
    page.line(f"{found.plan.scenario.title}: given {found.conditioned.asked.label}", "bold")
    heads = [Column(name, right=0 < place < 4) for place, name in enumerate(WEIGHTS)]
    page.tables([Table(tuple(heads), tuple(found.cells))])
    page.line()
    page.line(found.finding)
    _trust(page, found.conditioned)
    if out is not None:
        page.note(f"written to {out / 'weigh'}: weights.csv, posterior.csv, figure, provenance.json")
    again = carried(theories=theories, seed=seed, set_=set_)
    page.next("compare", file, "--given", found.conditioned.asked.label, *again)


def _trust(page: Page, found: Conditioned) -> None:
    from powersim.study.conditional import Conditional

    for line in Conditional(found, by_evidence=False).trust:
        page.line(line, "dim")


COMMANDS: tuple[tuple[Callable[..., None], str], ...] = (
    (
        origin,
        """\b
Examples:
  powersim origin my.yaml --of war --branches keep,give_up --runs 1000
  powersim origin missile_defense_2009 --of ukraine_war --branches replace,no_nato_shift --given 2009Q2
""",
    ),
    (
        weigh,
        """\b
Examples:
  powersim weigh missile_defense_2009                        to the date of its evidence
  powersim weigh missile_defense_2009 --given 2013Q4 --worlds 512 --out out/flagship
""",
    ),
)
"""Commands with their examples."""
