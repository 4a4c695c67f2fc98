"""A chronicle in detail says more about the same history."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from powersim.scenario.arrays.build import build
from powersim.scenario.load import load
from powersim.sim.history import simulate
from powersim.world import chronicle
from powersim.world import columns as col

FLAGSHIP = Path(__file__).parents[2] / "scenarios" / "missile_defense_2009.yaml"
ROWS = 65536


@pytest.fixture(scope="module")
def pair():
    """The same run of the flagship, told in detail and not."""
    case = build(load(FLAGSHIP)).case("cancel", "deterrence", 1, 3)
    return simulate(case, 1, 3), simulate(case, 1, 3, ROWS, detail=True)


def test_detail_leaves_the_history_as_it_is(pair):
    plain, detailed = pair
    for name in ("values", "alignment", "delivered", "happened"):
        assert getattr(plain, name).tobytes() == getattr(detailed, name).tobytes()
    assert detailed.lost == 0


def test_detail_only_adds_rows(pair):
    """Without what only a chronicle in detail has, both are the same to the last bit."""
    plain, detailed = pair
    notable = build(load(FLAGSHIP)).case("cancel", "deterrence", 1, 3).params.notable
    kind, change = detailed.log[:, col.KIND], np.abs(detailed.log[:, col.GAIN])
    beliefs = np.isin(kind, (chronicle.BELIEF_RESOLVE, chronicle.BELIEF_TRUST))
    kept = ~np.isin(kind, [number for number, kind in chronicle.KIND.items() if kind.detail]) & ~(
        beliefs & (change <= notable)
    )
    assert detailed.log[kept].tobytes() == plain.log.tobytes()
    assert kept.sum() < len(detailed.log)


def test_an_offer_refused_says_who_would_have_gained_what(pair):
    log = pair[1].log
    refused = np.flatnonzero(log[:, col.KIND] == chronicle.UNSIGNED)
    assert len(refused) > 10
    for at in refused:
        rest = log[at + 1 : at + 20]
        gains = rest[np.cumsum(rest[:, col.KIND] != chronicle.PROPOSED_LEG) > 0][: int(log[at, col.THING])]
        assert (gains[:, col.KIND] == chronicle.PROPOSED_GAIN).all()
        assert (gains[:, col.GAIN] > 0).all()
        assert 0.0 <= log[at, col.VALUE] < 1.0
