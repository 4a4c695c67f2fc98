"""`powersim tell`: one run as a chronicle, several as tables, two branches side by side."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from powersim.cli.options import (
    EngineOfOne,
    File,
    NoPriors,
    Overrides,
    Quiet,
    Seed,
    changes,
    excludes,
    guarded,
)
from powersim.cli.spelling import names

if TYPE_CHECKING:
    from powersim.cli.console import Page
    from powersim.run.plan import Plan
    from powersim.run.possible import Possible
    from powersim.story.selection import Selection
    from powersim.story.story import Entry
    from powersim.story.telling import Story

STYLES = {
    "deal": "green", "breach": "yellow", "war": "red", "strike": "red", "crisis": "yellow", "event": "bold",
    "arms": "cyan", "belief": "magenta",
}  # fmt: skip

FORMATS = {
    ".txt": "text", ".md": "markdown", ".json": "json", ".csv": "csv", ".sqlite": "sqlite", ".db": "sqlite",
    ".parquet": "parquet",
}  # fmt: skip
"""Format by suffix."""

TABLES = ("csv", "sqlite", "parquet")
ONE_RUN = ("compiled", "mesa")  # what computes a single history
MOST_RUNS = 100_000
NUMBERS = re.compile(r"([0-9]{1,10})(?:\.\.([0-9]{1,10}))?")


@guarded
def tell(
    file: File,
    branch: Annotated[
        str | None,
        typer.Option("--branch", metavar="B", help="Branch, or several for a table; default: the reference."),
    ] = None,
    theory: Annotated[
        str | None,
        typer.Option("--theory", metavar="T", help="Theory, or several for a table; default: the first."),
    ] = None,
    run: Annotated[
        int | None, typer.Option("--run", metavar="R", help="Number of the run, from 0; default: 0.", min=0)
    ] = None,
    runs: Annotated[
        str | None, typer.Option("--runs", metavar="A..B", help="Several runs, for a table: 0..99.")
    ] = None,
    world: Annotated[
        int | None,
        typer.Option(
            "--world",
            metavar="N",
            help="Instead of a run, a world of the study whose provenance.json FILE is, made with --given.",
            min=0,
        ),
    ] = None,
    seed: Seed = None,
    actor: Annotated[
        str | None, typer.Option("--actor", metavar="A,...", help="Only what these actors take part in.")
    ] = None,
    issue: Annotated[
        str | None, typer.Option("--issue", metavar="I,...", help="Only what is about these issues.")
    ] = None,
    mechanism: Annotated[
        str | None, typer.Option("--mechanism", metavar="M,...", help="Only what these mechanisms did.")
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind",
            "--topic",
            metavar="K,...",
            help="Only these topics or kinds of row, or all: deal, breach, war, belief, offer, ...",
        ),
    ] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="Not before: 2009Q3.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Not after.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE", help="Write to a .txt, .md, .json, .csv, .sqlite or .parquet file."
        ),
    ] = None,
    as_: Annotated[
        str | None, typer.Option("--format", metavar="F", help="text, markdown, json or csv, when printed.")
    ] = None,
    diff: Annotated[
        str | None, typer.Option("--diff", metavar="A,B", help="Two branches of the same run side by side.")
    ] = None,
    section: Annotated[
        Path | None,
        typer.Option(
            "--section",
            metavar="DIR",
            help="With --diff: write the report's part DIR/chronicle, on the median run of --runs.",
        ),
    ] = None,
    engine: EngineOfOne = None,
    set_: Overrides = None,
    no_priors: NoPriors = False,
    quiet: Quiet = False,
) -> None:
    """Tell the story of one run, by date; or everything that happened in many, as tables.

    Who signed what with whom and what each gained, what was breached, which belief moved and why, who attacked whom.
    """
    from powersim.cli import console
    from powersim.errors import PowersimError
    from powersim.run.opened import unknown_name
    from powersim.run.stages import announce
    from powersim.study.tales import wanted as _wanted

    page = console.Page(quiet)
    excludes("--runs", runs is not None, {"--run": run})
    excludes(
        "--world", world is not None, {"--run": run, "--runs": runs, "--diff": diff, "--section": section}
    )
    ignored = {
        "--out": out, "--format": as_, "--engine": engine, "--actor": actor, "--issue": issue,
        "--mechanism": mechanism, "--kind": kind, "--from": first, "--to": last,
    }  # fmt: skip
    excludes("--section", section is not None, ignored)
    if engine is not None and engine not in ONE_RUN:
        raise PowersimError(unknown_name(engine, ONE_RUN, "--engine"))
    run = run or 0
    form = _form(out, as_)
    plan = _plan(file, _two(diff, branch) if diff else branch, theory, seed, changes(set_, no_priors))
    numbers = _runs(run, runs)
    if section is not None and not diff:
        raise PowersimError("--section: shows two branches; e.g. --diff keep,cancel --section out/study")
    if section is not None and len(plan.theories) > 1:
        raise PowersimError(
            f"--section: found {len(plan.theories)} theories; allowed: one, e.g. --theory NAME"
        )
    single = len(numbers) == len(plan.theories) == 1 and (bool(diff) or len(plan.labels) == 1)
    if diff and section is None and (form in TABLES or not single):
        raise PowersimError("--diff: is about one run under one theory, as text, Markdown or JSON")
    if section is None and form not in (*TABLES, "json") and not single:
        raise PowersimError(
            "several runs, branches or theories make a table: --out FILE.sqlite, .parquet, .csv or .json"
        )
    if out is not None and section is None:
        _check(out, form)
    narrow = form in ("text", "markdown") or bool(diff)
    wanted = _wanted(
        plan, names(actor), names(issue), names(mechanism), names(kind), first, last, narrow=narrow
    )
    announce(page)
    if section is not None:
        _section(page, plan, section, numbers if runs else None, run)
        page.next("report", section)
    elif diff:
        _diff(page, plan, numbers[0], wanted, form, out, engine)
        page.next("compare", file, "--branches", ",".join(plan.labels))
    elif world is not None and form not in TABLES:
        from powersim.study.questions import world as possible

        _one(page, plan, world, wanted, form, out, engine, possible(plan, world, file.parent))
    elif form in TABLES or not single:
        _table(page, plan, numbers, wanted, form, out, engine)
    else:
        _one(page, plan, numbers[0], wanted, form, out, engine)
        if other := next((name for name in plan.opened.branches if name != plan.labels[0]), ""):
            page.next("tell", file, "--run", run, "--diff", f"{plan.labels[0]},{other}")


def _plan(
    file: Path, branch: str | None, theory: str | None, seed: int | None, changed: dict[str, str]
) -> Plan:
    """A plan for what is named; for the first branch and theory where nothing is."""
    from powersim.run.opened import open_scenario
    from powersim.run.plan import plan

    opened = open_scenario(file, changed)
    recorded = opened.recorded
    first = (recorded.get("branches") or opened.branches)[0]
    under = (recorded.get("theories") or opened.theories)[0]
    return plan(opened, names(branch) or first, names(theory) or under, seed, swept="")


def _check(out: Path, form: str) -> None:
    """PowersimError, before anything is computed, if a file of another is in the way."""
    from powersim.files.writing import check_target
    from powersim.story import tables

    wanted = tables.targets(out, form) if form in TABLES else [(out, tables.PAGE_MARKS[form])]
    for path, mark in wanted:
        check_target(path, mark)


def _two(diff: str, branch: str | None) -> str:
    """The two branches of --diff; a name once more is a branch beside itself."""
    from powersim.errors import PowersimError

    names = [name.strip() for name in diff.split(",")]
    if len(names) != 2 or not all(names) or branch is not None:
        raise PowersimError(
            f"--diff: found {diff}; allowed: two branches, without --branch, e.g. --diff keep,cancel"
        )
    return ",".join(dict.fromkeys(names))


def _diff(
    page: Page, plan: Plan, run: int, wanted: Selection, form: str, out: Path | None, engine: str | None
) -> None:
    """Two branches of a run side by side."""
    from powersim.study.tales import two_tales

    _put(page, str(getattr(two_tales(plan, run, wanted, engine), form)), form, out)


def _section(page: Page, plan: Plan, folder: Path, runs: range | None, run: int) -> None:
    """The report's part: on the run that is asked for, or on the median one of the first so many."""
    from powersim.files.writing import check_folder
    from powersim.sim.provenance import command_line
    from powersim.story.diff import study as parted

    check_folder(folder, "chronicle")
    command = command_line(sys.argv[1:])
    many = runs.stop if runs is not None else 1
    picked = None if runs is not None else run
    made = parted.section(plan, plan.theories[0], many, command, picked, folder=folder)
    page.note(f"written: {made.write(folder)}")


def _form(out: Path | None, asked: str | None) -> str:
    """The format: what is asked, or by the file's suffix."""
    from powersim.errors import PowersimError
    from powersim.run.opened import unknown_name

    if asked is not None:
        allowed = sorted({*FORMATS.values()})
        form = {"md": "markdown", "txt": "text"}.get(asked, asked)
        if form not in allowed:
            raise PowersimError(unknown_name(asked, allowed, "--format"))
        if out is None and form in ("sqlite", "parquet"):
            raise PowersimError(f"--format {asked}: needs a file, e.g. --out chronicle.{asked}")
        if out is not None and FORMATS.get(out.suffix, form) != form:
            raise PowersimError(f"--format {asked}: found --out {out}; allowed: a suffix that says the same")
        return form
    if out is None:
        return "text"
    if out.suffix not in FORMATS:
        raise PowersimError(
            f"--out: found {out}; allowed suffixes: {', '.join(FORMATS)}, e.g. chronicle.sqlite"
        )
    return FORMATS[out.suffix]


def _runs(run: int, runs: str | None) -> range:
    """The runs asked for: one number, or A..B."""
    from powersim.errors import PowersimError
    from powersim.run.plan import LAST_RUN

    if runs is None:
        if run > LAST_RUN:
            raise PowersimError(f"--run: found {run}; allowed: a whole number from 0 to {LAST_RUN}")
        return range(run, run + 1)
    written = NUMBERS.fullmatch(runs)
    low, high = (int(written[1]), int(written[2] or written[1])) if written else (0, -1)
    if high < low or high > LAST_RUN:
        raise PowersimError(
            f"--runs: found {runs}; allowed: A..B with A not above B, at most {LAST_RUN}, e.g. --runs 0..99"
        )
    found = range(low, high + 1)
    if len(found) > MOST_RUNS:
        raise PowersimError(f"--runs: found {len(found)} runs; allowed: at most {MOST_RUNS}")
    return found


def _one(
    page: Page,
    plan: Plan,
    run: int,
    wanted: Selection,
    form: str,
    out: Path | None,
    engine: str | None,
    world: Possible | None = None,
) -> None:
    """One run as a page for people, or as JSON with its tables."""
    from powersim.study.tales import tale

    found = tale(plan, run, wanted, engine, world)
    if form == "text" and out is None:
        show(page, plan, run, found.story)
        return
    _put(page, str(getattr(found, form)), form, out)


def _put(page: Page, text: str, form: str, out: Path | None) -> None:
    from powersim.cli.console import put
    from powersim.files.plain import plain
    from powersim.files.writing import write
    from powersim.story import tables

    if out is None:
        put(text)
        return
    write(out, plain(text), tables.PAGE_MARKS[form])
    page.note(f"written: {out}")


def _table(
    page: Page,
    plan: Plan,
    runs: Sequence[int],
    wanted: Selection,
    form: str,
    out: Path | None,
    engine: str | None,
) -> None:
    """Events and legs of all runs asked for."""
    from powersim.run.work import COMPILED, simulator
    from powersim.story import tables
    from powersim.story.recording import chronicles

    simulator(engine or COMPILED)
    total = len(runs) * len(plan.labels) * len(plan.theories)
    with page.progress("telling", total) as tick:
        everything = chronicles(plan, runs, wanted, engine or COMPILED, tick)
        if form == "json":
            told = list(everything)
            content: dict[str, Any] = {table: tables.records(told, table) for table in tables.TABLES}
            _put(page, tables.dumped(content), form, out)
            return
        if out is None:
            add = tables.csv_adder({"events": sys.stdout})
            for each in everything:
                add(each)
            return
        with tables.writing(out, form) as add:
            for each in everything:
                add(each)
    page.note(f"written: {out}" + ("" if form == "sqlite" else f" and {tables.beside(out)}"))


def show(page: Page, plan: Plan, run: int, found: Story) -> None:
    """Print a story on a terminal or into a pipe."""
    from powersim.effects.results import CERTAIN

    page.line(plan.scenario.title, "bold")
    drawn = f"; priors {CERTAIN}" if plan.certain else ""
    page.line(f"branch {plan.labels[0]}, theory {plan.theories[0]}, run {run}, seed {plan.seed}{drawn}")
    page.line()
    page.line(found.opening)
    _entries(page, found.entries)
    page.line()
    page.line(found.closing)


def _entries(page: Page, entries: Sequence[Entry]) -> None:
    for date, group in groupby(entries, key=lambda entry: entry.date):
        page.line()
        page.line(date, "bold")
        for entry in group:
            page.line(f"  {entry.text}", STYLES.get(entry.topic, ""))
            for detail in entry.details:
                page.line(f"      {detail}", "dim")
    if not entries:
        page.line()
        page.line("Nothing of the kind happened.")


EXAMPLES = """\b
Examples:
  powersim tell my.yaml --branch cancel --theory deterrence --run 7
  powersim tell my.yaml --run 7 --actor RUS,IRN --kind deal,breach --from 2009Q3 --to 2012Q4
  powersim tell my.yaml --run 7 --out run7.md                     also .txt and .json
  powersim tell my.yaml --no-priors                               every number at its central value
  powersim tell my.yaml --runs 0..99 --branch keep,cancel --out chronicle.sqlite     also .parquet and .csv
  powersim tell my.yaml --run 7 --diff keep,cancel                two branches of the same run side by side
  powersim tell my.yaml --diff keep,cancel --runs 0..99 --section out/study     the report's part
  powersim tell my.yaml --run 7 --format csv --kind breach        into a pipe
"""
