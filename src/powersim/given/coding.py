"""What would be coded of worlds: positions with what is left of how they missed the record, and the coder's error.

The record that a forecast is held against is y = x + d + e (`given.misses`), and worlds say x. Of d something is
known: how a world missed the record until the date. So of a later turn it says that y is normal, with mean
x + E[d | its misses] and variance Var[d | its misses] + error^2. Positions have ends, and nobody codes beyond them:
what would lie there is put at the end (a censored normal). The likelihood knows no ends.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from powersim.given.knowledge import Known
from powersim.given.misses import left
from powersim.given.targets import Coded
from powersim.world.state import Floats

EACH = 8  # members that stand for the normal of a world
GOLDEN = (
    0.6180339887498949  # multiples of it fill 0..1 evenly (Weyl): members of two worlds differ in their place
)


def as_coded(
    seen: Known, target: Coded, values: Floats, sd: Floats, given: int, until: int, *, told: bool
) -> Floats:
    """Members (N EACH, turns) of what would be coded of an issue after `given` until `until`; alike in each world.

    seen: where the record is known, and with what error; values (N, T, O): worlds; sd (N): of their discrepancy. told:
    whether the misses until the date are known.
    """
    (column,) = target.columns
    some = np.flatnonzero((seen.column == column) & (seen.turn <= (given if told else -1)))
    after = np.arange(given + 1, until + 1)
    missed = seen.value[some] - values[:, seen.turn[some], column]
    mean, variance = left(seen.turn[some], missed, seen.error[some], sd, seen.evidence.lasts, after)
    error = seen.evidence.errors.get(target.name, seen.evidence.error)
    place = (np.arange(EACH) + (GOLDEN * (np.arange(len(values)) + 0.5) % 1.0)[:, None]) / EACH
    drawn = (values[:, after, column] + mean)[:, None] + ndtri(place)[..., None] * np.sqrt(
        variance + error**2
    )[:, None]
    return np.asarray(np.clip(drawn, 0.0, 1.0).reshape(-1, len(after)))


def alike(weight: Floats) -> Floats:
    """Weights (N EACH) of the members of worlds with weights (N)."""
    return np.repeat(weight / EACH, EACH)
