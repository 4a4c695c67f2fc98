"""What branches lay down, hold, forbid and offer, turn by turn."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powersim.errors import ScenarioError
from powersim.scenario.arrays.build import Built, build
from powersim.scenario.load import from_data, load
from powersim.scenario.read.merge import read_chain
from powersim.testing import builds
from powersim.world import state as w
from powersim.world.state import BranchArrays

EVERYTHING = Path(__file__).parent / "valid" / "everything.yaml"
TURN = {
    f"{year}Q{quarter}": 4 * (year - 2000) + quarter - 1
    for year in range(2000, 2005)
    for quarter in (1, 2, 3, 4)
}


@pytest.fixture(scope="module")
def built() -> Built:
    return build(load(EVERYTHING))


def with_branches(**branches: Any) -> Built:
    data = read_chain(EVERYTHING).data()
    assert isinstance(data, dict)
    data = copy.deepcopy(data)
    data |= {"branches": {**data["branches"], **branches}}  # type: ignore[dict-item]
    return build(from_data(data))


def laid(built: Built, branch: str, control: str = "shield") -> list[float | None]:
    column = built.branch(branch).path[:, built.index.controls.index(control)]
    return [None if np.isnan(value) else float(value) for value in column]


def test_the_world_as_it_goes_lays_nothing_down(built: Built) -> None:
    free = built.branch("")
    assert np.isnan(free.path).all()
    assert not any(
        table.any() for table in (free.hold, free.no_raise, free.no_lower, free.no_flow, free.no_event)
    )
    assert free.offer_turn == -1


def test_a_path_is_constant_between_its_dates_and_ends_at_to(built: Built) -> None:
    expected = [0.1] * 6 + [0.75] * 2 + [0.25] * 8 + [None] * 4
    assert laid(built, "happened") == expected


def test_a_path_without_to_ends_at_its_last_date() -> None:
    one = with_branches(short={"do": [{"path": {"shield": {"2000Q2": 0.5, "2000Q4": 0.7}}}]})
    assert laid(one, "short") == [None, 0.5, 0.5, 0.7] + [None] * 16


def test_a_path_may_go_straight_between_its_dates() -> None:
    line = {"path": {"shield": {"2000Q1": 0, "2001Q1": 1}}, "between": "linear"}
    assert laid(with_branches(line={"do": [line]}), "line")[:5] == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_a_set_holds_for_one_turn_and_then_the_issue_is_free(built: Built) -> None:
    cancel = laid(built, "cancel")
    assert cancel[: TURN["2002Q1"]] == laid(built, "happened")[: TURN["2002Q1"]]
    assert cancel[TURN["2002Q1"] :] == [0.0] + [None] * 11


def test_a_hold_takes_the_issue_off_the_menu_for_its_turns(built: Built) -> None:
    keep, c = built.branch("keep"), built.index.levers["shield"]
    assert keep.hold[:, c].tolist() == [0] * TURN["2002Q1"] + [1] * 12
    assert laid(built, "keep")[TURN["2002Q1"] :] == [None] * 12
    assert keep.hold.sum() == 12


def test_a_later_path_replaces_an_earlier_one_from_its_first_date_on() -> None:
    one = with_branches(new={"like": "happened", "do": [{"path": {"shield": {"2001Q1": 1}}, "to": "2001Q2"}]})
    assert laid(one, "new") == [0.1] * 4 + [1.0, 1.0] + [None] * 14


def test_before_its_date_a_branch_is_its_sibling(built: Built) -> None:
    before = TURN["2002Q1"]
    for name in ("keep", "cancel"):
        for own, other in zip(built.branch(name), built.branch("happened"), strict=True):
            if isinstance(own, np.ndarray) and own.ndim == 2:
                assert np.array_equal(own[:before], other[:before], equal_nan=True)


def test_what_is_read_as_an_act_is_marked(built: Built) -> None:
    c = built.index.levers["shield"]
    assert built.branch("happened").act[:, c].all()
    assert not built.branch("cancel").act[TURN["2002Q1"] :, c].any()


def test_what_is_forbidden_cannot_happen(built: Built) -> None:
    closed, index = built.branch("closed"), built.index
    assert closed.no_event.tolist() == [event == "uprising" for event in index.events]
    flow = closed.no_flow[:, index.flows["guns", "COR", "DAN"]]
    assert np.flatnonzero(flow).tolist() == list(range(TURN["2002Q1"], TURN["2003Q1"] + 1))
    assert not closed.no_flow[:, index.flows["science", "ARD", "BEL"]].any()
    for sender in ("ARD", "BEL"):
        assert closed.no_raise[:, index.sanctions[sender, "COR"]].tolist() == [0] * 8 + [1] * 12
    assert not closed.no_raise[:, index.sanctions["ARD", "DAN"]].any()
    assert closed.no_raise[:, index.levers["shield"]].tolist() == [0] * 8 + [1] * 12
    assert closed.no_lower[:, index.levers["shield"]].all()
    assert closed.no_raise[:, index.pledges["ARD", "BEL"]].all()
    assert closed.no_war.all()


def test_a_hold_on_sanctions_holds_those_that_the_reading_shows() -> None:
    one = with_branches(still={"do": [{"hold": "pressure"}]})
    held = {one.index.controls[c] for c in np.flatnonzero(one.branch("still").hold[0])}
    assert held == {"sanctions ARD>COR", "sanctions BEL>COR"}


def test_sanctions_and_pledges_are_pinned_until_to_and_then_free(built: Built) -> None:
    since, last = TURN["2002Q2"], TURN["2003Q1"]
    for sender in ("ARD", "BEL"):
        found = laid(built, "armed", f"sanctions {sender}>DAN")
        assert found == [None] * since + [0.5] * (last + 1 - since) + [None] * (19 - last)
    assert laid(built, "armed", "pledge COR>DAN") == [None] * since + [0.4] + [None] * (19 - since)
    assert not built.branch("armed").act[:, built.index.sanctions["ARD", "DAN"]].any()


def test_a_stock_is_laid_down_in_its_turn(built: Built) -> None:
    armed, index = built.branch("armed"), built.index
    assert index.laid_stocks == (("BEL", "science"), ("DAN", "guns"))
    assert armed.stock_at.tolist() == [
        [index.actors["BEL"], index.goods["science"]], [index.actors["DAN"], index.goods["guns"]],
    ]  # fmt: skip
    assert armed.stock[TURN["2002Q3"]].tolist() == [0.5, 2.0]
    assert np.isnan(np.delete(armed.stock, TURN["2002Q3"], axis=0)).all()
    assert np.isnan(built.branch("closed").stock).all()
    assert np.array_equal(armed.stock, armed.stock_refused, equal_nan=True)


def test_a_branch_made_of_several_lays_down_and_forbids_what_each_of_them_does(built: Built) -> None:
    armed, keep, closed = (built.branch(name) for name in ("armed", "keep", "closed"))
    c = built.index.levers["shield"]
    assert np.array_equal(armed.path[:, c], keep.path[:, c], equal_nan=True)
    for name in ("hold", "act"):
        assert np.array_equal(getattr(armed, name), getattr(keep, name))
    for name in ("no_raise", "no_lower", "no_flow", "no_event", "no_war"):
        assert np.array_equal(getattr(armed, name), getattr(closed, name))


def test_what_a_branch_says_itself_comes_before_what_another_takes_over() -> None:
    """In either order; and what goes on from what another says replaces it."""
    up = {"do": [{"path": {"shield": {"2000Q1": 1.0}}, "to": "2004Q4"}]}
    still = {"like": "happened", "do": [{"hold": "programme", "from": "2002Q1"}]}
    one = with_branches(
        up=up, still=still, joined={"like": ["up", "still"]}, turned={"like": ["still", "up"]},
        on={"like": ["happened", "cancel"]}, back={"like": ["cancel", "happened"]},
    )  # fmt: skip
    for name in ("joined", "turned"):
        assert laid(one, name) == laid(one, "up")
        assert one.branch(name).hold[:, one.index.levers["programme"]].tolist() == [0] * 8 + [1] * 12
    assert laid(one, "on") == laid(one, "back") == laid(one, "cancel")


def test_branches_that_speak_of_different_years_are_joined() -> None:
    early = {"do": [{"path": {"shield": {"2000Q1": 0.3}}, "to": "2001Q4"}]}
    late = {"do": [{"hold": "shield", "from": "2003Q1"}, {"stock": {"DAN": {"guns": 1}}, "date": "2003Q1"}]}
    one = with_branches(early=early, late=late, joined={"like": ["late", "early"]})
    assert laid(one, "joined") == laid(one, "early")
    for name in ("hold", "stock"):
        assert np.array_equal(
            getattr(one.branch("joined"), name), getattr(one.branch("late"), name), equal_nan=True
        )


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        ({"hold": "shield", "from": "2002Q1"}, {"set": {"shield": 1}, "date": "2003Q1"}, "held in 2003Q1; b: 1 in"),
        ({"stock": {"DAN": {"guns": 1}}, "date": "2002Q1"}, {"stock": {"DAN": {"guns": 3}}, "date": "2002Q1"},
         "a: 1 in 2002Q1; b: 3 in 2002Q1"),
        ({"pledge": {"ARD>BEL": 0.2}, "date": "2002Q1"}, {"pledge": {"ARD>BEL": 0.4}, "date": "2002Q1"},
         "a: 0.2 in 2002Q1; b: 0.4 in 2002Q1"),
        ({"hold": "pressure", "from": "2002Q1"}, {"sanctions": {"ARD>COR": 0.4}, "date": "2003Q1"},
         "a: held in 2003Q1; b: 0.4 in 2003Q1"),
        ({"offer": [{"move": "shield", "to": 0}], "date": "2002Q1", "parties": ["ARD", "COR"], "if_refused": "keep"},
         {"hold": "programme", "from": "2002Q1"}, "a: keep; b: programme until 2004Q4"),
    ],
)  # fmt: skip
def test_branches_that_differ_cannot_be_joined(one: Any, other: Any, says: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(says)) as caught:
        with_branches(a={"do": [one]}, b={"do": [other]}, both={"like": ["a", "b"]})
    assert [problem.key_path for problem in caught.value.problems] == ["branches.both.like[1]"]


def test_an_offers_answer_decides_which_stocks_are_laid_down() -> None:
    one = with_branches(
        armed2={"do": [{"stock": {"DAN": {"guns": 4}}, "date": "2003Q1"}]},
        bid={"do": [{"offer": [{"move": "shield", "to": 0}], "date": "2002Q1", "parties": ["ARD", "COR"],
             "if_accepted": "closed", "if_refused": "armed2"}]},
    )  # fmt: skip
    bid, z = one.branch("bid"), one.index.laid_stocks.index(("DAN", "guns"))
    assert np.isnan(bid.stock).all()
    assert bid.stock_refused[TURN["2003Q1"], z] == 4.0


def test_an_offer_names_its_legs_targets_and_parties(built: Built) -> None:
    offered, index = built.branch("offered"), built.index
    controls = len(index.controls)
    assert offered.offer_turn == TURN["2002Q1"]
    assert offered.offer_legs.tolist() == [
        3 * index.levers["shield"] + w.LOWER,
        3 * index.levers["programme"] + w.REFRAIN,
        3 * controls + 2 * index.flows["science", "ARD", "BEL"] + w.GIVE,
        3 * controls + 2 * index.flows["guns", "COR", "DAN"] + w.FREEZE,
        3 * index.sanctions["ARD", "COR"] + w.LOWER,
        3 * index.pledges["ARD", "BEL"] + w.RAISE,
    ]
    assert offered.offer_targets.tolist() == [0.0, 0.2, 0.0, 0.0, 0.1, 0.5]
    assert offered.offer_parties.tolist() == [index.actors["ARD"], index.actors["COR"]]


def test_an_offer_is_followed_by_the_branch_that_its_answer_names() -> None:
    pinned = {"path": {"shield": {"2002Q1": 0.9}}, "to": "2004Q4"}
    one = with_branches(
        pinned={"like": "happened", "do": [pinned]},
        bid={
            "like": "happened",
            "do": [
                {"offer": [{"move": "shield", "to": 0}], "date": "2002Q1", "parties": ["ARD", "COR"],
                 "if_accepted": "cancel", "if_refused": "pinned"}
            ],
        },
    )  # fmt: skip
    bid, c = one.branch("bid"), one.index.levers["shield"]
    since = TURN["2002Q1"]
    for path, branch in ((bid.path, "cancel"), (bid.path_refused, "pinned")):
        assert np.array_equal(path[:since], one.branch("happened").path[:since], equal_nan=True)
        assert np.array_equal(path[since:, c], one.branch(branch).path[since:, c], equal_nan=True)


def test_a_hold_after_a_refusal_goes_on_where_the_path_was() -> None:
    one = with_branches(
        bid={"like": "happened", "do": [{"offer": [{"move": "shield", "to": 0}], "date": "2002Q1",
             "parties": ["ARD", "COR"], "if_accepted": "cancel", "if_refused": "keep"}]}
    )  # fmt: skip
    bid, c = one.branch("bid"), one.index.levers["shield"]
    assert bid.path_refused[TURN["2002Q1"] :, c].tolist() == [0.75] * 12
    assert bid.path[TURN["2002Q1"], c] == 0.0


def test_who_makes_a_deal_is_worked_out_from_its_legs() -> None:
    bid = {"offer": [{"move": "shield", "to": 0}, {"freeze": ["guns", "COR", "DAN"]}], "date": "2002Q1"}
    one = with_branches(bid={"do": [bid]})
    names = sorted(one.index.actors)
    assert [names[i] for i in one.branch("bid").offer_parties] == ["ARD", "BEL", "COR"]


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(builds())
def test_drawn_branches_differ_from_their_like_only_from_the_intervention_on(built: Built) -> None:
    since = built.scenario.intervention
    assert since is not None
    free, twin, other = (built.branch(name) for name in ("free", "twin", "other"))
    assert alike(free, twin, built.turns)
    assert alike(free, other, since)


def alike(a: BranchArrays, b: BranchArrays, until: int) -> bool:
    tables = ((x, y) for x, y in zip(a, b, strict=True) if isinstance(x, np.ndarray) and x.ndim == 2)
    return all(np.array_equal(x[:until], y[:until], equal_nan=True) for x, y in tables)


@given(st.integers(0, 19))
def test_every_turn_has_a_date_and_every_date_its_turn(turn: int) -> None:
    calendar = load(EVERYTHING).calendar
    assert calendar.first(calendar.label(turn)) == calendar.last(calendar.label(turn)) == turn
