"""The part of the face with a page: `Study.app`."""

from __future__ import annotations

from collections.abc import Callable
from threading import TIMEOUT_MAX
from typing import TYPE_CHECKING, cast

from powersim.errors import ArgumentError, whole
from powersim.run import work
from powersim.run.listener import Count, Listener, heard
from powersim.run.opened import LoadedScenario
from powersim.run.plan import LAST_RUN
from powersim.run.stages import announce
from powersim.study.seats import Seats

if TYPE_CHECKING:
    from pathlib import Path

    from powersim.app.asked import Opening
    from powersim.run.opened import Chosen
    from powersim.run.plan import Plan

RUNS = 128
PAGE = "powersim.app.page"
MOST = 2  # branches beside each other


class Pages(Seats):
    """A page to play with."""

    opened: LoadedScenario
    source: Path | None
    branches: Chosen
    theories: Chosen

    def _plan(self, branches: Chosen, theories: Chosen) -> Plan:
        raise NotImplementedError

    def app(
        self,
        port: int = 0,
        *,
        run: int = 0,
        runs: int = RUNS,
        seconds: float | None = None,
        browse: bool = False,
        ready: Callable[[str], None] | None = None,
        progress: Listener | Count | None = None,
    ) -> None:
        """Serve a page in which a run is watched and changed, at a port of this machine alone, until it is interrupted.

        It begins with the study's first two branches and first theory. port: 0 finds a free one. runs: of a fan.
        seconds: end by itself after so long. browse: open it in the browser. ready: told its address.
        """
        from powersim.app import server
        from powersim.app.asked import Choices
        from powersim.app.table import Table, served

        whole("run", run, 0, LAST_RUN)
        work.check_runs(runs)
        if seconds is not None and not 0.0 <= seconds <= TIMEOUT_MAX:
            raise ArgumentError("seconds", f"found {seconds}; allowed: 0 to {TIMEOUT_MAX:.0f}")
        planned = self._plan(self.branches, self.theories)
        with server.listening(port) as at:
            server.check()
            listener = heard(progress)
            announce(listener)
            work.warm(planned.first_case)
            first = Choices(
                planned.branches[:MOST], planned.theories[0], planned.seed, run, self.opened.overrides
            )
            name = self.opened.name if self.source is None else str(self.source)
            served[:] = [Table(cast("Opening", type(self)), dict(self.opened.document), name, first, runs)]
            server.serve(at, PAGE, seconds, ready or listener.note, browse=browse)
