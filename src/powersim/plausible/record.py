"""The recorded base rates beside a scenario: figures with interval, source and definition, no data.

The file is written by `python -m experiments.base_rates`. Rates that are counted by dyad or flow can be restricted to
those that a scenario declares, so that a scenario of two disputes is not held to the crises of the whole world.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from powersim.files.reading import read_text
from powersim.plausible.intervals import poisson_interval, share_interval

FORMAT = 1
SCOPES = ("disputes", "flows", "sanctions")
WARS, CRISES, SHARE = "wars_per_decade", "crises_per_decade", "war_share_of_crises"


@dataclass(frozen=True)
class RecordedStatistic:
    """One recorded number: its value, sampling interval, unit, source and definition."""

    value: float
    low: float
    high: float
    unit: str
    source: str
    definition: str
    scope: str = ""
    """What `counts` are by: disputes (GEO-RUS), flows or sanctions (RUS>IRN); empty = for the world only."""
    counts: Mapping[str, int] | None = None
    lead: int = 0
    """Years at the start of the record that only serve to see a change."""
    per: float = 1.0
    """Years to which a rate refers: 10 = a decade. The rate of a scope with `each` is also by key."""
    each: bool = False


@dataclass(frozen=True)
class Record:
    """All recorded numbers over the years `first` to `last`; `born` = first year of actors younger than that."""

    first: int
    last: int
    level: float
    born: Mapping[str, int]
    statistics: Mapping[str, RecordedStatistic]
    background: Mapping[str, Any]

    def years(self, key: str, lead: int) -> int:
        """Years over which events of a dyad or flow could be seen."""
        sides = key.replace(">", "-").split("-")
        return max(0, self.last - max(self.born.get(side, self.first) for side in sides) - lead + 1)

    def restricted(
        self, disputes: Iterable[str] = (), flows: Iterable[str] = (), sanctions: Iterable[str] = ()
    ) -> Record:
        """The record of these dyads (`GEO-RUS`) and ordered dyads (`RUS>IRN`) alone; other rows stay as they are.

        A scope that names nothing has no rate: its rows drop out. The order of the sides of a dispute is free.
        """
        keys = {
            "disputes": sorted({"-".join(sorted(key.replace(">", "-").split("-"))) for key in disputes}),
            "flows": sorted(set(flows)),
            "sanctions": sorted(set(sanctions)),
        }
        kept: dict[str, RecordedStatistic] = {}
        for name, entry in self.statistics.items():
            if not entry.scope or name == SHARE:
                kept[name] = entry
            elif keys[entry.scope]:
                kept[name] = self._rate(entry, keys[entry.scope])
        if SHARE in kept:
            share = _share(kept.pop(SHARE), kept.get(WARS), kept.get(CRISES), self.level)
            if share is not None:
                kept[SHARE] = share
        return replace(self, statistics=kept)

    def _rate(self, entry: RecordedStatistic, keys: list[str]) -> RecordedStatistic:
        counts = {key: count for key, count in (entry.counts or {}).items() if key in keys}
        exposure = sum(self.years(key, entry.lead) for key in keys)
        events = sum(counts.values())
        # A decade of a scenario has all its disputes at once; a rate by flow or by pair is that of one of them.
        unit = exposure / entry.per if entry.each else exposure / entry.per / len(keys)
        low, high = poisson_interval(events, unit, self.level)
        return replace(entry, value=events / unit, low=low, high=high, counts=counts)


def _share(
    entry: RecordedStatistic, wars: RecordedStatistic | None, crises: RecordedStatistic | None, level: float
) -> RecordedStatistic | None:
    """The share of the restricted crises that the restricted wars make up; None without crises."""
    if wars is None or crises is None:
        return None
    hits, trials = sum((wars.counts or {}).values()), sum((crises.counts or {}).values())
    if not trials:
        return None
    hits = min(hits, trials)  # the two come from different data sets
    low, high = share_interval(hits, trials, level)
    return replace(entry, value=hits / trials, low=low, high=high)


def load_record(path: Path) -> Record:
    """Read a record file. ValueError names the file and what is wrong with it."""
    try:
        found = YAML(typ="safe", pure=True).load(read_text(path))
    except (YAMLError, RecursionError) as error:
        raise ValueError(
            f"{path}: not YAML ({str(error).splitlines()[0] if str(error) else 'unreadable'})"
        ) from error
    if not isinstance(found, dict) or found.get("base_rates") != FORMAT:
        raise ValueError(f"{path}: not a record of base rates; it must begin with 'base_rates: {FORMAT}'")
    try:
        return Record(
            first=int(found["years"][0]),
            last=int(found["years"][1]),
            level=float(found["level"]),
            born={str(code): int(year) for code, year in found["born"].items()},
            statistics={str(name): _recorded(name, entry) for name, entry in found["statistics"].items()},
            background=found.get("background") or {},
        )
    except (KeyError, TypeError, IndexError, AttributeError, OverflowError) as error:
        raise ValueError(f"{path}: a record of base rates lacks or misstates {error}") from error
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _recorded(name: str, entry: Mapping[str, Any]) -> RecordedStatistic:
    known = set(RecordedStatistic.__dataclass_fields__) | {"detail"}
    unknown = set(entry) - known
    if unknown:
        raise ValueError(
            f"record of {name}: unknown key {min(unknown)!r}; known are {', '.join(sorted(known))}"
        )
    if entry.get("scope", "") not in ("", *SCOPES):
        raise ValueError(f"record of {name}: scope {entry['scope']!r} is not one of {', '.join(SCOPES)}")
    value, low, high = (float(entry[key]) for key in ("value", "low", "high"))
    if not low <= value <= high:
        raise ValueError(f"record of {name}: value {value} lies outside its interval {low}..{high}")
    return RecordedStatistic(
        **{**{k: v for k, v in entry.items() if k != "detail"}, "value": value, "low": low, "high": high}
    )
