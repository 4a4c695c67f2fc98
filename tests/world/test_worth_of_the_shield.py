"""What Russia gains from REPLACE and from CANCEL: the arithmetic of the package of 2009, and the flagship's menu."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from powersim.scenario.arrays.build import Built, build
from powersim.scenario.load import from_data, load
from powersim.sim.history import simulate
from powersim.sim.model import PowersimModel
from powersim.world import chronicle
from powersim.world.columns import GAIN, KIND, VALUE
from powersim.world.gains import control_change
from powersim.world.params import MECHANISMS

DECISION = 10  # 2009Q3

# Ideal and salience as coded for 2009, and where the issues stood; losses are linear.
ISSUES: dict[str, tuple[float, str, dict[str, list[float]]]] = {
    "missile_defense": (0.75, "USA", {"USA": [0.5, 0.35], "RUS": [0, 0.75], "POL": [1, 0.7], "CHN": [0.1, 0.15]}),
    "iskander": (0.1, "RUS", {"RUS": [0.6, 0.25], "POL": [0, 0.8], "USA": [0, 0.3]}),
    "un_pressure": (
        0.4,
        "RUS",
        {"USA": [0.85, 0.8], "ISR": [1, 0.8], "RUS": [0.35, 0.45], "CHN": [0.2, 0.45]},
    ),
    "s300": (
        0.4,
        "RUS",
        {"RUS": [0.6, 0.3], "ISR": [0, 0.85], "USA": [0, 0.55], "CHN": [0.5, 0.05]},
    ),
    "georgia_arms": (0.6, "ISR", {"RUS": [0, 0.45]}),
    "uav": (0.0, "ISR", {"RUS": [0.9, 0.4]}),
    "arms_treaty": (0.5, "USA", {"RUS": [0.85, 0.5]}),
    "waivers": (0.0, "USA", {"RUS": [1, 0.45]}),
}  # fmt: skip
CORE = {"un_pressure": 0.75, "s300": 0.0, "iskander": 0.0}  # what Russia was asked for
CANCEL, REPLACE = {"missile_defense": 0.25}, {"missile_defense": 0.5}
OTHER_CHIPS = {"uav": 0.5, "arms_treaty": 1.0, "georgia_arms": 0.15}
ACTORS = ("CHN", "ISR", "POL", "RUS", "USA")


def gains(moves: dict[str, float]) -> dict[str, float]:
    """What a package put on the table is worth to each actor, exactly; one that nobody has to gain by is signed."""
    return {code: _least(moves, code) for code in ACTORS}


def _least(moves: dict[str, float], code: str) -> float:
    """The smallest gain of an offer that has one party."""
    document: dict[str, Any] = {
        "powersim": 1,
        "name": "package-of-2009",
        "calendar": {"start": "2009Q3", "end": "2009Q4", "turn": "quarter"},
        "actors": {actor: {"power": 0.1, "economy": 0.1} for actor in ACTORS},
        "issues": {
            name: {"start": start, "control": control, "step": 1.0, "speed": 0.0, "interests": interests}
            for name, (start, control, interests) in ISSUES.items()
        },
        "parameters": {"curvature": 1.0, "chi": 0.0, "w_security": 0.0, "sign_tau": 0.0},
        "mechanisms": {name: name == "exchange" for name in MECHANISMS},
        "branches": {
            "offered": {
                "do": [
                    {
                        "offer": [{"move": name, "to": to} for name, to in moves.items()],
                        "date": "2009Q3",
                        "parties": [code],
                    }
                ]
            }
        },
    }
    log = simulate(build(from_data(document)).case("offered"), 0, 0).log
    offer = log[log[:, KIND] == chronicle.OFFER_MADE][0]
    assert (offer[VALUE] == 1.0) == (offer[GAIN] > 0.0)
    return float(offer[GAIN])


def test_what_was_asked_of_russia_costs_it_what_the_arithmetic_says() -> None:
    found = gains(CORE)
    assert found["RUS"] == pytest.approx(-0.3025)
    assert found["USA"] == pytest.approx(0.53)
    assert found["ISR"] == pytest.approx(0.62)
    assert found["CHN"] == pytest.approx(-0.1775)  # so China needs a leg of its own, or it vetoes


def test_the_whole_shield_pays_russia_and_half_of_it_does_not() -> None:
    whole, half = gains(CORE | CANCEL), gains(CORE | REPLACE)
    assert whole["RUS"] == pytest.approx(0.0725)
    assert half["RUS"] == pytest.approx(-0.115)
    assert whole["POL"] == pytest.approx(-0.27)
    assert whole["USA"] == pytest.approx(0.53)  # with an ideal of .5, cancelling costs Washington nothing
    assert half["USA"] > whole["USA"]  # and replacing is a gain: hardly a costly signal


def test_the_shield_is_sufficient_and_not_necessary() -> None:
    assert gains(CORE | OTHER_CHIPS)["RUS"] == pytest.approx(0.2)
    assert gains(CORE | REPLACE | {"waivers": 0.5})["RUS"] == pytest.approx(-0.115 + 0.225)


@pytest.fixture(scope="module")
def flagship(root: Path) -> Built:
    """Linear losses, no friends' gains, priors at their values."""
    return build(load(root / "scenarios" / "missile_defense_2009.yaml", {"curvature": 1, "chi": 0}))


def worth(built: Built, to: float, off: tuple[str, ...] = ()) -> tuple[dict[str, float], float, float]:
    """Gains by moving the shield from where it stood in 2009Q3, as the menu has them; Russia's ideal and salience."""
    setup, params = built.central()
    switches = built.switches(off=off)
    case = built.case("keep", "", 2009, 0)._replace(setup=setup, params=params, switches=switches)
    model = PowersimModel(case, seed=2009)
    for _ in range(DECISION):
        model.step()
    c, k = built.index.levers["missile_defense_europe"], built.index.issues["missile_defense_europe"]
    world = model.world
    assert world.pos[c] == pytest.approx(0.75, abs=0.05)
    g, w, desk = model.engine.packed
    control_change(g, w, desk.derived, desk.sums, c, float(world.pos[c]), to)
    own = model.engine.desk.sums.own
    russia = built.index.actors["RUS"]
    by_actor = {code: float(own[i]) for code, i in built.index.actors.items()}
    return by_actor, float(world.theta[russia, k]), float(world.salience[russia, k])


def test_in_the_flagship_both_please_russia_and_the_interest_part_is_salience_times_the_way(
    flagship: Built,
) -> None:
    """Without its effects on security the lever is worth s (|x - theta| - |to - theta|)."""
    for to in (0.25, 0.0):
        found, theta, s = worth(flagship, to, off=("threat", "guarantees"))
        start = 0.75
        assert found["RUS"] == pytest.approx(s * (abs(start - theta) - abs(to - theta)), abs=1e-9)
        assert found["RUS"] > 0.0 > found["POL"]


def test_in_the_flagship_the_shield_is_worth_more_to_russia_when_it_fears_it(flagship: Built) -> None:
    for to in (0.25, 0.0):
        feared, unfeared = worth(flagship, to)[0], worth(flagship, to, off=("threat", "guarantees"))[0]
        assert feared["RUS"] > unfeared["RUS"]
        assert feared["POL"] < unfeared["POL"]  # the guarantee goes too


def test_in_the_flagship_cancelling_adds_little_to_what_replacing_gives_russia(flagship: Built) -> None:
    """REPLACE takes away two thirds of the shield; the last third, which CANCEL adds, is worth less than half."""
    replace, cancel = worth(flagship, 0.25)[0]["RUS"], worth(flagship, 0.0)[0]["RUS"]
    assert cancel > replace > 0.0
    assert cancel - replace < 0.5 * replace
