"""The arrays of a store: laid out empty, made longer, put right, and put on disk a chunk at a time."""

from __future__ import annotations

import json
import shutil
import uuid
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from powersim import _seals as seals
from powersim.errors import PowersimError
from powersim.files.writing import sync, sync_tree
from powersim.sim.layout import Layout

if TYPE_CHECKING:
    import zarr
    from zarr.storage import MemoryStore

EACH = ("branch", "theory", "run")
PER_RUN = ("value", "summary", "odds", "departed", "first", "counts")
"""Arrays with a place for every run."""
MEANS = (
    "alignment", "alignment_sd", "arms", "arms_sd", "alignment_change_sd", "alignment_gap_sd", "arms_gap_sd",
)  # fmt: skip
"""Arrays of means and spreads over runs, in one file each; new ones last, for what older stores have of them."""
ROOT = "zarr.json"
IDENTITY, FILES = "identity", "files"
"""Attributes of the root: what the results are of, and the checksums of the files of metadata and labels (JSON)."""

# All files of an array in one folder: fewer folders to put on disk than with the usual one for every dimension.
FLAT: Any = {"name": "default", "separator": "."}
RUN_CHUNK = 2**16  # numbers of runs in one file of the coordinate
# Said, so that what is written anew beside older chunks always reads like them.
PACKED: Any = {"name": "zstd", "configuration": {"level": 0, "checksum": False}}
BUSY = "another powersim computes into this folder; wait until it is done and add --resume, or name another folder"


def file(name: str, chunk: int) -> str:
    """The file of an array's chunk, from the folder of results."""
    rest = {
        "value": ".0.0",
        "departed": "",
        **{name: ".0.0" if name.startswith("alignment") else "" for name in MEANS},
    }
    return f"{name}/c.0.0.{chunk}{rest.get(name, '.0')}"


def lay_out(path: Path, layout: Layout, runs: int, attributes: Mapping[str, Any]) -> None:
    """Lay arrays out for `runs` runs: a new store in one step, else whatever of metadata and labels is not so yet.

    Chunks that are there stay. Where this was cut off, the next call completes it. PowersimError if another process
    has just laid out the same.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    new = not path.exists()
    with _skeleton(path, layout, runs, attributes) as (skeleton, names):
        if new:
            sync_tree(skeleton)
            try:
                skeleton.rename(path)
            except OSError as error:
                if path.exists():
                    raise PowersimError(f"{path.parent}: {BUSY}") from error
                raise
            sync(path.parent)
            return
        for name in names:
            there = path / name
            if there.is_file() and there.read_bytes() == (skeleton / name).read_bytes():
                continue
            there.parent.mkdir(parents=True, exist_ok=True)
            clear(there, folders_only=True)
            sync(skeleton / name)
            (skeleton / name).replace(there)
            for folder in there.parents:
                sync(folder)
                if folder == path:
                    break


@contextmanager
def _skeleton(
    path: Path, layout: Layout, runs: int, attributes: Mapping[str, Any]
) -> Iterator[tuple[Path, list[str]]]:
    """A store without chunks beside its place, and its files, the root last."""
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}.partial")
    try:
        import zarr  # here and below: it takes a while to load
        from zarr.storage import MemoryStore

        made: dict[str, Any] = {}
        store = MemoryStore(
            made
        )  # zarr writes each file in a thread of its own: many small ones are quicker so
        group = zarr.create_group(store, zarr_format=3, attributes={**attributes, "coordinates": "date"})
        _coordinates(group, layout, runs)
        _variables(group, layout, runs)
        _consolidate(store)
        for name, content in made.items():
            (partial / name).parent.mkdir(parents=True, exist_ok=True)
            (partial / name).write_bytes(content.to_bytes())
        found = (p.relative_to(partial).as_posix() for p in sorted(partial.rglob("*")) if p.is_file())
        names = [name for name in found if name != ROOT]
        _mark(partial, names)
        yield partial, [*names, ROOT]
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _mark(path: Path, names: list[str]) -> None:
    """Write into the root the checksums of other files, and of itself."""
    found = json.loads((path / ROOT).read_bytes())
    sums = {name: seals.digest((path / name).read_bytes(), name).hex() for name in names}
    found["attributes"][FILES] = json.dumps(sums)
    found["attributes"][seals.MARK] = seals.marked(_unmarked(found))[seals.MARK]
    (path / ROOT).write_text(json.dumps(found, indent=2), "utf-8")


def is_whole(root: Mapping[str, Any]) -> bool:
    """Whether the root's metadata are those that were written."""
    attributes = root["attributes"]
    return seals.is_whole({**_unmarked(root), seals.MARK: attributes.get(seals.MARK)})


def _unmarked(root: Mapping[str, Any]) -> dict[str, Any]:
    attributes = {name: value for name, value in root["attributes"].items() if name != seals.MARK}
    return {**root, "attributes": attributes}


def put(group: zarr.Group, path: Path, name: str, start: int, part: np.ndarray[Any, Any]) -> None:
    """Write `part` (B, Th, R, ...) of an array from run `start`, where a chunk begins; on disk before this returns."""
    held = array(group, name)
    there = path / file(name, start // (held.shards or held.chunks)[2])
    clear(there)  # what a killed process left of more runs, or damage, is not read to be written over
    if part.size:
        held[:, :, start : start + part.shape[2]] = part
    if there.exists():  # a chunk in which everything is missing has no file
        sync(there)
    sync(there.parent)


def replace(group: zarr.Group, path: Path, name: str, content: np.ndarray[Any, Any]) -> None:
    """Write a whole array, on disk before this returns."""
    clear(path / file(name, 0))
    if content.size:
        array(group, name)[...] = content
    sync_tree(path / name)


def sweep(path: Path) -> None:
    """Remove what a killed process had begun to write: files that were not yet moved to their place."""
    for left in [*path.rglob("*.partial"), *path.parent.glob(".*.partial")]:
        clear(left)


def keep(path: Path, chunks: int) -> None:
    """Remove later chunks than so many: a killed process wrote them without saying so."""
    for name in PER_RUN:
        for left in (path / name).glob("c.0.0.*"):
            place = left.name.split(".")[3]
            if place.isdecimal() and int(place) >= chunks:
                clear(left)


def clear(there: Path, *, folders_only: bool = False) -> None:
    """Make way for a file."""
    if there.is_dir() and not there.is_symlink():
        shutil.rmtree(there, ignore_errors=True)
    elif not folders_only:
        there.unlink(missing_ok=True)


def array(group: zarr.Group, name: str) -> zarr.Array[Any]:
    """An array of a group; PowersimError when there is none."""
    found = group.get(name, None)
    import zarr

    if not isinstance(found, zarr.Array):
        raise PowersimError(
            f"{group.store_path}: {name} is not an array; this is not a store that powersim made"
        )
    return found


def _coordinates(group: zarr.Group, layout: Layout, runs: int) -> None:
    names = {
        "branch": layout.branches, "theory": layout.theories, "outcome": layout.outcomes,
        "snapshot": layout.snapshots, "actor": layout.actors, "actor2": layout.actors,
        "flow": layout.flows, "event": layout.first, "statistic": layout.statistics,
    }  # fmt: skip
    for dimension, labels in names.items():
        _labels(group, dimension, dimension, labels)
    _labels(group, "date", "turn", layout.dates)
    for dimension, size, chunk in (("turn", len(layout.dates), len(layout.dates)), ("run", runs, RUN_CHUNK)):
        numbers = _new(group, dimension, (size,), (max(chunk, 1),), (dimension,), np.int64, 0)
        numbers[...] = np.arange(size)


def _labels(group: zarr.Group, name: str, dimension: str, labels: tuple[str, ...]) -> None:
    array = group.create_array(
        name,
        shape=(len(labels),),
        chunks=(max(1, len(labels)),),
        dtype=str,
        dimension_names=(dimension,),
        compressors=PACKED,
    )
    if labels:
        array[...] = np.array(labels, dtype=object)


def _variables(group: zarr.Group, layout: Layout, runs: int) -> None:
    b, h, c = len(layout.branches), len(layout.theories), layout.chunk_runs()
    t, o, n, s = len(layout.dates), len(layout.outcomes), len(layout.actors), len(layout.snapshots)
    e, q, f = len(layout.first), len(layout.statistics), len(layout.flows)
    # One file a chunk of runs, in which each outcome can be read by itself.
    group.create_array(
        "value", shape=(b, h, runs, t, o), shards=(b, h, c, t, o), chunks=(b, h, c, t, 1), dtype=np.float32,
        fill_value=np.nan, dimension_names=(*EACH, "turn", "outcome"), chunk_key_encoding=FLAT, compressors=PACKED,
    )  # fmt: skip
    group.create_array(
        "summary", shape=(b, h, runs, o), shards=(b, h, c, o), chunks=(b, h, c, 1), dtype=np.float64,
        fill_value=np.nan, dimension_names=(*EACH, "outcome"), chunk_key_encoding=FLAT, compressors=PACKED,
    )  # fmt: skip
    _new(group, "odds", (b, h, runs, o), (b, h, c, max(1, o)), (*EACH, "outcome"), np.float32, np.nan)
    _new(group, "departed", (b, h, runs), (b, h, c), EACH, np.float32, np.nan)
    _new(group, "first", (b, h, runs, e), (b, h, c, max(1, e)), (*EACH, "event"), np.float32, np.nan)
    _new(group, "counts", (b, h, runs, q), (b, h, c, max(1, q)), (*EACH, "statistic"), np.float32, np.nan)
    pair = (*EACH[:2], "snapshot", "actor", "actor2")
    for name in MEANS:
        if name.startswith("alignment"):
            _new(group, name, (b, h, s, n, n), (b, h, max(1, s), n, n), pair, np.float64, np.nan)
        else:
            _new(group, name, (b, h, f), (b, h, max(1, f)), (*EACH[:2], "flow"), np.float64, np.nan)


def _new(
    group: zarr.Group,
    name: str,
    shape: tuple[int, ...],
    chunks: tuple[int, ...],
    dimensions: tuple[str, ...],
    dtype: type[np.generic],
    fill: float,
) -> zarr.Array[Any]:
    return group.create_array(
        name, shape=shape, chunks=chunks, dtype=dtype, fill_value=fill, dimension_names=dimensions,
        chunk_key_encoding=FLAT, compressors=PACKED,
    )  # fmt: skip


def _consolidate(store: MemoryStore) -> None:
    """Put all metadata into one file, so that xarray opens the store at once and without a warning."""
    with warnings.catch_warnings():
        import zarr.errors

        # zarr warns that other readers of format 3 may ignore this; they then read the arrays' own metadata.
        warnings.simplefilter("ignore", zarr.errors.ZarrUserWarning)
        zarr.consolidate_metadata(store)
