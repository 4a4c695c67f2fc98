"""CRPS against closed forms, coverage against bands that are known, and what is kept back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from powersim.figures.saving import save
from powersim.figures.style import styled
from powersim.plausible.figures import draw_hindcast
from powersim.plausible.hindcast import (
    Score,
    covered,
    crps,
    hindcast,
    issue_paths,
    references,
    turns_until,
)

DATES = [f"{year}Q{quarter}" for year in range(2007, 2023) for quarter in range(1, 5)]
KEPT = 28  # turns to 2013Q4
members = st.lists(st.floats(-5, 5), min_size=1, max_size=12).map(np.array)


def ensemble(paths: np.ndarray, names: list[str]) -> xr.DataArray:
    """Paths (run, turn, issue) as a study stores them, with an outcome that is no issue beside them."""
    table = np.concatenate([paths, np.full((*paths.shape[:2], 1), 0.5)], axis=2)
    outcomes = [*(f"issue:{name}" for name in names), "war_ukraine"]
    return xr.DataArray(table, dims=("run", "turn", "outcome"), coords={"outcome": outcomes})


@pytest.mark.parametrize("observed", [-1.5, 0.0, 0.3, 2.0])
def test_the_crps_of_a_large_gaussian_ensemble_nears_the_closed_form(observed: float) -> None:
    # Gneiting and Raftery 2007, eq. 22: sigma (z (2 Phi(z) - 1) + 2 phi(z) - 1/sqrt(pi)).
    mu, sigma, n = 0.4, 0.7, 20000
    quantiles = mu + sigma * norm.ppf((np.arange(n) + 0.5) / n)
    z = (observed - mu) / sigma
    closed = sigma * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert float(crps(quantiles, np.float64(observed))) == pytest.approx(closed, abs=1e-4)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_the_crps_of_two_points_is_that_worked_out_by_hand(a: float, b: float, y: float) -> None:
    by_hand = (abs(a - y) + abs(b - y)) / 2 - abs(a - b) / 4
    assert float(crps(np.array([a, b]), np.float64(y))) == pytest.approx(by_hand, abs=1e-12)


@given(members, st.floats(-5, 5))
def test_the_crps_is_the_integral_of_the_squared_difference_of_distributions(x: np.ndarray, y: float) -> None:
    edges = np.unique(np.append(x, y))
    middles = (edges[1:] + edges[:-1]) / 2
    forecast = (x[:, None] <= middles).mean(axis=0)
    integral = float(np.sum((forecast - (y <= middles)) ** 2 * np.diff(edges)))
    assert float(crps(x, np.float64(y))) == pytest.approx(integral, abs=1e-9)


@given(members, st.floats(-5, 5))
def test_one_member_is_an_absolute_error_and_no_crps_is_negative(x: np.ndarray, y: float) -> None:
    assert float(crps(x[:1], np.float64(y))) == pytest.approx(abs(x[0] - y))
    assert float(crps(x, np.float64(y))) >= -1e-12
    assert float(crps(np.repeat(x, 3), np.float64(y))) == pytest.approx(
        float(crps(x, np.float64(y))), abs=1e-9
    )


def test_the_true_distribution_has_the_smallest_expected_crps() -> None:
    rng = np.random.default_rng(4)
    observed = rng.normal(0, 1, 4000)
    score = {
        sd: crps(sd * norm.ppf((np.arange(400)[:, None] + 0.5) / 400), observed).mean()
        for sd in (0.6, 1, 1.6)
    }
    assert score[1] < min(score[0.6], score[1.6])


def test_a_band_of_80_percent_covers_80_percent_of_draws_from_itself() -> None:
    rng = np.random.default_rng(9)
    inside = covered(rng.normal(0, 1, (2000, 1)), rng.normal(0, 1, 4000))
    assert inside.mean() == pytest.approx(0.8, abs=0.03)


def test_known_bands_cover_known_points() -> None:
    runs = np.linspace(0, 1, 101)[:, None].repeat(4, axis=1)
    np.testing.assert_array_equal(covered(runs, np.array([0.05, 0.1, 0.9, 0.95])), [False, True, True, False])


def test_what_comes_after_2013_is_kept_back_unless_asked_for() -> None:
    assert turns_until(DATES, "2013Q4") == KEPT
    rng = np.random.default_rng(0)
    paths = rng.uniform(0, 1, (50, len(DATES), 2))
    record = {"a": rng.uniform(0, 1, len(DATES)), "b": rng.uniform(0, 1, len(DATES))}
    before = hindcast(ensemble(paths, ["a", "b"]), record, DATES)
    assert before.until == "2013Q4"
    assert before.pooled.points == 2 * (KEPT - 1)
    later = {name: np.where(np.arange(len(DATES)) < KEPT, path, 0.0) for name, path in record.items()}
    paths[:, KEPT:] = 1.0
    assert hindcast(ensemble(paths, ["a", "b"]), later, DATES) == before
    assert hindcast(ensemble(paths, ["a", "b"]), later, DATES, until="2022Q4") != before


def test_runs_that_know_the_record_have_no_error_and_cover_everything() -> None:
    record = {"a": np.linspace(0, 1, len(DATES)), "b": np.full(len(DATES), 0.3)}
    paths = np.stack([np.tile(path, (5, 1)) for path in record.values()], axis=2)
    found = hindcast(ensemble(paths, list(record)), record, DATES)
    assert found.pooled.crps == pytest.approx(0, abs=1e-12)
    assert found.pooled.coverage == 1
    assert found.pooled.beats
    assert not found.passes  # a band that holds everything says too little
    assert found.pooled.skill("persistence") == pytest.approx(1)


def test_runs_that_stand_still_are_as_good_as_persistence_and_no_better() -> None:
    record = {"a": np.linspace(0.2, 1, len(DATES)), "b": np.linspace(0.9, 0.1, len(DATES))}
    paths = np.stack([np.full((5, len(DATES)), path[0]) for path in record.values()], axis=2)
    found = hindcast(ensemble(paths, list(record)), record, DATES)
    assert found.pooled.crps == pytest.approx(found.pooled.references["persistence"])
    assert not found.pooled.beats
    assert found.pooled.skill("persistence") == pytest.approx(0)


def test_references_know_only_what_they_may() -> None:
    coded = np.array([[0.2, 0.5, 0.9], [0.1, 0.1, 0.4], [0.8, 0.6, 0.6]])
    found = references(coded, 0)
    np.testing.assert_allclose(found["persistence"], [[0.2], [0.2]])
    np.testing.assert_allclose(found["values"][1], [0.1, 0.1, 0.4, 0.8, 0.6, 0.6])
    np.testing.assert_allclose(found["changes"][1], [0.5, 0.0])  # +0.3, and -0.2 cut at 0
    np.testing.assert_allclose(found["updated"][1], [0.2, 0.5])
    alone = references(coded[:1], 0)
    np.testing.assert_allclose(alone["changes"][1], [0.2])
    assert (
        Score("a", 1, 1.0, 0.1, {"persistence": 0.0}).skill("persistence") != 0
    )  # nan: nothing can be better


def test_pooled_scores_weigh_every_point_alike_and_left_out_issues_not_at_all() -> None:
    rng = np.random.default_rng(2)
    names = ["a", "b", "c"]
    record = {name: rng.uniform(0, 1, len(DATES)) for name in names}
    values = ensemble(rng.uniform(0, 1, (30, len(DATES), 3)), names)
    found = hindcast(values, record, DATES, leave_out=["b"])
    assert [score.issue for score in found.issues] == ["a", "c"]
    assert found.pooled.crps == pytest.approx(np.mean([score.crps for score in found.issues]))
    assert found.pooled.coverage == pytest.approx(np.mean([score.coverage for score in found.issues]))


def test_coverage_of_issues_that_moved_leaves_out_those_that_stayed() -> None:
    record = {"moves": np.linspace(0, 1, len(DATES)), "stays": np.full(len(DATES), 0.3)}
    paths = np.stack([np.full((5, len(DATES)), 0.9), np.full((5, len(DATES)), 0.3)], axis=2)
    found = hindcast(ensemble(paths, list(record)), record, DATES)
    assert found.moving_coverage == 0
    assert found.pooled.coverage == 0.5
    assert "50% of 54 coded points to 2013Q4 (0% for issues that moved)" in found.verdict()


def test_runs_with_gaps_are_dropped_and_theories_pooled() -> None:
    table = np.zeros((2, 3, 4, 1))
    table[0, 0, 2] = np.nan
    values = xr.DataArray(table, dims=("theory", "run", "turn", "outcome"), coords={"outcome": ["issue:a"]})
    assert issue_paths(values)["a"].shape == (5, 4)


def test_a_hindcast_without_turns_or_issues_is_refused() -> None:
    values = ensemble(np.zeros((3, len(DATES), 1)), ["a"])
    record = {"a": np.zeros(len(DATES))}
    with pytest.raises(ValueError, match="at least 2 are needed"):
        hindcast(values, record, DATES, until="2007Q1")
    with pytest.raises(ValueError, match="no coded issue is among the outcomes"):
        hindcast(values, {"b": np.zeros(len(DATES))}, DATES)
    with pytest.raises(ValueError, match="at least one member"):
        crps(np.empty((0, 2)), np.zeros(2))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("spread", "miss", "finding"),
    [
        (0.01, 0.1, "too sure of themselves"),
        (0.1, 0.1, "The record lies in the runs' 80% bands 80% of the time"),
        (0.3, 0.1, "say too little"),
    ],
)
def test_the_figure_is_titled_by_its_finding_and_drawn_alike_each_time(
    tmp_path: Path, spread: float, miss: float, finding: str
) -> None:
    rng = np.random.default_rng(6)
    names = [f"issue_{k}" for k in range(10)]
    record = {name: np.clip(0.5 + np.cumsum(rng.normal(0, 0.04, len(DATES))), 0, 1) for name in names}
    centre = np.stack([record[name] for name in names], axis=1)
    runs = spread * norm.ppf((np.arange(50) + 0.5) / 50)[:, None, None]
    missed = miss * norm.ppf((np.arange(10) + 0.5) / 10)
    values = ensemble(centre + runs + missed, names)
    scores = hindcast(values, record, DATES)
    with styled():
        drawn = [draw_hindcast(values, record, DATES, scores, {"issue_0": "First issue"}) for _ in range(2)]
        files = [save(one, tmp_path / str(k), ["png", "svg"]) for k, one in enumerate(drawn)]
    assert finding in drawn[0].finding
    for one, other in zip(*files, strict=True):
        assert one.read_bytes() == other.read_bytes()
    assert len(drawn[0].figure.axes) == 10
