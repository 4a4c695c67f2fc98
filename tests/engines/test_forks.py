"""Branches share their past: computed as a tree, every history has the bytes that it has alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powersim.scenario.arrays.build import Built, build
from powersim.scenario.load import from_data
from powersim.sim import run as engines
from powersim.sim.forks import parting, simulate_branches
from powersim.sim.history import History, simulate
from powersim.testing import documents
from powersim.world import chronicle, columns
from powersim.world.case import Case
from powersim.world.state import BranchArrays
from powersim.world.turn import STEPS, stretch

SEED = 2009


def bits(found: History) -> tuple[object, ...]:
    parts = (found.values, found.alignment, found.log, found.delivered, found.happened)
    return (*(part.tobytes() for part in parts), found.lost)


def siblings(built: Built, theory: str, run: int, names: list[str]) -> list[Case]:
    """Cases that differ in their branch alone."""
    first = built.case("", theory, SEED, run)
    return [first._replace(branch=built.branch(name)) for name in names]


def same_alone(cases: list[Case], run: int) -> None:
    for case, found in zip(cases, simulate_branches(cases, SEED, run), strict=True):
        assert bits(found) == bits(simulate(case, SEED, run))


@pytest.mark.slow
@pytest.mark.parametrize("run", range(2))
def test_the_branches_of_the_flagship_together_are_what_they_are_alone(flagship: Built, run: int) -> None:
    names = list(flagship.scenario.branches)
    for theory in flagship.scenario.theories:
        same_alone(siblings(flagship, theory, run, names), run)
    same_alone(siblings(flagship, "", run, names[::-1]), run)


@settings(max_examples=30)
@given(documents(mechanisms=True, turns=(4, 12)), st.integers(0, 99), st.data())
def test_the_branches_of_any_scenario_together_are_what_they_are_alone(
    document: dict[str, Any], run: int, data: st.DataObject
) -> None:
    document["branches"]["calm"] = {
        "do": [{"forbid": {"event": event["id"]}} for event in document["events"]]
    }
    built = build(from_data(document))
    names = data.draw(st.lists(st.sampled_from(["", *built.scenario.branches]), min_size=1, max_size=6))
    same_alone(siblings(built, "one", run, names), run)


def turns_computed(monkeypatch: pytest.MonkeyPatch, cases: list[Case]) -> int:
    """How many turns it takes to compute all branches of a run."""
    spans: list[int] = []

    def counting(*arguments: Any) -> None:
        spans.append(arguments[5] - arguments[4])
        stretch(*arguments)

    monkeypatch.setattr(engines, "stretch", counting)
    simulate_branches(cases, SEED, 0)
    assert sum(spans) % STEPS == 0
    return sum(spans) // STEPS


def test_what_branches_share_is_computed_once(flagship: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    since, turns = flagship.scenario.intervention, flagship.turns
    assert since is not None
    pair = siblings(flagship, "", 0, ["keep", "cancel"])
    assert turns_computed(monkeypatch, pair) == 2 * turns - since
    twins = siblings(flagship, "", 0, ["keep", "keep", "keep"])
    assert turns_computed(monkeypatch, twins) == turns
    family = siblings(flagship, "", 0, ["keep", "cancel", "keep", "cancel"])
    assert turns_computed(monkeypatch, family) == 2 * turns - since


def test_branches_part_where_they_first_differ(flagship: Built) -> None:
    s, turns = flagship.setup, flagship.turns
    free, at = np.full((turns, 1), np.nan), np.zeros((1, 2), np.int64)
    one = flagship.branch("replace")._replace(stock=free, stock_refused=free, stock_at=at)
    changes: dict[str, Any] = {}
    for name in (
        "path",
        "path_refused",
        "stock",
        "stock_refused",
        "hold",
        "act",
        "no_raise",
        "no_lower",
        "no_flow",
        "no_war",
    ):
        array = getattr(one, name).copy()
        array[20, 0] = 0.123 if array.dtype == np.float64 else 1 - array[20, 0]
        array[40] = 1
        changes[name] = array
    assert {parting(one, one._replace(**{name: value}), s) for name, value in changes.items()} == {20}
    assert parting(one, one, s) == turns
    event = int(np.argmax(s.event_turn))
    no_event = one.no_event.copy()
    no_event[event] = 1 - no_event[event]
    assert parting(one, one._replace(no_event=no_event), s) == s.event_turn[event]
    assert parting(one, one._replace(offer_turn=30), s) == 30
    offered = one._replace(offer_turn=30)
    assert parting(offered, offered._replace(offer_turn=33), s) == 30
    elsewhere = one.path_refused.copy()
    elsewhere[-1] = 0.9
    assert parting(offered, offered._replace(path_refused=elsewhere), s) == 30
    known = {*changes, "stock_at", "no_event", "offer_turn", "offer_legs", "offer_targets", "offer_parties"}
    assert set(BranchArrays._fields) == known


def test_cases_of_other_setups_are_computed_one_by_one(two_powers: Built) -> None:
    cases = [
        two_powers.case("keep", "", SEED, 0),
        two_powers.case("keep", "", SEED, 1),
        two_powers.case("give_up", "", SEED, 0),
    ]
    same_alone(cases, 0)


def test_a_chronicle_that_is_full_loses_the_same_rows(two_powers: Built) -> None:
    cases = siblings(two_powers, "spiral", 0, ["keep", "give_up"])
    for case, found in zip(cases, simulate_branches(cases, SEED, 0, log_rows=30), strict=True):
        assert bits(found) == bits(simulate(case, SEED, 0, log_rows=30))
        assert found.lost > 0


def test_what_actors_learn_hangs_on_no_room_in_the_chronicle(flagship: Built) -> None:
    case = flagship.case("", "spiral", SEED, 0)
    whole, cut = (simulate(case, SEED, 0, log_rows=rows) for rows in (8192, 200))
    assert whole.lost == 0 < cut.lost
    assert (whole.log[:, columns.KIND] == chronicle.BREACH).any()
    assert whole.values.tobytes() == cut.values.tobytes()
    assert whole.alignment.tobytes() == cut.alignment.tobytes()
