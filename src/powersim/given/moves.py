"""Worlds on their way to what the record says: how likely it makes them, and moves from one to another.

Moves draw from the prior, so that the ratio of likelihoods alone decides (Chopin 2002, Biometrika 89:539). A history
stays as it is up to the turn whose luck is drawn anew: moves of luck are made in the order of their turns, each from
where the world stands at its turn, so that a pass over many of them costs one history and the rests of others. Every
term of the likelihood is at most 0: a history that can be accepted no more is left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from powersim.compile.bundle import pack
from powersim.given.knowledge import Known
from powersim.run.opened import own_name
from powersim.run.plan import Plan
from powersim.run.possible import Keys
from powersim.sim.forks import bench_of
from powersim.sim.run import Engine
from powersim.world.case import Case
from powersim.world.draws import Luck
from powersim.world.start import LOG_ROWS
from powersim.world.state import Floats

BLOCK = 8  # one in so many parameters is drawn anew by a move of a block
STRETCH = 4  # turns whose keys a move draws anew
NUDGE = 0.1  # sd of a small step of parameters, as a share of their distribution
KINDS = ("turn", "turns", "block", "nudge")
SHARES = (0.35, 0.15, 0.25, 0.25)
"""Kinds of moves, and how often each is made."""
LUCK = 2  # kinds that leave the parameters as they are


@dataclass(frozen=True)
class State:
    """One world on its way: its draw, its luck, its discrepancy as a uniform; what follows of them under a task.

    log: of the likelihood. terms (until + 1): its sum by turn, but for the constant. uniforms: of the settled draws.
    blame: the turn that left it without a chance.
    """

    place: Floats
    keys: Keys
    extra: float
    log: float = -math.inf
    terms: tuple[float, ...] = ()
    uniforms: Floats = field(default_factory=lambda: np.zeros(0))
    blame: int = -1
    case: Case | None = None
    """Its inputs, packed, as long as it is moved: they are large, and quickly made again."""


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

    def _engine(self, case: Case, luck: Luck) -> Engine:
        bench = bench_of(self.plan.built.setup, LOG_ROWS)
        return Engine(case, self.plan.seed, 0, bench=bench, chance=luck)

    def weigh(self, state: State, floor: float = -math.inf) -> State:
        """The state with its likelihood, -inf as soon as that is sure to lie below the floor."""
        luck = self.known.settled.luck(self.plan.seed, state.keys)
        case = self.case(state.place) if state.case is None else state.case
        found = self._ahead(self._engine(case, luck), luck, state.extra, (), floor)
        return replace(
            state,
            log=found.log,
            terms=found.terms,
            uniforms=luck.answer[:, 0].copy(),
            blame=found.blame,
            case=case,
        )

    def _ahead(
        self, engine: Engine, luck: Luck, extra: float, past: tuple[float, ...], floor: float
    ) -> _Likelihood:
        """Go on to the last turn that is known; past: terms of the turns that are done."""
        what = self.known
        discrepancy = what.discrepancy(extra)
        variance, terms = what.variance(discrepancy), list(past)
        total = sum(past, what.constant(discrepancy))
        for t in range(len(past), what.until + 1):
            engine.to(t + 1)
            terms.append(what.term(t, engine.record.values, luck.answer, variance))
            total += terms[-1]
            if total < floor or total == -math.inf:
                return _Likelihood(-math.inf, tuple(terms), t)
        return _Likelihood(total, tuple(terms), -1)

    def walk(
        self, state: State, proposals: Sequence[tuple[int, Keys]], slack: Sequence[float]
    ) -> tuple[State, list[bool]]:
        """The state after moves of its luck, and which of them were accepted.

        proposals: a turn and new keys from it on, by turn. slack: how far the log likelihood may fall by each.
        """
        what = self.known
        luck = what.settled.luck(self.plan.seed, state.keys.copy())
        case = self.case(state.place) if state.case is None else state.case
        here, accepted = self._engine(case, luck), []
        if len(luck.answer):
            luck.answer[:, 0] = state.uniforms
        there = here.fork(case, same_bench=True)
        since = np.searchsorted(what.settled.turn, np.arange(what.until + 1))
        for (at, keys), fall in zip(proposals, slack, strict=True):
            here.to(at)
            there.go_to(here)
            anew = slice(at, at + len(keys))
            before, uniforms = luck.keys[anew].copy(), luck.answer[since[at] :].copy()
            luck.keys[anew], luck.answer[since[at] :] = keys, np.nan
            found = self._ahead(there, luck, state.extra, state.terms[:at], state.log + fall)
            accepted.append(found.log > -math.inf and found.log >= state.log + fall)
            if accepted[-1]:
                state = replace(state, log=found.log, terms=found.terms)
            else:
                luck.keys[anew], luck.answer[since[at] :] = before, uniforms
        return replace(state, keys=luck.keys, uniforms=luck.answer[:, 0].copy(), case=case), accepted


@dataclass(frozen=True)
class _Likelihood:
    log: float
    terms: tuple[float, ...]
    blame: int


def moved(
    task: Task, state: State, rng: np.random.Generator, power: float, made: Floats, accepted: Floats
) -> State:
    """The state after the moves of a task, drawn at random; counts them by kind."""
    kinds = rng.choice(len(KINDS), size=task.moves, p=SHARES)
    slack = (np.log(1.0 - rng.random(task.moves)) / power).tolist()
    until = task.known.until
    some = sorted(int(kind) for kind in kinds if kind < LUCK)
    if some:
        turns = rng.integers(until + 1, size=len(some)).tolist()
        asked = sorted(zip(turns, some, strict=True))
        anew = [(turn, keys_of(rng, min(_length(kind), until + 1 - turn))) for turn, kind in asked]
        state, well = task.walk(state, anew, slack[: len(some)])
        for (_, kind), good in zip(asked, well, strict=True):
            made[kind] += 1
            accepted[kind] += good
    for kind, fall in zip(
        sorted(int(kind) for kind in kinds if kind >= LUCK), slack[len(some) :], strict=True
    ):
        floor = state.log + fall
        proposed = task.weigh(_elsewhere(rng, state, kind), floor)
        made[kind] += 1
        if proposed.log > -math.inf and proposed.log >= floor:
            state, accepted[kind] = proposed, accepted[kind] + 1
    return replace(state, case=None)


def _length(kind: int) -> int:
    """For how many turns a move of luck draws keys."""
    return 1 if KINDS[kind] == "turn" else STRETCH


def _elsewhere(rng: np.random.Generator, state: State, kind: int) -> State:
    """The same luck with another draw of parameters, so that the prior stays as it is."""
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


def keys_of(rng: np.random.Generator, count: int) -> Keys:
    """Keys of luck by chance."""
    return rng.integers(0, 2**32, max(0, count), dtype=np.uint64)
