"""Panel regression with effects of pairs and years, and errors that allow for pairs that share a state."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .panel import PAIRS, YEARS, Floats


class Fit(NamedTuple):
    """Long-run effects on a proxy, with standard errors; how many pairs carry each."""

    effect: Floats  # (2) of isolation and joint disputes
    error: Floats  # (2)
    pairs: tuple[int, int]  # with any isolation, with any joint dispute
    rows: int
    spread: float  # standard deviation of the proxy over pairs


def fit(score: Floats, isolation: Floats, joint: Floats) -> Fit:
    """Delta S_t = -phi S_{t-1} + b isolation_{t-1} + c joint_{t-1} + pair + year; long-run effects b / phi, c / phi.

    All (N, N, YEARS). The error is the larger of two: clustered by pair, and by all pairs that share a state
    (Aronow, Samii and Assenova 2015, Political Analysis 23:564-77); phi is taken as known, which understates it little
    where effects are near 0.
    """
    found = []
    for number, (i, j) in enumerate(PAIRS):
        for t in range(1, YEARS):
            before, after = score[i, j, t - 1], score[i, j, t]
            if np.isfinite(before) and np.isfinite(after):
                row = (number, t, after - before, isolation[i, j, t - 1], joint[i, j, t - 1], before)
                found.append(row)
    table = np.array(found)
    pair, when = (np.unique(table[:, c], return_inverse=True)[1] for c in (0, 1))
    dummies = np.c_[np.eye(pair.max() + 1)[pair], np.eye(when.max() + 1)[when][:, 1:]]
    q, _ = np.linalg.qr(dummies)
    within = table[:, 2:] - q @ (q.T @ table[:, 2:])
    y, x = within[:, 0], within[:, 1:]
    bread = np.linalg.inv(x.T @ x)
    b = bread @ x.T @ y
    sums = np.zeros((pair.max() + 1, x.shape[1]))
    np.add.at(sums, pair, x * (y - x @ b)[:, None])
    members = [set(PAIRS[int(number)]) for number in np.unique(table[:, 0])]
    near = np.array([[bool(one & other) for other in members] for one in members], dtype=float)
    variances = [np.diag(bread @ sums.T @ weight @ sums @ bread) for weight in (np.eye(len(members)), near)]
    phi = -b[2]
    levels = np.array([np.nanmean(score[i, j]) for i, j in PAIRS if np.isfinite(score[i, j]).any()])
    return Fit(
        effect=b[:2] / phi,
        error=np.sqrt(np.max(variances, axis=0))[:2] / phi,
        pairs=(len(np.unique(pair[table[:, 3] > 0.0])), len(np.unique(pair[table[:, 4] > 0.0]))),
        rows=len(table),
        spread=float(levels.std()),
    )
