"""Whatever happens, every array stays in its range."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from powersim.scenario.arrays.build import Built
from powersim.testing import documents
from powersim.world.state import LEGS, PARTIES
from worlds import Play, built, lively_documents

UNIT = ("x", "pos", "theta", "resolve", "trust", "engagers", "strike_level", "proxy_level", "own", "dis")
NEVER_NEGATIVE = (
    "q", "salience", "power", "economy", "ordered", "delivered", "price", "dealt", "hurt", "paid", "wronged",
    "war_help", "war_belief", "wars", "crises", "terms", "onset", "conceded", "breaches", "reneged", "milestone",
    "strikes", "struck", "gains",
)  # fmt: skip


def complaints(play: Play) -> list[str]:
    """What is out of its range in a world."""
    w, d = play.world, play.derived
    found = [
        name
        for name, value in w._asdict().items()
        if isinstance(value, np.ndarray) and value.dtype == np.float64 and name not in ("policy", "log")
        if not np.isfinite(value).all()
    ]
    unit = [name for name in UNIT if name not in ("own", "dis")]
    found += [name for name in (*unit, "dis") if (getattr(w, name) < 0).any() or (getattr(w, name) > 1).any()]
    found += [name for name in NEVER_NEGATIVE if (getattr(w, name) < 0).any()]
    if (np.abs(w.own) > 1).any():
        found.append("own")
    if (np.abs(w.alignment) > 1).any() or (w.alignment != w.alignment.T).any():
        found.append("alignment")
    if (w.power <= 0).any() or (w.economy <= 0).any():
        found.append("an actor without power or economy")
    found += [f"derived {name}" for name in ("S", "E", "sanctions", "reach", "help", "weight")
              if (getattr(d, name) < 0).any() or (getattr(d, name) > 1 + 1e-12).any()]  # fmt: skip
    found += [f"derived {name}" for name in ("M", "offence", "fear", "f", "h", "trade", "burden")
              if (getattr(d, name) < 0).any()]  # fmt: skip
    return found + books(play)


def books(play: Play) -> list[str]:
    """What is amiss in the tables of deals and wars."""
    w, setup = play.world, play.case.setup
    found = []
    for v in np.flatnonzero(w.deal_on):
        parties = [i for i in w.deal_party[v] if i >= 0]
        legs = [r for r in w.deal_leg[v] if r >= 0]
        if not 2 <= len(parties) <= PARTIES or len(set(parties)) != len(parties):
            found.append(f"parties {parties}")
        if not 1 <= len(legs) <= LEGS or any(w.deal_giver[v, e] not in parties for e in range(len(legs))):
            found.append(f"legs {legs}")
        if w.deal_until[v] < play.turns_played:
            found.append("a deal that should have lapsed")
    forts = int(play.case.params.forts)
    fighting = w.war_on > 0
    if ((w.war_fort[fighting] <= 0) | (w.war_fort[fighting] >= forts)).any():
        found.append("a war that is over goes on")
    if (w.ordered[setup.good_kind[setup.flow_good] == 0] > w.q.max(initial=0) + 10).any():
        found.append("orders without end")
    return found


@settings(max_examples=15)
@given(document=documents())
def test_every_array_stays_in_its_range(document: dict[str, Any]) -> None:
    play = Play(built(document).case("", "one", 1, 0))
    for _ in play.steps():
        assert complaints(play) == []


@settings(max_examples=15)
@given(document=lively_documents())
def test_every_array_stays_in_its_range_when_much_happens(document: dict[str, Any]) -> None:
    play = Play(built(document).case("", "other", 1, 0))
    for _ in play.steps():
        assert complaints(play) == []


@pytest.mark.parametrize("theory", ["", "deterrence", "spiral"])
@pytest.mark.parametrize("branch", ["free", "trade"])
def test_every_array_of_the_flagship_stays_in_its_range(flagship: Built, branch: str, theory: str) -> None:
    for run in range(2):
        play = Play(flagship.case(branch, theory, 1, run), 1, run)
        for _ in play.steps():
            assert complaints(play) == []


@settings(max_examples=12)
@given(document=lively_documents())
def test_alignment_is_symmetric_in_every_turn(document: dict[str, Any]) -> None:
    play = Play(built(document).case("", "one", 2, 0), 2)
    for _ in play.steps():
        assert (play.world.alignment == play.world.alignment.T).all()
        assert (np.diag(play.world.alignment) == np.diag(play.case.setup.alignment0)).all()


@settings(max_examples=15)
@given(document=lively_documents(turns=(12, 12)))
def test_extreme_parameters_break_no_bound(document: dict[str, Any]) -> None:
    """The ends of every parameter's range, all low or all high."""
    from powersim.world.params import SPEC

    case = built(document).case("", "", 1, 0)
    heavy = ("forts", "battles_per_turn", "agenda", "agenda_many")  # bounded in time, not in truth
    for end in ("low", "high"):
        values: dict[str, Any] = {
            name: getattr(spec, end)
            for name, spec in SPEC.items()
            if name not in heavy and spec.unit != "legs"
        }
        play = Play(case._replace(params=case.params._replace(**values)))
        for _ in play.steps():
            assert complaints(play) == []
