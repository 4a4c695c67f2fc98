"""The channel of exchange: deals written down as they are signed, and put in place as they were signed elsewhere."""

from __future__ import annotations

import math

import numpy as np

from powersim.compile.jit import rule
from powersim.world.channels import EXCHANGE, Paths
from powersim.world.deals import giver_of, sign
from powersim.world.derive import laid_down
from powersim.world.desk import Desk
from powersim.world.given import Given
from powersim.world.legs import control_of, deed_of, flow_of, moves_control, side_of
from powersim.world.menu import FREE, bound_side, embargoed
from powersim.world.state import (
    GIVE,
    LEAST,
    LEGS,
    LOWER,
    PARTIES,
    RAISE,
    REFRAIN,
    Floats,
    Ints,
    World,
)


@rule
def open_turn(kept: Paths, t: int) -> None:
    """No deal has been signed this turn yet."""
    if kept.on[EXCHANGE] > 0:
        kept.signed[t + 1] = kept.signed[t]


@rule
def keep_deal(desk: Desk, t: int, party: Ints, legs: Ints, pay: Floats) -> None:
    """Write down a deal that is about to be signed."""
    menu, kept = desk.menu, desk.kept
    if kept.on[EXCHANGE] == 0:
        return
    m = kept.signed[t + 1]
    kept.signed[t + 1] = m + 1
    for e in range(PARTIES):
        kept.party[m, e] = party[e]
        kept.pay[m, e] = pay[e]
        kept.gain[m, e] = desk.judge.gain[party[e]] if party[e] >= 0 else 0.0
    for e in range(LEGS):
        r = legs[e]
        kept.leg[m, e] = r
        if r >= 0:
            giver = giver_of(menu, party, r)
            kept.target[m, e] = menu.target[r]
            kept.giver[m, e] = giver
            kept.worth[m, e] = menu.gain[r, giver]


@rule
def sign_held(g: Given, w: World, desk: Desk, t: int) -> None:
    """Sign the deals that the held path has in this turn, in their order, without the legs that cannot be done here."""
    held, menu = g.held, desk.menu
    legs = np.full(LEGS, -1)
    for m in range(held.signed[t], held.signed[t + 1]):
        count = 0
        for e in range(LEGS):
            legs[e] = -1
        for e in range(LEGS):
            r = held.leg[m, e]
            if r >= 0 and _can_be_done(g, w, desk, t, r, held.target[m, e]):
                for i in range(w.power.shape[0]):
                    menu.gives[r, i] = 1 if i == held.giver[m, e] else 0
                menu.gain[r, held.giver[m, e]] = held.worth[m, e]
                legs[count] = r
                count += 1
        if count == 0:
            continue
        for e in range(PARTIES):
            if held.party[m, e] >= 0:
                desk.judge.gain[held.party[m, e]] = held.gain[m, e]
        keep_deal(desk, t, held.party[m], legs, held.pay[m])
        sign(g, w, desk, t, held.party[m], legs, held.pay[m])


@rule
def _can_be_done(g: Given, w: World, desk: Desk, t: int, r: int, target: float) -> bool:
    """Whether leg r can be done in this history; writes its target, clipped, into the menu."""
    branch = g.branch
    controls = w.pos.shape[0]
    if not moves_control(controls, r):
        return _flow_can(g, w, desk, t, r, target)
    c, side = control_of(r), side_of(r)
    if w.settled[c] > 0 or branch.hold[t, c] or not math.isnan(laid_down(branch, w, t, c)):
        return False
    if (side == RAISE and branch.no_raise[t, c]) or (side == LOWER and branch.no_lower[t, c]):
        return False
    bound = bound_side(w, c) if w.locked_until[c] > t else FREE
    if bound == REFRAIN or (bound != FREE and bound != side):
        return False
    at = w.pos[c]
    desk.menu.target[r] = max(at, target) if side == RAISE else (min(at, target) if side == LOWER else at)
    return True


@rule
def _flow_can(g: Given, w: World, desk: Desk, t: int, r: int, target: float) -> bool:
    """The same for a flow: nothing is given that is forbidden, frozen, on order already or not there."""
    s, menu = g.s, desk.menu
    f = flow_of(w.pos.shape[0], r)
    if g.branch.no_flow[t, f] or w.frozen_until[f] > t:
        return False
    if deed_of(w.pos.shape[0], r) == GIVE:
        menu.target[r] = min(target, w.q[s.flow_from[f], s.flow_good[f]])
        return w.ordered[f] <= 0.0 and menu.target[r] > LEAST and not embargoed(s, w, desk.notes, f)
    menu.target[r] = w.ordered[f]
    return w.ordered[f] > 0.0
