"""What of the record counts on the way to all of it: date after date, and what is new at a date to a rising power.

What is aimed at by a date is the likelihood of all that is known by it, averaged over the values of the discrepancy of
every path. From one date to the next the new part counts to a power that rises from 0 to 1, in steps so small that
enough worlds go on (Chopin 2002, Biometrika 89:539; Del Moral, Doucet and Jasra 2006, J. R.
Statist. Soc. B 68:411). Luck of a turn touches nothing that came before it. So what is new is met where it is decided,
by luck of the last turns, while nothing is known yet of turns that this luck would upset.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from powersim.given.knowledge import shares
from powersim.given.reckoning import total
from powersim.world.state import Floats

KEPT = 0.9  # share of worlds that effectively count, below which they are drawn anew and moved
STEP = 0.4  # share of those that do before a step, that do after it
NEAR = 1e-9  # the least that a power rises by


@dataclass(frozen=True)
class Aim:
    """The likelihood of what is known before turn `first`, and of what is new by the end of `last` to a power, 0..1.

    place: of that date among `Known.dates`. before, after (1 + P, D): what all histories have in common before the one
    and after the other, of events and of P paths, at D values of the sd of the discrepancy. Logs of a history, `sums`
    (1 + P, D), come on top of it, and never rise from date to date: so `log` of the sums of an earlier date is no less
    than what it can become.
    """

    place: int
    first: int
    last: int
    power: float
    before: Floats
    after: Floats

    def of(self, sums: Sequence[Floats]) -> tuple[Floats, Floats]:
        """Of logs of a history by dates that are over: those that count before, and after."""
        return sums[self.place], sums[self.place + 1]

    def log(self, before: Floats, after: Floats) -> float:
        """Log of what counts, of a history with logs before the new turns and after them; -inf of no chance."""
        if after[0, 0] == -math.inf:
            return -math.inf
        log = self.power * total(self.after, after) if self.power > 0.0 else 0.0
        return log + (1.0 - self.power) * total(self.before, before) if self.power < 1.0 else log

    def gain(self, before: Floats, after: Floats) -> float:
        """Log of what is new to a history; -inf if it leaves it no chance."""
        if after[0, 0] == -math.inf:
            return -math.inf
        return total(self.after, after) - total(self.before, before)


def step(weights: Floats, gains: Floats, most: float, least: float) -> float:
    """How far the power of what is new (N) may rise, at most `most`, so that effectively `least` worlds still count.

    weights (N): logs of what they weigh already.
    """
    if effective(weights + most * gains) >= least:
        return most
    low, high = 0.0, most
    for _ in range(50):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if effective(weights + middle * gains) >= least else (low, middle)
    return max(low, NEAR)


def effective(logs: Floats) -> float:
    """Effective number of worlds with these log weights (Kish 1965)."""
    return float(1.0 / (shares(logs) ** 2).sum())


def drawn(weights: Floats, count: int, rng: np.random.Generator) -> list[int]:
    """Worlds drawn by weight, systematically: each comes its expected number of times, rounded up or down."""
    points = (rng.random() + np.arange(count)) / count
    found: list[int] = np.minimum(np.searchsorted(np.cumsum(weights), points), len(weights) - 1).tolist()
    return found
