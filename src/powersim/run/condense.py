"""What effects need of paths: a summary of each outcome, and when the branches of a run parted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from powersim.effects.outcomes import summarise
from powersim.effects.results import KINDS, Summary
from powersim.scenario.resolved import Outcome
from powersim.sim.layout import CondensedRuns, Singles


def summary_of(outcome: Outcome) -> Summary:
    """How an outcome's path becomes a number, as the analysis has it."""
    kind = next(kind for kind in KINDS if kind == outcome.summary)
    return Summary(kind, outcome.first, outcome.last, outcome.threshold, outcome.above)


def with_odds(outcomes: Iterable[Outcome]) -> list[int]:
    """Places of the outcomes whose odds are watched, behind all outcomes, in this order."""
    return [place for place, outcome in enumerate(outcomes) if outcome.odds is not None]


def condense(summaries: Sequence[Summary], value: Singles, odds: Sequence[int] = ()) -> CondensedRuns:
    """Condense paths (B, Th, R, T, O + K) by the summary of each outcome; `odds`: the outcomes of the last K."""
    turns = tuple(range(value.shape[3]))
    columns = [
        summarise(value[..., place].astype(np.float64), summary, turns)
        for place, summary in enumerate(summaries)
    ]
    summary = np.stack(columns, axis=-1) if columns else np.empty((*value.shape[:3], 0))
    added = np.full(summary.shape, np.nan, np.float32)
    for column, place in enumerate(odds, start=len(summaries)):
        added[..., place] = value[..., summaries[place].last, column]
    return CondensedRuns(summary, departed(value), added)


def departed(value: Singles) -> Singles:
    """First turn at which anything differs from the first branch, (B, Th, R) from (B, Th, R, T, O); NaN = never."""
    both_missing = np.isnan(value) & np.isnan(value[:1])
    differs = ((value != value[:1]) & ~both_missing).any(axis=-1)
    return np.where(differs.any(axis=-1), differs.argmax(axis=-1), np.nan).astype(np.float32)
