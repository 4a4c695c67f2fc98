"""Shares over theories: of all worlds with the event, whichever theory they are of, as sure as their runs allow."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

import powersim as ps
from powersim.effects.results import ALL
from powersim.given.origin import origins
from powersim.given.twins import Twins


def twins(happened: int, gone: int, of: int = 100, *, runs: bool) -> Twins:
    """Worlds of which so many have the event, and so many of these lack it without the cause."""
    came = np.arange(of) < happened
    without = came & (np.arange(of) >= gone)
    idle = np.zeros(of, dtype=bool)
    number = np.arange(of, dtype=np.float64)
    return Twins(
        {"as": came * 1.0, "no": without * 1.0}, {"as": idle, "no": idle}, np.full(of, 1 / of), number, runs
    )


def pooled(one: Twins, other: Twins) -> Any:
    plan: Any = SimpleNamespace(branches=["as", "no"])
    return origins(plan, "e", {"one": one, "other": other}, np.array([0.5, 0.5]))[-1]


def test_necessity_over_theories_is_a_share_of_all_worlds_with_the_event() -> None:
    row = pooled(twins(80, 20, runs=False), twins(20, 20, runs=False))
    assert row.theory == ALL
    assert row.pn == pytest.approx(40 / 100)  # not the mean of a quarter and one
    assert row.pns == pytest.approx(40 / 200)
    assert row.ps == pytest.approx(40 / 140)


def test_runs_that_theories_share_are_not_counted_again_for_each() -> None:
    one = twins(40, 20, runs=True)
    row, alone = pooled(one, one), twins(40, 20, runs=True)
    first = origins(SimpleNamespace(branches=["as", "no"]), "e", {"one": alone}, np.ones(1))[0]  # type: ignore[arg-type]
    assert (row.pn, row.pn_low, row.pn_high) == pytest.approx((first.pn, first.pn_low, first.pn_high))
    assert (row.ess, row.event_ess) == pytest.approx((100, 40))
    apart = pooled(twins(40, 20, runs=False), twins(40, 20, runs=False))
    assert apart.pn_high - apart.pn_low == pytest.approx(
        (first.pn_high - first.pn_low) / np.sqrt(2), rel=1e-9
    )
    assert apart.event_ess == pytest.approx(80)


def test_theories_that_say_the_same_are_as_sure_together_as_alone(planted: ModuleType) -> None:
    event = {"id": "effect", "year": 2003, "chance": 0.6, "of": "l_cause"}
    study = ps.Study(planted.by_chance(event, theories={"one": {}, "other": {}}), ["happened", "without"])
    one, other, both = study.origin("effect", 60, workers=1).rows
    assert (both.ps, both.ps_low, both.ps_high) == pytest.approx((one.ps, one.ps_low, one.ps_high))
    assert (one.ps, one.event_ess) == (other.ps, other.event_ess) == (both.ps, both.event_ess)
