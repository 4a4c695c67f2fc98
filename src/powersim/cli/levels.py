"""How the outcomes of one branch come out over its runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from powersim._words import counted
from powersim.cli.console import Column, Table
from powersim.effects.findings import Scale, number
from powersim.effects.odds import measured
from powersim.effects.outcomes import when
from powersim.effects.results import CERTAIN, ODDS, Study

if TYPE_CHECKING:
    import xarray as xr

LOW, HIGH = 0.05, 0.95
PLACES = 3


def table(data: xr.Dataset) -> Table:
    """One row an outcome: mean over runs, and the band that holds 90 % of them.

    Of a probability instead: whether it is no share of runs but by odds.
    """
    study = Study.read(data)
    branch, theory = next(iter(study.branches)), study.theories[0]
    rows: list[tuple[str, ...]] = []
    runs = 0 if study.outcomes else study.runs
    for name, outcome in study.outcomes.items():
        values, estimator = measured(data, name, study)
        values = values.ravel()
        values = values[np.isfinite(values)]
        runs = max(runs, len(values))
        scale = Scale(outcome.summary.kind == "ever", outcome.unit)
        band = "by odds" if estimator == ODDS else ""
        if not scale.binary and len(values) > 1:
            low, high = np.quantile(values, [LOW, HIGH])
            band = f"{number(float(low), PLACES)} to {number(float(high), PLACES)}"
        mean = float(values.mean()) if len(values) else float("nan")
        level = f"{number(100 * mean, 1)}%" if scale.binary else number(mean, PLACES)
        rows.append((name, outcome.title, when(outcome, study), level, band))
    columns = (
        Column("outcome"), Column("", fold=True), Column("when"), Column("mean", right=True),
        Column("90 % of runs", right=True),
    )  # fmt: skip
    title = f"{study.title}: {branch} under {theory}, {counted(runs, 'run')}, seed {study.seed}" + (
        f"; priors {CERTAIN}" if study.certain else ""
    )
    return Table(columns, tuple(rows), title)
