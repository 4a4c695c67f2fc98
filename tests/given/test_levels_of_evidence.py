"""A level that evidence names means what it says, at every level 0.01, 0.02, ..., 1.00, however a state is rounded."""

from __future__ import annotations

import numpy as np
import pytest

from powersim.given.knowledge import Check
from powersim.given.targets import Dated
from powersim.scenario.evidence import Fact
from powersim.world.turn import GRID

LEVELS = [n / 100 for n in range(1, 101)]


def rounded(level: float) -> list[float]:
    """A level as states hold it: as written, on the grid, in single precision, as sums."""
    grid = float(np.floor(level * GRID + 0.5) / GRID)
    return [level, grid, grid - 2 / GRID, float(np.float32(level)), level + 0.37 - 0.37, sum([level / 7] * 7)]


@pytest.mark.parametrize("kind", ["sanctions", "know_how"])
def test_a_state_at_the_level_has_reached_it_and_one_below_has_not(kind: str) -> None:
    for level in LEVELS:
        fact = Fact(kind, ("A", "B"), "", 0, 0, True, level, 0.05, "made up")
        check = Check(fact, 0, 0, (0,), False)
        target = Dated(kind, "", "", (0,), (check,))
        for state in rounded(level):
            assert check.holds(np.array([[state]])), (level, state)
            assert target.members(np.array([[[0.0], [state]]]), 0).tolist() == [[1.0]]
        for state in rounded(level - 0.01):
            assert not check.holds(np.array([[state]])), (level, state)
            assert target.members(np.array([[[0.0], [state]]]), 0).tolist() == [[0.0]]
