"""Games: a seat at the table, a played history beside simulated ones, bots against each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from powersim._words import counted
from powersim.errors import ArgumentError, PowersimError, whole
from powersim.files.table import mark, write_table
from powersim.files.writing import check_folder, check_target, subfolder
from powersim.play import saved
from powersim.play.beside import Beside, Match, beside, tournament
from powersim.play.game import Game
from powersim.run import work
from powersim.run.listener import Count, Listener, heard
from powersim.run.opened import unknown_name
from powersim.run.plan import LAST_RUN, Plan
from powersim.run.stages import announce, check_work
from powersim.story import phrases
from powersim.story.events import read
from powersim.story.selection import Selection, select
from powersim.story.story import MAIN, tell
from powersim.story.telling import names
from powersim.world.state import Floats

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from powersim.play.decisions import Bot
    from powersim.study.tales import About, Tale

RUNS = 1000
HEAD = ("outcome", "title", "unit", "played", "model", "mean", "p05", "p50", "p95", "percentile", "runs")
FILE, FIGURES = "play.csv", "figures"


class Telling:
    """The words of `tell`, for players."""

    def __init__(self, plan: Plan) -> None:
        self.names = names(plan.scenario, plan.built.setup)

    def happened(self, log: Floats, first: int) -> list[tuple[str, frozenset[str]]]:
        """What makes a story, from a row of the chronicle on."""
        events = select(read(log, self.names), Selection(topics=frozenset(MAIN)))
        return [
            ("\n    ".join((entry.text, *entry.details)), entry.actors)
            for entry in tell(events, self.names)
            if entry.seqs[-1] >= first
        ]

    def leg(self, giver: int, leg: int, value: float) -> str:
        """What one leg of a deal does."""
        return phrases.leg(self.names, giver, leg, value)

    def position(self, control: int, value: float) -> str:
        """A control and where it stands."""
        return f"{self.names.controls[control].title} at {phrases.position(self.names, control, value)}"


@dataclass(frozen=True, repr=False)
class Standing:
    """A played history beside simulated ones."""

    who: str
    runs: int
    rows: list[Beside]

    @property
    def finding(self) -> str:
        """How the player came off, in a sentence."""
        from powersim.play.figures import finding

        return finding(self.rows, self.who)

    @property
    def lines(self) -> list[tuple[object, ...]]:
        """The rows under the columns of play.csv."""
        return [
            (r.outcome, r.title, r.unit, r.played, r.model, r.mean, *r.spread, r.percentile, self.runs)
            for r in self.rows
        ]

    @property
    def table(self) -> pd.DataFrame:
        """A row an outcome, the player's own utility first: a tidy DataFrame."""
        import pandas as pd

        return pd.DataFrame(self.lines, columns=list(HEAD))

    def plot(self) -> Figure:
        """Where the played history lies in each distribution."""
        from powersim.figures.style import styled
        from powersim.play.figures import draw_beside

        with styled():
            return draw_beside(self.rows, self.who, self.runs).figure

    def write(self, folder: str | Path, notice: Callable[[str], None] | None = None) -> list[Path]:
        """Write the table and the figure into a folder. notice: told of letters that no font has, else a warning."""
        from powersim.figures.press import print_all
        from powersim.figures.saving import FORMATS
        from powersim.play.figures import draw_beside

        where = cleared(Path(folder))
        table = write_table(subfolder(where) / FILE, HEAD, self.lines)
        draw = [lambda rows: draw_beside(rows, self.who, self.runs)]
        (printed,) = print_all(self.rows, draw, subfolder(where, FIGURES), FORMATS, notice=notice)
        return [table, *printed.files]

    def __repr__(self) -> str:
        return f"{self.finding}\n{self.table.drop(columns=['title', 'unit', 'runs']).to_string(index=False)}"


class Play(Game):
    """A game of one player that can be saved, and set beside simulated histories when it is over."""

    @property
    def actor(self) -> str:
        """The player's code."""
        return self.actors[0]

    def save(self, file: str | Path) -> Path:
        """Write down what was decided; `Study.play(..., resume=file)` goes on from there."""
        return saved.save(self, Path(file))

    def beside(
        self,
        runs: int = RUNS,
        *,
        everything: bool = False,
        out: str | Path | None = None,
        workers: int | None = None,
        progress: Listener | Count | None = None,
    ) -> Standing:
        """The history beside `runs` simulated ones of its branch and theory; PowersimError before its end.

        everything: all outcomes, not only the headline ones. out: a folder for the table and a figure.
        """
        self._ended()
        check_asked(runs, workers, None if out is None else Path(out))
        by = heard(progress)
        with by.progress("simulating", runs) as tick:
            rows = beside(self, runs, workers or work.workers(), tick, everything)
        title = next(a.title for a in self.plan.scenario.actors if a.code == self.actor)
        found = Standing(title, runs, rows)
        if out is not None:
            found.write(out, by.note)
        return found

    def tell(self, **about: Unpack[About]) -> Tale:
        """What happened in the game: its story, see `Study.tell`; PowersimError before its end."""
        from powersim.study.tales import played, wanted

        self._ended()
        return played(self.plan, self.run, wanted(self.plan, **about), self.actor, self.path())

    def _ended(self) -> None:
        if not self.over:
            raise PowersimError(f"the game is at {self.date}: it has to come to its end first")

    def __repr__(self) -> str:
        where = "over" if self.over else f"at {self.date}, {self.stop} of {self.case.turns + 1} times decided"
        return f"<{self.labels.title}: {self.actor}, seed {self.plan.seed}, run {self.run}; {where}>"


@dataclass(frozen=True, repr=False)
class Tournament:
    """Bots over many runs, each game paired with what the model makes of the same luck."""

    actors: tuple[str, ...]
    runs: int
    rows: list[Match]

    @property
    def table(self) -> pd.DataFrame:
        """A row an outcome, utilities first; difference: as played, less the model; 95 % interval over runs."""
        import pandas as pd

        head = ("outcome", "played", "model", "difference", "low", "high")
        lines = [
            (r.outcome, r.played, r.model, r.difference.value, r.difference.low, r.difference.high)
            for r in self.rows
        ]
        return pd.DataFrame(lines, columns=list(head))

    def __repr__(self) -> str:
        who = ", ".join(self.actors)
        heading = f"{who} over {counted(self.runs, 'run')}, against the model's own play"
        return f"{heading}\n{self.table.to_string(index=False)}"


def cleared(folder: Path) -> Path:
    """The folder; PowersimError if something of others is where the table and the figures will be."""
    check_folder(folder, FIGURES)
    check_target(folder / FILE, mark(HEAD))
    return folder


def check_asked(runs: int, workers: int | None, out: Path | None) -> None:
    """PowersimError, before a game is played, for what cannot be at its end."""
    work.check_runs(runs)
    check_work(workers)
    if out is not None:
        cleared(out)


def opened(plan: Plan, actor: str, run: int, resume: Path | None, listener: Listener) -> Play:
    """A game at its opening, or where one that was saved stands."""
    run = whole("run", run, 0, LAST_RUN)
    check_actor(plan, actor)
    found = None
    if resume is not None:
        found = saved.load(resume)
        saved.agrees(resume, found.game, saved.facts(plan, actor, run))
    announce(listener)
    game = Play(plan, (actor,), run, Telling(plan))
    if found is not None:
        game.replay(found.decisions)
    return game


def contest(plan: Plan, bots: Mapping[str, Bot], runs: int, listener: Listener) -> Tournament:
    """Bots over runs of a plan's first branch and theory."""
    work.check_runs(runs)
    if not bots:
        raise ArgumentError("bots", 'found none; allowed: {actor: function}, e.g. {"EAST": bot}')
    for code in bots:
        check_actor(plan, code)
    announce(listener)
    with listener.progress("playing", runs) as tick:
        rows = tournament(plan, bots, runs, Telling(plan), tick)
    return Tournament(tuple(bots), runs, rows)


def check_actor(plan: Plan, code: str) -> None:
    """PowersimError for an actor that the scenario does not have."""
    known = [actor.code for actor in plan.scenario.actors]
    if code not in known:
        raise PowersimError(unknown_name(code, known, "actor"))
