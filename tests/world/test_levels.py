"""A number that somebody writes means what it says, wherever it meets a state: at every level 0.00, 0.01, ..., 1.00."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import levels
import numpy as np
import pytest
from levels import ENGINES, LEVELS, OPERATORS, WAYS, code, document, told

from powersim.rules.level import beyond, exceeds
from powersim.scenario.arrays.build import build
from powersim.scenario.load import from_data
from powersim.sim.model import PowersimModel
from powersim.world.case import Case
from powersim.world.params import MECHANISMS
from powersim.world.turn import GRID

LOWER = {">=": True, ">": True, "<=": False, "<": False}
"""What the comparisons say of a level and one below it."""
HIGHER = {operator: not answer for operator, answer in LOWER.items()}


@pytest.fixture(scope="module")
def answers() -> dict[str, dict[str, Any]]:
    """What both engines make of the scenario of levels."""
    built = build(from_data(document()))
    return {engine: told(built, engine) for engine in ENGINES}


@pytest.fixture(params=ENGINES)
def found(request: pytest.FixtureRequest, answers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What one engine makes of it."""
    return answers[request.param]


@pytest.mark.parametrize("way", WAYS)
def test_an_ideal_compares_an_issue_with_the_level_that_was_written(found: dict[str, Any], way: str) -> None:
    assert found[f"ideal {way} AAA"] == [code(OPERATORS)] * 101
    assert found[f"ideal {way} BBB"][1:] == [code(LOWER)] * 100
    assert found[f"ideal {way} CCC"][:-1] == [code(HIGHER)] * 100


@pytest.mark.parametrize("way", WAYS)
def test_a_condition_holds_at_the_level_that_was_written(found: dict[str, Any], way: str) -> None:
    for who in ("DDD", "EEE"):
        assert found[f"ideal {way} {who}"] == [1.0] * 101  # >= and <=
        assert found[f"salience {way} {who}"] == [0.0] * 101  # > and <
    assert found[f"salience {way} FFF"] == [0.0] * 101  # a difference that is none


@pytest.mark.parametrize("operator", OPERATORS)
def test_a_hazard_compares_an_issue_with_the_level_that_was_written(
    found: dict[str, Any], operator: str
) -> None:
    assert found[f"event {operator}"] == [OPERATORS[operator]] * 101


def test_an_embargo_holds_from_the_level_that_was_written(found: dict[str, Any]) -> None:
    assert found["embargo at"] == [True] * 101
    assert found["embargo over"] == [False] * 101


def test_a_milestone_is_passed_at_the_level_that_was_written(found: dict[str, Any]) -> None:
    assert found["milestone AAA"] == [None] + [1] * 100  # a milestone lies above 0
    assert found["milestone CCC"] == [0] * 100 + [None]


def test_ever_is_strictly_past_the_level_that_was_written(found: dict[str, Any]) -> None:
    for outcome, value in found["ever"].items():
        assert value == float(outcome.endswith("next")), outcome


@pytest.mark.slow
def test_interpreted_and_compiled_code_say_the_same_of_every_level(
    answers: dict[str, dict[str, Any]],
) -> None:
    done = subprocess.run(
        [sys.executable, levels.__file__],
        env={**os.environ, "POWERSIM_JIT": "0", "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=Path(levels.__file__).parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == answers


def shapes(n: int) -> list[float]:
    """A level as states hold it: as written, on the grid, in single precision, as sums, means and moves."""
    level = n / 100
    grid = float(np.floor(level * GRID + 0.5) / GRID)
    return [
        level, grid, float(np.float32(level)), float(np.float32(grid)), level + 0.37 - 0.37, 0.1 + (level - 0.1),
        0.3 * level + 0.7 * grid, 1.0 - (1.0 - level), sum([level / 7] * 7), grid + 3 / GRID, grid - 3 / GRID,
    ]  # fmt: skip


@pytest.mark.parametrize("test", [beyond, exceeds, getattr(exceeds, "py_func", exceeds)])
def test_whatever_rounding_makes_of_a_level_is_that_level(test: Any) -> None:
    for n in LEVELS:
        for a in shapes(n):
            for b in shapes(n):
                assert not test(a, b)
            for b in shapes(n + 1):
                assert test(b, a)
                assert not test(a, b)


def test_of_above_below_and_the_same_exactly_one_holds() -> None:
    values = np.array(
        [0.0, 1e-9, 1e-7, 2e-7, 0.15, 0.15 + 1e-7, 0.15 + 1e-6, 1.0, 40.0, 40.0 + 1e-5, 41.0, -0.15]
    )
    a, b = values[:, None], values[None, :]
    above, below = beyond(a, b), beyond(b, a)
    assert not (above & below).any()
    assert (np.diag(above) == 0).all()
    assert (above == below.T).all()
    assert not beyond(np.array([np.nan]), 0.5).any()
    assert not beyond(0.5, np.array([np.nan])).any()


def test_numbers_and_arrays_are_compared_alike() -> None:
    states = np.array([shape for n in LEVELS for shape in shapes(n)])
    for n in LEVELS:
        assert beyond(states, n / 100).tolist() == [exceeds(float(x), n / 100) for x in states]


def test_a_parameter_that_is_a_level_means_what_it_says() -> None:
    """The least gap over which a crisis arises, at every position of the front and every gap."""
    arose: dict[int, int] = {}
    for least in (4, 5, 6):
        case = build(from_data(fronts())).case("", "", 1, 0)
        case = case._replace(params=case.params._replace(least_pie=least / 100))
        arose[least] = int((run_of(case).world.crises > 0).sum())
    assert arose == {4: 96, 5: 96, 6: 0}


def fronts() -> dict[str, Any]:
    """Fronts at every level, each 0.05 short of what its challenger wants."""
    levels_of = range(96)
    return {
        "powersim": 1, "name": "fronts", "calendar": {"start": "2000Q1", "end": "2000Q4", "turn": "quarter"},
        "actors": {who: {"power": 0.1, "economy": 0.1} for who in ("AAA", "BBB")},
        "mechanisms": {mechanism: mechanism == "crisis" for mechanism in MECHANISMS},
        "parameters": {"c_a": 1},  # every demand is deterred, so that no front moves
        "issues": {
            f"front_{n:03d}": {
                "binds": {"front": ["AAA", "BBB"]}, "start": n / 100,
                "interests": {"AAA": [(n + 5) / 100, 0.5], "BBB": [n / 100, 0.5]},
            }
            for n in levels_of
        },
        "disputes": [
            {"issue": f"front_{n:03d}", "challenger": "AAA", "target": "BBB", "hazard": 1} for n in levels_of
        ],
    }  # fmt: skip


def run_of(case: Case) -> PowersimModel:
    """A history, to its end."""
    model = PowersimModel(case, seed=1, run=0)
    while model.running:
        model.step()
    return model
