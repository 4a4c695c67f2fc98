"""One history to be computed: everything that `simulate` needs beside a seed and a run number."""

from __future__ import annotations

from typing import NamedTuple

from powersim.world.params import Params, Switches
from powersim.world.state import BranchArrays, Ints, Setup


class Watch(NamedTuple):
    """Outcomes to record each turn (O of them): what, of whom or which, and towards whom.

    kind: codes of `world.quantities`. a, b: indices into the setup's lists (-1 = unused).
    """

    kind: Ints
    a: Ints
    b: Ints


class Case(NamedTuple):
    """A run's inputs: shapes as in `state`, `snapshots` the turns after which the alignment matrix is kept."""

    setup: Setup
    params: Params
    switches: Switches
    branch: BranchArrays
    watch: Watch
    turns: int
    snapshots: Ints
