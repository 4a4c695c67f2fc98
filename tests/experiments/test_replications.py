"""The replication table: every number agrees, a wrong one would be seen, and the command leaves what it promises."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from experiments.replications import arms_race, closed_forms, emissions, europe, figures, paris, run, syria
from experiments.replications.rows import DERIVED, PUBLISHED, Row


@pytest.mark.parametrize(
    "module", [pytest.param(closed_forms, marks=pytest.mark.slow), paris, emissions, syria, arms_race]
)
def test_every_number_agrees_to_the_digits_given(module) -> None:
    assert [row for row in module.rows() if not row.agrees] == []


@pytest.mark.slow
def test_all_models_with_an_example_are_in_the_table() -> None:
    numbers = {int(row.model[1:].rstrip("bcde")) for row in run.all_rows(None)}
    # M10, M13, M19 and M23 have no numbers of their own: they are tested as propositions.
    assert numbers == set(range(1, 27)) - {10, 13, 19, 23}


@pytest.mark.data
def test_the_talks_on_thirteen_issues_are_the_published_ones(data: Path) -> None:
    rows = list(paris.thirteen_issues(data / paris.INPUTS))
    assert len(rows) == 4
    assert all(row.agrees for row in rows)


def test_digits_that_were_given_decide_whether_a_number_agrees() -> None:
    def row(theirs: str, ours: float) -> Row:
        return Row("M0", "what", DERIVED, theirs, ours, "source")

    assert row("0.30", 0.3049).agrees
    assert not row("0.30", 0.3151).agrees
    assert row("0.3000", 0.30009).agrees
    assert not row("0.3000", 0.3002).agrees
    assert row("194.", 194.9).agrees
    assert not row("194", 194.9).agrees  # a count
    assert not row("0.5", float("nan")).agrees
    assert row("-83200", -83200.0).agrees


def test_a_trade_by_others_in_the_same_place_does_not_count_as_agreement(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def swapped(*tables: np.ndarray) -> tuple:
        trades, end = original(*tables)
        return [trades[1], trades[0], *trades[2:]], end

    original = paris.equal_gain_exchanges
    monkeypatch.setattr(paris, "equal_gain_exchanges", swapped)
    wrong = [row for row in paris.three_issues() if not row.agrees]
    assert len(wrong) >= 4


@pytest.mark.slow
def test_the_command_writes_the_table_and_every_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERSIM_DATA", str(tmp_path / "absent"))
    with pytest.raises(SystemExit) as exit_code:
        run.main(["--out", str(tmp_path), "--model", "M6"])
    assert exit_code.value.code == 0
    with (tmp_path / "replications.csv").open(encoding="utf-8") as lines:
        table = list(csv.DictReader(lines))
    assert {row["agrees"] for row in table} == {"yes"}
    assert {row["kind"] for row in table} == {PUBLISHED, DERIVED}
    for name in figures.FIGURES:
        assert (tmp_path / f"{name}.png").stat().st_size > 10_000


def test_the_command_fails_when_a_number_differs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Row("M1", "what", DERIVED, "1.00", 2.0, "source")
    monkeypatch.setattr(run, "all_rows", lambda _: [wrong])
    monkeypatch.setattr(run, "print_findings", lambda *_: None)
    with pytest.raises(SystemExit) as exit_code:
        run.main(["--out", str(tmp_path), "--no-figures"])
    assert exit_code.value.code == 1


@pytest.mark.data
def test_the_compromise_predicts_european_decisions_better_than_median_or_reference_point(data: Path) -> None:
    """Thomson, Stokman, Achen and König 2006; Leinaweaver and Thomson 2014."""
    errors = europe.score(data)
    assert len(errors.compromise) >= 100
    for rival in (errors.median, errors.reference):
        lead = rival - errors.compromise
        assert lead.mean() > 2.0 * lead.std(ddof=1) / len(lead) ** 0.5
    assert 20.0 < errors.compromise.mean() < 30.0
