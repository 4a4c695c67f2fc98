"""The command that asks what comes next, and how far it came: forecast."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from powersim.cli.options import (
    Detail,
    Engine,
    File,
    Out,
    Overrides,
    Quiet,
    Resume,
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
    from powersim.cli.console import Table
    from powersim.given.forecast import Forecast


@guarded
def forecast(
    file: File,
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--given",
            metavar="DATE",
            help="The date after which it is forecast, e.g. 2009Q2; may be repeated. Default: that of `evidence`.",
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="DATE",
            help="The last date that is held against the record; default: the last before the scenario keeps it back.",
        ),
    ] = None,
    theories: Theories = None,
    seed: Seed = None,
    worlds: WorldCount = None,
    by_evidence: Annotated[
        bool,
        typer.Option("--by-evidence", help="Weigh theories by what the record says of them until the date."),
    ] = False,
    out: Out = None,
    engine: Engine = None,
    scheduler: Scheduler = None,
    workers: Workers = None,
    resume: Resume = False,
    detail: Detail = False,
    set_: Overrides = None,
    quiet: Quiet = False,
) -> None:
    """Say what comes after a date in worlds that went as ours did until then, and hold it against what came.

    Beside the scores stand skills against the model told nothing, against "nothing changes" and against each thing's
    own past: 1 is perfect, 0 no better, below 0 worse. "As coded" adds what is left of the miss at the date and
    the coding error, since the record has both.
    """
    from powersim.cli import console
    from powersim.study.study import Study

    page = console.Page(quiet)
    study = Study(file, None, names(theories), seed, overrides=overrides(set_))
    found = study.forecast(
        given,
        to=to,
        worlds=worlds,
        by_evidence=by_evidence,
        out=out,
        resume=resume,
        engine=engine,
        workers=workers,
        scheduler=scheduler,
        progress=page,
    )
    page.line(found.plan.scenario.title, "bold")
    page.tables([_table(one, detail=detail) for one in found.dates])
    page.line()
    for sentence in found.sentences:
        page.line(sentence)
    for one in found.worlds:
        for line in one.trust:
            page.line(f"given {one.date}: {line}", "dim")
    if out is not None:
        page.note(f"written to {out / 'forecast'}: forecast.csv, scores.csv, figures, provenance.json")
    again = carried(theories=theories, seed=seed, set_=set_)
    page.next("weigh", file, "--given", found.dates[-1].label, *again)


def _table(one: Forecast, *, detail: bool) -> Table:
    """Everything together, and by years ahead; with detail also one by one."""
    from powersim.cli.console import Column, Table
    from powersim.given.forecast import WORLDS

    heads = (
        "points",
        "score",
        "than untold",
        "than no change",
        "than own past",
        "in 90 % bands",
        "log score",
    )
    columns = (Column("what"), *(Column(head, right=True) for head in heads))
    rows = []
    for s in one.scores:
        whole = s.kind in ("issues", "events")
        if s.theory != one.over or not (whole or detail):
            continue
        coded = "" if s.of == WORLDS else ", as coded"
        ahead = "" if s.lead == "all" else f", year {s.lead}"
        skills = (s.skill_unconditioned, s.skill_persistence, s.skill_own_past)
        rows.append((
            f"{s.kind if whole else f'{s.kind}: {s.name}'}{coded}{ahead}", str(s.points), f"{s.score:.3f}",
            *(_shown(value, "+.0%") for value in skills), _shown(s.covered, ".0%"), _shown(s.log_score, ".2f"),
        ))  # fmt: skip
    until = one.plan.scenario.calendar.label(one.until)
    return Table(
        columns,
        tuple(rows),
        f"given {one.label}, to {until}: scores and skills (CRPS of issues, Brier of events)",
    )


def _shown(value: float, form: str) -> str:
    return "" if value != value else format(value, form)


COMMANDS: tuple[tuple[Callable[..., None], str], ...] = (
    (
        forecast,
        """\b
Examples:
  powersim forecast my.yaml --given 2009Q2 --out out/my
  powersim forecast my.yaml --given 2009Q2 --given 2011Q4 --to 2013Q4 --worlds 100
""",
    ),
)
"""Commands with their examples."""
