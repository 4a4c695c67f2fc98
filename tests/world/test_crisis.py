"""Crises and wars: what makes them, what does not, and where fronts may go."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powersim.scenario.arrays.build import Built
from powersim.world import chronicle as ch
from powersim.world import columns as col
from powersim.world.case import Case
from powersim.world.crisis import battle_odds
from powersim.world.derive import derive
from powersim.world.stakes import perceived_odds
from powersim.world.state import FRONT
from worlds import Play, built, lively_documents, of_kind

CLOSE = 1e-9


def set_to(case: Case, **values: float) -> Case:
    """A case with some parameters replaced."""
    return case._replace(params=case.params._replace(**values))


@settings(max_examples=15)
@given(document=lively_documents(turns=(8, 12)))
def test_no_private_costs_no_shift_of_power_and_no_thought_of_the_next_time_no_war(
    document: dict[str, Any],
) -> None:
    case = set_to(built(document).case("", "", 1, 0, off=["commitment"]), c_bar=0.0, resistance=0.0)
    for rows in Play(case).steps():
        assert len(of_kind(rows, ch.WAR)) == 0


@settings(max_examples=15)
@given(document=lively_documents(turns=(8, 12)))
def test_with_known_costs_every_war_is_preventive(document: dict[str, Any]) -> None:
    case = set_to(built(document).case("", "", 1, 0), c_bar=0.0, resistance=0.0, forecast_years=40.0)
    for rows in Play(case).steps():
        assert (of_kind(rows, ch.WAR)[:, col.THING] == of_kind(rows, ch.PREVENTIVE)[:, col.THING]).all()


@settings(max_examples=15)
@given(document=lively_documents(turns=(2, 2)), more=st.floats(0.0, 0.5), run=st.integers(0, 5))
def test_a_higher_cost_to_the_challenger_never_makes_a_first_war_likelier(
    document: dict[str, Any], more: float, run: int
) -> None:
    """Same luck, higher cost: who fights now, would have fought before. So for the known part and for sanctions."""
    case = built(document).case("", "", 1, run, off=["commitment"])
    wars = set(of_kind(Play(case, 1, run).step(), ch.WAR)[:, col.THING])
    for name in ("c_a", "sanctions_expected"):
        costly = set_to(case, **{name: min(1.0, getattr(case.params, name) + more)})
        assert set(of_kind(Play(costly, 1, run).step(), ch.WAR)[:, col.THING]) <= wars


@pytest.mark.slow
@settings(max_examples=15)
@given(document=lively_documents(turns=(3, 5)), more=st.floats(0.0, 2.0))
def test_more_power_never_lowers_the_odds(document: dict[str, Any], more: float) -> None:
    play = Play(built(document).case("", "", 1, 0))
    for _ in play.steps():
        pass
    g, w, desk = play.packed
    disputes = range(len(play.case.setup.dispute_key))

    def odds() -> list[tuple[float, float]]:
        derive(g, w, desk.derived)
        return [(perceived_odds(g, w, desk.derived, v), battle_odds(g, w, desk.derived, v)) for v in disputes]

    before = odds()
    for actor in range(len(play.world.power)):
        kept = float(play.world.power[actor])
        play.world.power[actor] = kept * (1.0 + more)
        after = odds()
        for v in disputes:
            if play.case.setup.challenger[v] == actor:
                assert after[v][0] >= before[v][0] - CLOSE
                assert after[v][1] >= before[v][1] - CLOSE
            if play.case.setup.target[v] == actor:
                assert after[v][0] <= before[v][0] + CLOSE
                assert after[v][1] <= before[v][1] + CLOSE
        play.world.power[actor] = kept


@settings(max_examples=15)
@given(document=lively_documents(turns=(10, 12)))
def test_every_war_grows_out_of_a_crisis_and_every_battle_belongs_to_a_war(document: dict[str, Any]) -> None:
    play = Play(built(document).case("", "", 1, 0))
    open_wars: set[float] = set()
    for rows in play.steps():
        in_crisis: set[float] = set()
        for row in rows:
            if row[col.KIND] == ch.CRISIS:
                assert row[col.THING] not in open_wars
                in_crisis.add(row[col.THING])
            elif row[col.KIND] == ch.WAR:
                assert row[col.THING] in in_crisis
                open_wars.add(row[col.THING])
            elif row[col.KIND] in (ch.BATTLE, ch.CITY_STRIKE):
                assert row[col.THING] in open_wars
            elif row[col.KIND] == ch.WAR_ENDED:
                open_wars.remove(row[col.THING])
        assert open_wars == set(np.flatnonzero(play.world.war_on))


@settings(max_examples=15)
@given(document=lively_documents(turns=(10, 12)))
def test_no_crisis_arises_over_a_front_before_its_truce_is_over(document: dict[str, Any]) -> None:
    play = Play(built(document).case("", "", 1, 0))
    ended: dict[float, int] = {}
    for turn, rows in enumerate(play.steps()):
        for row in of_kind(rows, ch.CRISIS, ch.WAR_ENDED, ch.TERMS):
            if row[col.KIND] in (ch.WAR_ENDED, ch.TERMS):
                ended[row[col.THING]] = turn
            else:
                assert turn - ended.get(row[col.THING], -100) > play.case.params.truce


@settings(max_examples=15)
@given(document=lively_documents(turns=(8, 12)))
def test_a_front_moves_by_terms_and_war_alone_and_never_beyond_what_its_mover_wants(
    document: dict[str, Any],
) -> None:
    play = Play(built(document).case("", "", 1, 0, off=["calendar"]))
    s = play.case.setup
    before = play.world.x.copy()
    for rows in play.steps():
        moved = set(of_kind(rows, ch.TERMS, ch.BATTLE, ch.WAR_ENDED)[:, col.THING].astype(int))
        for v, k in enumerate(s.dispute_issue):
            fighting = bool(play.world.war_on[v])
            if v not in moved and not fighting:
                assert abs(play.world.x[k] - before[k]) < CLOSE
            ends = [before[k], play.world.war_start[v], *play.world.theta[[s.challenger[v], s.target[v]], k]]
            assert min(ends) - CLOSE <= play.world.x[k] <= max(ends) + CLOSE
        before = play.world.x.copy()
    assert (s.issue_kind[s.dispute_issue] == FRONT).all()


@settings(max_examples=12)
@given(document=lively_documents(turns=(8, 12)))
def test_a_forbidden_war_is_not_fought(document: dict[str, Any]) -> None:
    if not document["disputes"]:
        return
    first = document["disputes"][0]
    pair = [first["challenger"], first["target"]]
    document["branches"]["peace"] = {"do": [{"forbid": {"war": pair}, "from": "2000Q1"}]}
    made = built(document)
    about = set(made.index.between(*pair))
    for rows in Play(made.case("peace", "", 1, 0)).steps():
        assert not about & set(of_kind(rows, ch.WAR, ch.BATTLE)[:, col.THING].astype(int))


def test_forts_and_fronts_of_the_flagship_agree(flagship: Built) -> None:
    for run in range(6):
        play = Play(flagship.case("free", "deterrence", 9, run), 9, run)
        for rows in play.steps():
            for row in of_kind(rows, ch.BATTLE):
                assert 0 <= row[col.VALUE] <= play.case.params.forts
                assert 0.0 < row[col.GAIN] < 1.0
