"""Effects at points of the space of assumptions, on threads, kept chunk by chunk so that a study can go on.

A chunk's file is named by everything that its numbers depend on and ends with a checksum: what is there is right, and
an interrupted study that is started again computes only what is missing or damaged, and ends with the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from powersim import _seals as seals
from powersim.effects.odds import better
from powersim.effects.outcomes import summarise
from powersim.effects.results import COUNTED, ODDS
from powersim.files.writing import write_atomically
from powersim.run.condense import summary_of
from powersim.run.space import Space
from powersim.run.work import workers
from powersim.scenario.resolved import Outcome
from powersim.sim.ensemble import Simulate
from powersim.sim.manifest import content
from powersim.world.state import Floats

CHUNK = 128
POINTS = "points"
"""Folder of chunks, beside what is made of them."""


Tick = Callable[[], None]


@dataclass(frozen=True)
class Points:
    """Where to look: uniforms (n, P) of the assumptions, the run (n) whose luck each point has, fixed parameters."""

    u: Floats
    runs: NDArray[np.int64]
    fixed: Mapping[str, float] | None = None

    def __len__(self) -> int:
        return len(self.runs)


@dataclass
class Evaluator:
    """Computes an outcome in the two branches of a plan at points. `folder` keeps chunks; None keeps nothing.

    `estimator` is chosen at the first points that are computed, for all that follow (see `effects.odds`).
    `note` is told of kept chunks that are damaged, and so computed again.
    """

    space: Space
    outcome: Outcome
    simulate: Simulate
    folder: Path | None = None
    threads: int | None = None
    tick: Tick | None = None
    note: Callable[[str], None] | None = None
    estimator: str = ""

    def levels(self, name: str, points: Points) -> Floats:
        """The outcome in both branches (n, 2). `name` is for the reader of the folder."""
        found = np.concatenate(self._chunks(name, points))
        if not self.estimator:
            no = self.outcome.odds is None
            self.estimator = COUNTED if no else better(found[..., 0].T, found[..., 1].T)[1]
        return np.asarray(found[..., int(self.estimator == ODDS)])

    def _chunks(self, name: str, points: Points) -> list[Floats]:
        """Counts and odds (n, 2, 2), without odds counts alone (n, 2, 1)."""
        return [
            self._chunk(f"{name}-{start // CHUNK:04d}", _cut(points, start))
            for start in range(0, len(points), CHUNK)
        ]

    def effects(self, name: str, points: Points) -> Floats:
        """The effect (n): the second branch less the first."""
        levels = self.levels(name, points)
        return np.asarray(levels[:, 1] - levels[:, 0], np.float64)

    def _chunk(self, name: str, points: Points) -> Floats:
        path = None if self.folder is None else self.folder / POINTS / f"{name}-{self._digest(points)}.npz"
        sealed = None if path is None else content(path)
        if path is not None and sealed is not None:
            whole = seals.unseal(sealed, path.name)
            if whole is not None:
                for _ in range(len(points)):
                    self._done()
                with np.load(BytesIO(whole), allow_pickle=False) as kept:
                    return np.asarray(kept["levels"], np.float64)
            if self.note is not None:
                self.note(f"{path}: is damaged; computed again")
        pool = ThreadPoolExecutor(self.threads or workers(), thread_name_prefix="point")
        try:
            rows = range(len(points))
            found = np.array(list(pool.map(lambda row: self._point(points, row), rows)))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        if path is not None:
            room = BytesIO()
            np.savez(room, levels=found)
            write_atomically(path, seals.seal(room.getvalue(), path.name))
        return found

    def _point(self, points: Points, row: int) -> list[list[float]]:
        """The outcome in every branch at one point: its summary, and its odds if it has any."""
        outcome, space = self.outcome, self.space
        turns = outcome.last + 1
        watch = space.plan.built.watch([outcome, *([outcome.odds] if outcome.odds else [])])
        found = []
        for case in space.cases(points.u[row], points.fixed):
            case = case._replace(watch=watch, turns=turns, snapshots=np.zeros(0, np.int64))
            paths = np.asarray(self.simulate(case, space.plan.seed, int(points.runs[row])).values, np.float64)
            summary = float(summarise(paths[:, 0], summary_of(outcome), tuple(range(turns))))
            found.append([summary, *map(float, paths[outcome.last, 1:])])
        self._done()
        return found

    def _digest(self, points: Points) -> str:
        """Names what a chunk's numbers depend on."""
        known: dict[str, Any] = {
            **self.space.plan.identity(),
            "outcome": repr(self.outcome),
            "odds": repr(self.outcome.odds),
            "fixed": sorted((points.fixed or {}).items()),
            "paths": [each.path for each in self.space.all],
        }
        whole = hashlib.sha256(json.dumps(known, sort_keys=True).encode())
        whole.update(np.ascontiguousarray(points.u).tobytes())
        whole.update(np.ascontiguousarray(points.runs).tobytes())
        return whole.hexdigest()[:16]

    def _done(self) -> None:
        if self.tick is not None:
            self.tick()


def _cut(points: Points, start: int) -> Points:
    rows = slice(start, start + CHUNK)
    return Points(points.u[rows], points.runs[rows], points.fixed)
