"""Worlds that went as the record says: tempered sequential Monte Carlo over draws and luck, in independent islands.

Every island draws its worlds from the prior, raises the power of the likelihood step by step, each so far that most of
the effective number of worlds is left, draws some by weight, and moves each of these through several worlds, all of
which go on. Moves keep the prior, so that the ratio of likelihoods alone decides, see `given.moves`; how much they draw
anew follows what was accepted, see `given.tuning`. The product of the mean weights is the evidence of the theory.

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
from powersim.given.moves import State, Task, keys_of, moved
from powersim.given.tuning import Tuning
from powersim.run.opened import own_name
from powersim.run.possible import Worlds
from powersim.world.state import Floats

START = 4  # draws from the prior for every world of an island, or half its moves if that is more: few have a chance
KEPT = 0.8  # of the effective number of worlds that a step leaves
CHAIN = 4  # worlds in a row that a world drawn by weight is moved through, all of them kept
LAST = 4  # times all worlds are moved once more when the whole likelihood counts
LEVELS = 400  # steps after which something is wrong
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
    turns, size = task.plan.built.turns, len(task.plan.built.paths(own_name(task.theory)))
    power = 1.0 if task.known.size == 0 else 0.0
    count = task.worlds if power else max(START, task.moves // 2) * task.worlds
    some = [
        _light(task.weigh(State(rng.random(size), keys_of(rng, turns))))
        for _ in _until(stopped, range(count))
    ]
    tuning = Tuning.of(task.known.until + 1, task.groups)
    log_evidence, levels = 0.0, 0
    while power < 1.0:
        logs = np.array([state.log for state in some])
        if not np.isfinite(logs).any():
            raise PowersimError(_impossible(task, some))
        step = _step(logs, power, task.worlds)
        log_evidence += log_mean(step * logs)
        power, levels = min(1.0, power + step), levels + 1
        first = [some[n] for n in _drawn(shares(step * logs), -(-task.worlds // CHAIN), rng)]
        chains = (_chain(task, one, rng, power, tuning) for one in _until(stopped, first))
        some = [state for chain in chains for state in chain][: task.worlds]
        for _ in range(LAST if power >= 1.0 else 0):
            tuning.follow()
            some = [moved(task, state, rng, power, tuning) for state in _until(stopped, some)]
        tuning.follow()
        if levels > LEVELS:
            raise PowersimError(
                f"{task.theory}: the evidence does not let itself be reached; give it a larger error"
            )
    for n, state in enumerate(some):
        keys = state.keys.copy()
        keys[task.known.until + 1 :] = keys_of(rng, turns - task.known.until - 1)
        some[n] = replace(state, keys=keys)
    extra = np.array([task.known.extra(state.sums[-1], rng) for state in some])
    return _told(task, some, log_evidence, extra, tuning, levels, count + int(tuning.made.sum()))


def _light(state: State) -> State:
    """A first draw, without what is not needed any more: of one that has no chance, everything but what is to blame."""
    if state.log == -math.inf:
        return State(np.zeros(0), state.keys[:0], blame=state.blame)
    return replace(state, case=None)


def _chain(
    task: Task, state: State, rng: np.random.Generator, power: float, tuning: Tuning
) -> Iterator[State]:
    """Worlds in a row, each after the moves of a task."""
    for _ in range(CHAIN):
        state = moved(task, state, rng, power, tuning)
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


def _step(logs: Floats, power: float, worlds: int) -> float:
    """How far the power may rise so that most worlds, or of many more with a chance as many, still count."""
    alive = logs[np.isfinite(logs)]
    least = min(KEPT * len(alive), float(worlds))

    def enough(step: float) -> bool:
        return float(1.0 / (shares(step * alive) ** 2).sum()) >= least

    low, high = 0.0, 1.0 - power
    if enough(high):
        return high
    for _ in range(50):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if enough(middle) else (low, middle)
    return max(low, 1e-9)


def _drawn(weights: Floats, count: int, rng: np.random.Generator) -> list[int]:
    """Worlds drawn by weight, systematically: each comes its expected number of times, rounded up or down."""
    points = (rng.random() + np.arange(count)) / count
    found: list[int] = np.minimum(np.searchsorted(np.cumsum(weights), points), len(weights) - 1).tolist()
    return found


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
