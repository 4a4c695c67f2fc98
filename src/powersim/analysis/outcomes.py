"""Summaries of paths: the value at a date, the mean over a period, whether and when it passed a threshold."""

from __future__ import annotations

import numpy as np
import xarray as xr

from powersim.analysis.results import Floats, Outcome, Study, Summary, paths


def at(path: Floats, index: int) -> Floats:
    """Value at turn position `index`; `path` has shape (..., turn), the result (...)."""
    return np.asarray(path[..., index], dtype=np.float64)


def mean_over(path: Floats, first: int, last: int) -> Floats:
    """Mean over the turn positions first..last, both included; NaN where any of them is missing."""
    return np.asarray(path[..., first : last + 1].mean(axis=-1), dtype=np.float64)


def ever(path: Floats, first: int, last: int, threshold: float) -> Floats:
    """1 where the path was strictly above `threshold` in first..last, else 0; NaN where it is missing."""
    window = path[..., first : last + 1]
    above = (window > threshold).any(axis=-1)
    return np.where(np.isnan(window).any(axis=-1), np.nan, above.astype(np.float64))


def first_index(path: Floats, first: int, last: int, threshold: float) -> Floats:
    """Turn position at which the path was first strictly above `threshold` in first..last; NaN = never."""
    above = path[..., first : last + 1] > threshold
    return np.where(above.any(axis=-1), first + above.argmax(axis=-1), np.nan)


def summarise(path: Floats, summary: Summary, turns: tuple[int, ...]) -> Floats:
    """One number a run from paths of shape (..., turn), as the outcome's `summary` says; shape (...)."""
    first, last = turns.index(summary.first), turns.index(summary.last)
    if summary.kind == "at":
        return at(path, last)
    if summary.kind == "mean":
        return mean_over(path, first, last)
    return ever(path, first, last, summary.threshold)


def summary_of(results: xr.Dataset, outcome: str, study: Study | None = None) -> Floats:
    """The summary of one outcome in every run, shape (branch, theory, run)."""
    study = study or Study.read(results)
    return summarise(paths(results, outcome), study.outcome(outcome).summary, study.turns)


def first_turns(results: xr.Dataset, outcome: str, study: Study | None = None) -> Floats:
    """Turn at which an outcome first passed its threshold, shape (branch, theory, run); NaN = never."""
    study = study or Study.read(results)
    summary = study.outcome(outcome).summary
    path = paths(results, outcome)
    index = first_index(path, study.index(summary.first), study.index(summary.last), summary.threshold)
    turns = np.asarray(study.turns, dtype=np.float64)
    return np.where(np.isnan(index), np.nan, turns[np.nan_to_num(index).astype(int)])


def is_binary(values: Floats) -> bool:
    """Whether every number present is 0 or 1, so that a mean is a probability."""
    present = values[np.isfinite(values)]
    return bool(present.size) and bool(np.isin(present, (0.0, 1.0)).all())


def when(outcome: Outcome, study: Study) -> str:
    """The date or period of an outcome's summary in words: "in 2022Q4", "by 2022Q4"."""
    summary = outcome.summary
    last = study.date(summary.last)
    if summary.kind == "at":
        return f"in {last}"
    if summary.kind == "mean":
        return f"on average over {study.date(summary.first)}–{last}"
    if summary.first == study.turns[0]:
        return f"by {last}"
    return f"between {study.date(summary.first)} and {last}"
