"""Attacks through others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from powersim.rules.proxies import proxy_hazard, proxy_level

unit = st.floats(0.0, 1.0)


@given(hazard=unit, a=st.floats(-1.0, 1.0), more=unit)
def test_enemies_attack_more_often_than_friends(hazard: float, a: float, more: float) -> None:
    assert 0.0 <= proxy_hazard(hazard, min(1.0, a + more)) <= proxy_hazard(hazard, a) <= hazard
    assert proxy_hazard(hazard, 1.0) == 0.0


@given(level=unit, attack=st.sampled_from([0.0, 1.0]), decay=unit)
def test_violence_stays_within_bounds_and_fades_without_attacks(
    level: float, attack: float, decay: float
) -> None:
    assert 0.0 <= proxy_level(level, attack, decay) <= 1.0
    assert proxy_level(level, 0.0, decay) <= level <= proxy_level(level, 1.0, decay) + 1e-15
