"""Both estimates of every outcome whose odds the rules know, side by side: the table estimators.csv."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from powersim.effects import limits
from powersim.effects.estimates import Estimate, effect_estimates, estimates, labels, write_rows
from powersim.effects.odds import better, odds_of
from powersim.effects.outcomes import is_binary, summary_of
from powersim.effects.results import COUNTED, ODDS, Floats, Study
from powersim.files.table import mark

if TYPE_CHECKING:
    import xarray as xr

FILE = "estimators.csv"


@dataclass(frozen=True)
class EstimatorRow:
    """A row of estimators.csv: a level (branch_a is empty) or an effect (branch b less a) by one of the two estimators.

    used: whether it is the one that effects are reported by.
    """

    outcome: str
    theory: str
    branch_a: str
    branch_b: str
    estimator: str
    used: bool
    value: float
    ci_low: float
    ci_high: float
    runs: int


MARK = mark([field.name for field in fields(EstimatorRow)])


def both(results: xr.Dataset, pairs: Sequence[tuple[str, str]] | None = None) -> list[EstimatorRow]:
    """Every outcome that has odds by both estimators: the level in each branch, then the effect of each pair.

    Levels have Wilson's interval where they are counted and Student's where odds are added up; effects as in
    effects.csv. Runs that are drawn in blocks are taken for independent here.
    """
    study = Study.read(results)
    chosen = study.pairs() if pairs is None else list(pairs)
    order, rows = list(study.branches), []
    for name in study.outcomes:
        odds = odds_of(results, name)
        if odds is None:
            continue
        counted = summary_of(results, name, study)
        used = better(counted, odds)[1]
        for estimator, values in ((COUNTED, counted), (ODDS, odds)):
            for branch, found in zip(order, values, strict=True):
                rows += _rows(name, study, ("", branch), estimator, used, _levels(found))
            for pair in chosen:
                a, b = (values[order.index(branch)] for branch in pair)
                found = effect_estimates(a, b, binary=is_binary(values), touched=np.ones_like(a))
                rows += _rows(name, study, pair, estimator, used, found)
    return rows


def _levels(values: Floats) -> list[Estimate]:
    if not is_binary(values):
        return estimates(values)
    parts = [*(row[None] for row in values), *([values] if values.shape[0] > 1 else [])]
    shares = [(part, *map(float, limits.pooled_share(part))) for part in parts]
    return [
        Estimate(share, low, high, int(np.isfinite(part).any(axis=0).sum()))
        for part, share, low, high in shares
    ]


def _rows(
    name: str, study: Study, pair: tuple[str, str], estimator: str, used: str, found: Iterable[Estimate]
) -> list[EstimatorRow]:
    return [
        EstimatorRow(name, theory, *pair, estimator, estimator == used, e.value, e.low, e.high, e.runs)
        for theory, e in zip(labels(study.theories), found, strict=True)
    ]


def write_estimators(rows: Sequence[EstimatorRow], path: Path) -> Path:
    """Write estimators.csv."""
    return write_rows(rows, EstimatorRow, path)
