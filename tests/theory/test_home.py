"""Factions at home."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powersim.oracles.home import mixed_ideal
from powersim.rules.home import engagers_step

unit = st.floats(0.0, 1.0)
effect = st.floats(0.0, 3.0)


@given(f=unit, paid=effect, breached=effect, sanctioned=unit, up=effect, down=effect, level=unit, relax=unit)
def test_the_share_stays_a_share(
    f: float,
    paid: float,
    breached: float,
    sanctioned: float,
    up: float,
    down: float,
    level: float,
    relax: float,
) -> None:
    assert 0.0 <= engagers_step(f, paid, breached, sanctioned, up, down, level, relax) <= 1.0


@given(f=unit, relax=unit)
def test_without_news_the_share_rests_at_the_leaders_level(f: float, relax: float) -> None:
    assert engagers_step(f, 0.0, 0.0, 0.0, 0.5, 0.2, f, relax) == f


@given(f=unit, level=unit, paid=effect, harm=effect)
def test_paying_diplomacy_strengthens_engagers_and_breaches_weaken_them(
    f: float, level: float, paid: float, harm: float
) -> None:
    quiet = engagers_step(f, 0.0, 0.0, 0.0, 0.5, 0.2, level, 0.05)
    assert engagers_step(f, paid, 0.0, 0.0, 0.5, 0.2, level, 0.05) >= quiet
    assert engagers_step(f, 0.0, harm, 0.0, 0.5, 0.2, level, 0.05) <= quiet
    assert engagers_step(f, 0.0, 0.0, min(1.0, harm), 0.5, 0.2, level, 0.05) <= quiet


@given(f=unit, hard=unit, eng=unit)
def test_policy_lies_between_the_factions(f: float, hard: float, eng: float) -> None:
    assert min(hard, eng) - 1e-12 <= mixed_ideal(f, hard, eng) <= max(hard, eng) + 1e-12
    assert mixed_ideal(0.0, hard, eng) == hard
    assert mixed_ideal(1.0, hard, eng) == pytest.approx(eng)
