"""What the public data say of 136 pairs of states: disputes, distance of votes, power, economies, pacts, trade."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np
from experiments.base_rates.data import BORN, Row, rows, year
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Pair = tuple[str, str]

STATES = (
    "CHN", "CZE", "DEU", "FRA", "GBR", "GEO", "IRN", "IRQ", "ISR", "POL", "PRK", "RUS", "SAU", "SYR", "TUR", "UKR",
    "USA",
)  # fmt: skip
PAIRS: tuple[Pair, ...] = tuple(combinations(STATES, 2))
BORDERS = {
    "RUS": ("UKR", "GEO", "POL", "CHN", "PRK", "USA"), "TUR": ("GEO", "SYR", "IRQ", "IRN"), "ISR": ("SYR", "SAU"),
    "IRQ": ("SYR", "IRN", "SAU"), "SAU": ("IRN",), "CHN": ("PRK",), "POL": ("UKR", "CZE", "DEU"), "DEU": ("CZE", "FRA"),
    "GBR": ("FRA",),
}  # fmt: skip
"""A common border on land, or less than 150 miles of water (after COW direct contiguity; by hand)."""


NEIGHBOURS = frozenset(tuple(sorted((a, b))) for a, others in BORDERS.items() for b in others)


class Data(NamedTuple):
    """Everything by pair (or state) and year."""

    onset: Mapping[Pair, frozenset[int]]
    """Years in which a dispute of the pair began."""
    distance: Mapping[tuple[Pair, int], float]
    """Between UN ideal points, all votes."""
    agreement: Mapping[tuple[Pair, int], float]
    """Of UN votes, 0..1."""
    power: Mapping[tuple[str, int], float]
    """Share of world capability (CINC)."""
    economy: Mapping[tuple[str, int], float]
    """GDP, current US dollars."""
    pact: frozenset[tuple[Pair, int]]
    """Pairs and years with an obligation of defence."""
    exports: Mapping[tuple[str, str, int], float]
    """Directed, constant US dollars."""


def read(place: Path) -> Data:
    """All of it up to 2013."""
    onset: dict[Pair, set[int]] = defaultdict(set)
    for row in rows(place, "cow_mid_v5_dyads_slice.csv"):
        if row["cowmidonset"] == "1":
            onset[_pair(row)].add(year(row))
    distance = {
        (_pair(row), year(row)): float(row["ipdist_all"])
        for row in rows(place, "unga_ipdistance_Jul2025_dyads.csv")
        if row["ipdist_all"]
    }
    agreement = {
        (_pair(row), year(row)): float(row["agree3"])
        for row in rows(place, "unga_dyadagree_unvotes2021_slice.csv")
        if row["agree3"]
    }
    power = {
        (row["iso3"], year(row)): float(row["cinc"])
        for row in rows(place, "cow_nmc_v7_slice.csv")
        if row["cinc"]
    }
    economy = {
        (row["iso3"], year(row)): float(row["gdp_current_usd"])
        for row in rows(place, "worldbank_gdp_current_usd_slice.csv")
        if row["gdp_current_usd"]
    }
    pact = frozenset(
        (_pair(row), year(row)) for row in rows(place, "atop_v51_slice.csv") if row["atop_defense"] == "1"
    )
    exports = {
        (row["exporter_iso3"], row["importer_iso3"], year(row)): float(row["exports_const2010_usd"])
        for row in rows(place, "itpde_trade_2000_2016_slice.csv")
        if row["exports_const2010_usd"]
    }
    frozen = {pair: frozenset(years) for pair, years in onset.items()}
    return Data(frozen, distance, agreement, power, economy, pact, exports)


def happened(data: Data, first: int, last: int) -> Bools:
    """Whether a dispute of the pair began in the year (pairs, years)."""
    years = range(first, last + 1)
    return np.array([[y in data.onset.get(pair, ()) for y in years] for pair in PAIRS])


def lived(first: int, last: int) -> Bools:
    """Whether both states existed all year (pairs, years)."""
    years = range(first, last + 1)
    return np.array([[y >= max(BORN.get(code, first) for code in pair) for y in years] for pair in PAIRS])


def _pair(row: Row) -> Pair:
    first, second = sorted((row["iso3_a"], row["iso3_b"]))
    return first, second
