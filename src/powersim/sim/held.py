"""What a folder of results holds, and whether all of it is what was written: nothing is read that was not looked at.

Three things vouch for a store. `results/zarr.json`, in which all metadata stand, names what the results are of, has
the checksums of the other small files (labels, metadata of single arrays) and its own. `checksums` has those of the
chunks (see `manifest`). `progress.npz` is sealed, names its study too, and has those of the arrays of means.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from powersim import _seals as seals
from powersim.errors import Argument
from powersim.sim import arrays, manifest, progress
from powersim.sim.manifest import RESULTS, DamagedError, Manifest, StoreError
from powersim.sim.progress import Progress

FORMAT = 5
READABLE = {4: 4, FORMAT: len(arrays.MEANS)}
"""Formats that are read, and how many of the arrays of means each has."""
ROOT = f"{RESULTS}/{arrays.ROOT}"
NAMED = 8  # damaged files that a message names
AGAIN = "the command that made these results computes it again with --resume"


@dataclass(frozen=True)
class Root:
    """What `results/zarr.json` says: what the results are of, runs that there is room for, checksums by file."""

    identity: dict[str, Any]
    room: int
    size: int  # runs in a chunk
    files: Mapping[str, str]


def root(folder: Path) -> Root:
    """What the metadata of a store say. DamagedError if they are not what was written, StoreError if not powersim's."""
    found = _json(manifest.content(folder / ROOT))
    attributes = found.get("attributes")
    if isinstance(attributes, dict) and arrays.is_whole(found):
        identity = json.loads(attributes[arrays.IDENTITY])
        if identity.get("format") in READABLE:
            known = found["consolidated_metadata"]["metadata"]
            size = int(known["departed"]["chunk_grid"]["configuration"]["chunk_shape"][2])
            room = int(known["run"]["shape"][0])
            return Root(identity, room, size, json.loads(attributes[arrays.FILES]))
    elif not (folder / progress.FILE).exists() and not (folder / manifest.FILE).exists():
        raise StoreError(
            f"{folder / RESULTS}: not a store of results that powersim made; name another folder"
        )
    elif not _older(attributes):
        raise DamagedError(f"{folder / ROOT}: is {_how(folder, ROOT)}; {AGAIN}")
    raise StoreError(
        f"{folder}: results of another version of powersim, which this one does not read; name another folder"
    )


def held_identity(folder: Path) -> dict[str, Any]:
    """What the results in `folder` are of, empty without any. StoreError for something else of their name.

    If their metadata are damaged the record of progress knows.
    """
    there, kept = (folder / RESULTS).exists(), sound_progress(folder)
    if not there and kept is None:
        if (folder / progress.FILE).exists():
            raise StoreError(f"{folder}: {progress.FILE} is there but {RESULTS} is not; name another folder")
        return {}
    try:
        return root(folder).identity
    except DamagedError:
        if kept is None:
            raise StoreError(
                f"{folder / ROOT}: is {_how(folder, ROOT)}, and {progress.FILE} does not say what study this was; "
                "name another folder"
            ) from None
        return dict(kept.identity)


def held_runs(folder: Path) -> int:
    """Runs that the store in `folder` has room for, 0 without one. StoreError for something else of its name."""
    if not held_identity(folder):
        return 0
    try:
        return root(folder).room
    except DamagedError:
        kept = sound_progress(folder)
        return 0 if kept is None else kept.room


def done_runs(folder: Path) -> int:
    """Runs that are complete in the store in `folder`, 0 without one. DamagedError for a damaged record of progress."""
    kept = _progress(folder)
    return 0 if kept is None else kept.complete


def reported_runs(folder: Path) -> int:
    """Runs over which the means in the store go: those of the last time that a study came to an end, or a stop."""
    kept = _progress(folder)
    return 0 if kept is None else kept.written


def sound_progress(folder: Path) -> Progress | None:
    """The record of progress, None if it is missing or damaged."""
    try:
        return progress.read(folder)
    except DamagedError:
        return None


def verify(folder: Path, runs: int) -> None:
    """DamagedError naming whatever is not what was written of the first `runs` runs; StoreError if there are fewer."""
    known, kept = root(folder), _progress(folder)
    names = list(damaged_labels(folder, known))
    if kept is not None and kept.identity != known.identity:
        raise DamagedError(
            f"{folder / progress.FILE} and {folder / ROOT} are of different studies; put the right one back, or "
            "name another folder"
        )
    complete = 0 if kept is None else kept.complete
    if runs > complete:
        raise StoreError(
            f"{folder}: holds {complete} complete runs, not {runs}; compute more with ",
            Argument("resume", True),
        )
    if known.room < complete:
        names.append(ROOT)
    if kept is not None and runs:
        key = seals.key(known.identity)
        names += damaged_means(folder, kept, key)
        for _, files in damaged_chunks(folder, key, known.size, complete, runs):
            names += files
    if names:
        raise DamagedError(
            "\n".join([*told(folder, names), f"Nothing was read; {AGAIN.replace(' it ', ' them ')}"])
        )


def told(folder: Path, names: list[str]) -> list[str]:
    """What to say of damaged files: a line each, for the first few."""
    unique = list(dict.fromkeys(names))
    lines = [f"{folder / name}: is {_how(folder, name)}" for name in unique[:NAMED]]
    return [*lines, *([f"and {len(unique) - NAMED} more files"] if len(unique) > NAMED else [])]


def damaged_labels(folder: Path, known: Root) -> Iterator[str]:
    """Files of metadata and labels that are not as the root says."""
    for name, mark in known.files.items():
        if seals.digest(manifest.content(folder / RESULTS / name), name).hex() != mark:
            yield f"{RESULTS}/{name}"


def damaged_means(folder: Path, kept: Progress, key: bytes) -> list[str]:
    """Arrays of means that are not as they were written."""
    names = arrays.MEANS[: READABLE.get(kept.identity.get("format", FORMAT), 0)]
    now = manifest.of_means(folder, kept.written, key, names)
    held = kept.means.ljust(len(now), b"\0")
    cut = [slice(at, at + seals.SIZE) for at in range(0, len(now), seals.SIZE)]
    return [
        f"{RESULTS}/{arrays.file(name, 0)}"
        for name, part in zip(names, cut, strict=True)
        if kept.written and now[part] != held[part]
    ]


def damaged_chunks(
    folder: Path, key: bytes, size: int, complete: int, runs: int | None = None
) -> Iterator[tuple[int, list[str]]]:
    """Chunks (with their files) that hold any of the first `runs` of `complete` runs and are not as recorded."""
    whole = complete if runs is None else min(complete, -(-runs // size) * size)
    return Manifest(folder, key, size).damaged(whole)


def _progress(folder: Path) -> Progress | None:
    """The record of progress; DamagedError if it is not what was written, or missing though chunks are recorded."""
    try:
        kept = progress.read(folder)
    except DamagedError as error:
        raise DamagedError(f"{error}; {AGAIN}") from error
    if kept is None and (folder / manifest.FILE).exists():
        raise DamagedError(f"{folder / progress.FILE}: is missing; {AGAIN}")
    return kept


def _json(found: bytes | None) -> dict[str, Any]:
    try:
        data = json.loads(found or b"")
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _older(attributes: object) -> bool:
    """Whether metadata are those of a format before this one, which had no checksums."""
    identity = _json(str(attributes.get(arrays.IDENTITY)).encode()) if isinstance(attributes, dict) else {}
    return isinstance(identity.get("format"), int) and identity["format"] < min(READABLE)


def _how(folder: Path, name: str) -> str:
    return "damaged, or not of this study" if (folder / name).exists() else "missing"
