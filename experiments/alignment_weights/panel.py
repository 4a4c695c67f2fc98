"""Pairs of actors by year: proxies of alignment, common isolation, joint disputes. Blocs count as one actor."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..base_rates.data import ACTORS, FIRST, LAST, actor, rows, year

Floats = NDArray[np.float64]
N, YEARS = len(ACTORS), LAST - FIRST + 1
PLACE = {code: number for number, code in enumerate(ACTORS)}
PAIRS = tuple(combinations(range(N), 2))
# Whom a body that sends sanctions stands for, among the actors, and since when.
MEMBERS = {
    "EU": {"EU3": FIRST, "POL": 2004, "CZE": 2004},
    "UN": dict.fromkeys(ACTORS, FIRST),
    "ARABLEAGUE": dict.fromkeys(("IRQ", "SAU", "SYR"), FIRST),
}
LEGS = ("trade", "arms", "financial")  # the level of a sanction is the share of these that it covers
NOWHERE = 15e9  # current dollars; a state whose economy no source counts (North Korea) is small


class Proxy(NamedTuple):
    """A measured stand-in for alignment."""

    name: str
    file: str
    column: str
    sign: float


PROXIES = (
    Proxy("votes", "unga_ipdistance_Jul2025_dyads.csv", "ipdist_all", -1.0),
    Proxy("agreement", "unga_dyadagree_unvotes2021_slice.csv", "agree3", 1.0),
    Proxy("peace", "peacescale_v30_slice.csv", "peace_scale", 2.0),
)


def scores(place: Path, proxy: Proxy) -> Floats:
    """A proxy by pair and year (N, N, YEARS), higher = closer, nan where nothing is known; a bloc is its mean."""
    total, count = np.zeros((2, N, N, YEARS))
    for row in rows(place, proxy.file):
        a, b, text = actor(row["iso3_a"]), actor(row["iso3_b"]), row[proxy.column]
        if a is None or b is None or a == b or text in ("", "NA"):
            continue
        for i, j in ((PLACE[a], PLACE[b]), (PLACE[b], PLACE[a])):
            total[i, j, year(row) - FIRST] += proxy.sign * float(text)
            count[i, j, year(row) - FIRST] += 1.0
    return np.where(count > 0.0, total / np.maximum(count, 1.0), np.nan)


def economies(place: Path) -> Floats:
    """Product in current dollars (N, YEARS)."""
    table = np.zeros((N, YEARS))
    for row in rows(place, "worldbank_gdp_current_usd_slice.csv"):
        code = actor(row["iso3"])
        if code is not None and row["gdp_current_usd"]:
            table[PLACE[code], year(row) - FIRST] += float(row["gdp_current_usd"])
    return np.where(table > 0.0, table, NOWHERE)


def isolation(place: Path, united_nations: bool) -> Floats:
    """sum_k sqrt(F_ik F_jk) by pair and year (N, N, YEARS), as `powersim.rules.alignment.common_isolation` has it.

    united_nations: count sanctions of the Security Council as sanctions of all other actors, or leave them out.
    """
    level = np.zeros((N, N, YEARS))
    for row in rows(place, "gsdb_v4_dyadyear_slice.csv"):
        target, sender = actor(row["target_iso3"]), row["sender"]
        if target is None or (sender == "UN" and not united_nations):
            continue
        own = actor(sender)
        members = MEMBERS.get(sender, {} if own is None else {own: FIRST})
        size = sum(int(row[leg]) for leg in LEGS) / len(LEGS)
        for code, since in members.items():
            if code != target and year(row) >= since:
                where = PLACE[code], PLACE[target], year(row) - FIRST
                level[where] = max(level[where], size)
    economy = economies(place)
    root = np.sqrt(level * economy[:, None] / (economy.sum(axis=0) - economy))
    shared: Floats = np.einsum("kit,kjt->ijt", root, root)
    return shared


def joint_disputes(place: Path) -> Floats:
    """1 where two stood on one side of a militarised dispute that year (N, N, YEARS)."""
    sides: dict[tuple[str, int, str], set[int]] = defaultdict(set)
    for row in rows(place, "cow_mid_v5_dyads_slice.csv"):
        for iso3, side in ((row["iso3_a"], row["sidea1"]), (row["iso3_b"], row["sidea2"])):
            code = actor(iso3)
            if code is not None:
                sides[row["dispnum"], year(row), side].add(PLACE[code])
    table = np.zeros((N, N, YEARS))
    for (_, when, _), members in sides.items():
        for i, j in combinations(sorted(members), 2):
            table[i, j, when - FIRST] = table[j, i, when - FIRST] = 1.0
    return table
