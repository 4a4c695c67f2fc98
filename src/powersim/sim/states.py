"""A history with its states: what the world was at the start and after each turn, beside a chronicle in detail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from powersim.sim.model import PowersimModel
from powersim.sim.run import Engine
from powersim.world.case import Case
from powersim.world.draws import Luck
from powersim.world.state import Floats, World

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


def path(
    case: Case,
    seed: int,
    run: int,
    *,
    every: bool = False,
    mesa: bool = False,
    chance: Luck | None = None,
) -> Path:
    """Run `run` of a case; the same bits as `sim.history.simulate`. every: keep the world after every turn.
    chance: luck that is not the run's own.

    Raises ValueError for a seed or run that a key cannot hold.
    """
    rows = ROWS
    while True:
        found = _path(case, seed, run, rows, every, mesa, chance)
        if found is not None:
            return found
        rows *= 2


def _path(
    case: Case, seed: int, run: int, rows: int, every: bool, mesa: bool, chance: Luck | None
) -> Path | None:
    engine, step = (_by_mesa if mesa else _compiled)(case, seed, run, rows, chance)
    world = engine.world
    states = [kept(world)]
    for t in range(case.turns):
        step(t)
        if every or t == case.turns - 1:
            states.append(kept(world))
    written = int(world.logged[0])
    return None if written > rows else Path(tuple(states), engine.record.values, world.log[:written].copy())


def _compiled(
    case: Case, seed: int, run: int, rows: int, chance: Luck | None
) -> tuple[Engine, Callable[[int], None]]:
    engine = Engine(case, seed, run, log_rows=rows, detail=True, chance=chance)
    return engine, lambda t: engine.to(t + 1)


def _by_mesa(
    case: Case, seed: int, run: int, rows: int, chance: Luck | None
) -> tuple[Engine, Callable[[int], None]]:
    model = PowersimModel(case, seed=seed, run=run, log_rows=rows, detail=True, chance=chance)
    return model.engine, lambda _: model.step()


def kept(world: World) -> World:
    """The world as it is now, without its chronicle."""
    empty = np.empty((0, world.log.shape[1]))
    copies = {name: array.copy() for name, array in world._asdict().items() if name != "log"}
    return World(log=empty, **copies)
