"""What `why` has computed so far, in one file that is replaced in one step after every block of runs."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from powersim import _seals as seals
from powersim.effects.results import Floats
from powersim.errors import Argument
from powersim.files.writing import check_folder, write_atomically
from powersim.sim.manifest import DamagedError, StoreError, content

FILE = "worlds.npz"


@dataclass(frozen=True)
class Part:
    """One run under one theory: values (world, 2, outcome), fingerprints (world, 2)."""

    values: Floats
    prints: NDArray[np.uint64]


@dataclass
class WorldStore:
    """Summaries (theory, run, world, branch, outcome) and fingerprints (theory, run, world, branch) of the runs so far.

    path: the file that holds them, None to hold them in memory alone. damaged: whether that file is damaged, so that
    everything is computed again.
    """

    path: Path | None
    identity: Mapping[str, Any]
    values: Floats
    prints: NDArray[np.uint64] = field(repr=False)
    damaged: bool = False

    @property
    def runs(self) -> int:
        """How many runs there are, from the first on."""
        return int(self.values.shape[1])

    @classmethod
    def prepare(
        cls, folder: Path | None, identity: Mapping[str, Any], shape: tuple[int, int, int], *, resume: bool
    ) -> WorldStore:
        """What is in the folder, or nothing yet; shape: numbers of theories, worlds and outcomes.

        StoreError if another study is there, or the same one, or a damaged one, and `resume` is not asked for.
        """
        theories, worlds, outcomes = shape
        path = None if folder is None else check_folder(folder.parent, folder.name) / FILE
        sealed = None if path is None else content(path)
        if path is None or sealed is None:
            empty = np.zeros((theories, 0, worlds, 2, outcomes))
            return cls(path, identity, empty, np.zeros((theories, 0, worlds, 2), np.uint64))
        whole = seals.unseal(sealed, FILE)
        if whole is None:
            if not resume:
                raise DamagedError.again(path)
            nothing = cls.prepare(None, identity, shape, resume=resume)
            return replace(nothing, path=path, damaged=True)
        with np.load(io.BytesIO(whole), allow_pickle=False) as found:
            held = json.loads(str(found["identity"]))
            values, prints = found["values"], found["prints"]
        different = [key for key in {**identity, **held} if held.get(key) != _plain(identity).get(key)]
        if different:
            raise StoreError(
                f"{path.parent}: holds results of another study (another {', '.join(different)}), which are never "
                "overwritten; name another folder"
            )
        if not resume:
            raise StoreError(
                f"{path.parent}: holds results of this study; add ",
                Argument("resume", True),
                " to go on, or name another folder",
            )
        return cls(path, identity, values, prints)

    def add(self, parts: Sequence[Part], runs: int) -> None:
        """Add the next runs: their parts come by run, then by theory."""
        theories = self.values.shape[0]

        def by_theory(arrays: list[Any]) -> Any:
            stacked = np.stack(arrays)
            return np.swapaxes(stacked.reshape(runs, theories, *stacked.shape[1:]), 0, 1)

        self.values = np.concatenate([self.values, by_theory([part.values for part in parts])], axis=1)
        self.prints = np.concatenate([self.prints, by_theory([part.prints for part in parts])], axis=1)
        if self.path is not None:
            room = io.BytesIO()
            text = json.dumps(_plain(self.identity))
            np.savez(room, identity=np.array(text), values=self.values, prints=self.prints)
            write_atomically(self.path, seals.seal(room.getvalue(), FILE))

    def first(self, runs: int) -> WorldStore:
        """The first `runs` runs of it."""
        return WorldStore(None, self.identity, self.values[:, :runs], self.prints[:, :runs])


def _plain(identity: Mapping[str, Any]) -> dict[str, Any]:
    """As it reads from JSON."""
    found: dict[str, Any] = json.loads(json.dumps(dict(identity)))
    return found
