"""Worlds that went as the record says: sequential Monte Carlo over draws and luck, in independent islands.

Every island draws its worlds from the prior and takes them through the record date by date, see `given.aims`. Where
few worlds go on well to a date, each tries more than one luck: that costs the turns up to it, and a move costs more.
What is new at a date counts to a rising power: at each step worlds are drawn by weight, and moved until their numbers
are elsewhere, so that copies of one become worlds of their own. Moves keep the prior, so that the ratio of likelihoods
alone decides, see `given.moves`; how much they draw anew follows what was refused, see `given.tuning`. What worlds were
on the way goes on too. The product of the mean weights is the evidence.

Del Moral, Doucet and Jasra 2006, J. R. Statist. Soc. B 68:411 (samplers); Chopin 2002, Biometrika 89:539 (date by date,
with moves); Dau and Chopin 2022, J. R. Statist. Soc. B 84:114 (all states of a chain go on); Fearnhead and Clifford
2003, J. R. Statist. Soc. B 65:887 (more candidates than worlds at a date); Gilks and Berzuini 2001, J. R. Statist. Soc.
B 63:127 (moves of recent states).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from threading import Event
from typing import TypeVar

import numpy as np

from powersim.errors import PowersimError
from powersim.given.aims import KEPT, STEP, Aim, drawn, effective, step
from powersim.given.knowledge import log_mean, shares
from powersim.given.moves import State, Task, keys_of, moved
from powersim.given.reckoning import total
from powersim.given.tuning import SHARES, WHOLE, Tuning
from powersim.run.opened import own_name
from powersim.run.possible import Keys, Worlds
from powersim.world.state import Floats

FEW = 0.25  # share of worlds below which too few go on well to a date: more luck is tried
MISSED = 2.0  # log by which even the best world may fall short of one that misses nothing new; or more luck is tried
TRIES = 16  # lucks that each of them tries then; and times that they do so from elsewhere, at most
STIRRED = 0.2  # how far numbers go before worlds go on, as a share of how far independent draws lie apart
LAST = 0.6  # the same in the end, by moves over the whole of their histories
POOL = 256  # worlds that go on from a step: of fewer, these as they were after earlier moves go on too
LATER = 4  # as they were after so many times, at most
PASSES = 40  # times all worlds are moved for that, at most
VERSION = 7  # rises when the same task gives other worlds
T = TypeVar("T")


@dataclass(frozen=True)
class Island:
    """What an island came to: worlds of equal weight, log of the evidence, moves made and accepted by kind.

    extra (N, P): uniforms of the discrepancy of every path. terms (N, dates): what each date adds to the log likelihood
    of each world. risk (P): that a new draw of an uncertain number is refused.
    """

    worlds: Worlds
    log_evidence: float
    extra: Floats
    made: Floats
    accepted: Floats
    levels: int
    histories: int
    terms: Floats
    risk: Floats


class _Way:
    """An island on its way."""

    def __init__(self, task: Task, number: int, stopped: Event | None) -> None:
        self.task, self.stopped = task, stopped
        self.rng = np.random.Generator(np.random.Philox(key=[task.plan.seed, number]))
        self.size = len(task.plan.built.paths(own_name(task.theory)))
        self.tuning = Tuning.of(task.known.until + 1, self.size)
        self.log_evidence, self.steps, self.first = 0.0, 0, 0
        self.some: list[State] = []
        self.many = min(LATER, -(-POOL // task.worlds))  # of each world: as it was after its last moves
        self.pool = self.many * task.worlds  # worlds that go on
        self.weights = np.zeros(self.pool)  # logs

    def fresh(self, count: int) -> Iterator[State]:
        """Worlds before their first turn, from the prior."""
        turns = self.task.plan.built.turns
        for _ in _until(self.stopped, range(count)):
            yield self.task.begun(self.rng.random(self.size), keys_of(self.rng, turns))

    def moved(self, some: Iterable[State], aim: Aim, chances: Sequence[float] = SHARES) -> Iterator[State]:
        """Worlds after the moves of a step."""
        for state in _until(self.stopped, some):
            yield moved(self.task, state, self.rng, aim, self.tuning, chances)

    def reach(self, place: int) -> None:
        """Worlds that go with all that is known by the date at a place."""
        task, aim, rise = self.task, self.task.aim(place, 1.0), 0.0
        some, gains, once = self.ways(aim)
        if once:
            self.some = [task.forward(state, aim, keys) for state, keys in _until(self.stopped, some)]
        else:
            rise = step(self.weights, gains, 1.0, STEP * min(effective(self.weights), self.pool))
            self.weights = self.weights + rise * gains
            self.choose(task.aim(place, rise), lambda n: task.forward(some[n][0], aim, some[n][1]))
        self.follow(task.aim(place, rise))

    def ways(self, aim: Aim) -> tuple[list[tuple[State, Keys]], Floats, bool]:
        """From where, and by which luck, worlds come to a date; what it adds to them; whether one luck each will do.

        Where few go on well, or none nearly as well as it could, more than one luck each is tried; where few have a
        chance at all, also from other worlds. They are weighed by what their worlds were.
        """
        task, before, turns, tried = self.task, self.some, aim.last + 1 - aim.first, 0
        some: list[tuple[State, Keys]] = []
        rows: list[tuple[float, float, float]] = []  # weights, what the date adds, what it could add
        for again in range(TRIES):
            if aim.place == 0:
                before = list(self.fresh(self.pool))
            elif again:
                before = list(self.moved(before, task.aim(aim.place - 1, 1.0)))
            for many in (1, TRIES - 1):
                tried += many
                for state, weight in zip(_until(self.stopped, before), self.weights.tolist(), strict=True):
                    keys = keys_of(self.rng, many * turns).reshape(many, turns, -1)
                    best = aim.gain(state.sums[aim.place], state.sums[aim.place])
                    for own, gain in zip(keys, task.gains(state, aim, keys), strict=True):
                        if gain > -math.inf:
                            some.append((state, own))
                            rows.append((weight, gain, best))
                weights, gains, could = np.array(rows).reshape(-1, 3).T
                if (gains > could - MISSED).any() and effective(weights + gains) >= FEW * len(before):
                    break
            if len(some) >= FEW * len(before):
                break
        if not some:
            raise PowersimError(_impossible(task, aim, tried * len(before)))
        if aim.place == 0:
            self.first = tried * len(before)
        self.weights = weights - math.log(tried * len(before) / len(some))
        return some, gains, tried == 1

    def follow(self, aim: Aim) -> None:
        """Worlds that go with all that is aimed at."""
        while aim.power < 1.0:
            if effective(self.weights) < KEPT * self.pool:
                self.choose(aim, self.some.__getitem__)
            gains = np.array([aim.gain(*aim.of(state.sums)) for state in self.some])
            rise = step(self.weights, gains, 1.0 - aim.power, STEP * effective(self.weights))
            aim = replace(aim, power=min(1.0, aim.power + rise))
            self.weights = self.weights + rise * gains

    def choose(
        self,
        aim: Aim,
        of: Callable[[int], State],
        far: float = STIRRED,
        chances: Sequence[float] = SHARES,
    ) -> None:
        """Draw worlds by weight, and move them. of: the world with a number.

        Where all weigh alike one of each chain comes, and nothing is chosen: that is no step.
        """
        self.log_evidence += log_mean(self.weights)
        self.steps += bool(np.ptp(self.weights) > 0.0 or len(self.weights) != self.pool)
        self.stir([of(n) for n in drawn(shares(self.weights), self.task.worlds, self.rng)], aim, far, chances)

    def stir(self, some: list[State], aim: Aim, far: float, chances: Sequence[float]) -> None:
        """Move worlds until their numbers are elsewhere, so that copies of one are worlds of their own.

        What they were on the way goes on too, world by world: it is as good a draw, and moves cost more than going on.
        """
        before = [state.place for state in some]
        chains: deque[list[State]] = deque(maxlen=self.many)
        for made in range(1, PASSES + 1):
            chains.append(some := list(self.moved(some, aim, chances)))
            self.tuning.follow()
            apart = np.subtract(before, [state.place for state in some])
            if made >= self.many and self.tuning.stirred(apart) >= far:
                break
        self.some = [state for chain in zip(*chains, strict=True) for state in chain]
        self.weights = np.zeros(self.pool)

    def last(self) -> list[State]:
        """The worlds as they are after all moves."""
        return self.some[self.many - 1 :: self.many]


def island(task: Task, number: int, stopped: Event | None = None) -> Island:
    """One island: the same for the same task and number, whoever computes it. PowersimError if nothing fits.

    stopped: when it is set, nobody waits for the island any more, and it ends with CancelledError.
    """
    way, what = _Way(task, number, stopped), task.known
    if what.size == 0:
        way.some = list(way.fresh(task.worlds))
    else:
        for place in range(len(what.dates)):
            way.reach(place)
        aim = task.aim(len(what.dates) - 1, 1.0)
        way.choose(aim, way.some.__getitem__, LAST, WHOLE)
        way.some = way.last()
    return _told(task, way)


def _until(stopped: Event | None, some: Iterable[T]) -> Iterator[T]:
    for one in some:
        if stopped is not None and stopped.is_set():
            raise CancelledError
        yield one


def _told(task: Task, way: _Way) -> Island:
    some, rng, what, turns = way.some, way.rng, task.known, task.plan.built.turns
    keys = np.stack([state.keys for state in some])
    for own in keys:
        own[what.until + 1 :] = keys_of(rng, turns - what.until - 1)
    logs = np.array([
        [total(common, state.sums[min(place, len(state.sums) - 1)]) for place, common in enumerate(what.common)]
        for state in some
    ])  # fmt: skip
    chance = np.array([shares(what.constant[1:] + state.sums[-1][1:]) for state in some])
    drawn, within = rng.random((2, *chance.shape[:2]))
    part = (np.cumsum(chance, axis=-1)[..., :-1] < drawn[..., None]).sum(axis=-1)
    extra = (part + within) / chance.shape[-1]
    worlds = Worlds(
        task.theory, task.plan.seed, np.stack([state.place for state in some]), keys, what.settled,
        np.stack([state.answer[:, 0] for state in some]), np.full(len(some), 1.0 / len(some)), what.until + 1,
    )  # fmt: skip
    tuning = way.tuning
    return Island(
        worlds, way.log_evidence, extra, tuning.made, tuning.accepted, way.steps, way.first + int(tuning.made.sum()),
        np.diff(logs, axis=1), tuning.risk,
    )  # fmt: skip


def _impossible(task: Task, aim: Aim, tried: int) -> str:
    """Which event none of the worlds has."""
    label = task.plan.scenario.calendar.label(aim.last)
    left = [one for one in task.known.checks if aim.first <= one.last and (one.exact or one.last <= aim.last)]
    what = "; ".join(one.said for one in [one for one in left if one.first <= aim.last] or left)
    return (
        f"evidence: none of {tried} worlds under {task.theory} can have what happened by {label} ({what}); "
        "allowed: what a run can do; take more worlds, or leave it out"
    )
