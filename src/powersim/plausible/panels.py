"""Scale-free statistics of a panel of dyads over time: comparable between alignment and its proxies in other units.

A panel is an array (dyads, times). Windows are all pairs of times `span` apart. nan marks what is not observed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def windows(panel: Floats, span: int) -> tuple[Floats, Floats]:
    """Values at the start and at the end of all windows, each (dyads, windows); no window if the panel is too short."""
    if span < 1:
        raise ValueError(f"span must be at least 1, got {span}")
    count = max(0, panel.shape[1] - span)
    return panel[:, :count], panel[:, panel.shape[1] - count :]


def spread(panel: Floats) -> Floats:
    """Standard deviation over dyads at each time (times); nan where fewer than two dyads are observed."""
    seen = np.isfinite(panel)
    count = seen.sum(axis=0)
    safe = np.maximum(count, 1)
    mean = np.where(seen, panel, 0.0).sum(axis=0) / safe
    squares = np.where(seen, (panel - mean) ** 2, 0.0).sum(axis=0)
    return np.asarray(np.where(count >= 2, np.sqrt(squares / safe), np.nan), dtype=np.float64)


def spread_ratios(panel: Floats, span: int) -> Floats:
    """Spread at the end over spread at the start of each window, over the dyads observed at both ends (windows)."""
    start, end = windows(panel, span)
    both = np.isfinite(start) & np.isfinite(end)
    before, after = spread(np.where(both, start, np.nan)), spread(np.where(both, end, np.nan))
    defined = np.isfinite(before) & (before > 0)
    ratios = np.full(before.shape, np.nan)
    ratios[defined] = after[defined] / before[defined]
    return ratios


def relative_change(panel: Floats, span: int) -> float:
    """Mean absolute change over `span` times, in units of the mean spread over dyads; nan if nothing is observed."""
    start, end = windows(panel, span)
    changes = np.abs(end - start)
    known, spreads = changes[np.isfinite(changes)], spread(panel)
    spreads = spreads[np.isfinite(spreads)]
    if known.size == 0 or spreads.size == 0 or spreads.mean() == 0:
        return float("nan")
    return float(known.mean() / spreads.mean())


def persistence(panel: Floats, span: int) -> float:
    """Correlation over dyads and windows between start and end; nan if nothing varies."""
    start, end = windows(panel, span)
    both = np.isfinite(start) & np.isfinite(end)
    a, b = start[both], end[both]
    if a.size < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def sign_changes(panel: Floats, span: int, dead_band: float) -> float:
    """Share of dyad-windows that start outside +-dead_band and end beyond it on the other side; nan if none does."""
    start, end = windows(panel, span)
    tied = np.isfinite(start) & np.isfinite(end) & (np.abs(start) >= dead_band)
    if not tied.any():
        return float("nan")
    return float(np.mean(end[tied] * np.sign(start[tied]) <= -dead_band))
