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
from powersim.sim.layout import Chunk
from powersim.sim.manifest import DamagedError, content
from powersim.sim.moments import Moments

FILE = "progress.npz"
SQUARES = "_squares"  # after the name of moments


@dataclass(frozen=True)
class Progress:
    """What a store holds: `done` runs in full chunks, with their moments, and `written` runs in its means.

    identity: what the results are of. room: runs that were asked for. means: checksums of the arrays of means.
    """

    identity: Mapping[str, Any]
    room: int
    done: int
    written: int
    moments: Mapping[str, Moments]
    means: bytes = b""

    @classmethod
    def none(cls, identity: Mapping[str, Any], room: int) -> Progress:
        """Nothing yet."""
        return cls(identity, room, 0, 0, {})

    @property
    def complete(self) -> int:
        """Runs from the first on that are in the store."""
        return max(self.done, self.written)

    def plus(self, chunk: Chunk) -> Progress:
        """With another chunk."""
        had = self.moments
        moments = {name: had[name].merge(new) if name in had else new for name, new in chunk.means.items()}
        return replace(self, done=self.done + chunk.runs, moments=moments)

    def write(self, folder: Path) -> None:
        """Replace what the folder says, on disk before this returns."""
        room = io.BytesIO()
        moments: dict[str, Any] = {name: each.mean for name, each in self.moments.items()}
        moments |= {name + SQUARES: each.squares for name, each in self.moments.items()}
        np.savez(
            room, identity=json.dumps(dict(self.identity)), room=self.room, done=self.done, written=self.written,
            means=np.frombuffer(self.means, np.uint8), **moments,
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
            {
                name: Moments(done, kept[name], kept[name + SQUARES])
                for name in (key.removesuffix(SQUARES) for key in kept.files if key.endswith(SQUARES))
            },
            kept["means"].tobytes(),
        )  # fmt: skip
