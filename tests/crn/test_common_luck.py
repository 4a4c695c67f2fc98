"""Common random numbers as a contract: what a branch does not touch, it leaves alone, to the last bit."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powersim.scenario.arrays.build import Built, build
from powersim.scenario.load import from_data
from powersim.sim.history import History, simulate
from powersim.sim.model import PowersimModel
from powersim.testing import documents, reordered
from powersim.world import chronicle
from powersim.world import columns as col
from powersim.world.state import Floats

SEED = 2009
THEORIES = ("deterrence", "spiral")


def history(built: Built, branch: str = "", theory: str = "", run: int = 0, seed: int = SEED) -> History:
    return simulate(built.case(branch, theory, seed, run), seed, run)


def bits(found: History) -> tuple[bytes, ...]:
    parts = (found.values, found.alignment, found.log, found.delivered, found.happened)
    return tuple(part.tobytes() for part in parts)


def world_after(built: Built, branch: str, theory: str, run: int, turns: int) -> dict[str, bytes]:
    """Every array of the world after so many turns."""
    model = PowersimModel(built.case(branch, theory, SEED, run), seed=SEED, run=run)
    for _ in range(turns):
        model.step()
    return {name: array.tobytes() for name, array in model.world._asdict().items()}


@pytest.mark.parametrize("theory", THEORIES)
@pytest.mark.parametrize("run", range(3))
def test_a_branch_that_changes_nothing_has_an_effect_of_exactly_0(
    flagship: Built, theory: str, run: int
) -> None:
    assert bits(history(flagship, "again", theory, run)) == bits(history(flagship, "replace", theory, run))


def test_forbidding_what_never_happened_changes_nothing(two_powers: dict[str, Any]) -> None:
    two_powers["branches"]["no_election"] = {"like": "keep", "do": [{"forbid": {"event": "election"}}]}
    built = build(from_data(two_powers))
    came = {True: 0, False: 0}
    for run in range(30):
        with_it, without = history(built, "keep", "spiral", run), history(built, "no_election", "spiral", run)
        happened = bool(with_it.happened[0] >= 0)
        came[happened] += 1
        assert (bits(with_it) == bits(without)) != happened
    assert min(came.values()) > 3


@pytest.mark.parametrize("branch", ["keep", "cancel", "trade", "free"])
@pytest.mark.parametrize("run", range(2))
def test_nothing_differs_before_the_date_of_a_branch(flagship: Built, branch: str, run: int) -> None:
    date = flagship.scenario.intervention
    assert date is not None
    assert flagship.scenario.calendar.label(date) == "2009Q3"
    for theory in THEORIES:
        before = world_after(flagship, "replace", theory, run, date)
        assert world_after(flagship, branch, theory, run, date) == before


@pytest.mark.parametrize("branch", ["keep", "cancel"])
def test_what_a_branch_does_shows_from_its_date_on(flagship: Built, branch: str) -> None:
    date = flagship.scenario.intervention
    assert date is not None
    issue = flagship.index.issues["missile_defense_europe"]
    one, other = (
        PowersimModel(flagship.case(name, "deterrence", SEED, 0), seed=SEED) for name in ("replace", branch)
    )
    for _ in range(date + 1):
        one.step()
        other.step()
    assert one.world.x[issue] != other.world.x[issue]


def test_branches_of_one_run_share_the_luck_that_they_do_not_touch(flagship: Built) -> None:
    """Exogenous events come at the same turns whatever is decided about missiles."""
    fixed = [
        place for place, event in enumerate(flagship.scenario.events) if flagship.setup.event_turn[place] >= 0
    ]
    for run in range(5):
        turns = [
            history(flagship, branch, "spiral", run).happened[fixed] for branch in ("keep", "cancel", "free")
        ]
        assert np.array_equal(turns[0], turns[1])
        assert np.array_equal(turns[0], turns[2])


def test_another_seed_or_run_is_another_history(flagship: Built) -> None:
    found = {
        bits(history(flagship, "free", "spiral", run, seed)) for run in range(3) for seed in (1, 2, 2**40)
    }
    assert len(found) == 9


def test_results_do_not_depend_on_the_order_of_runs(flagship: Built, two_powers: dict[str, Any]) -> None:
    other = build(from_data(two_powers))
    forward = [bits(history(flagship, "free", "spiral", run)) for run in range(4)]
    backward = []
    for run in reversed(range(4)):
        history(other, "keep", "spiral", run)
        backward.append(bits(history(flagship, "free", "spiral", run)))
    assert backward[::-1] == forward


@pytest.mark.parametrize("order", range(3))
def test_the_order_in_the_file_is_irrelevant_to_the_last_bit(
    flagship: Built, flagship_data: dict[str, Any], order: int
) -> None:
    shuffled = reordered(flagship_data, order)
    assert list(shuffled["actors"]) != list(flagship_data["actors"])
    assert list(shuffled["issues"]) != list(flagship_data["issues"])
    other = build(from_data(shuffled))
    assert bits(history(other, "free", "deterrence", order)) == bits(
        history(flagship, "free", "deterrence", order)
    )


@settings(max_examples=30)
@given(documents(mechanisms=True, branches=False), st.integers(0, 10**6))
def test_the_order_of_any_scenario_is_irrelevant_to_the_last_bit(
    document: dict[str, Any], order: int
) -> None:
    one, other = build(from_data(document)), build(from_data(reordered(document, order)))
    for theory in ("", "one"):
        assert bits(history(one, "", theory, order)) == bits(history(other, "", theory, order))


def with_hermit(document: dict[str, Any], code: str) -> dict[str, Any]:
    """The same world and one actor more, whom nobody reaches, trades with or is aligned to, and who wants nothing."""
    changed = copy.deepcopy(document)
    others = list(changed["actors"])
    changed["actors"][code] = {"power": 0.2, "economy": 0.1, "engagers": 0.3}
    for other in others:
        changed["reach"] |= {f"{other}>{code}": 0.0, f"{code}>{other}": 0.0}
    return changed


def without(found: Floats, row: int) -> Floats:
    """A chronicle in which everybody behind `row` moves up one row; `row` itself may do no more than read the news."""
    named = (found[:, col.ACTOR] == row) | (found[:, col.OTHER] == row)
    reads = np.isin(found[:, col.KIND], [chronicle.BELIEF_RESOLVE, chronicle.BELIEF_TRUST]) & (
        found[:, col.ACTOR] == row
    )
    assert np.array_equal(named, reads)
    log = found[~named]
    for column in (2, 3):
        log[:, column] -= log[:, column] > row
    return log


@pytest.mark.parametrize("code", ["AAA", "DDD", "ZZZ"])
@pytest.mark.parametrize("branch", ["keep", "give_up", "free"])
def test_one_more_isolated_actor_leaves_history_identical(
    two_powers: dict[str, Any], code: str, branch: str
) -> None:
    alone, beside = build(from_data(two_powers)), build(from_data(with_hermit(two_powers, code)))
    row = beside.index.actors[code]
    for run in range(10):
        one, other = history(alone, branch, "deterrence", run), history(beside, branch, "deterrence", run)
        assert other.values.tobytes() == one.values.tobytes()
        assert without(other.log, row).tobytes() == one.log.tobytes()
        kept = np.delete(np.delete(other.alignment, row, 1), row, 2)
        assert kept.tobytes() == one.alignment.tobytes()
        assert not other.alignment[:, row].any()


@settings(max_examples=30)
@given(documents(mechanisms=True, branches=False, actors=(2, 4)), st.sampled_from(["AAA", "BAA", "ZZZ"]))
def test_no_scenario_notices_one_more_isolated_actor(document: dict[str, Any], code: str) -> None:
    """Common isolation aside: how far sanctions shut a state out is a share of the world's economy, which grows."""
    document["mechanisms"] = {**document["mechanisms"], "isolation": False}
    alone, beside = build(from_data(document)), build(from_data(with_hermit(document, code)))
    row = beside.index.actors[code]
    one, other = history(alone, "", "one"), history(beside, "", "one")
    assert other.values.tobytes() == one.values.tobytes()
    assert without(other.log, row).tobytes() == one.log.tobytes()
