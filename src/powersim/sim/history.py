"""One history, compiled: the unit of work of every study."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from powersim._bundle import pack
from powersim.world.case import Case
from powersim.world.channels import Held, Paths, new_paths, paths_of
from powersim.world.draws import luck
from powersim.world.start import LOG_ROWS, new_world
from powersim.world.state import Floats, Ints
from powersim.world.turn import history, new_room


@dataclass(frozen=True)
class History:
    """What a history leaves behind.

    values: (T, O) watched outcomes. alignment: (S, N, N) at the snapshots. log: rows of the chronicle, see
    `world.chronicle`. delivered: (L) units of every flow. happened: (E) turn of every event, -1 = never.
    lost: rows of the chronicle that did not fit. paths: its channels, see `world.channels`, if they were to be kept.
    """

    values: Floats
    alignment: Floats
    log: Floats
    delivered: Floats
    happened: Ints
    lost: int
    paths: Paths | None = None


def simulate(
    case: Case,
    seed: int,
    run: int,
    log_rows: int = LOG_ROWS,
    detail: bool = False,
    *,
    keep: bool = False,
    held: Held | None = None,
) -> History:
    """Compute run `run` of a case. The same seed, run and case give the same bytes, compiled or interpreted.

    detail: the chronicle also says which offers came to nothing and which beliefs moved a little; nothing else changes.
    keep: write down the paths of the channels (`History.paths`). held: channels that go as in another history,

        sibling = simulate(cancel, seed, run, keep=True)
        simulate(keep, seed, run, held=Held(sibling.paths, ["threat", "trust"]))

    is what `keep` would do if threat and trust went as they do after `cancel`. What is held where: `world.channels`.
    Raises ValueError for a seed or run that a key cannot hold, PowersimError for a channel that does not exist.
    """
    where = luck(seed, run, 0)
    paths = new_paths(case.setup, case.turns) if keep else None
    world = new_world(case.setup, log_rows, detail)
    room = new_room(case.setup, paths, paths_of(case.setup, case.turns, held))
    n = case.setup.power0.shape[0]
    values = np.zeros((case.turns, case.watch.kind.shape[0]))
    kept = np.zeros((case.snapshots.shape[0], n, n))
    history(
        pack(case.setup),
        pack(case.params),
        pack(case.switches),
        pack(case.branch),
        pack(case.watch),
        case.snapshots,
        pack(world),
        room,
        where.seed,
        where.run,
        values,
        kept,
    )
    rows = int(world.logged[0])
    return History(
        values,
        kept,
        world.log[:rows].copy(),
        world.delivered.copy(),
        world.happened.copy(),
        max(0, rows - log_rows),
        paths,
    )
