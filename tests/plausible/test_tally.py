"""Reading a chronicle from an event log."""

from __future__ import annotations

import numpy as np
import pytest

from powersim.plausible.counts import Chronicle
from powersim.plausible.tally import read_log
from powersim.world.chronicle import BREACH, CRISIS, DELIVERY, LAPSED, LEG, OWN_MOVE, SIGNED, WAR

CONTROLS = 2
REFRAIN_0, RAISE_1, GIVE_1, FREEZE_0 = 1, 5, 8, 7
"""Legs: three of each control (lower, refrain, raise), then two of each flow (give, freeze)."""


def log(*rows: tuple[int, int, int, int]) -> np.ndarray:
    """Rows of (turn, kind, object, deal) with the other columns empty."""
    table = np.full((len(rows), 8), -1.0)
    for place, (turn, kind, thing, deal) in enumerate(rows):
        table[place, [0, 1, 4, 7]] = turn, kind, thing, deal
    return table


def read(*rows: tuple[int, int, int, int], turns: int = 28) -> Chronicle:
    return read_log(log(*rows), CONTROLS, ["RUS>IRN", "PRK>IRN"], [True, False], turns)


def test_wars_crises_deals_and_breaches_are_counted_up_to_the_last_turn() -> None:
    rows = [(t, kind, 0, -1) for t in (3, 27, 28) for kind in (WAR, CRISIS, SIGNED, BREACH, OWN_MOVE)]
    found = read(*rows)
    assert (found.wars, found.crises, found.deals, found.breaches) == (2, 2, 2, 2)


def test_only_goods_that_the_giver_loses_count_as_arms() -> None:
    assert read((5, DELIVERY, 0, -1), (6, DELIVERY, 1, -1)).deliveries == [(5, "RUS>IRN")]


def test_a_freeze_runs_from_its_deal_to_the_lapse() -> None:
    found = read((2, SIGNED, 2, 0), (2, LEG, FREEZE_0, 0), (2, LEG, RAISE_1, 0), (10, LAPSED, -1, 0))
    assert found.freezes == [(2, 10)]


def test_a_breach_ends_a_freeze_and_a_horizon_leaves_it_open() -> None:
    signed = [(2, SIGNED, 2, 0), (2, LEG, REFRAIN_0, 0)]
    assert read(*signed, (7, BREACH, -1, 0)).freezes == [(2, 7)]
    assert read(*signed, (30, LAPSED, -1, 0)).freezes == [(2, None)]


def test_a_renewed_freeze_goes_on_and_a_later_one_is_new() -> None:
    first = [(2, SIGNED, 2, 0), (2, LEG, FREEZE_0, 0), (10, LAPSED, -1, 0)]
    renewed = [(11, SIGNED, 2, 3), (11, LEG, FREEZE_0, 3), (19, LAPSED, -1, 3)]
    later = [(25, SIGNED, 2, 0), (25, LEG, FREEZE_0, 0)]
    assert read(*first, *renewed).freezes == [(2, 19)]
    assert read(*first, *later).freezes == [(2, 10), (25, None)]


def test_a_slot_that_is_used_again_does_not_end_the_freeze_of_another_deal() -> None:
    rows = [
        (2, SIGNED, 2, 0),
        (2, LEG, FREEZE_0, 0),
        (4, SIGNED, 2, 1),
        (4, LEG, GIVE_1, 1),
        (6, LAPSED, -1, 1),
        (8, SIGNED, 2, 1),
        (8, LEG, REFRAIN_0, 1),
        (9, BREACH, -1, 1),
    ]
    assert read(*rows).freezes == [(2, None), (8, 9)]


def test_a_freeze_that_two_deals_hold_ends_with_the_second() -> None:
    rows = [(2, SIGNED, 2, 0), (2, LEG, FREEZE_0, 0), (5, SIGNED, 2, 1), (5, LEG, FREEZE_0, 1)]
    assert read(*rows, (8, LAPSED, -1, 0)).freezes == [(2, None)]
    assert read(*rows, (8, LAPSED, -1, 0), (11, BREACH, -1, 1)).freezes == [(2, 11)]


def test_an_empty_log_is_a_history_without_events() -> None:
    assert read() == Chronicle(0, 0, 0, 0, [], [])


def test_flows_and_their_marks_must_match() -> None:
    with pytest.raises(ValueError, match="2 flows but 1 marks"):
        read_log(log(), 2, ["RUS>IRN", "PRK>IRN"], [True], 4)
