"""What effects need of paths: a summary of each outcome, and when the branches of a run parted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from powersim.effects.outcomes import summarise
from powersim.effects.results import KINDS, Summary
from powersim.scenario.resolved import Outcome
from powersim.sim.layout import CondensedRuns, Singles


def summary_of(outcome: Outcome) -> Summary:
    """How an outcome's path becomes a number, as the analysis has it."""
    kind = next(kind for kind in KINDS if kind == outcome.summary)
    return Summary(kind, outcome.first, outcome.last, outcome.threshold, outcome.above)


def condense(summaries: Sequence[Summary], value: Singles) -> CondensedRuns:
    """Condense paths (B, Th, R, T, O) by the summary of each outcome."""
    turns = tuple(range(value.shape[3]))
    columns = [
        summarise(value[..., place].astype(np.float64), summary, turns)
        for place, summary in enumerate(summaries)
    ]
    summary = np.stack(columns, axis=-1) if columns else np.empty((*value.shape[:3], 0))
    return CondensedRuns(summary, departed(value))


def departed(value: Singles) -> Singles:
    """First turn at which anything differs from the first branch, (B, Th, R) from (B, Th, R, T, O); NaN = never."""
    both_missing = np.isnan(value) & np.isnan(value[:1])
    differs = ((value != value[:1]) & ~both_missing).any(axis=-1)
    return np.where(differs.any(axis=-1), differs.argmax(axis=-1), np.nan).astype(np.float32)
