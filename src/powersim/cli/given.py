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
from powersim.cli.spelling import names

if TYPE_CHECKING:
    from powersim.cli.console import Page
    from powersim.given.conditioning import Conditioned


@guarded
def origin(
    file: File,
    of: Annotated[str, typer.Option("--of", metavar="OUTCOME", help="The event: an outcome with `ever`.")],
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
    from powersim.study import Study

    page = console.Page(quiet)
    study = Study(file, names(branches), names(theories), seed, overrides=overrides(set_))
    if given is not None:
        study = study.given(given)
    found = study.origin(
        of, runs, worlds=worlds, out=out, coupling=coupling, resume=resume, engine=engine, workers=workers,
        scheduler=scheduler, progress=page,
    )  # fmt: skip
    page.line(f"{found.plan.scenario.title}: {found.given}", "bold")
    shares = ("necessary", "sufficient", "both")
    columns = [Column("without"), Column("theory")]
    for name in shares:
        columns += [Column(name, right=True), Column("95 % interval", right=True)]
    rows = []
    for row in found.rows:
        cells = [row.cause, "all theories" if row.theory == "all" else row.theory]
        for at, low, high in (
            (row.pn, row.pn_low, row.pn_high), (row.ps, row.ps_low, row.ps_high), (row.pns, row.pns_low, row.pns_high),
        ):  # fmt: skip
            cells += [_share(at), f"{_share(low)} to {_share(high)}" if at == at else "none"]
        rows.append(tuple(cells))
    page.tables([Table(tuple(columns), tuple(rows), found.plan.scenario.outcomes[of].title)])
    page.line()
    page.line(found.sentence)
    if found.conditioned is not None:
        _trust(page, found.conditioned)
    if out is not None:
        page.note(f"written to {out / 'origin'}: origin.csv, figure")
    page.next("why", file, "--branches", ",".join(found.plan.branches[:2]), "--outcome", of)


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
    from powersim.study import Study

    page = console.Page(quiet)
    study = Study(file, None, names(theories), seed, overrides=overrides(set_)).given(given)
    found = study.weigh(
        worlds=worlds,
        out=out,
        resume=resume,
        engine=engine,
        workers=workers,
        scheduler=scheduler,
        progress=page,
    )
    page.line(f"{found.plan.scenario.title}: given {study.date}", "bold")
    columns = (
        Column("theory"), Column("log evidence", right=True), Column("behind the best", right=True),
        Column("probability", right=True), Column(""),
    )  # fmt: skip
    rows = tuple(
        (
            row.theory, f"{row.log_evidence:.1f} ± {row.error:.1f}", f"{row.log_factor:.1f} ± {row.factor_error:.1f}",
            _share(row.posterior), row.word,
        )
        for row in found.rows
    )  # fmt: skip
    page.tables([Table(columns, rows)])
    page.line()
    page.line(found.finding)
    _trust(page, found.conditioned)
    if out is not None:
        page.note(f"written to {out / 'weigh'}: weights.csv, posterior.csv, figure")
    page.next("compare", file, "--given", study.date)


def _share(value: float) -> str:
    return "" if value != value else f"{100 * value:.1f}%"


def _trust(page: Page, found: Conditioned) -> None:
    from powersim.study.given import Conditional

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
