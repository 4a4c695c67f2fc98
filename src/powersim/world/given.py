"""What a history takes as given: the first of the three things that a kernel takes.

A kernel is called as ``kernel(g, w, desk, t, ...)``: what is given (never written), the world (remembered from turn to
turn), the desk (forgotten), the turn, and the indices of its own. It takes only those of them that it needs; one that
needs a single bundle of `Given` or of the desk takes that. What is derived from the state comes as an argument of its
own where it may be that of an imagined world.
"""

from __future__ import annotations

from typing import NamedTuple

from powersim.world.case import Case, Watch
from powersim.world.channels import Held, Paths, paths_of
from powersim.world.draws import Luck, luck
from powersim.world.params import Params, Switches
from powersim.world.state import BranchArrays, Ints, Setup


class Given(NamedTuple):
    """Everything that a turn reads and never writes."""

    s: Setup
    p: Params
    on: Switches  # the mechanisms that are
    branch: BranchArrays
    luck: Luck
    watch: Watch
    snapshots: Ints  # turns after which the alignment matrix is kept
    held: Paths  # the channels that the history is held to


def given_by(case: Case, seed: int, run: int, held: Held | None = None, chance: Luck | None = None) -> Given:
    """What run `run` of a case takes as given; `chance`: luck that is not the run's own.

    Raises ValueError for a seed or run that a key cannot hold, PowersimError for a channel that does not exist.
    """
    return Given(
        case.setup,
        case.params,
        case.switches,
        case.branch,
        luck(seed, run) if chance is None else chance,
        case.watch,
        case.snapshots,
        paths_of(case.setup, case.turns, held),
    )
