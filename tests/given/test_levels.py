"""The way from the prior to the evidence: where it goes, what it adds up to, and what stands for what."""

from __future__ import annotations

import numpy as np
import pytest

from powersim.given.knowledge import log_mean
from powersim.given.levels import KEPT, Level, Pool, drawn
from powersim.given.moves import State, counted

SD = np.array([0.05, 0.1, 0.2, 0.4, 0.8])
RNG = np.random.default_rng(3)
PRIOR = RNG.standard_normal(4000)


def logs_of(x: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    """Log likelihoods (N, D) of three misses by x each."""
    return -1.5 * (x[:, None] / SD) ** 2 - 3.0 * np.log(SD)


def way(x: np.ndarray) -> tuple[list[Level], Pool]:  # type: ignore[type-arg]
    """Levels with worlds that are drawn exactly at each: normal, as the prior is."""
    level, pool, levels = Level(len(SD), len(SD) - 1, 0.0), Pool(), []
    for _ in range(100):
        sums = logs_of(x)
        to, _ = level.after(sums, len(x))
        if level.done:
            some = [
                State(np.array([one]), np.zeros((1, 1), np.uint64), sums=row[None])
                for one, row in zip(x, sums, strict=True)
            ]
            pool.add(level, some, sums, to.part if to.beyond == 0.0 else level.part - 1)
            if to.part < 0:
                return levels, pool
        level = to
        levels.append(level)
        x = RNG.standard_normal(len(x)) / np.sqrt(1.0 + float((level.counts * 3.0 / SD**2).sum()))
    raise AssertionError(levels)


def test_evidence_and_worlds_are_those_of_all_values_of_the_discrepancy() -> None:
    levels, pool = way(PRIOR)
    log_evidence, some, part = pool.drawn(len(SD), 4000, RNG)
    exact = SD**-3 / np.sqrt(1.0 + 3.0 / SD**2)
    assert log_evidence == pytest.approx(np.log(exact.mean()), abs=0.1)
    assert np.bincount(part, minlength=5) / 4000 == pytest.approx(exact / exact.sum(), abs=0.05)
    variance = float((exact / (1.0 + 3.0 / SD**2)).sum() / exact.sum())
    assert np.var([float(one.place[0]) for one in some]) == pytest.approx(variance, rel=0.15)
    assert any(0.0 < level.beyond < 1.0 for level in levels)  # where values are far apart, in steps
    assert [level.part for level in levels] == sorted((level.part for level in levels), reverse=True)


def test_every_step_leaves_most_of_the_effective_number() -> None:
    level, sums = Level(len(SD), len(SD) - 1, 0.0), logs_of(PRIOR)
    _, gain = level.after(sums, len(PRIOR))
    weights = np.exp(gain - gain.max())
    assert weights.sum() ** 2 / (weights**2).sum() / len(PRIOR) == pytest.approx(KEPT, abs=0.01)


def test_where_the_discrepancy_makes_no_difference_one_level_stands_for_all_values() -> None:
    sums = np.tile(logs_of(PRIOR)[:, [2]], len(SD))
    to, gain = Level(len(SD), 4, 1.0).after(sums, len(PRIOR))
    assert (to.part, log_mean(gain)) == (-1, 0.0)
    assert counted(np.array([-np.inf, -np.inf]), np.array([0.0, 1.0])) == -np.inf


def test_worlds_of_equal_weight_are_drawn_once_each() -> None:
    assert drawn(np.full(7, 1.0 / 7.0), 7, RNG) == list(range(7))
