"""Strikes on programmes: once per milestone, the rarer the better defended, the likelier the costlier the weapon."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from powersim.compile.jit import interpreted
from powersim.oracles.proliferation import setback_threshold
from powersim.rules.proliferation import setback_value
from powersim.testing import shares
from powersim.world import chronicle as ch
from powersim.world import columns as col
from powersim.world.case import Case
from powersim.world.derive import derive
from powersim.world.strike import strike_net
from worlds import Play, built, of_kind

PROGRAMME: dict[str, Any] = {
    "powersim": 1, "name": "programme", "calendar": {"start": "2007Q1", "end": "2016Q4", "turn": "quarter"},
    "actors": {"ISR": {"power": 0.1, "economy": 0.1}, "IRN": {"power": 0.1, "economy": 0.1}},
    "issues": {"programme": {"start": 0.2, "speed": 0.1, "control": "IRN",
                             "interests": {"IRN": [1.0, 0.9], "ISR": [0.0, 0.9]}}},
    "goods": {"s300": {"kind": "rival", "air_defence": 1.0, "stock": {"IRN": 0.0}}},
    "strikes": [{"by": "ISR", "on": "IRN", "programme": "programme", "milestones": [0.3, 0.6, 0.9],
                 "air_defence": "s300"}],
    "parameters": {"kappa0": 0.0, "strike_noise": 0.001, "e0": 0.9},
    "outcomes": {},
}  # fmt: skip


def played(changes: dict[str, float], run: int = 0) -> tuple[Play, np.ndarray[Any, Any]]:
    """A history of the programme without exchange."""
    case = built(PROGRAMME).case("", "", 2, run, off=["exchange"])
    play = Play(case._replace(params=case.params._replace(**changes)), 2, run)
    return play, np.concatenate(list(play.steps()))


def test_each_milestone_is_decided_once() -> None:
    for run in range(10):
        _, rows = played({}, run)
        marks = of_kind(rows, ch.MILESTONE)[:, col.VALUE]
        assert len(set(marks)) == len(marks)
        assert list(marks) == sorted(marks)


def test_a_strike_that_costs_nothing_is_made_and_sets_the_programme_back() -> None:
    hits = 0
    for run in range(10):
        play, rows = played({}, run)
        struck = of_kind(rows, ch.STRIKE)
        assert len(struck) == len(of_kind(rows, ch.MILESTONE)) > 0
        assert set(struck[:, col.VALUE]) <= {0.0, play.case.params.setback}
        hits += int((struck[:, col.VALUE] > 0.0).sum())
    assert hits > 0


def test_a_strike_that_costs_more_than_the_weapon_is_not_made() -> None:
    _, rows = played({"kappa0": 2.0})
    assert len(of_kind(rows, ch.MILESTONE)) > 0
    assert len(of_kind(rows, ch.STRIKE)) == 0


@cache
def programme() -> Case:
    return built(PROGRAMME).case()


def net(defence: float, at: float, **changes: float) -> float:
    """What the strike is worth to the striker, less its cost; by plain Python, as nothing else calls the rule."""
    case = programme()
    play = Play(case._replace(params=case.params._replace(**changes)))
    play.world.q[0, 0] = defence  # IRN comes before ISR
    play.world.pos[0] = play.world.x[0] = at
    g, w, desk = play.packed
    interpreted(derive)(g, w, desk.derived)
    return float(interpreted(strike_net)(g, w, desk, 0))


@settings(max_examples=24)
@given(defence=shares(), more=shares(), at=shares(0.1, 1.0))
def test_air_defence_never_makes_a_strike_more_worth_while(defence: float, more: float, at: float) -> None:
    better = min(1.0, defence + more)
    assert net(better, at, kappa0=0.1) <= net(defence, at, kappa0=0.1) + 1e-12


@settings(max_examples=24)
@given(at=shares(0.1, 1.0), cost=shares(0.0, 1.0), more=shares(0.0, 1.0))
def test_a_costlier_strike_is_never_more_worth_while(at: float, cost: float, more: float) -> None:
    assert net(0.3, at, kappa0=cost + more) <= net(0.3, at, kappa0=cost) + 1e-12


@settings(max_examples=24)
@given(at=shares(0.1, 1.0), hazard=shares(0.0, 1.0), more=shares(0.0, 1.0))
def test_the_nearer_the_weapon_the_more_a_strike_is_worth(at: float, hazard: float, more: float) -> None:
    sooner = min(1.0, hazard + more)
    assert net(0.0, at, breakout_rate=sooner) >= net(0.0, at, breakout_rate=hazard) - 1e-12


@settings(max_examples=36)
@given(loss=shares(), lam=shares(), delta=shares(0.5, 0.99), turns=st.integers(0, 40), regained=shares())
def test_the_weapon_put_off_is_worth_what_bas_and_coe_say(
    loss: float, lam: float, delta: float, turns: int, regained: float
) -> None:
    without = setback_value(0.0, loss, lam, delta, turns)
    assert abs(without - loss * setback_threshold(lam, delta, turns)) < 1e-12
    assert setback_value(regained, loss, lam, delta, turns) >= without


def test_a_set_back_is_worth_the_difference_of_two_discounted_streams() -> None:
    """A second route to the same number: sum the streams with and without the strike."""
    low, high, weapon = 0.5, 0.4, 0.1  # utility per turn at the lower level, at the higher, with the weapon
    lam, delta, turns, far = 0.05, 0.97, 8, 4000
    on = off = 0.0
    alive = 1.0
    stream = []
    for _ in range(far):
        stream.append(alive * (1.0 - lam) * high + (1.0 - alive * (1.0 - lam)) * weapon)
        alive *= 1.0 - lam
    for t in range(far):
        off += delta**t * stream[t]
        on += delta**t * (low if t < turns else stream[t - turns])
    value = setback_value(low - high, high - weapon, lam, delta, turns)
    assert abs((1.0 - delta) * (on - off) - value) < 1e-9
