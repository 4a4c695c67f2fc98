"""Arms deliveries and sanctions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import permutations
from pathlib import Path

from powersim.plausible.counts import arms_starts

from .data import ACTORS, FIRST, LAST, actor, rows, year, years_of

SENDERS = {
    "USA": "USA",
    "EU": "EU3",
    "DEU": "EU3",
    "FRA": "EU3",
    "GBR": "EU3",
    "RUS": "RUS",
    "CHN": "CHN",
    "UKR": "UKR",
    "GEO": "GEO",
}
"""Senders in GSDB that are actors; EU measures count for EU3. Those of the UN and the Arab League are no one's own."""

KINDS = ("trade", "arms", "military", "financial", "travel", "other")

Levels = Mapping[int, tuple[int, int]]
"""(cases, kinds) of sanctions in force by year; a year without is absent."""


def deliveries(place: Path) -> dict[str, set[int]]:
    """Years with a delivery of major arms by flow, `RUS>IRN`; a volume that SIPRI rounds to 0 is a delivery."""
    flows: dict[str, set[int]] = defaultdict(set)
    for row in rows(place, "sipri_tiv_2021_slice.csv"):
        giver, taker = actor(row["supplier_iso3"]), actor(row["recipient_iso3"])
        if giver and taker and giver != taker:
            flows[f"{giver}>{taker}"].add(year(row))
    return dict(sorted(flows.items()))


def flow_starts(flows: Mapping[str, set[int]], gap: int) -> dict[str, int]:
    """Starts of deliveries by flow: a delivery after at least `gap` years without; flows without one left out."""
    found = {}
    for flow, years in flows.items():
        first = LAST + 1 - years_of(flow)
        starts = arms_starts([(y - first, flow) for y in years], gap)
        if starts:
            found[flow] = starts
    return found


def flow_years(gap: int) -> int:
    """Years at risk of a start, over all ordered dyads."""
    return sum(years_of(f"{a}>{b}") - gap for a, b in permutations(ACTORS, 2))


def gsdb_levels(place: Path) -> dict[str, Levels]:
    """Sanctions in force by sender>target (GSDB)."""
    levels: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
    for row in rows(place, "gsdb_v4_dyadyear_slice.csv"):
        sender, target = SENDERS.get(row["sender"]), actor(row["target_iso3"])
        if sender is None or target is None or sender == target:
            continue
        pair = levels[f"{sender}>{target}"]
        cases, kinds = pair.get(year(row), (0, 0))
        kinds = max(kinds, sum(int(row[kind]) for kind in KINDS))
        pair[year(row)] = (cases + int(row["n_cases"]), kinds)
    return {pair: levels[pair] for pair in sorted(levels)}


def eusanct_levels(place: Path) -> dict[str, Levels]:
    """Sanctions in force by sender>target for the United States and the European Union (EUSANCT)."""
    levels: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
    for row in rows(place, "eusanct_countryyear_slice.csv"):
        target = actor(row["iso3"])
        for column, sender in (("US", "USA"), ("EU", "EU3")):
            if target and target not in ("EU3", sender) and float(row[column] or 0) > 0:
                levels[f"{sender}>{target}"][year(row)] = (1, 0)
    return {pair: levels[pair] for pair in sorted(levels)}


def sanction_moves(levels: Levels) -> dict[str, int]:
    """Years in which one sender's sanctions on one target were imposed, lifted, tightened or eased.

    Imposed and lifted: from or to none. Tightened and eased: the cases or, at equal cases, the kinds rise or fall;
    imposition and lifting are included.
    """
    tally = dict.fromkeys(("imposed", "lifted", "tightened", "eased"), 0)
    for y in range(FIRST + 1, LAST + 1):
        now, before = levels.get(y, (0, 0)), levels.get(y - 1, (0, 0))
        tally["imposed"] += now[0] > 0 and before[0] == 0
        tally["lifted"] += now[0] == 0 and before[0] > 0
        tally["tightened"] += now > before
        tally["eased"] += now < before
    return tally
