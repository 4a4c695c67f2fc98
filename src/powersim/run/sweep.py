"""The same intervention on another date: until then the reference branch, from then on the branch, moved in time."""

from __future__ import annotations

import numpy as np

from powersim.errors import ArgumentError
from powersim.scenario.calendar import Calendar, parse_date
from powersim.world.state import BranchArrays

AT = "@"
"""Joins the name of a branch and the date to which its intervention is moved: cancel@2010Q1."""


def dates(text: str, calendar: Calendar) -> tuple[int, ...]:
    """Turns of `2009Q1..2010Q4`, ends included. ArgumentError if it is not a period within the calendar."""
    first, dots, last = text.partition("..")
    try:
        if not dots:
            raise ValueError
        parse_date(first), parse_date(last)
        turns = range(calendar.first(first), calendar.last(last) + 1)
    except ValueError:
        raise ArgumentError(
            "sweep", f"found {text}; allowed: first..last date, e.g. 2009Q1..2010Q4"
        ) from None
    if not turns or turns[0] < 0 or turns[-1] >= calendar.turns:
        known = f"{calendar.label(0)}..{calendar.label(calendar.turns - 1)}"
        raise ArgumentError("sweep", f"found {text}; allowed: a period within {known}, e.g. 2009Q1..2010Q4")
    return tuple(turns)


def moved(branch: BranchArrays, reference: BranchArrays, intervention: int, turn: int) -> BranchArrays:
    """`branch` with its intervention moved to `turn`; `reference` rules until then.

    A path that would begin before the calendar is cut, one that ends early keeps its last row.
    """
    turns = branch.path.shape[0]
    shift = turn - intervention
    rows = np.clip(np.arange(turns) - shift, 0, turns - 1)
    parts = {}
    for name, value in branch._asdict().items():
        if _by_turn(value, turns):
            row = value[rows].copy()
            row[:turn] = getattr(reference, name)[:turn]
            parts[name] = row
        elif name == "offer_turn" and value >= 0:
            parts[name] = value + shift
    return branch._replace(**parts)


def departs(branch: BranchArrays, reference: BranchArrays, intervention: int) -> bool:
    """Whether `branch` differs from `reference` before the intervention, so that its date cannot be moved."""
    turns = branch.path.shape[0]
    for name, value in branch._asdict().items():
        other = getattr(reference, name)
        if _by_turn(value, turns):
            if not np.array_equal(value[:intervention], other[:intervention], equal_nan=True):
                return True
        elif name.startswith("offer"):
            continue
        elif not np.array_equal(value, other):
            return True
    return 0 <= branch.offer_turn < intervention


def _by_turn(value: object, turns: int) -> bool:
    return isinstance(value, np.ndarray) and value.ndim == 2 and value.shape[0] == turns
