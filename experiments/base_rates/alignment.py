"""Proxies of alignment: a score by dyad and year, higher = closer; and growth of power."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .data import ACTORS, FIRST, LAST, Row, actor, dyad_of, rows, year

Floats = NDArray[np.float64]
YEARS = LAST - FIRST + 1
LEAST_EVENTS = 50
"""Events a year below which a balance of events is mostly chance."""

PROXIES = {
    "votes": "UN ideal points (all votes), minus the distance; all dyads. Has no zero.",
    "events": "ICEWS, log of cooperative over conflictual events both ways where there are 50 a year; from 2002, "
    "without TUR and CZE. Noisy from year to year; its zero is not that of alignment.",
    "peace": "peace scale p as 2p - 1: severe rivalry -1, lesser rivalry -0.5, negative peace 0, warm peace 0.5, "
    "security community 1; dyads with a history of rivalry or friendship only, in steps of a half.",
}


def votes(place: Path) -> Floats:
    """Minus the distance between UN ideal points (dyads, years)."""
    return _panel(place, "unga_ipdistance_Jul2025_dyads.csv", lambda row: -_number(row["ipdist_all"]))


def peace(place: Path) -> Floats:
    """The peace scale from -1 to 1 (dyads, years)."""
    return _panel(place, "peacescale_v30_slice.csv", lambda row: 2 * _number(row["peace_scale"]) - 1)


def events(place: Path) -> Floats:
    """Log ratio of cooperative to conflictual events (dyads, years), one added to each count."""
    good: dict[tuple[str, int], float] = defaultdict(float)
    bad: dict[tuple[str, int], float] = defaultdict(float)
    for row in rows(place, "icews_quadcounts_2002_2014_slice.csv"):
        dyad = dyad_of(row, "source_iso3", "target_iso3")
        if dyad is not None:
            good[dyad, year(row)] += float(row["verbCoop"] or 0) + float(row["matlCoop"] or 0)
            bad[dyad, year(row)] += float(row["verbConf"] or 0) + float(row["matlConf"] or 0)
    series: dict[str, Floats] = {}
    for dyad, y in good:
        values = series.setdefault(dyad, np.full(YEARS, np.nan))
        if good[dyad, y] + bad[dyad, y] >= LEAST_EVENTS:
            values[y - FIRST] = math.log((good[dyad, y] + 1) / (bad[dyad, y] + 1))
    return np.array([series[dyad] for dyad in sorted(series)])


def capability(place: Path) -> Floats:
    """Composite index of national capability (COW), summed over a bloc (actors, years)."""
    table = np.zeros((len(ACTORS), YEARS))
    for row in rows(place, "cow_nmc_v7_slice.csv"):
        code = actor(row["iso3"])
        if code is not None and row["cinc"]:
            table[ACTORS.index(code), year(row) - FIRST] += float(row["cinc"])
    return np.where(table > 0, table, np.nan)


def _panel(place: Path, name: str, score: Callable[[Row], float]) -> Floats:
    found: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in rows(place, name):
        dyad, value = dyad_of(row), score(row)
        if dyad is not None and math.isfinite(value):
            found[dyad][year(row)].append(value)
    panel = np.full((len(found), YEARS), np.nan)
    for place_of, dyad in enumerate(sorted(found)):
        for y, scores in found[dyad].items():
            panel[place_of, y - FIRST] = float(np.mean(scores))  # a bloc is the mean of its members
    return panel


def _number(text: str) -> float:
    return float(text) if text not in ("", "NA") else math.nan
