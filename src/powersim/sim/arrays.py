"""The arrays of a store: laid out empty, made longer, and put on disk a chunk at a time."""

from __future__ import annotations

import shutil
import uuid
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import zarr
import zarr.errors

from powersim.errors import PowersimError
from powersim.sim.files import sync, sync_tree
from powersim.sim.layout import Layout

EACH = ("branch", "theory", "run")
PER_RUN = ("value", "summary", "departed", "first", "counts")
"""Arrays with a place for every run."""

# All files of an array in one folder: fewer folders to put on disk than with the usual one for every dimension.
FLAT: Any = {"name": "default", "separator": "."}
RUN_CHUNK = 2**16  # numbers of runs in one file of the coordinate


def create(path: Path, layout: Layout, runs: int, attributes: Mapping[str, Any]) -> None:
    """Lay empty arrays out beside their place, then move them there in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}.partial")
    try:
        group = zarr.create_group(partial, zarr_format=3, attributes={**attributes, "coordinates": "date"})
        _coordinates(group, layout, runs)
        _variables(group, layout, runs)
        _consolidate(partial)
        sync_tree(partial)
        partial.rename(path)
        sync(path.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def grow(path: Path, runs: int) -> None:
    """Make room for more runs. Where this was cut off, the next call completes it."""
    group = zarr.open_group(path, mode="r+", use_consolidated=False)
    room = max(runs, *(int(array(group, name).shape[2]) for name in PER_RUN))
    for name in PER_RUN:
        held = array(group, name)
        if held.shape[2] < room:
            held.resize((*held.shape[:2], room, *held.shape[3:]))
    numbers = array(group, "run")
    if numbers.shape[0] < room:
        numbers.resize((room,))
    if not np.array_equal(np.asarray(numbers[-1:]), [room - 1]):
        numbers[...] = np.arange(room)
    if _stated_runs(path) != room:
        _consolidate(path)
    sync_tree(path / "run")
    for name in PER_RUN:
        sync(path / name / "zarr.json")
    sync(path / "zarr.json")
    sync(path)


def put(group: zarr.Group, path: Path, name: str, start: int, part: np.ndarray[Any, Any]) -> None:
    """Write `part` (B, Th, R, ...) of an array from run `start` on, on disk before this returns."""
    if part.size == 0:
        return
    held = array(group, name)
    held[:, :, start : start + part.shape[2]] = part
    length = (held.shards or held.chunks)[2]
    ends = ".0" * (part.ndim - 3)
    for index in range(start // length, (start + part.shape[2] - 1) // length + 1):
        file = path / name / f"c.0.0.{index}{ends}"
        if file.exists():  # a chunk in which everything is missing has no file
            sync(file)
    sync(path / name)


def replace(group: zarr.Group, path: Path, name: str, content: np.ndarray[Any, Any]) -> None:
    """Write a whole array, on disk before this returns."""
    if content.size:
        array(group, name)[...] = content
        sync_tree(path / name)


def sweep(path: Path) -> None:
    """Remove what a killed process had begun to write: files that were not yet moved to their place."""
    for left in [*path.rglob("*.partial"), *path.parent.glob(".*.partial")]:
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def array(group: zarr.Group, name: str) -> zarr.Array[Any]:
    """An array of a group; PowersimError when there is none."""
    found = group.get(name, None)
    if not isinstance(found, zarr.Array):
        raise PowersimError(
            f"{group.store_path}: {name} is not an array; this is not a store that powersim made"
        )
    return found


def _stated_runs(path: Path) -> int:
    """Runs according to the summary of metadata that readers use."""
    return int(array(zarr.open_group(path, mode="r"), "run").shape[0])


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
        name, shape=(len(labels),), chunks=(max(1, len(labels)),), dtype=str, dimension_names=(dimension,)
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
        fill_value=np.nan, dimension_names=(*EACH, "turn", "outcome"), chunk_key_encoding=FLAT,
    )  # fmt: skip
    group.create_array(
        "summary", shape=(b, h, runs, o), shards=(b, h, c, o), chunks=(b, h, c, 1), dtype=np.float64,
        fill_value=np.nan, dimension_names=(*EACH, "outcome"), chunk_key_encoding=FLAT,
    )  # fmt: skip
    _new(group, "departed", (b, h, runs), (b, h, c), EACH, np.float32, np.nan)
    _new(group, "first", (b, h, runs, e), (b, h, c, max(1, e)), (*EACH, "event"), np.float32, np.nan)
    _new(group, "counts", (b, h, runs, q), (b, h, c, max(1, q)), (*EACH, "statistic"), np.float32, np.nan)
    pair = (*EACH[:2], "snapshot", "actor", "actor2")
    for name in ("alignment", "alignment_sd"):
        _new(group, name, (b, h, s, n, n), (b, h, max(1, s), n, n), pair, np.float64, np.nan)
    for name in ("arms", "arms_sd"):
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
        chunk_key_encoding=FLAT,
    )  # fmt: skip


def _consolidate(path: Path) -> None:
    """Put all metadata into one file, so that xarray opens the store at once and without a warning."""
    with warnings.catch_warnings():
        # zarr warns that other readers of format 3 may ignore this; they then read the arrays' own metadata.
        warnings.simplefilter("ignore", zarr.errors.ZarrUserWarning)
        zarr.consolidate_metadata(path)
