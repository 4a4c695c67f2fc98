"""Wars, crises and militarised disputes."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from .data import FIRST, GLEDITSCH_WARD, LAST, Events, dyad_of, pair, rows, year

MIDS = "cow_mid_v5_dyads_slice.csv"
FORCE = 4
"""COW hostility level of a use of force."""
ICB_WARS = ("393", "440", "458")
"""Crises of ICB that became the wars of UCDP: Gulf 1990-91, Iraq 2003, Georgia 2008."""


def ucdp_wars(place: Path) -> Events:
    """Onsets by dyad: two actors on opposite sides of one state-based conflict of 25 or more deaths a year.

    A side is its primary party and the states that support it with troops. As some of those never fired (Turkey in the
    Gulf War), a dyad counts only if both of it used force in a COW dispute that year or the year before. An onset is a
    year after one or more without; the members of a coalition share it, though UCDP enters some a year later.
    """
    fighting = _both_used_force(place)
    fought: dict[tuple[str, str], set[int]] = defaultdict(set)
    for row in rows(place, "ucdp_prio_acd_v251_slice.csv"):
        sides = []
        for names in (("gwno_a", "gwno_a_2nd"), ("gwno_b", "gwno_b_2nd")):
            numbers = [int(float(row[name])) for name in names if row[name]]
            sides.append({GLEDITSCH_WARD[n] for n in numbers if n in GLEDITSCH_WARD})
        for a in sides[0]:
            for b in sides[1]:
                if a != b:
                    fought[row["conflict_id"].split(".")[0], pair(a, b)].add(year(row))
    events: dict[str, set[str]] = defaultdict(set)
    for (conflict, dyad), years in fought.items():
        for y in years:
            if y - 1 not in years and fighting.get(dyad, set()) & {y - 1, y}:
                events[dyad].add(f"{conflict}:{sum(z <= y and z - 1 not in years for z in years)}")
    return events


def mid_disputes(place: Path, least: int) -> Events:
    """Disputes by dyad that began in the record and reached this hostility (COW: 3 display, 4 force, 5 war).

    The level is that of the dispute, also for those who joined it: North Korea's disputes with the United States are
    such, and so, less happily, is Turkey's part in those over Iraq.
    """
    reached: dict[tuple[str, str], int] = defaultdict(int)
    began: set[tuple[str, str]] = set()
    for row in rows(place, MIDS):
        dyad = dyad_of(row)
        if dyad is not None:
            key = row["dispnum"], dyad
            reached[key] = max(reached[key], int(row["hostlev"]))
            if row["cowmidonset"] == "1":
                began.add(key)
    events: dict[str, set[str]] = defaultdict(set)
    for dispute, dyad in began:
        if reached[dispute, dyad] >= least:
            events[dyad].add(dispute)
    return events


def icb_crises(place: Path) -> Events:
    """International crises by dyad: a threat to basic values, little time, likely military hostilities (ICB)."""
    events: dict[str, set[str]] = defaultdict(set)
    for row in rows(place, "icbdy_v15_slice.csv"):
        dyad = dyad_of(row)
        if dyad is not None and FIRST <= int(row["trgyrdy"]) <= LAST:
            events[dyad].add(row["crisno"])
    return events


def _both_used_force(place: Path) -> dict[str, set[int]]:
    """Years by dyad of disputes in which both sides used force."""
    years: dict[str, set[int]] = defaultdict(set)
    for row in rows(place, MIDS):
        dyad = dyad_of(row)
        if dyad is not None and min(int(row["hostlev1"]), int(row["hostlev2"])) >= FORCE:
            years[dyad].add(year(row))
    return years
