"""Structural balance in continuous time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from powersim.oracles.balance import balance_path, blow_up_time, factions

N = 4
ties = arrays(np.float64, (N, N), elements=st.floats(-1.0, 1.0)).map(lambda a: (a + a.T) / 2)


@given(ties)
def test_closed_form_solves_the_equation(x0: np.ndarray) -> None:
    end = min(0.3, 0.5 * blow_up_time(x0))
    steps = 200
    x, dt = x0.copy(), end / steps
    for _ in range(steps):  # Runge-Kutta of order 4
        a = x @ x
        b = (x + dt / 2 * a) @ (x + dt / 2 * a)
        c = (x + dt / 2 * b) @ (x + dt / 2 * b)
        d = (x + dt * c) @ (x + dt * c)
        x = x + dt / 6 * (a + 2 * b + 2 * c + d)
    assert balance_path(x0, end) == pytest.approx(x, rel=1e-6, abs=1e-8)


def test_friends_of_two_quarrelling_camps_end_in_two_camps() -> None:
    camp = np.array([1.0, 1.0, -1.0, 1.0])
    noise = 0.1 * np.array([[0, 1, -1, 0], [1, 0, 0, 1], [-1, 0, 0, 1], [0, 1, 1, 0]])
    x0 = 0.3 * np.outer(camp, camp) + noise
    assert factions(x0).tolist() == camp.tolist()
    late = balance_path(x0, 0.999 * blow_up_time(x0))
    assert np.sign(late).tolist() == np.outer(camp, camp).tolist()


def test_blow_up_comes_at_one_over_the_leading_eigenvalue() -> None:
    x0 = np.diag([1.006315, 0.2, -0.3, 0.1])
    assert blow_up_time(x0) == pytest.approx(0.993725, abs=5e-7)
    assert blow_up_time(-np.eye(3)) == np.inf
