"""From counts to the entries of the record: value, interval, unit, source, definition."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from powersim.plausible.counts import STATISTICS
from powersim.plausible.intervals import cluster_bootstrap, poisson_interval, share_interval

Floats = NDArray[np.float64]
Entry = dict[str, Any]

LEVEL = 0.9
DIGITS = 3
"""Significant digits of every figure."""
UNITS = {statistic.name: statistic.unit for statistic in STATISTICS}


def rounded(value: float) -> float:
    """A figure with three significant digits; interval ends are rounded the same way."""
    if value == 0 or not math.isfinite(value):
        return value
    return round(value, DIGITS - 1 - math.floor(math.log10(abs(value))))


def entry(
    name: str, value: float, interval: tuple[float, float], source: str, definition: str, **more: Any
) -> Entry:
    """One entry; `name` gives the unit if it is a statistic of `powersim.plausible.counts`."""
    found: Entry = {"value": rounded(value), "low": rounded(interval[0]), "high": rounded(interval[1])}
    found["unit"] = more.pop("unit", None) or UNITS[name]
    found |= {"source": source, "definition": definition}
    return found | more


def rate(name: str, count: int, exposure: float, source: str, definition: str, **more: Any) -> Entry:
    """Events over an exposure, with the exact Poisson interval."""
    interval = poisson_interval(count, exposure, LEVEL)
    return entry(name, count / exposure, interval, source, definition, **more)


def share(name: str, hits: int, trials: int, source: str, definition: str, **more: Any) -> Entry:
    """Hits over trials, with Jeffreys' interval."""
    return entry(name, hits / trials, share_interval(hits, trials, LEVEL), source, definition, **more)


def by_cluster(
    name: str,
    clusters: Floats,
    statistic: Callable[[Floats], float],
    source: str,
    definition: str,
    **more: Any,
) -> Entry:
    """A statistic of an array whose first axis is issues, dyads or actors, drawn with replacement."""
    interval = cluster_bootstrap(list(clusters), lambda drawn: statistic(np.array(drawn)), LEVEL)
    return entry(name, statistic(clusters), interval, source, definition, **more)


def across(
    name: str,
    panels: Mapping[str, Floats],
    statistic: Callable[[Floats], float],
    source: str,
    definition: str,
) -> Entry:
    """The median over several proxies; the interval runs from the lowest end to the highest of all of them."""
    found = {}
    for proxy, panel in panels.items():
        low, high = cluster_bootstrap(list(panel), lambda drawn: statistic(np.array(drawn)), LEVEL)
        found[proxy] = [rounded(statistic(panel)), rounded(low), rounded(high)]
    values = np.array(list(found.values()))
    interval = float(values[:, 1].min()), float(values[:, 2].max())
    return entry(name, float(np.median(values[:, 0])), interval, source, definition, detail=found)


def quarters(date: str) -> int:
    """Quarters from year 0 to `1995Q2`."""
    year, quarter = date.split("Q")
    return 4 * int(year) + int(quarter) - 1


def freeze_lengths(freezes: Sequence[Mapping[str, str]], last: int) -> list[tuple[float, bool]]:
    """(length in quarters, ended) of coded freezes; one that still held is cut at the end of the year `last`."""
    end = quarters(f"{last}Q4") + 1
    return [
        (
            quarters(f["ended"]) - quarters(f["began"]) if "ended" in f else end - quarters(f["began"]),
            "ended" in f,
        )
        for f in freezes
    ]
