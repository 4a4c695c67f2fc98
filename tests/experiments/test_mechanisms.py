"""Every mechanism matters: switched off, what it is about changes by more than luck, and never the other way round."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from experiments.mechanisms.__main__ import main
from experiments.mechanisms.measure import AGREES, DISAGREES, UNSEEN, Found, found, measured, verdict
from experiments.mechanisms.measures import FLAGSHIP, MEASURES, Measure

from powersim.world.params import MECHANISMS

FEW, RUNS, SEED = 16, 40, 7


def clearest() -> list[Measure]:
    """One measure a mechanism: that of the small scenario where there is one."""
    return list({measure.mechanism: measure for measure in MEASURES}.values())


@pytest.fixture(scope="module")
def table() -> dict[str, Found]:
    """What a short run finds; where few runs leave it open, with more of them."""
    few = {row.mechanism: row for row in measured(clearest(), FEW, SEED)}
    still = [measure for measure in clearest() if few[measure.mechanism].verdict != AGREES]
    return few | {row.mechanism: row for row in measured(still, RUNS, SEED)}


def test_every_mechanism_is_measured_in_the_flagship() -> None:
    assert {measure.mechanism for measure in MEASURES if measure.scenario == FLAGSHIP} == set(MECHANISMS)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(MECHANISMS))
def test_switching_a_mechanism_off_does_what_was_expected(name: str, table: dict[str, Found]) -> None:
    row = table[name]
    assert row.changed > 0.0
    assert row.verdict == AGREES, row


@pytest.mark.parametrize(
    ("expected", "on", "effect", "error", "says"),
    [
        ("fall", 1.0, -0.2, 0.1, AGREES),
        ("fall", 1.0, 0.2, 0.1, DISAGREES),
        ("rise", 1.0, 0.2, 0.1, AGREES),
        ("rise", 1.0, -0.2, 0.3, UNSEEN),
        ("change", -1.0, 0.5, 0.1, AGREES),
        ("change", -1.0, -0.5, 0.1, DISAGREES),
        ("change", 1.0, 0.0, 0.0, UNSEEN),
    ],
)
def test_a_verdict_needs_an_interval_on_one_side_of_zero(
    expected: str, on: float, effect: float, error: float, says: str
) -> None:
    assert verdict(expected, on, effect, error) == says


def test_runs_in_which_an_outcome_is_undefined_are_left_out() -> None:
    measure = next(measure for measure in MEASURES if measure.mechanism == "harm")
    row = found(measure, [(-0.5, -0.2, True), (math.nan, math.nan, False), (-0.6, -0.4, True)])
    assert row.runs == 2
    assert row.effect == pytest.approx(0.25)
    assert row.changed == pytest.approx(2 / 3)


def test_the_command_writes_its_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--only", "proxies", "crisis", "--runs", "6", "--out", str(tmp_path)])
    assert code in (0, 1)
    assert "number of crises" in capsys.readouterr().out
    text = (tmp_path / "mechanisms_measured.md").read_text()
    assert text.count("\n| ") == 2 + 3  # header, rule, one row of crisis and two of proxies
    assert len((tmp_path / "mechanisms_measured.csv").read_text().splitlines()) == 1 + 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--runs", "1"], "allowed: 2 or more"), (["--only", "magic"], "no mechanism magic")],
)
def test_wrong_arguments_are_answered(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert message in capsys.readouterr().err
