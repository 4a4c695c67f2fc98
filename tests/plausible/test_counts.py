"""What is counted in a run: each statistic against a history counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from powersim.plausible.counts import (
    NAMES,
    STATISTICS,
    Chronicle,
    arms_starts,
    count_run,
    freeze_exposure,
    power_change,
    sanction_changes,
)

QUIET = Chronicle(wars=0, crises=0, deals=0, breaches=0, deliveries=[], freezes=[])
TURNS, ACTORS = 28, 4


def history(chronicle: Chronicle = QUIET, **changed: np.ndarray) -> dict[str, float]:
    """Statistics by name of a run of seven years in quarters in which nothing moves unless `changed` says so."""
    rng = np.random.default_rng(1)
    alignment = rng.uniform(-1, 1, (ACTORS, ACTORS))
    arrays = {
        "issues": np.full((5, TURNS), 0.4),
        "alignment": np.repeat(((alignment + alignment.T) / 2)[None], TURNS, axis=0),
        "sanctions": np.zeros((2, TURNS)),
        "power": np.ones((ACTORS, TURNS)),
    } | changed
    counts = count_run(chronicle, **arrays, flows=3, turns_per_year=4)
    return dict(zip(NAMES, counts.statistics(), strict=True))


def test_every_statistic_has_a_name_of_its_own_a_unit_and_a_definition() -> None:
    assert len(set(NAMES)) == len(STATISTICS)
    assert all(s.unit and s.about for s in STATISTICS)


def test_nothing_happens_in_a_history_in_which_nothing_happens() -> None:
    found = history()
    for name in (
        "wars_per_decade",
        "crises_per_decade",
        "arms_starts_per_dyad_year",
        "deals_per_dyad_year",
        "breaches_per_decade",
        "issues_moving",
        "issue_yearly_change",
        "issue_net_change",
        "issues_cornered",
        "alignment_yearly_change",
        "sanctions_tightened",
        "sanctions_eased",
        "power_change",
    ):
        assert found[name] == 0, name
    assert found["alignment_persistence"] == pytest.approx(1)
    assert found["alignment_spread_ratio"] == pytest.approx(1)
    for name in ("war_share_of_crises", "freeze_quarters", "move_size", "move_reversals"):
        assert np.isnan(found[name]), name


def test_rates_are_counts_over_time_and_pairs() -> None:
    chronicle = Chronicle(
        wars=1, crises=4, deals=21, breaches=7, deliveries=[(10, "RUS>IRN")], freezes=[(4, 14)]
    )
    found = history(chronicle)
    assert found["wars_per_decade"] == pytest.approx(1 / 0.7)
    assert found["crises_per_decade"] == pytest.approx(4 / 0.7)
    assert found["war_share_of_crises"] == 0.25
    assert found["deals_per_dyad_year"] == pytest.approx(21 / (6 * 7))  # four actors are six dyads
    assert found["breaches_per_decade"] == pytest.approx(10)
    assert found["arms_starts_per_dyad_year"] == pytest.approx(
        1 / (3 * 5)
    )  # the first two years only look back
    assert found["freeze_quarters"] == 10


def test_issues_and_sanctions_are_counted_from_their_paths() -> None:
    issues = np.full((5, TURNS), 0.4)
    issues[0, 8:] = 0.7
    issues[1] = 1.0
    sanctions = np.zeros((2, TURNS))
    sanctions[0, 6:] = 0.3
    sanctions[0, 20:] = 0.1
    found = history(issues=issues, sanctions=sanctions)
    assert found["issues_moving"] == pytest.approx(1 / (5 * 27))
    assert found["move_size"] == pytest.approx(0.3)
    assert found["issue_net_change"] == pytest.approx(0.06)
    assert found["issues_cornered"] == pytest.approx(0.2)
    assert found["sanctions_tightened"] == pytest.approx(1 / 12)
    assert found["sanctions_eased"] == pytest.approx(1 / 12)


def test_a_share_a_quarter_does_not_depend_on_the_length_of_turns() -> None:
    quarterly = np.full((1, TURNS), 0.4)
    quarterly[0, 12:] = 0.7
    monthly = np.repeat(quarterly, 3, axis=1)
    by_month = count_run(
        QUIET,
        monthly,
        np.zeros((3 * TURNS, ACTORS, ACTORS)),
        np.zeros((0, 3 * TURNS)),
        np.ones((ACTORS, 3 * TURNS)),
        flows=0,
        turns_per_year=12,
    ).statistics()
    share = by_month[NAMES.index("issues_moving")]
    assert share == pytest.approx(history(issues=quarterly)["issues_moving"], rel=0.03)  # 27 steps against 83


def test_a_start_needs_two_years_without_and_cannot_be_seen_in_the_first_two() -> None:
    assert arms_starts([(3, "a")], 8) == 0
    assert arms_starts([(8, "a"), (9, "a"), (16, "a"), (25, "a")], 8) == 2  # 8 and 25: 16 comes seven after 9
    assert arms_starts([(8, "a"), (9, "b")], 8) == 2
    assert arms_starts([(8, "a"), (8, "a")], 8) == 1


def test_a_freeze_without_an_end_adds_time_but_no_end_and_long_ones_are_cut() -> None:
    assert freeze_exposure([(10, True), (20, False), (50, True)], 28) == (58, 1)
    assert freeze_exposure([], 28) == (0, 0)


def test_the_mean_length_of_freezes_is_recovered_from_censored_ones() -> None:
    rng = np.random.default_rng(2)
    lengths, ends = rng.exponential(12, 20000), rng.uniform(0, 40, 20000)
    frozen, ended = freeze_exposure(zip(np.minimum(lengths, ends), lengths <= ends, strict=True), 28)
    assert frozen / ended == pytest.approx(12, rel=0.03)


def test_small_wobbles_of_sanctions_are_neither_tightening_nor_easing() -> None:
    strength = np.array([[0.1, 0.14, 0.11, 0.3, 0.29, 0.24]])
    assert sanction_changes(strength, 1) == (1, 1, 5)


def test_power_that_grows_everywhere_alike_does_not_change_shares() -> None:
    power = np.outer([1.0, 2.0, 5.0], np.exp(0.01 * np.arange(30)))
    assert power_change(power, 24) == pytest.approx(0, abs=1e-12)
    power[0] *= np.exp(0.02 * np.arange(30))
    assert power_change(power, 24) > 0
    assert np.isnan(power_change(power[:, :10], 24))


def test_arrays_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="disagree on the number of turns: alignment 28, issues 27"):
        history(issues=np.zeros((2, 27)))
