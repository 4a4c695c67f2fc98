"""Statistics of panels of dyads do not depend on the unit of the scale, only on what moves."""

from __future__ import annotations

import numpy as np
import pytest

from powersim.plausible import panels


@pytest.fixture
def panel() -> np.ndarray:
    rng = np.random.default_rng(5)
    return np.asarray(rng.normal(0, 1, (40, 1)) + np.cumsum(rng.normal(0, 0.1, (40, 12)), axis=1))


def test_a_change_of_unit_and_origin_changes_nothing(panel: np.ndarray) -> None:
    other = 3 * panel - 2
    np.testing.assert_allclose(panels.spread_ratios(other, 6), panels.spread_ratios(panel, 6))
    assert panels.relative_change(other, 1) == pytest.approx(panels.relative_change(panel, 1))
    assert panels.persistence(other, 6) == pytest.approx(panels.persistence(panel, 6))


def test_a_panel_that_stands_still_persists_and_one_that_doubles_has_twice_the_spread() -> None:
    still = np.array([[-1.0] * 4, [0.0] * 4, [1.0] * 4])
    assert panels.persistence(still, 3) == 1
    assert panels.relative_change(still, 1) == 0
    np.testing.assert_allclose(panels.spread_ratios(still * np.array([1, 1, 1, 2]), 3), [2])


def test_persistence_and_change_of_an_autoregression_are_those_of_theory() -> None:
    rng, phi = np.random.default_rng(11), 0.9
    panel = np.empty((4000, 10))
    panel[:, 0] = rng.normal(0, 1, 4000)
    for time in range(1, 10):
        panel[:, time] = phi * panel[:, time - 1] + np.sqrt(1 - phi**2) * rng.normal(0, 1, 4000)
    assert panels.persistence(panel, 3) == pytest.approx(phi**3, abs=0.02)
    assert panels.relative_change(panel, 1) == pytest.approx(
        np.sqrt(2 * (1 - phi)) * np.sqrt(2 / np.pi), abs=0.01
    )


def test_a_sign_changes_only_across_the_dead_band() -> None:
    panel = np.array([[0.5, -0.5], [0.5, -0.1], [0.1, -0.9], [-0.5, 0.25]])
    # The third starts inside the band and does not count; of the other three, two cross it.
    assert panels.sign_changes(panel, 1, 0.25) == pytest.approx(2 / 3)


def test_what_is_not_observed_is_left_out_and_nothing_is_nan() -> None:
    panel = np.array([[0.0, np.nan, 2.0], [1.0, 1.0, 4.0], [np.nan, 3.0, 6.0]])
    np.testing.assert_allclose(panels.spread(panel), [0.5, 1.0, np.std([2.0, 4.0, 6.0])])
    np.testing.assert_allclose(panels.spread_ratios(panel, 2), [2.0])
    assert np.isnan(panels.persistence(panel, 3))
    assert np.isnan(panels.relative_change(np.full((2, 3), np.nan), 1))
    assert np.isnan(panels.sign_changes(np.zeros((2, 3)), 1, 0.25))
    assert panels.spread_ratios(panel, 5).size == 0
    with pytest.raises(ValueError, match="span must be at least 1"):
        panels.windows(panel, 0)
