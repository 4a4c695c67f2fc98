"""The order in which a file lists things changes nothing, bit for bit; nor do titles and sources."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from powersim.scenario.arrays.build import build
from powersim.scenario.canonical import checksum
from powersim.scenario.load import from_data
from powersim.scenario.read.merge import read_chain
from powersim.scenario.resolved import Scenario
from powersim.testing import CODES, documents, renamed, reordered

EVERYTHING = read_chain(Path(__file__).parent / "valid" / "everything.yaml").data()
drawn = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def same_arrays(one: Scenario, other: Scenario) -> bool:
    a, b = build(one), build(other)
    setups = [(a.setup, b.setup), (a.inputs(1, 2).setup, b.inputs(1, 2).setup), (a.watch(), b.watch())]
    setups += [(a.branch(name), b.branch(name)) for name in one.branches]  # type: ignore[misc]
    return all(
        np.array_equal(np.asarray(x), np.asarray(y), equal_nan=np.asarray(x).dtype.kind == "f")
        for left, right in setups
        for x, y in zip(left, right, strict=True)
    )


@given(st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_the_order_of_everything_is_irrelevant(seed: int) -> None:
    assert isinstance(EVERYTHING, dict)
    one, other = from_data(EVERYTHING), from_data(reordered(EVERYTHING, seed))
    assert checksum(one) == checksum(other)
    assert same_arrays(one, other)


@drawn
@given(documents(mechanisms=True), st.integers(0, 10**6))
def test_the_order_of_a_drawn_scenario_is_irrelevant(document: dict[str, Any], seed: int) -> None:
    one, other = from_data(document), from_data(reordered(document, seed))
    assert checksum(one) == checksum(other)
    assert same_arrays(one, other)


@pytest.mark.slow
@drawn
@given(documents())
def test_arrays_hold_only_indices_that_exist(document: dict[str, Any]) -> None:
    built = build(from_data(document))
    setup, index = built.setup, built.index
    n, k, g, c = len(index.actors), len(index.issues), len(index.goods), len(index.controls)
    limits = {
        "flow_good": g, "flow_from": n, "flow_to": n, "flow_issue": k, "dispute_issue": k, "challenger": n,
        "target": n, "striker": n, "struck": n, "strike_control": c, "strike_good": g, "proxy_by": n, "proxy_on": n,
        "proxy_issue": k, "control_issue": k, "control_from": n, "control_to": n, "programme_actor": n,
        "programme_good": g, "clause_actor": n, "clause_issue": k, "effect_i": n, "effect_j": n, "effect_good": g,
        "clause_if": len(setup.expr_op), "clause_ideal": len(setup.expr_op), "event_after": len(index.events),
        "act_event": len(index.events),
    }  # fmt: skip
    for name, limit in limits.items():
        values = getattr(setup, name)
        assert ((values >= -1) & (values < limit)).all(), name
    assert all(np.isfinite(value).all() for value in setup if value.dtype.kind == "f")
    assert setup.effect_start[-1] == len(setup.effect_kind)
    assert built.watch().kind.shape == (len(built.scenario.outcomes),)


@pytest.mark.slow
@drawn
@given(documents(priors=False))
def test_swapping_the_names_of_two_actors_swaps_their_data(document: dict[str, Any]) -> None:
    a, b = CODES[0], CODES[1]
    one = build(from_data(document))
    other = build(from_data(renamed(document, {a: b, b: a})))
    swap = [1, 0, *range(2, len(one.index.actors))]
    assert np.array_equal(one.setup.alignment0, other.setup.alignment0[np.ix_(swap, swap)])
    assert np.array_equal(one.setup.ideal_hard, other.setup.ideal_hard[swap])
    assert np.array_equal(one.setup.power0, other.setup.power0[swap])
    assert np.array_equal(one.setup.stock0, other.setup.stock0[swap])


def test_titles_and_sources_do_not_change_the_checksum_and_numbers_do() -> None:
    assert isinstance(EVERYTHING, dict)
    one = checksum(from_data(EVERYTHING))
    assert (
        checksum(from_data({**EVERYTHING, "title": "Other", "question": "Other?", "source": "other"})) == one
    )
    assert checksum(from_data({**EVERYTHING, "intervention": "2002Q2"})) != one
    assert checksum(from_data({**EVERYTHING, "parameters": {"rho": 0.5}})) != one
