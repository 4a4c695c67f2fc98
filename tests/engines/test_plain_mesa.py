"""A plain Mesa model, a second implementation with objects and loops, computes the same histories turn for turn."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mesa import batch_run

from powersim.scenario.arrays.build import build
from powersim.scenario.load import from_data, load
from powersim.testing import documents

ROOT = Path(__file__).resolve().parents[2]
SEED = 11
LIVELY = {"talk": 1.0, "own_rate": 0.7, "sign_tau": 0.002, "renege_rate": 1.0, "c_a": 0.0, "c_a_spread": 0.05}


@pytest.fixture(scope="module")
def plain():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "benchmarks"))
        patch.delitem(sys.modules, "worlds", raising=False)  # tests of the world have a module of that name
        from plain_mesa import compared, model

        yield compared.compared, model.World
        sys.modules.pop("worlds", None)


@pytest.fixture(scope="module")
def classroom():
    return build(load(ROOT / "scenarios" / "classroom.yaml"))


@pytest.fixture(scope="module")
def region(plain):
    """Ten actors: treaties with vetoes, arms and know-how, sanctions, pledges, two fronts; much happens."""
    import worlds

    document = worlds.scenario(10, 5, 7)
    document["parameters"] = LIVELY
    for dispute in document["disputes"]:
        dispute["hazard"] = 0.6
    return build(from_data(document))


def test_the_classroom_is_the_same_by_both_turn_for_turn(plain, classroom):
    compared, _ = plain
    found = compared(classroom.case("talks", "", SEED, 0), SEED, 0)
    assert not found.differs
    assert found.counts["deals"] > 0
    assert found.largest < 1e-12


@pytest.mark.parametrize(("branch", "theory"), [("free", "spiral"), ("give_up", "deterrence")])
def test_two_powers_go_the_same_way_by_both_with_priors_and_luck(plain, two_powers, branch, theory):
    compared, _ = plain
    counts = {"deals": 0, "crises": 0}
    for seed, run in ((SEED, 0), (SEED, 1), (2009, 2)):
        found = compared(two_powers.case(branch, theory, seed, run), seed, run)
        assert not found.differs
        assert found.largest < 1e-12
        counts = {name: counts[name] + found.counts[name] for name in counts}
    assert min(counts.values()) > 0


@pytest.mark.parametrize("protocol", [0, 1])
def test_ten_actors_deal_break_fight_and_settle_the_same_way_by_both(plain, region, protocol):
    compared, _ = plain
    found = compared(region.case("free", "", SEED, 1, fixed={"equal_gain": protocol}), SEED, 1)
    assert not found.differs
    assert found.largest < 1e-12
    assert all(
        found.counts[name] > 0 for name in ("own moves", "deals", "deliveries", "breaches", "crises", "wars")
    )


def test_the_flagship_begins_the_same_way_by_both_deal_for_deal(plain, flagship):
    compared, _ = plain
    found = compared(flagship.case("free", "spiral", SEED, 3), SEED, 3, turns=8)
    assert not found.differs
    assert found.largest < 1e-12
    assert min(found.counts[name] for name in ("own moves", "deals", "deliveries")) > 0


@settings(max_examples=8)
@given(documents(turns=(4, 8)), st.integers(0, 99))
def test_scenarios_with_everything_in_them_go_the_same_way_by_both(plain, document, run):
    compared, _ = plain
    scenario = build(from_data(document | {"parameters": document.get("parameters", {}) | LIVELY}))
    for branch in document["branches"]:
        case = scenario.case(branch, "", SEED, run)
        if case.branch.offer_turn < 0:
            assert not compared(case, SEED, run).differs


@pytest.mark.parametrize(
    ("name", "factor"),
    [("payment_efficiency", 1.001), ("curvature", 1.001), ("mu", 1.001), ("w_levers", 1.001), ("war_attrition", 1.001),
     ("counter_loss", 1.2), ("cost_per_leg", 2.0), ("talk", 0.5)],
)  # fmt: skip
def test_a_coefficient_that_one_of_them_has_otherwise_is_seen(plain, region, monkeypatch, name, factor):
    compared, world = plain
    case = region.case("free", "", SEED, 1)
    begin = world.__init__

    def planted(self, case, *arguments, **options):
        params = case.params._replace(**{name: factor * getattr(case.params, name)})
        begin(self, case._replace(params=params), *arguments, **options)

    monkeypatch.setattr(world, "__init__", planted)
    assert compared(case, SEED, 1).differs


def test_an_offer_of_a_branch_is_refused_and_not_passed_over(plain, two_powers_data):
    _, world = plain
    two_powers_data["branches"]["table"] = {
        "do": [{"offer": [{"move": "site", "to": 0}, {"move": "rockets", "to": 0}], "date": "2002Q1"}]
    }
    case = build(from_data(two_powers_data)).case("table", "", SEED, 0)
    with pytest.raises(ValueError, match="offers of a branch"):
        world(case)


def test_by_luck_of_its_own_it_runs_as_mesas_models_do(plain, classroom):
    _, world = plain
    state = random.getstate()
    found = batch_run(
        world, {"case": [classroom.case("talks", "", SEED, 0)], "seed": [1, 2]},
        max_steps=classroom.turns, data_collection_period=-1, display_progress=False,
    )  # fmt: skip
    assert {row["Step"] for row in found} == {classroom.turns - 1}  # counted from 0
    assert {row["seed"] for row in found} == {1, 2}
    assert random.getstate() == state
