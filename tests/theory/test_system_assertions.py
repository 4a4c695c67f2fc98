"""Ten propositions about the whole: each asserted here on the world, or by a pointer to the test that asserts it."""

from __future__ import annotations

import importlib.util
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from small_worlds import small

from powersim.oracles.landscape import settle
from powersim.rules.alignment import next_alignment
from powersim.scenario.arrays.build import Built, build
from powersim.scenario.load import from_data, load
from powersim.sim.history import History, simulate
from powersim.testing import renamed
from powersim.world import chronicle
from powersim.world.columns import DEAL, GAIN, KIND, TURN, VALUE

DECISION = 10  # 2009Q3
FLAGSHIP = "missile_defense_2009.yaml"
BRANCHES = ("keep", "cancel", "replace")
SEED = 2009

# Where a proposition about a single rule has its own tests.
ELSEWHERE = {
    "3 neutrality": ("test_crisis.py", "test_neutrality_power_moves_the_terms_and_not_the_risk"),
    "4 linkage": ("test_bargaining.py", "test_proportional_saliences_and_no_payments_no_package"),
    "5 no private information": ("test_crisis.py", "test_without_private_information_there_is_no_war"),
    "5 no shift": ("test_commitment.py", "test_no_shift_no_preventive_war"),
    "7 published minimum": ("test_landscape.py", "test_syria_2015_has_the_published_minimum"),
    "8 surplus": (
        "test_bargaining.py",
        "test_a_split_conserves_the_total_and_leaves_nobody_below_disagreement",
    ),
    "9 in the world": (
        "test_system_assertions_goods.py",
        "test_9_know_how_without_transfers_follows_nelson_and_phelps_and_transfers_only_raise_it",
    ),
    "10 in the world": (
        "test_system_assertions_goods.py",
        "test_10_without_a_future_every_withheld_leg_is_revoked_within_a_quarter",
    ),
    "9 closed form": ("test_technology.py", "test_learning_alone_follows_the_closed_form"),
    "9 transfers": ("test_technology.py", "test_a_transfer_only_raises_and_never_past_the_giver"),
    "10 break-even": ("test_compliance.py", "test_without_a_relationship_every_profitable_breach_happens"),
}


@pytest.mark.parametrize(("file", "name"), ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_the_rule_behind_a_proposition_has_its_test(file: str, name: str) -> None:
    spec = importlib.util.spec_from_file_location(f"pointed_{file[:-3]}", Path(__file__).with_name(file))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert callable(getattr(module, name))


def flagship(root: Path, **overrides: float) -> Built:
    return build(load(root / "scenarios" / FLAGSHIP, overrides))


def rows(history: History, kind: int) -> NDArray[np.float64]:
    found: NDArray[np.float64] = history.log[history.log[:, KIND] == kind]
    return found


# --- 1, 2: the decision and what it cannot have done -------------------------------------------------------------


def test_1_nothing_before_the_decision_depends_on_it(root: Path) -> None:
    built = flagship(root)
    for run in range(8):
        found = [simulate(built.case(branch, "", SEED, run), SEED, run) for branch in BRANCHES]
        before = [history.log[history.log[:, TURN] < DECISION] for history in found]
        for history, log in zip(found[1:], before[1:]):
            assert np.array_equal(history.values[:DECISION], found[0].values[:DECISION], equal_nan=True)
            assert np.array_equal(log, before[0])
            assert np.array_equal(history.alignment[0], found[0].alignment[0])
        assert len(before[0]) > 0


# Channels by which the shield touches more than those who like or dislike it: packages, what it guarantees, harm
# remembered, efforts held up together, beliefs, Russia's fear, gratitude, the Iskanders that answer it, and what it
# shields Poland from.
CLOSED = ("exchange", "guarantees", "harm", "joint_efforts")
SEVERED = {
    "rho": 0.0,
    "tau": 0.0,
    "eta_2": 0.0,
    "w_levers": 0.0,
    "issues.iskander_kaliningrad.interests.RUS.ideal": 0.3,
    "issues.missile_defense_europe.effects[3].size": 0.0,
}


def test_2_with_every_channel_closed_the_decision_changes_neither_alignment_nor_war(root: Path) -> None:
    built = flagship(root, **SEVERED)
    for run in range(8):
        found = [simulate(built.case(branch, "", SEED, run, off=CLOSED), SEED, run) for branch in BRANCHES]
        for history in found[1:]:
            assert np.array_equal(history.alignment, found[0].alignment)
            for kind in (chronicle.CRISIS, chronicle.WAR, chronicle.TERMS, chronicle.BATTLE):
                assert np.array_equal(rows(history, kind), rows(found[0], kind))


def differs(built: Built, off: tuple[str, ...]) -> bool:
    """Whether keeping or cancelling makes any difference to any alignment in a few runs."""
    for run in range(4):
        keep, cancel = (
            simulate(built.case(branch, "", SEED, run, off=off), SEED, run) for branch in BRANCHES[:2]
        )
        if not np.array_equal(keep.alignment, cancel.alignment):
            return True
    return False


@pytest.mark.parametrize("opened", ["eta_2", "w_levers", "issues.iskander_kaliningrad.interests.RUS.ideal"])
def test_2_each_channel_alone_lets_the_decision_through(root: Path, opened: str) -> None:
    assert differs(flagship(root, **{key: value for key, value in SEVERED.items() if key != opened}), CLOSED)


def test_2_exchange_alone_carries_nothing_while_the_shield_is_laid_down_and_not_for_sale(root: Path) -> None:
    assert not differs(flagship(root, **SEVERED), CLOSED[1:])


# --- small worlds ------------------------------------------------------------------------------------------------


def play(document: dict[str, Any], run: int = 0) -> History:
    return simulate(build(from_data(document)).case(), SEED, run)


def opposed(saliences: dict[str, tuple[float, ...]]) -> dict[str, Any]:
    """Levers over which A and B want the opposite; A owns the even ones, B the odd ones."""
    return {
        f"lever_{k}": {
            "start": 0.5, "control": "AB"[k % 2] * 3, "speed": 0.0, "step": 0.25,
            "interests": {"AAA": [1.0, saliences["AAA"][k]], "BBB": [0.0, saliences["BBB"][k]]},
        }
        for k in range(len(saliences["AAA"]))
    }  # fmt: skip


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_4_proportional_saliences_and_no_money_no_package(factor: float) -> None:
    a = (0.2, 0.4, 0.1, 0.6)
    same = opposed({"AAA": a, "BBB": tuple(factor * s for s in a)})
    other = opposed({"AAA": a, "BBB": (0.4, 0.1, 0.6, 0.2)})
    two = ("AAA", "BBB")
    assert not len(rows(play(small(two, ("exchange",), issues=same)), chronicle.SIGNED))
    assert len(rows(play(small(two, ("exchange",), issues=other)), chronicle.SIGNED))


def quarrel(shift: float = 0.0, **parameters: float) -> dict[str, Any]:
    """A front over which a crisis arises every quarter, and a door whose opening weakens the challenger."""
    return small(
        ("AAA", "BBB"),
        ("crisis", "war", "commitment", "own_policy"),
        24,
        {"terms_share": 0.1, "c_a": 0.02, "c_a_spread": 0.1, **parameters},
        issues={
            "front": {"binds": {"front": ["AAA", "BBB"]}, "start": 0.1,
                      "interests": {"AAA": [1.0, 0.5], "BBB": [0.0, 0.5]}},
            "door": {"start": 0.0, "control": "BBB", "speed": 0.05,
                     "effects": [{"shift": ["BBB", "AAA"], "size": shift}], "interests": {"BBB": [1.0, 0.5]}},
        },
        disputes=[{"issue": "front", "challenger": "AAA", "target": "BBB", "hazard": 1.0}],
        reach={"default": 0.9},
    )  # fmt: skip


def test_5_without_private_information_and_shifts_there_is_no_war() -> None:
    for run in range(20):
        history = play(quarrel(c_bar=0.0, resistance=0.0), run)
        assert len(rows(history, chronicle.CRISIS))
        assert not len(rows(history, chronicle.WAR))
    assert any(
        len(rows(play(quarrel(c_bar=0.8), run), chronicle.WAR)) for run in range(20)
    )  # private costs do it
    assert any(
        len(rows(play(quarrel(shift=0.9, c_bar=0.0, resistance=0.0), run), chronicle.PREVENTIVE))
        for run in range(20)
    )  # and so does a shift


def test_3_belief_in_an_allys_help_moves_the_terms_of_a_crisis_and_not_the_risk_of_war() -> None:
    """Nobody keeps a status quo that it likes here, and no demand reaches the whole pie: Fearon's game as it stands."""
    found: dict[float, tuple[list[bool], list[float]]] = {0.1: ([], []), 0.9: ([], [])}
    for belief, (wars, terms) in found.items():
        document = quarrel(c_bar=0.2, helper_weight=0.5, resistance=0.0)
        document["actors"]["CCC"] = {"power": 0.1, "economy": 0.1}
        document |= {"alignment": {"BBB-CCC": 0.5}, "beliefs": {"resolve": {"AAA>CCC": belief}}}
        for run in range(40):
            first = [play(document, run).log]
            log = first[0][first[0][:, TURN] == 0]
            wars.append(chronicle.WAR in log[:, KIND])
            terms += [float(row[VALUE]) for row in log if row[KIND] == chronicle.TERMS]
    assert found[0.1][0] == found[0.9][0]
    assert 0 < sum(found[0.1][0]) < 40
    assert all(bold > wary + 0.001 for bold, wary in zip(found[0.1][1], found[0.9][1], strict=True))


def rivals() -> dict[str, Any]:
    """Two actors alike but for their names, and a third who cares for both alike."""
    issues = {
        f"lever_{code.lower()}": {
            "start": 0.3, "control": code, "speed": 0.02, "step": 0.2,
            "interests": {code: [0.4, 0.2], "CCC": [0.9, 0.3]} | {other: [0.0, 0.15]},
        }
        for code, other in (("AAA", "BBB"), ("BBB", "AAA"))
    } | {"favour": {"start": 0.2, "control": "CCC", "speed": 0.0, "step": 0.2,
                    "interests": {"AAA": [0.9, 0.5], "BBB": [0.9, 0.5], "CCC": [0.1, 0.1]}}}  # fmt: skip
    return small(
        ("AAA", "BBB", "CCC"),
        ("own_policy", "exchange", "payments", "coalitions", "alignment", "balance", "trust", "resolve", "drift",
         "budgets", "threat", "guarantees", "home"),
        24,
        {"w_security": 0.5},
        issues=issues,
        alignment={"AAA-CCC": 0.3, "BBB-CCC": 0.3, "AAA-BBB": -0.2},
        reach={"default": 0.4},
        outcomes={f"{kind}_{code.lower()}": {"of": {kind: code}} for kind in ("utility", "strength", "security")
                  for code in ("AAA", "BBB")}
        | {f"with_{code.lower()}": {"of": {"alignment": [code, "CCC"]}} for code in ("AAA", "BBB")},
    )  # fmt: skip


def outcomes(document: dict[str, Any], run: int = 0) -> dict[str, NDArray[np.float64]]:
    built = build(from_data(document))
    values = simulate(built.case(), SEED, run).values
    return {name: values[:, place] for place, name in enumerate(built.scenario.outcomes)}


def test_6_swapping_the_names_of_two_identical_actors_swaps_their_histories() -> None:
    """Where luck decides nothing, to the last digit that matters; only the deal that both want is drawn by lot."""
    without_lot = rivals()
    without_lot["issues"].pop("favour")
    found = outcomes(without_lot)
    for kind in ("utility", "strength", "security", "with"):
        assert np.allclose(found[f"{kind}_aaa"], found[f"{kind}_bbb"], atol=1e-9)
        assert np.ptp(found[f"{kind}_aaa"]) > 0.0
    swapped = outcomes(renamed(without_lot, {"AAA": "BBB", "BBB": "AAA"}))
    for name, values in found.items():
        assert np.allclose(swapped[name], values, atol=1e-9)


def test_6_with_luck_identical_actors_fare_alike_on_average() -> None:
    document = rivals()
    document["parameters"] |= {"talk": 0.4, "noise_sd": 0.3, "own_rate": 0.5}
    built = build(from_data(document))
    names = list(built.scenario.outcomes)
    last = np.array([simulate(built.case(), SEED, run).values[-1] for run in range(300)])
    for kind in ("utility", "with"):
        gap = last[:, names.index(f"{kind}_aaa")] - last[:, names.index(f"{kind}_bbb")]
        assert gap.std() > 0.0
        assert abs(gap.mean()) < 3.5 * gap.std() / len(gap) ** 0.5


# --- 7: the landscape --------------------------------------------------------------------------------------------


def minima(strength: NDArray[np.float64], pull: NDArray[np.float64]) -> set[tuple[int, ...]]:
    """Local minima by enumeration, with the energy written out again; the first actor names its camp 0."""
    n = len(strength)

    def energy(camps: tuple[int, ...]) -> float:
        total: float = sum(
            strength[i] * strength[j] * pull[i, j]
            for i in range(n)
            for j in range(n)
            if i != j and camps[i] != camps[j]
        )
        return total

    found = set()
    for camps in product((0, 1), repeat=n):
        flips = [(*camps[:i], 1 - camps[i], *camps[i + 1 :]) for i in range(n)]
        if all(energy(camps) <= energy(flip) for flip in flips):
            found.add(tuple(camp ^ camps[0] for camp in camps))
    return found


@given(data=st.data(), n=st.integers(2, 6))
@settings(max_examples=60)
def test_7_at_full_speed_with_static_propensities_alignment_lands_on_a_local_minimum(
    data: st.DataObject, n: int
) -> None:
    """One turn at lambda = 1 takes every dyad to tanh of its propensity, where it stays; camps then settle."""
    whole = st.integers(-3, 3)
    pull = np.zeros((n, n))
    for i in range(n):
        for j in range(i):
            pull[i, j] = pull[j, i] = data.draw(whole)
    strength = np.array(data.draw(st.lists(st.integers(1, 5), min_size=n, max_size=n)), float)
    start = data.draw(st.floats(-0.9, 0.9))
    once = np.array([[next_alignment(start, 0.0, pull[i, j], 1.0, 0.0) for j in range(n)] for i in range(n)])
    again = np.array([[next_alignment(a, 0.0, p, 1.0, 0.0) for a, p in zip(*r)] for r in zip(once, pull)])
    assert np.allclose(once, again, rtol=0.0, atol=1e-15)
    assert np.allclose(once, np.tanh(pull))
    camps = (once[0] < 0.0).astype(np.int64)  # as the first actor sees the world: friends and foes
    camps[0] = 0
    settled = settle(camps, strength, pull)
    assert tuple(int(camp) ^ int(settled[0]) for camp in settled) in minima(strength, pull)


IDLE = {"idle": {"start": 0.5, "control": "AAA", "interests": {"AAA": [0.5, 0.1]}}}


def test_7_a_world_without_drivers_rests_at_once_at_full_speed() -> None:
    ties = {"AAA-BBB": 0.4, "AAA-CCC": -0.3, "BBB-CCC": 0.7}
    document = small(
        ("AAA", "BBB", "CCC"), ("alignment",), 8, {"alignment_speed": 1.0}, issues=IDLE, alignment=ties
    )
    document["outcomes"] = {
        pair.lower().replace("-", "_"): {"of": {"alignment": pair.split("-")}} for pair in ties
    }
    for name, values in outcomes(document).items():
        assert np.allclose(values, ties[name.upper().replace("_", "-")], atol=1e-9)


# --- 8: nobody below disagreement, money from hand to hand ---


def test_8_payments_add_up_to_nothing_and_nobody_signs_below_disagreement(root: Path) -> None:
    built = flagship(root, payment_efficiency=1.0)
    paid = 0
    for run in range(8):
        history = simulate(built.case("replace", "", SEED, run), SEED, run)
        gains = rows(history, chronicle.GAIN)
        slots: dict[tuple[float, float], list[float]] = {}
        assert gains[:, GAIN].min() > 0.0
        for row in gains:  # deals of one turn never share a place in the table of open deals
            slots.setdefault((row[TURN], row[DEAL]), []).append(row[VALUE])
        paid += sum(any(values) for values in slots.values())
        assert max(abs(sum(values)) for values in slots.values()) < 1e-12
    assert paid > 10
