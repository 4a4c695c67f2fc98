"""Means over runs with intervals, under each theory and over all of them; the run is the unit of replication."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np

from powersim.effects import limits
from powersim.effects.paired import paired, pooled
from powersim.effects.results import ALL, Floats
from powersim.files.table import write_table


@dataclass(frozen=True)
class Estimate:
    """A mean over runs with its 95 % interval; NaN limits below two runs."""

    value: float
    low: float
    high: float
    runs: int

    @property
    def clear(self) -> bool:
        """Whether the interval lies on one side of 0."""
        return self.low > 0 or self.high < 0

    @property
    def nothing(self) -> bool:
        """Whether it is exactly 0 in every run, by construction of the runs and not by their luck."""
        return self.value == self.low == self.high == 0


def labels(theories: Sequence[str]) -> tuple[str, ...]:
    """Names of the rows of `estimates`: the theories, and all of them together if there are several."""
    return (*theories, ALL) if len(theories) > 1 else tuple(theories)


def estimates(values: Floats, *, rare: bool = False, touched: Floats | None = None) -> list[Estimate]:
    """Means of values (theory, run) with Student's t intervals: a row a theory, then the mean over theories.

    A run shares its luck between theories, so those are averaged within runs first. Where differences may be `rare`
    (0/1 outcomes) and the histories differ at all, `touched` (theory, run), the interval is Agresti and Min's: it
    stays open where no run of so many differs. Where no history differs it is [0, 0].
    """
    rows = [values, values.mean(axis=0, keepdims=True)] if values.shape[0] > 1 else [values]
    marks = None
    if touched is not None:
        marks = [touched, touched.max(axis=0, keepdims=True)][: len(rows)]
    found = []
    for k, part in enumerate(rows):
        for t in range(part.shape[0]):
            mark = None if marks is None else marks[k][t]
            found.append(_estimate(part[t], rare, mark))
    return found


def effect_estimates(a: Floats, b: Floats, *, binary: bool, touched: Floats) -> list[Estimate]:
    """The paired effect b - a of (theory, run) values, as `compare` reports it: by theory, then pooled."""
    parts = paired(a, b, binary=binary, diverged=np.asarray(touched.any(axis=1)))
    columns = [parts.effect, parts.low, parts.high, parts.runs]
    if a.shape[0] > 1:
        whole = pooled(a, b, parts)
        more = (whole.effect, whole.low, whole.high, whole.runs)
        columns = [np.append(column, one) for column, one in zip(columns, more, strict=True)]
    return [Estimate(float(v), float(lo), float(hi), int(n)) for v, lo, hi, n in zip(*columns, strict=True)]


def _estimate(values: Floats, rare: bool, touched: Floats | None) -> Estimate:
    present = np.isfinite(values)
    runs = int(present.sum())
    centre = float(limits.mean(values))
    low, high = (float(limit) for limit in limits.t_interval(values))
    if rare and runs and (touched is None or touched[present].any()):
        low, high = _agresti_min(values[present])
        low, high = min(low, centre), max(high, centre)
    return Estimate(centre, low, high, runs)


def _agresti_min(values: Floats) -> tuple[float, float]:
    """Limits of a mean of paired 0/1 differences, or of differences of them, few of which may differ from 0.

    As if there were two runs more: half a run at +1, half a run at -1, one at 0. m = sum / (n + 2),
    v = (sum of squares + 1) / (n + 2) - m^2, m +- z sqrt(v / (n + 2)). Differences of differences may reach 2; the
    same half runs are added. Source: Agresti and Min 2005, Statistics in Medicine 24:729-40.
    """
    n = len(values) + 2
    mean = float(values.sum()) / n
    variance = (float((values**2).sum()) + 1.0) / n - mean**2
    half = NormalDist().inv_cdf((1 + limits.LEVEL) / 2) * math.sqrt(variance / n)
    return mean - half, mean + half


def write_rows(rows: Sequence[Any], kind: type, path: Path) -> Path:
    """Write dataclass instances of one kind as CSV, a column a field (nine significant digits, missing = empty)."""
    return write_table(path, [field.name for field in fields(kind)], map(astuple, rows))
