"""The S-300 experiment: its ledger agrees with the chronicle, its shares add up, its command writes what it says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from experiments.s300_delay.__main__ import main
from experiments.s300_delay.freezes import Part, Restraint, restraints
from experiments.s300_delay.shares import by, estimate, kind_of, mean, payer_of, prices, shares
from experiments.s300_delay.tables import NAMES, PAYERS

from powersim.scenario.arrays.build import build
from powersim.scenario.load import load


@pytest.fixture(scope="module")
def found(root: Path) -> list[Restraint]:
    built = build(load(root / "scenarios" / "missile_defense_2009.yaml"))
    return [deal for run in range(12) for deal in restraints(built, built.case("free", "", 1, run), 1, run)]


def deal(*worths: float, loss: float = 1.0, other: float = 0.0, harm: float = 3.0, run: int = 0) -> Restraint:
    parts = tuple(Part("USA" if i else "ISR", f"raise lever_{i}", worth) for i, worth in enumerate(worths))
    return Restraint(
        run, 12, ("ISR", "RUS", "USA"), loss, harm, harm, other, parts, sum(worths) - loss - other
    )


def test_what_russia_gains_by_a_deal_is_what_it_gets_less_what_it_gives(found: list[Restraint]) -> None:
    """Worths in the menu add up to the exact gain in the chronicle, but for security: pledges do not add up to it."""
    assert len(found) > 5
    for one in found:
        pledged = any("pledge" in part.what for part in one.parts)
        assert one.net == pytest.approx(one.paid - one.loss, abs=0.02 if pledged else 0.005)
        assert one.net > 0.0
        assert "RUS" in one.parties


def test_shares_of_every_freeze_add_up_to_one_by_payer_and_by_kind(found: list[Restraint]) -> None:
    for of, names in ((payer_of, PAYERS), (kind_of, NAMES)):
        table = by(found, of, names)
        table = table[np.isfinite(table[:, 0])]
        assert len(table) > 5
        assert np.allclose(table.sum(axis=1), 1.0)


def test_whoever_covers_the_loss_alone_gets_all_and_pivots_share() -> None:
    assert shares(deal(2.0, 0.5)) == [1.0, 0.0]
    assert shares(deal(0.6, 0.6)) == [0.5, 0.5]
    assert shares(deal(2.0, 0.5, other=1.2), whole_bill=True) == [0.5, 0.5]
    assert shares(deal(0.4, 0.4)) is None
    assert shares(deal(1.0, loss=0.0)) is None


def test_the_price_is_what_is_paid_less_what_else_is_given_and_the_rule_halves_the_difference() -> None:
    p = prices([deal(2.0, 0.5, other=0.5, harm=3.0), deal(2.0, harm=0.5), deal(1.0, loss=0.0)])
    assert p.paid[:2] == pytest.approx([2.0, 2.0])
    assert p.rule[:2] == pytest.approx([2.0, 0.0])  # (3 + 1) / 2; harm below the loss buys nothing
    assert list(p.buyable[:2]) == [1.0, 0.0]
    assert np.isnan(p.paid[2])


def test_an_interval_holds_its_mean_and_is_wider_with_fewer_runs() -> None:
    many = [deal(1.0, run=run) for run in range(100)]
    values = np.arange(100) % 10 / 10.0
    wide, narrow = mean(many[:10], values[:10], 10), mean(many, values, 100)
    assert narrow.low < narrow.value < narrow.high
    assert narrow.value == pytest.approx(0.45)
    assert wide.high - wide.low > narrow.high - narrow.low
    assert estimate(many, values, 2.0 * np.ones(100), 100).value == pytest.approx(0.225)


@pytest.mark.slow
def test_the_command_writes_table_and_figure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--runs", "3", "--out", str(tmp_path)])
    assert {path.name for path in tmp_path.iterdir()} == {"shares.csv", "shares.md", "shares.png"}
    assert "replace - cancel" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["--runs", "0"])
