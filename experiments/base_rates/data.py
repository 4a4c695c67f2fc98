"""The public data folder: where it is, whom it covers, and rows as typed records."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIRST, LAST = 1990, 2013
"""Years of the record; nothing after 2013 enters."""

ACTORS = (
    "CHN",
    "CZE",
    "EU3",
    "GEO",
    "IRN",
    "IRQ",
    "ISR",
    "POL",
    "PRK",
    "RUS",
    "SAU",
    "SYR",
    "TUR",
    "UKR",
    "USA",
)
BLOC = {"DEU": "EU3", "FRA": "EU3", "GBR": "EU3"}
BORN = {"CZE": 1993, "GEO": 1992, "UKR": 1992}
"""First full year of a state that did not exist in 1990."""

GLEDITSCH_WARD = {
    2: "USA",
    200: "EU3",
    220: "EU3",
    255: "EU3",
    260: "EU3",
    290: "POL",
    316: "CZE",
    365: "RUS",
    369: "UKR",
    372: "GEO",
    630: "IRN",
    640: "TUR",
    645: "IRQ",
    652: "SYR",
    666: "ISR",
    670: "SAU",
    710: "CHN",
    731: "PRK",
}
"""Country numbers of Gleditsch and Ward (1999), as UCDP uses them."""

Row = dict[str, str]
Events = Mapping[str, set[str]]
"""Names of events by dyad."""


def folder() -> Path | None:
    """Find the data: the folder named by POWERSIM_DATA, or ../shared/data beside the repository, or None."""
    named = os.environ.get("POWERSIM_DATA")
    place = Path(named) if named else ROOT.parent / "shared" / "data"
    return place if place.is_dir() else None


def needed() -> Path:
    """The data, or the end of the command with exit code 2 and a word on what is missing."""
    place = folder()
    if place is None:
        print("no data: set POWERSIM_DATA to the public data folder", file=sys.stderr)
        raise SystemExit(2)
    return place


def rows(place: Path, name: str) -> Iterator[Row]:
    """Rows of a CSV file in the data folder whose year lies in the record."""
    with (place / name).open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if FIRST <= year(row) <= LAST:
                yield row


def year(row: Row) -> int:
    """The year of a row; some files write it as 1990.0."""
    return int(float(row["year"]))


def actor(iso3: str) -> str | None:
    """Actor of the flagship that a state belongs to, or None."""
    code = BLOC.get(iso3, iso3)
    return code if code in ACTORS else None


def pair(a: str, b: str) -> str:
    """Unordered dyad: RUS and GEO -> GEO-RUS."""
    return "-".join(sorted((a, b)))


def dyad_of(row: Row, a: str = "iso3_a", b: str = "iso3_b") -> str | None:
    """Unordered dyad of a row, or None if a side is no actor or both are the same bloc."""
    first, second = actor(row[a]), actor(row[b])
    return None if first is None or second is None or first == second else pair(first, second)


def years_of(key: str) -> int:
    """Years of the record in which both sides of `GEO-RUS` or `RUS>GEO` existed."""
    return LAST - max(BORN.get(code, FIRST) for code in key.replace(">", "-").split("-")) + 1


def counted(events: Events) -> dict[str, int]:
    """Number of events by dyad, in order; dyads without any are left out."""
    return {dyad: len(events[dyad]) for dyad in sorted(events) if events[dyad]}


def distinct(events: Events) -> int:
    """Number of events, each counted once however many dyads it has."""
    return len(set().union(*events.values())) if events else 0
