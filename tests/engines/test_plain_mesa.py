"""A plain Mesa model, written from the description with objects and loops, computes the same alignments."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from powersim.scenario.arrays.build import build
from powersim.scenario.load import load
from powersim.sim.history import simulate

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
SEED = 11


@pytest.fixture
def plain(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    monkeypatch.delitem(sys.modules, "worlds", raising=False)  # tests of the world have a module of that name
    import plain_mesa

    return plain_mesa


@pytest.mark.parametrize(("actors", "scenario"), [(10, 1), (15, 7), (20, 3)])
def test_a_second_implementation_of_levers_threat_and_alignment_agrees(plain, tmp_path, actors, scenario):
    path = tmp_path / "random.yaml"
    plain.write(path, actors, 4, scenario)
    built = build(load(path))
    case = built.case("", "", SEED, 0)
    case = case._replace(params=case.params._replace(own_rate=1.0, noise_sd=0.0))
    ours = simulate(case, SEED, 0).alignment[-1]
    world = plain.World(built, SEED, 0, built.turns, luck=False)
    for _ in range(built.turns):
        world.step()
    theirs = np.array([[a.alignment.get(b, 1.0) for b in world.countries] for a in world.countries])
    off = ~np.eye(actors, dtype=bool)
    assert np.abs(ours - case.setup.alignment0)[off].max() > 0.02  # something happened
    np.testing.assert_allclose(theirs[off], ours[off], atol=1e-6, rtol=0)
