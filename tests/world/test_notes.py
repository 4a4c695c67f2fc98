"""What is worked out once and kept is, to the bit, what working it out anew would give."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from powersim.compile.elementary import power
from powersim.compile.jit import interpreted
from powersim.rules.alignment import artanh
from powersim.rules.beliefs import logit, relax, within
from powersim.rules.commitment import foreseen_rise
from powersim.scenario.arrays.build import Built
from powersim.sim.run import Engine
from powersim.world.case import Case
from powersim.world.derive import derive, evaluate_clauses, refresh_interests
from powersim.world.desk import new_derived
from powersim.world.expression import ALIGNED, AT_WAR, STOCK, X
from powersim.world.legs import Legs
from powersim.world.menu import flow_worth
from powersim.world.notes import acquainted
from powersim.world.state import EMBARGO, GUARANTEE, SHIFT
from worlds import ROWS, Play, built, lively_documents, same, state

DERIVING = ("events", "growth", "own_policy", "deals", "delivery", "signals", "record")
"""Phases that end with what follows from the state being derived."""
ROOM = ("held", "touched", "felt", "rows")


def assert_forgetting_changes_nothing(case: Case, seed: int = 1) -> None:
    """A history in one go is that of an engine which forgets its notes before every phase."""
    at_once, by_phases = (Engine(case, seed, 0, log_rows=ROWS) for _ in range(2))
    at_once.to(case.turns)
    for _ in by_phases.phases():
        pass
    one, other = (Play(case, seed, engine=engine) for engine in (at_once, by_phases))
    assert same(state(one), state(other)) == []
    assert at_once.world.log.tobytes() == by_phases.world.log.tobytes()
    assert at_once.record.values.tobytes() == by_phases.record.values.tobytes()


@settings(max_examples=20)
@given(document=lively_documents(turns=(5, 8)))
def test_an_engine_that_forgets_its_notes_goes_the_same_way(document: dict[str, Any]) -> None:
    assert_forgetting_changes_nothing(built(document).case("", "one", 1, 0))


def test_the_flagship_goes_the_same_way_without_notes(flagship: Built) -> None:
    case = flagship.case("replace", "spiral", 2009, 1)
    assert_forgetting_changes_nothing(case._replace(turns=24), 2009)


@settings(max_examples=20)
@given(document=lively_documents(turns=(5, 8)), turn=st.integers(0, 4))
def test_what_is_derived_as_far_as_anything_has_changed_is_what_follows_from_the_state(
    document: dict[str, Any], turn: int
) -> None:
    case = built(document).case("", "one", 1, 0)
    names = [name for name in new_derived(case.setup)._fields if name not in ROOM and name != "own_fear"]
    for phase in DERIVING:
        engine = Engine(case, 1, 0)
        engine.to(turn, phase)
        aside = Engine(case, 1, 0)  # for its room alone
        derive(engine.packed[0], engine.packed[1], aside.packed[2].derived)
        for name in names:
            kept, fresh = (getattr(each.desk.derived, name) for each in (engine, aside))
            assert kept.tobytes() == fresh.tobytes(), (phase, name)


def test_powers_and_relaxed_trust_that_are_kept_are_what_they_would_be_now(flagship: Built) -> None:
    case = flagship.case("keep", "spiral", 2009, 0)
    engine = Engine(case, 2009, 0)
    engine.to(12)
    sums, world, s, p = engine.desk.sums, engine.world, case.setup, case.params
    assert sums.theta[:, : len(world.power)].tobytes() == world.theta.T.tobytes()
    assert sums.salience[:, : len(world.power)].tobytes() == world.salience.T.tobytes()
    for theta, salience, ends in zip(sums.theta, sums.salience, sums.ends, strict=True):
        ideals = theta[salience > 0.0]
        assert ends.tolist() == [ideals.min(initial=math.inf), ideals.max(initial=-math.inf)]
    held = sums.moved[:, None, :] <= sums.taken[:, :, None]
    held &= ~np.isnan(sums.place)[:, :, None] & (sums.salience > 0.0)[:, None, :]
    assert held.sum() > 500
    gaps = np.abs(sums.place[:, :, None] - sums.theta[:, None, :])[held]
    assert [power(gap, p.curvature) for gap in gaps] == list(sums.powers[held])
    for row in sums.place:
        known = row[~np.isnan(row)]
        assert len(set(known)) == len(known)  # a position has one row, wherever it is looked for first
    notes = engine.desk.notes
    odds = [[logit(within(r, p.belief_floor)) for r in row] for row in s.resolve0]
    assert notes.start_odds.tolist() == odds
    fresh = interpreted(acquainted)
    actors = [(i, j) for i in range(len(world.power)) for j in range(i + 1, len(world.power))]
    assert notes.start_ties[: len(actors)].tolist() == [artanh(s.alignment0[pair]) for pair in actors]
    assert notes.met[: len(actors)].tolist() == [fresh(s, *pair) for pair in actors]
    for way, rate, future, rise in notes.foreseen[~np.isnan(notes.foreseen[:, 0])]:
        assert rise == math.copysign(foreseen_rise(abs(way), rate, p.forecast_years, future), way)
    assert notes.tied.tolist() == (world.alignment != 0.0).tolist()
    assert np.triu(notes.ties, 1).tolist() == np.triu(notes.tied @ notes.tied, 1).tolist()
    pairs = np.argwhere(~np.isnan(notes.relaxing))
    assert len(pairs) > 100
    for i, j in pairs:
        assert relax(notes.relaxing[i, j], s.trust0[i, j], p.mu, p.belief_floor) == notes.relaxed[i, j]


def listed(rows: Any, counts: Any) -> list[list[int]]:
    """What stands on lists, as far as they are filled."""
    return [row[:count].tolist() for row, count in zip(rows, counts, strict=True)]


def test_lists_name_those_whom_a_look_at_everybody_would_find(flagship: Built) -> None:
    case = flagship.case("keep", "spiral", 2009, 0)
    engine = Engine(case, 2009, 0)
    for turn in (0, 7, 20):
        engine.to(turn, "offers")
        s, world, desk = case.setup, engine.world, engine.desk
        sums, notes, menu = desk.sums, desk.notes, desk.menu
        caring = [np.flatnonzero(column > 0.0).tolist() for column in world.salience.T]
        assert listed(sums.carer, sums.caring) == caring
        assert any(caring)
        parties = [np.flatnonzero(row > 0.0).tolist() for row in notes.party]
        assert listed(notes.partisan, notes.parties) == parties
        assert menu.alive[: menu.lives[0]].tolist() == np.flatnonzero(menu.live).tolist() != []
        kinds = s.effect_kind
        feared = np.flatnonzero(np.isin(kinds, (SHIFT, GUARANTEE)))
        embargoes = np.flatnonzero(kinds == EMBARGO)
        assert notes.fear[: notes.fears[0]].tolist() == feared.tolist() != []
        assert notes.embargo[: notes.embargoes[0]].tolist() == embargoes.tolist()
        issue = np.searchsorted(s.effect_start, np.arange(len(kinds)), side="right") - 1
        assert notes.fear_of[: notes.fears[0]].tolist() == issue[feared].tolist()
        assert notes.embargo_by[: notes.embargoes[0]].tolist() == issue[embargoes].tolist()
        asks, place = np.nonzero(s.expr_op == X)
        assert notes.asks[: notes.asked[0]].tolist() == asks.tolist() != []
        assert notes.asks_for[: notes.asked[0]].tolist() == s.expr_a[asks, place].tolist()
        beyond = np.isin(s.expr_op, (STOCK, AT_WAR, ALIGNED)).any(axis=1)
        assert notes.plain.tolist() == (~beyond).tolist()
        assert beyond.any()
        assert not beyond.all()


@settings(max_examples=20)
@given(document=lively_documents(turns=(5, 8)), turn=st.integers(0, 4))
def test_clauses_that_nothing_has_touched_come_to_what_they_came_to(
    document: dict[str, Any], turn: int
) -> None:
    case = built(document).case("", "one", 1, 0)
    for phase in ("events", "growth"):
        engine = Engine(case, 1, 0)
        engine.to(turn, phase)
        s, world, value = case.setup, engine.world, engine.desk.notes.value
        fresh = np.zeros(len(value))
        interpreted(evaluate_clauses)(s, world, fresh, np.zeros(len(value), np.uint8))
        assert fresh.tobytes() == value.tobytes(), phase
        theta, salience = world.theta.copy(), world.salience.copy()
        interpreted(refresh_interests)(s, world, fresh)
        assert world.theta.tobytes() == theta.tobytes(), phase
        assert world.salience.tobytes() == salience.tobytes(), phase


def test_sales_are_judged_when_somebody_asks_and_all_of_them_for_who_looks_on(flagship: Built) -> None:
    case = flagship.case("keep", "spiral", 2009, 0)
    engine, fresh = Engine(case, 2009, 0), interpreted(flow_worth)
    engine.to(12, "offers")
    g, w, desk = engine.given, engine.world, engine.desk
    assert desk.menu.judged.all()
    sales = [r for r in np.flatnonzero(desk.menu.live) if not Legs.moves_control(len(w.pos), r)]
    assert len(sales) > 20
    for r in sales:
        kept = desk.menu.gain[r].copy()
        fresh(g, w, desk.derived, desk, r)
        assert desk.menu.gain[r].tobytes() == kept.tobytes()
    engine.to(14)
    assert not desk.menu.judged.all()
