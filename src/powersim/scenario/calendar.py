"""Dates of a scenario and the turns that they fall into: 2007Q1, 2007-03, 2007."""

from __future__ import annotations

import re
from dataclasses import dataclass

DATE = re.compile(r"([0-9]{4})(?:Q([1-4])|-(0[1-9]|1[0-2]))?")
TURNS_PER_YEAR = {"month": 12, "quarter": 4, "year": 1}
FIRST_YEAR, LAST_YEAR = 1800, 2200
MONTHS = 12
FORMS = f"a date such as 2009, 2009Q3 or 2009-08, in the years {FIRST_YEAR} to {LAST_YEAR}"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The months that a date covers, counted from January of year 0: 2009 covers twelve, 2009Q3 three."""

    first: int
    last: int


def parse_date(text: str) -> Span:
    """The months of a date. Raises ValueError."""
    match = DATE.fullmatch(text)
    if match is None or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        raise ValueError(f"not a date: {text}")
    january = int(match[1]) * MONTHS
    if match[2]:
        first = january + (int(match[2]) - 1) * 3
        return Span(first, first + 2)
    if match[3]:
        return Span(january + int(match[3]) - 1, january + int(match[3]) - 1)
    return Span(january, january + MONTHS - 1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Turns 0 .. turns-1 of `months` each, turn 0 beginning with month `origin` (counted from year 0)."""

    turn: str  # month | quarter | year
    origin: int
    turns: int

    @classmethod
    def between(cls, start: str, end: str, turn: str) -> Calendar:
        """Turns from the one that holds the first month of `start` to the one that holds the last month of `end`."""
        months = MONTHS // TURNS_PER_YEAR[turn]
        first, last = parse_date(start).first // months, parse_date(end).last // months
        return cls(turn, first * months, last - first + 1)

    @property
    def months(self) -> int:
        """Months in a turn."""
        return MONTHS // TURNS_PER_YEAR[self.turn]

    def first(self, date: str) -> int:
        """The turn in which a date begins; may lie outside 0 .. turns-1."""
        return (parse_date(date).first - self.origin) // self.months

    def last(self, date: str) -> int:
        """The turn in which a date ends."""
        return (parse_date(date).last - self.origin) // self.months

    def ends_year(self, turn: int) -> bool:
        """Whether a year ends with a turn."""
        return (self.origin + (turn + 1) * self.months) % MONTHS == 0

    def label(self, turn: int) -> str:
        """The date of a turn in the scenario's own unit: 2009Q3."""
        month = self.origin + turn * self.months
        year, rest = divmod(month, MONTHS)
        if self.turn == "year":
            return str(year)
        return f"{year}Q{rest // 3 + 1}" if self.turn == "quarter" else f"{year}-{rest + 1:02d}"

    def labels(self) -> list[str]:
        """Dates of all turns."""
        return [self.label(turn) for turn in range(self.turns)]
