"""Numba's files of compiled code with a checksum in front: what was cut or changed is compiled again, never run.

Numba itself trusts what it finds. A file that a full disk or a power cut left half would stop every later run, and a
changed bit would be run as machine code.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

from numba.core.caching import IndexDataCacheFile

_DIGEST = hashlib.sha256
_SIZE = _DIGEST().digest_size


class CheckedFile(IndexDataCacheFile):  # type: ignore[misc]
    """The index and the data files of one function."""

    def save(self, key: Any, data: Any) -> None:
        """Keep `data`; where it cannot be written (a full disk) the next process compiles once more."""
        with suppress(OSError):
            super().save(key, data)

    def _load_index(self) -> dict[Any, str]:
        found = _read(self._index_path)
        if found is None or found[0] != self._source_stamp:
            return {}
        overloads: dict[Any, str] = found[1]
        return overloads

    def _save_index(self, overloads: dict[Any, str]) -> None:
        _write(self._index_path, self._dump((self._source_stamp, overloads)))

    def _load_data(self, name: str) -> Any:
        found = _read(self._data_path(name))
        if found is None:
            raise OSError(f"{name}: damaged")  # numba takes it as not there
        return found

    def _save_data(self, name: str, data: Any) -> None:
        _write(self._data_path(name), self._dump(data))


def check(compiled: Any) -> None:
    """Let the cache of a compiled function use checked files."""
    compiled._cache._cache_file.__class__ = CheckedFile  # numba has no way to choose it


def whole(path: Path) -> bool:
    """Whether a file of compiled code is as it was written."""
    return _content(path) is not None


def _content(path: str | Path) -> bytes | None:
    """What is behind the checksum; None if it does not match, or nothing is there."""
    try:
        raw = Path(path).read_bytes()
    except OSError:
        return None
    content = raw[_SIZE:]
    return content if _DIGEST(content).digest() == raw[:_SIZE] else None


def _read(path: str) -> Any:
    content = _content(path)
    # Written by this user (see `powersim.compile.jit`) and whole: no more hostile than the machine code that it holds.
    return None if content is None else pickle.loads(content)  # noqa: S301


def _write(path: str, content: bytes) -> None:
    partial = Path(f"{path}.{uuid.uuid4().hex[:16]}.partial")
    try:
        partial.write_bytes(_DIGEST(content).digest() + content)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
