"""Nobody signs at a loss: not in its own judgement, not after earlier deals of the turn have changed the world."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powersim.compile.bundle import pack
from powersim.scenario.arrays.build import Built
from powersim.world import chronicle
from powersim.world import columns as col
from powersim.world.derive import derive, own_utility, refresh_readings
from powersim.world.desk import new_derived, new_sums
from powersim.world.gains import missing, money_unit, power_change, relationship
from powersim.world.packages import leg_cost
from powersim.world.state import GIVE, RIVAL, Floats, World
from worlds import Play, built, lively_documents, of_kind


@settings(max_examples=15)
@given(document=lively_documents())
def test_nobody_signs_at_a_loss(document: dict[str, Any]) -> None:
    play = Play(built(document).case("", "", 1, 0))
    g, _, _ = play.packed
    for rows in play.steps():
        legs = of_kind(rows, chronicle.LEG)
        for row in of_kind(rows, chronicle.GAIN):
            mine = legs[legs[:, col.DEAL] == row[col.DEAL]][:, col.THING].astype(int)
            assert row[col.GAIN] > sum(leg_cost(g, r, int(row[col.ACTOR])) for r in mine)


def test_nobody_in_the_flagship_signs_at_a_loss(flagship: Built) -> None:
    for run in range(4):
        play = Play(flagship.case("replace", "deterrence", 5, run), 5, run)
        for rows in play.steps():
            assert (of_kind(rows, chronicle.GAIN)[:, col.GAIN] > 0.0).all()


class Notary:
    """Judges every deal of a turn anew, by building the world with it and the world without it."""

    def __init__(self, play: Play) -> None:
        self.play, self.case = play, play.case
        self.g, self.packed_world, _ = play.packed
        self.aside = play.twin()

    def copy(self, world: World) -> World:
        """A world that may be changed."""
        return World(*(value.copy() for value in world))

    def at(self, world: World) -> tuple[Any, Any, Any]:
        """What is given, a copy of a world, and room for what follows from it, as kernels take them."""
        for mine, theirs in zip(self.aside.world, world, strict=True):
            mine[...] = theirs
        g, w, desk = self.aside.packed
        return g, w, desk.derived

    def utilities(self, world: World) -> Floats:
        """Own utility of everybody (N)."""
        g, w, d = self.at(world)
        refresh_readings(g.s, w)
        derive(g, w, d)
        return np.array([own_utility(g, w, d, i) for i in range(len(world.power))])

    def handed_over(self, world: World, f: int, units: float, ordered: float) -> World:
        """The world after `units` of flow f have changed hands, `ordered` of them on order before."""
        s, after = self.case.setup, self.copy(world)
        good, giver, taker = s.flow_good[f], s.flow_from[f], s.flow_to[f]
        after.q[taker, good] += units
        if s.good_kind[good] == RIVAL:
            after.q[giver, good] -= units * missing(self.g, good, giver, units)
        after.delivered[f] += units
        after.ordered[f] -= ordered
        return after

    def gains(self, world: World, legs: list[tuple[int, float]], weight: Floats) -> tuple[Floats, World]:
        """Gains (N) of a package, friends' included, and the world with its controls moved."""
        s, controls = self.case.setup, len(world.pos)
        without, with_it = self.copy(world), self.copy(world)
        for r, target in legs:
            if r < 3 * controls:
                without.pos[r // 3], with_it.pos[r // 3] = world.dis[r // 3], target
        own = self.utilities(with_it) - self.utilities(without)
        for r, target in legs:
            if r < 3 * controls:
                continue
            f = (r - 3 * controls) // 2
            g, giver = s.flow_good[f], s.flow_from[f]
            given_up = target * s.good_rent[g] if s.good_kind[g] != RIVAL else 0.0
            if (r - 3 * controls) % 2 == GIVE:
                change = self.utilities(self.handed_over(with_it, f, target, 0.0)) - self.utilities(with_it)
                change[giver] -= given_up
            else:
                change = self.utilities(with_it) - self.utilities(
                    self.handed_over(with_it, f, target, target)
                )
                partner = relationship(*self.at(with_it), giver, s.flow_to[f])
                change[giver] += given_up - world.price[f] - partner
            own += change
        return own + s.w_friends * (weight @ own), with_it

    def check(self) -> int:
        """Match this turn's offers and hold every deal against our own judgement; returns how many there were."""
        play = self.play
        world, first, weight = self.copy(play.world), int(play.world.logged[0]), play.derived.weight.copy()
        play.engine.to(play.turns_played, "deals")
        rows = play.world.log[first : int(play.world.logged[0])]
        signed = of_kind(rows, chronicle.SIGNED)
        for deal in signed[:, col.DEAL]:
            mine = rows[rows[:, col.DEAL] == deal]
            legs = [(int(row[col.THING]), float(row[col.VALUE])) for row in of_kind(mine, chronicle.LEG)]
            gains, after = self.gains(world, legs, weight)
            for row in of_kind(mine, chronicle.GAIN):
                i = int(row[col.ACTOR])
                paid = money_unit(self.g.s, self.packed_world, i) * row[col.VALUE]
                np.testing.assert_allclose(row[col.GAIN], gains[i] + paid, rtol=0.0, atol=1e-7)
                assert gains[i] + paid > 0.0
            world.pos[:] = after.pos  # a deal moves controls at once; what it orders is delivered later
        return len(signed)


def judged_deals(play: Play) -> int:
    """Play a history and judge every deal of every turn; returns how many there were."""
    judged = 0
    while play.turns_played < play.case.turns:
        judged += Notary(play.to_the_table()).check()
        play.step()
    return judged


@pytest.mark.parametrize("spent", [False, True])
def test_every_deal_is_worth_what_it_says_in_the_world_that_earlier_deals_have_left(spent: bool) -> None:
    """Also where actors have less than no capability by what its parts add up to: arms first fill that up."""
    total = 0

    @settings(max_examples=30)
    @given(document=lively_documents(turns=(4, 6)))
    def judge(document: dict[str, Any]) -> None:
        nonlocal total
        if spent:
            first = next(issue for issue in document["issues"].values() if "control" in issue)
            first["effects"] = [{"power": actor, "size": -1.0} for actor in document["actors"]]
        total += judged_deals(Play(built(document).case("", "", 1, 0, off=["war"])))

    judge()
    assert total > 30


def test_every_deal_of_the_flagship_is_worth_what_it_says(flagship: Built) -> None:
    case = flagship.case("free", "", 2, 0, off=["war"])._replace(turns=24)
    assert judged_deals(Play(case, 2)) > 3


@given(forces=st.floats(-1.0, 1.0), amounts=st.lists(st.floats(-1.0, 1.0), max_size=4))
def test_capability_moves_by_what_it_is_afterwards_and_is_never_below_nothing(
    flagship: Built, forces: float, amounts: list[float]
) -> None:
    d, sums = new_derived(flagship.setup), new_sums(flagship.setup)
    d.forces[0], d.help[1, 0], d.reach[0, 1], d.fear[2, 0] = forces, 0.5, 0.5, 0.25
    for amount in amounts:
        power_change(pack(d), pack(sums), 0, amount)
    moved = max(0.0, forces + sum(amounts)) - max(0.0, forces)
    np.testing.assert_allclose(sums.df[:3], [moved, 0.25 * moved, 0.0], rtol=0.0, atol=1e-12)
    np.testing.assert_allclose(sums.dh[:3], [0.0, 0.0, 0.25 * moved], rtol=0.0, atol=1e-12)
