"""The one policy of all that writes a file: nothing of others is replaced, nothing half written, no link followed.

- A file that is there is replaced only if this program wrote it, which its `Mark` tells: bytes that every file of its
  kind has near its beginning or its end. Without a mark nothing is replaced. An empty file has nothing to lose.
- What is written appears in one step when it is complete; a reader sees the old content or the new.
- A symbolic link is refused, as the file and as a folder below the one that the user named (which may be a link).
"""

from __future__ import annotations

import os
import re
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeAlias

from powersim.errors import PowersimError

Mark: TypeAlias = re.Pattern[bytes]
"""What tells this program's files of a kind; `\\A` is the beginning of the file."""

ANY: Mark = re.compile(b"")
"""Of a file whose old content the caller has just read and knows."""

HEAD, TAIL = 2**13, 2**16  # bytes in which a mark is looked for


class TargetError(PowersimError):
    """A place that nothing may be written to."""


def check_target(path: Path, mark: Mark | None = None) -> Path:
    """The path, if a file may be written there: where nothing is, or what `mark` tells. TargetError otherwise."""
    try:
        kind = path.lstat()
    except FileNotFoundError:
        return path
    except ValueError as error:  # a zero byte
        raise TargetError(f"{str(path)!r}: no name of a file ({error})") from error
    if stat.S_ISLNK(kind.st_mode):
        raise TargetError(f"{path}: a symbolic link, which is never written through; name another file")
    if stat.S_ISDIR(kind.st_mode):
        raise TargetError(f"{path}: a folder is in the way; allowed: a file")
    if not stat.S_ISREG(kind.st_mode):
        raise TargetError(f"{path}: not a regular file; name another file")
    if mark is None:
        raise TargetError(f"{path}: is there already and is not overwritten; name another file")
    if kind.st_size and mark is not ANY and not mark.search(_ends(path)):
        raise TargetError(
            f"{path}: was not written by powersim and is not overwritten; move it away, or name another place"
        )
    return path


def check_folder(root: Path, *names: str) -> Path:
    """The folder `root/names`, whether it is there or not; TargetError if a link or a file is in its place.

    `root` is what the user named, and may be a link.
    """
    if root.exists() and not root.is_dir():
        raise TargetError(f"{root}: not a folder; allowed: a folder, or a name that is free")
    path = root
    for name in names:
        path = path / name
        if path.is_symlink():
            raise TargetError(f"{path}: a symbolic link, which is never written through; remove it")
        if path.exists() and not path.is_dir():
            raise TargetError(f"{path}: a file is in the way; allowed: a folder")
    return path


def subfolder(root: Path, *names: str) -> Path:
    """The same, made where it is missing."""
    path = check_folder(root, *names)
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextmanager
def replacing(path: Path, mark: Mark | None = None) -> Iterator[Path]:
    """Yields where to write: what is there when the block ends takes the place of `path` in one step."""
    check_target(path, mark)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}.partial")
    try:
        yield partial
        check_target(path, mark)  # much may have happened meanwhile
        if mark is None:
            with suppress(PermissionError, NotImplementedError):  # a file system without links
                _put(partial, path)
                return
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write(path: Path, content: str | bytes, mark: Mark | None = None) -> Path:
    """Write a whole file, on disk before this returns."""
    with replacing(path, mark) as partial, partial.open("xb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
    sync(path.parent)
    return path


def write_atomically(path: Path, content: bytes) -> Path:
    """Replace a file that the caller knows, having read it before: the state of a study."""
    return write(path, content, ANY)


def sync(path: Path) -> None:
    """Put a file, or the names in a folder, on disk (Windows does the latter by itself)."""
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Put everything below a folder on disk, files before the folders that name them, and the folder itself."""
    for where, _, names in os.walk(folder, topdown=False):
        for name in names:
            sync(Path(where, name))
        sync(Path(where))


def _put(partial: Path, path: Path) -> None:
    """Give a file its name unless something has that name: not even what came a moment ago is replaced."""
    try:
        os.link(partial, path)
    except FileExistsError:
        check_target(path)
        raise


def _ends(path: Path) -> bytes:
    """The beginning of a file and its end."""
    with path.open("rb") as file:
        head = file.read(HEAD)
        size = file.seek(0, os.SEEK_END)
        file.seek(max(HEAD, size - TAIL))
        return head + b"\0" + file.read(TAIL)
