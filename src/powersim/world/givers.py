"""Who may give which leg to one other: the lists that pairs of actors look through (see `exchange`)."""

from __future__ import annotations

from powersim.compile.jit import rule
from powersim.world.desk import Desk, Menu
from powersim.world.given import Given
from powersim.world.legs import control_of, flow_of, moves_control
from powersim.world.state import Ints

ANYBODY = -1  # a leg may be given to whoever wants it


@rule
def index_givers(g: Given, desk: Desk) -> None:
    """List the live legs, and those of every actor that may give them to one other: most pairs of actors have few.

    If somebody has to agree, it gives the leg or gets it; so of the givers only those are listed who have to.
    """
    menu = desk.menu
    for i in range(menu.listed.shape[0]):
        menu.listed[i] = 0
    count = 0
    for r in range(menu.live.shape[0]):
        menu.alive[count] = r
        count += menu.live[r] > 0
    menu.lives[0] = count
    for m in range(count):
        r = menu.alive[m]
        if menu.needed[r] <= 2:
            first, end = _may_give(g, desk, r)
            for e in range(first, end):
                i = _giver(g, desk, r, e)
                if menu.gives[r, i] > 0 and (menu.needed[r] == 0 or menu.must[r, i] > 0):
                    at = menu.listed[i]
                    menu.given[i, at], menu.given_to[i, at] = r, _taker(menu, r, i)
                    menu.listed[i] = at + 1


@rule
def legs_for(menu: Menu, i: int, j: int, legs: Ints) -> None:
    """Write into legs those that actor i may give to j, in their order, and after them what no leg is.

    All are written and those that may be counted: no branch waits for which they are.
    """
    count = 0
    for at in range(menu.listed[i]):
        to = menu.given_to[i, at]
        legs[count] = menu.given[i, at]
        count += (to == ANYBODY) | (to == j)
    legs[count] = menu.live.shape[0]


@rule
def _taker(menu: Menu, r: int, i: int) -> int:
    """Who else has to agree to leg r beside i, who gives it."""
    if menu.needed[r] < 2:
        return ANYBODY
    other = ANYBODY
    for j in range(menu.must.shape[1]):  # there is one: no branch ends the loop
        other = j if (j != i) & (menu.must[r, j] > 0) else other
    return other


@rule
def _may_give(g: Given, desk: Desk, r: int) -> tuple[int, int]:
    """Places, first and end, of those who might give leg r: see `_giver`."""
    notes = desk.notes
    if moves_control(g.s.control_key.shape[0], r):
        return int(notes.say_first[control_of(r)]), int(notes.say_first[control_of(r) + 1])
    return 0, 1


@rule
def _giver(g: Given, desk: Desk, r: int, e: int) -> int:
    """The actor at place e of those who might give leg r: who has a say in its control, or supplies its flow."""
    controls = g.s.control_key.shape[0]
    if moves_control(controls, r):
        return int(desk.notes.say[e])
    return int(g.s.flow_from[flow_of(controls, r)])
