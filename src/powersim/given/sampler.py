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

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from powersim.compile.bundle import pack
from powersim.errors import PowersimError
from powersim.given.knowledge import Known
from powersim.run.opened import own_name
from powersim.run.plan import Plan
from powersim.run.possible import Keys, Worlds
from powersim.sim.forks import bench_of
from powersim.sim.run import Engine
from powersim.world.case import Case
from powersim.world.start import LOG_ROWS
from powersim.world.state import Floats

START = 4  # draws from the prior for every world of an island: few may have a chance at all
HALF = 0.5  # of the effective number of worlds that a step leaves
BLOCK = 8  # one in so many parameters is drawn anew by a move of a block
STRETCH = 4  # turns whose keys a move draws anew
NUDGE = 0.1  # sd of a small step of parameters, as a share of their distribution
KINDS = ("turn", "turns", "block", "nudge")
SHARES = (0.35, 0.15, 0.25, 0.25)
"""Kinds of moves, and how often each is made."""
LEVELS = 400  # steps after which something is wrong


@dataclass
class State:
    """One world on its way: its draw, its luck, its discrepancy as a uniform, its likelihood, its settled draws."""

    place: Floats
    keys: Keys
    extra: float
    log: float = -math.inf
    uniforms: Floats = field(default_factory=lambda: np.zeros(0))
    blame: int = -1
    """The turn that left it without a chance."""
    case: Case | None = None
    """Its inputs, packed: as long as only the luck changes they are the same."""


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


@dataclass(frozen=True)
class Task:
    """What is sampled: a plan's theory, what is known, worlds of an island, moves of each after a step."""

    plan: Plan
    theory: str
    known: Known
    worlds: int
    moves: int

    def case(self, place: Floats) -> Case:
        """The inputs at a place, under the branch that happened, watching what is known."""
        built, theory = self.plan.built, own_name(self.theory)
        case = built.case(own_name(self.known.branch), theory, at=place, snapshots=())
        return case._replace(setup=pack(case.setup), watch=self.known.watch)

    def weigh(self, state: State, floor: float = -math.inf) -> State:
        """The state with its likelihood, -inf as soon as that is sure to lie below the floor."""
        what = self.known
        luck = what.settled.luck(self.plan.seed, state.keys)
        case = self.case(state.place) if state.case is None else state.case
        bench = bench_of(self.plan.built.setup, LOG_ROWS)
        engine = Engine(case, self.plan.seed, 0, bench=bench, chance=luck)
        discrepancy = what.discrepancy(state.extra)
        total, blame = what.constant(discrepancy), -1
        for t in range(what.until + 1):
            engine.to(t + 1)
            total += what.term(t, engine.record.values, luck.answer, discrepancy)
            if total < floor or total == -math.inf:
                blame, total = t, -math.inf
                break
        return replace(state, log=total, uniforms=luck.answer[:, 0].copy(), blame=blame, case=case)


def island(task: Task, number: int, tick: Callable[[], None] | None = None) -> Island:
    """One island: the same for the same task and number, whoever computes it. PowersimError if nothing fits."""
    rng = np.random.Generator(np.random.Philox(key=[task.plan.seed, number]))
    turns, size = task.plan.built.turns, len(task.plan.built.paths(own_name(task.theory)))
    power = 1.0 if task.known.size == 0 else 0.0
    histories = task.worlds if power else START * task.worlds
    some = [
        task.weigh(State(rng.random(size), _keys(rng, turns), float(rng.random()))) for _ in range(histories)
    ]
    made, accepted = np.zeros(len(KINDS)), np.zeros(len(KINDS))
    log_evidence, levels = 0.0, 0
    while power < 1.0:
        logs = np.array([state.log for state in some])
        if not np.isfinite(logs).any():
            raise PowersimError(_impossible(task, some))
        step = _step(logs, power)
        log_evidence += log_mean(step * logs)
        some = [some[n] for n in _drawn(shares(step * logs), task.worlds, rng)]
        power, levels = power + step, levels + 1
        for _ in range(task.moves * (2 if power >= 1.0 else 1)):
            for n, state in enumerate(some):
                kind = int(rng.choice(len(KINDS), p=SHARES))
                floor = state.log + math.log(1.0 - rng.random()) / power
                proposed = task.weigh(_proposed(rng, state, kind, task.known.until), floor)
                made[kind] += 1
                histories += 1
                if proposed.log > -math.inf and proposed.log >= floor:
                    some[n], accepted[kind] = proposed, accepted[kind] + 1
        if tick is not None:
            tick()
        if levels > LEVELS:
            raise PowersimError(
                f"{task.theory}: the evidence does not let itself be reached; give it a larger error"
            )
    for n, state in enumerate(some):
        keys = state.keys.copy()
        keys[task.known.until + 1 :] = _keys(rng, turns - task.known.until - 1)
        some[n] = replace(state, keys=keys)
    return _told(task, some, log_evidence, made, accepted, levels, histories)


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


def _proposed(rng: np.random.Generator, state: State, kind: int, until: int) -> State:
    """Another world, drawn so that the prior stays as it is."""
    if KINDS[kind] in ("turn", "turns"):
        keys, at = state.keys.copy(), int(rng.integers(until + 1))
        length = 1 if KINDS[kind] == "turn" else min(STRETCH, until + 1 - at)
        keys[at : at + length] = _keys(rng, length)
        return replace(state, keys=keys)
    whole = np.append(state.place, state.extra)
    if KINDS[kind] == "block":
        chosen = rng.random(len(whole)) * BLOCK < 1.0
        chosen[rng.integers(len(whole))] = True
        whole = np.where(chosen, rng.random(len(whole)), whole)
    else:
        size = NUDGE * 10.0 ** -rng.integers(0, 3)
        whole = (whole + size * rng.standard_normal(len(whole))) % 1.0
        whole = np.where(whole < 1.0, whole, 0.0)
    return replace(state, place=whole[:-1], extra=float(whole[-1]), case=None)


def _keys(rng: np.random.Generator, count: int) -> Keys:
    return rng.integers(0, 2**32, max(0, count), dtype=np.uint64)


def shares(logs: Floats) -> Floats:
    """What each has of the whole, by the logs of what they weigh."""
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


def log_mean(logs: Floats) -> float:
    """Log of the mean of what has these logs."""
    return float(logs.max() + np.log(np.exp(logs - logs.max()).mean()))


def _step(logs: Floats, power: float) -> float:
    """How far the power may rise so that half of the worlds with a chance still count."""
    alive = logs[np.isfinite(logs)]

    def enough(step: float) -> bool:
        return float(1.0 / (shares(step * alive) ** 2).sum()) >= HALF * len(alive)

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
