"""Which assumptions an effect hangs on: screening from ordinary runs, Morris' and Sobol's indices of groups.

Screening asks every prior, so it has to live with chance rankings: each gets a p value, and what is called found
has passed Benjamini and Hochberg's bound on the share of false findings. Designs and indices are SALib's; here are
their groups, their seeds and their intervals. A prior is always seen at its uniform: its place in its own distribution.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from powersim.effects.limits import LEVEL
from powersim.errors import PowersimError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FALSE_SHARE = 0.01
"""Bound on the expected share of chance among what is found (Benjamini and Hochberg 1995, JRSS B 57:289)."""

BINS = 5
"""Parts of a prior's distribution between which levels are compared, to notice what does not rise or fall steadily."""

LEVELS = 4
"""Levels of Morris' grid."""

MISSING = (
    "global sensitivity needs SALib and ema_workbench: install the extra `assumptions`, "
    "e.g. pip install 'powersim[assumptions]'"
)


@dataclass(frozen=True)
class Screening:
    """What ordinary runs say of every assumption (P of each).

    correlation: Spearman's, -1..1, with `low` and `high` its 95 % interval. share: first-order share of the variance,
    from the means of `BINS` parts of its range, adjusted for chance (so it may be negative). p: of the two tests
    together. q: p adjusted for the number of assumptions. noise: the largest absolute correlation that chance alone
    gives among all of them in 95 % of permutations of the runs.
    """

    correlation: Floats
    low: Floats
    high: Floats
    share: Floats
    p: Floats
    q: Floats
    noise: float
    runs: int
    unread: tuple[int, ...] = ()

    @property
    def found(self) -> Bools:
        """Which stand above chance (P), but for those known to be `unread`."""
        found = self.q <= FALSE_SHARE
        found[list(self.unread)] = False
        return found

    def order(self) -> NDArray[np.int64]:
        """Places of the assumptions, the clearest first."""
        return np.lexsort((np.arange(len(self.p)), -np.abs(self.correlation), self.p))


@dataclass(frozen=True)
class Indices:
    """Indices of named groups with the half-widths of their 95 % intervals."""

    names: tuple[str, ...]
    first: Floats
    first_half: Floats
    total: Floats
    total_half: Floats
    second: Floats | None = None
    second_half: Floats | None = None


@dataclass(frozen=True)
class Elementary:
    """Morris' mean absolute elementary effects of groups: change of the effect across a group's whole grid."""

    names: tuple[str, ...]
    mu_star: Floats
    half: Floats


@dataclass(frozen=True)
class Shares:
    """Shares of the variance that assumptions alone and luck alone account for, with their 95 % intervals."""

    assumptions: float
    assumptions_low: float
    assumptions_high: float
    luck: float
    luck_low: float
    luck_high: float


@dataclass(frozen=True)
class Regression:
    """Standardised coefficients of the ranks of some assumptions, all at once, with bootstrap intervals; R squared."""

    coefficients: Floats
    low: Floats
    high: Floats
    r_squared: float


def screen(u: Floats, y: Floats, seed: int, permutations: int = 200) -> Screening:
    """Screen assumptions u (runs, P) for their bearing on y (runs).

    The p value is twice the smaller of Spearman's t test and Kruskal and Wallis' test over `BINS` equal parts of the
    assumption's range, at most 1. ValueError for fewer than 20 runs.
    """
    n, count = u.shape
    if n < 20:
        raise ValueError(f"screening needs at least 20 runs, got {n}")
    if np.ptp(y) == 0:
        zero = np.zeros(count)
        return Screening(zero, zero, zero, zero, zero + 1, zero + 1, 0.0, n)
    x, ranks = _standard(stats.rankdata(u, axis=0)), _standard(stats.rankdata(y))
    correlation = np.clip(x.T @ ranks / n, -1.0, 1.0)
    spare = np.maximum(1 - correlation**2, 1e-12)
    steady = 2 * stats.t.sf(np.abs(correlation) * np.sqrt((n - 2) / spare), n - 2)
    varies = np.ptp(u, axis=0) > 0
    parts = np.minimum((stats.rankdata(u, axis=0) - 0.5) / n * BINS, BINS - 1).astype(np.int64)
    levels = stats.chi2.sf((n - 1) * _between(parts, stats.rankdata(y)), BINS - 1)
    p = np.where(varies, np.minimum(1.0, 2 * np.minimum(steady, levels)), 1.0)
    # Bonett and Wright 2000, Psychometrika 65:23: the standard error of Fisher's transform of a rank correlation.
    half = stats.norm.ppf((1 + LEVEL) / 2) * np.sqrt((1 + correlation**2 / 2) / (n - 3))
    middle = np.arctanh(np.clip(correlation, -1 + 1e-12, 1 - 1e-12))
    share = 1 - (1 - _between(parts, y)) * (n - 1) / (n - BINS)
    rng = np.random.default_rng(seed)
    shuffled = np.stack([rng.permutation(ranks) for _ in range(permutations)], axis=1)
    largest = np.abs(x.T @ shuffled / n).max(axis=0)
    return Screening(
        correlation=correlation,
        low=np.tanh(middle - half),
        high=np.tanh(middle + half),
        share=np.where(varies, share, 0.0),
        p=p,
        q=stats.false_discovery_control(p),
        noise=float(np.quantile(largest, 0.95)),
        runs=n,
    )


def without(screening: Screening, unread: Sequence[int]) -> Screening:
    """A screening in which some assumptions are known to change nothing."""
    return replace(screening, unread=tuple(sorted({*screening.unread, *unread})))


def shares(own: Floats, other: Floats, seed: int, draws: int = 1000) -> Shares:
    """Shares of the variance of an effect that assumptions alone and luck alone account for.

    own: effect (runs) at each run's assumptions and luck. other: at each run's assumptions with the luck of the next
    run (of the first, for the last). Covariances of what has assumptions, or luck, in common are the variances of the
    conditional means (Sobol' 2001, Mathematics and Computers in Simulation 55:271); intervals by bootstrap over runs.
    """
    if np.ptp(own) == 0:
        return Shares(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    centre = float(np.concatenate([own, other]).mean())
    a, b, c = own - centre, other - centre, np.roll(own, -1) - centre
    parts = np.stack([a * b, c * b, (a**2 + b**2) / 2])
    picks = np.random.default_rng(seed).integers(0, len(own), (draws, len(own)))
    whole, again = parts.mean(axis=1), parts[:, picks].mean(axis=2)
    low, high = np.quantile(again[:2] / again[2], [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=1)
    first, second = whole[:2] / whole[2]
    return Shares(*map(float, (first, low[0], high[0], second, low[1], high[1])))


def regress(u: Floats, y: Floats, seed: int, draws: int = 400) -> Regression:
    """Regress the ranks of y (runs) on those of all the assumptions u (runs, k) together."""
    x = _standard(stats.rankdata(u, axis=0))
    ranks = _standard(stats.rankdata(y))
    found = _solve(x, ranks)
    rng = np.random.default_rng(seed)
    picks = rng.integers(0, len(y), (draws, len(y)))
    again = np.stack([_solve(x[pick], ranks[pick]) for pick in picks])
    low, high = np.quantile(again, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    residual = ranks - x @ found
    return Regression(found, low, high, float(1 - residual.var() / max(ranks.var(), 1e-300)))


def spectral(u: Floats, y: Floats, seed: int) -> tuple[Floats, Floats, float]:
    """First-order indices by SALib's RBD-FAST from given data: indices (k), half-widths (k), and their noise level.

    The noise level is the 99th percentile among 200 assumptions that nothing reads.
    """
    if np.ptp(y) == 0:
        zero = np.zeros(u.shape[1])
        return zero, zero, 0.0
    method = _salib("analyze.rbd_fast")
    names = [str(k) for k in range(u.shape[1])]
    with _quiet():
        found = method.analyze(_problem(names), u, y, seed=seed + 1)
    rng = np.random.default_rng(seed)
    blank = rng.random((len(y), 200))
    terms = 10
    nothing = [
        method.unskew_S1(method.compute_first_order(method.permute_outputs(column, y), terms), terms, len(y))
        for column in blank.T
    ]
    return np.array(found["S1"]), np.array(found["S1_conf"]), float(np.quantile(nothing, 0.99))


def sobol_design(groups: Sequence[str], base: int, seed: int, *, second: bool = False) -> Floats:
    """Saltelli's design: rows of the unit cube, one column for each entry of `groups` (the group that it is in).

    base * (groups + 2) rows, or base * (2 groups + 2) for second-order indices; `base` should be a power of two.

    The first columns of a Sobol' sequence lie evenly in pairs from few points on, later ones only from many: at 64
    points of 200 columns two can be all but the same. So the smallest groups, whose indices are asked one by one, get
    the first, and the two matrices are drawn side by side.
    Source: Saltelli et al. 2010; projections of Sobol' sequences: Joe and Kuo 2008, SIAM J. Sci. Comput. 30:2635.
    """
    names, width = list(dict.fromkeys(groups)), len(groups)
    order = sorted(range(width), key=lambda column: groups.count(groups[column]))
    drawn = stats.qmc.Sobol(2 * width, seed=seed + 1).random(base)
    a, b = np.empty((base, width)), np.empty((base, width))
    a[:, order], b[:, order] = drawn[:, ::2], drawn[:, 1::2]
    member = np.array([names.index(group) for group in groups])
    rows = [a, *(np.where(member == k, b, a) for k in range(len(names)))]
    rows += [np.where(member == k, a, b) for k in range(len(names))] if second else []
    return np.stack([*rows, b], axis=1).reshape(-1, width)


def sobol_indices(groups: Sequence[str], y: Floats, seed: int, *, second: bool = False) -> Indices:
    """First-order and total indices (Saltelli et al. 2010) of y along `sobol_design`, with bootstrap intervals.

    Indices of what does not vary at all are 0.
    """
    names = tuple(dict.fromkeys(groups))
    if np.ptp(y) == 0:
        zero = np.zeros(len(names))
        return Indices(names, zero, zero, zero, zero)
    with _quiet():
        found = _salib("analyze.sobol").analyze(
            _problem(_columns(groups), groups), y, calc_second_order=second, num_resamples=400, seed=seed + 1
        )
    first, first_half, total, total_half = (
        np.asarray(found[key], np.float64) for key in ("S1", "S1_conf", "ST", "ST_conf")
    )
    pairs = [np.asarray(found[key], np.float64) for key in ("S2", "S2_conf")] if second else [None, None]
    return Indices(names, first, first_half, total, total_half, *pairs)


def morris_design(groups: Sequence[str], trajectories: int, seed: int) -> Floats:
    """Morris' design for groups: trajectories * (groups + 1) rows of the unit cube on a grid of `LEVELS`."""
    with _quiet():
        design = _salib("sample.morris").sample(
            _problem(_columns(groups), groups), trajectories, num_levels=LEVELS, seed=seed + 1
        )
    return np.asarray(design, np.float64)


def morris_indices(groups: Sequence[str], design: Floats, y: Floats, seed: int) -> Elementary:
    """Mean absolute elementary effects (Campolongo et al. 2007) of y along `morris_design`."""
    with _quiet():
        found = _salib("analyze.morris").analyze(
            _problem(_columns(groups), groups), design, y, num_levels=LEVELS, num_resamples=400, seed=seed + 1
        )
    star, half = (
        np.asarray(np.ma.filled(found[key], 0.0), np.float64) for key in ("mu_star", "mu_star_conf")
    )
    return Elementary(tuple(map(str, found["names"])), star, half)


def thirds(u: Floats) -> NDArray[np.int64]:
    """Low (0), middle (1) or high (2) third of its distribution, for places u in [0, 1)."""
    return np.minimum((u * 3).astype(np.int64), 2)


def interaction(first: Floats, second: Floats, y: Floats) -> tuple[Floats, Floats, float]:
    """Mean of y by thirds of two assumptions (3, 3), the half-widths of its intervals, and p of their interaction.

    The test is the F test of the nine cells against the sum of both assumptions' thirds, on y itself:
    ranks would make an interaction of what merely adds up to an end of the scale.
    """
    a, b = thirds(first), thirds(second)
    means, halves = np.full((3, 3), np.nan), np.full((3, 3), np.nan)
    for i in range(3):
        for j in range(3):
            cell = y[(a == i) & (b == j)]
            if len(cell) > 1:
                means[i, j] = cell.mean()
                halves[i, j] = (
                    stats.t.ppf((1 + LEVEL) / 2, len(cell) - 1) * cell.std(ddof=1) / len(cell) ** 0.5
                )
    return means, halves, _interaction_p(a, b, y)


def _interaction_p(a: NDArray[np.int64], b: NDArray[np.int64], y: Floats) -> float:
    dummies = [np.ones(len(y)), *(a == i for i in (1, 2)), *(b == j for j in (1, 2))]
    additive = np.stack(dummies, axis=1).astype(np.float64)
    products = [(a == i) & (b == j) for i in (1, 2) for j in (1, 2)]
    whole = np.concatenate([additive, np.stack(products, axis=1)], axis=1)
    spare = len(y) - whole.shape[1]
    left, right = (float(((y - x @ _solve(x, y)) ** 2).sum()) for x in (additive, whole))
    if spare < 1 or right <= 0:
        return 1.0
    return float(stats.f.sf((left - right) / 4 / (right / spare), 4, spare))


def _between(parts: NDArray[np.int64], y: Floats) -> Floats:
    """Share of the variance of y (runs) that lies between the parts of each assumption (runs, P)."""
    deviation = y - y.mean()
    explained = np.zeros(parts.shape[1])
    for k in range(BINS):
        member = (parts == k).astype(np.float64)
        size = member.sum(axis=0)
        explained += (member.T @ deviation) ** 2 / np.maximum(size, 1)
    return explained / max(float((deviation**2).sum()), 1e-300)


def _standard(values: Floats) -> Floats:
    spread = values.std(axis=0)
    return np.asarray((values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0), np.float64)


def _solve(x: Floats, y: Floats) -> Floats:
    return np.asarray(np.linalg.lstsq(x, y, rcond=None)[0], np.float64)


def _columns(groups: Sequence[str]) -> list[str]:
    return [f"x{k}" for k in range(len(groups))]


def _problem(names: Sequence[str], groups: Sequence[str] | None = None) -> dict[str, Any]:
    """A problem as SALib wants it: every factor uniform in the unit interval."""
    made = {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
    return made if groups is None else {**made, "groups": list(groups)}


def _salib(name: str) -> Any:
    """A module of SALib. PowersimError says which extra to install."""
    import importlib

    try:
        with _quiet():
            return importlib.import_module(f"SALib.{name}")
    except ImportError as error:
        raise PowersimError(f"{MISSING} ({error})") from error


def _quiet() -> Any:
    """Inside, warnings of libraries about themselves are not the user's."""
    return warnings.catch_warnings(action="ignore")


def require() -> None:
    """PowersimError if the library is missing."""
    _salib("analyze.sobol")


@dataclass(frozen=True)
class Grid:
    """Mean effect over two assumptions: (second, first), interval, values and names along each side; runs in a cell."""

    names: tuple[str, str]
    values: tuple[Floats, Floats]
    effect: Floats
    low: Floats
    high: Floats
    runs: int

    @property
    def clear(self) -> Bools:
        """Cells whose interval excludes zero."""
        return np.asarray((self.low > 0) | (self.high < 0))
