"""Arms, technology, contests and attrition worked out a second time: motion integrated, effort searched."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.optimize import minimize, minimize_scalar

from powersim.oracles.budgets import (
    arms_versus_allies,
    growth_line,
    richardson_equilibrium,
    richardson_stable,
)
from powersim.oracles.contest import arming_of_equals, contest_effort, unequal_effort
from powersim.oracles.lanchester import (
    linear_law_advantage,
    square_law_advantage,
    square_law_duration,
    square_law_forces,
    square_law_survivors,
)
from powersim.oracles.technology import bass_peak, bass_share, gap_half_life, steady_gap
from powersim.rules.budgets import budget_step
from powersim.rules.contest import odds
from powersim.rules.technology import learn


def integrate(slope, start, until: float, **options):
    """Solution of an equation of motion to a tight tolerance."""
    return solve_ivp(slope, (0.0, until), start, rtol=1e-10, atol=1e-10, **options)


@given(*[st.floats(0.1, 1.5)] * 4, *[st.floats(0.0, 2.0)] * 2)
@settings(max_examples=40)
def test_an_arms_race_comes_to_rest_where_the_closed_form_says(
    k: float, l: float, a: float, b: float, g: float, h: float
) -> None:
    motion = np.array([[-a, k], [l, -b]])
    largest = np.linalg.eigvals(motion).real.max()
    assume(abs(largest) > 0.05)
    assert richardson_stable(k, l, a, b) == (largest < 0.0)
    if largest < 0.0:
        end = integrate(lambda _, z: motion @ z + [g, h], [1.0, 3.0], 40.0 / abs(largest)).y[:, -1]
        assert richardson_equilibrium(k, l, a, b, g, h) == pytest.approx(tuple(end), abs=1e-5)


def test_budget_steps_repeated_come_to_rest_at_the_same_point() -> None:
    k, l, a, b, g, h = 0.9, 1.0, 1.0, 2.0, 1.0, 2.0
    dt, x, y = 0.01, 0.0, 0.0
    for _ in range(10_000):
        x, y = budget_step(x, y, x, g, k * dt, a * dt, dt), budget_step(y, x, y, h, l * dt, b * dt, dt)
    assert (x, y) == pytest.approx(richardson_equilibrium(k, l, a, b, g, h), rel=1e-6)


def test_growth_regressed_on_size_is_the_normal_equations() -> None:
    totals = np.array([199.2, 204.8, 214.9, 238.7, 289.0])
    size, growth = (totals[1:] + totals[:-1]) / 2, np.diff(totals)
    level, slope = np.linalg.lstsq(np.column_stack([np.ones(4), size]), growth, rcond=None)[0]
    assert growth_line(totals) == pytest.approx((slope, -level / slope), rel=1e-9)


@given(st.floats(0.5, 3.0), st.floats(0.5, 3.0), *[st.floats(0.2, 1.0)] * 2, *[st.floats(0.2, 0.6)] * 3)
@settings(max_examples=25)
def test_no_other_mix_of_arms_and_allies_is_better(
    wealth: float, autonomy: float, sigma: float, kappa: float, alpha: float, beta: float, gamma: float
) -> None:
    security, arms, ties = arms_versus_allies(wealth, autonomy, sigma, kappa, alpha, beta, gamma)
    assert security == pytest.approx(arms + sigma * ties, abs=1e-9)

    def worse(choice: np.ndarray) -> float:
        m, x = choice
        parts = m + sigma * x, autonomy - kappa * x, wealth - m
        if min(parts) <= 0.0:
            return 1e6
        return -float(np.dot([alpha, beta, gamma], np.log(parts)))

    # Both may be negative in the closed form: selling arms, and being courted; the search starts away from it.
    found = minimize(
        worse,
        [0.3 * wealth, 0.3 * autonomy / kappa],
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-14, "maxiter": 4000},
    )
    assert worse(np.array([arms, ties])) <= found.fun + 1e-9
    assert (arms, ties) == pytest.approx(tuple(found.x), abs=2e-3)


def best_reply(prize: float, others: float, m: float) -> float:
    """Effort that is best against what the others spend in all (for m = 1) or each (for two contestants)."""
    return float(
        minimize_scalar(
            lambda x: x - prize * x**m / (x**m + others),
            bounds=(1e-9, prize),
            method="bounded",
            options={"xatol": 1e-11},
        ).x
    )


@pytest.mark.parametrize(
    ("n", "m", "prize"), [(2, 1.0, 1.0), (3, 1.0, 1.0), (5, 1.0, 2.0), (3, 0.7, 1.5), (4, 1.2, 1.0)]
)
def test_effort_of_equals_is_its_own_best_reply(n: int, m: float, prize: float) -> None:
    x = contest_effort(float(n), m, prize)
    assert best_reply(prize, (n - 1) * x**m, m) == pytest.approx(x, abs=1e-5)


@given(st.floats(0.2, 2.0), st.floats(0.2, 2.0))
@settings(max_examples=30)
def test_unequal_efforts_are_best_replies_to_each_other(v1: float, v2: float) -> None:
    x1, x2 = unequal_effort(v1, v2), unequal_effort(v2, v1)
    assert best_reply(v1, x2, 1.0) == pytest.approx(x1, abs=1e-5)
    assert best_reply(v2, x1, 1.0) == pytest.approx(x2, abs=1e-5)
    assert odds(x1, x2, 1.0) == pytest.approx(v1 / (v1 + v2), abs=1e-9)


@pytest.mark.parametrize(("r1", "r2", "m"), [(100.0, 100.0, 1.0), (150.0, 100.0, 1.0), (120.0, 100.0, 0.6)])
def test_what_is_left_for_peace_is_divided_by_arms_as_best_replies_say(
    r1: float, r2: float, m: float
) -> None:
    """Paradox of power: each divides its resources between fighting and a joint product that fighting divides."""

    def reply(own: float, rival: float, rival_arms: float) -> float:
        def loss(arms: float) -> float:
            return -odds(arms, rival_arms, m) * (own - arms + rival - rival_arms)

        return float(minimize_scalar(loss, bounds=(1e-9, own), method="bounded", options={"xatol": 1e-10}).x)

    f1, f2 = r1 / 3, r2 / 2
    for _ in range(300):
        f1, f2 = reply(r1, r2, f2), reply(r2, r1, f1)
    assert f1 == pytest.approx(arming_of_equals(r1, r2, m), rel=1e-4)
    assert f2 == pytest.approx(arming_of_equals(r1, r2, m), rel=1e-4)


@pytest.mark.parametrize(("growth", "rate"), [(0.02, 0.08), (0.01, 0.3), (0.05, 0.05)])
def test_a_follower_of_a_growing_frontier_keeps_its_distance(growth: float, rate: float) -> None:
    frontier_to_level = integrate(lambda _, a: rate * (1.0 - a) - growth * a, [0.1], 400.0).y[
        0, -1
    ]  # in shares of T
    assert steady_gap(growth, rate) == pytest.approx(1.0 / frontier_to_level, rel=1e-6)
    level, frontier, step = 0.1, 1.0, 0.001
    for _ in range(int(400.0 / step)):
        level, frontier = learn(level, frontier, rate * step), frontier * (1.0 + growth * step)
    assert frontier / level == pytest.approx(steady_gap(growth, rate), rel=1e-4)


@pytest.mark.parametrize("rate", [0.02, 0.08, 0.4])
def test_half_the_gap_is_closed_in_the_half_life(rate: float) -> None:
    path = integrate(lambda _, gap: -rate * gap, [1.0], gap_half_life(rate))
    assert path.y[0, -1] == pytest.approx(0.5, abs=1e-8)


@pytest.mark.parametrize(("p", "q"), [(0.03, 0.38), (0.01, 0.5)])
def test_adoption_follows_its_equation_of_motion(p: float, q: float) -> None:
    path = integrate(lambda _, f: (p + q * f) * (1.0 - f), [0.0], 20.0, dense_output=True)
    for t in (1.0, 5.0, 10.0, 20.0):
        assert bass_share(t, p, q) == pytest.approx(path.sol(t)[0], abs=1e-7)
    times = np.linspace(0.0, 20.0, 20_001)
    share = path.sol(times)[0]
    assert bass_peak(p, q) == pytest.approx(times[((p + q * share) * (1.0 - share)).argmax()], abs=2e-3)


@given(
    st.floats(500, 2000),
    st.floats(100, 2000),
    st.floats(0.005, 0.05),
    st.floats(0.005, 0.05),
    st.floats(0.0, 20.0),
)
@settings(max_examples=30)
def test_attrition_follows_its_equations_of_motion(
    a: float, b: float, alpha: float, beta: float, inflow: float
) -> None:
    def fight(_: float, z: np.ndarray) -> list[float]:
        return [inflow - beta * z[1], -alpha * z[0]]

    path = integrate(fight, [a, b], 5.0)
    assert square_law_forces(a, b, alpha, beta, inflow, 5.0) == pytest.approx(
        tuple(path.y[:, -1]), rel=1e-6, abs=1e-4
    )


@given(st.floats(500, 2000), st.floats(100, 2000), st.floats(0.005, 0.05), st.floats(0.005, 0.05))
@settings(max_examples=30)
def test_the_side_with_the_square_law_advantage_annihilates_the_other(
    a: float, b: float, alpha: float, beta: float
) -> None:
    edge = square_law_advantage(a, b, alpha, beta)
    assume(abs(edge) > 0.05 * alpha * a * a)

    def over(_: float, z: np.ndarray) -> float:
        return float(min(z))

    over.terminal = True  # type: ignore[attr-defined]
    path = integrate(lambda _, z: [-beta * z[1], -alpha * z[0]], [a, b], 5000.0, events=over)
    left = path.y[:, -1]
    assert (left[0] > left[1]) == (edge > 0.0)
    if edge > 0.0:
        assert square_law_survivors(a, b, alpha, beta) == pytest.approx(left[0], rel=1e-5)
        assert square_law_duration(a, b, alpha, beta) == pytest.approx(path.t[-1], rel=1e-5)
    else:
        assert square_law_survivors(a, b, alpha, beta) == 0.0
        assert square_law_duration(a, b, alpha, beta) == np.inf


@given(st.floats(500, 2000), st.floats(100, 2000), st.floats(0.005, 0.05), st.floats(0.005, 0.05))
@settings(max_examples=20)
def test_man_by_man_losses_keep_the_linear_advantage(a: float, b: float, alpha: float, beta: float) -> None:
    scale = 1e-6
    path = integrate(lambda _, z: [-beta * scale * z[0] * z[1], -alpha * scale * z[0] * z[1]], [a, b], 50.0)
    end = linear_law_advantage(*path.y[:, -1], alpha, beta)
    assert end == pytest.approx(linear_law_advantage(a, b, alpha, beta), abs=1e-5)
