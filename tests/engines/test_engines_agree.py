"""Two engines, one set of rules: stepped by Mesa, compiled or interpreted, a run is the same history bit for bit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from powersim.scenario.arrays.build import Built, build
from powersim.scenario.canonical import checksum
from powersim.scenario.load import from_data, load
from powersim.sim import history as compiled
from powersim.sim import model as mesa_engine
from powersim.sim.forks import simulate_branches
from powersim.sim.history import History
from powersim.sim.run import Engine
from powersim.testing import builds, documents
from powersim.world import chronicle
from powersim.world import columns as col
from powersim.world.case import Case

SEED = 7
PARTS = ("values", "alignment", "log", "delivered", "happened")
# Prints the bytes of histories, hashed part by part, as both engines compute them under POWERSIM_JIT=0.
INTERPRETED = """
import hashlib, json, sys
from powersim.compile import jit
from powersim.scenario.arrays.build import build
from powersim.scenario.load import from_data, load
from powersim.sim import history, model

assert not jit.ENABLED
answers = []
for job in json.load(sys.stdin):
    built = build(load(job["file"]) if "file" in job else from_data(job["document"]))
    case = built.case(job["branch"], job["theory"], job["seed"], job["run"])
    case = case._replace(turns=min(job["turns"], case.turns))
    found = []
    for engine in (history.simulate, model.simulate):
        result = engine(case, job["seed"], job["run"])
        found.append([hashlib.sha256(getattr(result, part).tobytes()).hexdigest() for part in job["parts"]])
    answers.append(found)
json.dump(answers, sys.stdout)
"""


def assert_same(one: History, other: History) -> None:
    for part in PARTS:
        assert getattr(one, part).tobytes() == getattr(other, part).tobytes(), part
    assert one.lost == other.lost


def both(case: Case, seed: int, run: int) -> tuple[History, History]:
    return compiled.simulate(case, seed, run), mesa_engine.simulate(case, seed, run)


@pytest.mark.parametrize("theories", [1, pytest.param(4, marks=pytest.mark.slow)])
def test_mesa_steps_the_history_that_the_ensemble_computes(flagship: Built, theories: int) -> None:
    """In every branch, under each theory in turn or under all of them."""
    known = list(flagship.scenario.theories)
    assert len(known) == 4
    for run, branch in enumerate(flagship.scenario.branches):
        for place in range(theories):
            one, other = both(flagship.case(branch, known[(run + place) % 4], SEED, run), SEED, run)
            assert len(one.log) > 100
            assert_same(one, other)


@pytest.mark.parametrize("seed", [0, 2**32 + 5, 2**64 - 1])
def test_large_seeds_mean_the_same_in_both_engines(two_powers: Built, seed: int) -> None:
    assert_same(*both(two_powers.case("keep", "spiral", seed, 3), seed, 3))


@settings(max_examples=20)
@given(builds(mechanisms=True), st.integers(0, 2**32 - 1))
def test_mesa_and_the_ensemble_agree_on_any_scenario(built: Built, run: int) -> None:
    for branch in ("", *built.scenario.branches):
        for theory in ("", "other"):
            assert_same(*both(built.case(branch, theory, SEED, run), SEED, run))


def test_sanctions_pledges_and_stocks_that_a_branch_lays_down_are_there_and_told(root: Path) -> None:
    built = build(load(root / "tests" / "scenarios" / "valid" / "everything.yaml"))
    index, calendar = built.index, built.scenario.calendar
    case = built.case("armed", "spiral", SEED, 0)
    engine = Engine(case, SEED, 0)
    engine.to(calendar.first("2002Q2"), "branch")
    laid = [index.sanctions["ARD", "DAN"], index.sanctions["BEL", "DAN"], index.pledges["COR", "DAN"]]
    assert engine.world.pos[laid].tolist() == [0.5, 0.5, 0.4]
    turn = calendar.first("2002Q3")
    engine.to(turn, "branch")
    held = [(index.actors["BEL"], index.goods["science"]), (index.actors["DAN"], index.goods["guns"])]
    assert [engine.world.q[at] for at in held] == [0.5, 2.0]
    one, other = both(case, SEED, 0)
    assert_same(one, other)
    told = one.log[one.log[:, col.KIND] == chronicle.SUPPLIED]
    assert told[:, [col.TURN, col.ACTOR, col.THING]].tolist() == [[turn, *at] for at in held]
    assert told[:, col.VALUE].tolist() == [0.5, 2.0]
    fork = simulate_branches([built.case("closed", "spiral", SEED, 0), case], SEED, 0)[1]
    assert_same(fork, one)


def test_an_event_lifts_sanctions_and_lays_down_stocks_and_nobody_is_read_for_it(root: Path) -> None:
    built = build(load(root / "tests" / "scenarios" / "valid" / "everything.yaml"))
    index, turn = built.index, built.scenario.calendar.first("2001Q2")
    case = built.case("", "spiral", SEED, 0)
    engine = Engine(case, SEED, 0)
    lifted = [index.sanctions["ARD", "COR"], index.sanctions["BEL", "COR"]]
    engine.to(turn)
    assert (engine.world.pos[lifted] > 0.0).all()
    kept = engine.world.pos[index.sanctions["ARD", "DAN"]]
    engine.to(turn, "events")
    w = engine.world
    assert w.pos[lifted].tolist() == w.pos_before[lifted].tolist() == [0.0, 0.0]
    assert w.pos[index.sanctions["ARD", "DAN"]] == kept
    assert w.q[index.actors["DAN"], index.goods["guns"]] == 1.5
    assert w.q[index.actors["BEL"], index.goods["science"]] == 0.4
    assert_same(*both(case, SEED, 0))


def drawn(count: int) -> list[dict[str, Any]]:
    """So many random documents, the same each time."""
    found: list[dict[str, Any]] = []

    @settings(
        max_examples=count, phases=[Phase.generate], database=None, suppress_health_check=list(HealthCheck)
    )
    @given(documents(mechanisms=True, turns=(4, 12)))
    def draw(document: dict[str, Any]) -> None:
        found.append(document)

    draw()
    return found


TWO_POWERS = "scenarios/two_powers.yaml"
FLAGSHIP = "scenarios/missile_defense_2009.yaml"
EVERYTHING = "tests/scenarios/valid/everything.yaml"


def assert_interpreted_the_same(jobs: list[dict[str, Any]]) -> None:
    """Both engines, interpreted, give the bytes of compiled code in each of these histories."""
    for job in jobs:
        job |= {"seed": SEED, "parts": PARTS}
    environment = {**os.environ, "POWERSIM_JIT": "0"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", INTERPRETED],
        input=json.dumps(jobs), capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for job, (by_ensemble, by_mesa) in zip(jobs, json.loads(done.stdout), strict=True):
        assert by_ensemble == by_mesa, job
        assert by_ensemble == hashes(job), job


def of_files(root: Path, *asked: tuple[str, str, str, int, int]) -> list[dict[str, Any]]:
    names = ("branch", "theory", "run", "turns")
    return [{"file": str(root / file)} | dict(zip(names, more, strict=True)) for file, *more in asked]


def test_interpreted_rules_give_the_same_bits(root: Path) -> None:
    assert_interpreted_the_same(
        of_files(root, (TWO_POWERS, "give_up", "deterrence", 0, 32), (EVERYTHING, "armed", "spiral", 0, 20))
    )


@pytest.mark.slow
def test_interpreted_rules_give_the_same_bits_in_large_scenarios_and_drawn_ones(root: Path) -> None:
    jobs = of_files(
        root,
        (FLAGSHIP, "replace", "deterrence", 0, 20),
        (FLAGSHIP, "free", "spiral", 1, 12),
        (FLAGSHIP, "trade", "balance-of-threat", 2, 14),
        (TWO_POWERS, "free", "spiral", 1, 32),
    )
    jobs += [
        {"document": document, "branch": branch, "theory": "one", "run": run, "turns": 12}
        for run, document in enumerate(drawn(25)[::2])
        for branch in ("", *sorted(document["branches"])[:1])
    ]
    assert_interpreted_the_same(jobs)


def hashes(job: dict[str, Any]) -> list[str]:
    import hashlib

    built = build(load(job["file"]) if "file" in job else from_data(job["document"]))
    case = built.case(job["branch"], job["theory"], SEED, job["run"])
    found = compiled.simulate(case._replace(turns=min(job["turns"], case.turns)), SEED, job["run"])
    return [hashlib.sha256(getattr(found, part).tobytes()).hexdigest() for part in PARTS]


@pytest.mark.slow
def test_the_drawn_scenarios_differ_and_something_happens_in_them() -> None:
    found = drawn(25)
    assert len({checksum(from_data(document)) for document in found}) > 15
    rows = [len(compiled.simulate(build(from_data(d)).case("", "one", SEED, 0), SEED, 0).log) for d in found]
    assert sum(count > 10 for count in rows) > 8
