"""Means and spreads over runs: the same however runs are cut into chunks, and those of differences within runs."""

from __future__ import annotations

import numpy as np

from powersim.sim import layout as layouts
from powersim.sim import moments


def test_moments_in_chunks_are_those_of_all_runs():
    values = np.random.default_rng(5).normal(0.3, 0.2, (17, 2, 3))
    merged = moments.Moments.none((2, 3))
    for part in np.split(values, [4, 9, 16]):
        merged = merged.merge(moments.Moments.of(part))
    assert merged.count == 17
    assert np.allclose(merged.mean, values.mean(axis=0), rtol=1e-14)
    assert np.allclose(merged.sd(), values.std(axis=0, ddof=1), rtol=1e-12)
    assert np.isnan(moments.Moments.of(values[:1]).sd()).all()


def test_differences_within_runs_are_kept_and_what_a_branch_shares_has_no_spread():
    rng = np.random.default_rng(6)
    alignment = rng.normal(0, 0.2, (9, 1, 2, 2, 3, 3)) + np.zeros((1, 2, 1, 1, 1, 1))
    alignment[:, 1, 0] += 0.1  # as long as luck is shared
    alignment[:, 1, 1] = rng.normal(0, 0.2, (9, 2, 3, 3))
    kept = layouts.moments_of(alignment, alignment[:, :, :, 0, 0])
    gap = kept["alignment_gap"].sd()
    assert (gap[0] == 0).all()
    assert gap[1, 0].max() < 1e-15
    assert (gap[1, 1] > 0).all()
    assert (kept["alignment_change"].sd()[:, :, 0] == 0).all()
    change = (alignment[:, 1, 1, 1] - alignment[:, 1, 1, 0]).std(axis=0, ddof=1)
    assert np.allclose(kept["alignment_change"].sd()[1, 1, 1], change, rtol=1e-12)
    assert np.allclose(kept["arms_gap"].sd()[1, 1], kept["alignment_gap"].sd()[1, 1, 0, 0])


def test_equal_runs_have_no_spread():
    values = np.full((9, 4), 0.1)
    merged = moments.Moments.of(values[:5]).merge(moments.Moments.of(values[5:]))
    assert (merged.sd() < 1e-16).all()
