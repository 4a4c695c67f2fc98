"""The part of the face with players: a seat at the table, and bots against each other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from powersim.errors import ArgumentError
from powersim.run import work
from powersim.run.listener import Count, Listener, heard
from powersim.run.opened import LoadedScenario, one_of

if TYPE_CHECKING:
    from powersim.play.decisions import Bot
    from powersim.run.opened import Chosen
    from powersim.run.plan import Plan
    from powersim.study.games import Play, Tournament


class Seats:
    """Games: one player, or bots against each other."""

    opened: LoadedScenario

    def _first(self, branches: Chosen = None, theories: Chosen = None) -> Plan:
        raise NotImplementedError

    def _single(self, branch: str | None, theory: str | None) -> Plan:
        """The same where there can be one branch and one theory alone: `all` is not one."""
        if branch is not None:
            one_of("branch", branch, self.opened.branches)
        if theory is not None:
            one_of("theory", theory, self.opened.theories)
        return self._first(branch, theory)

    def play(
        self,
        actor: str,
        bot: Bot | None = None,
        *,
        branch: str | None = None,
        theory: str | None = None,
        run: int | None = None,
        resume: str | Path | None = None,
        progress: Listener | Count | None = None,
    ) -> Play:
        """A seat at the table: one run in which a bot, or whoever calls `decide`, decides for an actor.

        Without a bot the game stands at its opening: look at `briefing()`, then `decide(...)`. resume: a game that was
        saved, played again up to where it was; what is named beside it must be what it was saved with.
        """
        from powersim.play import saved
        from powersim.study.games import opened

        if not isinstance(resume, str | Path | None):
            raise ArgumentError("resume", f"found {resume!r}; allowed: a file that a game was saved in")
        file = None if resume is None else Path(resume)
        if file is not None:
            found = saved.load(file).game
            branch, theory = branch or found.branch, theory or found.theory
            run = found.run if run is None else run
        game = opened(self._single(branch, theory), actor, run or 0, file, heard(progress))
        if bot is not None:
            game.play({actor: bot})
        return game

    def tournament(
        self,
        bots: Mapping[str, Bot],
        runs: int = work.RUNS,
        *,
        branch: str | None = None,
        theory: str | None = None,
        progress: Listener | Count | None = None,
    ) -> Tournament:
        """Bots against each other, or one alone, over runs 0 .. runs - 1, paired by luck with the model's own play."""
        from powersim.study.games import contest

        return contest(self._first(branch, theory), bots, runs, heard(progress))
