"""Worlds on their way to what the record says: how likely it makes them, and moves from one to another.

Moves keep the prior as it is, so that the ratio of likelihoods alone decides (Chopin 2002, Biometrika 89:539). A
history changes in the large by small changes: what is drawn anew has to be little where much hangs on it, see
`given.tuning`. A history stays as it is up to the turn whose luck is drawn anew: moves of luck are made in the order of
their turns, each from where the world stands at its turn, so that a pass over many of them costs one history and the
rests of others. Every term of the likelihood is at most 0: a history that can be accepted no more is left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from scipy.special import ndtr, ndtri

from powersim.compile.bundle import pack
from powersim.given.knowledge import Known
from powersim.given.tuning import (
    BLOCK,
    NUDGE,
    PARTS,
    SHARES,
    STRETCH,
    TURN,
    TURNS,
    Tuning,
    groups_of,
)
from powersim.run.opened import own_name
from powersim.run.plan import Plan
from powersim.run.possible import Keys
from powersim.sim.forks import bench_of
from powersim.sim.run import Engine
from powersim.world.case import Case
from powersim.world.draws import Luck
from powersim.world.start import LOG_ROWS
from powersim.world.state import Floats, Ints

STEPS = 0.3, 1.5
"""Of a small step of parameters: 10 to minus one between these, in sd of their distributions."""
INSIDE = 1e-12  # no uniform is nearer to the ends, so that none has an infinite deviate


@dataclass(frozen=True)
class State:
    """One world on its way: its draw, its luck (T, S); what follows of them under a task.

    sums (until + 2, D): log likelihood by turns that are over and values of the discrepancy; log: of what counts, see
    `given.levels`. uniforms: of the settled draws. blame: the turn that left it without a chance.
    """

    place: Floats
    keys: Keys
    log: float = -math.inf
    sums: Floats = field(default_factory=lambda: np.zeros((0, 1)))
    uniforms: Floats = field(default_factory=lambda: np.zeros(0))
    blame: int = -1
    case: Case | None = None
    """Its inputs, packed, as long as it is moved: they are large, and quickly made again."""


@dataclass(frozen=True)
class LuckMove:
    """A move of luck: a turn, new keys from it on (n, S), and which shares of it take them."""

    turn: int
    keys: Keys
    shares: Ints


@dataclass(frozen=True)
class Task:
    """What is sampled: a plan's theory, what is known, worlds of an island, moves of each after a step."""

    plan: Plan
    theory: str
    known: Known
    worlds: int
    moves: int

    @cached_property
    def groups(self) -> tuple[Ints, ...]:
        """Uncertain numbers that go together, by their places."""
        return groups_of(self.plan.built.paths(own_name(self.theory)))

    def case(self, place: Floats) -> Case:
        """The inputs at a place, under the branch that happened, watching what is known."""
        built, theory = self.plan.built, own_name(self.theory)
        case = built.case(own_name(self.known.branch), theory, at=place, snapshots=())
        return case._replace(setup=pack(case.setup), watch=self.known.watch)

    def _engine(self, case: Case, luck: Luck) -> Engine:
        bench = bench_of(self.plan.built.setup, LOG_ROWS)
        return Engine(case, self.plan.seed, 0, bench=bench, chance=luck)

    def weigh(self, state: State, counts: Floats, floor: float = -math.inf) -> State:
        """The state with its likelihood, -inf as soon as that is sure to lie below the floor. counts (D): powers."""
        luck = self.known.settled.luck(self.plan.seed, state.keys)
        case = self.case(state.place) if state.case is None else state.case
        sums = np.empty((self.known.until + 2, self.known.constant.size))
        sums[0] = self.known.constant
        log, blame = self._ahead(self._engine(case, luck), luck, sums, counts, 0, floor)
        return replace(
            state, log=log, sums=sums, uniforms=luck.answer[:, 0].copy(), blame=blame, case=case
        )  # fmt: skip

    def _ahead(
        self, engine: Engine, luck: Luck, sums: Floats, counts: Floats, since: int, floor: float
    ) -> tuple[float, int]:
        """Go on from a turn to the last that is known, fill `sums`; the log likelihood and the turn to blame."""
        log = -math.inf
        for t in range(since, self.known.until + 1):
            engine.to(t + 1)
            sums[t + 1] = sums[t] + self.known.term(t, engine.record.values, luck.answer)
            log = counted(sums[t + 1], counts)
            if log < floor or log == -math.inf:
                return -math.inf, t
        return log, -1

    def walk(
        self, state: State, counts: Floats, proposals: Sequence[LuckMove], slack: Sequence[float]
    ) -> tuple[State, list[bool]]:
        """The state after moves of its luck, and which of them were accepted.

        proposals: by turn. slack: how far the log likelihood may fall by each.
        """
        what = self.known
        luck = what.settled.luck(self.plan.seed, state.keys.copy())
        case = self.case(state.place) if state.case is None else state.case
        here, accepted = self._engine(case, luck), []
        if len(luck.answer):
            luck.answer[:, 0] = state.uniforms
        there = here.fork(case, same_bench=True)
        since = np.searchsorted(what.settled.turn, np.arange(what.until + 1))
        for move, fall in zip(proposals, slack, strict=True):
            at = move.turn
            here.to(at)
            there.go_to(here)
            before, uniforms = luck.keys[at : at + len(move.keys)].copy(), luck.answer[since[at] :].copy()
            luck.keys[at : at + len(move.keys), move.shares] = move.keys[:, move.shares]
            luck.answer[since[at] :] = np.nan
            sums = state.sums.copy()
            log, _ = self._ahead(there, luck, sums, counts, at, state.log + fall)
            accepted.append(log > -math.inf and log >= state.log + fall)
            if accepted[-1]:
                state = replace(state, log=log, sums=sums)
            else:
                luck.keys[at : at + len(move.keys)], luck.answer[since[at] :] = before, uniforms
        return replace(state, keys=luck.keys, uniforms=luck.answer[:, 0].copy(), case=case), accepted


def counted(sums: Floats, counts: Floats) -> float:
    """Log of a product of likelihoods (D) by their logs and powers; -inf of what has no chance."""
    return float((sums * counts).sum()) if sums[-1] > -math.inf else -math.inf


def moved(task: Task, state: State, rng: np.random.Generator, counts: Floats, tuning: Tuning) -> State:
    """The state after the moves of a task, drawn at random; the tuning counts them by kind."""
    kinds = np.sort(rng.choice(len(SHARES), size=task.moves, p=SHARES)).tolist()
    slack = np.log(1.0 - rng.random(task.moves)).tolist()
    some = [kind for kind in kinds if kind in (TURN, TURNS)]
    if some:
        asked = sorted((tuning.places(rng, kind)[0], kind) for kind in some)
        anew = [_luck_move(rng, tuning, kind, turn, task.known.until) for turn, kind in asked]
        state, well = task.walk(state, counts, anew, slack[: len(some)])
        for (turn, kind), good in zip(asked, well, strict=True):
            tuning.count(kind, [turn], good)
    for kind, fall in zip(kinds[len(some) :], slack[len(some) :], strict=True):
        where = tuning.places(rng, kind)
        chosen = [rng.permutation(task.groups[n])[: tuning.size(kind, n)] for n in where]
        floor = state.log + fall
        proposed = task.weigh(_elsewhere(rng, state, kind, np.concatenate(chosen)), counts, floor)
        good = proposed.log > -math.inf and proposed.log >= floor
        tuning.count(kind, where, good)
        state = proposed if good else state
    return replace(state, case=None)


def _luck_move(rng: np.random.Generator, tuning: Tuning, kind: int, turn: int, until: int) -> LuckMove:
    """New keys for some shares of a turn, or of some turns, that are known."""
    keys = keys_of(rng, min(1 if kind == TURN else STRETCH, until + 1 - turn))
    return LuckMove(turn, keys, rng.permutation(keys.shape[1])[: tuning.size(kind, turn)])


def _elsewhere(rng: np.random.Generator, state: State, kind: int, chosen: Ints) -> State:
    """The same luck with other parameters, so that the prior stays as it is.

    Small steps: autoregressive among normal deviates (Cotter, Roberts, Stuart and White 2013, Statist. Sci. 28:424).
    """
    assert kind in (BLOCK, NUDGE)
    place = state.place.copy()
    if kind == BLOCK:
        place[chosen] = rng.random(len(chosen))
    else:
        step = 10.0 ** -rng.uniform(*STEPS)
        at = ndtri(np.clip(place[chosen], INSIDE, 1.0 - INSIDE))
        at = math.sqrt(1.0 - step * step) * at + step * rng.standard_normal(len(chosen))
        place[chosen] = np.clip(ndtr(at), INSIDE, 1.0 - INSIDE)
    return replace(state, place=place, case=None)


def keys_of(rng: np.random.Generator, count: int) -> Keys:
    """Keys of luck by chance, for so many turns (count, S)."""
    return rng.integers(0, 2**32, (max(0, count), PARTS), dtype=np.uint64)
