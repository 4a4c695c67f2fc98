"""The command `why`: which mechanisms and channels make the difference between two branches."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from powersim._words import counted
from powersim.cli.lengthy import announce, check_work, leave_stopped
from powersim.cli.options import (
    File,
    Out,
    Overrides,
    Quiet,
    Resume,
    Seed,
    Theories,
    Workers,
    guarded,
    overrides,
)

if TYPE_CHECKING:
    from powersim.cli.console import Cell, Page, Table
    from powersim.why.explanation import Explained
    from powersim.why.keeping import Kept
    from powersim.why.worlds import Question

TOP = 6  # knock-outs printed


@guarded
def why(
    file: File,
    outcome: Annotated[
        str | None,
        typer.Option("--outcome", metavar="O,...", help="Outcomes to explain; default: the headline ones."),
    ] = None,
    branches: Annotated[
        str | None,
        typer.Option("--branches", metavar="A,B", help="What B changes against A; default: the first two."),
    ] = None,
    theories: Theories = None,
    runs: Annotated[
        int | None, typer.Option("--runs", metavar="N", help="Runs under each theory; default: 60.")
    ] = None,
    seed: Seed = None,
    out: Out = None,
    workers: Workers = None,
    resume: Resume = False,
    set_: Overrides = None,
    quiet: Quiet = False,
) -> None:
    """Say why two branches differ: through which channels, and by which mechanisms.

    Each run is computed again, with the same luck, without each mechanism, with every set of channels open, and with a
    channel held at the path that it takes in the other branch.
    """
    from powersim.cli import console
    from powersim.run import work
    from powersim.run.opened import open_scenario
    from powersim.why.worlds import RUNS, answer, open_kept, question

    page = console.Page(quiet)
    check_work(workers, resume=resume, out=out)
    opened = open_scenario(file, overrides(set_))
    asked = question(opened, outcome, branches, theories, seed)
    kept = open_kept(asked, out, resume=resume)
    if kept.damaged:
        page.note(f"{kept.path}: is damaged; all of it is computed again")
    usual = int(opened.recorded.get("runs") or RUNS)
    wanted = work.check_runs(runs if runs is not None else max(kept.runs, usual))
    started = time.time()
    if kept.runs < wanted:
        announce(page)
        work.warm(asked.plan.first_case)
    steps = (wanted - kept.runs) * len(asked.plan.theories)
    with page.progress("computing", max(0, steps)) as tick:
        done = answer(asked, kept, wanted, threads=workers, tick=tick)
    if done.stopped:
        leave_stopped(done.done, wanted, "runs", out)
    _report(page, asked, kept.first(wanted), out, started)


def _report(page: Page, asked: Question, kept: Kept, out: Path | None, started: float) -> None:
    from powersim.effects.results import CERTAIN
    from powersim.run import work
    from powersim.sim import provenance
    from powersim.why.explain import explain, write
    from powersim.why.explanation import finding

    found = explain(asked, kept)
    a, b = asked.plan.branches
    page.line(asked.plan.scenario.title, "bold")
    theories = ", ".join(asked.plan.theories)
    page.line(
        f"what {b} changes against {a}; {counted(kept.runs, 'run')} of each, seed {asked.plan.seed}; "
        f"under {theories}" + (f"; priors {CERTAIN}" if asked.plan.certain else "")
    )
    for e in found:
        page.line()
        page.tables([_shares(e), _knockouts(e)])
        page.line()
        page.tables([_mediation(e)])
        page.line()
        for text in finding(e):
            page.line(text)
    if out is None:
        return
    page.note("drawing figures")
    command = provenance.command_line(sys.argv[1:])
    with page.progress("drawing", None) as tick:
        write(found, out, command, tick, page.note)
    facts = work.facts(asked.plan, kept.runs, command, started, work.COMPILED)
    provenance.write(out / "why", {**facts, "outcomes": list(asked.outcomes)})
    files = "knockouts.csv, shares.csv, mediation.csv, section.json, figures, provenance.json"
    page.note(f"written to {out / 'why'}: {files}")


def _shares(e: Explained) -> Table:
    from powersim.cli.console import Cell, Column, Table
    from powersim.effects.findings import number
    from powersim.why.explanation import heading
    from powersim.why.knockouts import DIRECT, TOTAL

    places = _places([e.share(part).share for part in (TOTAL, *(row.part for row in e.parts()))], e)
    rows: list[tuple[Cell | str, ...]] = []
    for part in (*(row.part for row in e.parts()), DIRECT, TOTAL):
        row = e.share(part)
        percent = "" if row.percent is None else f"{number(row.percent, 0)}%"
        each = [e.share(part, theory) for theory in e.theories]
        rows.append(
            (
                {DIRECT: "direct", TOTAL: "the whole effect"}.get(part) or e.title(part),
                *_cells(e, (row.share, row.ci_low, row.ci_high), places, row.clear),
                percent,
                *(Cell(_difference(e, r.share, places), _style(r.clear)) for r in each),
            )
        )
    columns = (
        Column("channel"), Column("points" if e.scale.binary else "share", right=True),
        Column("95 % interval", right=True), Column("of it", right=True),
        *(Column(theory, right=True) for theory in e.theories),
    )  # fmt: skip
    return Table(columns, tuple(rows), f"{heading(e)}: shares of the effect")


def _knockouts(e: Explained) -> Table:
    from powersim.cli.console import Column, Table

    shown = e.out()[:TOP]
    places = _places([v for row in shown for v in (row.effect_without, row.difference)], e)
    rows: list[tuple[Cell | str, ...]] = [
        (
            row.mechanism,
            *_cells(e, (row.difference, row.ci_low, row.ci_high), places, row.clear),
            _difference(e, row.effect_without, places),
        )
        for row in shown
    ]
    columns = (
        Column("mechanism"), Column("points" if e.scale.binary else "change", right=True),
        Column("95 % interval", right=True), Column("without", right=True),
    )  # fmt: skip
    left = len(e.out()) - len(shown)
    rest = f"the largest; {left} more in knockouts.csv" if left else "all of them"
    return Table(
        columns,
        tuple(rows),
        f"Switched off alone, in both branches ({rest})",
    )


def _mediation(e: Explained) -> Table:
    from powersim.cli.console import Column, Table
    from powersim.why.mediation import DIRECT, INDIRECT, INTERACTION

    shown = (INDIRECT, DIRECT, INTERACTION)
    found = {name: e.mediated(name) for name in e.held()}
    places = _places([row[quantity].value for row in found.values() for quantity in shown], e)
    rows: list[tuple[Cell | str, ...]] = []
    for name, row in found.items():
        cells: list[Cell | str] = [e.title(name)]
        for quantity in shown:
            one = row[quantity]
            cells += _cells(e, (one.value, one.ci_low, one.ci_high), places, one.clear)
        rows.append(tuple(cells))
    columns = [Column("channel")]
    for name in ("indirect", "direct", "interaction"):
        columns += [Column(name, right=True), Column("95 % interval", right=True)]
    return Table(tuple(columns), tuple(rows), "Channel held at the other branch's path: natural effects")


def _cells(e: Explained, of: tuple[float, float, float], places: int, clear: bool) -> tuple[Cell, Cell]:
    """An estimate and its interval, or that there is none."""
    from powersim.cli.console import Cell

    value, interval = e.scale.estimate(*of, places)
    return Cell(value, _style(clear)), Cell("none" if of[1] != of[1] else interval)


def _difference(e: Explained, value: float, places: int) -> str:
    return e.scale.difference(value, places)


def _places(values: Sequence[float], e: Explained) -> int:
    from powersim.effects.findings import decimals

    factor = 100.0 if e.scale.binary else 1.0
    most = 2 if e.scale.binary else 4
    return max(1, min(most, decimals([factor * v for v in values]) + 1))


def _style(clear: bool) -> str:
    return "" if clear else "dim"


COMMANDS: tuple[tuple[Callable[..., None], str], ...] = (
    (
        why,
        """\b
Examples:
  powersim why my.yaml                                     the headline outcomes, the first two branches
  powersim why my.yaml --outcome war --branches keep,cancel --out out/my
  powersim why my.yaml --outcome war,rockets --theories spiral --runs 200
  powersim why my.yaml --outcome war --set rho=0 --out out/my --resume
""",
    ),
)
"""Commands with their examples."""
