"""Worlds that went as the record says: tempered sequential Monte Carlo over draws and luck, in independent islands.

Every island draws its worlds from the prior and goes on to what the record says level by level, see `given.levels`:
each so far that most of the effective number of worlds is left. It draws some by weight, and moves each of these
through several worlds, all of which go on. Moves keep the prior, so that the ratio of likelihoods alone decides, see
`given.moves`; how much they draw anew follows what was accepted, see `given.tuning`. The product of the mean weights is
the evidence of what counts at a level.

Del Moral, Doucet and Jasra 2006, J. R. Statist. Soc. B 68:411 (samplers); Chopin 2002, Biometrika 89:539 (moves); Dau
and Chopin 2022, J. R. Statist. Soc. B 84:114 (all worlds of a chain go on).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from threading import Event
from typing import TypeVar

import numpy as np

from powersim.errors import PowersimError
from powersim.given.knowledge import log_mean, shares
from powersim.given.levels import FAR, Level, Pool, drawn
from powersim.given.moves import State, Task, counted, keys_of, moved
from powersim.given.tuning import Tuning
from powersim.run.opened import own_name
from powersim.run.possible import Worlds
from powersim.world.state import Floats

START = 4  # draws from the prior for every world of an island, or half its moves if that is more: few have a chance
CHAIN = 4  # worlds in a row that a world drawn by weight is moved through, all of them kept
LAST = 4  # times all worlds are moved once more in the end, each at its own discrepancy
LEVELS = 400  # steps after which something is wrong
VERSION = 2  # rises when the same task gives other worlds
T = TypeVar("T")


@dataclass(frozen=True)
class Island:
    """What an island came to: worlds of equal weight, log of the evidence, moves made and accepted by kind.

    terms (N, until + 1): what each turn adds to the log likelihood of each world.
    """

    worlds: Worlds
    log_evidence: float
    extra: Floats
    made: Floats
    accepted: Floats
    levels: int
    histories: int
    terms: Floats


def island(task: Task, number: int, stopped: Event | None = None) -> Island:
    """One island: the same for the same task and number, whoever computes it. PowersimError if nothing fits.

    stopped: when it is set, nobody waits for the island any more, and it ends with CancelledError.
    """
    rng = np.random.Generator(np.random.Philox(key=[task.plan.seed, number]))
    what, turns, size = task.known, task.plan.built.turns, len(task.plan.built.paths(own_name(task.theory)))
    parts = what.constant.size
    level, levels, pool = Level(parts, parts - 1, 1.0 if what.size == 0 else 0.0), 0, Pool()
    count = task.worlds if level.done else max(START, task.moves // 2) * task.worlds
    some = [
        _light(task.weigh(State(rng.random(size), keys_of(rng, turns)), level.counts))
        for _ in _until(stopped, range(count))
    ]
    if all(state.log == -math.inf for state in some):
        raise PowersimError(_impossible(task, some))
    tuning = Tuning.of(what.until + 1, task.groups)
    while levels <= LEVELS:
        sums = np.array([state.sums[-1] if len(state.sums) else np.full(parts, -math.inf) for state in some])
        to, gain = level.after(sums, task.worlds)
        if level.done:
            pool.add(level, some, sums, to.part if to.beyond == 0.0 else level.part - 1)
            if to.part < 0 or to.log_evidence < pool.best - FAR:
                break
        level, levels = to, levels + 1
        first = [some[n] for n in drawn(shares(gain), -(-task.worlds // CHAIN), rng)]
        chains = (_chain(task, one, rng, level.counts, tuning) for one in _until(stopped, first))
        some = [state for chain in chains for state in chain][: task.worlds]
        tuning.follow()
    else:
        raise PowersimError(
            f"{task.theory}: the evidence does not let itself be reached; give it a larger error"
        )
    log_evidence, some, part = pool.drawn(parts, task.worlds, rng)
    for _ in range(LAST if what.size else 0):
        some = [
            moved(task, one, rng, own, tuning)
            for one, own in _until(stopped, zip(some, np.eye(parts)[part], strict=True))
        ]
        tuning.follow()
    for n, state in enumerate(some):
        keys = state.keys.copy()
        keys[what.until + 1 :] = keys_of(rng, turns - what.until - 1)
        some[n] = replace(state, keys=keys)
    extra = (part + rng.random(len(part))) / parts
    return _told(task, some, log_evidence, extra, tuning, levels, count + int(tuning.made.sum()))


def _light(state: State) -> State:
    """A first draw, without what is not needed any more: of one that has no chance, everything but what is to blame."""
    if state.log == -math.inf:
        return State(np.zeros(0), state.keys[:0], blame=state.blame)
    return replace(state, case=None)


def _chain(
    task: Task, state: State, rng: np.random.Generator, counts: Floats, tuning: Tuning
) -> Iterator[State]:
    """Worlds in a row, each after the moves of a task."""
    state = replace(state, log=counted(state.sums[-1], counts))
    for _ in range(CHAIN):
        state = moved(task, state, rng, counts, tuning)
        yield state


def _until(stopped: Event | None, some: Iterable[T]) -> Iterator[T]:
    for one in some:
        if stopped is not None and stopped.is_set():
            raise CancelledError
        yield one


def _told(
    task: Task,
    some: list[State],
    log_evidence: float,
    extra: Floats,
    tuning: Tuning,
    levels: int,
    histories: int,
) -> Island:
    worlds = Worlds(
        task.theory, task.plan.seed, np.stack([state.place for state in some]), np.stack([s.keys for s in some]),
        task.known.settled, np.stack([state.uniforms for state in some]), np.full(len(some), 1.0 / len(some)),
        task.known.until + 1,
    )  # fmt: skip
    logs = np.array([[log_mean(done) for done in state.sums] for state in some])
    terms = np.diff(logs.reshape(len(some), -1), axis=1)
    return Island(worlds, log_evidence, extra, tuning.made, tuning.accepted, levels, histories, terms)


def _impossible(task: Task, some: list[State]) -> str:
    """Which event none of the worlds has."""
    turns = [state.blame for state in some if state.blame >= 0]
    most = max(set(turns), key=turns.count)
    label = task.plan.scenario.calendar.label(most)
    there = [check.said for check in task.known.checks if check.last == most]
    what = "; ".join(there) or "the coded paths"
    return (
        f"evidence: none of {len(some)} worlds under {task.theory} can have what happened by {label} ({what}); "
        "allowed: what a run can do; take more worlds, or leave it out, or give it a miss"
    )
