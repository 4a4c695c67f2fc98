"""The record file, and what of it a scenario is held to."""

from __future__ import annotations

from pathlib import Path

import pytest

from powersim.plausible.counts import NAMES
from powersim.plausible.intervals import poisson_interval
from powersim.plausible.record import Record, load_record

TEXT = """\
base_rates: 1
years: [1990, 2013]
level: 0.9
born: {GEO: 1992}
statistics:
  wars_per_decade: {value: 1.25, low: 0.3, high: 3.2, unit: a decade, source: s, definition: d, scope: disputes,
    per: 10, counts: {GEO-RUS: 1, IRQ-USA: 2}}
  crises_per_decade: {value: 5, low: 3, high: 8, unit: a decade, source: s, definition: d, scope: disputes,
    per: 10, counts: {GEO-RUS: 7, ISR-SYR: 6, IRQ-USA: 6}}
  war_share_of_crises: {value: 0.1, low: 0, high: 0.3, unit: share, source: s, definition: d, scope: disputes}
  arms_starts_per_dyad_year: {value: 0.01, low: 0, high: 0.02, unit: a year, source: s, definition: d, scope: flows,
    each: true, lead: 2, counts: {ISR>GEO: 1, RUS>SYR: 2}}
  move_size: {value: 0.2, low: 0.1, high: 0.3, unit: 0..1, source: s, definition: d}
background: {note: nothing}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "record.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return load_record(write(tmp_path, TEXT))


def test_a_scenario_is_held_to_its_own_disputes(record: Record) -> None:
    found = record.restricted(disputes=["RUS-GEO", "SYR-ISR"]).statistics
    # Georgia from 1992: 22 years, Syria and Israel 24; a decade of both together.
    assert found["crises_per_decade"].value == pytest.approx(13 / 2.3)
    assert (found["crises_per_decade"].low, found["crises_per_decade"].high) == poisson_interval(13, 2.3)
    assert found["wars_per_decade"].value == pytest.approx(1 / 2.3)
    assert found["war_share_of_crises"].value == pytest.approx(1 / 13)


def test_a_dispute_that_never_had_a_crisis_still_adds_time(record: Record) -> None:
    found = record.restricted(disputes=["CHN-USA", "GEO-RUS"], flows=["USA>POL", "ISR>GEO"]).statistics
    assert found["crises_per_decade"].value == pytest.approx(7 / 2.3)
    # Of 24 years and 22, the first two only look back.
    assert found["arms_starts_per_dyad_year"].value == pytest.approx(1 / (22 + 20))


def test_the_order_of_sides_is_free_for_disputes_but_not_for_flows(record: Record) -> None:
    one, other = (record.restricted(disputes=[key]).statistics for key in ("GEO-RUS", "RUS>GEO"))
    assert one == other
    assert record.restricted(flows=["GEO>ISR"]).statistics["arms_starts_per_dyad_year"].value == 0


def test_naming_a_dispute_twice_changes_nothing(record: Record) -> None:
    assert record.restricted(disputes=["GEO-RUS", "RUS-GEO"]) == record.restricted(disputes=["GEO-RUS"])


def test_a_scenario_without_disputes_or_flows_is_held_to_neither(record: Record) -> None:
    assert set(record.restricted().statistics) == {"move_size"}


def test_without_crises_there_is_no_share_of_them(record: Record) -> None:
    found = record.restricted(disputes=["CHN-USA"]).statistics
    assert found["crises_per_decade"].value == 0
    assert "war_share_of_crises" not in found


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("base_rates: 1", "rates: 1", "must begin with 'base_rates: 1'"),
        ("low: 0.1, high: 0.3, unit", "low: 0.25, high: 0.3, unit", r"move_size: value 0\.2 lies outside"),
        ("scope: flows", "scope: flow", "scope 'flow' is not one of disputes, flows, sanctions"),
        ("each: true", "eech: true", "unknown key 'eech'"),
        ("value: 0.2, ", "", "lacks or misstates 'value'"),
        ("years: [1990, 2013]", "years: [1990]", "lacks or misstates list index"),
        ("years: [1990, 2013]", "years: [soon, 2013]", r"\.yaml: invalid literal .*'soon'"),
        ("base_rates: 1", "base_rates: [1", r"\.yaml: not YAML"),
        ("statistics:", "statistics: 5\nothers:", "lacks or misstates"),
    ],
)
def test_a_damaged_record_is_refused_with_what_is_wrong(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        load_record(write(tmp_path, TEXT.replace(old, new)))


def test_the_record_of_the_flagship_has_every_statistic_with_source_and_definition(root: Path) -> None:
    record = load_record(root / "scenarios" / "record" / "base_rates_1990_2013.yaml")
    assert set(record.statistics) == set(NAMES)
    assert all(entry.source and entry.definition and entry.unit for entry in record.statistics.values())
    assert (record.first, record.last) == (1990, 2013)
