"""Ideals on an edge are found, in words, wherever the choice between two levels is worth nothing."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from powersim.errors import Problem
from powersim.scenario.arrays.build import build
from powersim.scenario.load import from_data, load
from powersim.sim.run import Engine
from powersim.world.legs import Legs
from powersim.world.state import GIVE

SCENARIOS = Path(__file__).parents[2] / "scenarios"
ARMS: dict[str, Any] = {
    "powersim": 1,
    "name": "arms",
    "calendar": {"start": "2000Q1", "end": "2001Q4", "turn": "quarter"},
    "actors": {code: {"power": 0.1, "economy": 0.1} for code in ("ARD", "BEL", "COR")},
    "goods": {"guns": {"kind": "rival", "quantum": 1, "stock": {"ARD": 2}, "flows": {"ARD": "BEL"}}},
    "issues": {
        "site": {"start": 0.5, "control": "ARD", "interests": {"ARD": [0.9, 0.5], "BEL": [0.1, 0.5]}},
        "arms": {
            "binds": {"flow": ["guns", "ARD", "BEL"], "full": 1.0, "contract": 0.4},
            "interests": {"ARD": [1.0, 0.5], "BEL": [1.0, 0.5], "COR": [0.7, 0.5]},
        },
    },
}


def warned(**changes: Any) -> tuple[Problem, ...]:
    """Of the scenario with other interests in the arms (by actor), another site, or branches."""
    document = copy.deepcopy(ARMS)
    document["issues"]["arms"]["interests"] |= changes.pop("arms", {})
    document["issues"]["site"] |= changes.pop("site", {})
    return from_data(document | changes).warnings


@pytest.mark.slow
def test_no_scenario_that_comes_along_has_an_ideal_on_an_edge() -> None:
    for path in sorted(SCENARIOS.glob("*.yaml")):
        assert load(path).warnings == (), path


def test_the_known_case_is_found_with_file_line_key_levels_and_what_is_needed(tmp_path: Path) -> None:
    """Russia's ideal of the S-300 for Iran as it once was: exactly between its contract and its delivery."""
    text = (SCENARIOS / "missile_defense_2009.yaml").read_text("utf-8")
    now = "RUS: {ideal: {value: 0.8, prior: {uniform: [0.6, 1.0]}}, salience: 0.30,"
    assert text.count(now) == 1
    path = tmp_path / "once.yaml"
    path.write_text(text.replace(now, "RUS: {ideal: 0.70, salience: 0.30,"), "utf-8")
    line = next(
        n for n, row in enumerate(path.read_text("utf-8").splitlines(), 1) if "RUS: {ideal: 0.70" in row
    )
    (found,) = load(path).warnings
    assert str(found) == (
        f"{path}:{line}: issues.s300_to_iran.interests.RUS.ideal: 0.7 lies exactly between 0.4 (contract) and 1 "
        "(delivered): which it gets is worth nothing to RUS; allowed: an ideal nearer to the one that RUS "
        "wants, with the reason"
    )


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"arms": {"ARD": [0.7, 0.5]}}, "0.7 lies exactly between 0.4 and 1"),
        ({"arms": {"BEL": [0.5, 0.5]}}, "0.5 lies exactly between 0 and 1"),
        ({"arms": {"ARD": {"ideal": {"value": 0.9, "prior": {"uniform": [0.6, 0.8]}}, "salience": 0.5}}},
         "the centre of its prior, 0.7 lies exactly between 0.4 and 1"),
        ({"arms": {"ARD": {"ideal": 0.9, "salience": 0.5, "engagers": {"ideal": 0.7, "salience": 0.5}}}},
         "0.7 lies exactly between 0.4 and 1"),
        ({"branches": {"down": {"do": [{"path": {"site": {"2000Q1": 1.0, "2000Q3": 0.8}}}]}}},
         "0.9 lies exactly between 0.8 and 1"),
    ],
)  # fmt: skip
def test_an_edge_is_found_wherever_somebody_chooses(changes: dict[str, Any], says: str) -> None:
    (found,) = warned(**changes)
    assert says in str(found)


@pytest.mark.parametrize(
    "changes",
    [
        {},  # a bystander's ideal on an edge decides nothing
        {"arms": {"ARD": [0.72, 0.5]}},
        {"arms": {"ARD": ["min(1, 0.7 + site)", 0.5]}},
        {"site": {"interests": {"BEL": [0.9, 0.5]}}, "branches": {
            "down": {"do": [{"path": {"site": {"2000Q1": 1.0, "2000Q3": 0.8}}}]}}},
    ],
)  # fmt: skip
def test_who_does_not_choose_or_has_a_side_is_left_alone(changes: dict[str, Any]) -> None:
    assert warned(**changes) == ()


def test_on_an_edge_a_supply_is_worth_nothing_to_whom_the_warning_names() -> None:
    """By the rule itself: half way, what is supplied counts nothing; a little to either side, its sign follows."""
    worth = []
    for ideal in (0.4, 0.5, 0.6):
        document = copy.deepcopy(ARMS)
        document["issues"]["arms"]["interests"]["ARD"] = [ideal, 0.5]
        document["weights"] = {"security": 0, "friends": 0, "autonomy": 0}
        document["priors"] = "off"
        built = build(from_data(document))
        engine = Engine(built.case(), 1, 0)
        engine.to(0, "offers")
        leg = Legs.flow_leg(len(built.index.controls), 0, GIVE)
        worth.append(float(engine.desk.menu.gain[leg, built.index.actors["ARD"]]))
    assert np.sign(np.round(worth, 9)).tolist() == [-1.0, 0.0, 1.0]
