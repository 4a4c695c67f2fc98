"""Intervals of recorded rates against published tables and closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powersim.plausible.intervals import cluster_bootstrap, poisson_interval, share_interval, tails


def test_no_event_leaves_the_rule_of_three() -> None:
    low, high = poisson_interval(0, 1.0, level=0.9)
    assert low == 0
    assert high == pytest.approx(-math.log(0.05))  # exp(-high) = 5 %


def test_poisson_intervals_agree_with_garwoods_table() -> None:
    # Garwood (1936), 95 %: 1 event 0.0253..5.572; 10 events 4.795..18.390.
    assert poisson_interval(1, 1.0, 0.95) == pytest.approx((0.0253, 5.572), abs=5e-4)
    assert poisson_interval(10, 1.0, 0.95) == pytest.approx((4.795, 18.390), abs=5e-4)


@given(st.integers(0, 200), st.floats(0.1, 1000))
def test_a_rate_lies_in_its_interval_and_exposure_only_rescales(count: int, exposure: float) -> None:
    low, high = poisson_interval(count, exposure)
    unit = poisson_interval(count, 1.0)
    assert low <= count / exposure <= high
    assert (low * exposure, high * exposure) == pytest.approx(unit)


@given(st.integers(1, 100).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_lies_in_its_interval_and_mirrors_its_complement(case: tuple[int, int]) -> None:
    hits, trials = case
    low, high = share_interval(hits, trials)
    assert 0 <= low <= hits / trials <= high <= 1
    assert share_interval(trials - hits, trials) == pytest.approx((1 - high, 1 - low))


def test_clusters_that_are_alike_leave_no_uncertainty_whatever_is_inside() -> None:
    clusters = [np.array([0.0, 1.0])] * 8
    assert cluster_bootstrap(clusters, lambda drawn: float(np.mean(drawn))) == (0.5, 0.5)


def test_a_bootstrap_over_many_clusters_nears_the_normal_interval() -> None:
    rng = np.random.default_rng(3)
    clusters = list(rng.normal(0, 1, (400, 1)))
    low, high = cluster_bootstrap(clusters, lambda drawn: float(np.mean(drawn)), 0.9)
    half = 1.645 * float(np.std(clusters)) / math.sqrt(400)
    assert (high - low) / 2 == pytest.approx(half, rel=0.1)


def test_a_seed_gives_one_interval() -> None:
    clusters = list(np.random.default_rng(0).random((9, 3)))
    first, second = (cluster_bootstrap(clusters, lambda drawn: float(np.mean(drawn))) for _ in range(2))
    assert first == second


def test_an_impossible_level_or_count_is_refused_with_an_example() -> None:
    with pytest.raises(ValueError, match=r"for a 90 % interval write 0\.9"):
        tails(90)
    with pytest.raises(ValueError, match="exposure > 0"):
        poisson_interval(1, 0.0)
    with pytest.raises(ValueError, match="hits <= trials"):
        share_interval(3, 2)
    with pytest.raises(ValueError, match="at least one cluster"):
        cluster_bootstrap([], lambda drawn: 0.0)
