"""A history with its states: what the world was at the start and after each turn, beside a chronicle in detail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from powersim._bundle import pack
from powersim.sim.model import PowersimModel
from powersim.world.case import Case
from powersim.world.draws import luck
from powersim.world.start import new_world
from powersim.world.state import Floats, World
from powersim.world.turn import begin, new_room, stretch

ROWS = 16384
"""Room for a chronicle in detail at first; a longer one is computed again with twice the room."""


@dataclass(frozen=True)
class Path:
    """A history: `states` holds the world at the start and after every turn (T + 1), or only at the start and the end.

    values: (T, O) watched outcomes. log: rows of the chronicle in detail, see `world.chronicle`.
    """

    states: tuple[World, ...]
    values: Floats
    log: Floats


def path(case: Case, seed: int, run: int, *, every: bool = False, mesa: bool = False) -> Path:
    """Run `run` of a case; the same bits as `sim.history.simulate`. every: keep the world after every turn.

    Raises ValueError for a seed or run that a key cannot hold.
    """
    rows = ROWS
    while True:
        found = _path(case, seed, run, rows, every, mesa)
        if found is not None:
            return found
        rows *= 2


def _path(case: Case, seed: int, run: int, rows: int, every: bool, mesa: bool) -> Path | None:
    world, values, step = _by_mesa(case, seed, run, rows) if mesa else _compiled(case, seed, run, rows)
    states = [_copy(world)]
    for t in range(case.turns):
        step(t)
        if every or t == case.turns - 1:
            states.append(_copy(world))
    written = int(world.logged[0])
    return None if written > rows else Path(tuple(states), values, world.log[:written].copy())


def _compiled(case: Case, seed: int, run: int, rows: int) -> tuple[World, Floats, Callable[[int], None]]:
    world, room = new_world(case.setup, rows, detail=True), new_room(case.setup)
    values = np.zeros((case.turns, case.watch.kind.shape[0]))
    kept = np.zeros((case.snapshots.shape[0], *world.alignment.shape))
    given = pack(case.setup), pack(case.params), pack(case.switches)
    branch, watch, packed = pack(case.branch), pack(case.watch), pack(world)
    where = luck(seed, run, 0)
    begin(*given, packed, room)

    def step(t: int) -> None:
        stretch(
            *given, branch, watch, case.snapshots, packed, room, where.seed, where.run, t, t + 1, values, kept
        )

    return world, values, step


def _by_mesa(case: Case, seed: int, run: int, rows: int) -> tuple[World, Floats, Callable[[int], None]]:
    model = PowersimModel(case, seed=seed, run=run, log_rows=rows, detail=True)
    return model.world, model.values, lambda _: model.step()


def _copy(world: World) -> World:
    """The world as it is now, without its chronicle."""
    empty = np.empty((0, world.log.shape[1]))
    kept = {name: array.copy() for name, array in world._asdict().items() if name != "log"}
    return World(log=empty, **kept)
