"""The chain store: a reputation built by fighting and lost by yielding once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powersim.oracles.reputation import (
    belief_after_fight,
    entrant_stays_out,
    entry_probability,
    fight_probability,
)


@pytest.mark.parametrize(
    ("n", "out", "fights", "belief"),
    [
        (6, True, 1.0, None),
        (4, True, 0.7778, 0.125),
        (3, False, 0.3333, 0.25),
        (2, False, 0.1111, 0.5),
        (1, False, 0, 1),
    ],
)
def test_kreps_and_wilson_at_belief_one_tenth(n: int, out: bool, fights: float, belief: float | None) -> None:
    assert entrant_stays_out(0.1, 0.5, n) == out
    assert fight_probability(0.1, 0.5, n) == pytest.approx(fights, abs=5e-5)
    if belief is not None:
        assert belief_after_fight(0.1, 0.5, n) == pytest.approx(belief)


@given(p=st.floats(0.001, 0.999), b=st.floats(0.05, 0.95), n=st.integers(2, 12))
def test_belief_after_a_fight_is_bayes_rule(p: float, b: float, n: int) -> None:
    seen = p + (1.0 - p) * fight_probability(p, b, n)
    assert p / seen == pytest.approx(belief_after_fight(p, b, n), rel=1e-9)


@given(p=st.floats(0.001, 0.999), b=st.floats(0.05, 0.95), n=st.integers(1, 12))
def test_more_challenges_ahead_make_fighting_worth_more(p: float, b: float, n: int) -> None:
    assert fight_probability(p, b, n + 1) >= fight_probability(p, b, n) - 1e-12


@given(b=st.floats(0.05, 0.95), n=st.integers(1, 12))
def test_on_the_edge_an_entrant_mixes_so_that_a_weak_incumbent_is_indifferent(b: float, n: int) -> None:
    assert entry_probability(0.0, b, n, 2.0) == 1.0
    assert entry_probability(1.0, b, n, 2.0) == 0.0
    assert entry_probability(0.5**n, 0.5, n, 2.0) == 0.5
