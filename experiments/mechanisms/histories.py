"""Histories with all that they leave behind: paths of what a measure asks for, the last world, the chronicle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from powersim.scenario.arrays.build import Built
from powersim.sim.run import Engine
from powersim.world import columns as col
from powersim.world.case import Case, Watch
from powersim.world.quantities import ALIGNMENT, CONTROL, ENGAGERS, ISSUE, SECURITY, STOCK
from powersim.world.start import LOG_ROWS
from powersim.world.state import Derived, Floats, Setup, World

KEYS = {
    "issue": ISSUE, "alignment": ALIGNMENT, "control": CONTROL, "engagers": ENGAGERS, "security": SECURITY,
    "stock": STOCK,
}  # fmt: skip


class Path(NamedTuple):
    """A path to record: its kind and up to two indices."""

    kind: str
    a: int
    b: int = -1


class Told(NamedTuple):
    """One history. `paths` (T, asked for) in the order of `asked`; `log`: rows of the chronicle."""

    built: Built
    setup: Setup
    params: Any
    world: World
    derived: Derived
    paths: Floats
    asked: Sequence[Path]
    log: Floats

    def path(self, path: Path) -> Floats:
        """One of the paths asked for (T)."""
        return self.paths[:, self.asked.index(path)]

    def rows(self, *kinds: int) -> Floats:
        """Rows of the chronicle of some kinds."""
        return self.log[np.isin(self.log[:, col.KIND], kinds)]

    def differs(self, other: Told) -> bool:
        """Whether two histories differ in any bit of what was recorded."""
        return self.log.tobytes() != other.log.tobytes() or self.paths.tobytes() != other.paths.tobytes()


def tell(built: Built, case: Case, asked: Sequence[Path], seed: int, run: int) -> Told:
    """Compute a history."""
    watch = Watch(
        np.array([KEYS[path.kind] for path in asked], np.int64),
        np.array([path.a for path in asked], np.int64),
        np.array([path.b for path in asked], np.int64),
    )
    engine = Engine(
        case._replace(watch=watch, snapshots=np.zeros(0, np.int64)), seed, run, log_rows=2 * LOG_ROWS
    )
    engine.to(case.turns)
    world, derived, paths = engine.world, engine.desk.derived, engine.record.values
    rows = min(int(world.logged[0]), len(world.log))
    log = world.log[:rows].copy()
    return Told(built, case.setup, case.params, world._replace(log=log), derived, paths, asked, log)
