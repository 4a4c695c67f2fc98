"""Decisions that are a weighted mean: every member owns a position, and positions are what is traded."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powersim.errors import ScenarioError
from powersim.oracles.bargaining import linkage_pays
from powersim.scenario.load import from_data
from powersim.world import chronicle as ch
from powersim.world.params import MECHANISMS
from worlds import Play, built, of_kind

ON = ("own_policy", "exchange")
WEIGHTS = {"BIG": 2.0, "MID": 1.0, "SML": 1.0}


def talks(issues: dict[str, Any], off: tuple[str, ...] = (), **parameters: float) -> dict[str, Any]:
    """A world of three that decides by weighted means, eight quarters long, without chance."""
    certain = {"talk": 1.0, "sign_tau": 0.0, "own_rate": 1.0, "curvature": 1.0, "chi": 0.0, "cost_per_leg": 1e-6,
               "w_security": 0.0}  # fmt: skip
    return {
        "powersim": 1,
        "name": "talks",
        "calendar": {"start": "2000Q1", "end": "2001Q4", "turn": "quarter"},
        "actors": {code: {"power": 0.1, "economy": 0.1} for code in WEIGHTS},
        "issues": issues,
        "parameters": certain | parameters,
        "mechanisms": {name: name in ON and name not in off for name in MECHANISMS},
        "outcomes": {},
    }


def question(interests: dict[str, Any], positions: dict[str, float], **keys: Any) -> dict[str, Any]:
    """An issue decided by the weighted mean of positions."""
    members = {code: [WEIGHTS[code], at] for code, at in positions.items()}
    return {"weighted": members, "interests": interests, "speed": 0.1, "step": 0.2} | keys


def mean_of(play: Play, issue: int) -> float:
    """The mean of the members' positions, a second time."""
    s, w = play.case.setup, play.world
    mine = s.control_issue == issue
    weights = np.array([WEIGHTS[sorted(WEIGHTS)[int(row.argmax())]] for row in s.raisers[mine]])
    return float(weights @ w.pos[mine] / weights.sum())


unit = st.integers(0, 100).map(lambda n: n / 100)
tastes = st.fixed_dictionaries({code: st.tuples(unit, unit).map(list) for code in WEIGHTS})
places = st.fixed_dictionaries(dict.fromkeys(WEIGHTS, unit))


@settings(max_examples=15)
@given(one=tastes, other=tastes, first=places, second=places)
def test_the_outcome_is_the_weighted_mean_of_the_positions_in_every_turn(
    one: dict[str, Any], other: dict[str, Any], first: dict[str, float], second: dict[str, float]
) -> None:
    play = Play(built(talks({"a": question(one, first), "b": question(other, second)})).case("", "", 1, 0))
    assert play.world.x == pytest.approx([mean_of(play, 0), mean_of(play, 1)], abs=1e-12)
    assert play.case.setup.x0 == pytest.approx(play.world.x, abs=1e-12)
    before = play.world.pos.copy()
    s = play.case.setup
    for _ in play.steps():
        assert play.world.x == pytest.approx([mean_of(play, 0), mean_of(play, 1)], abs=1e-9)
        moved = np.abs(play.world.pos - before)
        assert (moved <= s.speed + s.step + 1e-12).all()
        before = play.world.pos.copy()


def test_a_single_member_moves_the_outcome_by_its_weight_and_no_farther() -> None:
    """BIG wants 1 and has half the votes: the mean goes to half of the way, however long it goes on."""
    interests = {"BIG": [1.0, 0.5], "MID": [0.0, 0.5], "SML": [0.0, 0.5]}
    issue = question(interests, {"BIG": 0.0, "MID": 0.0, "SML": 0.0}, speed=0.25)
    play = Play(built(talks({"a": issue}, off=("exchange",))).case("", "", 1, 0))
    before = 0.0
    for _ in play.steps():
        assert play.world.x[0] - before <= 0.5 * 0.25 + 1e-9
        before = float(play.world.x[0])
    assert before == pytest.approx(0.5, abs=1e-6)


def test_without_exchange_everybody_votes_its_mind_and_nobody_goes_to_extremes_for_others() -> None:
    interests = {"BIG": [0.8, 0.5], "MID": [0.2, 0.3], "SML": [0.4, 0.1]}
    issue = question(interests, {"BIG": 0.5, "MID": 0.5, "SML": 0.5}, speed=0.5)
    play = Play(built(talks({"a": issue}, off=("exchange",))).case("", "", 1, 0))
    list(play.steps())
    assert play.world.x[0] == pytest.approx((2 * 0.8 + 0.2 + 0.4) / 4, abs=1e-6)


def two_questions(s_ip: float, s_iq: float, s_jp: float, s_jq: float) -> dict[str, Any]:
    """BIG and MID stand at opposite ends of two questions; SML has a vote and no wish."""
    ends = {"BIG": 1.0, "MID": 0.0, "SML": 0.5}
    return talks(
        {
            "p": question({"BIG": [1.0, s_ip], "MID": [0.0, s_jp]}, ends),
            "q": question({"BIG": [1.0, s_iq], "MID": [0.0, s_jq]}, ends),
        }
    )


@settings(max_examples=15)
@given(saliences=st.lists(st.integers(1, 10).map(lambda n: n / 10), min_size=4, max_size=4))
def test_positions_are_traded_exactly_where_linkage_pays(saliences: list[float]) -> None:
    """A step of MID moves an outcome by .05 up, one of BIG by .1 down, both together by .05 down."""
    s_ip, s_iq, s_jp, s_jq = saliences
    play = Play(built(two_questions(*saliences)).case("", "", 1, 0))
    traded = len(of_kind(np.concatenate(list(play.steps())), ch.SIGNED)) > 0
    moves = (0.05, -0.1, -0.05)
    gains = [(s_ip * p + s_iq * q, -s_jp * p - s_jq * q) for p in moves for q in moves]
    assert traded == any(min(gain) > 1e-4 for gain in gains)
    if traded:
        assert linkage_pays(s_ip, s_iq, s_jp, s_jq) or linkage_pays(s_iq, s_ip, s_jq, s_jp)


def test_an_exchange_moves_the_outcomes_and_leaves_both_sides_better_off() -> None:
    play = Play(built(two_questions(0.9, 0.1, 0.1, 0.9)).case("", "", 1, 0))
    p, q = float(play.world.x[0]), float(play.world.x[1])
    list(play.steps())
    rise, fall = play.world.x[0] - p, q - play.world.x[1]
    assert rise > 0.0 < fall
    assert 0.9 * rise - 0.1 * fall > 0.0
    assert 0.9 * fall - 0.1 * rise > 0.0


def test_a_path_of_a_branch_puts_every_member_where_the_branch_wants_the_outcome() -> None:
    document = two_questions(0.5, 0.5, 0.5, 0.5)
    document["branches"] = {
        "fixed": {"title": "fixed", "do": [{"path": {"p": {"2000Q3": 0.3, "2001Q4": 0.3}}}]}
    }
    play = Play(built(document).case("fixed", "", 1, 0))
    list(play.steps())
    assert play.world.x[0] == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"weighted": {"BIG": 1.0, "MID": 1.0}}, "missing key start"),
        ({"weighted": {"BIG": 1.0}, "start": 0.5}, "at least 2"),
        ({"weighted": {"BIG": [1.0, 0.2, 3], "MID": 1.0}, "start": 0.5}, "a weight, or"),
        ({"weighted": {"BIG": 0.0, "MID": 1.0}, "start": 0.5}, "BIG"),
        ({"weighted": {"BIG": 1.0, "NOBODY": 1.0}, "start": 0.5}, "NOBODY"),
        ({"start": 0.5}, "their mean is the start"),
        ({"control": "BIG"}, "not both"),
    ],
)
def test_what_is_no_weighted_mean_is_refused(change: dict[str, Any], said: str) -> None:
    document = two_questions(0.5, 0.5, 0.5, 0.5)
    document["issues"]["p"] |= change
    with pytest.raises(ScenarioError, match=said):
        from_data(document)
