"""The measure of odds against heads: a row for each level and effect, no mean among what is printed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from experiments.odds.__main__ import main, rows

import powersim as ps


def test_variances_and_widths_are_printed_and_no_estimate(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(root / "scenarios" / "two_powers.yaml")
    made = ps.Study(file, ["keep", "give_up"]).compare(runs=12)
    found = list(rows(made))
    assert [row[:2] for row in found] == [("war", "level of keep"), ("war", "give_up")]
    table = made.estimators.query("estimator == 'odds' and theory == 'all'")
    halves = ((table.ci_high - table.ci_low) / 2).set_axis(table.branch_a + ":" + table.branch_b)
    for (*_, ratio, counted, odds), place in zip(found, [":keep", "keep:give_up"], strict=True):
        assert odds == pytest.approx(halves[place], rel=1e-6)
        assert ratio == pytest.approx((counted / odds) ** 2) if np.isfinite(ratio) else odds == 0
    main(["12", file, "keep", "give_up"])
    assert capsys.readouterr().out.count("| war |") == 2
