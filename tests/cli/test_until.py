"""Runs until an interval is narrow enough: the same bytes as a plain study, and intervals that keep their promise."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from powersim.effects import limits
from powersim.run import precision
from powersim.sim import layout as layouts
from powersim.sim import store as stores


def files(folder: Path) -> dict[str, bytes]:
    found = {p.relative_to(folder).as_posix(): p for p in sorted(folder.rglob("*")) if p.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name != "provenance.json"}


@pytest.fixture
def study(powersim, scenario, tmp_path, monkeypatch):
    """A study with looks after 8, 12, 16, 20, ... runs: of two branches, since each look judges every effect."""
    monkeypatch.setattr(layouts, "CHUNK_RUNS", 4)
    monkeypatch.setattr(precision, "LEAST", 8)

    def run(out, *more):
        asked = ("--branches", "free,keep", "--theories", "spiral", "--seed", 3, "--figures", "none")
        return powersim("compare", scenario, *asked, "--out", tmp_path / out, *more)

    return run


def outcome(study, tmp_path) -> tuple[str, float]:
    """An outcome and a width that is reached after a few looks."""
    said = study("probe", "--runs", 24, "--until", "friendship ci < 1e-9")
    widths = [
        (int(a), float(b)) for a, b in re.findall(r"(\d+) runs: \S+ \S+ is known to ±([\d.e-]+)", said.err)
    ]
    assert widths[0][0] == 8
    assert widths[0][1] > 1.01 * min(width for _, width in widths)
    return "friendship", 1.01 * min(width for _, width in widths)


def test_looks_are_in_full_chunks_grow_by_a_quarter_and_end_with_the_cap():
    found = list(precision.looks(50, 1000))
    assert found == [200, 250, 350, 450, 600, 750, 950, 1000]
    assert list(precision.looks(50, 120)) == [120]


@pytest.mark.slow
def test_coverage_survives_stopping():
    """A planted normal effect: intervals at the stop hold it as often as they say, give or take the simulation."""
    rng = np.random.default_rng(11)
    wide = []
    for runs in (250, 700, 2000):
        target = 1.96 / np.sqrt(runs)
        draws = rng.normal(0.3, 1.0, (2000, 4000))
        held, length = 0, 0
        open_ = np.ones(len(draws), bool)
        for look in precision.looks(50, 4000):
            low, high = limits.t_interval(draws[open_, :look])
            stops = (high - low) / 2 < target
            held += int(((low <= 0.3) & (high >= 0.3))[stops].sum())
            length += int(stops.sum()) * look
            open_[open_] = ~stops
        assert not open_.any()
        wide.append(held / len(draws))
        assert runs * 0.9 < length / len(draws) < runs * 1.5
    assert min(wide) > 0.935  # 0.95 less three standard errors of 2000 studies
    assert np.mean(wide) > 0.942


def test_it_stops_when_the_interval_is_narrow_with_the_bytes_of_a_plain_study(study, tmp_path):
    name, width = outcome(study, tmp_path)
    said = study("until", "--runs", 60, "--until", f"{name} ci < {width}")
    assert said.code == 0
    runs = int(re.findall(r"(\d+) runs of each branch", said.out)[0])
    assert 8 < runs < 60
    study("plain", "--runs", runs)
    assert files(tmp_path / "until") == files(tmp_path / "plain")


@pytest.mark.slow
def test_interrupted_it_goes_on_to_the_same_bytes(study, tmp_path, monkeypatch):
    name, width = outcome(study, tmp_path)
    asked = ["--runs", 60, "--until", f"{name} ci < {width}"]
    study("whole", *asked)
    write = stores.Store.write

    def interrupted(self, chunk, condensed):
        if chunk.start >= 8:
            raise KeyboardInterrupt
        write(self, chunk, condensed)

    monkeypatch.setattr(stores.Store, "write", interrupted)
    assert study("cut", *asked).code == 130
    monkeypatch.setattr(stores.Store, "write", write)
    assert study("cut", *asked, "--resume").code == 0
    assert files(tmp_path / "cut") == files(tmp_path / "whole")


def test_at_the_cap_it_says_how_many_runs_would_do(study):
    said = study("cap", "--runs", 10, "--until", "friendship ci < 1e-6")
    assert said.code == 0
    assert re.search(r"10 runs: .* 1e-06 needs about \d+ runs", said.err)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("friendship < 0.1", "allowed: OUTCOME[:BRANCH] ci < NUMBER"),
        ("frendship ci < 0.1", "did you mean friendship"),
        ("friendship:kep ci < 0.1", "did you mean keep"),
        ("friendship ci < -1", "allowed: a number above 0"),
        ("friendship ci < inf", "allowed: a number above 0"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_computed(study, tmp_path, text, said):
    result = study("out", "--until", text)
    assert result.code == 2
    assert said in result.err
    assert not (tmp_path / "out").exists()
