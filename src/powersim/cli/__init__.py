"""The command line: parses, calls a study, prints. `powersim --help` shows what there is."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import typer

from powersim.cli import (
    drawing,
    elasticities,
    forecast,
    given,
    inspecting,
    playing,
    reporting,
    results,
    running,
    sensitivity,
    serving,
    verdict,
    why,
)
from powersim.cli.guard import guarded, hearing, mend_streams

EXAMPLES = """\b
Examples:
  powersim examples                          scenarios that come with powersim: run them by name
  powersim new my.yaml                       write a scenario with every key explained
  powersim check my.yaml                     is it well formed?
  powersim compare my.yaml --out out/my      what do its branches change?
  powersim results out/my                   what a folder of results holds, and its tables
  powersim figures out/my                   every figure of it
  powersim tell my.yaml --run 7              the story of one run
  powersim play my.yaml --as RUS             decide for an actor, turn by turn
  powersim app my.yaml                       a page to play with, in the browser
  powersim why my.yaml --outcome war         which mechanisms make the difference?
  powersim report out/my                     all of it on one page
"""


MODULES = (
    inspecting, running, results, drawing, verdict, why, sensitivity, elasticities, given, playing, serving, forecast,
    reporting,
)  # fmt: skip


def _app(panels: bool = False, only: str = "") -> typer.Typer:
    """All commands, or the one of a name."""
    from powersim.scenario.library import documents

    app = typer.Typer(
        help="Agent-based strategic simulation of world politics: counterfactuals with every assumption stated.",
        epilog=f"{EXAMPLES}\n\b\nDocuments, beginning with tutorial.md:\n  {documents()}\n",
        rich_markup_mode="rich" if panels else None,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for command, examples in (each for module in MODULES for each in module.COMMANDS):
        if only in ("", name := _name(command)):
            app.command(name=name, epilog=examples, no_args_is_help=False)(command)
    app.callback(invoke_without_command=True)(_top)
    return app


def _name(command: Callable[..., None]) -> str:
    return command.__name__.rstrip("_")


@cache
def _command(panels: bool, only: str = "") -> Callable[..., Any]:
    """All commands as one, made once: whoever calls many in a process (the tests) need not wait for it each time."""
    return typer.main.get_command(_app(panels, only))


def _asked(words: Sequence[str]) -> str:
    """The command that is named first: to make all of them takes a tenth of the start. Empty where it is none."""
    known = {_name(command) for module in MODULES for command, _ in module.COMMANDS}
    return words[0] if words and words[0] in known else ""


def _top(
    version: bool = typer.Option(False, "--version", help="Print the version and leave.", is_eager=True),
) -> None:
    if version:
        from importlib import metadata

        sys.stdout.write(metadata.version("powersim") + "\n")
        raise typer.Exit


def main() -> None:
    """Entry point. Leaves with 0, with 2 for a mistake in what was asked, with 128 + n after signal n."""
    # Histories have threads of their own: those that numpy and scipy start for large matrices would only be in the way.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Nor do schemas have plugins: to look for some reads the metadata of all that is installed.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Much is made at the start and stays: to look for garbage among it, time and again, takes a tenth of the start.
    gc.set_threshold(100_000, 20, 100)
    # Threads that compute seldom need the interpreter's lock, and then briefly: whoever holds it lets them in soon.
    sys.setswitchinterval(0.0005)
    atexit.register(gc.freeze)  # nor once more at the end, where it would take longer than all else
    mend_streams()
    with hearing():
        # Panels are for people; a pipe gets plain text.
        guarded(lambda: _command(sys.stdout.isatty(), _asked(sys.argv[1:]))(prog_name="powersim"))()
