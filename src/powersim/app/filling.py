"""A small ensemble, given back as it grows: the fan fills while one looks, and stops when nobody does any more."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread, current_thread
from typing import TYPE_CHECKING, Any

from powersim.app.asked import Face
from powersim.effects.results import Study
from powersim.errors import Stopped
from powersim.run.listener import Listener

if TYPE_CHECKING:
    import xarray as xr

FIRST, TIMES = 8, 2  # runs of the first part, and how many times as many there are after each further one


@dataclass(frozen=True)
class Fan:
    """Runs that are there: their paths (in memory), what they are called, and what they say in sentences."""

    data: xr.Dataset
    labels: Study
    findings: dict[str, str]

    @property
    def runs(self) -> int:
        """How many."""
        return self.labels.runs


class Watcher(Listener):
    """Ends the computation that it listens to at the next history once nobody waits for it."""

    def __init__(self, stop: Event) -> None:
        super().__init__()
        self.stop = stop

    @contextmanager
    def progress(self, label: str, total: int | None) -> Iterator[Callable[[], None]]:
        """Inside, work goes on; yields what counts a step, and ends the work when it is to stop."""
        del label, total

        def tick() -> None:
            if self.stop.is_set():
                raise KeyboardInterrupt

        yield tick


def parts(runs: int) -> list[int]:
    """Numbers of runs after each part."""
    found = [FIRST]
    while found[-1] < runs:
        found.append(found[-1] * TIMES)
    return [*(n for n in found if n < runs), runs]


def filling(face: Face, runs: int, stop: Event) -> Iterator[Fan]:
    """Runs 0 .. `runs` - 1 of a study's branches, as more and more of them are there, until `stop` is set."""
    with _at_work(), tempfile.TemporaryDirectory(prefix="powersim-app-") as made:
        for number, size in enumerate(parts(runs)):
            try:
                if stop.is_set():
                    return
                found = face.compare(size, out=Path(made) / "runs", resume=number > 0, progress=Watcher(stop))
            except Stopped:
                return
            data: Any = found.data.load()
            yield Fan(data, found.labels, dict(found.findings))


_WORKERS: set[Thread] = set()


@contextmanager
def _at_work() -> Iterator[None]:
    _WORKERS.add(current_thread())
    try:
        yield
    finally:
        _WORKERS.discard(current_thread())


def rest(seconds: float) -> None:
    """Wait until all that was told to stop has stopped and left nothing behind, so many seconds at most for each."""
    for thread in list(_WORKERS):
        thread.join(seconds)
