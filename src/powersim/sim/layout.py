"""What results are made of: names along each dimension, and chunks of runs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from powersim.sim.moments import Moments

Singles = NDArray[np.float32]
Floats = NDArray[np.float64]

CHUNK_BYTES: int = 32 * 2**20  # of paths, before compression
CHUNK_RUNS = 50  # at most: what an interruption can cost


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

    def run_bytes(self) -> int:
        """Bytes of a run's paths before compression."""
        return 4 * math.prod((len(self.branches), len(self.theories), len(self.dates), len(self.outcomes)))

    def chunk_runs(self) -> int:
        """Runs in a chunk: depends on the shape of a run alone, never on how many are asked for."""
        return max(1, min(CHUNK_RUNS, CHUNK_BYTES // max(1, self.run_bytes())))


@dataclass(frozen=True)
class Chunk:
    """Results of consecutive runs from `start` on, over (branch, theory, run, ...) except the moments."""

    start: int
    value: Singles  # (B, Th, R, T, O + K), the last K the odds of outcomes that have any
    first: Singles  # (B, Th, R, E) turn, NaN = never
    counts: Singles  # (B, Th, R, Q)
    means: Mapping[str, Moments]  # see `moments_of`

    @property
    def runs(self) -> int:
        """Runs in this chunk."""
        return int(self.value.shape[2])


def moments_of(alignment: Floats, arms: Floats) -> dict[str, Moments]:
    """Moments over runs of alignment (R, B, Th, S, N, N) and of deliveries (R, B, Th, L), by name.

    Beside them those of differences within runs: `change` since the first snapshot, `gap` from the first branch.
    """
    return {
        "alignment": Moments.of(alignment),
        "alignment_change": Moments.of(alignment - alignment[:, :, :, :1]),
        "alignment_gap": Moments.of(alignment - alignment[:, :1]),
        "arms": Moments.of(arms),
        "arms_gap": Moments.of(arms - arms[:, :1]),
    }


@dataclass(frozen=True)
class CondensedRuns:
    """What effects need of a chunk's paths.

    summary: (B, Th, R, O) each outcome's summary. departed: (B, Th, R) first turn at which anything recorded differs
    from the first branch, NaN = never. odds: (B, Th, R, O) of each outcome, NaN where it has none.
    """

    summary: Floats
    departed: Singles
    odds: Singles
