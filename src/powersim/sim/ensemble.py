"""Many histories: every branch under every theory for each run, spread over threads, given back in chunks.

A history depends on its scenario, branch, theory, seed and run number alone, and chunks are put together in
the order of runs: the number of workers changes how long it takes and nothing else. `together` releases the
interpreter's lock, so threads are enough.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from powersim.sim.layout import Chunk, Layout, Singles, moments_of
from powersim.world import columns as col

Floats = NDArray[np.float64]

AHEAD = 2  # chunks in work at once: one is written while the next is computed


class History(Protocol):
    """What is kept of one history."""

    @property
    def values(self) -> Floats:
        """Outcomes (T, O)."""

    @property
    def alignment(self) -> Floats:
        """Alignments at the snapshots (S, N, N)."""

    @property
    def log(self) -> Floats:
        """What happened, a row each (rows, 8)."""

    @property
    def delivered(self) -> Floats:
        """Units delivered (L)."""


Simulate = Callable[[Any, int, int], History]
"""(case, seed, run) -> history."""
Together = Callable[[Sequence[Any], int, int], Sequence[History]]
"""(cases of the branches of a run, seed, run) -> their histories, in that order."""
CasesOf = Callable[[str, int], Sequence[Any]]
"""(theory, run) -> a case for every branch, in the order of the layout."""


@dataclass(frozen=True)
class Tally:
    """How a log is counted: rows by kind, and the first turn of each (kind, object) with a place in `first`.

    `offset[kind]` is the place of the kind's object 0, or -1.
    """

    kinds: int
    offset: NDArray[np.int64]
    events: int

    def count(self, log: Floats) -> tuple[Singles, Singles]:
        """Rows of each kind (kinds), and the first turn of each event (events), NaN = never."""
        kinds = log[:, col.KIND].astype(np.int64)
        offset = self.offset[kinds]
        placed = np.flatnonzero(offset >= 0)
        placed = placed[log[placed, col.THING] >= 0]
        turns = np.full(self.events, np.inf)
        np.minimum.at(turns, offset[placed] + log[placed, col.THING].astype(np.int64), log[placed, col.TURN])
        turns[np.isinf(turns)] = np.nan
        counts = np.bincount(kinds, minlength=self.kinds)
        return counts.astype(np.float32), turns.astype(np.float32)


@dataclass(frozen=True)
class Ensemble:
    """The histories of `layout` with one seed."""

    layout: Layout
    seed: int
    cases_of: CasesOf
    together: Together
    tally: Tally

    def chunks(
        self,
        first: int,
        runs: int,
        workers: int,
        tick: Callable[[], None] | None = None,
        begun: Callable[[], None] | None = None,
    ) -> Generator[Chunk, None, None]:
        """Chunks of runs first..runs-1 in order; `tick` is called, from any thread, after each (run, theory).

        `begun` is called once, when the threads have work and before any of it is waited for.

        When the caller stops (or the user does), work that has not begun is dropped.
        """
        size = self.layout.chunk_runs()
        spans = deque((start, min(start + size, runs)) for start in range(first, runs, size))
        pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="run")
        under_way: deque[tuple[int, list[Future[_Part]]]] = deque()
        try:
            while spans or under_way:
                while spans and len(under_way) < AHEAD:
                    start, stop = spans.popleft()
                    under_way.append((start, self._submit(pool, start, stop, tick)))
                if begun is not None:
                    begun()
                    begun = None
                start, futures = under_way.popleft()
                parts = [future.result() for future in futures]
                yield self._chunk(start, parts)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _submit(
        self, pool: ThreadPoolExecutor, start: int, stop: int, tick: Callable[[], None] | None
    ) -> list[Future[_Part]]:
        tasks = [(run, theory) for run in range(start, stop) for theory in self.layout.theories]
        return [pool.submit(self._run, run, theory, tick) for run, theory in tasks]

    def _run(self, run: int, theory: str, tick: Callable[[], None] | None) -> _Part:
        """One run of every branch under one theory."""
        histories = self.together(self.cases_of(theory, run), self.seed, run)
        counts, first = zip(*(self.tally.count(history.log) for history in histories), strict=True)
        part = _Part(
            value=np.stack([history.values for history in histories], dtype=np.float32),
            first=np.stack(first),
            counts=np.stack(counts),
            alignment=np.stack([history.alignment for history in histories]),
            arms=np.stack([history.delivered for history in histories]),
        )
        if tick is not None:
            tick()
        return part

    def _chunk(self, start: int, parts: list[_Part]) -> Chunk:
        theories = len(self.layout.theories)

        def together(name: str) -> Any:
            """(runs, theories, branches, ...) of one field."""
            stacked = np.stack([getattr(part, name) for part in parts])
            return stacked.reshape(len(parts) // theories, theories, *stacked.shape[1:])

        def by_branch(name: str) -> Any:
            return np.moveaxis(together(name), (2, 1, 0), (0, 1, 2))

        return Chunk(
            start=start,
            value=by_branch("value"),
            first=by_branch("first"),
            counts=by_branch("counts"),
            means=moments_of(*(np.swapaxes(together(name), 1, 2) for name in ("alignment", "arms"))),
        )


@dataclass(frozen=True)
class _Part:
    """One run under one theory, over (branch, ...)."""

    value: Singles
    first: Singles
    counts: Singles
    alignment: Floats
    arms: Floats
