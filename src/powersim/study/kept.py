"""What `why` has computed so far, in one file that is replaced in one step after every block of runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from powersim.analysis.results import Floats
from powersim.files.arrays import Form, pack, unpack
from powersim.files.writing import check_folder, write_atomically
from powersim.sim.store import StoreError

FILE = "worlds.npz"


@dataclass(frozen=True)
class Part:
    """One run under one theory: values (world, 2, outcome), fingerprints (world, 2)."""

    values: Floats
    prints: NDArray[np.uint64]


@dataclass
class Kept:
    """Summaries (theory, run, world, branch, outcome) and fingerprints (theory, run, world, branch) of the runs so far.

    path: the file that holds them, None to hold them in memory alone.
    """

    path: Path | None
    identity: Mapping[str, Any]
    values: Floats
    prints: NDArray[np.uint64] = field(repr=False)

    @property
    def runs(self) -> int:
        """How many runs there are, from the first on."""
        return int(self.values.shape[1])

    @classmethod
    def prepare(
        cls, folder: Path | None, identity: Mapping[str, Any], shape: tuple[int, int, int], *, resume: bool
    ) -> Kept:
        """What is in the folder, or nothing yet; shape: numbers of theories, worlds and outcomes.

        StoreError if another study is there, or the same one and `resume` is not asked for.
        """
        theories, worlds, outcomes = shape
        path = None if folder is None else check_folder(folder.parent, folder.name) / FILE
        if path is None or not path.exists():
            empty = np.zeros((theories, 0, worlds, 2, outcomes))
            return cls(path, identity, empty, np.zeros((theories, 0, worlds, 2), np.uint64))
        held, _ = unpack(path, {})
        different = [key for key in {**identity, **held} if held.get(key) != _plain(identity).get(key)]
        if different:
            raise StoreError(
                f"{path.parent}: holds results of another study (another {', '.join(different)}), which are never "
                "overwritten; name another folder"
            )
        if not resume:
            raise StoreError(
                f"{path.parent}: holds results of this study; add --resume to go on, or name another folder"
            )
        each = (theories, None, worlds, 2)
        _, found = unpack(path, {"values": Form("f8", (*each, outcomes)), "prints": Form("u8", each)})
        values, prints = found["values"], found["prints"]
        if values.shape[1] != prints.shape[1]:
            raise StoreError(
                f"{path}: {values.shape[1]} runs and fingerprints of {prints.shape[1]}; delete it"
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
            arrays = {"values": self.values, "prints": self.prints}
            write_atomically(self.path, pack(_plain(self.identity), arrays))

    def first(self, runs: int) -> Kept:
        """The first `runs` runs of it."""
        return Kept(None, self.identity, self.values[:, :runs], self.prints[:, :runs])


def _plain(identity: Mapping[str, Any]) -> dict[str, Any]:
    """As it reads from JSON."""
    found: dict[str, Any] = json.loads(json.dumps(dict(identity)))
    return found
