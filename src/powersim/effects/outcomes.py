"""Summaries of paths: the value at a date, mean or extremes over a period, whether and when past a threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from powersim.effects.results import Floats, OutcomeLabel, Study, Summary, of_outcome, paths
from powersim.rules.level import beyond

if TYPE_CHECKING:
    import xarray as xr

BLOCK = 2**20
"""Numbers that are looked at at once where there may be very many."""


def at(path: Floats, index: int) -> Floats:
    """Value at turn position `index`; `path` has shape (..., turn), the result (...)."""
    return np.asarray(path[..., index], dtype=np.float64)


def mean_over(path: Floats, first: int, last: int) -> Floats:
    """Mean over the turn positions first..last, both included; NaN where any of them is missing."""
    return np.asarray(path[..., first : last + 1].mean(axis=-1), dtype=np.float64)


def highest(path: Floats, first: int, last: int) -> Floats:
    """Largest value over the turn positions first..last, both included; NaN where any of them is missing."""
    return np.asarray(path[..., first : last + 1].max(axis=-1), dtype=np.float64)


def lowest(path: Floats, first: int, last: int) -> Floats:
    """Smallest value over the turn positions first..last, both included; NaN where any of them is missing."""
    return np.asarray(path[..., first : last + 1].min(axis=-1), dtype=np.float64)


OVER = {"mean": mean_over, "max": highest, "min": lowest}
"""Summaries of a period."""

SAID = {"mean": "on average", "max": "at its highest", "min": "at its lowest"}
"""The same in words, before "over" and the dates."""


def ever(path: Floats, first: int, last: int, threshold: float, above: bool = True) -> Floats:
    """1 where the path was strictly above (or below) `threshold` in first..last, else 0; NaN where missing."""
    window = path[..., first : last + 1]
    passed = _past(window, threshold, above).any(axis=-1)
    return np.where(np.isnan(window).any(axis=-1), np.nan, passed.astype(np.float64))


def first_index(path: Floats, first: int, last: int, threshold: float, above: bool = True) -> Floats:
    """Turn position at which the path was first strictly above (or below) `threshold`; NaN = never."""
    window = path[..., first : last + 1]
    passed = _past(window, threshold, above)
    return np.where(passed.any(axis=-1), first + passed.argmax(axis=-1), np.nan)


def _past(path: Floats, threshold: float, above: bool) -> NDArray[np.bool_]:
    """Where the path is past the threshold by more than rounding."""
    return np.asarray(beyond(path, threshold) if above else beyond(threshold, path))


def summarise(path: Floats, summary: Summary, turns: tuple[int, ...]) -> Floats:
    """One number a run from paths of shape (..., turn), as the outcome's `summary` says; shape (...)."""
    first, last = turns.index(summary.first), turns.index(summary.last)
    if summary.kind == "at":
        return at(path, last)
    if summary.kind in OVER:
        return OVER[summary.kind](path, first, last)
    return ever(path, first, last, summary.threshold, summary.above)


def progress(path: Floats, summary: Summary, turns: tuple[int, ...]) -> Floats:
    """What an outcome's path shows turn by turn, same shape; after the summary's last turn NaN for `ever`.

    The path itself; for `ever` whether the threshold has been passed so far, which ends as the summary.
    """
    if summary.kind != "ever":
        return path
    first, last = turns.index(summary.first), turns.index(summary.last)
    passed = _past(path, summary.threshold, summary.above)
    shown = np.where(np.isnan(path), np.nan, 0.0)
    so_far = np.logical_or.accumulate(passed[..., first : last + 1], axis=-1)
    shown[..., first : last + 1] += so_far
    shown[..., last + 1 :] = np.nan
    return shown


def summary_of(results: xr.Dataset, outcome: str, study: Study | None = None) -> Floats:
    """The summary of one outcome in every run, shape (branch, theory, run)."""
    study = study or Study.read(results)
    summary = study.outcome(outcome).summary
    if "summary" in results:
        return of_outcome(results, "summary", outcome)
    return summarise(paths(results, outcome), summary, study.turns)


def first_turns(results: xr.Dataset, outcome: str, study: Study | None = None) -> Floats:
    """Turn at which an outcome first passed its threshold, shape (branch, theory, run); NaN = never."""
    study = study or Study.read(results)
    summary = study.outcome(outcome).summary
    path = paths(results, outcome)
    first, last = study.index(summary.first), study.index(summary.last)
    index = first_index(path, first, last, summary.threshold, summary.above)
    turns = np.asarray(study.turns, dtype=np.float64)
    return np.where(np.isnan(index), np.nan, turns[np.nan_to_num(index).astype(int)])


def is_binary(values: Floats) -> bool:
    """Whether every number present is 0 or 1, so that a mean is a probability."""
    if values.ndim > 1 and values.size > BLOCK:  # part by part, for memory
        known = [part for part in values if np.isfinite(part).any()]
        return bool(known) and all(is_binary(part) for part in known)
    present = np.isfinite(values)
    return bool(present.any()) and bool(((values == 0.0) | (values == 1.0) | ~present).all())


def unit_of(outcome: OutcomeLabel) -> str:
    """An outcome's unit; without one the ends of its scale, "0 to 1"; where it has neither, what is counted."""
    if outcome.unit or not np.isfinite(outcome.low + outcome.high):
        return outcome.unit or outcome.counted
    return f"{outcome.low:g}\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}{outcome.high:g}".replace("-", "−")


def titled(outcome: OutcomeLabel, study: Study) -> str:
    """An outcome's title with the date or period of its summary, unless the title says it already."""
    if study.date(outcome.summary.last) in outcome.title:
        return outcome.title
    return f"{outcome.title}, {when(outcome, study)}"


def when(outcome: OutcomeLabel, study: Study) -> str:
    """The date or period of an outcome's summary in words: "in 2022Q4", "by 2022Q4"."""
    summary = outcome.summary
    last = study.date(summary.last)
    if summary.kind == "at":
        return f"in {last}"
    if summary.kind in SAID:
        return f"{SAID[summary.kind]} over {study.date(summary.first)}–{last}"
    if summary.first == study.turns[0]:
        return f"by {last}"
    return f"between {study.date(summary.first)} and {last}"
