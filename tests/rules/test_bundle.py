"""Named tuples as one pointer: what compiled code reads is what they hold, whatever they were packed after."""

from __future__ import annotations

import copy
import pickle
from typing import NamedTuple

import numpy as np
import pytest

from powersim.compile.bundle import pack
from powersim.compile.jit import ENABLED, interpreted, rule
from powersim.world.state import Flags, Floats, Ints


class Forth(NamedTuple):
    a: float
    b: float
    c: float


class Back(NamedTuple):
    c: float
    b: float
    a: float


class Rows(NamedTuple):
    row: Floats
    of: Forth


@rule
def read(numbers: Forth) -> float:
    return 100.0 * numbers.a + 10.0 * numbers.b + numbers.c


def test_numbers_are_read_by_name_whatever_was_packed_before() -> None:
    first = pack(Forth(1.0, 2.0, 3.0))
    second = pack(Forth(4.0, 5.0, 6.0), first)
    assert (read(first), read(second), read(pack(Forth(7.0, 8.0, 9.0), second))) == (123.0, 456.0, 789.0)
    assert read(pack(Back(3.0, 2.0, 1.0), second)) == 123.0
    assert (second.a, second.b, second.c) == (4.0, 5.0, 6.0)


class Tables(NamedTuple):
    one: Floats
    two: Floats
    three: Ints
    flags: Flags


@rule
def stir(tables: Tables) -> float:
    row, last, total = tables.two[1], np.uint64(2), 0.0
    for i in range(tables.one.shape[0]):
        row[i] = 2.0 * tables.one[i]
        tables.three[0, 1, i] = i + (tables.two[1, i] > 2.0)
        row[last] += tables.three[0, 1, i]
        tables.flags[i] = tables.two[1, last] > 3.0
        total += tables.two[0, i] + row[i] + tables.flags[i]
    return total


def test_items_rows_and_what_is_written_through_either_are_numpys() -> None:
    tables = [
        Tables(np.arange(3.0), np.ones((2, 3)), np.ones((2, 2, 3), np.int64), np.zeros(3, np.uint8))
        for _ in range(2)
    ]
    assert stir(pack(tables[0])) == interpreted(stir)(tables[1])
    for one, other in zip(*tables, strict=True):
        assert one.tobytes() == other.tobytes()
    assert tables[0].three[0, 1].tolist() == [0, 1, 3]


@pytest.mark.skipif(not ENABLED, reason="interpreted, nothing is packed")
def test_what_is_packed_goes_elsewhere_as_what_it_holds() -> None:
    packed = pack(Rows(np.arange(3.0), pack(Forth(1.0, 2.0, 3.0))))
    sent = pickle.loads(pickle.dumps(packed))  # noqa: S301
    for other in (sent, copy.deepcopy(packed)):
        assert other.row.tobytes() == packed.row.tobytes()
        assert other.row is not packed.row
        assert read(other.of) == 123.0
