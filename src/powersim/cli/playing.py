"""`powersim play`: a seat at the table, in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from powersim.cli.options import (
    Branch,
    File,
    NoPriors,
    Out,
    Overrides,
    Quiet,
    Seed,
    Theory,
    Workers,
    changes,
    guarded,
)

if TYPE_CHECKING:
    from powersim.cli.console import Page
    from powersim.cli.table_talk import Draft
    from powersim.study.games import Play


@guarded
def play(
    file: File,
    as_: Annotated[str, typer.Option("--as", metavar="ACTOR", help="Code of the actor that you decide for.")],
    branch: Branch = None,
    theory: Theory = None,
    run: Annotated[
        int | None, typer.Option("--run", metavar="R", help="Number of the run, from 0; default: 0.", min=0)
    ] = None,
    seed: Seed = None,
    save: Annotated[
        Path | None,
        typer.Option(
            "--save", metavar="FILE", help="Where the game is saved; default: NAME-ACTOR.play.json."
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the game that is saved there.")
    ] = False,
    runs: Annotated[
        int,
        typer.Option(
            "--runs", metavar="N", help="Simulated histories beside yours at the end; default: 1000."
        ),
    ] = 1000,
    out: Out = None,
    workers: Workers = None,
    set_: Overrides = None,
    no_priors: NoPriors = False,
    quiet: Quiet = False,
) -> None:
    """Decide for an actor, turn by turn; at the end see your history among simulated ones.

    Whatever you do not decide is decided as the model would. The others, luck and all rules are those of any run.
    """
    from powersim.cli import console
    from powersim.cli.briefed import standing_table
    from powersim.errors import PowersimError, Stopped
    from powersim.files.writing import check_folder, check_target
    from powersim.play import saved
    from powersim.study.games import check_asked
    from powersim.study.study import Study

    page = console.Page(quiet)
    check_asked(runs, workers, out)
    place = save or Path(f"{file.stem}-{as_}{saved.ENDING}")
    check_folder(place.parent)
    if place.is_symlink():
        check_target(place, saved.MARK)
    laid = changes(set_, no_priors)
    if resume:
        found = saved.load(place).game
        laid, seed = {**found.overrides, **laid}, found.seed if seed is None else seed
    elif place.exists():
        raise PowersimError(
            f"{place}: is there already; --resume goes on with a game, --save FILE names another place"
        )
    game = Study(file, seed=seed, overrides=laid).play(
        as_, branch=branch, theory=theory, run=run, resume=place if resume else None, progress=page
    )
    here = ["play", str(file), "--as", as_, *(["--save", str(save)] if save else []), "--resume"]
    try:
        if not _played(page, game, place):
            page.note(f"saved: {place}")
            page.next(*here)
            return
        standing = game.beside(runs, workers=workers, out=out, progress=page)
    except KeyboardInterrupt:
        game.save(place)
        raise Stopped(game.stop, game.case.turns + 1, "decisions", place) from None
    page.line()
    page.line(standing.finding, "bold")
    page.tables([standing_table(standing)])
    if out is not None:
        page.note(f"written: {out}")
    page.next("tell", file, "--game", place)


def _played(page: Page, game: Play, place: Path) -> bool:
    """Ask and carry out until the end; False when the player leaves before."""
    from powersim.cli.briefed import brief, menu_table, news
    from powersim.cli.table_talk import HELP, Draft, heard, unknown
    from powersim.errors import PowersimError

    lines = _lines(game)
    page.line(f"{game.plan.scenario.title}: {game.actor}", "bold")
    page.line("`help` says what can be decided; an empty line leaves the rest to the model and goes on.")
    while not game.over:
        briefing = game.briefing()
        draft = Draft.after(game.decided[-1][game.actor] if game.decided else None)
        brief(page, briefing)
        decided = False
        while not decided:
            line = next(lines, None)
            if line is None or line in ("quit", "exit"):
                game.save(place)
                return False
            word, _, rest = line.partition(" ")
            try:
                if word in ("", "next"):
                    decided = True
                elif word == "help":
                    page.fields(HELP)
                elif word == "show":
                    brief(page, briefing, everything=True)
                elif word == "news":
                    news(page, briefing.happened)
                elif word == "menu":
                    page.tables([menu_table(briefing, rest.strip())])
                elif word == "save":
                    page.note(f"saved: {_saved(game, rest.strip() or place)}")
                elif word == "undo":
                    game.undo(rest.strip() or None)
                    break
                elif heard(draft, line, briefing):
                    _repeat(page, game, draft)
                else:
                    raise PowersimError(unknown(line))
            except PowersimError as error:
                page.line(str(error), "red")
        if decided:
            game.decide(draft.decisions)
            game.save(place)
    news(page, game.news())
    return True


def _saved(game: Play, place: str | Path) -> Path:
    """Save where the player says; what the machine says against it is no end of the game."""
    from powersim.cli.guard import explained
    from powersim.errors import PowersimError

    try:
        return game.save(place)
    except OSError as error:
        raise PowersimError(explained(error)) from error


def _lines(game: Play) -> Iterator[str]:
    """Lines as they are typed, with a prompt on a terminal, or as they come from a pipe."""
    while True:
        try:
            line = input(f"{game.date}> ") if sys.stdin.isatty() else sys.stdin.readline()
        except EOFError:
            return
        if not line and not sys.stdin.isatty():
            return
        yield line.strip()


def _repeat(page: Page, game: Play, draft: Draft) -> None:
    """Say what is decided so far, a proposal with its price."""
    from powersim.cli.briefed import priced

    d = draft.decisions
    for each in d.propose:
        offer = game.proposed(game.actor, each)
        page.line("  proposed: " + priced(offer, game.actor))
    said = [f"decline {n}" for n in d.decline]
    said += [f"{name} to {target:g}" for name, target in d.policy.items()]
    orders = [*d.fronts.items(), *d.strikes.items(), *((f"deal {n}", o) for n, o in d.deals.items())]
    said += [f"{name}: {order}" for name, order in orders]
    page.line(f"  decided: {'; '.join(said)}" if said else "  decided: the rest is the model's")


COMMANDS: tuple[tuple[Callable[..., None], str], ...] = (
    (
        play,
        """\b
Examples:
  powersim play two_powers --as EAST
  powersim play missile_defense_2009 --as RUS --branch keep --run 7 --out out/rus
  powersim play two_powers --as EAST --resume               go on where you left
  powersim play two_powers --as EAST --save mine.play.json --runs 5000
""",
    ),
)
"""Commands with their examples."""
