"""The command `why`: which mechanisms and channels make the difference between two branches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from powersim._words import counted
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
from powersim.cli.spelling import carried, names

if TYPE_CHECKING:
    from powersim.cli.console import Cell, Page, Table
    from powersim.study.answers import Explanation
    from powersim.why.explanation import ExplainedEffect

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
    from powersim.study.study import Study

    page = console.Page(quiet)
    study = Study(file, names(branches), names(theories), seed, overrides=overrides(set_))
    found = study.why(names(outcome), runs, out=out, resume=resume, workers=workers, progress=page)
    _show(page, found)
    if out is not None:
        tables = "knockouts.csv, shares.csv, mediation.csv, their figures beside them (.png, .svg)"
        page.note(f"written to {out / 'why'}: {tables}, section.json, provenance.json, worlds.npz")
    plan, pair = found.question.plan, ",".join(found.question.plan.branches)
    again = carried(seed=seed, set_=set_)
    if plan.certain:  # no assumption can be varied
        page.next("tell", file, "--diff", pair, *carried(theory=theories and plan.theories[0]), *again)
        return
    again = (*carried(out=out, theories=theories), *again)
    page.next("sensitivity", file, "--branches", pair, "--outcome", found.question.outcomes[0], *again)


def _show(page: Page, found: Explanation) -> None:
    from powersim.effects.results import CERTAIN
    from powersim.why.explanation import finding

    plan = found.question.plan
    a, b = plan.branches
    page.line(plan.scenario.title, "bold")
    page.line(
        f"what {b} changes against {a}; {counted(found.runs, 'run')} of each, seed {plan.seed}; "
        f"under {', '.join(plan.theories)}" + (f"; priors {CERTAIN}" if plan.certain else "")
    )
    for e in found.found:
        page.line()
        page.tables([_shares(e), _knockouts(e)])
        page.line()
        page.tables([_mediation(e)])
        page.line()
        for text in finding(e):
            page.line(text)


def _shares(e: ExplainedEffect) -> Table:
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


def _knockouts(e: ExplainedEffect) -> Table:
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


def _mediation(e: ExplainedEffect) -> Table:
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


def _cells(e: ExplainedEffect, of: tuple[float, float, float], places: int, clear: bool) -> tuple[Cell, Cell]:
    """An estimate and its interval, or that there is none."""
    from powersim.cli.console import Cell

    value, interval = e.scale.estimate(*of, places)
    return Cell(value, _style(clear)), Cell("none" if of[1] != of[1] else interval)


def _difference(e: ExplainedEffect, value: float, places: int) -> str:
    return e.scale.difference(value, places)


def _places(values: Sequence[float], e: ExplainedEffect) -> int:
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
  powersim why my.yaml --outcome war --branches keep,give_up --out out/my
  powersim why my.yaml --outcome war,rockets --theories spiral --runs 200
  powersim why my.yaml --outcome war --set rho=0 --out out/my --resume
""",
    ),
)
"""Commands with their examples."""
