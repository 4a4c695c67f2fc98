"""The channel of exchange: deals written down as they are signed, and put in place as they were signed elsewhere."""

from __future__ import annotations

import math

import numpy as np

from powersim._jit import rule
from powersim.world.channels import EXCHANGE, Paths
from powersim.world.deals import Judge, giver_of, sign
from powersim.world.derive import laid_down
from powersim.world.menu import FREE, Menu, bound_side, embargoed
from powersim.world.params import Params, Switches
from powersim.world.state import (
    GIVE,
    LEAST,
    LEGS,
    LOWER,
    PARTIES,
    RAISE,
    REFRAIN,
    Branch,
    Floats,
    Ints,
    Setup,
    World,
)


@rule
def open_turn(kept: Paths, turn: int) -> None:
    """No deal has been signed this turn yet."""
    if kept.on[EXCHANGE] > 0:
        kept.signed[turn + 1] = kept.signed[turn]


@rule
def keep_deal(kept: Paths, menu: Menu, party: Ints, legs: Ints, pay: Floats, judge: Judge, turn: int) -> None:
    """Write down a deal that is about to be signed."""
    if kept.on[EXCHANGE] == 0:
        return
    m = kept.signed[turn + 1]
    kept.signed[turn + 1] = m + 1
    for e in range(PARTIES):
        kept.party[m, e] = party[e]
        kept.pay[m, e] = pay[e]
        kept.gain[m, e] = judge.gain[party[e]] if party[e] >= 0 else 0.0
    for e in range(LEGS):
        r = legs[e]
        kept.leg[m, e] = r
        if r >= 0:
            giver = giver_of(menu, party, r)
            kept.target[m, e] = menu.target[r]
            kept.giver[m, e] = giver
            kept.worth[m, e] = menu.gain[r, giver]


@rule
def sign_held(
    s: Setup,
    p: Params,
    on: Switches,
    branch: Branch,
    w: World,
    menu: Menu,
    judge: Judge,
    kept: Paths,
    held: Paths,
    turn: int,
) -> None:
    """Sign the deals that the held path has in this turn, in their order, without the legs that cannot be done here."""
    legs = np.full(LEGS, -1)
    for m in range(held.signed[turn], held.signed[turn + 1]):
        count = 0
        for e in range(LEGS):
            legs[e] = -1
        for e in range(LEGS):
            r = held.leg[m, e]
            if r >= 0 and _can_be_done(s, branch, w, menu, turn, r, held.target[m, e]):
                for i in range(w.power.shape[0]):
                    menu.gives[r, i] = 1 if i == held.giver[m, e] else 0
                menu.gain[r, held.giver[m, e]] = held.worth[m, e]
                legs[count] = r
                count += 1
        if count == 0:
            continue
        for e in range(PARTIES):
            if held.party[m, e] >= 0:
                judge.gain[held.party[m, e]] = held.gain[m, e]
        keep_deal(kept, menu, held.party[m], legs, held.pay[m], judge, turn)
        sign(s, p, on, w, menu, held.party[m], legs, held.pay[m], judge, turn)


@rule
def _can_be_done(s: Setup, branch: Branch, w: World, menu: Menu, turn: int, r: int, target: float) -> bool:
    """Whether leg r can be done in this history; writes its target, clipped, into the menu."""
    controls = w.pos.shape[0]
    if r >= 3 * controls:
        return _flow_can(s, branch, w, menu, turn, r, target)
    c, side = r // 3, r % 3
    if w.settled[c] > 0 or branch.hold[turn, c] or not math.isnan(laid_down(branch, w, turn, c)):
        return False
    if (side == RAISE and branch.no_raise[turn, c]) or (side == LOWER and branch.no_lower[turn, c]):
        return False
    bound = bound_side(w, c) if w.locked_until[c] > turn else FREE
    if bound == REFRAIN or (bound != FREE and bound != side):
        return False
    at = w.pos[c]
    menu.target[r] = max(at, target) if side == RAISE else (min(at, target) if side == LOWER else at)
    return True


@rule
def _flow_can(s: Setup, branch: Branch, w: World, menu: Menu, turn: int, r: int, target: float) -> bool:
    """The same for a flow: nothing is given that is forbidden, frozen, on order already or not there."""
    f = (r - 3 * w.pos.shape[0]) // 2
    if branch.no_flow[turn, f] or w.frozen_until[f] > turn:
        return False
    if (r - 3 * w.pos.shape[0]) % 2 == GIVE:
        menu.target[r] = min(target, w.q[s.flow_from[f], s.flow_good[f]])
        return w.ordered[f] <= 0.0 and menu.target[r] > LEAST and not embargoed(s, w, f)
    menu.target[r] = w.ordered[f]
    return w.ordered[f] > 0.0
