"""One process at a time in a folder of results."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from powersim.sim.arrays import BUSY
from powersim.sim.manifest import StoreError


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a folder that is there for this process; StoreError if another one has it.

    The lock leaves no file and goes with its process, however that ends. Systems without such locks have none.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
                raise StoreError(f"{folder}: {BUSY}") from error
            # A file system over a network may lock no folders.
        try:
            yield
        finally:
            with suppress(OSError):  # at once, though a child process may still hold the folder open
                fcntl.flock(handle, fcntl.LOCK_UN)
    finally:
        os.close(handle)
