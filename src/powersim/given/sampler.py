"""Worlds that went as the record says: tempered sequential Monte Carlo over draws and luck, in independent islands.

Every island draws its worlds from the prior, raises the power of the likelihood step by step, each so far that half
the effective number of worlds is left, draws worlds anew by weight, and moves every one of them. The moves draw from
the prior, so that the ratio of likelihoods alone decides: new keys for one turn, for some turns, new draws for a
block of parameters, or a small step of all of them round the unit interval. The product of the mean weights is the
evidence of the theory.

Del Moral, Doucet and Jasra 2006, J. R. Statist. Soc. B 68:411 (samplers); Chopin 2002, Biometrika 89:539 (moves);
Andrieu, Doucet and Holenstein 2010, J. R. Statist. Soc. B 72:269.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from threading import Event
from typing import TypeVar

import numpy as np

from powersim.errors import PowersimError
from powersim.given.moves import KINDS, State, Task, keys_of, moved
from powersim.run.opened import own_name
from powersim.run.possible import Worlds
from powersim.world.state import Floats

START = 4  # draws from the prior for every world of an island, or half its moves if that is more: few have a chance
HALF = 0.5  # of the effective number of worlds that a step leaves
LEVELS = 400  # steps after which something is wrong
T = TypeVar("T")


@dataclass(frozen=True)
class Island:
    """What an island came to: worlds of equal weight, log of the evidence, moves made and accepted by kind."""

    worlds: Worlds
    log_evidence: float
    extra: Floats
    made: Floats
    accepted: Floats
    levels: int
    histories: int


def island(task: Task, number: int, stopped: Event | None = None) -> Island:
    """One island: the same for the same task and number, whoever computes it. PowersimError if nothing fits.

    stopped: when it is set, nobody waits for the island any more, and it ends with CancelledError.
    """
    rng = np.random.Generator(np.random.Philox(key=[task.plan.seed, number]))
    turns, size = task.plan.built.turns, len(task.plan.built.paths(own_name(task.theory)))
    power = 1.0 if task.known.size == 0 else 0.0
    histories = task.worlds if power else max(START, task.moves // 2) * task.worlds
    some = [
        replace(task.weigh(State(rng.random(size), keys_of(rng, turns), float(rng.random()))), case=None)
        for _ in _until(stopped, range(histories))
    ]
    made, accepted = np.zeros(len(KINDS)), np.zeros(len(KINDS))
    log_evidence, levels = 0.0, 0
    while power < 1.0:
        logs = np.array([state.log for state in some])
        if not np.isfinite(logs).any():
            raise PowersimError(_impossible(task, some))
        step = _step(logs, power, task.worlds)
        log_evidence += log_mean(step * logs)
        some = [some[n] for n in _drawn(shares(step * logs), task.worlds, rng)]
        power, levels = power + step, levels + 1
        for _ in range(2 if power >= 1.0 else 1):
            some = [moved(task, state, rng, power, made, accepted) for state in _until(stopped, some)]
        if levels > LEVELS:
            raise PowersimError(
                f"{task.theory}: the evidence does not let itself be reached; give it a larger error"
            )
    for n, state in enumerate(some):
        keys = state.keys.copy()
        keys[task.known.until + 1 :] = keys_of(rng, turns - task.known.until - 1)
        some[n] = replace(state, keys=keys)
    return _told(task, some, log_evidence, made, accepted, levels, histories + int(made.sum()))


def _until(stopped: Event | None, some: Iterable[T]) -> Iterator[T]:
    for one in some:
        if stopped is not None and stopped.is_set():
            raise CancelledError
        yield one


def _told(
    task: Task,
    some: list[State],
    log_evidence: float,
    made: Floats,
    accepted: Floats,
    levels: int,
    histories: int,
) -> Island:
    worlds = Worlds(
        task.theory, task.plan.seed, np.stack([state.place for state in some]), np.stack([s.keys for s in some]),
        task.known.settled, np.stack([state.uniforms for state in some]), np.full(len(some), 1.0 / len(some)),
        task.known.until + 1,
    )  # fmt: skip
    extra = np.array([state.extra for state in some])
    return Island(worlds, log_evidence, extra, made, accepted, levels, histories)


def shares(logs: Floats) -> Floats:
    """What each has of the whole, by the logs of what they weigh."""
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


def log_mean(logs: Floats) -> float:
    """Log of the mean of what has these logs."""
    return float(logs.max() + np.log(np.exp(logs - logs.max()).mean()))


def _step(logs: Floats, power: float, worlds: int) -> float:
    """How far the power may rise so that half of the worlds, or of those with a chance, still count."""
    alive = logs[np.isfinite(logs)]
    least = min(HALF * len(alive), float(worlds))

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
    turns = [state.blame for state in some]
    most = max(set(turns), key=turns.count)
    label = task.plan.scenario.calendar.label(most)
    there = [check.said for check in task.known.checks if check.last == most]
    what = "; ".join(there) or "the coded paths"
    return (
        f"evidence: none of {len(some)} worlds under {task.theory} can have what happened by {label} ({what}); "
        "allowed: what a run can do; take more worlds, or leave it out, or give it a miss"
    )
