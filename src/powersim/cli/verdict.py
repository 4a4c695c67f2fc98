"""The command that judges hypotheses: verdict."""

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
    Workers,
    guarded,
    overrides,
)

if TYPE_CHECKING:
    from powersim.cli.console import Page
    from powersim.verdict.study import Runs, Trial
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
    from powersim.run import work
    from powersim.run.opened import open_scenario
    from powersim.sim import provenance
    from powersim.verdict import judging, study

    started, page = time.time(), console.Page(quiet)
    check_work(workers, resume=resume, out=out)
    trial = study.trial(open_scenario(file, overrides(set_)), hypotheses, draws, lucks, seed)
    page.note(f"{trial.histories} histories: {_design(trial)}")
    if out is not None and resume:
        for path in study.damaged(trial, out):
            page.note(f"{path}: is damaged, or not of this study; computed again")
    steps = study.missing(trial, out)
    if steps:
        announce(page)
        work.warm(trial.cases(0, trial.theories[0])[0])
    with page.progress("trying", steps) as tick:
        runs, done = study.compute(
            trial, work.together(), out, workers or work.workers(), resume=resume, tick=tick
        )
    if done.stopped:
        leave_stopped(done.done, trial.draws, "draws", out)
    found = judging.judged(runs)
    show(page, trial, found)
    if out is not None:
        command = provenance.command_line(sys.argv[1:])
        judging.write_provenance(runs, out, command, started)
        _write(page, runs, found, out)


def show(page: Page, trial: Trial, found: Sequence[Judgement]) -> None:
    """The verdicts as a table, then the evidence for each."""
    from powersim.cli.console import Cell, Column, Table
    from powersim.verdict.words import STYLES, evidence, in_short, under

    page.line(trial.scenario.title, "bold")
    page.line(_design(trial))
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


def _design(trial: Trial) -> str:
    from powersim.effects.results import CERTAIN

    theories = counted(len(trial.theories), "theory", "theories")
    return (
        f"{trial.draws} places under {theories} = {trial.draws * len(trial.theories)} draws of the assumptions, "
        f"{trial.lucks} lucks each, {counted(len(trial.branches), 'branch', 'branches')}, seed {trial.seed}"
        + (f"; priors {CERTAIN}" if trial.certain else "")
    )


def _again(trial: Trial) -> str:
    """The command that computes the same, however it was interrupted."""
    from powersim.sim import provenance

    whole = len(trial.hypotheses) == len(trial.scenario.hypotheses)
    named = [] if whole else ["--hypotheses", ",".join(h.id for h in trial.hypotheses)]
    numbers = ["--draws", str(trial.draws), "--lucks", str(trial.lucks), "--seed", str(trial.seed)]
    changed = [part for key, value in trial.opened.overrides.items() for part in ("--set", f"{key}={value}")]
    return provenance.command_line(["verdict", trial.opened.name, *named, *numbers, *changed, "--out", "DIR"])


def _write(page: Page, runs: Runs, found: Sequence[Judgement], out: Path) -> None:
    from powersim.figures import letters
    from powersim.figures.section import Figure
    from powersim.figures.style import save, styled
    from powersim.files.writing import subfolder
    from powersim.verdict import words
    from powersim.verdict.figures import alternative, draw_verdicts
    from powersim.verdict.study import NAME

    trial, folder = runs.trial, subfolder(out, NAME)
    words.write_verdicts(found, folder / words.VERDICTS_FILE)
    words.write_evidence(found, trial.theories, folder / words.EVIDENCE_FILE)
    figure = None
    if any(one.finding is not None for one in found):
        page.note("drawing the figure")
        with styled():
            drawing = draw_verdicts(found, trial.scenario.title, trial.lucks)
            save(drawing, folder, ("png", "svg"))
        letters.tell(drawing.boxes, page.note)
        figure = Figure(words.FIGURE_FILE, alternative(found), drawing.caption)
    words.section(found, _design(trial), figure, _again(trial)).write(out)
    page.note(f"written to {folder}: {words.VERDICTS_FILE}, {words.EVIDENCE_FILE}, figure, section.json")


COMMANDS: tuple[tuple[Callable[..., None], str], ...] = (
    (
        verdict,
        """\b
Examples:
  powersim verdict scenarios/missile_defense_2009.yaml --out out/flagship
  powersim verdict my.yaml --hypotheses H1,H3
  powersim verdict my.yaml --draws 40 --lucks 60 --seed 7 --out out/my
  powersim verdict my.yaml --out out/my --resume          go on after an interruption
""",
    ),
)
"""Commands with their examples."""
