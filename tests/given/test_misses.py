"""How paths are missed: what the normal distribution says of the whole comes out date by date."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from powersim.compile.bundle import pack
from powersim.given.misses import Misses
from powersim.given.reckoning import Points, miss
from powersim.world.state import Floats

TURN = np.array([0, 0, 2, 3, 3, 7, 11, 11])
PATH = np.array([0, 4, 4, 0, 4, 0, 0, 4])
ERROR = np.where(PATH == 0, 0.08, 0.05)
SD = np.array([0.04, 0.12, 0.3])
RNG = np.random.default_rng(5)
MISSED = 0.2 * RNG.standard_normal(len(TURN))


def terms(of: Misses, missed: Floats, turn: Floats = TURN) -> Floats:
    """What each turn adds (turns, D), from the misses up to it alone."""
    found = []
    of_path = np.zeros(len(turn), np.int64)
    points = pack(Points(np.arange(len(turn)), of_path, of_path, np.zeros(len(turn)), of.own, of.weight))
    for t in np.unique(turn):
        first, end = np.searchsorted(turn, [t, t + 1]).tolist()
        seen, logs = np.full((len(turn), 1), np.nan), np.zeros((2, of.weight.shape[1]))
        seen[:end, 0] = missed[:end]
        miss(points, first, end, seen, logs)
        found.append(logs[1])
    return np.array(found)


@pytest.mark.parametrize("lasts", [0.0, 0.5, 4.0, 400.0])
def test_terms_add_up_to_the_normal_density_of_all_misses(lasts: float) -> None:
    of = Misses.of(TURN, PATH, ERROR, SD, lasts)
    parts = terms(of, MISSED)
    assert (parts <= 0.0).all()
    apart, same = np.abs(np.subtract.outer(TURN, TURN)), np.equal.outer(PATH, PATH)
    common = same * np.exp(-apart / lasts) if lasts else np.eye(len(TURN))
    exact = [stats.multivariate_normal(cov=np.diag(ERROR**2) + sd**2 * common).logpdf(MISSED) for sd in SD]
    assert of.constant.sum(axis=1) + parts.sum(axis=0) == pytest.approx(exact, rel=1e-9)


def test_what_lasts_a_moment_is_as_if_it_did_not_last() -> None:
    brief, none = (Misses.of(TURN, PATH, ERROR, SD, lasts) for lasts in (1e-3, 0.0))
    assert brief.constant == pytest.approx(none.constant, rel=1e-12)
    assert terms(brief, MISSED) == pytest.approx(terms(none, MISSED), rel=1e-12)


def test_a_miss_that_lasts_costs_less_and_one_that_jumps_costs_more() -> None:
    lasting, none = (Misses.of(TURN, PATH, ERROR, SD, lasts) for lasts in (16.0, 0.0))
    same, jumps = np.full(len(TURN), 0.2), np.where(TURN % 4 < 2, 0.2, -0.2)
    for missed, sign in ((same, 1.0), (jumps, -1.0)):
        gain = terms(lasting, missed).sum(axis=0) - terms(none, missed).sum(axis=0)
        assert (sign * gain > 0.0).all()


def test_a_level_learnt_from_errors_that_last_is_as_sure_as_it_should_be() -> None:
    """Ranks of 400 true levels in their posteriors are even; held for independent, the same errors make them uneven."""
    turn, truths = np.arange(12), 400
    path, error, sd = np.zeros(12, np.int64), np.full(12, 0.05), np.array([0.2])
    rng = np.random.default_rng(11)
    cov = np.diag(error**2) + sd**2 * np.exp(-np.abs(np.subtract.outer(turn, turn)) / 8.0)
    level = rng.standard_normal(truths)
    seen = level[:, None] + rng.multivariate_normal(np.zeros(12), cov, truths)
    chances = []
    for lasts in (8.0, 0.0):
        of, unit = Misses.of(turn, path, error, sd, lasts), np.ones(12)
        # normal prior, normal likelihood: the log likelihood is a parabola of the level, met at three of its points
        ranks = []
        for row in seen:
            low, middle, high = (float(terms(of, row - x * unit, turn).sum()) for x in (-1.0, 0.0, 1.0))
            precision, slope = 1.0 - (low - 2.0 * middle + high), 0.5 * (high - low)
            ranks.append((slope / precision, precision**-0.5))
        mean, deviation = np.array(ranks).T
        chances.append(stats.kstest(stats.norm.cdf((level - mean) / deviation), "uniform").pvalue)
    assert chances[0] > 1e-3 > 1e-6 > chances[1]
