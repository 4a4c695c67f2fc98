"""Sensitivity from a scenario to its findings, with a stand-in for the model whose effects are known."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import numpy as np
import pytest

from powersim.errors import PowersimError
from powersim.run.opened import open_scenario
from powersim.run.plan import plan
from powersim.run.space import LUCK, Space
from powersim.sensitivity.points import Evaluator, Points
from powersim.sensitivity.report import write
from powersim.sensitivity.study import Request, carry_out, steps
from powersim.sensitivity.words import NOTHING, Words
from powersim.world.draws import luck
from powersim.world.params import SPEC

SCENARIO = """
powersim: 1
name: toy
title: A toy
calendar: {start: 2009Q1, end: 2009Q4, turn: quarter}
actors: {USA: {power: 0.3, economy: 0.25}, RUS: {power: 0.1, economy: 0.03}}
issues:
  radar:
    title: A radar
    start: 0.5
    control: USA
    interests: {USA: [0.9, 0.4], RUS: [0.0, 0.8]}
branches:
  keep: {title: Kept, do: [{hold: radar, from: 2009Q2}]}
  cancel: {title: Cancelled, do: [{path: {radar: {2009Q2: 0.0}}, to: 2009Q4}]}
theories:
  narrow: {title: Narrow, rho: {value: 0.5, prior: {uniform: [0.4, 0.6]}}, tau: 0}
  wide: {title: Wide, rho: {value: 0.75, prior: {uniform: [0.0, 1.5]}}, tau: 0}
priors: [{over: "interests.*.*.ideal", spread: 0.15}, {over: "interests.*.*.salience", spread: 0.15}]
outcomes:
  radar: {title: The radar, of: {issue: radar}, at: 2009Q4}
"""

A, B, NOISE = 0.2, 0.1, 0.02


@dataclass(frozen=True)
class Told:
    """What the stand-in leaves of a history."""

    values: np.ndarray


def shaken(seed, run):
    """A number in -1..1 that is the run's luck."""
    return np.random.default_rng([seed, run]).uniform(-1, 1)


def linear(case, seed, run):
    """The last value is 0.3, and in the branch with a path more by A (rho - 0.9) + B w_threat + NOISE luck."""
    luck(seed, run)  # refuses a run that no key can hold
    values = np.full((case.turns, case.watch.kind.shape[0]), 0.3)
    if np.isfinite(case.branch.path).any():
        values += A * (case.params.rho - 0.9) + B * case.params.w_threat + NOISE * shaken(seed, run)
    return Told(values)


@pytest.fixture
def toy(tmp_path):
    path = tmp_path / "toy.yaml"
    path.write_text(SCENARIO, "utf-8")
    return open_scenario(path)


def evaluator(opened, theories="wide", simulate=linear, folder=None, tick=None):
    space = Space(plan(opened, ["keep", "cancel"], theories, 1))
    return Evaluator(space, opened.scenario.outcomes["radar"], simulate, folder, 2, tick)


def asked(opened, runs=400, maps=(("rho", "w_threat"),), methods=("morris", "sobol")):
    return Request(opened.scenario.outcomes["radar"], runs, frozenset(methods), maps, 0.0)


@pytest.fixture(scope="module")
def studied(tmp_path_factory):
    path = tmp_path_factory.mktemp("toy") / "toy.yaml"
    path.write_text(SCENARIO, "utf-8")
    opened = open_scenario(path)
    looked = evaluator(opened)
    return looked, carry_out(looked, asked(opened))


def test_screening_finds_the_two_priors_that_are_read_and_no_other(studied):
    looked, found = studied
    paths = [each.path for each in looked.space.all]
    clear = {paths[k] for k in np.flatnonzero(found.screening.found)}
    assert clear == {"parameters.rho", "parameters.w_threat"}
    assert "issues.radar.interests.RUS.salience" in paths
    assert len(paths) > 50


def test_what_no_history_reads_is_known_to_be_unread_however_chance_ranks_it(studied):
    looked, found = studied
    read = {looked.space.place[path] for path in ("parameters.rho", "parameters.w_threat")}
    assert set(found.screening.unread) == {bar.column for bar in found.bars} - read
    assert not found.screening.found[list(found.screening.unread)].any()


def test_sobol_indices_of_single_priors_are_their_shares_of_the_variance(studied):
    looked, found = studied
    low, high = looked.space.ends(looked.space.place["parameters.w_threat"])
    width = (high - low) / 0.9
    parts = {
        "parameters.rho": (A * 1.5) ** 2,
        "parameters.w_threat": (B * width) ** 2,
        LUCK: (NOISE * 2) ** 2,
    }
    whole = sum(parts.values())
    for name, part in parts.items():
        k = found.singles.names.index(name)
        assert found.singles.first[k] == pytest.approx(
            part / whole, abs=max(found.singles.first_half[k] * 1.5, 0.02)
        )
    blocks = dict(zip(found.blocks.names, found.blocks.total, strict=True))
    assert blocks["ideals"] == blocks["saliences"] == 0.0
    assert blocks["parameters of beliefs and home"] > 0.8


def test_morris_effects_are_the_change_over_the_central_part_of_a_prior(studied):
    _, found = studied
    mu = dict(zip(found.morris.names, found.morris.mu_star, strict=True))
    assert mu["parameters of beliefs"] == pytest.approx(0.9 * A * 1.5, rel=1e-6)
    assert mu["ideals of RUS"] == 0.0
    assert 0 < mu[LUCK] < 3 * NOISE


def test_the_tornado_shows_the_effect_at_both_ends_and_luck_cancels(studied):
    looked, found = studied
    bar = found.bars[0]
    assert looked.space.all[bar.column].path == "parameters.rho"
    assert (bar.bottom.value, bar.top.value) == pytest.approx((0.075, 1.425))
    assert bar.swing == pytest.approx(A * 1.35, abs=1e-9)
    assert bar.swing_high - bar.swing_low < 1e-9


def test_a_map_shows_where_the_sign_changes(studied):
    _, found = studied
    (plane,) = found.maps
    assert plane.names == ("rho", "w_threat")
    expected = A * (plane.values[0][None, :] - 0.9) + B * plane.values[1][:, None]
    assert plane.effect == pytest.approx(expected, abs=0.02)
    assert plane.high[0, 0] < 0 < plane.low[-1, -1]


def test_the_box_is_told_in_values_of_the_priors(studied):
    looked, found = studied
    words = Words(looked.space, found)
    assert found.discovery.found
    box = found.discovery.found[0]
    rho = next(limit for limit in box.limits if looked.space.all[limit.column].path == "parameters.rho")
    assert 0.5 < rho.low < 1.1
    assert "rho > 0." in words.discovery()
    assert "had no say in it" in words.discovery()


def test_without_any_effect_nothing_is_found(toy):
    looked = evaluator(toy, simulate=lambda case, seed, run: Told(np.full((case.turns, 1), 0.3)))
    words = Words(looked.space, carry_out(looked, asked(toy, runs=100, maps=())))
    assert not words.found.screening.found.any()
    assert NOTHING in words.discovery()


@pytest.mark.slow
def test_an_effect_of_luck_alone_hangs_on_no_assumption(toy):
    def lucky(case, seed, run):
        path = np.isfinite(case.branch.path).any()
        return Told(np.full((case.turns, 1), 0.3 + path * NOISE * shaken(seed, run)))

    looked = evaluator(toy, simulate=lucky)
    found = carry_out(looked, asked(toy, runs=200, maps=()))
    words = Words(looked.space, found)
    assert not found.screening.found.any()
    k = found.blocks.names.index(LUCK)
    assert found.blocks.first[k] == pytest.approx(1.0, abs=1.5 * found.blocks.first_half[k])
    assert np.delete(found.blocks.total, k) == pytest.approx(0.0, abs=1e-12)
    assert NOTHING in words.discovery()
    assert "None of" in words.screening()


def test_several_theories_are_one_more_assumption_and_values_are_those_under_each(toy):
    looked = evaluator(toy, "all")
    space = looked.space
    assert space.all[-1].path == "theory"
    u, runs = space.ordinary(0, 4)
    values = space.values(u)
    rho = values[:, space.place["parameters.rho"]]
    assert [space.theory(row) for row in u] == ["narrow", "wide", "narrow", "wide"]
    assert ((rho[[0, 2]] >= 0.4) & (rho[[0, 2]] <= 0.6)).all()
    # a point that is an ordinary run is that run
    built = space.plan.built
    for row, run in zip(u, runs, strict=True):
        theory = space.theory(row)
        assert space.cases(row)[0].params == built.case("keep", theory, space.plan.seed, int(run)).params


@pytest.mark.slow
def test_every_step_is_counted_and_an_interrupted_study_ends_with_the_same_bytes(toy, tmp_path):
    few = asked(toy, runs=100, maps=(), methods=())
    counted: list[None] = []

    def stop():
        counted.append(None)
        if len(counted) == 170:
            raise KeyboardInterrupt

    whole, broken = tmp_path / "whole", tmp_path / "broken"
    ticks: list[None] = []
    straight = evaluator(toy, folder=whole / "sensitivity", tick=lambda: ticks.append(None))
    write(Words(straight.space, carry_out(straight, few)), whole, "command")
    assert len(ticks) == steps(straight.space, few)

    with pytest.raises(KeyboardInterrupt):
        carry_out(evaluator(toy, folder=broken / "sensitivity", tick=stop), few)
    kept = {path.name: path.stat().st_mtime_ns for path in broken.rglob("*.npz")}
    assert kept
    again = evaluator(toy, folder=broken / "sensitivity")
    write(Words(again.space, carry_out(again, few)), broken, "command")
    files = sorted(path.relative_to(whole) for path in whole.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(broken) for path in broken.rglob("*") if path.is_file())
    assert all((whole / name).read_bytes() == (broken / name).read_bytes() for name in files)
    after = {path.name: path.stat().st_mtime_ns for path in broken.rglob("*.npz")}
    assert {name: after[name] for name in kept} == kept
    section = json.loads((whole / "sensitivity" / "section.json").read_text("utf-8"))
    assert section["order"] == 40
    for figure in section["figures"]:
        assert (whole / "sensitivity" / f"{figure['file']}.svg").exists()


def test_other_assumptions_are_not_answered_by_kept_points(toy, tmp_path):
    looked = evaluator(toy, folder=tmp_path)
    u, runs = looked.space.ordinary(0, 3)
    first = looked.effects("runs", Points(u, runs))
    fixed = looked.effects("runs", Points(u, runs, {"rho": 1.5}))
    assert (fixed != first).all()
    assert (looked.effects("runs", Points(u, runs)) == first).all()


def test_a_line_of_a_map_goes_where_the_theories_lead(toy):
    space = evaluator(toy).space
    with pytest.raises(PowersimError, match=r"^maps: found rhoo; allowed: a parameter.*did you mean rho"):
        space.line("rhoo", 3)
    line = space.line("rho", 3)  # from the least to the most of `narrow` and `wide`
    assert line.column is None
    assert line.at == pytest.approx([0.075, 0.75, 1.425])
    other = space.line("issues.radar.interests.RUS.salience", 3)
    assert other.column == space.place["issues.radar.interests.RUS.salience"]
    assert other.shown == pytest.approx([0.665, 0.8, 0.935])
    whole = next(name for name, spec in SPEC.items() if spec.whole)
    assert (space.line(whole, 50).at % 1 == 0).all()


def test_a_scenario_without_priors_cannot_be_varied(toy, tmp_path, monkeypatch):
    space = Space(plan(toy, ["keep", "cancel"], "wide", 1))
    monkeypatch.setattr(type(space.plan.built), "paths", lambda self, theory="": ())
    with pytest.raises(PowersimError, match="no number has a prior"):
        _ = space.all


def test_points_that_somebody_swapped_or_cut_are_named_and_computed_again(studied, tmp_path):
    said: list[str] = []
    looked = replace(studied[0], folder=tmp_path, note=said.append)
    rows = np.random.default_rng(1).random((3, len(looked.space.all)))
    one, other = (Points(rows + shift, np.arange(3)) for shift in (0.0, -0.0001))
    found = looked.levels("a", one)
    (first,) = (tmp_path / "points").iterdir()
    looked.levels("b", other)
    second = next(path for path in (tmp_path / "points").iterdir() if path != first)
    whole = first.read_bytes()
    assert np.array_equal(looked.levels("a", one), found)
    assert said == []
    for content in (second.read_bytes(), whole[:-9]):
        first.write_bytes(content)
        assert np.array_equal(looked.levels("a", one), found)
        assert said.pop() == f"{first}: is damaged; computed again"
        assert first.read_bytes() == whole
