"""Possible worlds: draw, keys by turn and settled draws are three things, and one history under every branch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from powersim.errors import PowersimError
from powersim.run.opened import open_source
from powersim.run.plan import Plan, plan
from powersim.run.possible import Possible, Settled, Worlds
from powersim.sim import history, model
from powersim.sim.run import History
from powersim.world import chronicle, draws
from powersim.world import columns as col
from powersim.world.draws import NO, YES


@pytest.fixture(scope="module")
def small(root: Path) -> Plan:
    return plan(open_source(root / "scenarios" / "two_powers.yaml", {}))


def alike(a: History, b: History) -> bool:
    return all(
        np.array_equal(getattr(a, name), getattr(b, name), equal_nan=True)
        for name in ("values", "alignment", "log", "delivered", "happened")
    )


def election(of: Plan, what: int, turn: int) -> Settled:
    key = of.first_case.setup.event_key[list(of.built.index.events).index("election")]
    who = np.array([[0, 0, key]], np.uint64)
    ints = np.int64
    return Settled(np.array([turn], ints), np.array([draws.EVENT], ints), who, np.array([what], ints))


def war(of: Plan, turn: int) -> Settled:
    s = of.first_case.setup
    who = np.array(
        [[s.actor_key[s.challenger[0]], s.actor_key[s.target[0]], s.dispute_key[0]]] * 2, np.uint64
    )
    points = np.array([draws.CRISIS, draws.CRISIS_WAR], np.int64)
    return Settled(np.full(2, turn), points, who, np.full(2, YES))


def test_a_run_is_the_world_of_its_number(small: Plan) -> None:
    theory = small.theories[0]
    found = Possible.of_run(small, theory, 3).histories(small)
    cases = small.cases(theory, 3)
    assert all(alike(a, history.simulate(b, small.seed, 3)) for a, b in zip(found, cases, strict=True))


def test_draw_and_luck_come_apart(small: Plan) -> None:
    theory = small.theories[0]
    one, other = (Possible.of_run(small, theory, run) for run in (3, 4))
    mixed = replace(one, keys=other.keys)
    expected = history.simulate(small.cases(theory, 3)[0], small.seed, 4)
    assert alike(mixed.histories(small)[0], expected)


def test_a_key_of_a_turn_changes_nothing_before_it(small: Plan) -> None:
    one = Possible.of_run(small, small.theories[0], 3)
    keys = one.keys.copy()
    keys[10] = 77
    a, b = (world.histories(small)[0].values for world in (one, replace(one, keys=keys)))
    assert np.array_equal(a[:10], b[:10])
    assert not np.array_equal(a[10:], b[10:])


@pytest.mark.parametrize(("what", "happens"), [(YES, True), (NO, False)])
def test_a_settled_event_comes_out_so_and_its_chance_is_told(small: Plan, what: int, happens: bool) -> None:
    turn = small.scenario.calendar.first("2001Q1")
    settled, case = election(small, what, turn), small.first_case
    for run in range(20):
        luck = settled.luck(small.seed, np.full(small.built.turns, run, np.uint64))
        found = history.simulate(case, small.seed, 0, chance=luck)
        assert (found.happened[0] >= 0) == happens
        assert luck.answer[0, 1] == pytest.approx(np.log(0.7 if happens else 0.3))


def test_the_mapped_uniform_replayed_gives_the_same_bytes_on_both_engines(small: Plan) -> None:
    settled, theory, turn = war(small, 12), small.theories[0], 12
    keys = np.full(small.built.turns, 5, np.uint64)
    told = settled.luck(small.seed, keys)
    case = small.first_case
    made = history.simulate(case, small.seed, 0, chance=told)
    wars = made.log[made.log[:, col.KIND] == chronicle.WAR]
    assert turn in wars[:, col.TURN]
    place = small.sampler.place(0, theory)
    world = Possible(theory, small.seed, place, keys, settled, told.answer[:, 0])
    assert alike(world.histories(small)[0], made)
    assert alike(model.simulate(case, small.seed, 0, chance=world.luck), made)
    assert alike(model.simulate(case, small.seed, 0, chance=settled.luck(small.seed, keys)), made)


def test_what_cannot_be_has_no_chance(small: Plan) -> None:
    case = small.first_case
    case = case._replace(setup=case.setup._replace(event_probability=np.zeros(1)))
    luck = election(small, YES, small.scenario.calendar.first("2001Q1")).luck(
        small.seed, np.zeros(1, np.uint64)
    )
    history.simulate(case, small.seed, 0, chance=luck)
    assert luck.answer[0, 1] == -np.inf


def worlds(of: Plan) -> Worlds:
    some = [Possible.of_run(of, of.theories[0], run) for run in (1, 2, 2, 5)]
    return Worlds(
        of.theories[0], of.seed, np.stack([w.place for w in some]), np.stack([w.keys for w in some]),
        Settled.nothing(), np.zeros((4, 0)), np.array([0.5, 0.125, 0.125, 0.25]), of.built.turns,
    )  # fmt: skip


def test_copies_of_a_world_count_as_one(small: Plan) -> None:
    some = worlds(small)
    assert some.distinct == 3
    assert some.ess == pytest.approx(1 / (0.5**2 + 0.25**2 + 0.25**2))


def test_worlds_come_back_from_their_file(small: Plan, tmp_path: Path) -> None:
    some, about = worlds(small), {"scenario": "x", "until": "2003Q1"}
    path = some.write(tmp_path / "given" / "worlds.npz", about)
    back, _ = Worlds.read(path, about)
    assert alike(back[3].histories(small)[1], some[3].histories(small)[1])
    with pytest.raises(PowersimError, match=r"another study \(another until\)"):
        Worlds.read(path, {**about, "until": "2004Q1"})
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(PowersimError, match="is damaged"):
        Worlds.read(path, about)
    with pytest.raises(PowersimError, match="world 4: there is none; allowed: a whole number from 0 to 3"):
        some[4]
