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

MEMBERS, EACH = 4096, 4  # that stand for the normals of all worlds, at least; and for that of each
GOLDEN = 0.6180339887498949  # multiples of it fill 0..1 evenly (Weyl): members of two worlds differ in place


def as_coded(seen: Known, target: Coded, values: Floats, sd: Floats, until: int, *, told: bool) -> Floats:
    """Members (N E, turns) of what would be coded of an issue after the date until `until`: E for each world, alike.

    seen: what is known by the date, and with what error; values (N, T, O): worlds; sd (N, P): of the discrepancy
    of each of `evidence.issues`. told: whether the misses until the date are known.
    """
    (column,), path = target.columns, seen.evidence.issues.index(target.name)
    some = np.flatnonzero((seen.path == path) & told)
    after = np.arange(seen.until + 1, until + 1)
    missed = seen.value[some] - values[:, seen.turn[some], column]
    own = sd[:, path]
    mean, variance = left(seen.turn[some], missed, seen.error[some], own, seen.evidence.lasts, after)
    error = seen.evidence.errors.get(target.name, seen.evidence.error)
    each = max(EACH, -(-MEMBERS // len(values)))
    place = (np.arange(each) + (GOLDEN * (np.arange(len(values)) + 0.5) % 1.0)[:, None]) / each
    drawn = (values[:, after, column] + mean)[:, None] + ndtri(place)[..., None] * np.sqrt(
        variance + error**2
    )[:, None]
    return np.asarray(np.clip(drawn, 0.0, 1.0).reshape(-1, len(after)))


def alike(weight: Floats, members: Floats) -> Floats:
    """Weights (N E) of members, as many for each of the worlds with weights (N)."""
    each = len(members) // len(weight)
    return np.repeat(weight / each, each)
