"""What the record makes of a history: compiled, since every move asks for it at every date."""

from __future__ import annotations

from typing import NamedTuple

from powersim.compile.elementary import exp, log
from powersim.compile.jit import rule
from powersim.rules.level import exceeds
from powersim.world.state import Floats, Ints


class Points(NamedTuple):
    """Points (Q) of coded paths, in the order of their turns.

    turn, column: where a history (T, O) is read; path: of the evidence, from 0; value: what was coded. own (Q, P) and
    weight (Q, D, P): see `given.misses`.
    """

    turn: Ints
    column: Ints
    path: Ints
    value: Floats
    own: Ints
    weight: Floats


@rule
def stays(values: Floats, columns: Ints, first: int, last: int, level: float) -> bool:
    """Whether what a history (T, O) has in some columns is at least at a level in all turns from first to last."""
    for t in range(first, last + 1):
        for column in columns:
            if exceeds(level, values[t, column]):
                return False
    return True


@rule
def comes(values: Floats, columns: Ints, first: int, last: int) -> bool:
    """Whether any of it is above 0 in any of these turns."""
    for t in range(first, last + 1):
        for column in columns:
            if values[t, column] > 0.0:
                return True
    return False


@rule
def rises(values: Floats, columns: Ints, first: int, last: int, from_start: bool) -> bool:
    """Whether any of it is above what it was a turn before. Before the first of all turns it was 0, or is not told."""
    for t in range(first, last + 1):
        for column in columns:
            before = values[t - 1, column] if t > 0 else (values[t, column] if from_start else 0.0)
            if values[t, column] > before:
                return True
    return False


@rule
def miss(points: Points, first: int, end: int, values: Floats, logs: Floats) -> None:
    """Take from logs (1 + P, D) half the squares of the deviates by which a history (T, O) misses some points."""
    for q in range(first, end):
        row = 1 + points.path[q]
        for d in range(logs.shape[1]):
            deviate = 0.0
            for p in range(points.own.shape[1]):
                one = points.own[q, p]
                missed = values[points.turn[one], points.column[one]] - points.value[one]
                deviate += points.weight[q, d, p] * missed
            logs[row, d] -= 0.5 * deviate * deviate


@rule
def total(common: Floats, logs: Floats) -> float:
    """Log likelihood of a history with logs (1 + P, D) on top of common ones: each row is averaged over its values."""
    found = 0.0
    for row in range(logs.shape[0]):
        most = common[row, 0] + logs[row, 0]
        for d in range(1, logs.shape[1]):
            most = max(most, common[row, d] + logs[row, d])
        mean = 0.0
        for d in range(logs.shape[1]):
            mean += exp(common[row, d] + logs[row, d] - most)
        found += most + log(mean / logs.shape[1])
    return float(found)
