"""Results on disk: one zarr store that xarray opens lazily, filled a chunk of runs at a time.

A chunk holds a fixed number of runs of every branch under every theory, so what is there is always paired.
Chunks are written in the order of runs; then `progress.npz` beside the store is replaced in one step and says
how far the store is good. A run that was stopped at any moment goes on from there, with the same bytes as one
that was not. A store of another scenario, seed or version is refused, never overwritten.
"""

from __future__ import annotations

import io
import json
import math
import shutil
import uuid
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import zarr
import zarr.errors
from numpy.typing import NDArray

from powersim.errors import PowersimError
from powersim.sim.files import write_atomically
from powersim.sim.moments import Moments

Singles = NDArray[np.float32]

FORMAT = 1
RESULTS = "results"
PROGRESS = "progress.npz"
CHUNK_BYTES: int = 32 * 2**20  # of paths, before compression
CHUNK_RUNS = 50  # at most: what an interruption can cost


class StoreError(PowersimError):
    """A store that cannot be used for this run."""


@dataclass(frozen=True)
class Layout:
    """Names along each dimension of the results. `first` are the events whose first turn is kept."""

    branches: tuple[str, ...]
    theories: tuple[str, ...]
    dates: tuple[str, ...]
    outcomes: tuple[str, ...]
    snapshots: tuple[str, ...]
    actors: tuple[str, ...]
    flows: tuple[str, ...]
    first: tuple[str, ...]
    statistics: tuple[str, ...]

    def chunk_runs(self) -> int:
        """Runs in a chunk: depends on the shape of a run alone, never on how many are asked for."""
        sizes = (len(self.branches), len(self.theories), len(self.dates), len(self.outcomes))
        run_bytes = 4 * math.prod(sizes)
        return max(1, min(CHUNK_RUNS, CHUNK_BYTES // max(1, run_bytes)))


@dataclass(frozen=True)
class Chunk:
    """Results of consecutive runs from `start` on, over (branch, theory, run, ...) except the moments."""

    start: int
    value: Singles  # (B, Th, R, T, O)
    first: Singles  # (B, Th, R, E) turn, NaN = never
    counts: Singles  # (B, Th, R, Q)
    alignment: Moments  # of (B, Th, S, N, N)
    arms: Moments  # of (B, Th, L)

    @property
    def runs(self) -> int:
        """Runs in this chunk."""
        return int(self.value.shape[2])


@dataclass(frozen=True)
class _Progress:
    """How far a store is good: runs in full chunks with their moments, and runs that its summary covers."""

    done: int
    written: int
    alignment: Moments
    arms: Moments

    def plus(self, chunk: Chunk) -> _Progress:
        alignment, arms = self.alignment.merge(chunk.alignment), self.arms.merge(chunk.arms)
        return replace(self, done=self.done + chunk.runs, alignment=alignment, arms=arms)


class Store:
    """The results of one study in `folder`. Make one with `Store.prepare`."""

    def __init__(self, folder: Path, layout: Layout) -> None:
        self.folder = folder
        self.layout = layout
        self._group = zarr.open_group(folder / RESULTS, mode="r+")
        self._sure = _read_progress(folder, layout)
        self._now = self._sure

    @property
    def complete(self) -> int:
        """Runs in the store, from the first on."""
        return max(self._sure.done, self._sure.written, self._now.done)

    @property
    def next_run(self) -> int:
        """Run with which the next chunk begins: a last chunk that is not full is written anew to fill it."""
        return self._sure.done

    @classmethod
    def prepare(
        cls,
        folder: Path,
        layout: Layout,
        runs: int,
        identity: Mapping[str, Any],
        attributes: Mapping[str, Any],
        *,
        resume: bool,
    ) -> Store:
        """Open the store in `folder` for `runs` runs, making it where there is none.

        `identity` is what must agree for results to belong together: JSON values by name. With `resume` a
        store of the same identity goes on, and grows if it has room for fewer. StoreError otherwise.
        """
        path = folder / RESULTS
        if not path.exists():
            if (folder / PROGRESS).exists():
                raise StoreError(f"{folder}: {PROGRESS} is there but {RESULTS} is not; name another folder")
            _create(folder, layout, runs, identity, attributes)
        else:
            check(folder, identity, resume=resume)
            _grow(path, runs)
        return cls(folder, layout)

    def write(self, chunk: Chunk) -> None:
        """Add the next chunk of runs (ValueError if it is another). Only the last may be less than full."""
        if chunk.start != self.next_run:
            raise ValueError(f"chunk of run {chunk.start} written when run {self.next_run} was next")
        where = slice(chunk.start, chunk.start + chunk.runs)
        for name in ("value", "first", "counts"):
            _array(self._group, name)[:, :, where] = getattr(chunk, name)
        self._now = self._sure.plus(chunk)
        if chunk.runs == self.layout.chunk_runs():
            self._sure = self._now
            _write_progress(self.folder, self._sure)

    def finish(self) -> None:
        """Write what is kept as mean and spread over the runs so far; may be called at any time."""
        if self._now.done < max(1, self._sure.written):
            return  # the summary on disk is of more runs
        for name, moments in (("alignment", self._now.alignment), ("arms", self._now.arms)):
            _array(self._group, name)[...] = moments.mean
            _array(self._group, f"{name}_sd")[...] = moments.sd()
        self._sure = replace(self._sure, written=self._now.done)
        _write_progress(self.folder, self._sure)


def held_runs(folder: Path) -> int:
    """Runs that the store in `folder` has room for, 0 without one. StoreError for something else of its name."""
    if not (folder / RESULTS).exists():
        return 0
    group = _open(folder)
    return int(_array(group, "value").shape[2])


def _open(folder: Path) -> zarr.Group:
    try:
        return zarr.open_group(folder / RESULTS, mode="r")
    except (FileNotFoundError, zarr.errors.BaseZarrError, ValueError) as error:
        raise StoreError(f"{folder / RESULTS}: not a store of results; name another folder") from error


def check(folder: Path, identity: Mapping[str, Any], *, resume: bool) -> None:
    """StoreError unless results of this identity belong into the store that is in `folder`."""
    found = _open(folder).attrs.get("identity")
    if not isinstance(found, str):
        raise StoreError(f"{folder / RESULTS}: not a store that powersim made; name another folder")
    held, wanted = json.loads(found), json.loads(json.dumps(dict(identity)))
    different = [key for key in {**wanted, **held} if held.get(key) != wanted.get(key)]
    if different:
        lines = [
            f"  {key}: there {_short(held.get(key))}, now {_short(wanted.get(key))}" for key in different
        ]
        raise StoreError(
            f"{folder}: holds results of another study, which are never overwritten; name another folder\n"
            + "\n".join(lines)
        )
    if not resume:
        raise StoreError(
            f"{folder}: holds results of this study; add --resume to go on, or name another folder"
        )


def _short(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _create(
    folder: Path, layout: Layout, runs: int, identity: Mapping[str, Any], attributes: Mapping[str, Any]
) -> None:
    """Lay the empty store out beside its place, then move it there in one step."""
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f".{RESULTS}.{uuid.uuid4().hex}.partial"
    try:
        stated = {**attributes, "identity": json.dumps(dict(identity)), "coordinates": "date"}
        group = zarr.create_group(partial, zarr_format=3, attributes=stated)
        _coordinates(group, layout, runs)
        _variables(group, layout, runs)
        _consolidate(partial)
        partial.rename(folder / RESULTS)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _coordinates(group: zarr.Group, layout: Layout, runs: int) -> None:
    names = {
        "branch": layout.branches, "theory": layout.theories, "outcome": layout.outcomes,
        "snapshot": layout.snapshots, "actor": layout.actors, "actor2": layout.actors,
        "flow": layout.flows, "event": layout.first, "statistic": layout.statistics,
    }  # fmt: skip
    for dimension, labels in names.items():
        _labels(group, dimension, dimension, labels)
    _labels(group, "date", "turn", layout.dates)
    for dimension, size in (("turn", len(layout.dates)), ("run", runs)):
        numbers = _new(group, dimension, (size,), (max(size, 1),), (dimension,), np.int64, 0)
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
    each = ("branch", "theory", "run")
    # One file a chunk of runs, in which each outcome can be read by itself.
    group.create_array(
        "value", shape=(b, h, runs, t, o), shards=(b, h, c, t, o), chunks=(b, h, c, t, 1), dtype=np.float32,
        fill_value=np.nan, dimension_names=(*each, "turn", "outcome"),
    )  # fmt: skip
    _new(group, "first", (b, h, runs, e), (b, h, c, max(1, e)), (*each, "event"), np.float32, np.nan)
    _new(group, "counts", (b, h, runs, q), (b, h, c, max(1, q)), (*each, "statistic"), np.float32, np.nan)
    pair = (*each[:2], "snapshot", "actor", "actor2")
    for name in ("alignment", "alignment_sd"):
        _new(group, name, (b, h, s, n, n), (b, h, max(1, s), n, n), pair, np.float64, np.nan)
    for name in ("arms", "arms_sd"):
        _new(group, name, (b, h, f), (b, h, max(1, f)), (*each[:2], "flow"), np.float64, np.nan)


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
        name, shape=shape, chunks=chunks, dtype=dtype, fill_value=fill, dimension_names=dimensions
    )


def _array(group: zarr.Group, name: str) -> zarr.Array[Any]:
    array = group[name]
    if not isinstance(array, zarr.Array):
        raise StoreError(
            f"{group.store_path}: {name} is not an array; this is not a store that powersim made"
        )
    return array


def _grow(path: Path, runs: int) -> None:
    """Make room for more runs."""
    group = zarr.open_group(path, mode="r+", use_consolidated=False)
    if int(_array(group, "value").shape[2]) >= runs:
        return
    for name in ("value", "first", "counts"):
        array = _array(group, name)
        array.resize((*array.shape[:2], runs, *array.shape[3:]))
    del group["run"]
    _new(group, "run", (runs,), (runs,), ("run",), np.int64, 0)[...] = np.arange(runs)
    _consolidate(path)


def _consolidate(path: Path) -> None:
    """Put all metadata into one file, so that xarray opens the store at once and without a warning."""
    with warnings.catch_warnings():
        # zarr warns that other readers of format 3 may ignore this; they then read the arrays' own metadata.
        warnings.simplefilter("ignore", zarr.errors.ZarrUserWarning)
        zarr.consolidate_metadata(path)


def _write_progress(folder: Path, progress: _Progress) -> None:
    content = io.BytesIO()
    np.savez(
        content, format=FORMAT, done=progress.done, written=progress.written,
        alignment=progress.alignment.mean, alignment_squares=progress.alignment.squares,
        arms=progress.arms.mean, arms_squares=progress.arms.squares,
    )  # fmt: skip
    write_atomically(folder / PROGRESS, content.getvalue())


def _read_progress(folder: Path, layout: Layout) -> _Progress:
    each = (len(layout.branches), len(layout.theories))
    n, s = len(layout.actors), len(layout.snapshots)
    if not (folder / PROGRESS).exists():
        return _Progress(0, 0, Moments.none((*each, s, n, n)), Moments.none((*each, len(layout.flows))))
    try:
        with np.load(io.BytesIO((folder / PROGRESS).read_bytes()), allow_pickle=False) as kept:
            done = int(kept["done"])
            alignment = Moments(done, kept["alignment"], kept["alignment_squares"])
            arms = Moments(done, kept["arms"], kept["arms_squares"])
            return _Progress(done, int(kept["written"]), alignment, arms)
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise StoreError(f"{folder / PROGRESS}: cannot be read ({error}); name another folder") from error
