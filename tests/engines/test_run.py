"""An engine: however it is led it gives the same bytes, and it can be looked into after any phase."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from powersim.scenario.arrays.build import Built
from powersim.sim.history import simulate
from powersim.sim.model import PowersimModel
from powersim.sim.room import Room
from powersim.sim.run import Bench, Engine, History
from powersim.world.case import Case
from powersim.world.phases import PHASES
from powersim.world.quantities import ISSUE

SEED = 11
TURNS = 16


@pytest.fixture(scope="module")
def case(flagship: Built) -> Case:
    """The first years of the flagship, with much to sign and to break."""
    case = flagship.case("replace", "", SEED, 0)._replace(turns=TURNS, snapshots=np.array([3, TURNS - 1]))
    return case._replace(params=case.params._replace(talk=1.0, renege_rate=1.0))


def bits(history: History) -> tuple[Any, ...]:
    """All that a history has left behind."""
    parts = (history.values, history.alignment, history.log, history.delivered, history.happened)
    return tuple(part.tobytes() for part in parts)


def test_phase_by_phase_is_the_history_computed_at_once(case: Case) -> None:
    engine = Engine(case, SEED, 0)
    seen = [(turn, phase.name) for turn, phase in engine.phases()]
    assert seen == [(turn, phase.name) for turn in range(TURNS) for phase in PHASES]
    assert bits(engine.history()) == bits(simulate(case, SEED, 0))


def test_to_stop_after_a_phase_changes_nothing(case: Case) -> None:
    engine = Engine(case, SEED, 0)
    for turn in range(TURNS):
        engine.to(turn, PHASES[turn % len(PHASES)].name)
    engine.to(TURNS)
    assert bits(engine.history()) == bits(simulate(case, SEED, 0))


def test_a_history_so_far_has_the_turns_that_are_done(case: Case) -> None:
    engine, whole = Engine(case, SEED, 0), simulate(case, SEED, 0)
    engine.to(5, "deals")
    assert engine.turns == 5
    assert engine.history().values.tobytes() == whole.values[:5].tobytes()
    assert np.isnan(engine.record.values[5:]).all()


@pytest.mark.parametrize("at", [0, 7])
def test_a_fork_goes_on_as_its_own_case_does(case: Case, at: int) -> None:
    engine = Engine(case, SEED, 0)
    engine.to(at)
    same, other = engine.fork(case), engine.fork(case._replace(params=case.params._replace(rho=0.0)))
    for each in (other, same, engine):  # none disturbs another
        each.to(TURNS)
    assert bits(same.history()) == bits(engine.history()) == bits(simulate(case, SEED, 0))
    assert bits(other.history()) != bits(engine.history())
    assert other.history().values[:at].tobytes() == engine.history().values[:at].tobytes()


def test_a_bench_leaves_nothing_of_one_history_to_the_next(case: Case) -> None:
    bench = Bench(case.setup)
    for run in (0, 1, 0):
        engine = Engine(case, SEED, run, bench=bench)
        engine.to(TURNS)
        assert bits(engine.history()) == bits(simulate(case, SEED, run))


def test_what_lies_behind_or_beyond_the_end_is_refused(case: Case) -> None:
    engine = Engine(case, SEED, 0)
    engine.to(3, "offers")
    for turn, phase in ((3, None), (3, "events"), (TURNS + 1, None), (TURNS, "events")):
        with pytest.raises(
            ValueError, match=rf"turn {turn}, phase {phase}: the history is at turn 3 after 5 phases"
        ):
            engine.to(turn, phase)
    with pytest.raises(KeyError, match="lunch"):
        engine.to(4, "lunch")


def test_no_later_phase_of_a_turn_writes_over_what_its_legs_are_worth(case: Case) -> None:
    engine, legs = Engine(case, SEED, 0), 0
    for turn in range(TURNS):
        engine.to(turn, "deals")
        menu = {name: array.copy() for name, array in engine.desk.menu._asdict().items()}
        legs += int(menu["live"].sum())
        engine.to(turn + 1)
        for name, array in engine.desk.menu._asdict().items():
            assert array.tobytes() == menu[name].tobytes(), name
    assert legs > 100


def test_mesa_goes_through_the_same_phases(case: Case) -> None:
    model, engine = PowersimModel(case, seed=SEED), Engine(case, SEED, 0)
    for _ in range(3):
        for phase, (_, other) in zip(model.phases(), engine.phases(), strict=False):
            assert phase is other
            for mine, theirs in zip(model.world, engine.world, strict=True):
                assert mine.tobytes() == theirs.tobytes()
    assert model.turn == 3


def test_what_kernels_take_reads_like_the_arrays_that_it_is_made_of(case: Case) -> None:
    engine = Engine(case, SEED, 0)
    g, w, desk = engine.packed
    assert g.s.x0 is case.setup.x0
    assert w.x is engine.world.x
    assert desk.menu.gain is engine.desk.menu.gain
    assert g.p.rho == case.params.rho
    assert engine.observe(ISSUE, 0) == engine.world.x[0]
    with pytest.raises(AttributeError, match="lunch"):
        _ = desk.lunch


def test_a_copy_of_a_world_is_that_world(case: Case) -> None:
    bench = Bench(case.setup)
    engine, copy = Engine(case, SEED, 0, bench=bench), Room(case.setup, bench.log_rows, detail=False)
    engine.to(4)
    copy.copy(bench.room(0))
    for mine, theirs in zip(copy.world, engine.world, strict=True):
        assert mine.tobytes() == theirs.tobytes()


def test_an_engine_that_begins_again_leaves_nothing_of_what_was(case: Case) -> None:
    other = case._replace(params=case.params._replace(rho=0.0))
    engine = Engine(case, SEED, 0)
    engine.to(4)
    there = engine.point()
    engine.to(TURNS)
    engine.again(other)
    engine.to(TURNS)
    assert bits(engine.history()) == bits(simulate(other, SEED, 0))
    engine.again(case)
    engine.to(TURNS)
    assert bits(engine.history()) == bits(simulate(case, SEED, 0))
    engine.again(case, there)
    assert engine.turns == 4
    engine.to(TURNS)
    assert engine.history().values.tobytes() == simulate(case, SEED, 0).values.tobytes()
    assert len(engine.history().log) < len(simulate(case, SEED, 0).log)  # that of before is not known


def test_an_engine_begins_again_with_as_much_to_record_as_before(case: Case) -> None:
    engine, more = Engine(case, SEED, 0), np.arange(TURNS)
    for other in (case._replace(turns=TURNS - 1), case._replace(snapshots=more)):
        with pytest.raises(ValueError, match="as much to record as before"):
            engine.again(other)
    with pytest.raises(ValueError, match="keeps no paths"):
        Engine(case, SEED, 0, keep=True).again(case)
