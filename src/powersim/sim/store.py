"""Results on disk: one zarr store that xarray opens lazily, filled a chunk of runs at a time.

A chunk holds a fixed number of runs of every branch under every theory, so what is there is always paired.
Chunks are written in the order of runs; when one is on disk, `progress.npz` beside the store is replaced in one
step and says how far the store is good. A run that was stopped at any moment goes on from there, with the same
bytes as one that was not. A store of another scenario, seed or version is refused, never overwritten.

Of every run the store keeps each outcome's summary, when its branches parted, first dates and counts; whole paths
of all runs, or of the first so many.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import zarr
import zarr.errors
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from powersim.errors import PowersimError
from powersim.files.reading import parse
from powersim.sim import arrays
from powersim.sim.files import write_atomically
from powersim.sim.layout import Chunk, Condensed, Layout
from powersim.sim.moments import Moments

FORMAT = 2
RESULTS = "results"
PROGRESS = "progress.npz"
ALL_PATHS = "all"


class StoreError(PowersimError):
    """A store that cannot be used for this run."""


class _Identity(BaseModel):
    """What results say of what they are of; keys of other versions are kept, since they make a difference."""

    model_config = ConfigDict(extra="allow", strict=True)

    scenario: str | None = None
    branches: list[str] | None = None
    theories: list[str] | None = None
    seed: int | None = None
    sampling: str | None = None
    powersim: str | None = None
    rules: str | None = None
    format: int | None = None
    paths: Annotated[int, Field(ge=0)] | Literal["all"] | None = None


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
        self.paths = held_paths(folder)
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
            arrays.create(path, layout, runs, {**attributes, "identity": json.dumps(dict(identity))})
        else:
            check(folder, identity, resume=resume)
            arrays.sweep(path)
            arrays.grow(path, runs)
        return cls(folder, layout)

    def write(self, chunk: Chunk, condensed: Condensed) -> None:
        """Add the next chunk of runs (ValueError if it is another). Only the last may be less than full."""
        if chunk.start != self.next_run:
            raise ValueError(f"chunk of run {chunk.start} written when run {self.next_run} was next")
        whole = chunk.runs if self.paths is None else max(0, min(chunk.runs, self.paths - chunk.start))
        parts: dict[str, NDArray[Any]] = {
            "value": chunk.value[:, :, :whole],
            "summary": condensed.summary,
            "departed": condensed.departed,
            "first": chunk.first,
            "counts": chunk.counts,
        }
        for name, part in parts.items():
            arrays.put(self._group, self.folder / RESULTS, name, chunk.start, part)
        self._now = self._sure.plus(chunk)
        if chunk.runs == self.layout.chunk_runs():
            self._sure = self._now
            _write_progress(self.folder, self._sure)

    def finish(self) -> None:
        """Write what is kept as mean and spread over the runs so far; may be called at any time."""
        if self._now.done < max(1, self._sure.written):
            return  # the summary on disk is of more runs
        for name, moments in (("alignment", self._now.alignment), ("arms", self._now.arms)):
            arrays.replace(self._group, self.folder / RESULTS, name, moments.mean)
            arrays.replace(self._group, self.folder / RESULTS, f"{name}_sd", moments.sd())
        self._sure = replace(self._sure, written=self._now.done)
        _write_progress(self.folder, self._sure)


def held_runs(folder: Path) -> int:
    """Runs that the store in `folder` has room for, 0 without one. StoreError for something else of its name."""
    if not (folder / RESULTS).exists():
        return 0
    return int(arrays.array(_open(folder), "value").shape[2])


def held_identity(folder: Path) -> dict[str, Any]:
    """What the results in `folder` are of, empty without any. StoreError for something else of their name."""
    if not (folder / RESULTS).exists():
        return {}
    found = _open(folder).attrs.get("identity")
    if not isinstance(found, str):
        raise StoreError(f"{folder / RESULTS}: not a store that powersim made; name another folder")
    return parse(found, f"{folder / RESULTS}: identity", _Identity, "what results belong to").model_dump(
        exclude_none=True
    )


def held_paths(folder: Path) -> int | None:
    """Of how many runs from the first on whole paths are kept; None for all."""
    kept = held_identity(folder).get("paths", ALL_PATHS)
    return None if kept == ALL_PATHS else int(kept)


def _open(folder: Path) -> zarr.Group:
    try:
        return zarr.open_group(folder / RESULTS, mode="r")
    except (FileNotFoundError, zarr.errors.BaseZarrError, ValueError) as error:
        raise StoreError(f"{folder / RESULTS}: not a store of results; name another folder") from error


def done_runs(folder: Path) -> int:
    """Runs that are complete in the store in `folder`, 0 without one. StoreError for a damaged record of progress."""
    if not (folder / RESULTS).exists() or not (folder / PROGRESS).exists():
        return 0
    with _reading(folder) as kept:
        return max(int(kept["done"]), int(kept["written"]))


@contextmanager
def _reading(folder: Path) -> Iterator[Mapping[str, NDArray[Any]]]:
    """The record of progress; StoreError where it cannot be read."""
    try:
        with np.load(io.BytesIO((folder / PROGRESS).read_bytes()), allow_pickle=False) as kept:
            yield kept
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise StoreError(f"{folder / PROGRESS}: cannot be read ({error}); name another folder") from error


def check(folder: Path, identity: Mapping[str, Any], *, resume: bool) -> None:
    """StoreError unless results of this identity belong into the store that is in `folder`."""
    held, wanted = held_identity(folder), json.loads(json.dumps(dict(identity)))
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
    with _reading(folder) as kept:
        done = int(kept["done"])
        alignment = Moments(done, kept["alignment"], kept["alignment_squares"])
        arms = Moments(done, kept["arms"], kept["arms_squares"])
        return _Progress(done, int(kept["written"]), alignment, arms)
