"""Two of the ten propositions about the whole (see test_system_assertions.py), on small worlds with goods."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from small_worlds import small

from powersim.scenario.arrays.build import build
from powersim.scenario.load import from_data
from powersim.sim.history import History, simulate
from powersim.world import chronicle
from powersim.world.columns import ACTOR, DEAL, KIND, THING, TURN

SEED = 2009


def simulated(document: dict[str, Any]) -> History:
    return simulate(build(from_data(document)).case(), SEED, 0)


def outcomes(document: dict[str, Any]) -> dict[str, NDArray[np.float64]]:
    built = build(from_data(document))
    values = simulate(built.case(), SEED, 0).values
    return {name: values[:, place] for place, name in enumerate(built.scenario.outcomes)}


def rows(history: History, kind: int) -> NDArray[np.float64]:
    found: NDArray[np.float64] = history.log[history.log[:, KIND] == kind]
    return found


def school(on: tuple[str, ...], turns: int, rate: float) -> dict[str, Any]:
    """A pupil who learns alone, and a teacher who may help it for a favour."""
    return small(
        ("AAA", "TTT"),
        on,
        turns,
        {"learn_rate": rate, "frontier": 1.0, "payment_cap": 0.5, "payment_taken": 0.5},
        issues={"taught": {"binds": {"know_how": ["science", "TTT", "AAA"]}, "interests": {"AAA": [1.0, 0.6]}}},
        goods={"science": {"kind": "know_how", "stock": {"AAA": 0.1, "TTT": 0.9}, "production": {"AAA": 1.0},
                           "quantum": 0.3, "rent": 0.01, "delivery": 0, "flows": {"TTT": ["AAA"]}}},
        outcomes={"known": {"of": {"stock": ["AAA", "science"]}}},
    )  # fmt: skip


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.5])
def test_9_know_how_without_transfers_follows_nelson_and_phelps_and_transfers_only_raise_it(
    rate: float,
) -> None:
    turns = 24
    alone = outcomes(school(("drift", "technology"), turns, rate))["known"]
    taught = outcomes(school(("drift", "technology", "exchange", "payments"), turns, rate))["known"]
    t = np.arange(1, turns + 1)
    assert np.allclose(alone, 1.0 - 0.9 * (1.0 - rate) ** t, atol=1e-12)
    assert np.all(taught >= alone - 1e-12)
    assert taught.max() > alone[0] + 0.05 or rate == 0.5
    assert taught[2] > alone[2]


LAST = 10  # a freeze of the last turn has no quarter left in which it could be broken


def withheld(**parameters: float) -> dict[str, Any]:
    """SSS owes CCC an order and is paid by TTT to keep it back."""
    return small(
        ("CCC", "SSS", "TTT"),
        ("exchange", "payments", "compliance"),
        LAST + 1,  # before the order itself lapses
        {"payment_cap": 0.5, "payment_taken": 0.5, "renege_rate": 1.0, "tau_c": 0.0, "deal_length": 12,
         "counter_loss": 0.0, **parameters},
        issues={"sold": {"binds": {"flow": ["arms", "SSS", "CCC"], "full": 1.0, "contract": 0.4},
                         "interests": {"CCC": [1.0, 0.6], "SSS": [1.0, 0.2], "TTT": [0.0, 0.9]}}},
        goods={"arms": {"kind": "rival", "stock": {"SSS": 3.0}, "quantum": 1.0, "delivery": 8,
                        "flows": {"SSS": ["CCC"]}}},
        alignment={"SSS-CCC": 0.2, "SSS-TTT": 0.2},
        reach={"default": 0.3},
    )  # fmt: skip


def spells(history: History, giver: int, leg: int) -> list[int]:
    """How long each purchased freeze lasted, in quarters, until its giver broke it; 99 = it did not."""
    found = []
    breaches = rows(history, chronicle.BREACH)
    for row in rows(history, chronicle.LEG):
        if row[THING] == leg and row[TURN] < LAST:
            broken = breaches[
                (breaches[:, ACTOR] == giver)
                & (breaches[:, DEAL] == row[DEAL])
                & (breaches[:, TURN] >= row[TURN])
            ]
            found.append(int(broken[0, TURN] - row[TURN]) if len(broken) else 99)
    return found


def test_10_without_a_future_every_withheld_leg_is_revoked_within_a_quarter() -> None:
    """No worth of the relationship, no memory of gains: sigma goes to 0, and Pi > 0 decides (M9)."""
    freeze, giver = 1, 1  # no controls, one flow: legs are give (0) and freeze (1); SSS is the second actor
    nothing = {"relation_floor": 0.0, "relation_trade": 0.0, "relation_memory": 0.999}
    revoked = spells(simulated(withheld(**nothing)), giver, freeze)
    assert revoked
    assert set(revoked) == {1}  # the quarter after the signature
    kept = spells(simulated(withheld(relation_floor=0.15)), giver, freeze)
    assert kept == [99]


def test_10_a_supplier_that_values_its_client_enough_does_not_sell_its_restraint_at_all() -> None:
    history = simulated(withheld(relation_floor=0.4))
    assert not spells(history, 1, 1)
    assert len(rows(history, chronicle.DELIVERY))
