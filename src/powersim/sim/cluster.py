"""Chunks of runs computed by a cluster of dask workers, given back in the order of runs.

What a chunk holds depends on its runs alone, so the same bytes come out as from threads: on one machine or on many,
with workers that come late, and after some were lost (their chunks are computed again by others). When the cluster
itself is lost, a `ClusterError` says so; when nobody works, somebody is told.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from powersim.errors import Argument, PowersimError

if TYPE_CHECKING:
    from distributed import Client, Future

PATIENCE = 30  # seconds to wait for a scheduler, or for a worker of a cluster on this machine
SILENCE = 10  # seconds without a chunk after which the user is told why
AGAIN = 60  # seconds until the user is told once more
LOSSES = 10  # workers that may be lost while they compute one chunk before the chunk is held to be at fault
AHEAD = 2  # chunks in work or waiting for each worker
LEAST_AHEAD = 4
ENGINE = Argument("engine", "dask")
NEEDS = (ENGINE, " needs dask and cryptography: install them with pip install 'powersim[cluster]'")

Part = TypeVar("Part")  # a chunk of runs, or whatever else is computed of a span of numbers
Compute = Callable[[int, int], Part]
"""(first run, run after the last) -> their chunk. It is sent to the workers, so it must be picklable."""

Say = Callable[[str, bool], None]
"""(text, whether something is wrong) -> the user hears of it at once."""


class ClusterError(PowersimError):
    """A cluster that did not start, or was lost. What came back before is whole."""


@dataclass(frozen=True)
class Cluster:
    """A client of a cluster, how the user knows the cluster, and whether it is this process's own."""

    client: Client
    name: str
    own: bool

    def workers(self) -> int | None:
        """How many workers there are; None when the scheduler does not answer in time."""
        try:
            return len(self.client.sync(self.client.scheduler.ncores, callback_timeout=SILENCE))
        except TimeoutError:
            return None


@contextmanager
def connected(scheduler: str | None, workers: int, say: Say | None = None) -> Iterator[Cluster]:
    """A client of the scheduler at an address, or of a cluster of `workers` processes on this machine.

    `say` is told when that takes long. PowersimError when dask is not installed,
    ClusterError when the scheduler does not answer or nothing starts.
    """
    try:
        import dask
        from distributed import Client
    except ImportError as error:
        raise PowersimError(*NEEDS) from error
    settings = {
        "distributed.scheduler.allowed-failures": LOSSES,
        "distributed.comm.timeouts.connect": f"{PATIENCE}s",
    }
    with dask.config.set(settings), _quiet(), ExitStack() as opened:
        if scheduler is None:
            name = "this machine"
            try:
                from powersim.sim.local_cluster import local_cluster

                with _timed(say, f"waiting for {workers} workers to start"):
                    target = opened.enter_context(local_cluster(workers))
                    client = opened.enter_context(Client(target, timeout=PATIENCE, set_as_default=False))
            except ImportError as error:
                raise PowersimError(*NEEDS) from error
            except (RuntimeError, OSError, ValueError) as error:
                raise ClusterError(
                    ENGINE,
                    f": no cluster could be started on {name} ({_reason(error)}); fewer ",
                    Argument("workers"),
                    " need less memory, ",
                    Argument("engine", "compiled"),
                    " needs no cluster",
                ) from error
        else:
            name = scheduler
            try:
                with _timed(say, f"waiting for the scheduler at {name} to answer"):
                    client = opened.enter_context(Client(scheduler, timeout=PATIENCE, set_as_default=False))
            except (OSError, ValueError, RuntimeError, TypeError) as error:
                raise ClusterError(
                    Argument("scheduler"),
                    f": nobody answers at {scheduler} ({_reason(error)}); e.g. ",
                    Argument("scheduler", "tcp://127.0.0.1:8786"),
                ) from error
        yield Cluster(client, name, scheduler is None)


@contextmanager
def _timed(say: Say | None, text: str) -> Iterator[None]:
    """Say so when what happens inside takes long."""
    timer = threading.Timer(SILENCE, say or _nobody, (text, False))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def _quiet() -> Iterator[None]:
    """Dask's own log says at length, with tracebacks, what a `ClusterError` says in a line."""
    known = [name for name in logging.root.manager.loggerDict if name.split(".")[0] == "distributed"]
    before = {name: logging.getLogger(name).level for name in known}
    for name in known:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def _reason(error: BaseException) -> str:
    """What lies at the bottom of an error, in a line."""
    while error.__cause__ is not None:
        error = error.__cause__
    return (str(error).splitlines() or [type(error).__name__])[0]


def chunks(
    cluster: Cluster,
    compute: Compute[Part],
    size: int,
    first: int,
    runs: int,
    tick: Callable[[int], None] | None = None,
    say: Say | None = None,
) -> Generator[Part, None, None]:
    """Chunks of runs first..runs-1 in order; `tick` is told how many runs have come back, `say` what is waited for.

    A few chunks per worker are under way at once. When the caller stops, the others are cancelled. ClusterError when
    the cluster is lost.
    """
    client = cluster.client
    spans = deque((start, min(start + size, runs)) for start in range(first, runs, size))
    under_way: deque[tuple[int, Future[Part]]] = deque()
    came = False
    try:
        while spans or under_way:
            with _told(cluster):
                ahead = max(LEAST_AHEAD, AHEAD * (cluster.workers() or 0))
                while spans and len(under_way) < ahead:
                    start, stop = spans.popleft()
                    sent = client.submit(compute, start, stop, pure=False, priority=-start)
                    under_way.append((stop - start, sent))
                count, future = under_way[0]
                chunk: Part = _waited(cluster, future, say or _nobody, came)
                under_way.popleft()
                future.release()
            came = True
            if tick is not None:
                tick(count)
            yield chunk
    finally:
        if client.status == "running":  # one that has lost its scheduler would wait for it
            with suppress(OSError, RuntimeError, TimeoutError):
                client.cancel([future for _, future in under_way])


def _waited(cluster: Cluster, future: Future[Any], say: Say, came: bool) -> Any:
    """What a worker gives back; meanwhile the user hears of it if nobody works, or nothing has come yet at all."""
    began = told = time.monotonic()
    said = False
    alone: float | None = None  # since when there is no worker
    while True:
        try:
            return future.result(timeout=SILENCE / 4)
        except TimeoutError:
            now = time.monotonic()
        waited = now - began
        if waited < SILENCE:
            continue
        count = cluster.workers()
        if count != 0:
            alone = None
        elif alone is None:
            alone = now
        elif cluster.own and now - alone > PATIENCE:
            raise ClusterError(ENGINE, f": every worker on {cluster.name} has died, and none starts again")
        if (said and now - told < AGAIN) or (count and came):
            continue
        said, told = True, now
        if count is None:
            say(
                f"the scheduler at {cluster.name} does not answer: waiting for it, {waited:.0f} s so far",
                True,
            )
        elif count == 0:
            say(f"no worker at {cluster.name}: waiting for one, {waited:.0f} s so far", True)
        else:
            say(f"waiting for the first runs of {count} workers at {cluster.name}", False)


def _nobody(_: str, __: bool) -> None:
    """Said to nobody."""


@contextmanager
def _told(cluster: Cluster) -> Iterator[None]:
    """The ways in which a cluster is lost, as a ClusterError."""
    from distributed import CancelledError, KilledWorker
    from distributed.comm import CommClosedError

    try:
        yield
    except KilledWorker as error:
        raise ClusterError(
            f"{LOSSES} workers died one after the other at the same runs: is there enough memory for each?"
        ) from error
    except ImportError as error:
        raise ClusterError(
            f"a worker at {cluster.name} cannot load powersim ({_reason(error)}): install the same powersim everywhere"
        ) from error
    except (CancelledError, OSError, RuntimeError) as error:
        # Of these a worker can send back the last two as well.
        lost = isinstance(error, (CancelledError, CommClosedError)) or cluster.client.status != "running"
        if not lost and not isinstance(error, OSError):
            raise
        said = "the scheduler is gone" if lost else f"a worker failed ({_reason(error)})"
        raise ClusterError(f"{cluster.name}: {said}") from error
