"""Intervals contain the truth as often as they say, and agree with published values."""

from __future__ import annotations

import numpy as np
import pytest

from powersim.effects import limits

TRIALS = 2000


def covered(low, high, truth) -> float:
    return float(np.mean((low <= truth) & (truth <= high)))


def paired_runs(both: int, first: int, second: int, neither: int):
    """0/1 runs of two branches with these counts."""
    a = [1.0] * (both + first) + [0.0] * (second + neither)
    b = [1.0] * both + [0.0] * first + [1.0] * second + [0.0] * neither
    return np.array(a), np.array(b)


@pytest.mark.parametrize("runs", [5, 40])
def test_t_interval_covers_the_mean_of_normal_differences(runs):
    rng = np.random.default_rng(1)
    low, high = limits.t_interval(rng.normal(0.3, 2.0, (TRIALS, runs)))
    assert covered(low, high, 0.3) == pytest.approx(0.95, abs=0.015)


def test_t_interval_covers_the_mean_of_skewed_differences_with_many_zeros():
    rng = np.random.default_rng(2)
    differences = rng.exponential(1.0, (TRIALS, 200)) * (rng.random((TRIALS, 200)) < 0.3)
    low, high = limits.t_interval(differences)
    assert covered(low, high, 0.3) > 0.93


@pytest.mark.parametrize(
    ("p_only_a", "p_only_b", "p_both"), [(0.1, 0.2, 0.3), (0.02, 0.02, 0.01), (0.0, 0.05, 0.5)]
)
@pytest.mark.parametrize("runs", [30, 150])
def test_newcombe_covers_the_difference_of_paired_probabilities(runs, p_only_a, p_only_b, p_both):
    rng = np.random.default_rng(3)
    u = rng.random((TRIALS, runs))
    both, only_a = u < p_both, (u >= p_both) & (u < p_both + p_only_a)
    only_b = (u >= p_both + p_only_a) & (u < p_both + p_only_a + p_only_b)
    low, high = limits.newcombe((both | only_a).astype(float), (both | only_b).astype(float))
    assert covered(low, high, p_only_b - p_only_a) > 0.93


def test_newcombe_agrees_with_his_published_example():
    # Newcombe 1998, Statistics in Medicine 17:2635: counts 36, 12, 2, 0 gives 0.0569 to 0.3404 by method 10.
    first, second = paired_runs(36, 12, 2, 0)
    low, high = limits.newcombe(second, first)
    assert float(low) == pytest.approx(0.0569, abs=5e-5)
    assert float(high) == pytest.approx(0.3404, abs=5e-5)


def test_newcombe_changes_sign_with_the_order_of_branches():
    first, second = paired_runs(7, 5, 2, 11)
    low, high = limits.newcombe(first, second)
    other_low, other_high = limits.newcombe(second, first)
    assert (float(low), float(high)) == pytest.approx((-float(other_high), -float(other_low)))


def test_wilson_agrees_with_a_published_example():
    # Newcombe 1998, Statistics in Medicine 17:857: 81 of 263 gives 0.2553 to 0.3662 by method 3.
    low, high = limits.wilson(np.array(81.0), np.array(263.0))
    assert (float(low), float(high)) == pytest.approx((0.2553, 0.3662), abs=5e-5)


@pytest.mark.parametrize("successes", [0.0, 20.0])
def test_wilson_ends_at_the_scale_when_all_runs_agree(successes):
    low, high = limits.wilson(np.array(successes), np.array(20.0))
    assert (float(low) == 0.0) == (successes == 0.0)
    assert (float(high) == 1.0) == (successes == 20.0)
    assert float(low) < float(high)


def test_limits_are_missing_without_trials_or_runs():
    assert np.isnan(limits.wilson(np.array(0.0), np.array(0.0))).all()
    assert np.isnan(limits.t_interval(np.array([0.4]))).all()
    assert np.isnan(limits.mean(np.array([np.nan, np.nan])))


def test_pooling_t_intervals_gives_the_t_interval_of_the_runs_means():
    rng = np.random.default_rng(4)
    differences = rng.normal(0.1, 1.0, (3, 50)) + rng.normal(0, 1.0, 50)
    low, high = limits.t_interval(differences)
    weights = np.full(3, 1 / 3)
    pooled = limits.mover(limits.mean(differences), low, high, weights, limits.correlations(differences))
    assert np.array(pooled) == pytest.approx(np.array(limits.t_interval(differences.mean(axis=0))))


def test_pooling_runs_that_share_luck_does_not_narrow_the_interval():
    rng = np.random.default_rng(5)
    shared = (rng.random(100) < 0.3).astype(float)
    _, low, high = limits.pooled_share(np.stack([shared] * 4))
    assert np.array(limits.wilson(shared.sum(), np.array(100.0))) == pytest.approx(np.array([low, high]))
    _, low_apart, high_apart = limits.pooled_share((rng.random((4, 100)) < 0.3).astype(float))
    assert high_apart - low_apart < 0.7 * (high - low)


def test_pooled_share_covers_the_mean_probability():
    rng = np.random.default_rng(6)
    p = np.array([0.05, 0.2, 0.4])
    runs = rng.random((3, TRIALS, 60)) < p[:, None, None]
    _, low, high = limits.pooled_share(runs.astype(float))
    assert covered(low, high, p.mean()) > 0.93


def test_missing_runs_are_left_out():
    whole = np.array([0.2, 0.5, -0.1, 0.4])
    holed = np.array([0.2, np.nan, 0.5, -0.1, np.nan, 0.4])
    assert limits.t_interval(holed) == pytest.approx(limits.t_interval(whole))
    ones, twos = paired_runs(3, 2, 4, 6)
    gap = np.full(1, np.nan)
    assert limits.newcombe(np.append(ones, gap), np.append(twos, 1.0)) == pytest.approx(
        limits.newcombe(ones, twos)
    )


def test_weights_whose_sum_rounds_to_less_than_one_share_of_it_have_an_interval():
    """A warning would be an error here."""
    rounded, n = 0.1 + 0.2, 0.3
    assert rounded > n
    low, high = limits.newcombe_of(np.array(rounded), np.array(0.1), np.array(0.1), np.array(n))
    assert -1.0 <= low <= high <= 1.0
