"""Arms races, and arms against allies."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powersim.oracles.budgets import (
    arms_versus_allies,
    growth_line,
    richardson_equilibrium,
    richardson_stable,
)
from powersim.rules.budgets import budget_step

positive = st.floats(0.1, 2.0)


def test_richardsons_equilibrium() -> None:
    assert richardson_equilibrium(0.9, 1.0, 1.0, 2.0, 1.0, 2.0) == pytest.approx((3.45455, 2.72727), abs=5e-6)


def test_the_race_before_1914_grew_as_richardson_found() -> None:
    """Budgets of France, Russia, Germany and Austria-Hungary, 1909-13, in millions of pounds: slope 0.73, zero 194."""
    slope, zero = growth_line(np.array([199.2, 204.8, 214.9, 238.7, 289.0]))
    assert slope == pytest.approx(0.731, abs=5e-4)
    assert zero == pytest.approx(194.9, abs=0.05)


@pytest.mark.slow
@given(k=positive, l=positive, a=positive, b=positive, g=positive, h=positive)
def test_the_equilibrium_rests_and_a_stable_race_finds_it(
    k: float, l: float, a: float, b: float, g: float, h: float
) -> None:
    if not richardson_stable(k, l, a, b) or a * b - k * l < 0.05:
        return
    rest = richardson_equilibrium(k, l, a, b, g, h)
    x, y = rest
    assert budget_step(x, y, x, g, 0.1 * k, 0.1 * a, 0.1) == pytest.approx(x, rel=1e-9)
    x, y = 0.0, 0.0
    for _ in range(40_000):
        x, y = budget_step(x, y, x, g, 0.1 * k, 0.1 * a, 0.1), budget_step(y, x, y, h, 0.1 * l, 0.1 * b, 0.1)
    assert (x, y) == pytest.approx(rest, rel=1e-3)


@given(m=positive, threat=st.floats(-1.0, 1.0), more=st.floats(0.0, 1.0), k=st.floats(0.0, 0.2))
def test_budgets_answer_threat_and_never_turn_negative(
    m: float, threat: float, more: float, k: float
) -> None:
    assert (
        budget_step(m, threat + more, 0.0, 0.0, k, 0.1, 0.0)
        >= budget_step(m, threat, 0.0, 0.0, k, 0.1, 0.0)
        >= 0.0
    )
    assert budget_step(m, 0.0, 0.0, 0.0, k, 0.1, 0.0) == m


@pytest.mark.parametrize(("sigma", "expected"), [(0.6, (0.88, 0.34, 0.90)), (0.9, (1.12, 0.16, 1.0667))])
def test_arms_and_allies_in_the_reference_case(sigma: float, expected: tuple[float, ...]) -> None:
    assert arms_versus_allies(1.0, 1.0, sigma, 0.5, 0.4, 0.3, 0.3) == pytest.approx(expected, abs=5e-5)


@given(
    sigma=st.floats(0.3, 1.0), kappa=st.floats(0.3, 1.0), alpha=positive, beta=positive, gamma=positive,
    dm=st.floats(-0.2, 0.2), dx=st.floats(-0.2, 0.2),
)  # fmt: skip
def test_no_other_mix_of_arms_and_allies_is_better(
    sigma: float, kappa: float, alpha: float, beta: float, gamma: float, dm: float, dx: float
) -> None:
    def worth(m: float, x: float) -> float:
        goods = (m + sigma * x, 1.0 - kappa * x, 1.0 - m)
        if min(goods) <= 0.0:
            return -math.inf
        return sum(w * math.log(v) for w, v in zip((alpha, beta, gamma), goods, strict=True))

    security, m, x = arms_versus_allies(1.0, 1.0, sigma, kappa, alpha, beta, gamma)
    assert security == pytest.approx(m + sigma * x)
    assert worth(m + dm, x + dx) <= worth(m, x) + 1e-12


@given(sigma=st.floats(0.3, 0.9), more=st.floats(0.01, 0.3))
def test_arms_and_allies_are_substitutes(sigma: float, more: float) -> None:
    _, arms, _ = arms_versus_allies(1.0, 1.0, sigma, 0.5, 0.4, 0.3, 0.3)
    _, fewer, _ = arms_versus_allies(1.0, 1.0, sigma + more, 0.5, 0.4, 0.3, 0.3)
    assert fewer < arms
