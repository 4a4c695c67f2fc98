"""Security and threat."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from powersim.rules.security import help_expected, security, threat

unit = st.floats(0.0, 1.0)
alignment = st.floats(-1.0, 1.0)


@given(f=st.floats(1e-6, 5.0), h=st.floats(1e-6, 5.0), d=st.floats(0.2, 4.0), more=unit)
def test_security_rises_with_own_power_and_falls_with_fear(f: float, h: float, d: float, more: float) -> None:
    assert 0.0 <= security(f, h, d) <= 1.0
    assert security(f + more, h, d) >= security(f, h, d)
    assert security(f, h + more, d) <= security(f, h, d)


def test_nothing_to_fear_is_full_security() -> None:
    assert security(0.3, 0.0, 1.0) == 1.0


@given(reach=unit, power=unit, offence=st.floats(0.0, 3.0), trust=unit, a=alignment)
def test_no_threat_from_a_full_friend_or_a_trusted_power(
    reach: float, power: float, offence: float, trust: float, a: float
) -> None:
    assert threat(reach, power, offence, trust, 1.0) == 0.0
    assert threat(reach, power, offence, 1.0, a) == 0.0
    assert threat(0.0, power, offence, trust, a) == 0.0
    assert 0.0 <= threat(reach, power, offence, trust, a) <= power * offence


@given(reach=unit, power=unit, offence=unit, trust=unit, a=alignment, more=unit)
def test_threat_is_monotone_in_each_of_its_grounds(
    reach: float, power: float, offence: float, trust: float, a: float, more: float
) -> None:
    base = threat(reach, power, offence, trust, a)
    assert threat(min(1.0, reach + more), power, offence, trust, a) >= base
    assert threat(reach, power + more, offence, trust, a) >= base
    assert threat(reach, power, offence + more, trust, a) >= base
    assert threat(reach, power, offence, min(1.0, trust + more), a) <= base
    assert threat(reach, power, offence, trust, min(1.0, a + more)) <= base


@given(a=alignment, r=unit, g=st.floats(-2.0, 2.0))
def test_expected_help_is_a_share(a: float, r: float, g: float) -> None:
    assert 0.0 <= help_expected(a, r, g) <= 1.0


@given(a=st.floats(-1.0, 0.0), r=unit, g=unit)
def test_an_adversary_is_expected_to_help_only_as_promised(a: float, r: float, g: float) -> None:
    assert help_expected(a, r, g) == g
