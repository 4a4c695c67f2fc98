"""Islands of worlds, computed by threads of this process or by a cluster: the same bytes."""

from __future__ import annotations

import threading
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

from powersim.given.knowledge import Known, known
from powersim.given.moves import Task
from powersim.given.sampler import Island, island
from powersim.run.plan import Plan
from powersim.run.remote import Remote, plan_of
from powersim.run.work import COMPILED, DASK, workers
from powersim.sim.cluster import Say, chunks, connected


@dataclass(frozen=True)
class Hands:
    """Who computes: threads of this process (None: one for each processor), or a cluster, see `run.work.fill`."""

    threads: int | None = None
    engine: str = COMPILED
    scheduler: str | None = None
    say: Say | None = None

    @property
    def count(self) -> int:
        """Threads, or processes of a cluster on this machine."""
        return self.threads or workers()


@dataclass(frozen=True)
class Islands:
    """Islands as they are sent: the first and the last number but one -> that island.

    tasks: theory, worlds, and the number of its stream of luck, for every island.
    """

    plan: Remote
    date: str
    moves: int
    tasks: tuple[tuple[str, int, int], ...]

    def __call__(self, start: int, stop: int) -> Island:
        """The island of a number."""
        theory, worlds, stream = self.tasks[start]
        plan, what = _known(self.plan, self.date)
        return island(Task(plan, theory, what, worlds, self.moves), stream)


@lru_cache(maxsize=2)
def _known(remote: Remote, date: str) -> tuple[Plan, Known]:
    """What is known by the date, worked out once in a process."""
    plan = plan_of(remote)
    return plan, known(plan, date)


def computed(
    plan: Plan, what: Known, moves: int, tasks: Sequence[tuple[str, int, int]], hands: Hands
) -> Generator[Island, None, None]:
    """The islands of tasks (see `Islands`), in their order; whoever stops waits for none that is under way.

    ClusterError when a cluster is lost.
    """
    if hands.engine == DASK:
        sent = Islands(Remote.of(plan), plan.scenario.calendar.label(what.until), moves, tuple(tasks))
        with connected(hands.scheduler, hands.count, hands.say) as cluster:
            yield from chunks(cluster, sent, 1, 0, len(tasks), say=hands.say)
        return

    def one(task: tuple[str, int, int]) -> Island:
        theory, worlds, stream = task
        return island(Task(plan, theory, what, worlds, moves), stream, stopped)

    stopped = threading.Event()
    pool = ThreadPoolExecutor(hands.count, thread_name_prefix="given")
    try:
        yield from pool.map(one, tasks)
    finally:
        stopped.set()
        pool.shutdown(wait=True, cancel_futures=True)
