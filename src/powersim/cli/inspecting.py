"""Commands that compute nothing: check, schema, examples, new, list, explain. (`check --base-rates` runs histories.)"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from powersim.cli.guard import complain
from powersim.cli.options import MISTAKE, Detail, Files, Overrides, Quiet, Seed, guarded, needs, overrides
from powersim.cli.spelling import flags

if TYPE_CHECKING:
    from powersim.cli.console import Page

RATE_RUNS = 100  # runs under each theory for the table of base rates
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
    from powersim.cli import console, digest
    from powersim.errors import PowersimError
    from powersim.run.opened import open_scenario

    page = console.Page(quiet)
    given = overrides(set_)
    for option, value in (("--record", record), ("--branch", branch), ("--runs", runs), ("--seed", seed)):
        needs(option, value is not None, "--base-rates", base_rates)
    failed = False
    for path in files:
        try:
            opened = open_scenario(path, given)
        except PowersimError as error:
            sys.stdout.flush()
            complain(error.spelled(flags))
            failed = True
            continue
        if not quiet:
            digest.show(page, str(path), opened, detail=detail)
        if base_rates:
            from powersim.cli import plausible

            plausible.show(page, opened, path, record, branch, runs or RATE_RUNS, seed)
    if failed:
        raise typer.Exit(MISTAKE)
    page.next("compare" if len(opened.branches) > 1 else "run", files[-1])


@guarded
def schema() -> None:
    """Print the JSON Schema of scenarios, for editors.

    An editor that knows it completes keys and marks mistakes as you type.
    """
    from powersim.cli import console
    from powersim.files.plain import plain_json
    from powersim.scenario.template import json_schema

    console.put(plain_json(json.dumps(json_schema(), indent=2, ensure_ascii=False)) + "\n")


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
    from powersim.cli import console, listing

    page = console.Page(quiet)
    page.tables([listing.library()])
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
    from powersim.cli import console, listing
    from powersim.errors import PowersimError
    from powersim.run.opened import open_scenario, unknown_name

    if kind not in listing.KINDS:
        raise PowersimError(unknown_name(kind, listing.KINDS, "kind"))
    if file is None and kind not in listing.WITHOUT_FILE:
        raise PowersimError(f"list {kind}: needs a scenario, e.g. powersim list {kind} my.yaml")
    needs("--set", bool(set_), "FILE", file is not None)
    scenario = open_scenario(file, overrides(set_)).scenario if file is not None else None
    page, found = console.Page(quiet), listing.table(kind, scenario)
    page.tables([found])
    if found.rows:
        page.next("explain", found.rows[0][0], *([] if file is None else [file]))


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
    page.next("list", "parameters") if file is None else page.next("check", file)


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
  powersim check my.yaml --set issues.radar.start=0.2
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
        schema,
        """\b
Examples:
  powersim schema > powersim.schema.json
""",
    ),
)
"""Commands with their examples."""
