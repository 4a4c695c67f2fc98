"""Rare events by their odds: an outcome counted in runs, or by the rules' own probabilities of it added up.

Up to an event's first occurrence the sum of the probabilities with which the rules decided for it has the same mean as
the 0/1 count (its difference from the count is a martingale, so that what it is conditioned on must not look ahead:
with a condition runs are counted). Its noise is small while the event is rare and grows beyond that of the count where
it is all but sure: a sum that stops at an event sure to come is exponential with variance 1, the count has none.

The rule, one for an outcome and for all that is said of it: odds, unless they vary more over runs than a coin of the
same mean. Levels alone decide, never an effect; the coin stands for the count, so that an event which no run shows yet
is not taken for one that is known without noise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from powersim.effects import limits
from powersim.effects.outcomes import summary_of
from powersim.effects.results import COUNTED, ODDS, Floats, Study, of_outcome

if TYPE_CHECKING:
    import xarray as xr


def varies_less(odds: Floats) -> bool:
    """Whether odds (group, ..., run) vary less over the runs of a group than a coin of their mean, groups pooled."""
    centre = limits.mean(odds)
    present = np.isfinite(odds)
    if not present.any():
        return False
    deviation = np.where(present, odds - centre[..., None], 0.0)
    mean = float(np.nanmean(odds))
    return float((deviation**2).sum() / present.sum()) <= mean * (1.0 - mean)


def better(counted: Floats, odds: Floats) -> tuple[Floats, str]:
    """The values to estimate with and the name of the estimator; both (..., run), odds NaN where there are none."""
    if varies_less(odds):
        return odds, ODDS
    return counted, COUNTED


def odds_of(results: xr.Dataset, outcome: str) -> Floats | None:
    """The odds of an outcome in every run, shape (branch, theory, run); None where the rules have none."""
    if "odds" not in results:
        return None
    found = of_outcome(results, "odds", outcome)
    return found if np.isfinite(found).any() else None


def measured(results: xr.Dataset, outcome: str, study: Study | None = None) -> tuple[Floats, str]:
    """What an outcome is estimated with, shape (branch, theory, run), and the name of the estimator."""
    counted, odds = summary_of(results, outcome, study), odds_of(results, outcome)
    return (counted, COUNTED) if odds is None else better(counted, odds)
