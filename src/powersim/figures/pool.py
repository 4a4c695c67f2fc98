"""The same work on many items by several processes, where there are enough of both.

Whoever asks for several processes needs a subject, work and items that pickle takes, from modules: processes do not
load the script that asked, which would run again where its main part is not guarded. They leave an interruption to the
one that started them.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from powersim._signals import ENDING, deaf

S = TypeVar("S")
T = TypeVar("T")
R = TypeVar("R")

LEAST = 4
"""Items for each process: to start one takes as long as drawing a few figures."""

LEFT = tuple(number for number in ENDING if number != signal.SIGTERM)
"""Signals that processes leave to the one that started them; with SIGTERM it ends them itself."""

LOADED = "powersim.figures.gallery"
"""What processes need, and what takes most of their start."""


def each(subject: S, work: Callable[[S, T], R], items: Sequence[T], processes: int) -> Iterator[R]:
    """work(subject, item) of all items, in order; by this process where others cannot be started, or die."""
    done, processes = 0, min(processes, len(items) // LEAST)
    if processes > 1:
        try:
            for found in _together(subject, work, items, processes):
                done += 1
                yield found
        except (BrokenExecutor, OSError, NotImplementedError):
            pass
    for item in items[done:]:
        yield work(subject, item)


def get_ready() -> None:
    """Begin to load what processes will need, in the background, where the platform has a way."""
    if sys.platform == "linux":  # elsewhere libraries may not survive a fork
        from multiprocessing import forkserver

        multiprocessing.get_context("forkserver").set_forkserver_preload([LOADED])
        with deaf(LEFT):
            forkserver.ensure_running()


def _together(subject: S, work: Callable[[S, T], R], items: Sequence[T], processes: int) -> Iterator[R]:
    get_ready()
    context = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
    pool = ProcessPoolExecutor(processes, context, _begin, (subject, os.getcwd()))
    try:
        with deaf(LEFT), _nameless():
            found = [pool.submit(_work, work, item) for item in items]
        for one in found:
            yield one.result()
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _nameless() -> Iterator[None]:
    """Processes started inside are not told where the script is: `multiprocessing` would have each of them run it."""
    main = sys.modules["__main__"]
    names = ("__file__", "__spec__")
    kept = {name: vars(main)[name] for name in names if name in vars(main)}
    try:
        vars(main).update(dict.fromkeys(names))
        yield
    finally:
        for name in names:
            vars(main).pop(name, None)
        vars(main).update(kept)


_subject: Any = None
"""In a process of the pool: what it works on, sent once."""


def _begin(subject: object, directory: str) -> None:
    global _subject
    for number in LEFT:
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    os.chdir(directory)
    _subject = subject


def _leave_with_parent() -> None:
    """However the one that started this process ends, this one does not wait for more work."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(work: Callable[[Any, T], R], item: T) -> R:
    return work(_subject, item)
