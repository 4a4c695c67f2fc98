"""Luck: looked up by key as powersim does it, or drawn as Mesa's models do."""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np

from powersim.world import draws


class Luck(Protocol):
    """Gives one uniform in [0, 1) for a decision: of which kind, in which turn, whose, about what."""

    def __call__(self, point: str, turn: int, a: int = 0, b: int = 0, thing: int = 0) -> float:
        """The uniform of one decision."""


class KeyedLuck:
    """powersim's own draws: the same key, the same number."""

    def __init__(self, seed: int, run: int) -> None:
        self.luck = draws.luck(seed, run)

    def __call__(self, point: str, turn: int, a: int = 0, b: int = 0, thing: int = 0) -> float:
        """The uniform that powersim draws for this decision."""
        code = getattr(draws, point)
        return float(draws.uniform(self.luck, turn, code, np.uint64(a), np.uint64(b), np.uint64(thing)))


def logistic(u: float, sd: float) -> float:
    """A logistic deviate of mean 0 from a uniform."""
    v = min(max(u, 2.0**-53), 1.0 - 2.0**-53)
    return sd * math.sqrt(3.0) / math.pi * math.log(v / (1.0 - v))
