"""Another process that compiles: begun early, for it loads the compiler while this one does."""

from __future__ import annotations

import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

BEGIN = """
import pickle, sys
sys.path[:] = pickle.load(sys.stdin.buffer)
from powersim.compile import jit, second
jit.in_parts()  # whatever compiles first loads half of the compiler
second.lower(*pickle.load(sys.stdin.buffer))
"""


@dataclass(frozen=True)
class Another:
    """A process that waits for what `powersim.compile.second.lowering` tells it, and a folder for both."""

    process: subprocess.Popen[bytes]
    folder: Path

    def tell(self, words: bytes) -> None:
        """Write to the process, if it is still there."""
        assert self.process.stdin is not None
        with suppress(OSError):
            self.process.stdin.write(words)
            self.process.stdin.flush()

    def there(self) -> bool:
        """Whether it lives."""
        return self.process.poll() is None


@contextmanager
def another() -> Iterator[Another | None]:
    """Another process, None where there can be none. On leaving it is ended, whatever it is at, and the folder goes."""
    quiet = subprocess.DEVNULL
    command = [sys.executable, "-P", "-c", BEGIN]  # -P: not from where the user stands
    with ExitStack() as opened:
        try:
            made = tempfile.TemporaryDirectory(prefix="powersim-", ignore_cleanup_errors=True)
            folder = opened.enter_context(made)
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet)
        except OSError:
            yield None
            return
        begun = Another(process, Path(folder))
        try:
            begun.tell(pickle.dumps(sys.path))
            yield begun
        finally:
            process.kill()
            with suppress(OSError):  # what was to be told, and nobody hears any more
                process.communicate()
