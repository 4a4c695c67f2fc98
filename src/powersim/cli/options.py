"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from powersim.cli.guard import INTERRUPTED, MISTAKE, guarded
from powersim.errors import PowersimError

__all__ = ["INTERRUPTED", "MISTAKE", "guarded"]

PRIORS, OFF = "priors", "off"  # the key of a scenario that --no-priors sets

File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help="A scenario, the name of an example, or the provenance.json of a study."
    ),
]
Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Scenarios, or names of examples.")]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Override a parameter (rho=0.5) or any key (issues.radar.start=0.2); may be repeated.",
    ),
]
NoPriors = Annotated[
    bool,
    typer.Option(
        "--no-priors",
        help="Draw no uncertain number: each has its central value in every run, so that it can be followed by hand.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Only results and errors.")]
Branches = Annotated[
    str | None,
    typer.Option("--branches", metavar="A,B,...", help="Branches, the reference first; default: all."),
]
Theories = Annotated[str | None, typer.Option("--theories", metavar="T,...", help="Theories; default: all.")]
Branch = Annotated[str | None, typer.Option("--branch", metavar="B", help="Branch; default: the reference.")]
Theory = Annotated[str | None, typer.Option("--theory", metavar="T", help="Theory; default: the first.")]
Runs = Annotated[int | None, typer.Option("--runs", metavar="N", help="Runs of each; default: 100.")]
Seed = Annotated[
    int | None, typer.Option("--seed", metavar="S", help="Seed of all random draws; default: 1.")
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Folder for results; without it nothing is kept."),
]
Engine = Annotated[
    str | None,
    typer.Option(
        "--engine", metavar="compiled|mesa|dask", help="What computes the runs; all give the same bits."
    ),
]
EngineOfOne = Annotated[
    str | None,
    typer.Option("--engine", metavar="compiled|mesa", help="What computes the run; both give the same bits."),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="With --engine dask: the cluster to use, e.g. tcp://127.0.0.1:8786; default: processes here.",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        metavar="N",
        help="Threads, with dask processes, and processes that draw; default: all processors. Results do not "
        "depend on it.",
    ),
]
Paths = Annotated[
    int | None,
    typer.Option(
        "--paths",
        metavar="N",
        help="Keep whole paths of the first N runs only, which figures draw; default: of all. "
        "Effects use all runs in any case.",
        min=0,
    ),
]
Until = Annotated[
    str | None,
    typer.Option(
        "--until",
        metavar="'OUTCOME[:BRANCH] ci < W'",
        help="Run until half the 95 % interval of the effects on OUTCOME, pooled over theories, is less than W; "
        "at most --runs, default 10000.",
    ),
]
Sampling = Annotated[
    str | None,
    typer.Option(
        "--sampling",
        metavar="independent|antithetic|latin|sobol",
        help="How runs are spread over the uncertain numbers; default: independent.",
    ),
]
GivenDate = Annotated[
    str | None,
    typer.Option(
        "--given",
        metavar="DATE",
        help="Condition on what the scenario's `evidence` says happened until then: 2009Q2.",
    ),
]
WorldCount = Annotated[
    int | None,
    typer.Option(
        "--worlds", metavar="N", help="With --given: worlds under each theory; default: 256.", min=1
    ),
]
Coupling = Annotated[
    str | None,
    typer.Option(
        "--coupling",
        metavar="same|fresh",
        help="Which luck branches share once they have parted: the same (default), or none.",
    ),
]
Detail = Annotated[bool, typer.Option("--detail", help="Print everything, not only what matters first.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the results that are in DIR.")]


def overrides(given: Sequence[str] | None) -> dict[str, str]:
    """NAME=VALUE as a mapping; PowersimError for anything else."""
    found: dict[str, str] = {}
    for text in given or ():
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not name or not value:
            raise PowersimError(f"--set: found {text!r}; allowed: NAME=VALUE, e.g. --set rho=0.5")
        if name in found:
            raise PowersimError(f"--set {name}: found {found[name]} and {value}; allowed: each name once")
        found[name] = value
    return found


def needs(option: str, given: bool, other: str, there: bool) -> None:
    """PowersimError for an option that does nothing without another one."""
    if given and not there:
        raise PowersimError(f"{option}: does nothing without {other}; add that, or leave {option} out")


def excludes(option: str, given: bool, others: Mapping[str, object]) -> None:
    """PowersimError for options that have no effect beside another one."""
    for other, value in others.items():
        if given and value is not None:
            raise PowersimError(f"{other}: does nothing beside {option}; leave one of them out")


def changes(given: Sequence[str] | None, no_priors: bool) -> dict[str, str]:
    """What --set and --no-priors lay over the scenario; PowersimError where they contradict each other."""
    found = overrides(given)
    if no_priors and found.get(PRIORS, OFF) != OFF:
        raise PowersimError(
            f"--no-priors: found --set {PRIORS}={found[PRIORS]} too; allowed: one of them, e.g. --no-priors"
        )
    return {**found, PRIORS: OFF} if no_priors else found
