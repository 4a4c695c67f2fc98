"""Room for the world of a history, which histories of one size use one after the other."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from powersim.compile.bundle import pack
from powersim.world.start import blank_world, settle
from powersim.world.state import Setup, World

Memory = NDArray[np.uint8]
ALIGNED = 64  # bytes: a field begins where a line of a processor's cache does


class Room:
    """A world, as arrays and packed: all of it but the chronicle is one piece of memory, and copied at once."""

    def __init__(self, s: Setup, log_rows: int, detail: bool) -> None:
        blank = blank_world(s, log_rows, detail)._asdict()
        log = blank.pop("log")
        ends = list(accumulate(-(-array.nbytes // ALIGNED) * ALIGNED for array in blank.values()))
        memory: Memory = np.zeros(ends[-1] + ALIGNED, np.uint8)
        self.memory = memory[-memory.ctypes.data % ALIGNED :][: ends[-1]]
        fields = {
            name: self.memory[start : start + array.nbytes].view(array.dtype).reshape(array.shape)
            for (name, array), start in zip(blank.items(), [0, *ends], strict=False)
        }
        for name, array in blank.items():
            fields[name][...] = array
        self.world = World(log=log, **fields)
        self.packed = pack(self.world)
        self._blank = self.memory.copy()

    def clear(self, s: Setup) -> None:
        """Make the world one at its starting values, with an empty chronicle."""
        self.memory[:] = self._blank
        settle(s, self.world)

    def copy(self, other: Room) -> None:
        """Make the world equal to another; of the chronicle only what is written."""
        self.memory[:] = other.memory
        rows = min(int(other.world.logged[0]), len(other.world.log))
        self.world.log[:rows] = other.world.log[:rows]
