"""To judge is not to act: no function that weighs what is, or what could be, leaves a trace in the world."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import judging
import pytest
from hypothesis import given, settings

from powersim.world.desk import Menu
from worlds import Play, built, lively_documents


@pytest.fixture(scope="module")
def seen() -> dict[str, Any]:
    """What the watched histories say; interpreted, so that every call of one rule by another can be watched."""
    done = subprocess.run(
        [sys.executable, judging.__file__],
        env={**os.environ, "POWERSIM_JIT": "0", "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=Path(judging.__file__).parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.slow
def test_no_judging_function_changes_a_bit_of_the_world(seen: dict[str, Any]) -> None:
    assert seen["changed"] == {}


@pytest.mark.slow
def test_every_function_that_does_not_act_has_been_watched(seen: dict[str, Any]) -> None:
    assert {"_war_change", "exact_gains", "order_worth", "direction", "fill_menu"} <= set(seen["judging"])
    assert seen["unseen"] == []


def test_what_acts_is_there_and_is_not_called_a_judge() -> None:
    known = set(judging.functions())
    assert known >= judging.ACTS | judging.INNER


@settings(max_examples=15)
@given(document=lively_documents(turns=(6, 8)))
def test_what_a_move_is_worth_at_the_table_stands_in_the_menu_when_the_turn_is_over(
    document: dict[str, Any],
) -> None:
    play = Play(built(document).case("", "", 1, 0))
    for _ in range(play.case.turns):
        table = menu_of(play.to_the_table())
        play.step()
        after, moves = menu_of(play), 3 * len(play.world.pos)
        live = table.live[:moves] > 0
        assert (after.live == table.live).all()
        assert after.gain[:moves][live].tobytes() == table.gain[:moves][live].tobytes()


def menu_of(play: Play) -> Menu:
    """The menu of a history's last turn."""
    return play.desk.menu
