"""Nothing comes from nowhere: the chronicle's bookings explain every stock and every level of know-how."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings

from powersim.rules.technology import learn
from powersim.scenario.arrays.build import Built
from powersim.world import chronicle
from powersim.world import columns as col
from powersim.world.deeds import SET_STOCK, SHIFT_STOCK
from powersim.world.state import KNOW_HOW_GOOD, RIVAL, Floats
from worlds import Play, built, lively_documents, of_kind

CLOSE = 1e-12


def ledger(play: Play, q: Floats, rows: Floats) -> Floats:
    """The arsenals (N, G) a turn later, by the bookings of its rows alone: events, production, deliveries, war."""
    s, p = play.case.setup, play.case.params
    q = q.copy()
    for event in of_kind(rows, chronicle.EVENT)[:, col.THING]:
        for a in np.flatnonzero((s.act_event == event) & (s.act_kind == SHIFT_STOCK)):
            place = s.act_a[a], s.act_b[a]
            q[place] = max(0.0, q[place] + s.act_value[a])
        for a in np.flatnonzero((s.act_event == event) & (s.act_kind == SET_STOCK)):
            q[s.act_a[a], s.act_b[a]] = s.act_value[a]
    if play.case.switches.drift:
        made = np.minimum(s.production, np.maximum(0.0, s.ceiling - q))
        rival = s.good_kind == RIVAL
        q[:, rival] += made[:, rival]
        if play.case.switches.technology:
            for i, g in np.argwhere((s.good_kind == KNOW_HOW_GOOD) & (s.production > 0.0)):
                q[i, g] = learn(q[i, g], p.frontier, p.learn_rate * s.production[i, g])
    for row in rows:
        kind, actor, other, thing, units = (
            int(row[col.KIND]),
            int(row[col.ACTOR]),
            int(row[col.OTHER]),
            int(row[col.THING]),
            row[col.VALUE],
        )
        if kind == chronicle.DELIVERY:
            g = s.flow_good[thing]
            assert (actor, other) == (s.flow_from[thing], s.flow_to[thing])
            assert 0.0 < units <= q[actor, g] + CLOSE
            q[actor, g] -= units if s.good_kind[g] == RIVAL else 0.0
            q[other, g] += units
        elif kind == chronicle.BATTLE:
            q[[actor, other]] = np.maximum(0.0, q[[actor, other]] - p.munition_use * s.good_war_use)
        elif kind == chronicle.CITY_STRIKE:
            q[actor] = np.where(s.good_strike > 0.0, np.maximum(0.0, q[actor] - p.city_stock), q[actor])
    return q


def assert_booked(play: Play) -> None:
    """Every turn's arsenals follow from the arsenals before and the turn's rows."""
    before = play.world.q.copy()
    for rows in play.steps():
        np.testing.assert_allclose(play.world.q, ledger(play, before, rows), rtol=0.0, atol=CLOSE)
        before = play.world.q.copy()


@settings(max_examples=15)
@given(document=lively_documents())
def test_arsenals_change_by_booked_production_delivery_use_and_destruction_alone(
    document: dict[str, Any],
) -> None:
    assert_booked(Play(built(document).case("", "", 1, 0)))


def test_the_arsenals_of_the_flagship_are_booked_to_the_last_shell(flagship: Built) -> None:
    for run in range(4):
        assert_booked(Play(flagship.case("free", "", 7, run), 7, run))


@settings(max_examples=15)
@given(document=lively_documents(turns=(8, 12)))
def test_without_production_war_and_events_the_sum_of_a_rival_good_never_changes(
    document: dict[str, Any],
) -> None:
    case = built(document).case("", "", 1, 0, off=["drift", "crisis", "calendar"])
    play = Play(case)
    rival = case.setup.good_kind == RIVAL
    total = play.world.q[:, rival].sum(axis=0)
    for _ in play.steps():
        np.testing.assert_allclose(play.world.q[:, rival].sum(axis=0), total, rtol=0.0, atol=CLOSE)


@settings(max_examples=15)
@given(document=lively_documents(turns=(8, 12)))
def test_know_how_is_copied_and_nobody_learns_more_than_its_teacher_knows(document: dict[str, Any]) -> None:
    case = built(document).case("", "", 1, 0, off=["calendar", "technology"])
    play = Play(case)
    know_how = case.setup.good_kind == KNOW_HOW_GOOD
    best = play.world.q[:, know_how].max(axis=0, initial=0.0)
    before = play.world.q.copy()
    for _ in play.steps():
        after = play.world.q
        assert (after[:, know_how] >= before[:, know_how]).all()
        assert (after[:, know_how] <= best + CLOSE).all()
        before = after.copy()


@settings(max_examples=15)
@given(document=lively_documents())
def test_what_was_delivered_is_the_sum_of_the_deliveries(document: dict[str, Any]) -> None:
    play = Play(built(document).case("", "", 1, 0))
    s = play.case.setup
    rival = s.good_kind[s.flow_good] == RIVAL
    total = play.world.delivered.copy()
    for rows in play.steps():
        for row in of_kind(rows, chronicle.DELIVERY):
            total[int(row[col.THING])] += row[col.VALUE]
        np.testing.assert_allclose(play.world.delivered[rival], total[rival], rtol=0.0, atol=CLOSE)
