"""Keyed random numbers: every draw is a pure function of who decides what, when, in which run.

The generator is Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"),
tested against its published known-answer vectors. The key is (seed, run); the counter is (turn and decision point,
first actor, second actor, issue or good). One key gives one uniform, which callers turn by inverse CDF. There is no
state: a draw that is not made shifts no other draw, so two branches of one run share their luck wherever they share a
decision.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from powersim.compile.jit import rule

# Decision points. A new one takes a new number; none is ever reused for another purpose.
(PRIOR, EVENT, OWN_MOVE, TALK, CONFERENCE, TIE, RENEGE, NOISE, CRISIS, CRISIS_COST, CRISIS_WAR, HELP, BATTLE,
 WAR_BELIEF, STRIKE_DECISION, STRIKE_SUCCESS, PROXY, CITY, OFFER, GROWTH, USER, PACKAGE) = range(22)  # fmt: skip

_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_POINTS = np.uint64(256)  # decision points that fit beside the turn
_DROP = np.uint64(11)
_UNIT = 1.0 / 9007199254740992.0  # 2**-53


class Luck(NamedTuple):
    """The luck of a history: 32-bit seed key and run, both as unsigned 64-bit integers."""

    seed: np.uint64
    run: np.uint64


@rule
def philox(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Philox4x32-10: four 32-bit words (held in 64 bits) from a counter of four words and a key of two.

    Products of two 32-bit words fit into 64 bits, so nothing overflows, compiled or not.
    """
    for _ in range(10):
        p0 = _M0 * c0
        p1 = _M1 * c2
        c0, c1, c2, c3 = (p1 >> _HALF) ^ c1 ^ k0, p1 & _LOW, (p0 >> _HALF) ^ c3 ^ k1, p0 & _LOW
        k0 = (k0 + _W0) & _LOW
        k1 = (k1 + _W1) & _LOW
    return c0, c1, c2, c3


@rule
def uniform(luck: Luck, t: int, point: int, a: np.uint64, b: np.uint64, c: np.uint64) -> float:
    """The uniform in [0, 1) of one decision: 53 bits from two words.

    t: turn; point: decision point; a, b: keys of the actors, c: key of the issue, good or list entry; 0 = none.
    """
    counter = np.uint64(t) * _POINTS + np.uint64(point)
    w0, w1, _, _ = philox(counter, a, b, c, luck.seed, luck.run)
    return float(((w0 << _HALF) | w1) >> _DROP) * _UNIT


@rule
def logistic(u: float, sd: float) -> float:
    """A logistic deviate of mean 0 and standard deviation sd by inverse CDF: sd sqrt(3)/pi ln(u / (1-u))."""
    v = min(max(u, _UNIT), 1.0 - _UNIT)
    return sd * math.sqrt(3.0) / math.pi * math.log(v / (1.0 - v))


def seed_key(seed: int) -> np.uint64:
    """The 32-bit key of a seed of any size: small seeds are themselves, larger ones are folded by one Philox block."""
    if not 0 <= seed < 2**64:
        raise ValueError(f"a seed is a whole number from 0 to 2**64 - 1, not {seed}")
    if seed < 2**32:
        return np.uint64(seed)
    low, high = np.uint64(seed & 0xFFFFFFFF), np.uint64(seed >> 32)
    return np.uint64(philox(low, high, np.uint64(0), np.uint64(0), np.uint64(0), np.uint64(0))[0])


def luck(seed: int, run: int) -> Luck:
    """The luck of a history. Raises ValueError for a seed or run that a key cannot hold."""
    if not 0 <= run < 2**32:
        raise ValueError(f"run {run} is outside what a key can hold: 0 to 2**32 - 1")
    return Luck(seed_key(seed), np.uint64(run))
