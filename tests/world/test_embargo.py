"""Embargoes, forbidden flows and freezes bind."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from powersim.scenario.arrays.build import Built
from powersim.testing import shares
from powersim.world import chronicle
from powersim.world import columns as col
from powersim.world.state import EMBARGO
from worlds import Play, built, lively_documents, of_kind


@st.composite
def embargoed_documents(draw: st.DrawFn) -> dict[str, Any]:
    """Two states that would gladly trade arms, and a lever that forbids it from some position on."""
    document = draw(lively_documents(actors=(2, 4), turns=(10, 12)))
    document["goods"]["arms"] = {
        "kind": "rival", "power": 0.2, "delivery": draw(st.integers(0, 2)), "quantum": 0.25,
        "stock": {"ARD": 2.0}, "flows": {"ARD": ["BEL"]},
    }  # fmt: skip
    document["issues"]["arms_seen"] = {
        "binds": {"flow": ["arms", "ARD", "BEL"]},
        "interests": {"ARD": [0.6, 0.3], "BEL": [1.0, 0.9]},
    }
    lever = document["issues"]["lever_0"]
    lever |= {"speed": 0.2, "step": 0.3, "start": draw(shares())}
    lever["effects"] = [
        *lever["effects"], {"embargo": {"good": "arms", "from": "ARD", "to": "BEL"}, "above": draw(shares(0.2, 0.8))}
    ]  # fmt: skip
    document["outcomes"] = {}
    return document


def embargoes(play: Play, f: int) -> bool:
    """Whether flow f is embargoed in the world as it stands."""
    s, x = play.case.setup, play.world.x
    for k in range(len(x)):
        for e in range(s.effect_start[k], s.effect_start[k + 1]):
            about = (s.effect_good[e], s.effect_i[e], s.effect_j[e])
            this = s.effect_kind[e] == EMBARGO and about == (s.flow_good[f], s.flow_from[f], s.flow_to[f])
            if this and x[k] >= s.effect_size[e]:
                return True
    return False


@settings(max_examples=15)
@given(document=embargoed_documents())
def test_embargoed_goods_never_flow(document: dict[str, Any]) -> None:
    play = Play(built(document).case("", "", 1, 0))
    for rows in play.steps():
        for row in of_kind(rows, chronicle.DELIVERY):
            assert not embargoes(play, int(row[col.THING]))


def test_the_good_of_these_tests_flows_where_nothing_forbids_it() -> None:
    """Without this the proposition above could hold for want of trade."""
    seen = {"free": 0, "embargoed": 0}

    @settings(max_examples=15)
    @given(document=embargoed_documents())
    def count(document: dict[str, Any]) -> None:
        for name in seen:
            if name == "free":
                effects = document["issues"]["lever_0"]["effects"]
                document["issues"]["lever_0"] = document["issues"]["lever_0"] | {"effects": effects[:-1]}
            play = Play(built(document).case("", "", 1, 0))
            rows = np.concatenate(list(play.steps()))
            seen[name] += len(of_kind(rows, chronicle.DELIVERY))

    count()
    assert seen["free"] > 0


def test_embargoed_goods_never_flow_in_the_flagship(flagship: Built) -> None:
    for run in range(6):
        play = Play(flagship.case("free", "", 3, run), 3, run)
        for rows in play.steps():
            for row in of_kind(rows, chronicle.DELIVERY):
                assert not embargoes(play, int(row[col.THING]))


def test_a_forbidden_flow_never_flows(flagship: Built) -> None:
    f = flagship.index.flows["s300", "RUS", "IRN"]
    for run in range(10):
        rows = np.concatenate(list(Play(flagship.case("no_s300", "", 3, run), 3, run).steps()))
        assert f not in of_kind(rows, chronicle.DELIVERY)[:, col.THING]


@settings(max_examples=15)
@given(document=lively_documents(turns=(8, 12)))
def test_nothing_frozen_is_delivered(document: dict[str, Any]) -> None:
    play = Play(built(document).case("", "", 1, 0))
    for turn, rows in enumerate(play.steps()):
        breached = len(of_kind(rows, chronicle.BREACH)) > 0
        for row in of_kind(rows, chronicle.DELIVERY):
            assert breached or play.world.frozen_until[int(row[col.THING])] <= turn
