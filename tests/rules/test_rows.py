"""Rules of a row at once give what they give one by one, to the bit."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import numpy as np
import pytest

from powersim.compile.bundle import pack
from powersim.compile.elementary import exp, exp_row, log, log_row, power, power_row, tanh, tanh_row
from powersim.rules.alignment import artanh, next_alignment, next_alignment_row
from powersim.rules.beliefs import (
    calculus,
    calculus_prior,
    calculus_prior_row,
    calculus_row,
    expit,
    expit_row,
    logit,
    logit_row,
    power_ratio,
    relax,
    relax_row,
    within,
)
from powersim.rules.security import security, security_row
from powersim.world import draws

EPS = 0.01
ODD = [0.0, 5e-324, 1e-310, math.inf, math.nan, -1.0, 1e200, -800.0, 800.0]
"""What is no number of the common path: the whole row is then done one by one."""


def row(length: int, low: float, high: float, seed: int = 1) -> np.ndarray:
    """Numbers between two, evenly spread."""
    dice = random.Random(seed)
    return np.array([dice.uniform(low, high) for _ in range(length)])


def room(rows: int, length: int) -> np.ndarray:
    """Room for work, full of what no rule may read."""
    return np.full((rows, length), np.nan)


def bits(numbers: list[float]) -> bytes:
    """The bytes of some numbers."""
    return np.array(numbers, np.float64).tobytes()


@pytest.mark.parametrize("length", [1, 8, 15, 50])
@pytest.mark.parametrize("odd", [None, *ODD])
@pytest.mark.parametrize(
    ("of_row", "one"),
    [
        (exp_row, exp),
        (log_row, log),
        (tanh_row, tanh),
        (lambda x, out: power_row(x, 1.73, out), lambda x: power(x, 1.73)),
        (lambda x, out: power_row(x, 1.5, out), lambda x: power(x, 1.5)),
        (lambda x, out: power_row(x, 300.0, out), lambda x: power(x, 300.0)),
        (lambda x, out: power_row(x, 0.0, out), lambda x: power(x, 0.0)),
    ],
)
def test_functions_of_a_row_are_those_of_its_numbers(
    of_row: Callable[..., None], one: Callable[[float], float], odd: float | None, length: int
) -> None:
    x, out = row(length, 0.001, 3.0), np.zeros(length)
    if odd is not None:
        x[length // 2] = odd if one in (exp, log, tanh) else abs(odd)
    of_row(x, out)
    assert out.tobytes() == bits([one(float(each)) for each in x])


@pytest.mark.parametrize("length", [1, 15, 16])
def test_security_of_many_is_that_of_each(length: int) -> None:
    f, h, out = row(length, 0.0, 2.0), row(length, 0.001, 2.0, 2), np.zeros(length)
    f[0] = h[0] = 0.25
    security_row(f, h, 1.73, room(1, length)[0], out)
    assert out.tobytes() == bits([security(float(a), float(b), 1.73) for a, b in zip(f, h, strict=True)])
    assert out[0] == 0.5
    f[-1] = 0.0
    security_row(f, h, 1.73, room(1, length)[0], out)
    assert out[-1] == 0.0


@pytest.mark.parametrize("length", [1, 15, 16])
def test_beliefs_of_a_row_move_as_each_would(length: int) -> None:
    p, prior = row(length, 0.0, 1.0), row(length, 0.0, 1.0, 2)
    odds, x = [logit(within(float(each), EPS)) for each in p], row(length, -9.0, 9.0, 3)
    out, work = np.zeros(length), room(4, length)
    expit_row(x, work[0], out)
    assert out.tobytes() == bits([expit(float(each)) for each in x])
    logit_row(p, work[0], out)
    assert out.tobytes() == bits([logit(float(each)) for each in p])
    prior[0] = p[0]  # at rest
    for mu in (0.0, 0.07):
        one_by_one = [relax(float(a), float(b), mu, EPS) for a, b in zip(p, prior, strict=True)]
        found = p.copy()
        relax_row(found, prior, mu, EPS, room(4, length))
        assert found.tobytes() == bits(one_by_one)
    then, now = row(length, -2.0, 2.0, 4), row(length, -2.0, 2.0, 5)
    then[0] = now[0]
    singly = [
        calculus_prior(float(r), o, float(a), float(b), EPS)
        for r, o, a, b in zip(p, odds, then, now, strict=True)
    ]
    found = p.copy()
    calculus_prior_row(found, np.array(odds), then, now, EPS, room(3, length))
    assert found.tobytes() == bits(singly)


@pytest.mark.parametrize("length", [1, 15, 16])
def test_alignments_of_a_row_move_as_each_would(length: int) -> None:
    a, a0, push, noise = (row(length, -1.0, 1.0, seed) for seed in range(4))
    a[-1], a0[-1], push[-1], noise[-1] = 0.5, 1.0, 0.25, -0.25  # at rest, at an end
    start = np.array([artanh(float(each)) for each in a0])
    one_by_one = [
        next_alignment(*map(float, each), 0.07, n) for *each, n in zip(a, a0, push, noise, strict=True)
    ]
    next_alignment_row(a, a0, start, push, 0.07, noise, room(2, length))
    assert a.tobytes() == bits(one_by_one)


@pytest.mark.parametrize("length", [1, 15, 16])
def test_the_current_calculus_of_many_is_that_of_each(length: int) -> None:
    ours, theirs, stakes = row(length, 0.0, 1.0, 1), row(length, 0.0, 1.0, 2), row(length, -1.0, 1.0, 3)
    ours[0] = 0.0
    ratio = np.array([power_ratio(float(a), float(b)) for a, b in zip(ours, theirs, strict=True)])
    out = np.zeros(length)
    calculus_row(ratio, stakes, 1.1, 0.7, room(1, length)[0], out)
    singly = [calculus(*map(float, each), 0.0, 1.1, 0.7) for each in zip(ours, theirs, stakes, strict=True)]
    assert out.tobytes() == bits(singly)


@pytest.mark.parametrize("shares", [1, 3])
@pytest.mark.parametrize("settled", [False, True])
def test_draws_of_a_row_are_those_of_each_decision(settled: bool, shares: int) -> None:
    luck = draws.luck_of(2009, np.arange(7, 7 + shares, dtype=np.uint64)[None])
    dice, count = random.Random(1), 13
    who = np.array([[dice.getrandbits(32) for _ in range(16)] for _ in range(3)], np.uint64)
    if settled:  # the fifth is given
        given = (
            np.array([0, 0, 0, 0, 1]),
            np.array([draws.TALK]),
            who[:, 4:5].T.copy(),
            np.array([draws.AS_GIVEN]),
        )
        luck = luck._replace(
            **dict(zip(("since", "point", "who", "what"), given, strict=True)), value=np.array([0.125]),
            answer=np.zeros((1, 2)),
        )  # fmt: skip
    packed, out = pack(luck), np.zeros(16)
    draws.uniform_row(packed, 3, draws.TALK, who, count, out)
    singly = [draws.uniform(packed, 3, draws.TALK, *map(np.uint64, each)) for each in who.T[:count]]
    assert out[:count].tobytes() == bits(singly)
    assert (out[4] == 0.125) == settled
    found = out.copy()
    draws.logistic_row(found, 0.3, room(1, 16)[0])
    assert found.tobytes() == bits([draws.logistic(float(u), 0.3) for u in out])
