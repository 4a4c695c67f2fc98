"""A mechanism switched off leaves no trace: no rows of its kinds, its state rests, its parameters are deaf."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from powersim.scenario.arrays.build import Built
from powersim.world import chronicle as ch
from powersim.world import columns as col
from powersim.world.case import Case
from powersim.world.params import MECHANISMS, SPEC
from powersim.world.state import C_PLEDGE, C_SANCTION, KNOW_HOW_GOOD, Floats
from worlds import Play, built, lively_documents, of_kind, same, state

GRID = 2.0**-39  # what is carried over is rounded to a grid of 2**-40

FIGHTING = (ch.PREVENTIVE, ch.WAR, ch.BATTLE, ch.WAR_ENDED, ch.CITY_STRIKE, ch.HELPED)
ROWS_OF: dict[str, tuple[int, ...]] = {
    "calendar": (ch.EVENT,),
    "exchange": (ch.SIGNED, ch.LEG, ch.GAIN, ch.LAPSED, ch.BREACH, ch.OFFER_MADE, ch.DELIVERY, ch.WITHHELD),
    "compliance": (ch.BREACH,),
    "resolve": (ch.BELIEF_RESOLVE,),
    "trust": (ch.BELIEF_TRUST,),
    "programme_strike": (ch.STRIKE, ch.MILESTONE),
    "crisis": (ch.CRISIS, ch.TERMS, ch.DETERRED, *FIGHTING),
    "commitment": (ch.PREVENTIVE,),
    "war": FIGHTING,
    "city_strikes": (ch.CITY_STRIKE,),
    "alignment": (ch.ALIGNMENT_MOVED,),
    "home": (ch.ENGAGERS_MOVED,),
    "proxies": (ch.PROXY,),
}
DEAF: dict[str, tuple[str, ...]] = {
    "budgets": ("budget_response", "budget_fatigue"),
    "technology": ("learn_rate", "know_how_speed", "frontier"),
    "exchange": ("talk", "conference", "cost_per_leg", "sign_tau", "payment_cap", "deal_length", "deal_weight"),
    "payments": ("payment_cap", "payment_taken", "payment_efficiency", "payment_margin"),
    "coalitions": ("conference", "agenda_many"),
    "compliance": ("tau_c", "renege_rate", "relation_floor", "relation_trade", "reset_hazard", "breach_harm"),
    "current_calculus": ("calculus_power", "calculus_stakes"),
    "resolve": ("rho", "omega_out", "firmness"),
    "trust": ("tau", "breach_signal"),
    "programme_strike": ("e0", "psi", "kappa0", "setback", "strike_noise", "disapproval"),
    "crisis": ("c_a", "c_bar", "helper_weight", "war_waste", "terms_share", "optimism", "resistance",
               "crisis_growth", "war_trade"),
    "commitment": ("war_waste", "reversion_hazard", "decliner_share", "forecast_years"),
    "war": ("forts", "battle_cost", "war_attrition", "war_reach", "optimism", "city_worth"),
    "city_strikes": ("city_worth", "city_stock", "city_damage", "city_harm"),
    "sanctions": ("sanctions_expected",),
    "alignment": ("alignment_speed", "w_interest", "w_deals", "w_levers", "w_isolation", "w_joint", "w_harm",
                  "noise_sd"),
    "balance": ("w_triad",),
    "threat": ("w_threat", "m_ref"),
    "isolation": ("w_isolation",),
    "joint_efforts": ("w_joint",),
    "guarantees": ("w_guarantee",),
    "harm": ("w_harm", "war_harm", "breach_harm", "proxy_harm", "strike_harm"),
    "home": ("home_up", "home_down", "home_relax"),
    "proxies": ("proxy_decay", "proxy_harm"),
}  # fmt: skip


def still(play: Play, name: str) -> bool:
    """Whether the state that a mechanism moves has not moved, where there is such a state."""
    w, s = play.world, play.case.setup
    pledges = s.control_kind == C_PLEDGE
    if name == "drift":
        return bool((w.economy == s.economy0).all())
    if name == "pledges":
        return bool((w.pos[pledges] == 0.0).all())
    if name == "resolve":
        return bool((np.abs(w.resolve - s.resolve0) < GRID).all())
    if name == "trust":
        return bool((np.abs(w.trust - s.trust0) < GRID).all())
    if name == "alignment":  # the events of these scenarios leave it alone
        return bool((w.alignment == s.alignment0).all())
    if name == "home":
        return bool((np.abs(w.engagers - w.engagers_home) < GRID).all())
    if name == "exchange":
        return not w.deal_on.any() and not w.ordered.any() and not w.dealt.any() and not w.settled.any()
    if name == "crisis" or name == "war":
        return not w.wars.any() and not w.war_on.any()
    if name == "proxies":
        return not w.proxy_level.any() and not play.derived.burden.any()
    if name == "threat":
        return bool((play.derived.offence == 1.0).all() and (play.derived.fear == 0.0).all())
    return True


def quiet(case: Case, name: str, rows: Floats) -> bool:
    """Whether the chronicle has nothing of the mechanism."""
    kind_of_control = case.setup.control_kind
    if name == "payments":
        return not of_kind(rows, ch.GAIN)[:, col.VALUE].any()
    if name == "coalitions":
        return bool((of_kind(rows, ch.SIGNED)[:, col.THING] == 2).all())
    if name in ("own_policy", "sanctions"):
        moved = kind_of_control[of_kind(rows, ch.OWN_MOVE)[:, col.THING].astype(int)] == C_SANCTION
        return not (moved.any() if name == "sanctions" else (~moved).any())
    return len(of_kind(rows, *ROWS_OF.get(name, ()))) == 0


def without(case: Case, name: str) -> Case:
    """The case with one mechanism off."""
    return case._replace(switches=case.switches._replace(**{name: 0}))


def traces(case: Case, name: str) -> list[str]:
    """What a mechanism that is off leaves behind."""
    play = Play(without(case, name))
    rows = np.concatenate(list(play.steps()))
    found = [] if quiet(case, name, rows) else [f"{name}: rows"]
    return found + ([] if still(play, name) else [f"{name}: state"])


@settings(max_examples=12)
@given(document=lively_documents())
def test_a_mechanism_that_is_off_leaves_no_trace(document: dict[str, Any]) -> None:
    case = built(document).case("", "one", 1, 0)
    assert [trace for name in MECHANISMS for trace in traces(case, name)] == []


@pytest.mark.parametrize("branch", ["replace", "free"])
def test_a_mechanism_that_is_off_leaves_no_trace_in_the_flagship(flagship: Built, branch: str) -> None:
    case = flagship.case(branch, "", 1, 0)
    moved_by_events = ("alignment",)
    assert [trace for name in MECHANISMS if name not in moved_by_events for trace in traces(case, name)] == []


def end_of(case: Case) -> tuple[dict[str, Any], Floats]:
    """The last state of a history and its chronicle."""
    play = Play(case)
    rows = np.concatenate(list(play.steps()))
    return state(play), rows


def hears(case: Case, name: str) -> list[str]:
    """Parameters of a switched-off mechanism that still change something."""
    off, found = without(case, name), []
    rest, rows = end_of(off)
    for parameter in DEAF[name]:
        spec = SPEC[parameter]
        far = spec.high if getattr(case.params, parameter) < 0.5 * (spec.low + spec.high) else spec.low
        changed, other = end_of(off._replace(params=off.params._replace(**{parameter: far})))
        memories = (
            ("hurt", "push0")
            if name in ("harm", "threat", "guarantees", "balance", "isolation", "joint_efforts", "alignment")
            else ()
        )
        if [
            place for place in same(rest, changed) if place not in memories
        ] or rows.tobytes() != other.tobytes():
            found.append(f"{name}: {parameter}")
    return found


@pytest.mark.slow
@settings(max_examples=12)
@given(document=lively_documents(turns=(6, 8)))
def test_the_parameters_of_a_mechanism_that_is_off_change_nothing(document: dict[str, Any]) -> None:
    case = built(document).case("", "one", 1, 0)
    assert [found for name in DEAF for found in hears(case, name)] == []


@settings(max_examples=12)
@given(document=lively_documents())
def test_without_technology_know_how_moves_by_teaching_alone(document: dict[str, Any]) -> None:
    case = without(built(document).case("", "", 1, 0, off=["calendar"]), "technology")
    play = Play(case)
    before = play.world.q.copy()
    know_how = case.setup.good_kind == KNOW_HOW_GOOD
    for rows in play.steps():
        taught = np.zeros_like(before, bool)
        for row in of_kind(rows, ch.DELIVERY):
            taught[int(row[col.OTHER]), case.setup.flow_good[int(row[col.THING])]] = True
        assert (play.world.q == before)[:, know_how][~taught[:, know_how]].all()
        before = play.world.q.copy()
