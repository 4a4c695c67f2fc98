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
from numpy.typing import NDArray

from powersim.compile.elementary import LANES, log, log_row
from powersim.compile.jit import rule
from powersim.world.state import Floats, Keys

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

# No settled draws: never written, so these do for all histories.
_INTS: NDArray[np.int64] = np.zeros(0, np.int64)
_WHO: NDArray[np.uint64] = np.zeros((0, 3), np.uint64)
_REALS, _ANSWERS = np.zeros(0), np.zeros((0, 2))


NO, YES, AS_GIVEN = 0, 1, 2
"""What is said of a settled draw: its decision comes out no, comes out yes, or its uniform is the one given."""


class Luck(NamedTuple):
    """The luck of a history: a key for every turn, and single draws that are settled beforehand.

    The draws of a turn fall into S shares, each with a key of its own, so that a part of a turn's luck can be another.
    A history of a study has one key for all turns and one share, its run.

    Of F settled draws, sorted by turn, row f is that of decision point `point[f]` and actors and thing `who[f]`; rows
    `since[t]` to `since[t + 1]` are those of turn t.
    """

    seed: np.uint64  # 32-bit key of the seed
    keys: NDArray[np.uint64]  # (1..T, S) 32-bit keys of each turn; the last row is that of all turns after it
    since: NDArray[np.int64]  # (T + 1) or (0): no draw is settled
    point: NDArray[np.int64]  # (F)
    who: NDArray[np.uint64]  # (F, 3)
    what: NDArray[np.int64]  # (F) NO, YES or AS_GIVEN
    value: NDArray[np.float64]  # (F) the uniform, where it is given
    answer: NDArray[
        np.float64
    ]  # (F, 2) written as they are asked: the uniform, and log of the rule's own chance


@rule
def philox(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Philox4x32-10: four 32-bit words (held in 64 bits) from a counter of four words and a key of two.

    Products of two 32-bit words fit into 64 bits, so nothing overflows, compiled or not.
    """
    for _ in range(10):
        c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
        k0 = (k0 + _W0) & _LOW
        k1 = (k1 + _W1) & _LOW
    return c0, c1, c2, c3


@rule
def _round(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """One of the ten rounds."""
    p0 = _M0 * c0
    p1 = _M1 * c2
    return (p1 >> _HALF) ^ c1 ^ k0, p1 & _LOW, (p0 >> _HALF) ^ c3 ^ k1, p0 & _LOW


@rule
def settled(luck: Luck, t: int, point: int, a: np.uint64, b: np.uint64, c: np.uint64) -> int:
    """The row of a draw that is settled beforehand, -1 if it is left to chance."""
    if t + 1 >= luck.since.shape[0]:
        return -1
    for f in range(luck.since[t], luck.since[t + 1]):
        if luck.point[f] == point and luck.who[f, 0] == a and luck.who[f, 1] == b and luck.who[f, 2] == c:
            return f
    return -1


@rule
def share(a: np.uint64, b: np.uint64, c: np.uint64, count: int) -> np.int64:
    """Which of so many shares of a turn's draws one falls into: that of its two actors, or of its thing if it has none.

    Whatever two actors draw with each other is in one share. Arguments as in `uniform`.
    Source: multiplicative hashing, Knuth 1998, The Art of Computer Programming 3, 6.4.
    """
    if count == 1:
        return np.int64(0)
    who = (a + b) & _LOW
    word = who if who > np.uint64(0) else c & _LOW
    return np.int64((((word * _W0) & _LOW) * np.uint64(count)) >> _HALF)


@rule
def uniform(luck: Luck, t: int, point: int, a: np.uint64, b: np.uint64, c: np.uint64) -> float:
    """The uniform in [0, 1) of one decision: 53 bits from two words, unless it is given.

    t: turn; point: decision point; a, b: keys of the actors, c: key of the issue, good or list entry; 0 = none.
    """
    f = settled(luck, t, point, a, b, c)
    if f >= 0 and luck.what[f] == AS_GIVEN:
        return float(luck.value[f])
    counter = np.uint64(t) * _POINTS + np.uint64(point)
    turn = min(t, luck.keys.shape[0] - 1)
    w0, w1, _, _ = philox(counter, a, b, c, luck.seed, luck.keys[turn, share(a, b, c, luck.keys.shape[1])])
    return _unit(w0, w1)


@rule
def uniform_row(luck: Luck, t: int, point: int, who: Keys, count: int, out: Floats) -> None:
    """Fill out with the uniforms of the first `count` decisions of one kind, those of `uniform` to the bit.

    who (3, M): keys of two actors and a thing, as in `uniform`. out (M), M a full row.
    """
    if luck.since.shape[0] > 0 or luck.keys.shape[1] > 1:
        for m in range(count):
            out[m] = uniform(luck, t, point, who[0, m], who[1, m], who[2, m])
        return
    counter, key = np.uint64(t) * _POINTS + np.uint64(point), luck.keys[min(t, luck.keys.shape[0] - 1), 0]
    for m in range((count + LANES - 1) // LANES * LANES):
        # the ten rounds of `philox`, written out so that a processor's vectors do several draws at once
        c0, c1, c2, c3, k0, k1 = counter, who[0, m], who[1, m], who[2, m], luck.seed, key
        for _ in range(10):
            c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
            k0 = (k0 + _W0) & _LOW
            k1 = (k1 + _W1) & _LOW
        out[m] = _unit(c0, c1)


@rule
def _unit(w0: np.uint64, w1: np.uint64) -> float:
    """53 bits from two words, as a number in [0, 1)."""
    return float(((w0 << _HALF) | w1) >> _DROP) * _UNIT


@rule
def mapped(u: float, chance: float, yes: bool) -> float:
    """A uniform mapped into the region where u < chance holds (yes) or does not: order kept, as likely as it was.

    u: [0, 1). chance: 0..1. Source: likelihood weighting by inverse CDF (Fung and Chang 1990, UAI 5).
    """
    if not yes:
        return min(chance + u * (1.0 - chance), 1.0 - _UNIT)
    inside = u * chance
    return inside if inside < chance else 0.0


@rule
def decided(luck: Luck, t: int, point: int, a: np.uint64, b: np.uint64, c: np.uint64, chance: float) -> float:
    """The uniform of a decision that comes out yes where it is below `chance`.

    If the outcome is settled the uniform is mapped into the region that gives it, and `answer` says so: the uniform,
    and the log of the chance that the rule itself gave to the outcome (-inf: none). Arguments as in `uniform`.
    """
    u = uniform(luck, t, point, a, b, c)
    f = settled(luck, t, point, a, b, c)
    if f < 0 or luck.what[f] == AS_GIVEN:
        return u
    yes = luck.what[f] == YES
    own = min(1.0, max(0.0, chance if yes else 1.0 - chance))
    luck.answer[f, 0] = mapped(u, min(1.0, max(0.0, chance)), yes)
    luck.answer[f, 1] = log(own) if own > 0.0 else -math.inf
    return float(luck.answer[f, 0])


@rule
def logistic(u: float, sd: float) -> float:
    """A logistic deviate of mean 0 and standard deviation sd by inverse CDF: sd sqrt(3)/pi ln(u / (1-u))."""
    return sd * math.sqrt(3.0) / math.pi * log(_odds(u))


@rule
def _odds(u: float) -> float:
    """The odds u / (1 - u), u kept off 0 and 1."""
    v = min(max(u, _UNIT), 1.0 - _UNIT)
    return v / (1.0 - v)


@rule
def logistic_row(u: Floats, sd: float, room: Floats) -> None:
    """Put `logistic` in the place of a row of uniforms, to the bit. u, room: rows of one length, room for work."""
    for m in range(u.shape[0]):
        room[m] = _odds(u[m])
    log_row(room, u)
    for m in range(u.shape[0]):
        u[m] = sd * math.sqrt(3.0) / math.pi * u[m]


def seed_key(seed: int) -> np.uint64:
    """The 32-bit key of a seed of any size: small seeds are themselves, larger ones are folded by one Philox block."""
    if not 0 <= seed < 2**64:
        raise ValueError(f"a seed is a whole number from 0 to 2**64 - 1, not {seed}")
    if seed < 2**32:
        return np.uint64(seed)
    low, high = np.uint64(seed & 0xFFFFFFFF), np.uint64(seed >> 32)
    return np.uint64(philox(low, high, np.uint64(0), np.uint64(0), np.uint64(0), np.uint64(0))[0])


def luck_of(seed: int, keys: NDArray[np.uint64]) -> Luck:
    """Luck with keys (32 bits) by turn, or turn and share, and no settled draw. ValueError: a seed out of range."""
    return Luck(seed_key(seed), keys.reshape(len(keys), -1), _INTS, _INTS, _WHO, _INTS, _REALS, _ANSWERS)


def luck(seed: int, run: int) -> Luck:
    """The luck of run `run` of a study. Raises ValueError for a seed or run that a key cannot hold."""
    if not 0 <= run < 2**32:
        raise ValueError(f"run {run} is outside what a key can hold: 0 to 2**32 - 1")
    return luck_of(seed, np.full(1, run, np.uint64))
