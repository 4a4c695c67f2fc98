"""Results on disk: one zarr store that xarray opens lazily, filled a chunk of runs at a time.

A chunk holds a fixed number of runs of every branch under every theory, so what is there is always paired.
Chunks are written in the order of runs; when one is on disk, its checksums are recorded (`manifest`), then
`progress.npz` is replaced in one step and says how far the store is good. A run that was stopped at any moment goes on
from there, with the same bytes as one that was not. What is damaged is computed again, to the same bytes as if it
were not. A store of another scenario, seed or version is refused, never overwritten.

Of every run the store keeps each outcome's summary and odds, when its branches parted, first dates and counts; whole
paths of all runs, or of the first so many.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from powersim import _seals as seals
from powersim.errors import Argument
from powersim.sim import arrays, held, manifest
from powersim.sim import progress as record
from powersim.sim.layout import Chunk, CondensedRuns, Layout
from powersim.sim.manifest import RESULTS, DamagedError, Manifest, StoreError
from powersim.sim.progress import Progress

if TYPE_CHECKING:
    import zarr

ALL_PATHS = "all"


class Store:
    """The results of one study in `folder`. Make one with `Store.prepare`."""

    def __init__(
        self,
        folder: Path,
        layout: Layout,
        identity: Mapping[str, Any],
        damage: _Damage,
        lay_out: Callable[[], None] | None = None,
    ) -> None:
        self.folder = folder
        self.layout = layout
        self.paths = None if identity.get("paths", ALL_PATHS) == ALL_PATHS else int(identity["paths"])
        self.damaged = damage.names
        self._key = seals.key(identity)
        self._manifest = Manifest(folder, self._key, layout.chunk_runs())
        self._lay_out = lay_out
        self._claimed = damage.claimed
        self._broken = sorted(damage.chunks)
        self._sure = self._now = damage.progress

    def lay_out(self) -> None:
        """Lay out a new store on disk, unless that is done."""
        if self._lay_out is not None:
            self._lay_out()
            self._lay_out = None

    @cached_property
    def _group(self) -> zarr.Group:
        import zarr  # takes a while to load

        self.lay_out()
        return zarr.open_group(self.folder / RESULTS, mode="r+")

    @property
    def complete(self) -> int:
        """Runs in the store, from the first on, that are sound."""
        if self._broken:
            return self._broken[0] * self.layout.chunk_runs()
        return max(self._sure.complete, self._now.done)

    @property
    def next_run(self) -> int:
        """Run with which the next chunk begins: a last chunk that is not full is written anew to fill it."""
        return self._sure.done

    def goal(self, runs: int) -> int:
        """Runs to have when `runs` are asked for: what was damaged is computed again, whatever is asked for."""
        return max(runs, self._claimed) if self.damaged else runs

    def missing(self, runs: int) -> list[tuple[int, int]]:
        """What has to be computed for `runs` runs: (first run, run after the last), each from where a chunk begins."""
        size = self.layout.chunk_runs()
        spans: list[tuple[int, int]] = []
        for chunk in self._broken:
            start, stop = chunk * size, (chunk + 1) * size
            if spans and spans[-1][1] == start:
                start = spans.pop()[0]
            spans.append((start, stop))
        if max(self._sure.complete, self._now.done) < runs:
            spans.append((self.next_run, runs))
        return spans

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
        later: bool = False,
    ) -> Store:
        """Open the store in `folder` for `runs` runs, making it where there is none; `later`: by `lay_out`.

        `identity` is what must agree for results to belong together: JSON values by name. With `resume` a
        store of the same identity goes on, and grows if it has room for fewer; what of it is damaged is in
        `Store.damaged`, and among `missing`. StoreError otherwise.
        """
        path = folder / RESULTS
        stated: dict[str, Any] = json.loads(json.dumps(dict(identity)))
        attributes = {**attributes, arrays.IDENTITY: json.dumps(stated)}
        if not held.held_identity(folder):
            lay_out = partial(arrays.lay_out, path, layout, runs, attributes)
            made = cls(folder, layout, stated, _Damage(Progress.none(stated, runs)), lay_out)
            if not later:
                made.lay_out()
            return made
        check(folder, stated, resume=resume)
        arrays.sweep(path)
        for name in (record.FILE, manifest.FILE):
            arrays.clear(folder / name, folders_only=True)
        damage = _Damage.found(folder, layout, stated, runs)
        if damage.layout:
            arrays.lay_out(path, layout, damage.progress.room, attributes)
        chunks = -(-damage.claimed // layout.chunk_runs())
        arrays.keep(path, chunks)
        Manifest(folder, seals.key(stated), layout.chunk_runs()).keep(chunks)
        return cls(folder, layout, stated, damage)

    def write(self, chunk: Chunk, condensed: CondensedRuns) -> None:
        """Add the next chunk of runs, or one that is damaged (ValueError if it is another).

        Only the last may be less than full.
        """
        place = chunk.start // self.layout.chunk_runs()
        if chunk.start != self.next_run and place not in self._broken:
            raise ValueError(f"chunk of run {chunk.start} written when run {self.next_run} was next")
        whole = chunk.runs if self.paths is None else max(0, min(chunk.runs, self.paths - chunk.start))
        parts: dict[str, NDArray[Any]] = {
            "value": chunk.value[:, :, :whole, :, : len(self.layout.outcomes)],
            "summary": condensed.summary,
            "odds": condensed.odds,
            "departed": condensed.departed,
            "first": chunk.first,
            "counts": chunk.counts,
        }
        for name, part in parts.items():
            arrays.put(self._group, self.folder / RESULTS, name, chunk.start, part)
        self._manifest.note(place, chunk.runs)
        if place in self._broken:
            self._broken.remove(place)
            return
        self._now = self._sure.plus(chunk)
        if chunk.runs == self.layout.chunk_runs():
            self._sure = self._now
            self._sure.write(self.folder)

    def finish(self) -> None:
        """Write what is kept as mean and spread over the runs so far; may be called at any time."""
        self.lay_out()
        if self._now.done <= self._sure.written:
            return  # what is on disk is of as many runs, or more
        for name in arrays.MEANS:
            moments = self._now.moments[name.removesuffix("_sd")]
            content = moments.sd() if name.endswith("_sd") else moments.mean
            arrays.replace(self._group, self.folder / RESULTS, name, content)
        means = manifest.of_means(self.folder, self._now.done, self._key)
        self._sure = replace(self._sure, written=self._now.done, means=means)
        self._sure.write(self.folder)


class _Damage:
    """What of a store is not what was written, and how far it is good.

    progress: what is sure. claimed: runs that the store had, before damage. chunks: full ones to compute again. names:
    damaged files. layout: whether metadata and labels have to be laid out anew.
    """

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.claimed = progress.complete
        self.chunks: list[int] = []
        self.names: tuple[str, ...] = ()
        self.layout = False

    @classmethod
    def found(cls, folder: Path, layout: Layout, identity: Mapping[str, Any], runs: int) -> _Damage:
        """Everything that is wrong with the store of this identity in a folder."""
        names: list[str] = []
        room = 0
        try:
            root = held.root(folder)
            room, names = root.room, list(held.damaged_labels(folder, root))
        except DamagedError:
            names = [held.ROOT]
        labels = bool(names)
        size, key = layout.chunk_runs(), seals.key(identity)
        kept = held.sound_progress(folder)
        if kept is None or kept.identity != identity:
            recorded = Manifest(folder, key, size).chunks
            made = cls(Progress.none(identity, runs))
            made.claimed = min(room, recorded * size)
            names += [record.FILE] if recorded or kept is not None or (folder / record.FILE).exists() else []
        else:
            made = cls(kept)
            made.claimed = kept.complete
            broken = list(held.damaged_chunks(folder, key, size, kept.complete))
            means = held.damaged_means(folder, kept, key)
            names += [*means, *(name for _, files in broken for name in files)]
            made.chunks = [chunk for chunk, _ in broken if (chunk + 1) * size <= kept.done]
            if means or len(made.chunks) < len(broken):
                # Means are written anew, after a last chunk that is not full.
                made.progress = replace(kept, written=0)
        wanted = max(runs, room, made.claimed, made.progress.room)
        made.layout = labels or wanted > room
        made.progress = replace(made.progress, room=wanted)
        made.names = tuple(dict.fromkeys(names))
        return made


def check(folder: Path, identity: Mapping[str, Any], *, resume: bool) -> None:
    """StoreError unless results of this identity belong into the store that is in `folder`."""
    there, wanted = held.held_identity(folder), json.loads(json.dumps(dict(identity)))
    different = [key for key in {**wanted, **there} if there.get(key) != wanted.get(key)]
    if different:
        lines = [
            f"  {key}: there {_short(there.get(key))}, now {_short(wanted.get(key))}" for key in different
        ]
        raise StoreError(
            f"{folder}: holds results of another study, which are never overwritten; name another folder\n"
            + "\n".join(lines)
        )
    if not resume:
        raise StoreError(
            f"{folder}: holds results of this study; add ",
            Argument("resume", True),
            " to go on, or name another folder",
        )


def _short(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."
