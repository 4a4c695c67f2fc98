"""What the tests of the world share: histories that stop after each turn, scenarios in which much happens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from hypothesis import strategies as st

from powersim.scenario.arrays.build import Built, build
from powersim.scenario.load import from_data
from powersim.sim.run import Engine
from powersim.testing import documents, shares
from powersim.world import columns as col
from powersim.world.case import Case
from powersim.world.state import Derived, Floats

ROWS = 16384
# Everything that is rare becomes frequent: talks, moves, crises, breaches, strikes.
LIVELY: dict[str, float] = {
    "talk": 1.0,
    "conference": 1.0,
    "own_rate": 0.7,
    "sign_tau": 0.001,
    "cost_per_leg": 0.0005,
    "renege_rate": 1.0,
    "c_a": 0.0,
    "c_a_spread": 0.05,
    "battle_cost": 0.001,
    "optimism": 0.3,
    "kappa0": 0.0,
    "strike_noise": 0.1,
    "city_stock": 0.05,
}


@st.composite
def lively_documents(draw: st.DrawFn, /, **options: Any) -> dict[str, Any]:
    """Scenarios as plain data in which deals, breaches, crises, wars and strikes are frequent."""
    document = draw(documents(**({"turns": (6, 12)} | options)))
    document["parameters"] = document.get("parameters", {}) | LIVELY
    for actor in document["actors"].values():
        actor["bandwidth"] = 4
    for dispute in document["disputes"]:
        dispute["hazard"] = draw(shares(0.5, 1.0))
        interests = document["issues"][dispute["issue"]]["interests"]
        interests[dispute["challenger"]] = [1.0, draw(shares(0.5, 1.0))]
        interests[dispute["target"]] = [0.0, draw(shares(0.5, 1.0))]
    for strike in document["strikes"]:
        issue = document["issues"][strike["programme"]]
        issue["start"] = draw(shares(0.0, 0.5))
        issue["interests"][strike["by"]] = [0.0, 1.0]
    return document


def built(document: dict[str, Any]) -> Built:
    """A scenario's arrays."""
    return build(from_data(document))


MINIATURE: dict[str, Any] = {
    "powersim": 1, "name": "s300-in-miniature", "calendar": {"start": "2007Q1", "end": "2012Q4", "turn": "quarter"},
    "actors": {code: {"power": 0.1, "economy": 0.1, "weights": {"security": 0.1}} for code in ("SEL", "BUY", "RIV")},
    "issues": {
        "missiles": {"binds": {"flow": ["air_defence", "SEL", "BUY"], "contract": 0.4},
                     "interests": {"SEL": [0.9, 0.2], "BUY": [1.0, 0.5], "RIV": [0.0, 0.9]}},
        "arms_for_georgia": {"start": 0.9, "control": "RIV", "step": 0.9, "speed": 0.1,
                             "interests": {"SEL": [0.0, 0.8], "RIV": [0.9, 0.1]}},
    },
    "goods": {"air_defence": {"kind": "rival", "power": 0.001, "delivery": 2, "quantum": 1.0, "stock": {"SEL": 1.0},
                              "flows": {"SEL": ["BUY"]}}},
    "parameters": {"talk": 1.0, "sign_tau": 0.001, "cost_per_leg": 0.001, "deal_length": 8, "balance_due": 0.0},
    "mechanisms": {"alignment": False},  # new friendships would make restraint welcome in itself
    "outcomes": {},
}  # fmt: skip
"""SEL has sold BUY air defence that RIV fears; RIV holds a lever that SEL wants moved. Restraint is worth the lever."""


class Play:
    """A history that stops after each turn: `world` and `derived` are as the turn has left them."""

    def __init__(self, case: Case, seed: int = 1, run: int = 0, engine: Engine | None = None) -> None:
        self.case = case
        self.seed, self.run = seed, run
        self.engine = Engine(case, seed, run, log_rows=ROWS) if engine is None else engine
        self.world, self.desk = self.engine.world, self.engine.desk
        self.packed = self.engine.packed

    @property
    def derived(self) -> Derived:
        """What follows from the state."""
        return self.desk.derived

    @property
    def turns_played(self) -> int:
        """Turns that are done."""
        return self.engine.turns

    def step(self) -> Floats:
        """Compute a turn; returns its rows of the chronicle."""
        before = int(self.world.logged[0])
        self.engine.to(self.turns_played + 1)
        assert self.world.logged[0] <= ROWS, "the chronicle is full"
        return self.world.log[before : int(self.world.logged[0])].copy()

    def twin(self, **values: float) -> Play:
        """The same history at the same point, to be led elsewhere, perhaps with other values of some parameters."""
        case = self.case._replace(params=self.case.params._replace(**values)) if values else self.case
        return Play(case, self.seed, self.run, self.engine.fork(case))

    def to_the_table(self) -> Play:
        """A twin that has gone through this turn up to the matching of offers, and no farther."""
        other = self.twin()
        other.engine.to(self.turns_played, "offers")
        return other

    def steps(self) -> Iterator[Floats]:
        """Turn after turn to the end of the calendar."""
        while self.turns_played < self.case.turns:
            yield self.step()


def state(play: Play) -> dict[str, Any]:
    """A copy of all that a world is, without its chronicle."""
    return {
        name: value.copy()
        for name, value in play.world._asdict().items()
        if isinstance(value, np.ndarray) and name not in ("log", "logged")
    }


def same(a: dict[str, Any], b: dict[str, Any]) -> list[str]:
    """Names of the arrays that differ in any bit."""
    return [name for name in a if a[name].tobytes() != b[name].tobytes()]


def of_kind(rows: Floats, *kinds: int) -> Floats:
    """Rows of the chronicle of some kinds."""
    return rows[np.isin(rows[:, col.KIND], kinds)]
