"""Mediation on a linear structural model with an interaction, whose effects are known in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powersim.why.mediation import (
    DIRECT,
    INDIRECT,
    INTERACTION,
    QUANTITIES,
    TOTAL,
    TOTAL_INDIRECT,
    Mediation,
    Replays,
    decompose,
    mediation,
)

RUNS = 400
coefficients = st.floats(-2.0, 2.0)


class Linear:
    """M = a0 + a1 X + e; Y = b0 + b1 X + b2 M + b3 X M + u. A run has its own e and u, the same in every replay."""

    def __init__(self, a0: float, a1: float, b1: float, b2: float, b3: float, noise: float = 1.0) -> None:
        self.a0, self.a1, self.b1, self.b2, self.b3 = a0, a1, b1, b2, b3
        rng = np.random.default_rng(2001)
        self.e, self.u = noise * rng.normal(size=(2, RUNS))

    def mediator(self, x: int, run: int) -> float:
        return float(self.a0 + self.a1 * x + self.e[run])

    def outcome(self, x: int, m: int, run: int) -> float:
        """Branch x with the mediator as it goes in branch m of the same run."""
        held = self.mediator(m, run)
        return float(0.7 + self.b1 * x + self.b2 * held + self.b3 * x * held + self.u[run])

    def closed_form(self) -> dict[str, float]:
        """Expected values over runs."""
        direct = self.b1 + self.b3 * self.a0
        return {
            DIRECT: direct,
            INDIRECT: self.b2 * self.a1,
            INTERACTION: self.b3 * self.a1,
            TOTAL: direct + (self.b2 + self.b3) * self.a1,
            TOTAL_INDIRECT: (self.b2 + self.b3) * self.a1,
        }


@given(coefficients, coefficients, coefficients, coefficients, coefficients)
def test_without_luck_every_effect_is_that_of_the_closed_form(
    a0: float, a1: float, b1: float, b2: float, b3: float
) -> None:
    model = Linear(a0, a1, b1, b2, b3, noise=0.0)
    found = decompose(Replays.of(model.outcome, 2))
    for quantity, expected in model.closed_form().items():
        assert found[quantity] == pytest.approx(expected, abs=1e-9)


def test_with_luck_the_indirect_effect_is_exact_in_every_run_and_the_direct_one_on_average() -> None:
    model = Linear(0.5, 0.8, 0.3, 1.1, -0.6)
    found, expected = decompose(Replays.of(model.outcome, RUNS)), model.closed_form()
    assert found[INDIRECT] == pytest.approx(np.full(RUNS, expected[INDIRECT]))
    assert found[INTERACTION] == pytest.approx(np.full(RUNS, expected[INTERACTION]))
    # the direct effect depends on where the run's own luck has put the mediator
    assert found[DIRECT] == pytest.approx(model.b1 + model.b3 * (model.a0 + model.e))
    assert found[DIRECT].std() > 0.5


def rows(model: Linear, runs: int = RUNS, first: int = 0) -> dict[str, Mediation]:
    y = Replays.of(lambda x, m, run: model.outcome(x, m, first + run), runs)
    shaped = Replays(y.aa[None], y.ab[None], y.ba[None], y.bb[None])
    touched = np.ones((1, runs))
    return {row.quantity: row for row in mediation("y", ["one"], "m", shaped, binary=False, touched=touched)}


def test_intervals_cover_the_closed_form_about_as_often_as_they_say() -> None:
    model = Linear(0.5, 0.8, 0.3, 1.1, -0.6)
    expected, blocks, size = model.closed_form(), 40, 10
    for quantity in (DIRECT, TOTAL):
        hits = 0
        for block in range(blocks):
            row = rows(model, size, block * size)[quantity]
            hits += row.ci_low <= expected[quantity] <= row.ci_high
        assert 33 <= hits <= 40  # 38 expected; below 33 once in a hundred draws of the luck


def test_parts_add_up_to_the_whole_and_come_in_a_fixed_order() -> None:
    found = rows(Linear(0.5, 0.8, 0.3, 1.1, -0.6))
    assert tuple(found) == QUANTITIES
    whole = found[DIRECT].value + found[INDIRECT].value + found[INTERACTION].value
    assert whole == pytest.approx(found[TOTAL].value, abs=1e-12)
    assert found[TOTAL_INDIRECT].value == pytest.approx(found[TOTAL].value - found[DIRECT].value, abs=1e-12)


def test_without_an_interaction_the_two_indirect_effects_are_one() -> None:
    found = rows(Linear(0.5, 0.8, 0.3, 1.1, 0.0))
    assert found[INTERACTION].value == pytest.approx(0.0, abs=1e-12)
    assert found[TOTAL_INDIRECT].value == pytest.approx(found[INDIRECT].value, abs=1e-12)


def test_a_mediator_that_the_decision_does_not_move_carries_nothing() -> None:
    found = rows(Linear(0.5, 0.0, 0.3, 1.1, -0.6))
    for quantity in (INDIRECT, INTERACTION, TOTAL_INDIRECT):
        row = found[quantity]
        assert (row.value, row.ci_low, row.ci_high) == pytest.approx((0.0, 0.0, 0.0), abs=1e-12)
    assert found[DIRECT].value == pytest.approx(found[TOTAL].value)


def test_theories_are_averaged_within_runs() -> None:
    rng = np.random.default_rng(7)
    y = Replays(*rng.normal(size=(4, 2, 30)))
    found = mediation("y", ["one", "two"], "m", y, binary=False, touched=np.ones((2, 30)))
    assert [row.theory for row in found] == ["one"] * 5 + ["two"] * 5 + ["all"] * 5
    pooled = {row.quantity: row for row in found[10:]}
    direct = (y.ba - y.aa).mean(axis=0)
    half = 2.045229642 * direct.std(ddof=1) / np.sqrt(30)  # Student's t, 29 degrees of freedom
    assert pooled[DIRECT].value == pytest.approx(direct.mean())
    assert pooled[DIRECT].ci_high - pooled[DIRECT].value == pytest.approx(half)
    assert pooled[DIRECT].runs == 30


def test_a_rare_outcome_that_no_run_shows_keeps_an_interval_unless_the_histories_are_the_same() -> None:
    nothing = np.zeros((1, 50))
    same = Replays(nothing, nothing, nothing, nothing)
    for touched, wide in ((np.ones((1, 50)), True), (nothing, False)):
        row = mediation("y", ["one"], "m", same, binary=True, touched=touched)[2]
        assert row.quantity == INDIRECT
        assert (row.ci_high > 0.0) == wide
        assert row.ci_high == pytest.approx(1.959964 / 52 if wide else 0.0)  # half a run either way
