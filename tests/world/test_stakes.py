"""What is at stake in a dispute: several issues, sanctions that would come, the years ahead, costs of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from powersim.compile.jit import interpreted
from powersim.sim.run import Engine
from powersim.world import chronicle as ch
from powersim.world.crisis import contested, mean_probabilities, weigh
from powersim.world.desk import COST, HIGH, LOW, ODDS, SANCTIONS, SHIFT_AHEAD, STAKE
from powersim.world.params import MECHANISMS
from powersim.world.stakes import challenger_stake, feared_shift
from worlds import Play, built, lively_documents, of_kind, same, state

NEUTRAL = {
    "sanctions_expected": 0.0,
    "forecast_years": 0.0,
    "resistance": 0.0,
    "crisis_growth": 0.0,
    "war_trade": 0.0,
}


def quarrel(dispute: dict[str, Any] | None = None, turns: int = 12, **parameters: float) -> dict[str, Any]:
    """AAA wants the front of BBB, and its door shut; CCC may sanction AAA, and minds what is taken."""
    on = ("crisis", "war", "own_policy", "sanctions", "commitment", "guarantees", "pledges")
    return {
        "powersim": 1,
        "name": "quarrel",
        "calendar": {"start": "2000Q1", "end": f"{2000 + (turns - 1) // 4}Q{(turns - 1) % 4 + 1}", "turn": "quarter"},
        "actors": {code: {"power": 0.1, "economy": 0.1, "patience": 0.95} for code in ("AAA", "BBB", "CCC")},
        "issues": {
            "front": {"binds": {"front": ["AAA", "BBB"]}, "start": 0.2,
                      "interests": {"AAA": [0.8, 0.5], "BBB": [0.0, 0.5], "CCC": [0.0, 0.2]}},
            "door": {"start": 0.2, "control": "BBB", "speed": 0.02,
                     "effects": [{"shift": ["BBB", "AAA"], "size": 0.3}, {"guarantee": ["CCC", "BBB"], "size": 0.4}],
                     "interests": {"AAA": [0.0, 0.4], "BBB": [1.0, 0.6], "CCC": [0.6, 0.3]}},
            "measures": {"binds": {"sanctions": "AAA", "by": ["CCC"]},
                         "interests": {"CCC": {"ideal": "min(1, 0.9*front)", "salience": 0.4}}},
        },
        "sanctions": [{"by": "CCC", "on": "AAA", "start": 0.18, "speed": 0.1}],
        "disputes": [{"issue": "front", "challenger": "AAA", "target": "BBB", "hazard": 0.1} | (dispute or {})],
        "trade": {"AAA>CCC": 0.6, "AAA>BBB": 0.2, "BBB>AAA": 0.5},
        "reach": {"default": 0.9},
        "parameters": {"noise_sd": 0.0, "power_sd": 0.0, "own_rate": 1.0, "curvature": 1.0} | parameters,
        "mechanisms": {name: name in on for name in MECHANISMS},
        "branches": {"free": {}, "hold": {"do": [{"hold": "door", "from": "2000Q1"}]},
                     "calm": {"do": [{"forbid": {"sanctions": {"by": "CCC", "on": "AAA"}}}]}},
    }  # fmt: skip


def weighed(document: dict[str, Any], branch: str = "free", to: str = "strikes") -> tuple[Engine, Any]:
    """A history up to its first crises, and what would be weighed then."""
    engine = Engine(built(document).case(branch, "", 1, 0), 1, 0)
    engine.to(0, to)
    interpreted(weigh)(*engine.packed, 0, 0)
    return engine, engine.desk.crisis.weighed.copy()


def test_all_that_the_winner_decides_is_at_stake_for_both() -> None:
    alone, both = weighed(quarrel())[1], weighed(quarrel({"over": ["door"]}))
    door = both[0].world.x[both[0].case.setup.over_issue[0]]
    assert alone[STAKE] == pytest.approx(0.5 * 0.6)
    assert both[1][STAKE] == pytest.approx(0.5 * 0.6 + 0.4 * door)
    c_bar = both[0].given.p.c_bar
    trade = both[0].given.p.war_trade * both[0].given.s.w_economy[1]
    assert both[1][LOW] == pytest.approx(trade / (0.5 * 0.6 + 0.6 * door))
    assert both[1][HIGH] == pytest.approx((c_bar + trade) / (0.5 * 0.6 + 0.6 * door))
    assert both[1][HIGH] < alone[HIGH]


def test_what_the_target_wants_too_is_nothing_that_it_would_lose() -> None:
    document = quarrel({"over": ["door"]})
    document["issues"]["door"]["interests"]["BBB"] = [0.0, 0.6]
    assert weighed(document)[1][HIGH] == pytest.approx(weighed(quarrel())[1][HIGH])


def test_a_larger_pie_makes_war_likelier_and_terms_still_move_the_front_alone() -> None:
    values = NEUTRAL | {"c_a": 0.05, "c_a_spread": 0.2, "c_bar": 0.5}
    alone = weighed(quarrel(**values))[0]
    both = weighed(quarrel({"over": ["door"]}, **values))[0]
    chances = [
        interpreted(mean_probabilities)(engine.packed[0], engine.packed[2], True)[0]
        for engine in (alone, both)
    ]
    assert chances[1] > chances[0] > 0.0
    document = quarrel({"over": ["door"], "hazard": 1.0}, **values | {"c_bar": 0.05})
    document["mechanisms"]["own_policy"] = False
    terms = 0
    for run in range(10):
        play = Play(built(document).case("free", "", 1, run), 1, run)
        for rows in play.steps():
            terms += len(of_kind(rows, ch.TERMS))
        assert play.world.x[play.case.setup.over_issue[0]] == pytest.approx(0.2)
    assert terms > 0


def test_the_sanctions_expected_are_what_the_sender_would_want_with_the_front_at_the_goal() -> None:
    document = quarrel(sanctions_expected=1.0)
    document["mechanisms"]["own_policy"] = document["mechanisms"]["commitment"] = False
    engine, values = weighed(document, to="growth")
    wanted, now, speed, delta = 0.9 * 0.8, 0.18, 0.1, 0.95
    turns = np.arange(1, 2000)
    path = (1.0 - delta) * (delta**turns * np.minimum(wanted - now, speed * turns)).sum()
    assert values[SANCTIONS] == pytest.approx(engine.given.s.w_economy[0] * 0.6 / 0.8 * path)
    assert weighed(quarrel(sanctions_expected=0.5) | {"mechanisms": document["mechanisms"]}, to="growth")[1][
        SANCTIONS
    ] == pytest.approx(0.5 * values[SANCTIONS])


def test_sanctions_that_a_branch_rules_out_are_not_expected() -> None:
    assert weighed(quarrel(), "calm")[1][SANCTIONS] == 0.0
    assert weighed(quarrel(), "free")[1][SANCTIONS] > 0.0


@settings(max_examples=15)
@given(document=lively_documents(turns=(4, 8)))
def test_weighing_writes_nothing_into_the_world(document: dict[str, Any]) -> None:
    play = Play(built(document).case("", "one", 1, 0))
    for _ in play.steps():
        g, w, desk = play.packed
        before = state(play)
        for v in range(len(play.case.setup.dispute_key)):
            if contested(g, w, v):
                interpreted(weigh)(g, w, desk, play.turns_played - 1, v)
                assert np.isfinite(desk.crisis.weighed[: SHIFT_AHEAD + 1]).all()
                assert 0.0 <= interpreted(mean_probabilities)(g, desk, True)[0] <= 1.0
        assert set(same(before, state(play))) <= {"stack"}


def test_a_door_that_opens_is_feared_and_so_is_the_guarantee_that_comes_with_it() -> None:
    both = weighed(quarrel())[1][SHIFT_AHEAD]
    document = quarrel()
    document["issues"]["door"]["effects"].pop()
    shift = weighed(document)[1][SHIFT_AHEAD]
    document["issues"]["door"]["effects"].pop()
    assert both > shift > 0.0 == weighed(document)[1][SHIFT_AHEAD]
    assert weighed(quarrel(forecast_years=0.0))[1][SHIFT_AHEAD] == 0.0
    assert (
        weighed(quarrel(forecast_years=8.0))[1][SHIFT_AHEAD]
        > weighed(quarrel(forecast_years=1.0))[1][SHIFT_AHEAD]
    )


def test_a_door_that_is_held_is_not_feared_and_one_that_closes_counts_for_nothing() -> None:
    assert weighed(quarrel(), "hold")[1][SHIFT_AHEAD] == 0.0
    document = quarrel()
    document["issues"]["door"] |= {"start": 0.8}
    document["issues"]["door"]["interests"]["BBB"] = [0.0, 0.6]
    assert weighed(document)[1][SHIFT_AHEAD] == 0.0


@settings(max_examples=15)
@given(document=lively_documents(turns=(4, 8)))
def test_holding_a_lever_never_adds_to_what_is_feared(document: dict[str, Any]) -> None:
    """The same world with each lever free and held: the fear is never larger, and 0 if all are held."""
    document["mechanisms"] = dict.fromkeys(("exchange", "pledges"), False)
    levers = sorted(name for name, issue in document["issues"].items() if "control" in issue)
    made = built(document | {"branches": {
        name: {"do": [{"hold": held, "from": "2000Q1"}]} for name, held in
        [*((f"hold_{lever}", [lever]) for lever in levers), ("hold_all", levers)]
    } | {"free": {}}, "intervention": "2000Q1"})  # fmt: skip
    free = Play(made.case("free", "one", 1, 0))
    free.step()
    for branch in (*(f"hold_{lever}" for lever in levers), "hold_all"):
        held = Play(made.case(branch, "one", 1, 0), engine=free.engine.fork(made.case(branch, "one", 1, 0)))
        other = free.twin()
        for play in (held, other):
            play.engine.to(1, "own_policy")
        for v in range(len(free.case.setup.dispute_key)):
            lead = held.world.aim - held.world.pos
            for name in ("x", "pos"):  # the same place; only where policies lead from there differs
                getattr(held.world, name)[:] = getattr(other.world, name)
            held.world.aim[:] = held.world.pos + lead
            fears = [interpreted(feared_shift)(*play.packed, v) for play in (held, other)]
            assert fears[0] <= fears[1] + 1e-12
            if branch == "hold_all":
                assert fears[0] == 0.0


def test_crises_become_more_frequent_as_more_is_at_stake() -> None:
    document = quarrel({"over": ["door"]}, turns=40, crisis_growth=1.0)
    document["mechanisms"]["war"] = False
    crises = {}
    for growth in (0.0, 1.0):
        document["parameters"]["crisis_growth"] = growth
        made, crises[growth] = built(document), 0
        for run in range(60):
            play = Play(made.case("free", "", 1, run), 1, run)
            play.engine.to(play.case.turns)
            crises[growth] += int(play.world.crises[0])
    assert crises[1.0] > crises[0.0] > 0


def test_a_dispute_may_have_costs_of_its_own() -> None:
    values = NEUTRAL | {"c_a": 0.05, "c_bar": 0.5}
    plain = weighed(quarrel(**values))[1]
    own = weighed(quarrel({"costs": {"challenger": 0.3, "target": 0.9}}, **values))[1]
    assert own[COST] == pytest.approx(0.3)
    assert plain[COST] == pytest.approx(0.05)
    assert own[HIGH] == pytest.approx(plain[HIGH] * 0.9 / 0.5)
    assert own[ODDS] == plain[ODDS]


def test_third_parties_stay_out_where_fighting_costs_them_more() -> None:
    def helped(cost: float) -> int:
        document = quarrel({"hazard": 1.0, "costs": {"helpers": cost}}, c_a=0.0, c_a_spread=0.0, **NEUTRAL)
        document["alignment"] = {"BBB-CCC": 0.9}
        count = 0
        for run in range(20):
            for rows in Play(built(document).case("free", "", 1, run), 1, run).steps():
                count += len(of_kind(rows, ch.HELPED))
        return count

    assert helped(0.05) > helped(0.3) >= helped(1.5)


def test_trade_between_the_two_is_a_cost_of_war_to_both() -> None:
    without, with_trade = weighed(quarrel(war_trade=0.0))[1], weighed(quarrel(war_trade=0.4))[1]
    assert without[LOW] == 0.0 < with_trade[LOW]
    assert with_trade[COST] > without[COST]
    assert with_trade[HIGH] - with_trade[LOW] == pytest.approx(without[HIGH])


def test_without_the_new_keys_and_at_neutral_values_the_game_is_fearons() -> None:
    engine, values = weighed(quarrel(**NEUTRAL))
    g, w, _ = engine.packed
    assert values[SANCTIONS] == values[LOW] == values[SHIFT_AHEAD] == 0.0
    assert interpreted(challenger_stake)(g.s, w, 0) == pytest.approx(0.5 * 0.6)
    shocks = (np.arange(32) + 0.5) / 32
    costs = (g.p.c_a + g.p.c_a_spread * shocks) / 0.3
    chance = np.where(values[ODDS] > costs, np.clip(g.p.c_bar / 0.3 - costs, 0.0, None) / 2, 0.0)
    chance = np.minimum(chance, 1.0 - values[ODDS]) / (g.p.c_bar / 0.3)
    assert interpreted(mean_probabilities)(g, engine.packed[2], True)[0] == pytest.approx(chance.mean())
