"""Paths over time: dates, coded step paths, and the coder's rule that makes a simulated path comparable with one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_DATE = re.compile(r"^(\d{4})(?:Q([1-4])|-(\d{2}))?$")


def last_month(date: str) -> int:
    """Month count (12 * year + month) at which a quarter, month or year ends; orders dates of any calendar.

    >>> last_month("2013Q4") == last_month("2013-12") == last_month("2013")
    True
    """
    match = _DATE.match(date)
    if match is None or (match[3] is not None and not 1 <= int(match[3]) <= 12):
        raise ValueError(f"{date!r} is not a date; write 2009Q3, 2009-09 or 2009")
    month = 3 * int(match[2]) if match[2] else int(match[3]) if match[3] else 12
    return 12 * int(match[1]) + month


def expand(path: Mapping[str, float], dates: Sequence[str]) -> Floats:
    """Values (T) of a coded path, constant between its dates; nan before its first date."""
    steps = sorted((last_month(date), value) for date, value in path.items())
    values = np.full(len(dates), np.nan)
    for turn, date in enumerate(dates):
        known = [value for month, value in steps if month <= last_month(date)]
        if known:
            values[turn] = known[-1]
    return values


def recode(values: Floats, resolution: float) -> Floats:
    """What a coder with this resolution would have written down for paths (..., T).

    The coded value stays until the path has departed from it by at least `resolution`, and then follows the path:
    a slow drift becomes a step now and then, as it does in a coded chronology. nan stays nan.
    """
    if resolution <= 0:
        raise ValueError(f"resolution must be positive, got {resolution}")
    coded = np.array(values, dtype=np.float64)
    slack = resolution * 1e-9  # a step of exactly the resolution counts in spite of rounding
    for turn in range(1, coded.shape[-1]):
        before, now = coded[..., turn - 1], values[..., turn]
        stays = np.abs(now - before) < resolution - slack
        coded[..., turn] = np.where(stays, before, now)
    return coded


def yearly_change(values: Floats, turns_per_year: int) -> Floats:
    """Absolute change over a year (..., T - turns_per_year) of paths (..., T)."""
    if turns_per_year < 1:
        raise ValueError(f"turns_per_year must be at least 1, got {turns_per_year}")
    return np.abs(values[..., turns_per_year:] - values[..., :-turns_per_year])


@dataclass(frozen=True)
class IssueMoves:
    """How issues move, counted over coded or simulated paths (see `issue_moves` for the units)."""

    moves: int
    issue_turns: int
    total_size: float
    turns_back: int
    followed: int
    yearly_change: float
    net_change: float

    @property
    def share_moving(self) -> float:
        """Share of issues that move in a turn, 0..1."""
        return self.moves / self.issue_turns if self.issue_turns else float("nan")

    @property
    def size(self) -> float:
        """Mean size of a move, 0..1."""
        return self.total_size / self.moves if self.moves else float("nan")

    @property
    def reversals(self) -> float:
        """Share of moves that go against the issue's move before, 0..1."""
        return self.turns_back / self.followed if self.followed else float("nan")


def issue_moves(values: Floats, turns_per_year: int, resolution: float) -> IssueMoves:
    """Count the moves in paths (K, T) after `recode`, and changes over a year and from first to last turn before it.

    Moves need the coder's rule, as a coded path shows no slow drift; changes over a year and from first to last turn
    do not, and are means over issues (and years) of absolute differences of the paths as they are.
    """
    steps = np.diff(recode(values, resolution), axis=1)
    moved = np.abs(steps) > 0
    turns_back = followed = 0
    for row in steps:
        signs = np.sign(row[np.abs(row) > 0])
        followed += max(0, signs.size - 1)
        turns_back += int(np.sum(signs[1:] != signs[:-1]))
    yearly = yearly_change(values, turns_per_year)
    return IssueMoves(
        moves=int(moved.sum()),
        issue_turns=int(moved.size),
        total_size=float(np.abs(steps[moved]).sum()),
        turns_back=turns_back,
        followed=followed,
        yearly_change=float(yearly.mean()) if yearly.size else float("nan"),
        net_change=float(np.abs(values[:, -1] - values[:, 0]).mean()) if values.size else float("nan"),
    )


def cornered(values: Floats, margin: float) -> Floats:
    """Share of turns that each path (..., T) spends within `margin` of 0 or 1 (...)."""
    return np.asarray(np.mean((values <= margin) | (values >= 1 - margin), axis=-1), dtype=np.float64)
