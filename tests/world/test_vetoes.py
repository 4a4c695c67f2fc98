"""Vetoes: what several must agree to moves only if all gain, abstain or are paid; money, equal gain and patience."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from powersim.compile.jit import interpreted
from powersim.rules.patience import patience_weight
from powersim.scenario.arrays.build import Built, build
from powersim.scenario.load import from_data, load
from powersim.sim.history import simulate
from powersim.sim.run import Engine
from powersim.world import chronicle
from powersim.world.case import Case
from powersim.world.derive import share_of
from powersim.world.gains import control_change
from powersim.world.menu import _too_dear
from powersim.world.params import MECHANISMS
from powersim.world.state import ALL, C_PLEDGE, LEAST, LOWER, RAISE

TURN, KIND, ACTOR, OTHER, THING, VALUE, GAIN = range(7)
COUNCIL = ("arms_embargo_iran", "un_pressure_on_iran")
SEED = 3


class Deal(NamedTuple):
    """A signature as the chronicle has it, with the menu of that turn: what every leg was worth to everybody."""

    turn: int
    legs: tuple[int, ...]
    gain: dict[int, float]  # by party, payments included
    pay: dict[int, float]
    menu: np.ndarray  # (R, N)
    target: np.ndarray  # (R)
    dis: np.ndarray  # (C) where own policies would have led


def deals(case: Case, run: int) -> Iterator[Deal]:
    """All deals of a history, turn by turn, as the phase of deals leaves the menu."""
    engine = Engine(case, SEED, run)
    world, menu = engine.world, engine.desk.menu
    for t in range(case.turns):
        engine.to(t, "deals")
        for legs, gain, pay in signed(world.log[: int(world.logged[0])], t):
            yield Deal(t, legs, gain, pay, menu.gain.copy(), menu.target.copy(), world.dis.copy())


def signed(
    log: np.ndarray, t: int = -1
) -> Iterator[tuple[tuple[int, ...], dict[int, float], dict[int, float]]]:
    """Legs, gains and net payments of every deal in a chronicle, in turn t or in all."""
    rows = log if t < 0 else log[log[:, TURN] == t]
    for start in np.flatnonzero(rows[:, KIND] == chronicle.SIGNED):
        legs: list[int] = []
        gain: dict[int, float] = {}
        pay: dict[int, float] = {}
        for row in rows[start + 1 :]:
            if row[KIND] == chronicle.SIGNED:
                break
            if row[KIND] == chronicle.LEG:
                legs.append(int(row[THING]))
            elif row[KIND] == chronicle.GAIN and len(gain) < rows[start, THING]:
                gain[int(row[ACTOR])], pay[int(row[ACTOR])] = float(row[GAIN]), float(row[VALUE])
        yield tuple(legs), gain, pay


@pytest.fixture(scope="module")
def flagship(root: Path) -> Built:
    return build(load(root / "scenarios" / "missile_defense_2009.yaml"))


def tables(built: Built, case: Case, run: int) -> tuple[int, int]:
    """Check every deal of a history; how many moves of the Security Council and how many paid members it had."""
    s, p, council = case.setup, case.params, {built.index.levers[name] for name in COUNCIL}
    moves = paid = 0
    for deal in deals(case, run):
        for leg in deal.legs:
            c, side = divmod(leg, 3)
            if c >= s.control_key.shape[0] or side not in (LOWER, RAISE):
                continue
            decide = s.raisers[c] if side == RAISE else s.lowerers[c]
            if (s.raise_mode[c] if side == RAISE else s.lower_mode[c]) != ALL:
                continue
            assert (deal.target[leg] > deal.dis[c]) == (side == RAISE)
            moves += c in council
            for i in map(int, np.flatnonzero(decide)):
                if deal.menu[leg, i] < -p.indifference:
                    assert i in deal.gain, "a loser with a veto was not asked"
                    assert deal.gain[i] > 0.0, "a loser with a veto was not paid"
                    paid += c in council
    return moves, paid


@pytest.mark.parametrize("off", [(), ("payments",)], ids=["with money", "without money"])
def test_the_security_council_moves_only_if_every_member_gains_abstains_or_is_paid(
    flagship: Built, off: tuple[str, ...]
) -> None:
    found = [
        tables(flagship, flagship.case(branch, "", SEED, run, off=off), run)
        for branch in ("replace", "free")
        for run in range(12)
    ]
    moves, paid = np.sum(found, axis=0)
    assert moves > 10  # or the claim would be empty
    assert paid > 10


def test_payments_only_pass_from_hand_to_hand_and_nobody_signs_at_a_loss(flagship: Built) -> None:
    count = 0
    for run in range(20):
        case = flagship.case("replace", "", SEED, run)
        history = simulate(case, SEED, run)
        assert history.lost == 0
        for _, gain, pay in signed(history.log):
            count += 1
            assert min(gain.values()) > 0.0
            received = sum(m for m in pay.values() if m > 0.0)
            given = -sum(m for m in pay.values() if m < 0.0)
            assert received == pytest.approx(case.params.payment_efficiency * given, abs=1e-12)
    assert count > 100


# --- small worlds, in which every draw comes out alike -----------------------------------------------------------

CERTAIN = {
    "talk": 1.0, "conference": 1.0, "sign_tau": 0.0, "own_rate": 1.0, "noise_sd": 0.0, "power_sd": 0.0,
    "curvature": 1.0, "chi": 0.0, "w_security": 0.0, "w_economy": 1.0, "cost_per_leg": 0.001,
    "payment_cap": 0.5, "payment_taken": 0.5, "payment_efficiency": 1.0,
}  # fmt: skip
NEEDED = ("own_policy", "exchange", "payments", "coalitions")


def small(
    actors: dict[str, dict[str, Any]], issues: dict[str, Any], off: tuple[str, ...] = (), **parameters: float
) -> Built:
    """A world of levers and money, eight quarters long."""
    document = {
        "powersim": 1,
        "name": "small",
        "calendar": {"start": "2000Q1", "end": "2001Q4", "turn": "quarter"},
        "actors": {code: {"power": 0.1, "economy": 0.1, **data} for code, data in actors.items()},
        "issues": issues,
        "parameters": {**CERTAIN, **parameters},
        "mechanisms": {name: name in NEEDED and name not in off for name in MECHANISMS},
    }
    return build(from_data(document))


def council(losses: dict[str, float], start: float = 0.2) -> dict[str, Any]:
    """A lever that all must raise: PRO wants it up, the others lose what is said per unit."""
    return {
        "start": start,
        "control": {"raise": {"all": ["PRO", *losses]}, "lower": {"all": ["PRO", *losses]}},
        "speed": 0.05,
        "step": 0.2,
        "interests": {"PRO": [1.0, 0.5]} | {code: [0.0, loss] for code, loss in losses.items()},
    }


def moved(built: Built) -> tuple[list[tuple[tuple[int, ...], dict[int, float], dict[int, float]]], list[int]]:
    """Deals of the only history, and the controls that own policy moved."""
    log = simulate(built.case(), SEED, 0).log
    own = [int(row[THING]) for row in log if row[KIND] == chronicle.OWN_MOVE]
    return list(signed(log)), own


PAIR: dict[str, dict[str, Any]] = {"PRO": {}, "CON": {}}
TRIO: dict[str, dict[str, Any]] = {**PAIR, "NEU": {}}


def test_own_policy_respects_every_veto() -> None:
    assert moved(small(PAIR, {"vote": council({"CON": 0.1})}, off=("exchange",)))[1] == []
    assert moved(small(PAIR, {"vote": council({"CON": -0.0})}, off=("exchange",)))[1] == []
    agreed = council({"CON": 0.1})
    agreed["interests"]["CON"] = [1.0, 0.1]
    assert moved(small(PAIR, {"vote": agreed}, off=("exchange",)))[1]


def test_a_pledge_that_is_not_looked_into_would_not_have_been_made(flagship: Built) -> None:
    dear, change, share = (interpreted(rule) for rule in (_too_dear, control_change, share_of))
    case, settled, wanted = flagship.case("keep", "spiral", 2009, 0), 0, 0
    for turn in (0, 8, 40):
        engine = Engine(case, 2009, 0)
        engine.to(turn, "growth")
        w, desk = engine.world, engine.desk
        for cheaper in (1.0, 0.1, 0.03, 0.01):
            s = case.setup._replace(w_autonomy=case.setup.w_autonomy * cheaper)
            g = engine.given._replace(s=s)
            for c in np.flatnonzero(s.control_kind == C_PLEDGE):
                for to in np.linspace(w.pos[c], 1.0, 4)[1:]:
                    change(g, w, desk.derived, desk.sums, c, w.pos[c], to)
                    gains = share(desk.derived, desk.sums.own, s.control_from[c]) > LEAST
                    assert not (gains and dear(g, w, desk, c, to))
                    settled, wanted = settled + dear(g, w, desk, c, to), wanted + gains
    assert settled > 200
    assert wanted > 40


def test_a_holdout_is_paid_in_money_where_there_is_money_and_blocks_where_there_is_none() -> None:
    issues = {"vote": council({"CON": 0.1})}
    with_money, own = moved(small(PAIR, issues))
    assert with_money
    assert own == []
    for _, gain, pay in with_money:
        assert pay[0] > 0.0 > pay[1]  # CON before PRO
        assert min(gain.values()) > 0.0
    assert moved(small(PAIR, issues, off=("payments",))) == ([], [])


def test_without_money_a_holdout_is_paid_by_another_lever_of_the_same_package() -> None:
    favour = {
        "start": 0.2, "control": "PRO", "speed": 0.0, "step": 0.2,
        "interests": {"PRO": [0.0, 0.1], "CON": [1.0, 0.4]},
    }  # fmt: skip
    found, _ = moved(small(PAIR, {"vote": council({"CON": 0.1}), "favour": favour}, off=("payments",)))
    assert found
    for legs, gain, pay in found:
        assert {leg // 3 for leg in legs} == {0, 1}
        assert min(gain.values()) > 0.0
        assert set(pay.values()) == {0.0}


@pytest.mark.parametrize(("loss", "asked"), [(0.005, False), (0.05, True)])
def test_who_loses_less_than_the_indifference_abstains_and_need_not_be_asked(
    loss: float, asked: bool
) -> None:
    """A step of .2 costs NEU .001 or .01, against an indifference of .002."""
    issues = {"vote": council({"CON": 0.1, "NEU": loss})}
    found, _ = moved(small(TRIO, issues, indifference=0.002))
    raised = [gain for legs, gain, _ in found if 2 in legs]
    assert raised
    neutral = sorted(TRIO).index("NEU")
    assert all((neutral in gain) == asked for gain in raised)


def test_two_holdouts_are_paid_at_one_table_or_nothing_moves() -> None:
    issues = {"vote": council({"CON": 0.1, "NEU": 0.1})}
    found, _ = moved(small(TRIO, issues))
    assert found
    assert all(len(gain) == 3 and min(gain.values()) > 0.0 for _, gain, _ in found)
    assert moved(small(TRIO, issues, off=("coalitions",))) == ([], [])


@pytest.mark.parametrize("loss", [0.51, 0.6, 1.0])
def test_a_veto_worth_more_than_the_move_kills_it_whatever_can_be_paid(loss: float) -> None:
    assert moved(small(PAIR, {"vote": council({"CON": loss}, start=0.0)})) == ([], [])


def first_gains(built: Built) -> tuple[dict[str, float], int, dict[str, float]]:
    """Gains, number of legs and payments of the first deal, by actor."""
    legs, gain, pay = moved(built)[0][0]
    codes = list(built.index.actors)
    return {codes[i]: g for i, g in gain.items()}, len(legs), {codes[i]: m for i, m in pay.items()}


SPLIT: dict[str, Any] = {
    "favour": {
        "start": 0.2, "control": "CON", "speed": 0.0, "step": 0.2,
        "interests": {"CON": [0.0, 0.1], "PRO": [1.0, 0.6]},
    },
}  # fmt: skip


def test_equal_gain_makes_gains_equal_where_the_payment_is_not_capped() -> None:
    rich = {"PRO": {"weights": {"economy": 2.0}}, "CON": {}}  # money is worth twice as much to PRO
    nash, _, _ = first_gains(small(rich, SPLIT))
    equal, _, pay = first_gains(small(rich, SPLIT, equal_gain=1))
    assert equal["PRO"] == pytest.approx(equal["CON"], rel=1e-9)
    assert abs(pay["PRO"]) < 0.05  # half of an economy of .1: not capped
    # Nash makes them equal in money (after the cost of the leg), not in utility.
    assert nash["PRO"] - 0.001 == pytest.approx(2.0 * (nash["CON"] - 0.001), rel=1e-9)


def test_under_a_cap_equal_gain_pays_the_cap_and_leaves_the_rest_unequal() -> None:
    gains, _, pay = first_gains(small(PAIR, SPLIT, equal_gain=1, payment_cap=0.03))
    assert -pay["PRO"] == pytest.approx(0.03 * 0.1)
    assert gains["PRO"] > gains["CON"] > 0.0


def test_without_money_equal_gain_picks_the_package_whose_poorer_party_gains_most() -> None:
    """Two levers of CON for one of PRO: Nash takes both (.10 x .02), equal gain the one that leaves CON more."""
    lever = {"start": 0.2, "speed": 0.0, "step": 0.2}
    issues = {
        "asked": {**lever, "control": "PRO", "interests": {"PRO": [0.0, 0.05], "CON": [1.0, 0.4]}},
        "large": {**lever, "control": "CON", "interests": {"CON": [0.0, 0.1], "PRO": [1.0, 0.4]}},
        "small": {**lever, "control": "CON", "interests": {"CON": [0.0, 0.1], "PRO": [1.0, 0.4]}},
    }
    free = ("payments",)
    nash, nash_legs, _ = first_gains(small(PAIR, issues, off=free))
    equal, equal_legs, _ = first_gains(small(PAIR, issues, off=free, equal_gain=1))
    assert (nash_legs, equal_legs) == (3, 2)
    assert min(equal.values()) > min(nash.values())
    assert math.prod(nash.values()) > math.prod(equal.values())


@pytest.mark.parametrize(("patient", "other"), [(0.99, 0.95), (0.98, 0.9), (0.97, 0.97)])
def test_the_more_patient_side_gets_more(patient: float, other: float) -> None:
    """Surplus after costs is split as ln(delta) of the other: .02 / .05 gives five sevenths, and so on (M9b)."""
    for first, second in ((patient, other), (other, patient)):
        actors = {"PRO": {"patience": first}, "CON": {"patience": second}}
        gains, legs, _ = first_gains(small(actors, SPLIT))
        weight = patience_weight(first, second)
        kept = {code: gain - 0.001 * legs for code, gain in gains.items()}
        assert kept["PRO"] / sum(kept.values()) == pytest.approx(weight, rel=1e-6)
        assert (kept["PRO"] > kept["CON"]) == (first > second) or first == second
