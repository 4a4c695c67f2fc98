"""What a move draws anew: settled by what was refused in the steps before, and fixed within a step.

Histories are chaotic: a move either changes next to nothing, or one decision more comes out otherwise and much with
it. So steps do not become acceptable by being short, but by touching little. A world has a thousand numbers and
hundreds of keys of luck; most hardly matter to what is known, and some are nearly always refused. Each has a *risk*:
the chance that to draw it anew is refused, whatever else is drawn (a noisy or: Pearl 1988, Probabilistic Reasoning in
Intelligent Systems, 4.3.2). What was refused lately, many at a time, tells risks apart by steps of EM (Dempster, Laird
and Rubin 1977, J. R. Statist. Soc. B 39:1), as pooled tests tell who is ill (Dorfman 1943, Ann. Math. Statist. 14:436).
A move draws one after another by chance, as long as it is accepted with chance AIM: of what hardly matters hundreds, of
what matters few, and all about equally often.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

import numpy as np

from powersim.world.state import Floats, Ints

KINDS = ("recent", "turn", "block", "nudge")
RECENT, TURN, BLOCK, NUDGE = range(len(KINDS))
SHARES = (0.40, 0.25, 0.30, 0.05)
"""Kinds of moves, and how often each is made: recent ones cost a few turns, of any turn half a history, others all."""
WHOLE = (0.0, 0.45, 0.48, 0.07)
"""The same where a history is at its end, and none of its turns more recent than others."""
PARTS = 16  # shares of a turn's luck, each with a key of its own
AIM = 0.35  # share of moves that should be accepted
TAKEN = -math.log(AIM)  # sum of small risks that a move takes, to be accepted so often
GUESS, LEAST = 0.01, 1e-5  # a risk of which nothing is known, and the least
DOUBT = 2.0  # draws that the guess counts for
LATELY = 2000  # moves of a kind that tell of its risks
ROUNDS = 4  # steps of EM whenever these are followed


class _Dial:
    """Moves of one kind. risk (P): the chance that to draw anew what has a place is refused. moves: the last ones."""

    def __init__(self, count: int) -> None:
        self.risk = np.full(count, GUESS)
        self.moves: deque[tuple[Ints, bool]] = deque(maxlen=LATELY)

    def chosen(self, rng: np.random.Generator, places: Ints) -> Ints:
        """Those of some places that a move draws anew: as many as leave it the chance AIM to be accepted."""
        order = rng.permutation(places)
        left = np.cumprod(1.0 - self.risk[order])
        some = int((left > AIM).sum())
        if some < len(order):  # without one more the chance is above AIM, with it below
            before = left[some - 1] if some else 1.0
            some += bool(rng.random() * (before - left[some]) < before - AIM)
        return order[: max(1, some)]

    def follow(self) -> None:
        """Follow what was refused lately."""
        count = len(self.risk)
        none = np.zeros(0, np.int64)
        drawn = np.bincount(np.concatenate([none, *(places for places, _ in self.moves)]), minlength=count)
        refused = [places for places, accepted in self.moves if not accepted]
        sizes = np.array([len(places) for places in refused], np.int64)
        among, first = np.concatenate([none, *refused]), np.cumsum(sizes) - sizes
        for _ in range(ROUNDS):
            logs = np.log1p(-self.risk)[among]
            chance = -np.expm1(np.add.reduceat(logs, first)) if refused else np.ones(0)
            blame = self.risk * np.bincount(among, np.repeat(1.0 / chance, sizes), count)
            self.risk = np.clip((blame + DOUBT * GUESS) / (drawn + DOUBT), LEAST, 1.0 - LEAST)


@dataclass
class Tuning:
    """Risks by kind of move and place. made, accepted (K): moves so far, by kind."""

    dials: tuple[_Dial, ...]
    made: Floats = field(default_factory=lambda: np.zeros(len(KINDS)))
    accepted: Floats = field(default_factory=lambda: np.zeros(len(KINDS)))

    @classmethod
    def of(cls, turns: int, numbers: int) -> Tuning:
        """Nothing is known yet."""
        return cls(tuple(_Dial(count) for count in (turns * PARTS, turns * PARTS, numbers, numbers)))

    @property
    def risk(self) -> Floats:
        """Of every uncertain number: the chance that a new draw of it is refused (P)."""
        return self.dials[BLOCK].risk

    def luck(self, rng: np.random.Generator, kind: int, first: int, last: int) -> Ints:
        """Places for a move of luck: of shares of a turn, one of those from the first to the last. PARTS are a turn's.

        It comes to a turn as often as it takes to draw all of it.
        """
        dial = self.dials[kind]
        often = np.maximum(TAKEN, dial.risk.reshape(-1, PARTS)[first : last + 1].sum(axis=1))
        turn = first + int(rng.choice(len(often), p=often / often.sum()))
        return dial.chosen(rng, turn * PARTS + np.arange(PARTS))

    def numbers(self, rng: np.random.Generator, kind: int) -> Ints:
        """Places of numbers for a move."""
        return self.dials[kind].chosen(rng, np.arange(len(self.risk)))

    def stirred(self, apart: Floats) -> float:
        """How far numbers have gone, as a share of how far independent draws lie apart; by risk. 1 without numbers.

        apart (N, P): differences of uniforms, whose distance is a third if they are independent.
        """
        if not len(self.risk):
            return 1.0
        return float(3.0 * (np.abs(apart).mean(axis=0) @ self.risk) / self.risk.sum())

    def count(self, kind: int, places: Ints, accepted: bool) -> None:
        """Count a move of what has these places."""
        self.dials[kind].moves.append((places, accepted))
        self.made[kind] += 1.0
        self.accepted[kind] += accepted

    def follow(self) -> None:
        """Follow what was refused lately."""
        for dial in self.dials:
            dial.follow()
