"""What effects need of paths: a summary of each outcome, and when the branches of a run parted."""

from __future__ import annotations

import numpy as np

from powersim.analysis.outcomes import summarise
from powersim.analysis.results import Study
from powersim.sim.layout import Condensed, Singles


def condense(study: Study, value: Singles) -> Condensed:
    """Condense paths (B, Th, R, T, O) as the outcomes of a study say."""
    columns = [
        summarise(value[..., place].astype(np.float64), outcome.summary, study.turns)
        for place, outcome in enumerate(study.outcomes.values())
    ]
    summary = np.stack(columns, axis=-1) if columns else np.empty((*value.shape[:3], 0))
    return Condensed(summary, departed(value))


def departed(value: Singles) -> Singles:
    """First turn at which anything differs from the first branch, (B, Th, R) from (B, Th, R, T, O); NaN = never."""
    both_missing = np.isnan(value) & np.isnan(value[:1])
    differs = ((value != value[:1]) & ~both_missing).any(axis=-1)
    return np.where(differs.any(axis=-1), differs.argmax(axis=-1), np.nan).astype(np.float32)
