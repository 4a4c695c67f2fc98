"""Simulated base rates beside the record: does a history made by the model look like a history?

A row is inside when the recorded value lies in the central band of the simulated runs. That is the demand; a stricter
look asks whether the simulated mean also lies in the record's own sampling interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from powersim.plausible.counts import CORNER, MOSTLY, NAMES, STATISTICS
from powersim.plausible.intervals import tails
from powersim.plausible.paths import cornered
from powersim.plausible.record import Record

Floats = NDArray[np.float64]

LEVEL = 0.9
"""Share of runs in the simulated band."""
ALLOWED_OUTSIDE = 2
"""Rows that may lie outside the band if they are explained."""
SAT = 0.25
"""An issue that was in a corner in at least this share of recorded turns may sit there in the model too."""
COLUMNS = (
    "statistic",
    "unit",
    "record",
    "90 % of record",
    "simulated",
    "90 % of runs",
    "inside",
    "mean fits",
)


@dataclass(frozen=True)
class Row:
    """One statistic: the record with its sampling interval, the simulated mean, median and band."""

    name: str
    unit: str
    recorded: float
    recorded_low: float
    recorded_high: float
    mean: float
    median: float
    low: float
    high: float
    runs: int
    """Runs in which the statistic is defined."""

    @property
    def known(self) -> bool:
        """Whether there are runs enough for a band."""
        return self.runs > 1

    @property
    def inside(self) -> bool:
        """Whether the recorded value lies in the simulated band, ends included."""
        return self.known and self.low <= self.recorded <= self.high

    @property
    def mean_fits(self) -> bool:
        """Whether the simulated mean lies in the record's sampling interval, ends included."""
        return self.recorded_low <= self.mean <= self.recorded_high


def base_rate_table(counts: xr.DataArray, record: Record, level: float = LEVEL) -> list[Row]:
    """Rows for every statistic that record and runs both have, in the order of `STATISTICS`.

    `counts` has the dimension `statistic` (names as in `STATISTICS`) and `run`; whatever else it has, such as
    `theory`, is pooled, so select the branch that is to look like history first. Undefined values (nan) are left out.
    """
    if not {"statistic", "run"} <= set(counts.dims):
        raise ValueError(
            f"counts need the dimensions run and statistic, found {', '.join(map(str, counts.dims))}"
        )
    present = [str(name) for name in counts["statistic"].values]
    unknown = sorted(set(present) - set(NAMES))
    if unknown:
        raise ValueError(f"unknown statistic {unknown[0]!r}; known are {', '.join(NAMES)}")
    rows = []
    for statistic in STATISTICS:
        entry = record.statistics.get(statistic.name)
        if entry is None or statistic.name not in present:
            continue
        values = np.asarray(counts.sel(statistic=statistic.name).values, dtype=np.float64).ravel()
        values = values[np.isfinite(values)]
        if not values.size:
            continue
        low, median, high = np.quantile(values, [tails(level)[0], 0.5, tails(level)[1]])
        rows.append(
            Row(
                name=statistic.name,
                unit=statistic.unit,
                recorded=entry.value,
                recorded_low=entry.low,
                recorded_high=entry.high,
                mean=float(values.mean()),
                median=float(median),
                low=float(low),
                high=float(high),
                runs=int(values.size),
            )
        )
    return rows


def outside(rows: Sequence[Row]) -> list[Row]:
    """Rows whose recorded value lies outside the simulated band."""
    return [row for row in rows if row.known and not row.inside]


def plausible(rows: Sequence[Row], allowed: int = ALLOWED_OUTSIDE) -> bool:
    """Whether there are rows, all with a band, and at most `allowed` of them lie outside."""
    return bool(rows) and all(row.known for row in rows) and len(outside(rows)) <= allowed


def cells(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """Text for a table with `COLUMNS`, one tuple a row; numbers with three significant digits."""
    return [
        (
            row.name.replace("_", " "),
            row.unit,
            _number(row.recorded),
            f"{_number(row.recorded_low)} to {_number(row.recorded_high)}",
            _number(row.median),
            f"{_number(row.low)} to {_number(row.high)}" if row.known else "none",
            "yes" if row.inside else "NO" if row.known else "too few runs",
            "yes" if row.mean_fits else "no",
        )
        for row in rows
    ]


def verdict(rows: Sequence[Row], allowed: int = ALLOWED_OUTSIDE) -> str:
    """One sentence on the table."""
    beyond = outside(rows)
    named = ": " + ", ".join(row.name.replace("_", " ") for row in beyond) if beyond else ""
    fits, inside = sum(row.mean_fits for row in rows), sum(row.inside for row in rows)
    without = sum(not row.known for row in rows)
    few = f", {without} with too few runs for a band" if without else ""
    own = f"{fits} simulated means lie in the record's own interval"
    return (
        f"{inside} of {len(rows)} recorded values lie in the band of 90 % of runs "
        f"({len(beyond)} outside, {allowed} allowed{named}{few}); {own}."
    )


@dataclass(frozen=True)
class Stuck:
    """An issue that sits at 0 or 1 in most runs although it did not."""

    issue: str
    runs: float
    """Share of runs in which it is in a corner in more than half of the turns."""
    recorded: float
    """Share of recorded turns in which it was."""


def stuck_issues(paths: Floats, issues: Sequence[str], record: Mapping[str, Floats]) -> list[Stuck]:
    """Issues within 0.01 of 0 or 1 in most turns of most runs, unless the record was so for a quarter of its turns.

    `paths` (run, K, T) with the names `issues`; `record`: recorded path (T) by issue, nan where none; an issue without
    a record is judged as if it had never been in a corner.
    """
    share = np.mean(cornered(paths, CORNER) > MOSTLY, axis=0)
    found = []
    for issue, runs in zip(issues, share, strict=True):
        path = record.get(issue, np.full(1, np.nan))
        known = path[np.isfinite(path)]
        recorded = float(cornered(known, CORNER)) if known.size else 0.0
        if runs > MOSTLY and recorded < SAT:
            found.append(Stuck(issue, float(runs), recorded))
    return found


def _number(value: float) -> str:
    if not np.isfinite(value):
        return "–"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
