"""Which bytes belong to a store: a checksum for every file of every chunk of runs, in one file beside the results.

The file has a record for each chunk, at its place: the checksums of its arrays, in the order of `arrays.PER_RUN`. A
checksum is made with the study's identity (scenario, seed, branches, ...), the array's name, the chunk's place and how
many of its runs there are. So what is cut, changed, missing, moved, or comes from another study is told from what was
written. A record ends with a checksum of its own: a damaged one makes its own chunk suspicious, and no other. It takes
96 bytes a chunk: 1.9 MB for 10^6 runs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from powersim import _seals as seals
from powersim.errors import Argument, PowersimError
from powersim.files.writing import sync
from powersim.sim import arrays

RESULTS = "results"
FILE = "checksums"
RECORD = seals.SIZE * (len(arrays.PER_RUN) + 1)
BATCH = 16  # chunks that a thread looks at before it takes more
THREADS = 4


class StoreError(PowersimError):
    """A store that cannot be used for this run."""


class DamagedError(StoreError):
    """A store of which something is damaged, missing, or not its own."""

    @classmethod
    def again(cls, path: Path) -> DamagedError:
        """Of a file that a study computes anew when it is resumed."""
        add = Argument("resume", True)
        return cls(f"{path}: is damaged; add ", add, " to compute it again, or name another folder")


@dataclass(frozen=True)
class Manifest:
    """The checksums of the chunks of `size` runs in `folder`, made with the `key` of their study."""

    folder: Path
    key: bytes
    size: int

    @property
    def chunks(self) -> int:
        """Chunks that have a record."""
        file = self.folder / FILE
        return file.stat().st_size // RECORD if file.is_file() else 0

    def note(self, chunk: int, runs: int) -> None:
        """Record a chunk of which so many runs have just been written; on disk before this returns."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / FILE
        new = not file.exists()
        handle = os.open(file, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        with os.fdopen(handle, "r+b") as stream:
            stream.seek(chunk * RECORD)
            stream.write(self._record(chunk, runs))
            stream.flush()
            os.fsync(stream.fileno())
        if new:
            sync(self.folder)

    def keep(self, chunks: int) -> None:
        """Forget what is recorded of later chunks."""
        file = self.folder / FILE
        if file.is_file() and file.stat().st_size > chunks * RECORD:
            os.truncate(file, chunks * RECORD)

    def damaged(self, runs: int) -> Iterator[tuple[int, list[str]]]:
        """Chunks among the first `runs` runs that are not as recorded, with the names of their files."""
        file = self.folder / FILE
        records = file.read_bytes() if file.is_file() else b""
        starts = range(0, runs, self.size)

        def look(first: int) -> list[tuple[int, list[str]]]:
            found = []
            for start in starts[first : first + BATCH]:
                chunk = start // self.size
                record = records[chunk * RECORD : (chunk + 1) * RECORD]
                now = self._record(chunk, min(self.size, runs - start))
                if record != now:
                    found.append((chunk, self._names(chunk, record, now)))
            return found

        batches = range(0, len(starts), BATCH)
        if len(batches) < 2:
            for first in batches:
                yield from look(first)
            return
        with ThreadPoolExecutor(min(THREADS, os.cpu_count() or 1), thread_name_prefix="checksum") as pool:
            for found in pool.map(look, batches):
                yield from found

    def _record(self, chunk: int, runs: int) -> bytes:
        results = self.folder / RESULTS
        sums = b"".join(
            seals.digest(content(results / arrays.file(name, chunk)), name, chunk, runs, of=self.key)
            for name in arrays.PER_RUN
        )
        return seals.seal(sums, FILE, chunk, of=self.key)

    def _names(self, chunk: int, record: bytes, now: bytes) -> list[str]:
        """The files of a chunk that differ from its record, or the manifest if the record is not what was written."""
        if seals.unseal(record, FILE, chunk, of=self.key) is None:
            return [FILE]
        cut = [slice(at, at + seals.SIZE) for at in range(0, len(record) - seals.SIZE, seals.SIZE)]
        return [
            f"{RESULTS}/{arrays.file(name, chunk)}"
            for name, part in zip(arrays.PER_RUN, cut, strict=True)
            if record[part] != now[part]
        ]


def of_means(folder: Path, runs: int, key: bytes, names: Sequence[str] = arrays.MEANS) -> bytes:
    """Checksums of the arrays that are means and spreads over `runs` runs, in this order."""
    return b"".join(
        seals.digest(content(folder / RESULTS / file), name, runs, of=key)
        for name, file in ((name, arrays.file(name, 0)) for name in names)
    )


def content(file: Path) -> bytes | None:
    """What is in a file, None without one; what only has its name counts as something else than any content."""
    try:
        return file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except IsADirectoryError:
        return b"a folder"
