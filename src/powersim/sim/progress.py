"""How far a store is good, in one sealed file that is replaced in one step."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from powersim import _seals as seals
from powersim.files.writing import write_atomically
from powersim.sim.layout import Chunk, Layout
from powersim.sim.manifest import DamagedError, content
from powersim.sim.moments import Moments

FILE = "progress.npz"


@dataclass(frozen=True)
class Progress:
    """What a store holds: `done` runs in full chunks, with their moments, and `written` runs in its means.

    identity: what the results are of. room: runs that were asked for. means: checksums of the arrays of means.
    """

    identity: Mapping[str, Any]
    room: int
    done: int
    written: int
    alignment: Moments
    arms: Moments
    means: bytes = b""

    @classmethod
    def none(cls, identity: Mapping[str, Any], layout: Layout, room: int) -> Progress:
        """Nothing yet."""
        each = (len(layout.branches), len(layout.theories))
        n, s = len(layout.actors), len(layout.snapshots)
        alignment, arms = Moments.none((*each, s, n, n)), Moments.none((*each, len(layout.flows)))
        return cls(identity, room, 0, 0, alignment, arms)

    @property
    def complete(self) -> int:
        """Runs from the first on that are in the store."""
        return max(self.done, self.written)

    def plus(self, chunk: Chunk) -> Progress:
        """With another chunk."""
        alignment, arms = self.alignment.merge(chunk.alignment), self.arms.merge(chunk.arms)
        return replace(self, done=self.done + chunk.runs, alignment=alignment, arms=arms)

    def write(self, folder: Path) -> None:
        """Replace what the folder says, on disk before this returns."""
        room = io.BytesIO()
        np.savez(
            room, identity=json.dumps(dict(self.identity)), room=self.room, done=self.done, written=self.written,
            means=np.frombuffer(self.means, np.uint8),
            alignment=self.alignment.mean, alignment_squares=self.alignment.squares,
            arms=self.arms.mean, arms_squares=self.arms.squares,
        )  # fmt: skip
        write_atomically(folder / FILE, seals.seal(room.getvalue(), FILE))


def read(folder: Path) -> Progress | None:
    """What a folder says of its store, None if it says nothing. DamagedError if it is not what was written."""
    found = content(folder / FILE)
    if found is None:
        return None
    whole = seals.unseal(found, FILE)
    if whole is None:
        raise DamagedError(f"{folder / FILE}: is damaged")
    with np.load(io.BytesIO(whole), allow_pickle=False) as kept:
        done = int(kept["done"])
        return Progress(
            json.loads(str(kept["identity"])), int(kept["room"]), done, int(kept["written"]),
            Moments(done, kept["alignment"], kept["alignment_squares"]),
            Moments(done, kept["arms"], kept["arms_squares"]),
            kept["means"].tobytes(),
        )  # fmt: skip
