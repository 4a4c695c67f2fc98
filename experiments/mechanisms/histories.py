"""Histories with all that they leave behind: paths of what a measure asks for, the last world, the chronicle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from powersim._bundle import Packed, pack
from powersim.scenario.build import Built
from powersim.world.case import ALIGNMENT, CONTROL, ENGAGERS, ISSUE, SECURITY, STOCK, Case, Watch
from powersim.world.draws import luck
from powersim.world.start import LOG_ROWS, new_world
from powersim.world.state import Derived, Floats, Setup, World
from powersim.world.turn import history, new_room

KEYS = {
    "issue": ISSUE,
    "alignment": ALIGNMENT,
    "control": CONTROL,
    "engagers": ENGAGERS,
    "security": SECURITY,
    "stock": STOCK,
}


class Wanted(NamedTuple):
    """A path to record: its kind and up to two indices."""

    kind: str
    a: int
    b: int = -1


class Told(NamedTuple):
    """One history. `paths` (T, wanted) in the order asked for; `log` rows of the chronicle."""

    built: Built
    setup: Setup
    params: Any
    world: World
    derived: Derived
    paths: Floats
    wanted: Sequence[Wanted]
    log: Floats

    def path(self, kind: str, a: int, b: int = -1) -> Floats:
        """The path (T) of one of the things asked for."""
        return self.paths[:, list(self.wanted).index(Wanted(kind, a, b))]

    def rows(self, *kinds: int) -> Floats:
        """Rows of the chronicle of some kinds."""
        return self.log[np.isin(self.log[:, 1], kinds)]


def tell(built: Built, case: Case, wanted: Sequence[Wanted], seed: int, run: int) -> Told:
    """Compute a history."""
    watch = Watch(
        np.array([KEYS[item.kind] for item in wanted], np.int64),
        np.array([item.a for item in wanted], np.int64),
        np.array([item.b for item in wanted], np.int64),
    )
    where, n = luck(seed, run, 0), len(case.setup.power0)
    world, room = new_world(case.setup, 2 * LOG_ROWS), new_room(case.setup)
    paths = np.zeros((case.turns, len(wanted)))
    history(
        pack(case.setup), pack(case.params), pack(case.switches), pack(case.branch), pack(watch),
        np.zeros(0, np.int64), pack(world), room, where.seed, where.run, paths, np.zeros((0, n, n)),
    )  # fmt: skip
    derived: Any = room.derived.values if isinstance(room.derived, Packed) else room.derived
    rows = min(int(world.logged[0]), len(world.log))
    return Told(built, case.setup, case.params, world, derived, paths, wanted, world.log[:rows])
