"""`powersim tell`: one run as a chronicle, several as tables, two branches side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from powersim.cli.spelling import carried, names

if TYPE_CHECKING:
    from powersim.cli.console import Page
    from powersim.story.story import Entry
    from powersim.study.tales import About, Chronicles, Tale, TwoTales

STYLES = {
    "deal": "green", "breach": "yellow", "war": "red", "strike": "red", "crisis": "yellow", "event": "bold",
    "arms": "cyan", "belief": "magenta",
}  # fmt: skip

ALL = "all"
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
    game: Annotated[
        Path | None,
        typer.Option(
            "--game", metavar="FILE", help="Instead of a run, a game of FILE that was played to its end."
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
    plot: Annotated[
        Path | None,
        typer.Option(
            "--plot", metavar="FILE", help="With --diff: draw both as a timeline: .png, .svg or .pdf."
        ),
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
    from powersim.study.study import Study
    from powersim.study.tales import TABLES, check_out, check_picture

    page = console.Page(quiet)
    excludes("--runs", runs is not None, {"--run": run})
    excludes(
        "--world", world is not None, {"--run": run, "--runs": runs, "--diff": diff, "--section": section}
    )
    excludes(
        "--game", game is not None,
        {"--branch": branch, "--theory": theory, "--run": run, "--runs": runs, "--world": world, "--seed": seed,
         "--diff": diff, "--section": section, "--engine": engine},
    )  # fmt: skip
    ignored = {
        "--out": out, "--format": as_, "--engine": engine, "--actor": actor, "--issue": issue,
        "--mechanism": mechanism, "--kind": kind, "--from": first, "--to": last,
    }  # fmt: skip
    excludes("--section", section is not None, ignored | {"--plot": plot})
    if plot is not None and not diff:
        raise PowersimError("--plot: draws two branches; e.g. --diff keep,cancel --plot both.png")
    form = _form(out, as_)
    named = _two(diff, branch) if diff else names(branch)
    study = Study(file, seed=seed, overrides=changes(set_, no_priors))
    again = carried(seed=seed, set_=set_, no_priors=no_priors)
    about: About = {
        "actors": names(actor), "issues": names(issue), "mechanisms": names(mechanism), "kinds": names(kind),
        "first": first, "last": last,
    }  # fmt: skip
    if game is not None:
        _game(page, file, game, form, out, changes(set_, no_priors), about)
        return
    numbers = _runs(run or 0, runs)
    alone = None if named is None else tuple(dict.fromkeys(named))  # --diff sets a branch beside itself too
    many = study.tell_many(
        numbers, alone if diff else named, names(theory), engine=engine, progress=page, **about
    )
    branches, theories = named if diff and named else many.plan.labels, many.plan.theories
    if section is not None:
        if not diff:
            raise PowersimError("--section: shows two branches; e.g. --diff keep,cancel --section out/study")
        if len(theories) > 1:
            raise PowersimError(
                f"--section: found {len(theories)} theories; allowed: one, e.g. --theory NAME"
            )
        median = numbers.stop if runs else None
        path = study.tell_in_report(
            section, branches, median, run=run or 0, theory=theories[0], progress=page
        )
        page.note(f"written: {path}")
        page.next("report", section)
        return
    single = len(numbers) == len(theories) == 1 and (bool(diff) or len(branches) == 1)
    if diff and (form in TABLES or not single):
        raise PowersimError("--diff: is about one run under one theory, as text, Markdown or JSON")
    if form not in (*TABLES, "json") and not single:
        raise PowersimError(
            "several runs, branches or theories make a table: --out FILE.sqlite, .parquet, .csv or .json"
        )
    if world is not None and (form in TABLES or not single):
        raise PowersimError("--world: is one story under one theory, as text, Markdown or JSON")
    if out is not None:
        check_out(out, form)
    if plot is not None:
        check_picture(plot)
    if form in TABLES or not single:
        _table(page, many, form, out)
        under = carried(theory=None if theory is None else theories[0])
        page.next("tell", file, "--branch", branches[0], *under, "--run", numbers[0], *again)
        return
    one = numbers[0]
    if diff:
        beside = study.tell_apart(branches, one, theory=theories[0], engine=engine, progress=page, **about)
        if plot is None or out is not None:
            _put(page, beside, form, out)
        if plot is not None:
            page.note(f"written: {beside.draw(plot)}")
        page.next("compare", file, "--branches", ",".join(branches), *carried(theories=theory), *again)
        return
    if form == "json" and not kind:
        about["kinds"] = ALL
    tale = study.tell(
        branches[0],
        one,
        theory=theories[0],
        engine=engine,
        world=world,
        folder=file.parent,
        progress=page,
        **about,
    )
    if form == "text" and out is None:
        show(page, tale)
    else:
        _put(page, tale, form, out)
    if world is not None:
        page.next("compare", file, *again)
    elif other := next((name for name in study.opened.branches if name != branches[0]), ""):
        pair = ",".join(name for name in study.opened.branches if name in (branches[0], other))
        page.next("tell", file, "--run", one, "--diff", pair, *carried(theory=theory), *again)
    else:
        page.next("run", file, *carried(theory=theory), *again)


def _game(
    page: Page, file: Path, game: Path, form: str, out: Path | None, laid: dict[str, str], about: About
) -> None:
    """Tell a game that was saved."""
    from powersim.errors import PowersimError
    from powersim.play import saved
    from powersim.study.study import Study
    from powersim.study.tales import TABLES, check_out

    if form in TABLES:
        raise PowersimError("--game: is one story, as text, Markdown or JSON")
    if out is not None:
        check_out(out, form)
    of = saved.load(game).game
    study = Study(file, seed=of.seed, overrides={**of.overrides, **laid})
    played = study.play(of.actor, resume=game, progress=page)
    tale = played.tell(**about)
    if form == "text" and out is None:
        show(page, tale)
    else:
        _put(page, tale, form, out)
    again = carried(
        branch=of.branch, theory=of.theory, run=of.run, seed=of.seed, set_={**of.overrides, **laid}
    )
    page.next("tell", file, *again)


def _two(diff: str, branch: str | None) -> tuple[str, ...]:
    """The two branches of --diff; a name once more is a branch beside itself."""
    from powersim.errors import PowersimError

    both = [name.strip() for name in diff.split(",")]
    if len(both) != 2 or not all(both) or branch is not None:
        raise PowersimError(
            f"--diff: found {diff}; allowed: two branches, without --branch, e.g. --diff keep,cancel"
        )
    return both[0], both[1]


def _form(out: Path | None, asked: str | None) -> str:
    """The format: what is asked, or by the file's suffix."""
    from powersim.errors import PowersimError
    from powersim.run.opened import unknown_name
    from powersim.study.tales import FORMATS, form_of

    if asked is None:
        return "text" if out is None else form_of(out)
    allowed = sorted({*FORMATS.values()})
    form = {"md": "markdown", "txt": "text"}.get(asked, asked)
    if form not in allowed:
        raise PowersimError(unknown_name(asked, allowed, "--format"))
    if out is None and form in ("sqlite", "parquet"):
        raise PowersimError(f"--format {asked}: needs a file, e.g. --out chronicle.{asked}")
    if out is not None and FORMATS.get(out.suffix, form) != form:
        raise PowersimError(f"--format {asked}: found --out {out}; allowed: a suffix that says the same")
    return form


def _runs(run: int, runs: str | None) -> range:
    """The runs asked for: one number, or A..B."""
    from powersim.errors import PowersimError
    from powersim.run.plan import LAST_RUN

    if runs is None:
        return range(run, run + 1)
    written = NUMBERS.fullmatch(runs)
    low, high = (int(written[1]), int(written[2] or written[1])) if written else (0, -1)
    if high < low or high > LAST_RUN:
        raise PowersimError(
            f"--runs: found {runs}; allowed: A..B with A not above B, at most {LAST_RUN}, e.g. --runs 0..99"
        )
    return range(low, high + 1)


def _put(page: Page, found: Tale | TwoTales, form: str, out: Path | None) -> None:
    from powersim.cli.console import put

    if out is None:
        put(found.page(form))
    else:
        page.note(f"written: {found.write(out, form)}")


def _table(page: Page, many: Chronicles, form: str, out: Path | None) -> None:
    from powersim.cli.console import put

    if out is not None:
        page.note(f"written: {' and '.join(map(str, many.write(out, form)))}")
    elif form == "json":
        put(many.json)
    else:
        many.print_csv()


def show(page: Page, tale: Tale) -> None:
    """Print a story on a terminal or into a pipe."""
    from powersim.effects.results import CERTAIN

    plan, found = tale.plan, tale.story
    page.line(plan.scenario.title, "bold")
    drawn = f"; priors {CERTAIN}" if plan.certain else ""
    who = f"; {found.about.facts['played']} played" if "played" in found.about.facts else ""
    page.line(
        f"branch {plan.labels[0]}, theory {plan.theories[0]}, run {tale.run}, seed {plan.seed}{drawn}{who}"
    )
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
  powersim tell my.yaml --branch give_up --theory deterrence --run 7
  powersim tell my.yaml --run 7 --actor WEST,EAST --kind deal,breach --from 2002Q1 --to 2004Q4
  powersim tell my.yaml --run 7 --out run7.md                     also .txt and .json
  powersim tell my.yaml --no-priors                               every number at its central value
  powersim tell my.yaml --runs 0..99 --branch keep,give_up --out chronicle.sqlite     also .parquet and .csv
  powersim tell my.yaml --run 7 --diff keep,give_up               two branches of the same run side by side
  powersim tell my.yaml --run 7 --diff keep,give_up --plot both.png     as a timeline
  powersim tell my.yaml --diff keep,give_up --runs 0..99 --section out/study     the report's part
  powersim tell my.yaml --run 7 --format csv --kind breach        into a pipe
  powersim tell two_powers --game two_powers-EAST.play.json       a game that was played to its end
"""
