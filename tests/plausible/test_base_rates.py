"""The table of base rates: flags that say what they mean."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from powersim.plausible.baserates import (
    COLUMNS,
    base_rate_table,
    cells,
    outside,
    plausible,
    stuck_issues,
    verdict,
)
from powersim.plausible.counts import NAMES
from powersim.plausible.record import Record, RecordedStatistic


def recorded(value: float, low: float, high: float) -> RecordedStatistic:
    return RecordedStatistic(value, low, high, "unit", "source", "definition")


RECORD = Record(
    first=1990,
    last=2013,
    level=0.9,
    born={},
    statistics={
        "wars_per_decade": recorded(1.0, 0.5, 2.0),
        "move_size": recorded(0.2, 0.1, 0.3),
        "issues_cornered": recorded(0.5, 0.4, 0.6),
        "breaches_per_decade": recorded(9.0, 6.0, 13.0),
    },
    background={},
)


def counts(**values: np.ndarray) -> xr.DataArray:
    table = np.stack(list(values.values()), axis=-1)
    return xr.DataArray(table, dims=("run", "statistic"), coords={"statistic": list(values)})


def test_a_row_is_inside_when_the_record_lies_in_the_band_of_the_runs() -> None:
    runs = np.linspace(0, 1, 101)
    rows = base_rate_table(counts(move_size=runs, issues_cornered=runs / 10), RECORD)
    sizes, corners = rows
    assert (sizes.low, sizes.median, sizes.high) == pytest.approx((0.05, 0.5, 0.95))
    assert sizes.inside
    assert not sizes.mean_fits  # 0.5 is beyond the record's own 0.1 to 0.3
    assert not corners.inside
    assert not corners.mean_fits
    assert [row.name for row in outside(rows)] == ["issues_cornered"]


def test_the_ends_of_a_band_belong_to_it() -> None:
    (row,) = base_rate_table(counts(wars_per_decade=np.ones(50)), RECORD)
    assert row.inside
    assert row.mean_fits
    (row,) = base_rate_table(counts(wars_per_decade=np.full(50, 1.001)), RECORD)
    assert not row.inside
    assert row.mean_fits


def test_theories_are_pooled_and_undefined_runs_left_out() -> None:
    table = xr.DataArray(
        np.array([[[0.1], [np.nan]], [[0.3], [0.2]]]),
        dims=("theory", "run", "statistic"),
        coords={"statistic": ["move_size"]},
    )
    (row,) = base_rate_table(table, RECORD)
    assert row.runs == 3
    assert row.mean == pytest.approx(0.2)
    assert base_rate_table(counts(move_size=np.full(3, np.nan)), RECORD) == []


def test_rows_come_in_the_order_of_the_list_and_only_where_both_sides_have_a_number() -> None:
    runs = np.ones(4)
    table = counts(**dict.fromkeys(reversed(NAMES), runs))
    assert [row.name for row in base_rate_table(table, RECORD)] == [
        n for n in NAMES if n in RECORD.statistics
    ]


def test_two_rows_may_lie_outside_and_three_may_not() -> None:
    names = ["move_size", "issues_cornered", "breaches_per_decade"]
    good, bad = np.array([0.0, 100.0] * 20), np.full(40, 50.0)
    for wrong in range(4):
        table = counts(**{name: bad if k < wrong else good for k, name in enumerate(names)})
        rows = base_rate_table(table, RECORD)
        assert len(outside(rows)) == wrong
        assert plausible(rows) == (wrong <= 2)
    assert not plausible([])


def test_the_table_as_text_shows_both_sides_and_the_flags() -> None:
    rows = base_rate_table(counts(move_size=np.full(5, 0.25), wars_per_decade=np.full(5, 1234.5)), RECORD)
    text = cells(rows)
    assert all(len(line) == len(COLUMNS) for line in text)
    assert text[0] == (
        "wars per decade",
        "wars a decade",
        "1",
        "0.5 to 2",
        "1234",
        "1234 to 1234",
        "NO",
        "no",
    )
    assert text[1][2:] == ("0.2", "0.1 to 0.3", "0.25", "0.25 to 0.25", "NO", "yes")
    assert verdict(rows) == (
        "0 of 2 recorded values lie in the band of 90 % of runs (2 outside, 2 allowed: wars per decade, move size); "
        "1 simulated means lie in the record's own interval."
    )


def test_an_unknown_statistic_or_missing_dimension_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown statistic 'wars'"):
        base_rate_table(counts(wars=np.ones(3)), RECORD)
    with pytest.raises(ValueError, match="dimensions run and statistic, found statistic"):
        base_rate_table(
            xr.DataArray(np.ones(1), dims="statistic", coords={"statistic": ["move_size"]}), RECORD
        )


def test_an_issue_is_stuck_only_if_most_runs_put_it_in_a_corner_and_the_record_did_not() -> None:
    paths = np.full((10, 4, 8), 0.5)
    paths[:, 0] = 0.0  # never left 0, and neither did the record
    paths[:, 1] = 1.0  # always at 1, against the record
    paths[:5, 2] = 0.0  # half of the runs: not most
    paths[:, 3, :4] = 0.0  # half of the turns: does not sit
    record = {"a": np.zeros(8), "b": np.full(8, 0.4), "c": np.full(8, 0.4), "d": np.full(8, 0.4)}
    (found,) = stuck_issues(paths, ["a", "b", "c", "d"], record)
    assert (found.issue, found.runs, found.recorded) == ("b", 1.0, 0.0)
    assert [s.issue for s in stuck_issues(paths[:, :1], ["a"], {})] == ["a"]
