"""What commands that compute for long have in common: what they check first, say meanwhile, and say when stopped."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from powersim.cli.guard import INTERRUPTED, complain
from powersim.errors import PowersimError

if TYPE_CHECKING:
    from powersim.cli.console import Page


def check_work(workers: int | None, *, resume: bool = False, out: Path | None = None) -> None:
    """PowersimError for --workers below 1, or --resume without a folder to go on with."""
    if resume and out is None:
        raise PowersimError("--resume: needs the folder to go on with, e.g. --out out/study --resume")
    if workers is not None and workers < 1:
        raise PowersimError(f"--workers: found {workers}; allowed: a whole number from 1")


def announce(page: Page) -> None:
    """Say so if the rules have yet to be compiled."""
    from powersim.run.work import is_cold, patience

    if is_cold():
        page.note(f"compiling the rules, once: {patience()}")


def leave_stopped(done: int, wanted: int, what: str, out: Path | None) -> NoReturn:
    """Say how far an interrupted study came and how to go on; leave with the exit code of an interruption."""
    kept = "not kept: --out DIR would keep them" if out is None else resumable(out)
    complain(f"stopped after {done} of {wanted} {what}, {kept}")
    raise typer.Exit(INTERRUPTED)


def resumable(out: Path) -> str:
    """That what is in a folder can be gone on with."""
    return f"kept in {out}; add --resume to go on"
