"""Who has something to trade, and with whom nobody can."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from powersim.testing import shares
from powersim.world import chronicle as ch
from powersim.world import columns as col
from powersim.world.state import GIVE, REFRAIN
from worlds import LIVELY, Play, built, lively_documents, of_kind


@st.composite
def opposed(draw: st.DrawFn) -> dict[str, Any]:
    """Two states that want the opposite of everything, one caring so many times more than the other."""
    ratio = draw(shares(0.1, 1.0))
    issues: dict[str, Any] = {}
    for k in range(draw(st.integers(2, 5))):
        salience = draw(shares(0.1, 1.0))
        issues[f"lever_{k}"] = {
            "start": draw(shares(0.1, 0.9)), "speed": draw(shares(0.0, 0.1)), "step": draw(shares(0.05, 0.3)),
            "control": draw(st.sampled_from(["ARD", "BEL"])),
            "interests": {"ARD": [0.0, salience], "BEL": [1.0, salience * ratio]},
        }  # fmt: skip
    weights = {"security": 0.0, "friends": 0.0, "economy": 1.0, "autonomy": 0.0}
    return {
        "powersim": 1, "name": "opposed", "calendar": {"start": "2000Q1", "end": "2002Q4", "turn": "quarter"},
        "actors": {code: {"power": 0.1, "economy": 0.1, "weights": weights} for code in ("ARD", "BEL")},
        "issues": issues, "outcomes": {},
        "parameters": LIVELY | {"curvature": 1.0, "payment_cap": 0.5, "payment_taken": 0.5},
    }  # fmt: skip


@settings(max_examples=12)
@given(document=opposed())
def test_opposed_tastes_with_proportional_saliences_sign_nothing_without_money(
    document: dict[str, Any],
) -> None:
    for rows in Play(built(document).case("", "", 1, 0, off=["payments"])).steps():
        assert len(of_kind(rows, ch.SIGNED)) == 0


def test_tastes_that_differ_in_weight_are_traded() -> None:
    """The same two states, each caring most for what the other decides: concessions against concessions."""
    document: dict[str, Any] = {
        "powersim": 1, "name": "linkage", "calendar": {"start": "2000Q1", "end": "2001Q4", "turn": "quarter"},
        "actors": {code: {"power": 0.1, "economy": 0.1} for code in ("ARD", "BEL")},
        "issues": {
            "north": {"start": 0.0, "control": "ARD", "interests": {"ARD": [0.0, 0.1], "BEL": [1.0, 0.9]}},
            "south": {"start": 1.0, "control": "BEL", "interests": {"ARD": [0.0, 0.9], "BEL": [1.0, 0.1]}},
        },
        "parameters": LIVELY, "outcomes": {},
    }  # fmt: skip
    play = Play(built(document).case("", "", 1, 0, off=["payments", "compliance"]))
    rows = np.concatenate(list(play.steps()))
    assert len(of_kind(rows, ch.SIGNED)) > 0
    assert play.world.x[0] > 0.0
    assert play.world.x[1] < 1.0


@settings(max_examples=12)
@given(document=lively_documents())
def test_nobody_signs_more_in_a_turn_than_its_bandwidth(document: dict[str, Any]) -> None:
    for actor in document["actors"].values():
        actor["bandwidth"] = 1
    play = Play(built(document).case("", "", 1, 0))
    for rows in play.steps():
        parties = of_kind(rows, ch.GAIN)[:, col.ACTOR]
        assert len(set(parties)) == len(parties)


@settings(max_examples=12)
@given(document=lively_documents())
def test_own_policy_leaves_alone_what_a_deal_binds(document: dict[str, Any]) -> None:
    play = Play(built(document).case("", "", 1, 0, off=["compliance", "programme_strike", "calendar"]))
    controls = len(play.world.pos)
    free_at = np.zeros(controls, int)
    for turn, rows in enumerate(play.steps()):
        for row in rows:
            if row[col.KIND] == ch.OWN_MOVE:
                assert free_at[int(row[col.THING])] <= turn
            elif row[col.KIND] == ch.LEG and row[col.THING] < 3 * controls:
                free_at[int(row[col.THING]) // 3] = turn + int(play.case.params.deal_length)


@settings(max_examples=12)
@given(document=lively_documents())
def test_a_deal_may_carry_on_what_an_open_deal_began_and_never_turn_it_back(document: dict[str, Any]) -> None:
    play = Play(built(document).case("", "", 1, 0, off=["compliance", "programme_strike", "calendar"]))
    controls = len(play.world.pos)
    side: dict[int, float] = {}
    until: dict[int, int] = {}
    for turn, rows in enumerate(play.steps()):
        for row in of_kind(rows, ch.LEG):
            c, this = int(row[col.THING]) // 3, row[col.THING] % 3
            if row[col.THING] < 3 * controls:
                assert until.get(c, 0) <= turn or (side[c] == this and this != REFRAIN)
                side[c], until[c] = this, turn + int(play.case.params.deal_length)


@settings(max_examples=12)
@given(document=lively_documents())
def test_every_leg_is_given_by_a_party_that_can_give_it(document: dict[str, Any]) -> None:
    play = Play(built(document).case("", "", 1, 0))
    s, controls = play.case.setup, len(play.world.pos)
    for rows in play.steps():
        for deal in of_kind(rows, ch.SIGNED)[:, col.DEAL]:
            mine = rows[rows[:, col.DEAL] == deal]
            parties = set(of_kind(mine, ch.GAIN)[:, col.ACTOR])
            for row in of_kind(mine, ch.LEG):
                giver, r = int(row[col.ACTOR]), int(row[col.THING])
                assert giver in parties
                if r < 3 * controls:
                    assert s.raisers[r // 3, giver] or s.lowerers[r // 3, giver]
                else:
                    f = (r - 3 * controls) // 2
                    assert giver == s.flow_from[f]
                    assert (r - 3 * controls) % 2 != GIVE or s.flow_to[f] in parties
