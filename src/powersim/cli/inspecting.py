"""Commands that compute nothing: check, schema, examples, new, list, explain. (`check --base-rates` runs histories.)"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from powersim.cli.guard import complain
from powersim.cli.options import (
    MISTAKE,
    Detail,
    File,
    Files,
    Overrides,
    Quiet,
    Seed,
    guarded,
    needs,
    overrides,
)
from powersim.cli.spelling import carried, flags, names

if TYPE_CHECKING:
    from powersim.cli.console import Page
    from powersim.study.answers import BaseRates
    from powersim.study.checking import Checked

RATE_RUNS = 100  # runs under each theory for the table of base rates
NUMBERS, TEXTS = ("value", "start", "power", "economy"), ("unit", "meaning", "control")  # columns of `list`
ALL = "all"
OptionalFile = Annotated[
    Path | None, typer.Argument(metavar="[FILE]", help="A scenario, or the name of an example.")
]


@guarded
def check(
    files: Files,
    base_rates: Annotated[
        bool,
        typer.Option("--base-rates", help="Also run histories and set their base rates beside the record."),
    ] = False,
    record: Annotated[
        Path | None,
        typer.Option("--record", metavar="FILE", help="Record; default: record/*.yaml beside FILE."),
    ] = None,
    branch: Annotated[
        str | None,
        typer.Option("--branch", metavar="B", help="With --base-rates: branch; default: the reference."),
    ] = None,
    runs: Annotated[
        int | None,
        typer.Option(
            "--runs",
            metavar="N",
            help=f"With --base-rates: runs under each theory; default: {RATE_RUNS}.",
            min=1,
        ),
    ] = None,
    seed: Seed = None,
    detail: Detail = False,
    set_: Overrides = None,
    quiet: Quiet = False,
) -> None:
    """Say "ok" with a digest, or every mistake at once."""
    from powersim.cli import console
    from powersim.errors import PowersimError
    from powersim.study.checking import check as checked

    page = console.Page(quiet)
    given = overrides(set_)
    for option, value in (("--record", record), ("--branch", branch), ("--runs", runs), ("--seed", seed)):
        needs(option, value is not None, "--base-rates", base_rates)
    failed = False
    for path in files:
        try:
            found = checked(path, given, detail=detail)
        except PowersimError as error:
            sys.stdout.flush()
            complain(error.spelled(flags))
            failed = True
            continue
        if not quiet:
            _show(page, path, found)
        if base_rates:
            from powersim.study.study import Study

            study = Study(path, theories=ALL, seed=seed, overrides=given)
            _show_rates(
                page, study.base_rates(record, runs or RATE_RUNS, branch=names(branch), progress=page)
            )
    if failed:
        raise typer.Exit(MISTAKE)
    page.next(
        "compare" if len(found.opened.branches) > 1 else "run", files[-1], *carried(seed=seed, set_=set_)
    )


def _show(page: Page, path: Path, found: Checked) -> None:
    """Print "ok", the parts of a scenario, and what its branches will be taken for."""
    page.line(f"{path}: ok", "green")
    page.line(f"  {found.title}", "bold")
    page.fields(found.lines)
    for text in found.warnings:
        page.line(f"  warning: {text}", "yellow")
    for text in found.notes:
        page.line(f"  note: {text}", "dim")
    if readings := found.readings:
        page.line()
        page.line(f"  {found.heading}", "bold")
        page.fields(readings)
    if not found.detail:
        page.line()
        page.line("  all names and readings: --detail", "dim")


def _show_rates(page: Page, found: BaseRates) -> None:
    """Print base rates beside the record."""
    from powersim.cli.console import Cell, Column, Table
    from powersim.plausible.baserates import COLUMNS

    columns = tuple(Column(name, right=2 <= place < 6) for place, name in enumerate(COLUMNS))
    rows = tuple(tuple(Cell(text, "red" if text == "NO" else "") for text in row) for row in found.cells)
    page.line()
    page.tables([Table(columns, rows, found.title)])
    page.line()
    for text in found.findings:
        page.line(text)


@guarded
def schema() -> None:
    """Print the JSON Schema of scenarios, for editors.

    An editor that knows it completes keys and marks mistakes as you type.
    """
    from powersim.cli import console
    from powersim.files.plain import plain_json
    from powersim.scenario.template import json_schema

    console.put(plain_json(json.dumps(json_schema(), indent=2, ensure_ascii=False)) + "\n")
    console.Page(quiet=False).next("new", "my.yaml")


@guarded
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write; must not exist.")],
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="NAME", help="Example to start from (powersim examples lists them)."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Write a commented scenario to start from."""
    from powersim.cli import console
    from powersim.errors import PowersimError
    from powersim.files.writing import write
    from powersim.scenario.template import template

    if not file.parent.is_dir():
        raise PowersimError(f"{file}: there is no folder {file.parent}; make it first, or name another file")
    write(file, template(from_))
    console.Page(quiet).note(f"written: {file}; next: powersim check {file}")


@guarded
def examples(quiet: Quiet = False) -> None:
    """List the scenarios that come with powersim; the name of each stands wherever a file may."""
    from powersim.cli.console import Column, Page, Table
    from powersim.scenario.library import examples as known

    page = Page(quiet)
    columns = (
        Column("name"), Column("actors", right=True), Column("issues", right=True), Column("turns", right=True),
        Column("title", fold=True), Column("question", fold=True),
    )  # fmt: skip
    rows = ((e.name, str(e.actors), str(e.issues), str(e.turns), e.title, e.question) for e in known())
    page.tables([Table(columns, tuple(rows))])
    page.note("next: powersim compare NAME, or powersim new my.yaml --from NAME")


@guarded
def list_(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="outcomes, parameters, mechanisms, ...")],
    file: OptionalFile = None,
    set_: Overrides = None,
    quiet: Quiet = False,
) -> None:
    """List outcomes, parameters, mechanisms or the like.

    Also issues, actors, branches, theories and events of a scenario. Parameters and mechanisms can be listed
    without a scenario: then their defaults are shown.
    """
    from powersim.cli.console import Column, Page, Table
    from powersim.study.listing import names as listed

    needs("--set", bool(set_), "FILE", file is not None)
    page, found = Page(quiet), listed(kind, file, overrides(set_))
    columns = tuple(Column(name, right=name in NUMBERS, fold=name in TEXTS) for name in found.columns)
    page.tables([Table(columns, found.rows)])
    if found.rows:
        page.next("explain", found.rows[0][0], *([] if file is None else [file]), *carried(set_=set_))


@guarded
def explain(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Name of a parameter, mechanism, outcome, issue, ...")
    ],
    file: OptionalFile = None,
    set_: Overrides = None,
    quiet: Quiet = False,
) -> None:
    """Say what a name means: unit, range, source.

    Parameters and mechanisms are known without a scenario; outcomes, issues, goods, actors, branches, theories and
    events need FILE.
    """
    from powersim.cli import console
    from powersim.study.explaining import explain as explained

    needs("--set", bool(set_), "FILE", file is not None)
    page = console.Page(quiet)
    _print(page, explained(name, file, overrides(set_)))
    page.next("list", "parameters") if file is None else page.next("check", file, *carried(set_=set_))


@guarded
def cite(
    file: File,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.bib", help="Write to a file, which must not exist.")
    ] = None,
    set_: Overrides = None,
    quiet: Quiet = False,
) -> None:
    """Print what a scenario stands on as BibTeX: every work and record that its rules, numbers and evidence name.

    A work is one entry, with all that rests on it. What is assumed or judged alone is counted.
    """
    from powersim.cli import console
    from powersim.files.writing import write
    from powersim.study.citing import cite as cited

    found = cited(file, overrides(set_))
    page = console.Page(quiet)
    if out is None:
        console.put(found.bibtex())
    else:
        write(out, found.bibtex())
        page.note(f"written: {out}")
    page.note(
        f"{len(found.references)} references; {len(found.own)} rules and numbers rest on judgement or assumption alone"
    )
    page.next("list", "parameters", file, *carried(set_=set_))


def _print(page: Page, blocks: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> None:
    """Headings, each with lines of label and text."""
    for index, (heading, lines) in enumerate(blocks):
        if index:
            page.line()
        page.line(heading, "bold")
        page.fields(lines)


COMMANDS: tuple[tuple[Callable[..., None], str], ...] = (
    (
        new,
        """\b
Examples:
  powersim new my.yaml
  powersim new my.yaml --from july_1914
""",
    ),
    (
        examples,
        """\b
Examples:
  powersim examples
""",
    ),
    (
        check,
        """\b
Examples:
  powersim check my.yaml
  powersim check my.yaml --detail                  every name, and all that branches will be read as
  powersim check scenarios/*.yaml --quiet
  powersim check my.yaml --set issues.rockets.start=0.1
  powersim check missile_defense_2009 --base-rates
""",
    ),
    (
        list_,
        """\b
Examples:
  powersim list parameters
  powersim list outcomes my.yaml
  powersim list mechanisms my.yaml
""",
    ),
    (
        explain,
        """\b
Examples:
  powersim explain rho
  powersim explain exchange
  powersim explain turn
  powersim explain missile_defense_europe missile_defense_2009
""",
    ),
    (
        cite,
        """\b
Examples:
  powersim cite missile_defense_2009
  powersim cite my.yaml --out my.bib
""",
    ),
    (
        schema,
        """\b
Examples:
  powersim schema > powersim.schema.json
""",
    ),
)
"""Commands with their examples."""
