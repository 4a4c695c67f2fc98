"""Parameters and switches: one source, clear refusals, nothing that nobody reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import powersim
from powersim.world.params import (
    MECHANISMS,
    SPEC,
    ParameterError,
    defaults,
    in_turns,
    per_turn,
    switches,
    with_values,
)

PACKAGE = Path(powersim.__file__).parent
names = st.sampled_from(sorted(SPEC))
words = pytest.mark.parametrize


@words("name", sorted(SPEC))
def test_every_parameter_says_what_it_is_and_lies_in_its_range(name: str) -> None:
    spec = SPEC[name]
    assert spec.low <= spec.value <= spec.high
    assert spec.check(spec.value) == spec.value
    assert spec.about
    assert spec.unit
    assert spec.source
    if spec.prior is not None:
        low, high = spec.prior["uniform"]
        assert spec.low <= low < high <= spec.high
        assert low <= spec.value <= high


def test_names_are_unique_across_files() -> None:
    texts = [path.read_text("utf-8") for path in (PACKAGE / "defaults").glob("*.yaml")]
    assert sum(len(re.findall(r"^\w+(?=:)", text, re.MULTILINE)) for text in texts) == len(SPEC) + len(
        MECHANISMS
    )


def test_a_defaults_file_belongs_to_a_rule_file() -> None:
    rules = {path.stem for path in (PACKAGE / "rules").glob("*.py")}
    files = {path.stem for path in (PACKAGE / "defaults").glob("*.yaml")}
    assert files - rules == {"mechanisms", "scenario"}


@words("name", sorted(MECHANISMS))
def test_every_mechanism_says_beforehand_what_switching_it_off_should_do(name: str) -> None:
    spec = MECHANISMS[name]
    assert spec.off in {"fall", "rise", "change"}
    assert spec.about
    assert spec.outcome
    assert spec.expected


def sources(*folders: str) -> str:
    return "\n".join(
        path.read_text("utf-8")
        for folder in folders
        for path in sorted((PACKAGE / folder).rglob("*.py"))
        if path.name != "params.py"
    )


def test_the_turn_reads_no_parameter_or_switch_that_does_not_exist() -> None:
    text = sources("world")
    assert set(re.findall(r"\bp\.([a-zA-Z_]\w*)", text)) <= set(SPEC)
    assert set(re.findall(r"\bon\.([a-z_]+)", text)) <= set(MECHANISMS)


def test_no_parameter_or_switch_is_read_by_nobody() -> None:
    scenarios = "\n".join(
        path.read_text("utf-8") for path in (PACKAGE.parents[1] / "scenarios").glob("*.yaml")
    )
    text = sources("world", "sim", "scenario") + scenarios
    assert [name for name in SPEC if not re.search(rf"\b{name}\b", text)] == []
    assert [name for name in MECHANISMS if not re.search(rf"\bon\.{name}\b", text)] == []


def test_defaults_are_the_values_of_the_files() -> None:
    assert defaults()._asdict() == {name: spec.value for name, spec in SPEC.items()}
    assert defaults()._fields == tuple(sorted(SPEC))


@given(name=names, share=st.floats(0.0, 1.0))
def test_a_value_in_range_replaces_one_parameter_and_no_other(name: str, share: float) -> None:
    spec = SPEC[name]
    value = spec.low + share * (spec.high - spec.low)
    value = float(round(value)) if spec.whole else min(spec.high, value)
    changed = with_values({name: value})
    assert getattr(changed, name) == value
    assert changed._replace(**{name: spec.value}) == defaults()


def test_values_add_to_a_base() -> None:
    both = with_values({"tau": 0.3}, with_values({"rho": 0.2}))
    assert (both.rho, both.tau) == (0.2, 0.3)


@given(name=names, excess=st.sampled_from([1e-6, 1.0, 1e9, float("inf"), float("nan")]))
def test_a_value_out_of_range_is_refused_with_the_range(name: str, excess: float) -> None:
    with pytest.raises(ParameterError, match=rf"parameter {name}: found .*; allowed "):
        with_values({name: SPEC[name].high + excess})
    with pytest.raises(ParameterError, match=rf"parameter {name}: found .*; allowed "):
        with_values({name: SPEC[name].low - excess})


def test_a_misspelt_name_is_refused_with_the_one_that_was_meant() -> None:
    with pytest.raises(ParameterError, match=r"unknown parameter 'sign_taw'; did you mean .*sign_tau"):
        with_values({"sign_taw": 0.1})
    with pytest.raises(ParameterError, match="unknown mechanism 'exchanges'; did you mean exchange"):
        switches({"exchanges": False})
    with pytest.raises(ParameterError, match="unknown parameter 'zzzz'; `powersim list parameters`"):
        with_values({"zzzz": 0.1})


def test_a_count_must_be_whole() -> None:
    with pytest.raises(ParameterError, match=r"forts: found 2.5; allowed: a whole number"):
        with_values({"forts": 2.5})


def test_every_mechanism_is_on_unless_switched_off() -> None:
    assert set(switches()) == {1}
    one_off = switches({"exchange": False})
    assert one_off.exchange == 0
    assert sum(one_off) == len(MECHANISMS) - 1


def test_a_quarter_is_the_unit_of_time_and_a_year_is_four() -> None:
    quarter = per_turn(defaults(), 1.0)
    yearly = {name for name, spec in SPEC.items() if spec.unit.endswith(("/year", "years"))}
    assert {name for name, now, was in zip(SPEC, quarter, defaults(), strict=True) if now != was} == yearly
    assert in_turns(0.2, "share/year", 4.0) == 0.2
    assert in_turns(8.0, "quarters", 4.0, whole=True) == 2.0
    assert in_turns(1.0, "quarters", 4.0, whole=True) == 1.0
    assert in_turns(0.5, "utility", 4.0) == 0.5


@given(v=st.floats(0.0, 0.99), parts=st.integers(2, 12))
def test_many_short_turns_do_what_one_long_turn_does(v: float, parts: int) -> None:
    left = (1.0 - in_turns(v, "share/quarter", 1.0 / parts)) ** parts
    assert 1.0 - left == pytest.approx(v, abs=1e-12)
    assert in_turns(v, "memory/quarter", 1.0 / parts) ** parts == pytest.approx(v, abs=1e-12)
    assert in_turns(v, "1/quarter", 1.0 / parts) * parts == pytest.approx(v, abs=1e-12)
