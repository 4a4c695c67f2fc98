"""Spreading runs over the space of assumptions: every place is keyed, every block even, every interval valid."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from powersim.effects.paired import paired
from powersim.errors import PowersimError
from powersim.scenario.arrays.build import Built, build
from powersim.scenario.arrays.sampling import BLOCK, Sampler, scrambled
from powersim.scenario.load import load

EVERYTHING = Path(__file__).parent / "valid" / "everything.yaml"
SPREAD = ("antithetic", "latin", "sobol")


@cache
def everything() -> Built:
    return build(load(EVERYTHING))


@cache
def places(kind: str, seed: int = 5, runs: int = 480) -> np.ndarray:
    """Places of many runs (R, P)."""
    sampler = Sampler(everything(), kind, seed)
    return np.stack([sampler.place(run) for run in range(runs)])


@pytest.mark.parametrize("kind", BLOCK)
def test_a_place_depends_on_seed_and_run_alone(kind):
    sampler = Sampler(everything(), kind, 5)
    order = np.random.default_rng(1).permutation(480)
    assert all((sampler.place(int(run)) == places(kind)[run]).all() for run in order)
    assert not (places(kind, 6, 16) == places(kind)[:16]).any()


def test_independent_places_are_those_of_before():
    for run in (0, 7, 479):
        assert (places("independent")[run] == everything().uniforms(5, run)).all()


@pytest.mark.parametrize("kind", BLOCK)
def test_every_number_is_uniform_on_its_own(kind):
    u = places(kind)
    assert u.min() >= 0
    assert u.max() < 1
    found = [
        stats.kstest(column[:: 1 if kind == "independent" else BLOCK[kind]], "uniform").pvalue
        for column in u.T
    ]
    assert min(found) > 1e-3 / len(found)
    assert stats.kstest(found, "uniform").pvalue > 1e-3


@pytest.mark.parametrize("kind", ["latin", "sobol"])
def test_each_block_takes_each_stratum_once(kind):
    strata = np.sort((places(kind) * 16).astype(int).reshape(-1, 16, places(kind).shape[1]), axis=1)
    assert (strata == np.arange(16)[None, :, None]).all()


def test_antithetic_runs_mirror_each_other():
    u = places("antithetic")
    assert np.allclose(u[::2] + u[1::2], 1.0, rtol=0, atol=1e-15)
    assert (u[::2] == places("independent")[::2]).all()


def test_neighbouring_numbers_fill_their_plane_under_sobol():
    u = places("sobol")[:16, :2]
    cells = {(int(a * 4), int(b * 4)) for a, b in u}
    assert len(cells) == 16


def test_scrambling_permutes_and_keeps_halves_together():
    rng = np.random.default_rng(3)
    tree = rng.integers(0, 2**16, 200)
    out = scrambled(np.tile(np.arange(16)[:, None], (1, 200)), tree)
    assert (np.sort(out, axis=0) == np.arange(16)[:, None]).all()
    for size in (2, 4, 8):
        groups = (out // size).reshape(16 // size, size, 200)
        assert (groups == groups[:, :1]).all()
    assert len({tuple(column) for column in out.T}) > 190


@pytest.mark.parametrize("kind", SPREAD)
def test_theories_share_what_they_do_not_change(kind):
    built = everything()
    sampler = Sampler(built, kind, 5)
    base = dict(zip(built.paths(), sampler.place(19), strict=True))
    for theory in built.scenario.theories:
        under = dict(zip(built.paths(theory), sampler.place(19, theory), strict=True))
        shared = base.keys() & under.keys()
        assert shared
        assert all(base[path] == under[path] for path in shared)


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=[pytest.mark.slow] if kind in ("latin", "antithetic") else [])
        for kind in BLOCK
    ],
)
def test_intervals_hold_and_spreading_narrows_them_where_effects_are_smooth(kind):
    """A toy whose effect is nearly additive in four numbers, with luck of its own; 2000 studies of 96 runs."""
    rng = np.random.default_rng(8)
    sampler = Sampler(everything(), kind, 77)
    runs, studies = 96, 60
    u = np.stack([sampler.place(run) for run in range(runs * studies)])[:, :40]
    # Ten disjoint groups of four numbers are as good as ten samplers.
    u = u.reshape(studies, runs, 10, 4).transpose(0, 2, 1, 3).reshape(-1, runs, 4)
    d = u.sum(axis=-1) + 0.3 * u[..., 0] * u[..., 1] + rng.normal(0, 0.2, u.shape[:2])
    found = paired(np.zeros_like(d), d, binary=False, block=BLOCK[kind])
    truth = 2.0 + 0.3 / 4
    held = ((found.low <= truth) & (truth <= found.high)).mean()
    assert held == pytest.approx(0.95, abs=0.035)  # 600 studies: four standard errors
    ratio = d.mean(axis=1).var() / ((4 + 0.6 + 0.09 * 7 / 12) / 12 + 0.04) * runs
    assert ratio < {"independent": 1.3, "antithetic": 0.25, "latin": 0.25, "sobol": 0.25}[kind]


def test_intervals_of_rare_events_in_blocks_hold_too():
    rng = np.random.default_rng(9)
    shared = rng.normal(0, 1, (1500, 25, 1))
    chance = 0.15 * np.exp(0.5 * shared - 0.125)  # runs of a block are alike
    u = rng.random((1500, 25, 16))
    a, b = (u < chance).reshape(1500, -1), (u < 1.5 * chance).reshape(1500, -1)
    truth = (b.mean() - a.mean()).item()
    held = {}
    for block in (1, 16):
        found = paired(a.astype(float), b.astype(float), binary=True, block=block)
        held[block] = ((found.low <= truth) & (truth <= found.high)).mean()
    assert held[1] < 0.93
    assert held[16] > 0.935


def test_an_unknown_sampling_is_named():
    with pytest.raises(PowersimError, match="found latn; allowed: independent, antithetic, latin, sobol"):
        Sampler(everything(), "latn", 1)
