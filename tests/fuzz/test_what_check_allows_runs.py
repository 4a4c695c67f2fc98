"""Documents drawn at random: what `check` lets pass can be run and summarised. FUZZ=100 draws 100 times as many."""

from __future__ import annotations

import copy
import os
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from powersim.errors import ScenarioError
from powersim.run.condense import condense, summary_of
from powersim.scenario.arrays.build import build
from powersim.scenario.load import from_data
from powersim.scenario.read.merge import read_chain
from powersim.scenario.schema.branch import DOES, FORBIDDEN, LEGS, VERBS
from powersim.scenario.schema.scenario import SUMMARIES
from powersim.sim.history import simulate
from powersim.world.quantities import OVER, QUANTITIES

EXAMPLES = 40 * int(os.environ.get("FUZZ", "1"))
DATES = [f"{year}Q{quarter}" for year in (2000, 2001) for quarter in (1, 2, 3, 4)]
DRAWN = 12  # branches and outcomes in a document: most that are drawn make no sense, and are left out

Document = dict[str, Any]


class Draw:
    """Parts of a document, with names that exist and, often, nothing to do with one another."""

    def __init__(self, seed: int, document: Document) -> None:
        self.luck, self.document = random.Random(seed), document

    def one(self, of: Any) -> Any:
        return self.luck.choice(list(of))

    def dates(self, count: int = 2) -> list[str]:
        return [DATES[k] for k in sorted(self.luck.sample(range(len(DATES)), count))]

    def level(self) -> float:
        return self.luck.randrange(101) / 100

    def pair(self) -> list[str]:
        return self.luck.sample(list(self.document["actors"]), 2)

    def directed(self) -> str:
        known = self.luck.choice(("NORTH>DAN", "NORTH>COR", "COR>ARD", "ARD>BEL", "COR>DAN"))
        return known if self.luck.random() < 0.7 else ">".join(self.pair())

    def parties(self) -> list[str]:
        return self.luck.sample([*self.document["actors"], *self.document["groups"]], 2)

    def flow(self) -> list[str]:
        goods = self.document["goods"]
        if self.luck.random() < 0.5:
            return [self.one(goods), *self.pair()]
        good, giver, taker = self.one((("guns", "COR", "DAN"), ("science", "ARD", "BEL")))
        return [good, giver, taker]

    def outcome(self) -> Document:
        kind = QUANTITIES[self.one(QUANTITIES)]
        things: dict[str, Any] = {
            "issue": self.one(self.document["issues"]), "event": self.one(DOES),
            "stock": [self.one(self.document["actors"]), self.one(self.document["goods"])],
        }  # fmt: skip
        other = self.flow() if kind.of == "flow" else self.pair()
        thing = things.get(kind.of, self.one(self.document["actors"]) if kind.of == "actor" else other)
        of = {kind.name: thing} | (
            {"over": self.one(self.document["issues"])} if kind.name in OVER and self.level() > 0.8 else {}
        )
        how = self.one(SUMMARIES)
        period = self.dates() if how in ("mean", "max", "min") else self.one(DATES)
        limit = {self.one(("above", "below")): self.level()} if how == "ever" else {}
        return {"of": of, how: period, **limit}

    def leg(self) -> Document:
        kind, issue, to = self.one(LEGS), self.one(self.document["issues"]), self.level()
        return {
            "move": {"move": issue, "to": to}, "refrain": {"refrain": issue}, "give": {"give": self.flow()},
            "freeze": {"freeze": self.flow()}, "relief": {"relief": self.pair(), "to": to},
            "pledge": {"pledge": self.pair(), "to": to},
        }[kind]  # fmt: skip

    def forbidden(self) -> Document:
        kind, (a, b) = self.one(FORBIDDEN), self.parties()
        issues = self.luck.sample(list(self.document["issues"]), self.luck.randint(1, 2))
        things: dict[str, Any] = {
            "event": self.one(DOES), "flow": self.flow(), "sanctions": {"by": a, "on": b}, "raise": issues,
            "lower": issues, "pledge": self.pair(), "war": self.pair(),
        }  # fmt: skip
        return {kind: things[kind]}

    def action(self) -> Document:
        issue, (first, last) = self.one(self.document["issues"]), self.dates()
        legs = [self.leg() for _ in range(self.luck.randint(1, 3))]
        return {
            "set": {"set": {issue: self.level()}, "date": first, "read_as": self.one(("act", "nature"))},
            "hold": {"hold": issue, "from": first, "to": last},
            "path": {"path": {issue: {first: self.level(), last: self.level()}},
                     "between": self.one(("step", "linear"))},
            "forbid": {"forbid": self.forbidden(), "from": first},
            "sanctions": {"sanctions": {self.directed(): self.level()}, "date": first, "to": last},
            "pledge": {"pledge": {self.directed(): self.level()}, "date": first},
            "stock": {"stock": {self.one(self.document["actors"]): {self.one(self.document["goods"]): self.level()}},
                      "date": first},
            "offer": {"offer": legs, "date": first, "parties": self.pair(), "if_refused": "free"},
        }[self.one(VERBS)]  # fmt: skip


@pytest.fixture(scope="module")
def base(root: Path) -> Document:
    """Every key of the grammar, over two years, without branches and outcomes."""
    document = read_chain(root / "tests" / "scenarios" / "valid" / "everything.yaml").data()
    assert isinstance(document, dict)
    del document["evidence"]  # of events and a branch that are not in it
    return document | {
        "calendar": {"start": DATES[0], "end": DATES[-1], "turn": "quarter"},
        "intervention": DATES[1],
        "events": [{"id": kind, "date": DATES[2], "shift": {"shield": 0.1}} for kind in DOES],
        "branches": {"free": {}},
        "outcomes": {}, "hypotheses": [], "record": {}, "mechanisms": {},
    }  # fmt: skip


def allowed(document: Document) -> bool:
    try:
        from_data(document)
    except ScenarioError:
        return False
    return True


@pytest.mark.parametrize("seed", range(EXAMPLES // 10))
def test_what_is_allowed_runs(base: Document, seed: int) -> None:
    document, kept = copy.deepcopy(base), 0
    draw = Draw(seed, document)
    for place in range(DRAWN):
        more = copy.deepcopy(document)
        more["branches"][f"b{place}"] = {"do": [draw.action()]}
        if allowed(more):
            document, kept = more, kept + 1
        more = copy.deepcopy(document)
        more["outcomes"][f"o{place}"] = draw.outcome()
        if allowed(more):
            document, kept = more, kept + 1
    assert kept > 0
    scenario = from_data(document)
    built = build(scenario)
    summaries = [summary_of(outcome) for outcome in scenario.outcomes.values()]
    values = [simulate(built.case(name, "spiral", seed, 0), seed, 0).values for name in scenario.branches]
    found = condense(summaries, np.array(values, np.float32)[:, None, None])
    assert np.isfinite(found.summary).all()
