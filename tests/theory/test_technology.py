"""Know-how: learning, transfer, diffusion."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powersim.oracles.technology import bass_peak, bass_share, gap_half_life, steady_gap, transfer
from powersim.rules.technology import learn

level = st.floats(0.0, 1.0)
share = st.floats(0.0, 1.0)


def test_nelson_and_phelps_gap_and_half_life() -> None:
    assert steady_gap(0.02, 0.08) == pytest.approx(1.25)
    assert gap_half_life(0.08) == pytest.approx(8.664, abs=5e-4)


def test_a_follower_of_a_growing_frontier_ends_at_the_steady_gap() -> None:
    frontier, own, dt = 1.0, 0.2, 0.02
    for _ in range(20_000):
        own = learn(own, frontier, 0.08 * dt)
        frontier *= 1.0 + 0.02 * dt
    assert frontier / own == pytest.approx(1.25, rel=1e-3)


def test_bass_diffusion_with_the_usual_coefficients() -> None:
    peak = bass_peak(0.03, 0.38)
    assert peak == pytest.approx(6.1926, abs=5e-5)
    assert bass_share(peak, 0.03, 0.38) == pytest.approx(0.460526, abs=5e-7)
    assert bass_share(10.0, 0.03, 0.38) == pytest.approx(0.812803, abs=5e-7)


@given(start=level, rate=st.floats(0.0, 0.5), turns=st.integers(0, 60))
def test_learning_alone_follows_the_closed_form(start: float, rate: float, turns: int) -> None:
    now = start
    for _ in range(turns):
        now = learn(now, 1.0, rate)
    assert now == pytest.approx(1.0 - (1.0 - start) * (1.0 - rate) ** turns, abs=1e-12)


@given(own=level, frontier=level, rate=share)
def test_nothing_is_forgotten_and_nobody_passes_the_frontier(
    own: float, frontier: float, rate: float
) -> None:
    assert own <= learn(own, frontier, rate) <= max(own, frontier) + 1e-15


@given(giver=level, receiver=level, s=share)
def test_a_transfer_only_raises_and_never_past_the_giver(giver: float, receiver: float, s: float) -> None:
    gain = transfer(giver, receiver, s)
    assert gain >= 0.0
    assert receiver + gain <= max(giver, receiver) + 1e-15


@given(t=st.floats(0.0, 50.0), more=st.floats(0.0, 10.0))
def test_adoption_never_falls(t: float, more: float) -> None:
    assert 0.0 <= bass_share(t, 0.03, 0.38) <= bass_share(t + more, 0.03, 0.38) <= 1.0
