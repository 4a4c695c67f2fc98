"""Worlds on their way to what the record says: how likely it makes them, and moves from one to another.

Moves keep the prior as it is, so that the ratio of likelihoods alone decides (Chopin 2002, Biometrika 89:539). A
history changes in the large by small changes: what is drawn anew has to be little where much hangs on it, see
`given.tuning`. It stays as it is up to the turn whose luck is drawn anew: moves of recent luck start from a world that
is kept a few turns back, and are made in the order of their turns, each from where the world stands then. Every term of
the likelihood is at most 0: a history that can be accepted no more is left.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from scipy.special import ndtr, ndtri

from powersim.compile.bundle import pack
from powersim.given.aims import Aim
from powersim.given.knowledge import Known
from powersim.given.reckoning import total
from powersim.given.tuning import BLOCK, NUDGE, PARTS, RECENT, SHARES, TURN, Tuning
from powersim.run.opened import own_name
from powersim.run.plan import Plan
from powersim.run.possible import Keys
from powersim.sim.run import Bench, Engine, Point
from powersim.world.draws import Luck
from powersim.world.state import Floats, Ints, Setup

BACK = 4  # turns before the last one at which a world is kept, or more where nothing new was known for longer
STEPS = 0.3, 1.5
"""Of a small step of parameters: 10 to minus one between these, in sd of their distributions."""
INSIDE = 1e-12  # no uniform is nearer to the ends, so that none has an infinite deviate


@dataclass(frozen=True)
class State:
    """One world on its way: its draw, its luck (T, S); what follows of them under a task.

    sums: log likelihood (1 + P, D) before its first turn and after each date that is over, of events and of paths at
    values of the discrepancy, but for what all have in common. log: of what counts, see `given.aims`. answer (F, 2): of
    the settled draws, as in `Luck`. past: where it stood some turns before its last, see `Task.back`.
    """

    place: Floats
    keys: Keys
    log: float = 0.0
    sums: tuple[Floats, ...] = ()
    answer: Floats = field(default_factory=lambda: np.zeros((0, 2)))
    past: Point | None = None


@dataclass(frozen=True)
class Task:
    """What is sampled: a plan's theory, what is known, worlds of an island, moves of each after a step."""

    plan: Plan
    theory: str
    known: Known
    worlds: int
    moves: int

    @cached_property
    def _seat(self) -> _Seat:
        """Where its worlds are computed: by one thread at a time."""
        return _Seat(self)

    def aim(self, place: int, power: float) -> Aim:
        """What counts on the way to the date at a place from the one before, or from the start."""
        dates, common = self.known.dates, self.known.common
        first = dates[place - 1] + 1 if place else 0
        return Aim(place, first, dates[place], power, common[place], common[place + 1])

    @staticmethod
    def back(aim: Aim) -> int:
        """The turn before which a world is kept, so that luck from then on can be drawn anew cheaply."""
        return max(0, min(aim.first, aim.last - BACK))

    def begun(self, place: Floats, keys: Keys) -> State:
        """A world before its first turn."""
        none = np.full((len(self.known.settled.turn), 2), np.nan)
        return State(place, keys, sums=(np.zeros_like(self.known.constant),), answer=none)

    def _ahead(
        self, engine: Engine, luck: Luck, sums: tuple[Floats, ...], aim: Aim, floor: float
    ) -> tuple[float, tuple[Floats, ...], Point | None]:
        """Go on to the date that is aimed at.

        The log of what counts, -inf as soon as it is sure to lie below the floor; the sums until then; the past.
        """
        log, past, back = 0.0, None, self.back(aim)
        over = bisect_left(self.known.dates, engine.turns)
        there = list(sums[: over + 1])
        for place in range(over, aim.place + 1):
            date = self.known.dates[place]
            if engine.turns <= back <= date:
                engine.to(back)
                past = engine.point()
            engine.to(date + 1)
            there.append(self.known.onward(place, engine.record.values, luck.answer, there[place]))
            log = aim.log(there[min(place + 1, aim.place)], there[place + 1])
            if log < floor or log == -math.inf:
                log = -math.inf
                break
        return log, tuple(there), past

    def weigh(self, state: State, aim: Aim, floor: float = -math.inf) -> State:
        """The state with its likelihood, from its first turn on; -inf as soon as that is sure to lie below a floor."""
        seat = self._seat.take(replace(state, answer=np.full_like(state.answer, np.nan)))
        log, sums, past = self._ahead(seat.here, seat.luck, state.sums, aim, floor)
        return replace(state, log=log, sums=sums, answer=seat.luck.answer.copy(), past=past)

    def _onward(self, state: State, aim: Aim, keys: Iterable[Keys]) -> Iterator[tuple[State, Luck]]:
        """A world that stands at one date, at the next one, by each luck of the turns from there to it (L, S).

        Its state but for its luck, which is written over by the next one.
        """
        seat = self._seat.take(state, state.past)
        here, there, luck = seat.here, seat.there, seat.luck
        here.to(self.back(aim))
        past = here.point()
        here.to(aim.first)
        since = int(np.searchsorted(self.known.settled.turn, aim.first))
        for own in keys:
            there.go_to(here)
            luck.keys[aim.first : aim.last + 1], luck.answer[since:] = own, np.nan
            log, sums, _ = self._ahead(there, luck, state.sums, aim, -math.inf)
            yield replace(state, log=log, sums=sums, past=past), luck

    def forward(self, state: State, aim: Aim, keys: Keys) -> State:
        """A world that stands at one date, at the next one, by the luck of the turns from there to it (L, S)."""
        ((there, luck),) = self._onward(state, aim, [keys])
        return replace(there, keys=luck.keys.copy(), answer=luck.answer.copy())

    def gains(self, state: State, aim: Aim, keys: Keys) -> list[float]:
        """Log of what the next date adds to a world that stands at one, by each luck of the turns to it (N, L, S).

        aim: at all of it, power 1.
        """
        known = total(aim.before, state.sums[aim.place])
        return [there.log - known for there, _ in self._onward(state, aim, keys)]

    def walk(
        self,
        state: State,
        aim: Aim,
        proposals: Sequence[tuple[int, Keys, Ints]],
        slack: Sequence[float],
        at: Point | None = None,
    ) -> tuple[State, list[bool]]:
        """The state after moves of its luck, and which of them were accepted.

        proposals: a turn, new keys (S), and which shares take them; by turn. slack: how far the log likelihood may fall
        by each. at: where the world stood before all of these turns; None: at its beginning.
        """
        seat, accepted = self._seat.take(state, at), []
        here, there, luck = seat.here, seat.there, seat.luck
        since = np.searchsorted(self.known.settled.turn, np.arange(aim.last + 1))
        for (turn, keys, some), fall in zip(proposals, slack, strict=True):
            here.to(turn)
            there.go_to(here)
            before, answer = luck.keys[turn].copy(), luck.answer[since[turn] :].copy()
            luck.keys[turn, some] = keys[some]
            luck.answer[since[turn] :] = np.nan
            floor = state.log + fall
            log, sums, past = self._ahead(there, luck, state.sums, aim, floor)
            accepted.append(log > -math.inf and log >= floor)
            if accepted[-1]:
                state = replace(state, log=log, sums=sums, past=past or state.past)
            else:
                luck.keys[turn], luck.answer[since[turn] :] = before, answer
        return replace(state, keys=luck.keys.copy(), answer=luck.answer.copy()), accepted


class _Seat:
    """An engine, a second one that goes on from where it stands, and their luck, for the worlds of a task.

    Worlds take it one after the other: a draw and a luck are written over those before, since to put an engine together
    costs as much as some turns.
    """

    def __init__(self, task: Task) -> None:
        plan, known = task.plan, task.known
        self.built, self.theory = plan.built, own_name(task.theory)
        nowhere = np.full(len(self.built.paths(self.theory)), 0.5)
        case = self.built.case(own_name(known.branch), self.theory, at=nowhere, snapshots=())
        self.setup: Setup = case.setup  # its own to write over: that of the case is the same, packed
        self.case = case._replace(setup=pack(case.setup), watch=known.watch)
        self.luck = known.settled.luck(plan.seed, np.zeros((self.built.turns, PARTS), np.uint64))
        self.here = Engine(self.case, plan.seed, 0, bench=Bench(case.setup, 0), chance=self.luck)
        self.there = self.here.fork(self.case, same_bench=True)

    def take(self, state: State, at: Point | None = None) -> _Seat:
        """Put a world here, at its beginning or where it stood."""
        self.luck.keys[:], self.luck.answer[:] = state.keys, state.answer
        inputs = self.built.inputs_at(state.place, self.theory, over=self.setup)
        self.here.again(self.case._replace(params=inputs.params), at)
        return self


def moved(
    task: Task,
    state: State,
    rng: np.random.Generator,
    aim: Aim,
    tuning: Tuning,
    chances: Sequence[float] = SHARES,
) -> State:
    """The state after the moves of a task, drawn at random by the chances of their kinds; the tuning counts them."""
    state = replace(state, log=aim.log(*aim.of(state.sums)))
    kinds = np.sort(rng.choice(len(chances), size=task.moves, p=chances)).tolist()
    if not len(state.place):  # no number is uncertain: luck is all there is to move
        kinds = [min(kind, TURN) for kind in kinds]
    for kind in (RECENT, TURN):
        some = kinds.count(kind)
        if not some:
            continue
        first, at = (task.back(aim), state.past) if kind == RECENT else (0, None)
        asked = sorted((tuning.luck(rng, kind, first, aim.last) for _ in range(some)), key=_turn)
        anew = [(_turn(own), keys, own % PARTS) for own, keys in zip(asked, keys_of(rng, some), strict=True)]
        state, well = task.walk(state, aim, anew, slacks(rng, some), at)
        for own, good in zip(asked, well, strict=True):
            tuning.count(kind, own, good)
    for kind in kinds[bisect_left(kinds, BLOCK) :]:
        chosen = tuning.numbers(rng, kind)
        other = _elsewhere(rng, state, kind, chosen)
        floor = state.log + slacks(rng, 1)[0]
        proposed = task.weigh(other, aim, floor)
        good = proposed.log > -math.inf and proposed.log >= floor
        tuning.count(kind, chosen, good)
        state = proposed if good else state
    return state


def _turn(own: Ints) -> int:
    """The turn of shares of its luck."""
    return int(own[0]) // PARTS


def slacks(rng: np.random.Generator, count: int) -> list[float]:
    """How far the log likelihood may fall by each of so many moves."""
    found: list[float] = np.log(1.0 - rng.random(count)).tolist()
    return found


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
    return replace(state, place=place)


def keys_of(rng: np.random.Generator, count: int) -> Keys:
    """Keys of luck by chance, for so many turns (count, S)."""
    return rng.integers(0, 2**32, (max(0, count), PARTS), dtype=np.uint64)
