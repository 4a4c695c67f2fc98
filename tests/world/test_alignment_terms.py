"""Common isolation and joint efforts in the world: neutral at weight 0, and each is seen to matter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from powersim.scenario.arrays.build import Built
from powersim.world.params import MECHANISMS
from worlds import Play, built, lively_documents, same, state

TERMS = {"isolation": "w_isolation", "joint_efforts": "w_joint"}
ACTORS = ("AAA", "BBB", "OPP", "THI")


def small(on: tuple[str, ...], parameters: dict[str, float], **sections: Any) -> dict[str, Any]:
    """Four equal actors for six years, with nothing in them but what is said."""
    return {
        "powersim": 1, "name": "small", "calendar": {"start": "2000Q1", "end": "2005Q4", "turn": "quarter"},
        "actors": {code: {"power": 0.1, "economy": 0.1} for code in ACTORS},
        "parameters": {"noise_sd": 0.0, "own_rate": 1.0, "power_sd": 0.0, "w_levers": 0.0} | parameters,
        "mechanisms": {name: name in on for name in MECHANISMS},
        "outcomes": {}, **sections,
    }  # fmt: skip


def alignment(document: dict[str, Any], a: str = "AAA", b: str = "BBB") -> float:
    """Alignment of two actors at the end of the only history."""
    case = built(document).case("", "", 1, 0)
    play = Play(case)
    for _ in play.steps():
        pass
    index = built(document).index.actors
    return float(play.world.alignment[index[a], index[b]])


def sanctioned(*targets: str, mechanism: str = "isolation", **parameters: float) -> dict[str, Any]:
    """OPP comes to want sanctions on its targets and lays them down; nobody else does anything."""
    levels = {f"on_{code.lower()}": code for code in targets}
    return small(
        ("alignment", "own_policy", "sanctions", mechanism), parameters,
        sanctions=[{"by": ["OPP"], "on": [code]} for code in targets],
        issues={name: {"binds": {"sanctions": code, "by": ["OPP"]}, "interests": {"OPP": [1.0, 0.5]}}
                for name, code in levels.items()},
    )  # fmt: skip


def held(mechanism: str, against: float, **parameters: float) -> dict[str, Any]:
    """AAA and BBB come to hold up together an issue on which OPP's ideal is `against`."""
    return small(
        ("alignment", "own_policy", mechanism), parameters,
        issues={"throne": {"start": 0.1, "control": {"raise": {"sum": ["AAA", "BBB"]}, "lower": "THI"}, "speed": 0.1,
                           "interests": {"AAA": [1.0, 0.5], "BBB": [1.0, 0.5], "OPP": [against, 0.5]}}},
    )  # fmt: skip


def test_two_targets_of_one_sender_draw_together_and_one_target_does_not() -> None:
    assert alignment(sanctioned("AAA", "BBB")) > 0.05
    assert alignment(sanctioned("AAA")) == 0.0
    assert alignment(sanctioned("AAA", "BBB"), "AAA", "THI") == 0.0
    assert alignment(sanctioned("AAA", "BBB", mechanism="war")) == 0.0
    assert alignment(sanctioned("AAA", "BBB", w_isolation=0.0)) == 0.0


def test_two_who_hold_an_issue_up_against_a_third_draw_together_and_unopposed_they_do_not() -> None:
    assert alignment(held("joint_efforts", 0.0)) > 0.02
    assert alignment(held("joint_efforts", 0.0), "AAA", "OPP") == 0.0
    assert alignment(held("joint_efforts", 1.0)) == 0.0
    assert alignment(held("war", 0.0)) == 0.0
    assert alignment(held("joint_efforts", 0.0, w_joint=0.0)) == 0.0


@settings(max_examples=8)
@given(document=lively_documents(turns=(5, 6)))
def test_a_weight_of_nothing_is_the_mechanism_off_to_the_bit(document: dict[str, Any]) -> None:
    case = built(document).case("", "one", 1, 0)
    for name, weight in TERMS.items():
        ends = []
        for changed in (
            case._replace(switches=case.switches._replace(**{name: 0})),
            case._replace(params=case.params._replace(**{weight: 0.0})),
        ):
            play = Play(changed)
            rows = np.concatenate(list(play.steps()))
            ends.append((play, rows.tobytes()))
        assert list(same(state(ends[0][0]), state(ends[1][0]))) == []
        assert ends[0][1] == ends[1][1]


def test_the_flagship_has_both_and_no_pair_is_pushed_apart_by_them(flagship: Built) -> None:
    play = Play(flagship.case("replace", "deterrence", 5, 0), 5, 0)
    for _ in play.steps():
        pass
    slate = play.packed[2].slate
    shared = slate.isolated.T @ slate.isolated
    assert shared.min() >= 0.0
    assert slate.joint.min() >= 0.0
    iran, russia = (flagship.index.actors[code] for code in ("IRN", "RUS"))
    assert shared[iran, russia] > 0.0
    assert slate.joint[iran, russia] > 0.0


@pytest.mark.parametrize("run", range(3))
def test_no_actor_of_the_flagship_pays_more_than_its_economy_bears(flagship: Built, run: int) -> None:
    case = flagship.case("replace", "deterrence", 7, run)
    play, most = Play(case, 7, run), 0.0
    for _ in play.steps():
        paid = np.zeros(len(case.setup.economy0))
        for v in np.flatnonzero(play.world.deal_on):
            for i, worth in zip(play.world.deal_party[v], play.world.deal_pay[v], strict=True):
                if i >= 0:
                    paid[i] += max(0.0, -worth)
        most = max(most, float((paid / np.maximum(case.setup.w_economy, 1e-9)).max()))
    assert 0.0 < most <= case.params.payment_cap + 1e-6
