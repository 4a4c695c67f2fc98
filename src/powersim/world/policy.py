"""Own policy: what controllers do with their levers, sanctions and pledges when no deal binds them."""

from __future__ import annotations

import math

import numpy as np

from powersim.compile.jit import rule
from powersim.rules.utility import clip_step
from powersim.world import chronicle, draws
from powersim.world.chronicle import write
from powersim.world.derive import laid_down
from powersim.world.desk import Desk
from powersim.world.draws import uniform
from powersim.world.given import Given
from powersim.world.menu import direction, wish
from powersim.world.state import C_PLEDGE, C_SANCTION, LEAST, LOWER, RAISE, SUM, Setup, World

BISECTIONS = 8  # halvings in the search for a balance: to 1/256 of the way


@rule
def own_policy(g: Given, w: World, desk: Desk, t: int) -> None:
    """Choose all moves from the state at the start of the phase, then move; write where it would lead within
    the horizon (`dis`) and in the end (`aim`).

    Policy moves in lumps: with probability own_rate a turn a control moves by at most speed / own_rate, so that its
    pace is its speed on average. Where both sides have somebody who may and wants to, the farther way prevails.
    A programme's rise is faster with know-how (M22).
    """
    s, p, on = g.s, g.p, g.on
    branch, led = g.branch, desk.slate.led
    for c in range(w.pos.shape[0]):
        bound = branch.hold[t, c] > 0 or not math.isnan(laid_down(branch, w, t, c))
        active = on.sanctions if s.control_kind[c] == C_SANCTION else on.own_policy
        led[c] = 1 if not bound and active > 0 else 0
        # where it is not led by own policy, it would not lead anywhere once a deal is broken
        w.own[c] = _way(g, w, desk, t, c) if led[c] > 0 else 0.0
    zero = np.uint64(0)
    for c in range(w.pos.shape[0]):
        way = w.own[c]
        free = w.locked_until[c] <= t and led[c] > 0
        rate = speed(g, w, c, way)
        if free and abs(way) > LEAST:
            u = uniform(g.luck, t, draws.OWN_MOVE, zero, zero, s.control_key[c])
            if u < p.own_rate:
                move = clip_step(0.0, way, rate / max(p.own_rate, LEAST))
                w.pos[c] += move
                way -= move
                write(w, t, chronicle.OWN_MOVE, _mover(s, c, move), -1, c, w.pos[c], move, -1)
        ahead = clip_step(0.0, way, p.horizon * rate)
        w.dis[c] = w.pos[c] + ahead if free else w.pos[c]
        w.aim[c] = w.pos[c] + way if free else w.pos[c]


@rule
def unbound(g: Given, w: World, c: int) -> float:
    """Where own policies would lead control c within the horizon if no deal bound it."""
    return w.pos[c] + clip_step(0.0, w.own[c], g.p.horizon * speed(g, w, c, w.own[c]))


@rule
def speed(g: Given, w: World, c: int, way: float) -> float:
    """Most that own policy moves control c: a programme rises faster with know-how."""
    s = g.s
    if way > 0.0 and s.programme_actor[c] >= 0 and g.on.technology:
        return s.speed[c] * (1.0 + g.p.know_how_speed * w.q[s.programme_actor[c], s.programme_good[c]])
    return s.speed[c]


@rule
def _way(g: Given, w: World, desk: Desk, t: int, c: int) -> float:
    """How far and where controllers want control c to go: positive up, negative down."""
    s, branch = g.s, g.branch
    if s.control_kind[c] == C_PLEDGE and not g.on.pledges:
        return 0.0
    if s.raise_mode[c] == SUM and s.lower_mode[c] == SUM:
        return _balance(g, w, desk, t, c)
    up = direction(g, w, desk, c, RAISE) if not branch.no_raise[t, c] else 0.0
    down = direction(g, w, desk, c, LOWER) if not branch.no_lower[t, c] else 0.0
    return up if up >= down else -down


@rule
def _net(g: Given, w: World, desk: Desk, t: int, c: int) -> float:
    """Whose contributions to control c prevail: those of who wants it up (positive) or down, by gains times power."""
    s, branch, sums = g.s, g.branch, desk.sums
    net = 0.0
    if not branch.no_raise[t, c] and direction(g, w, desk, c, RAISE) > 0.0:
        net += wish(s, w, sums, c, RAISE)
    if not branch.no_lower[t, c] and direction(g, w, desk, c, LOWER) > 0.0:
        net -= wish(s, w, sums, c, LOWER)
    return net


@rule
def _balance(g: Given, w: World, desk: Desk, t: int, c: int) -> float:
    """How far control c is from where the contributions to it, which add, balance: found by bisection."""
    s = g.s
    net = _net(g, w, desk, t, c)
    if net == 0.0:
        return 0.0
    sign = 1.0 if net > 0.0 else -1.0
    k, at = s.control_issue[c], w.pos[c]
    x = w.x[k] if k >= 0 else 0.0
    low, high = 0.0, direction(g, w, desk, c, RAISE if net > 0.0 else LOWER)
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        w.pos[c] = at + sign * middle
        if k >= 0:
            w.x[k] = x + sign * middle * s.control_weight[c]
        if sign * _net(g, w, desk, t, c) > 0.0:
            low = middle
        else:
            high = middle
    w.pos[c] = at
    if k >= 0:
        w.x[k] = x
    return sign * low


@rule
def _mover(s: Setup, c: int, move: float) -> int:
    """The first controller of that direction, for the chronicle."""
    for i in range(s.raisers.shape[1]):
        if (s.raisers[c, i] if move > 0.0 else s.lowerers[c, i]) > 0:
            return i
    return -1
