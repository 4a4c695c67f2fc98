"""The signals that ask a program to end: from a terminal (SIGINT, SIGHUP) or a batch queue (SIGTERM)."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

ENDING: tuple[signal.Signals, ...] = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""Those that this platform knows."""


@contextmanager
def deaf(to: Iterable[signal.Signals] = ENDING) -> Iterator[None]:
    """Processes and threads started inside do not hear `to`: they inherit what is blocked.

    A terminal or a batch queue signals a whole group of processes; the one that the user started tells the others.
    """
    if sys.platform == "win32":
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # to start it later would let signals through
    before = signal.pthread_sigmask(signal.SIG_BLOCK, to)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
