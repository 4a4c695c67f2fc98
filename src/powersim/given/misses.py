"""How coded paths are missed: by a coding error at every date, and by a discrepancy that lasts.

What is seen of a path at t is y = x + d + e: the world's position, what the model cannot be expected to hit, and the
coder's error. e is normal with sd `error`, by itself at every date. d is a stationary Ornstein-Uhlenbeck process of
each path, with covariance sd^2 exp(-|t - t'| / lasts): a Gaussian process, as Kennedy and O'Hagan 2001 (J. R. Statist.
Soc. B 63:425) have it. Misses of two dates then have something in common, and the second tells less.

With L L' the covariance of the misses r of a path, w = L^-1 r are independent normal deviates with sd 1, and w at a
date hangs on no later one (Rasmussen and Williams 2006, Gaussian Processes for Machine Learning, A.4). So the log
likelihood is a constant less half the sum of their squares, date by date.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from powersim.world.state import Floats, Ints

ROOT = math.sqrt(2.0 * math.pi)


@dataclass(frozen=True)
class Misses:
    """How points (Q) of paths are missed under values (D) of the discrepancy's sd.

    constant (D, Q): log likelihood of no miss, by points. own (Q, P): the points of its path up to each point, which
    comes itself in place of those after it, or alone if misses do not last; weight (Q, D, P): what each has in the
    deviate of the point.
    """

    constant: Floats
    own: Ints
    weight: Floats

    @classmethod
    def of(cls, turn: Ints, path: Ints, error: Floats, sd: Floats, lasts: float) -> Misses:
        """Points in the order of their turns (Q), the path and the coding error of each, sd (D), lasts in turns."""
        if lasts <= 0.0:
            alone = np.sqrt(error[:, None] ** 2 + sd**2)
            return cls(-np.log(alone * ROOT).T, np.arange(len(path))[:, None], 1.0 / alone[..., None])
        paths = [np.flatnonzero(path == one) for one in np.unique(path)]
        most = max(map(len, paths), default=0)
        own = np.repeat(np.arange(len(path))[:, None], most, axis=1)
        weight = np.zeros((len(path), len(sd), most))
        constant = np.full((len(sd), len(path)), -math.log(ROOT))
        for points in paths:
            common = _covariance(sd, turn[points], turn[points], lasts)
            factor = np.linalg.cholesky(common + np.diag(error[points] ** 2))
            constant[:, points] -= np.log(np.diagonal(factor, axis1=1, axis2=2))
            own[points, : len(points)] = np.minimum.outer(points, points)
            weight[points, :, : len(points)] = np.tril(np.linalg.inv(factor)).swapaxes(0, 1)
        return cls(constant, own, weight)


def left(
    turn: Ints, missed: Floats, error: Floats, sd: Floats, lasts: float, after: Ints
) -> tuple[Floats, Floats]:
    """Mean and variance (N, A) of the discrepancy of a path at turns `after` (A), given how N worlds missed it before.

    missed (N, Q): r, at `turn` (Q), with coding errors (Q); sd (N): of the discrepancy. With K the covariance of r and
    k that of r with d at a later turn, E d = k' K^-1 r and Var d = sd^2 - k' K^-1 k (Rasmussen and Williams 2006,
    eqs. 2.23 and 2.24); h turns after the last miss the mean is exp(-h / lasts) of what it was there.
    """
    common, shared = (_covariance(sd, turn, other, lasts) for other in (turn, after))
    back = np.linalg.inv(np.linalg.cholesky(common + np.diag(error**2)))
    r, k = np.einsum("nqp,np->nq", back, missed), np.einsum("nqp,npa->nqa", back, shared)
    spread = sd[:, None] ** 2 - (k**2).sum(axis=1)
    return np.einsum("nqa,nq->na", k, r), np.maximum(spread, 0.0)


def _covariance(sd: Floats, turn: Ints, other: Ints, lasts: float) -> Floats:
    """Covariances (D, T, O) of a discrepancy of sd (D) at turns (T) and others (O): each with itself if none lasts."""
    apart = np.abs(np.subtract.outer(turn, other))
    alike = np.exp(-apart / lasts) if lasts > 0.0 else (apart == 0.0) * 1.0
    return np.asarray(sd[:, None, None] ** 2 * alike)
