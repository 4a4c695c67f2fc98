"""Boxes that are there are found, with their coverage and density; boxes of noise are not."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from powersim.errors import PowersimError
from powersim.sensitivity.discovery import Limit, discover, score


def planted(seed, columns=60, runs=1600):
    """Runs of interest at odds of 0.85 within x2 > 0.6 and x7 <= 0.4, of 0.1 outside."""
    rng = np.random.default_rng(seed)
    x = rng.random((runs, columns))
    inside = (x[:, 2] > 0.6) & (x[:, 7] <= 0.4)
    return x, rng.random(runs) < np.where(inside, 0.85, 0.1)


def test_a_planted_box_is_found_by_prim_and_by_a_tree():
    x, interest = planted(1)
    found = discover(x, interest, seed=1)
    assert {box.method for box in found.found} == {"PRIM", "CART"}
    for box in found.found:
        limits = {limit.column: limit for limit in box.limits}
        assert set(limits) == {2, 7}
        assert limits[2].low == pytest.approx(0.6, abs=0.04)
        assert limits[7].high == pytest.approx(0.4, abs=0.04)
        assert np.isinf(limits[2].high)
        assert np.isinf(limits[7].low)
        assert box.tested.density == pytest.approx(0.85, abs=0.1)
        assert box.tested.coverage == pytest.approx(0.16 * 0.85 / (0.16 * 0.85 + 0.84 * 0.1), abs=0.1)
        assert box.p < 1e-10


@pytest.mark.slow
def test_nothing_is_found_in_noise():
    for seed in range(6):
        rng = np.random.default_rng(seed)
        found = discover(rng.random((500, 40)), rng.random(500) < 0.3, seed)
        assert found.found == ()
        assert found.share == pytest.approx(0.3, abs=0.08)


def test_too_few_cases_are_not_searched():
    x = np.random.default_rng(1).random((400, 5))
    found = discover(x, np.arange(400) < 10, seed=1)
    assert found.candidates == ()
    assert found.boxes == ()


def test_coverage_and_density_are_shares_of_cases_and_of_the_box():
    x = np.array([[0.1], [0.2], [0.3], [0.4], [0.5]])
    interest = np.array([False, True, True, False, True])
    found = score([Limit(0, 0.1, 0.4)], x, interest)
    assert (found.coverage, found.density, found.runs) == (2 / 3, 2 / 3, 3)


def test_a_missing_library_is_named(monkeypatch):
    x, interest = planted(1, columns=8, runs=200)
    monkeypatch.setitem(sys.modules, "ema_workbench.analysis.prim", None)
    with pytest.raises(PowersimError, match="install the extra `assumptions`"):
        discover(x, interest, seed=1)
