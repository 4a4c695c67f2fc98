"""Another process that compiles: begun early, for it loads the compiler while this one does."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

BEGIN = """
import pickle, sys
sys.path[:] = pickle.load(sys.stdin.buffer)
from powersim.compile import jit, second
jit.in_parts()  # whatever compiles first loads half of the compiler
second.lower(*pickle.load(sys.stdin.buffer))
"""
Process = subprocess.Popen[bytes]


@contextmanager
def another() -> Iterator[Process | None]:
    """A process that waits for what `powersim.compile.second.lowering` tells it; None where there can be none.

    It is ended on leaving, whatever it is at.
    """
    quiet = subprocess.DEVNULL
    try:  # -P: not from where the user stands
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", BEGIN], stdin=subprocess.PIPE, stdout=quiet, stderr=quiet
        )
    except OSError:
        yield None
        return
    try:
        tell(process, pickle.dumps(sys.path))
        yield process
    finally:
        process.kill()
        with suppress(OSError):  # what was to be told, and nobody hears any more
            process.communicate()


def tell(process: Process, words: bytes) -> None:
    """Write to a process, if it is still there."""
    assert process.stdin is not None
    with suppress(OSError):
        process.stdin.write(words)
        process.stdin.flush()
