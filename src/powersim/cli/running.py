"""Commands that compute histories: run, compare; tell is in `telling`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from powersim.cli.options import (
    Branch,
    Branches,
    Coupling,
    Detail,
    Engine,
    File,
    GivenDate,
    NoPriors,
    Out,
    Overrides,
    Paths,
    Quiet,
    Resume,
    Runs,
    Sampling,
    Scheduler,
    Seed,
    Theories,
    Theory,
    Until,
    Workers,
    WorldCount,
    changes,
    guarded,
    needs,
)
from powersim.cli.spelling import carried, names
from powersim.cli.telling import EXAMPLES, tell

REPORT, GALLERY = "powersim.cli.comparing", ("powersim.figures.gallery", "dask.array")
"""What `compare` needs when histories are there; xarray loads dask, where there is one, for what figures show."""
NONE = "none"
FIGURES = ("headline", "all", NONE)


@guarded
def run(
    file: File,
    branch: Branch = None,
    theory: Theory = None,
    runs: Runs = None,
    seed: Seed = None,
    out: Out = None,
    engine: Engine = None,
    scheduler: Scheduler = None,
    workers: Workers = None,
    paths: Paths = None,
    resume: Resume = False,
    set_: Overrides = None,
    no_priors: NoPriors = False,
    quiet: Quiet = False,
) -> None:
    """Run one branch under one theory."""
    from powersim.cli import console, levels
    from powersim.study.study import Study

    page = console.Page(quiet)
    needs("--paths", paths is not None, "--out", out is not None)
    study = Study(file, seed=seed, overrides=changes(set_, no_priors))
    found = study.run(
        branch,
        theory,
        runs,
        out=out,
        resume=resume,
        engine=engine,
        workers=workers,
        scheduler=scheduler,
        paths=paths,
        progress=page,
    )
    with found.keeping():
        page.tables([levels.table(found.data)])
    again = carried(theory=theory, seed=seed, set_=set_, no_priors=no_priors)
    page.next("tell", file, "--branch", next(iter(found.labels.branches)), *again)


@guarded
def compare(
    file: File,
    branches: Branches = None,
    theories: Theories = None,
    runs: Runs = None,
    seed: Seed = None,
    out: Out = None,
    sweep: Annotated[
        str | None,
        typer.Option("--sweep", metavar="FROM..TO", help="Move the date of the intervention over a period."),
    ] = None,
    outcomes: Annotated[
        str | None,
        typer.Option(
            "--outcomes", metavar="O,...", help="Outcomes to show, or all; default: the headline ones."
        ),
    ] = None,
    figures: Annotated[
        str | None,
        typer.Option(
            "--figures",
            metavar="headline|all|none",
            help="Figures in DIR/figures: an overview and the outcomes shown (default), or every outcome.",
        ),
    ] = None,
    detail: Detail = False,
    engine: Engine = None,
    scheduler: Scheduler = None,
    workers: Workers = None,
    paths: Paths = None,
    until: Until = None,
    sampling: Sampling = None,
    given: GivenDate = None,
    worlds: WorldCount = None,
    by_evidence: Annotated[
        bool,
        typer.Option("--by-evidence", help="With --given: weigh theories by what the record says of them."),
    ] = False,
    coupling: Coupling = None,
    resume: Resume = False,
    set_: Overrides = None,
    no_priors: NoPriors = False,
    quiet: Quiet = False,
) -> None:
    """Say what branches change, under each theory.

    Effects are differences within runs: the branches of a run share its luck and its draws of uncertain numbers.
    """
    from powersim.cli import console
    from powersim.errors import PowersimError
    from powersim.files.writing import check_folder
    from powersim.run.opened import unknown_name
    from powersim.run.work import workers as processors
    from powersim.study.study import Study

    if figures is not None and figures not in FIGURES:
        raise PowersimError(unknown_name(figures, FIGURES, "--figures"))
    needs("--figures", figures not in (None, NONE), "--out", out is not None)
    needs("--paths", paths is not None, "--out", out is not None)
    figures = figures or FIGURES[0]
    drawn = out is not None and figures != NONE
    page = console.Page(quiet, ahead=(REPORT, *(GALLERY if drawn else ())))
    study = Study(
        file, names(branches), names(theories), seed, overrides=changes(set_, no_priors), sampling=sampling
    )
    if out is not None and out.exists() and figures != NONE:
        check_folder(out, "figures")
    if given is not None:
        study = study.given(given)
    found = study.compare(
        runs,
        until=until,
        sweep=sweep,
        outcomes=names(outcomes) or None,
        out=out,
        resume=resume,
        engine=engine,
        workers=workers,
        scheduler=scheduler,
        paths=paths,
        worlds=worlds,
        by_evidence=by_evidence,
        coupling=coupling,
        progress=page,
    )
    from powersim.cli import comparing

    with found.keeping():
        everywhere, processes = outcomes is not None, workers or processors()
        comparing.report(
            page, found, branches is not None, figures, processes, every=everywhere, detail=detail
        )
    kept = () if out is None else ("--out", out)
    laid = changes(set_, no_priors)
    if found.pairs and not sweep and found.labels.outcomes:
        page.next("why", file, "--branches", ",".join(comparing.telling(found)), *kept,
                  *carried(theories=theories, seed=seed, set_=laid))  # fmt: skip
    elif out is not None:
        page.next("report", out)
    else:
        page.next("tell", file, *carried(seed=seed, set_=laid))


COMMANDS: tuple[tuple[Callable[..., None], str], ...] = (
    (
        run,
        """\b
Examples:
  powersim run missile_defense_2009 --branch replace --runs 200
  powersim run my.yaml --theory spiral --seed 7 --out out/spiral
  powersim run my.yaml --runs 1 --engine mesa
  powersim run my.yaml --runs 1 --no-priors            one history that can be followed by hand
  powersim run my.yaml --runs 100000 --out out/many --engine dask --scheduler tcp://127.0.0.1:8786
""",
    ),
    (
        compare,
        """\b
Examples:
  powersim compare my.yaml                                  all branches, all theories, 100 runs
  powersim compare my.yaml --branches keep,give_up --runs 1000 --seed 7 --out out/my
  powersim compare my.yaml --detail                         every outcome shown by theory and branch
  powersim compare my.yaml --set rho=0.5 --theories deterrence,spiral
  powersim compare my.yaml --branches keep,give_up --sweep 2002Q1..2003Q4
  powersim compare my.yaml --out out/my --outcomes all --figures all
  powersim compare my.yaml --runs 5000 --out out/my --resume     go on after an interruption
  powersim compare my.yaml --until 'war ci < 0.01' --runs 20000  until the effects are known to ±0.01
  powersim compare my.yaml --runs 1000000 --paths 5000 --out out/long
  powersim compare missile_defense_2009 --given 2009Q2      also in worlds that went as ours did until then
  powersim compare out/my/provenance.json --out out/again        compute a study again
""",
    ),
    (tell, EXAMPLES),
)
"""Commands with their examples."""
