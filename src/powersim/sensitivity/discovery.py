"""Scenario discovery: under which few assumptions does the effect pass a threshold?

Boxes are found by PRIM (Friedman and Fisher 1999, Statistics and Computing 9:123; Bryant and Lempert 2010,
Technological Forecasting and Social Change 77:34) and by a classification tree (CART) on one half of the runs, and told
with their coverage and density in the other half, which had no say in them. What that half does not confirm is not
found.
"""

from __future__ import annotations

import importlib
import inspect
import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from powersim.errors import PowersimError
from powersim.sensitivity.indices import MISSING, screen

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CANDIDATES = 8
"""Assumptions that boxes may be made of: those that bear most clearly on the question in the first half."""
MOST_LIMITS = 4
"""Assumptions in one box, so that a reader can hold it."""
LEAST_CASES = 20
"""Runs of interest, and not of interest, without which nothing is looked for."""
LEAST_MASS = 0.05
"""Least share of the runs in a box."""
QUASI_P = 0.01
"""A limit stays if without it the box would be as dense by chance in fewer cases than this (in the first half)."""
SIGNIFICANT = 0.01
"""Bound on p in the second half below which a box counts as found, shared out among the boxes tested."""


@dataclass(frozen=True)
class Limit:
    """low < value <= high of an assumption; infinite where it is open."""

    column: int
    low: float
    high: float

    def holds(self, x: Floats) -> Bools:
        """Whether each of the runs x (n, P) keeps within."""
        return (x[:, self.column] > self.low) & (x[:, self.column] <= self.high)


@dataclass(frozen=True)
class Score:
    """coverage: share of all cases that are in the box; density: share of cases in the box; runs in it."""

    coverage: float
    density: float
    runs: int


@dataclass(frozen=True)
class Box:
    """A box of few limits, how it did where it was made and where it was tested, and p of the test (one-sided)."""

    method: str
    limits: tuple[Limit, ...]
    made: Score
    tested: Score
    p: float


@dataclass(frozen=True)
class Discovery:
    """share: of runs of interest. base: the same in the second half. boxes: all that were tested, the surest first."""

    share: float
    base: float
    runs: int
    candidates: tuple[int, ...]
    boxes: tuple[Box, ...]

    @property
    def found(self) -> tuple[Box, ...]:
        """Boxes that the second half confirms."""
        bound = SIGNIFICANT / max(len(self.boxes), 1)
        return tuple(box for box in self.boxes if box.p <= bound and box.tested.density > self.base)


def discover(x: Floats, interest: Bools, seed: int) -> Discovery:
    """Look for boxes in the values x (runs, P) of assumptions that hold many runs of `interest`.

    PowersimError without the extra `assumptions`.
    """
    n = len(interest)
    first, second = halves(n, seed)
    share, base = float(interest.mean()), float(interest[second].mean())
    if min(interest[first].sum(), (~interest[first]).sum()) < LEAST_CASES:
        return Discovery(share, base, n, (), ())
    order = screen(x[first], interest[first].astype(np.float64), seed, permutations=20).order()
    candidates = tuple(sorted(map(int, order[:CANDIDATES])))
    boxes = []
    for method, look in (("PRIM", prim), ("CART", tree)):
        limits = tuple(
            Limit(candidates[limit.column], limit.low, limit.high)
            for limit in look(x[first][:, candidates], interest[first], seed)
        )
        if limits:
            made, tested = (
                score(limits, x[first], interest[first]),
                score(limits, x[second], interest[second]),
            )
            boxes.append(Box(method, limits, made, tested, _p(tested, base)))
    return Discovery(share, base, n, candidates, tuple(sorted(boxes, key=lambda box: box.p)))


def halves(runs: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of the runs in which boxes are made, and of those in which they are tested."""
    shuffled = np.random.default_rng(seed).permutation(runs)
    return shuffled[: runs // 2], shuffled[runs // 2 :]


def score(limits: Sequence[Limit], x: Floats, interest: Bools) -> Score:
    """Coverage and density of a box among runs x (n, P)."""
    inside = np.all([limit.holds(x) for limit in limits], axis=0)
    hits = int((inside & interest).sum())
    return Score(hits / max(int(interest.sum()), 1), hits / max(int(inside.sum()), 1), int(inside.sum()))


def prim(x: Floats, interest: Bools, seed: int) -> tuple[Limit, ...]:
    """The box on PRIM's trajectory that is farthest above the base rate, in standard errors; nothing if none is.

    Limits whose quasi p is above `QUASI_P` are dropped first, and what then has more than `MOST_LIMITS` is left out.
    """
    del seed  # peeling draws nothing
    ema, pandas = _module("ema_workbench.analysis.prim"), _module("pandas")
    base = float(interest.mean())
    frame = pandas.DataFrame(x, columns=[str(k) for k in range(x.shape[1])])
    with _quiet():
        box = ema.Prim(frame, interest.astype(int), threshold=base, mass_min=LEAST_MASS).find_box()
    best: tuple[Limit, ...] = ()
    height = 0.0
    for limits, quasi in zip(box.box_lims, box.qp, strict=True):
        kept = tuple(_kept(limits, box.box_lims[0], quasi))
        if 1 <= len(kept) <= MOST_LIMITS:
            held = score(kept, x, interest)
            above = (held.density - base) * (held.runs / (base * (1 - base))) ** 0.5
            if above > height:
                best, height = kept, above
    return best


def _kept(limits: Any, whole: Any, quasi: dict[str, list[float]]) -> Any:
    """The limits of a box that chance would hardly explain."""
    for name, chances in quasi.items():
        (low, high), (least, most) = limits[name], whole[name]
        # limits of a box are values of runs inside it: the open end lies just below the lower one
        below = np.nextafter(low, -np.inf) if low > least and 0 <= chances[0] <= QUASI_P else -np.inf
        above = high if high < most and 0 <= chances[1] <= QUASI_P else np.inf
        if np.isfinite(below) or np.isfinite(above):
            yield Limit(int(name), float(below), float(above))


def tree(x: Floats, interest: Bools, seed: int) -> tuple[Limit, ...]:
    """The densest leaf of a classification tree of depth three, pruned by cross-validation; nothing without one."""
    trees, search = _module("sklearn.tree"), _module("sklearn.model_selection")
    least = max(LEAST_CASES, int(LEAST_MASS * len(interest)))
    with _quiet():
        grown = trees.DecisionTreeClassifier(max_depth=3, min_samples_leaf=least, random_state=seed % 2**32)
        costs = grown.cost_complexity_pruning_path(x, interest).ccp_alphas
        choice = search.GridSearchCV(
            grown,
            {"ccp_alpha": np.unique(np.clip(costs, 0, None))},
            scoring="neg_brier_score",
            cv=search.StratifiedKFold(5, shuffle=True, random_state=seed % 2**32),
        ).fit(x, interest)
    found = choice.best_estimator_.tree_
    leaves = list(_leaves(found, 0, {}))
    if len(leaves) < 2:
        return ()
    densest = max(leaves, key=lambda leaf: float(found.value[leaf[0]][0][-1] / found.value[leaf[0]][0].sum()))
    limits = tuple(Limit(column, low, high) for column, (low, high) in sorted(densest[1].items()))
    return tuple(limit for limit in limits if _quasi_p(limit, limits, x, interest) <= QUASI_P)


def _quasi_p(limit: Limit, limits: Sequence[Limit], x: Floats, interest: Bools) -> float:
    """Chance of a box as dense as this one if one of its limits meant nothing (Bryant and Lempert 2010)."""
    others = tuple(each for each in limits if each != limit)
    inside = score(limits, x, interest)
    without = score(others, x, interest).density if others else float(interest.mean())
    return float(stats.binom.sf(round(inside.density * inside.runs) - 1, inside.runs, without))


def _leaves(found: Any, node: int, limits: dict[int, tuple[float, float]]) -> Any:
    """Every leaf with the limits that lead to it."""
    if found.children_left[node] < 0:
        yield node, limits
        return
    column, at = int(found.feature[node]), float(found.threshold[node])
    low, high = limits.get(column, (-np.inf, np.inf))
    yield from _leaves(found, found.children_left[node], {**limits, column: (low, min(high, at))})
    yield from _leaves(found, found.children_right[node], {**limits, column: (max(low, at), high)})


def _p(tested: Score, base: float) -> float:
    """Chance of as many runs of interest in the box if it were like the rest (one-sided binomial)."""
    hits = round(tested.density * tested.runs)
    return float(stats.binom.sf(hits - 1, tested.runs, base)) if tested.runs else 1.0


def _module(name: str) -> Any:
    try:
        with _quiet(), _bare_stacks():
            return importlib.import_module(name)
    except ImportError as error:
        raise PowersimError(f"{MISSING} ({error})") from error


def _quiet() -> Any:
    """Inside, remarks of libraries about themselves are not the user's."""
    logging.getLogger("EMA").setLevel(logging.ERROR)
    return warnings.catch_warnings(action="ignore")


@contextmanager
def _bare_stacks() -> Iterator[None]:
    """Inside, stacks come without lines of source, which cost ema_workbench seconds: it looks only for names."""
    full = inspect.getouterframes

    def bare(frame: Any, context: int = 1) -> list[inspect.FrameInfo]:
        found = []
        while frame:
            code = frame.f_code
            found.append(inspect.FrameInfo(frame, code.co_filename, frame.f_lineno, code.co_name, None, None))
            frame = frame.f_back
        return found

    inspect.getouterframes = bare
    try:
        yield
    finally:
        inspect.getouterframes = full


def require() -> None:
    """PowersimError if a library is missing."""
    for name in ("ema_workbench.analysis.prim", "sklearn.tree", "sklearn.model_selection"):
        _module(name)
