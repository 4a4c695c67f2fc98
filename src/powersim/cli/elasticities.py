"""The command `elasticities`: what moves what?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from powersim.cli.options import (
    Branch,
    File,
    Out,
    Overrides,
    Quiet,
    Seed,
    Theories,
    Workers,
    guarded,
    overrides,
)
from powersim.cli.spelling import carried, names

if TYPE_CHECKING:
    from powersim.cli.console import Table
    from powersim.elasticities.words import Words

MOST = 5  # inputs of an outcome that are printed
STYLES = {"right": "green", "wrong": "red", "not seen": "dim"}


@guarded
def elasticities(
    file: File,
    inputs: Annotated[
        str | None,
        typer.Option(
            "--inputs",
            metavar="A,B,...",
            help="Parameters, paths of priors, branches, or all; default: parameters with priors, yardsticks, and "
            "what the signs name.",
        ),
    ] = None,
    outcomes: Annotated[
        str | None, typer.Option("--outcomes", metavar="O,...", help="Outcomes to look at; default: all.")
    ] = None,
    branch: Branch = None,
    theories: Theories = None,
    signs: Annotated[
        Path | None,
        typer.Option(
            "--signs", metavar="FILE", help="Expected signs; default: signs/NAME.yaml beside the scenario."
        ),
    ] = None,
    nudge: Annotated[
        float | None,
        typer.Option(
            "--nudge", metavar="S", help="Share of a prior between low and high place; default: 0.5."
        ),
    ] = None,
    effects: Annotated[
        bool,
        typer.Option(
            "--effects", help="Also signs about differences between branches that answer the question."
        ),
    ] = False,
    runs: Annotated[
        int | None,
        typer.Option("--runs", metavar="N", help="Runs, under the theories in turn; default: 100."),
    ] = None,
    seed: Seed = None,
    out: Out = None,
    workers: Workers = None,
    set_: Overrides = None,
    quiet: Quiet = False,
) -> None:
    """Show what moves what, beside the signs that were expected.

    Every input is put low and high in each run, with the same luck and all else as it is drawn. What is expected of a
    difference between branches that answer the question is left alone without --effects.
    """
    from powersim.cli import console
    from powersim.study.study import Study

    page = console.Page(quiet)
    found = Study(file, None, names(theories), seed, overrides=overrides(set_)).elasticities(
        names(inputs), names(outcomes), runs, branch=branch, signs=signs, nudge=nudge, effects=effects, out=out,
        workers=workers, progress=page,
    )  # fmt: skip
    words = found.words
    if words.all_signs:
        page.tables([_signs(words)])
    for paragraph in words.all():
        page.line()
        page.line(paragraph)
    if out is None:
        page.line()
        page.tables([_changes(words)])
        again = carried(
            inputs=inputs, outcomes=outcomes, branch=branch, theories=theories, signs=signs, nudge=nudge,
            effects=effects, runs=runs, seed=seed, set_=set_,
        )  # fmt: skip
        page.next("elasticities", file, *again, "--out", "out/my")
    else:
        page.note(f"written: {out / 'elasticities'}: tables, figures, section.json")
        page.next("report", out)


def _changes(words: Words) -> Table:
    """The largest clear changes, outcome by outcome: all of them are in the files that --out keeps."""
    from powersim.cli.console import Column, Table
    from powersim.effects.findings import decimals

    lines: list[tuple[str, ...]] = []
    for name in words.shown:
        scale = words.scale(name)
        for row in [r for r in words.leading(name) if r.clear][:MOST]:
            places = decimals([scale.factor * v for v in (row.change, row.low, row.high)])
            size, interval = scale.estimate(row.change, row.low, row.high, places)
            lines.append((words.titles[name], words.named(row), size, words.unit(name), interval))
    columns = (
        Column("outcome", fold=True), Column("input", fold=True), Column("from low to high", right=True),
        Column(""), Column("95 % interval", right=True),
    )  # fmt: skip
    return Table(columns, tuple(lines), "What moves most")


def _signs(words: Words) -> Table:
    """What became of every expected sign."""
    from powersim.cli.console import Cell, Column, Table
    from powersim.effects.findings import TOO_FEW

    lines: list[tuple[Cell | str, ...]] = []
    for v in words.verdicts:
        size, interval = "", ""
        if v.row is not None:
            scale = words.scale(v.row.outcome)
            size, interval = scale.estimate(v.row.change, v.row.low, v.row.high, 2)
            interval = "none" if interval == TOO_FEW else interval
        about = f"{v.sign.outcome}: {', '.join(v.sign.effect)}" if v.sign.effect else v.sign.outcome
        lines.append(
            (v.sign.input, about, v.sign.sign, size, interval, Cell(v.mark, STYLES.get(v.mark, "dim")))
        )
    columns = (
        Column("input", fold=True), Column("outcome", fold=True), Column("expected"), Column("change", right=True),
        Column("95 % interval", right=True), Column(""),
    )  # fmt: skip
    asked = words.asked
    title = (
        f"{asked.space.plan.scenario.title}: {asked.branch}, {asked.runs} runs, inputs from {words.width}, "
        f"seed {asked.space.plan.seed}"
    )
    return Table(columns, tuple(lines), title)


COMMANDS: tuple[tuple[Callable[..., None], str], ...] = (
    (
        elasticities,
        """\b
Examples:
  powersim elasticities my.yaml --out out/my
  powersim elasticities my.yaml --inputs all --outcomes war --runs 200 --out out/my
  powersim elasticities my.yaml --inputs rho,tau,disputes.EAST>ALLY.district.hazard --theories deterrence
  powersim elasticities my.yaml --signs expected.yaml --effects --out out/my
""",
    ),
)
"""Commands with their examples."""
