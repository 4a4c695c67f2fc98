"""Chunks of runs computed by a cluster of dask workers, given back in the order of runs.

What a chunk holds depends on its runs alone, so the same bytes come out as from threads: on one machine or on many,
with workers that come late, and after some were lost (their chunks are computed again by others).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from powersim.errors import PowersimError
from powersim.sim.layout import Chunk

if TYPE_CHECKING:
    from distributed import Client, Future

PATIENCE = 30  # seconds to wait for a scheduler
LOSSES = 10  # workers that may be lost while they compute one chunk before the chunk is held to be at fault
AHEAD = 2  # chunks in work or waiting for each worker
LEAST_AHEAD = 4

Compute = Callable[[int, int], Chunk]
"""(first run, run after the last) -> their chunk. It is sent to the workers, so it must be picklable."""


@contextmanager
def connected(scheduler: str | None, workers: int) -> Iterator[Client]:
    """A client of the scheduler at an address, or of a cluster of `workers` processes on this machine.

    PowersimError when dask is not installed or the scheduler does not answer.
    """
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise PowersimError(
            "--engine dask needs dask: install it with pip install 'powersim[cluster]'"
        ) from error
    with dask.config.set(
        {
            "distributed.scheduler.allowed-failures": LOSSES,
            "distributed.comm.timeouts.connect": f"{PATIENCE}s",
        }
    ):
        if scheduler is None:
            local = {"n_workers": workers, "threads_per_worker": 1, "dashboard_address": None}
            with (
                LocalCluster(processes=True, host="127.0.0.1", **local) as cluster,
                Client(cluster) as client,
            ):
                yield client
            return
        try:
            client = Client(scheduler, timeout=PATIENCE)
        except (OSError, ValueError) as error:
            raise PowersimError(
                f"--scheduler: nobody answers at {scheduler} ({error}); e.g. --scheduler tcp://127.0.0.1:8786"
            ) from error
        with client:
            yield client


def chunks(
    client: Client,
    compute: Compute,
    size: int,
    first: int,
    runs: int,
    tick: Callable[[int], None] | None = None,
) -> Generator[Chunk, None, None]:
    """Chunks of runs first..runs-1 in order; `tick` is told how many runs have come back.

    A few chunks per worker are under way at once. When the caller stops, the others are cancelled.
    """
    spans = deque((start, min(start + size, runs)) for start in range(first, runs, size))
    under_way: deque[Future[Chunk]] = deque()
    try:
        while spans or under_way:
            ahead = max(LEAST_AHEAD, AHEAD * len(client.scheduler_info(n_workers=-1)["workers"]))
            while spans and len(under_way) < ahead:
                start, stop = spans.popleft()
                under_way.append(client.submit(compute, start, stop, pure=False, priority=-start))
            chunk: Chunk = under_way[0].result()
            under_way.popleft().release()
            if tick is not None:
                tick(chunk.runs)
            yield chunk
    finally:
        client.cancel(list(under_way))
