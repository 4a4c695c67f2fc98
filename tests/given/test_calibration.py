"""Worlds chosen by evidence are calibrated: the truth, and its counterfactual, lie anywhere among them."""

from __future__ import annotations

import pytest
from experiments.calibration import ranking as calibration

TRUTHS, WORLDS, MOVES = 24, 30, 2
UNLIKELY = 1e-3  # draws are fixed: what passes once passes for good


@pytest.fixture(scope="module")
def ranks() -> dict[str, object]:
    return dict(calibration.ranks(TRUTHS, WORLDS, MOVES))


@pytest.mark.slow
@pytest.mark.parametrize("name", [*calibration.PATHS, calibration.COUNTERFACTUAL])
def test_ranks_of_truths_are_uniform(ranks: dict[str, calibration.NDArray], name: str) -> None:  # type: ignore[type-arg]
    assert calibration.chance(ranks[name]) > UNLIKELY


@pytest.mark.slow
def test_ranks_of_truths_that_nobody_looked_at_would_not_be(ranks: dict[str, calibration.NDArray]) -> None:  # type: ignore[type-arg]
    """The test can fail: a counterfactual that is off by a tenth of its range is found out."""
    off = (ranks[calibration.COUNTERFACTUAL] * 0.4) + 0.6
    assert calibration.chance(off) < UNLIKELY


@pytest.mark.slow
def test_where_the_discrepancy_lasts_the_next_coded_value_is_ranked_too() -> None:
    (names, values) = zip(*calibration.ranks(1, WORLDS, 1, lasting=True).items(), strict=True)
    assert names == calibration.LASTING_NAMES
    assert all(0.0 <= float(rank[0]) <= 1.0 for rank in values)
