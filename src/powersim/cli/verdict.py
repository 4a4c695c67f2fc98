"""The command that judges hypotheses: verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from powersim.cli.options import (
    File,
    Out,
    Overrides,
    Quiet,
    Resume,
    Seed,
    Workers,
    guarded,
    overrides,
)
from powersim.cli.spelling import carried, names

if TYPE_CHECKING:
    from powersim.cli.console import Page
    from powersim.verdict.study import Trial
    from powersim.verdict.words import Judgement


@guarded
def verdict(
    file: File,
    hypotheses: Annotated[
        str | None,
        typer.Option("--hypotheses", metavar="H1,...", help="Hypotheses (H1: with its parts); default: all."),
    ] = None,
    draws: Annotated[
        int | None,
        typer.Option("--draws", metavar="D", help="Places in the space of assumptions; default: 25."),
    ] = None,
    lucks: Annotated[
        int | None,
        typer.Option("--lucks", metavar="L", help="Runs at each place under each theory; default: 40."),
    ] = None,
    seed: Seed = None,
    out: Out = None,
    workers: Workers = None,
    resume: Resume = False,
    set_: Overrides = None,
    quiet: Quiet = False,
) -> None:
    """Judge the scenario's hypotheses by the rule that it fixes: supported, theory-dependent, refuted, not decided.

    Each hypothesis is tried at many places in the space of assumptions, with several lucks at each.
    """
    from powersim.cli import console
    from powersim.study.study import Study
    from powersim.verdict import words

    page = console.Page(quiet)
    found = Study(file, seed=seed, overrides=overrides(set_)).verdict(
        names(hypotheses), draws, lucks, out=out, resume=resume, workers=workers, progress=page
    )
    show(page, found.trial, found.judgements)
    if out is not None:
        files = f"{words.VERDICTS_FILE}, {words.EVIDENCE_FILE}, figure, section.json"
        page.note(f"written to {out / words.NAME}: {files}")
        page.next("report", out)
    else:
        verb = "tell" if found.trial.certain else "sensitivity"  # which varies assumptions
        page.next(verb, file, *carried(seed=seed, set_=set_))


def show(page: Page, trial: Trial, found: Sequence[Judgement]) -> None:
    """The verdicts as a table, then the evidence for each."""
    from powersim.cli.console import Cell, Column, Table
    from powersim.study.questions import design
    from powersim.verdict.words import STYLES, evidence, in_short, under

    page.line(trial.scenario.title, "bold")
    page.line(design(trial))
    page.line()
    columns = (Column("id"), Column("verdict"), Column("claim", fold=True))
    rows = tuple((one.id, Cell(one.verdict, STYLES[one.verdict]), one.claim) for one in found)
    page.tables([Table(columns, rows)])
    page.line()
    page.line("Evidence", "bold")
    lines: list[tuple[str, str]] = []
    for one in found:
        lines.append((one.id, evidence(one)))
        if one.finding is not None and under(one):
            lines.append(("", under(one)))
        shown = _largest(one)
        if shown:
            lines.append(("", shown))
    page.fields(lines)
    page.line()
    page.line(in_short(found))
    page.line("A verdict speaks of the model; “not decided” is not “no effect”.", "dim")


def _largest(one: Judgement) -> str:
    """The largest yardsticks that are shown on the same outcome."""
    from powersim.verdict.words import stated

    known = sorted((y for y in one.yardsticks if y[1].shown), key=lambda y: -abs(y[1].effect))[:2]
    return "; ".join(f"yardstick {name} {stated(one.scale, mean)}" for name, mean in known)


COMMANDS: tuple[tuple[Callable[..., None], str], ...] = (
    (
        verdict,
        """\b
Examples:
  powersim verdict missile_defense_2009 --out out/flagship
  powersim verdict my.yaml --hypotheses H1,H3
  powersim verdict my.yaml --draws 40 --lucks 60 --seed 7 --out out/my
  powersim verdict my.yaml --out out/my --resume          go on after an interruption
""",
    ),
)
"""Commands with their examples."""
