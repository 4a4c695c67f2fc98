"""What stands around every command: streams that can be written to, signals that are heard, errors that are explained.

Whatever a user, a machine or a batch queue can do to a command ends in a message and an exit code. What is left is a
fault of powersim, and shows its traceback.
"""

from __future__ import annotations

import functools
import os
import re
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import ParamSpec

from powersim._signals import ENDING
from powersim.cli.spelling import flags
from powersim.errors import PowersimError, Stopped
from powersim.files.plain import plain

P = ParamSpec("P")

MISTAKE, INTERRUPTED = 2, 130  # exit codes
ECHO = 2.0
"""Seconds in which a signal is the same wish once more: a shell and its terminal both send SIGHUP."""

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
"""What numba puts around words where a library of colours happens to be installed."""
COMPILER = re.compile(r"(numba|llvmlite)(\.|$)")
"""Modules whose errors are about compiling."""


def guarded(command: Callable[P, None]) -> Callable[P, None]:
    """A command whose expected errors are printed without a traceback and end with the right exit code."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
            sys.stdout.flush()
        except BrokenPipeError:
            # Whoever read our output has seen enough. Python would complain once more when it flushes at the end.
            _forget(sys.stdout.fileno())
            raise SystemExit(0) from None
        except Stopped as stopped:
            complain(told(stopped))
            raise SystemExit(INTERRUPTED) from None
        except KeyboardInterrupt:
            complain("interrupted")
            raise SystemExit(INTERRUPTED) from None
        except Exception as error:
            said = explained(error)
            if said is None:
                raise
            complain(said)
            raise SystemExit(error.exit_code if isinstance(error, PowersimError) else MISTAKE) from error

    return run


def explained(error: Exception) -> str | None:
    """What to say of an error that is no fault of powersim; None for one that is."""
    if isinstance(error, PowersimError):
        return error.spelled(flags)
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}"
    if isinstance(error, MemoryError):
        return "there is not enough memory; fewer --workers, or fewer --runs or --paths, need less"
    if isinstance(error, ImportError) and not (error.name or "").startswith("powersim"):
        return f"a library cannot be loaded ({error}); install powersim anew, e.g. pip install --upgrade powersim"
    if _is_of_compiler(error):
        return (
            f"the rules cannot be compiled: {type(error).__name__}: {COLOURS.sub('', str(error))}\n{_versions()}. "
            "POWERSIM_JIT=0 computes without compiling, some two hundred times slower"
        )
    return None


def told(stopped: Stopped) -> str:
    """How far an interrupted study came, and how to go on."""
    how = "not kept: --out DIR would keep them"
    if stopped.out is not None:
        how = f"kept in {stopped.out}; add --resume to go on"
    return f"stopped after {stopped.done} of {stopped.wanted} {stopped.what}, {how}"


def _is_of_compiler(error: Exception) -> bool:
    """Whether numba or its compiler raised it."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    raised = frames[-1].f_globals.get("__name__", "") if frames else ""
    return any(COMPILER.match(name) for name in (raised, type(error).__module__))


def _versions() -> str:
    """Which numba there is, and which there may be."""
    from importlib import metadata

    wanted = [name for name in metadata.requires("powersim") or () if re.match(r"numba\b", name)]
    return f"Found numba {metadata.version('numba')}; allowed: {', '.join(wanted)}"


def complain(text: str) -> None:
    """Write lines to standard error, if somebody is there to read them (a terminal that hung up is not)."""
    with suppress(OSError, ValueError):
        sys.stderr.write(f"{plain(text)}\n")
        sys.stderr.flush()


def mend_streams() -> None:
    """Let standard streams that were closed (as under cron) lead nowhere; what an encoding lacks is "?".

    Otherwise the next file that is opened would take the place of a closed stream, and whatever is written to that
    stream would go into it.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            _forget(number)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _forget(number: int) -> None:
    """Let a file descriptor lead nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    if nowhere != number:
        os.dup2(nowhere, number)
        os.close(nowhere)


@contextmanager
def hearing() -> Iterator[None]:
    """Inside, SIGTERM and SIGHUP end a command as SIGINT does; it leaves with 128 + the signal's number.

    What a shell ignores for us (nohup, jobs in the background) stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    first: list[tuple[int, float]] = []

    def hear(number: int, _: FrameType | None) -> None:
        again = first and time.monotonic() - first[-1][1] < ECHO
        if not again:
            first.append((number, time.monotonic()))
            raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in ENDING}
    for number in ENDING:
        if before[number] in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, hear)
    try:
        yield
    except SystemExit as left:
        if first and left.code not in (0, None):
            raise SystemExit(128 + first[0][0]) from None
        raise
    finally:
        for number, handler in before.items():
            if handler is not None:  # None: set by something else than Python
                signal.signal(number, handler)
