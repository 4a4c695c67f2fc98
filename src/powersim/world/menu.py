"""The menu of a turn: every leg that somebody could put into a deal, what it is worth to whom, who must agree.

A control offers three legs: one step down, refraining (staying where it is although own policies would move it), one
step up. A flow offers two: giving a quantum, freezing an open order. The worth of a leg is measured against where own
policies would lead (`World.dis`), so nobody is paid for what it would do anyway.
"""

from __future__ import annotations

import math

from powersim.compile.jit import rule
from powersim.rules.level import exceeds
from powersim.rules.utility import autonomy_cost, clip_step
from powersim.world.derive import laid_down, share_of, share_with_friends
from powersim.world.desk import Desk, Menu, Sums
from powersim.world.gains import control_change, flow_change, relationship, shown
from powersim.world.given import Given
from powersim.world.legs import control_leg, control_of, deed_of, flow_leg, flow_of, moves_control, side_of
from powersim.world.notebook import Notes
from powersim.world.state import (
    ALL,
    C_PLEDGE,
    C_SANCTION,
    FREEZE,
    GIVE,
    LEAST,
    LOWER,
    RAISE,
    REFRAIN,
    RIVAL,
    Derived,
    Setup,
    World,
)

FREE = -1  # no open deal binds the control


@rule
def direction(g: Given, w: World, desk: Desk, c: int, side: int) -> float:
    """How far own policies would move control c to one side (RAISE or LOWER): 0 when the controllers do not want it.

    Under ALL every controller must gain by the step (a veto), under ANY or SUM one suffices. The distance is bounded by
    the ideals of those who decide: the nearest under ALL, the farthest otherwise. A user's agent that has a target for
    the control votes by its target instead of its gain; the others, how fast and when stay with the rule.
    """
    s, d, sums = g.s, desk.derived, desk.sums
    sign = 1.0 if side == RAISE else -1.0
    at = w.pos[c]
    # without an ideal to stop at, what counts is the whole step that would be made
    step = s.speed[c] if s.control_issue[c] >= 0 else s.speed[c] / max(g.p.own_rate, LEAST)
    to = min(1.0, max(0.0, at + sign * step))
    if to == at:
        return 0.0
    if side == RAISE and s.control_kind[c] == C_PLEDGE and _too_dear(g, w, desk, c, to):
        return 0.0
    control_change(g, w, d, sums, c, at, to)
    every = (s.raise_mode[c] if side == RAISE else s.lower_mode[c]) == ALL
    k = s.control_issue[c]
    bound = 1.0 if every else 0.0
    wanted = False
    for e in range(desk.notes.say_first[c], desk.notes.say_first[c + 1]):
        i = desk.notes.say[e]
        if (s.raisers[c, i] if side == RAISE else s.lowerers[c, i]) == 0:
            continue
        sums.shared[i] = share_of(d, sums.own, i)
        chosen = w.policy[c, i] == w.policy[c, i]  # nan: its agent leaves it to the rule
        if voice(w, c, i, side, sums.shared[i]) <= LEAST:
            if every:
                return 0.0
            continue
        wanted = True
        room = 1.0
        if chosen:
            room = abs(w.policy[c, i] - at)
        elif k >= 0 and (w.theta[i, k] - w.x[k]) * sign > 0.0:
            room = abs(w.theta[i, k] - w.x[k]) / s.control_weight[c]
        if k >= 0 and not chosen and (s.control_kind[c] == C_SANCTION or s.control_weight[c] < 1.0):
            room = min(
                room, max(0.0, (w.theta[i, k] - at) * sign)
            )  # nobody goes to extremes to make up for others
        bound = min(bound, room) if every else max(bound, room)
    return min(bound, abs((1.0 if side == RAISE else 0.0) - at)) if wanted else 0.0


@rule
def _too_dear(g: Given, w: World, desk: Desk, c: int, to: float) -> bool:
    """Whether a pledge, raised so far, costs who alone has a say in it more autonomy than a friend's safety is worth.

    With help df the friend's security S = f^d / (f^d + h^d) rises by no more than d/4 df/f: it is a logistic function
    of d ln f, whose slope is 1/4 at most.
    """
    s, d, notes = g.s, desk.derived, desk.notes
    i, j, first = s.control_from[c], s.control_to[c], desk.notes.say_first[c]
    if (
        s.control_issue[c] >= 0
        or notes.say_first[c + 1] != first + 1
        or notes.say[first] != i
        or d.f[j] <= 0.0
    ):
        return False
    if w.policy[c, i] == w.policy[c, i]:  # its agent has a target for it
        return False
    help_to = min(to - w.pos[c], 1.0 - d.help[j, i]) * d.reach[i, j] * d.M[i]
    safer = s.w_security[j] * 0.25 * g.p.security_d * help_to / d.f[j]
    cost = autonomy_cost(to, s.w_autonomy[i]) - autonomy_cost(w.pos[c], s.w_autonomy[i])
    return max(0.0, d.sway[j, i] * safer) - cost < 0.5 * LEAST  # well below what counts as a gain


@rule
def wish(s: Setup, w: World, sums: Sums, c: int, side: int) -> float:
    """Weight of those who want the move that `direction` has just judged: the sum of their gains times their power."""
    total = 0.0
    for i in range(w.power.shape[0]):
        if (s.raisers[c, i] if side == RAISE else s.lowerers[c, i]) > 0:
            behind = voice(w, c, i, side, sums.shared[i])
            total += behind * w.power[i] if behind > LEAST else 0.0
    return total


@rule
def voice(w: World, c: int, i: int, side: int, gain: float) -> float:
    """What i puts behind a step of control c to one side: its gain, or as much if its agent has a target there."""
    if w.policy[c, i] != w.policy[c, i]:  # nan: its agent leaves it to the rule
        return gain
    ahead = (w.policy[c, i] - w.pos[c]) * (1.0 if side == RAISE else -1.0)
    return max(abs(gain), 2.0 * LEAST) if ahead > LEAST else 0.0


@rule
def fill_menu(g: Given, w: World, desk: Desk, t: int) -> None:
    """Write this turn's legs, their worth and their givers."""
    branch, menu = g.branch, desk.menu
    for r in range(menu.live.shape[0]):
        menu.live[r], menu.judged[r] = 0, 1
    menu.gives[:, :] = 0
    menu.must[:, :] = 0
    _bound_sides(w, menu)
    for c in range(w.pos.shape[0]):
        if branch.hold[t, c]:
            continue
        if not math.isnan(laid_down(branch, w, t, c)):  # from outside: not for sale
            continue
        if g.s.control_kind[c] == 2 and not g.on.pledges:
            continue
        bound = menu.bound[c] if w.locked_until[c] > t else FREE
        if bound != REFRAIN:
            _control_legs(g, w, desk, t, c, bound)
    for f in range(w.ordered.shape[0]):
        if not branch.no_flow[t, f]:
            flow_legs(g, w, desk, t, f)


@rule
def _bound_sides(w: World, menu: Menu) -> None:
    """Fill menu.bound (C): `bound_side` of every control, in one walk through the open deals."""
    controls = menu.bound.shape[0]
    for c in range(controls):
        menu.bound[c] = FREE
    for v in range(w.deal_on.shape[0]):
        if w.deal_on[v] > 0:
            for e in range(w.deal_leg.shape[1]):
                r = w.deal_leg[v, e]
                if r >= 0 and moves_control(controls, r) and menu.bound[control_of(r)] == FREE:
                    menu.bound[control_of(r)] = side_of(r)
    for c in range(controls):
        if menu.bound[c] == FREE:
            menu.bound[c] = REFRAIN


@rule
def bound_side(w: World, c: int) -> int:
    """The side to which open deals have moved control c; REFRAIN if they hold it, or if none is open."""
    for v in range(w.deal_on.shape[0]):
        if w.deal_on[v] > 0:
            for e in range(w.deal_leg.shape[1]):
                if w.deal_leg[v, e] >= 0 and control_of(w.deal_leg[v, e]) == c:
                    return int(side_of(w.deal_leg[v, e]))
    return REFRAIN


@rule
def _control_legs(g: Given, w: World, desk: Desk, t: int, c: int, bound: int) -> None:
    """The three legs of a control. Steps are clipped so that nothing overshoots the ideal of who wants it most.

    What a deal has moved can be moved on, to the same side, by another deal.
    """
    s, branch = g.s, g.branch
    d, menu, sums = desk.derived, desk.menu, desk.sums
    at, dis = w.pos[c], w.dis[c]
    for side in range(3):
        if bound != FREE and side != bound:
            continue
        r = control_leg(c, side)
        to = at
        if side == RAISE:
            if branch.no_raise[t, c]:
                continue
            to = min(1.0, at + _useful_step(s, w, sums, c, 1.0))
        elif side == LOWER:
            if branch.no_lower[t, c]:
                continue
            to = max(0.0, at - _useful_step(s, w, sums, c, -1.0))
        if abs(to - dis) < LEAST or (side != REFRAIN and abs(to - at) < LEAST):
            continue
        if side != REFRAIN and (dis - at) * (to - at) > 0.0 and abs(to - at) <= abs(dis - at):
            continue  # only a slower walk where own policies lead anyway
        menu.target[r] = to
        control_change(g, w, d, sums, c, dis, to)
        share_with_friends(d, sums, menu.gain[r])
        _who_must_agree(g, w, desk, r, c, to > dis)


@rule
def _useful_step(s: Setup, w: World, sums: Sums, c: int, sign: float) -> float:
    """The deal's step, no longer than the way to the farthest ideal on that side; the whole step without an issue."""
    k = s.control_issue[c]
    if k < 0:
        return s.step[c]
    way = max(0.0, sign * (sums.ends[k, 1 if sign > 0.0 else 0] - w.x[k]))
    return abs(clip_step(0.0, way / s.control_weight[c], s.step[c]))


@rule
def _who_must_agree(g: Given, w: World, desk: Desk, r: int, c: int, upward: bool) -> None:
    """Mark a control leg live, with its givers and those who must be paid; so far nobody is marked.

    A move needs its direction's controllers: under ALL each who loses by it must be a party; under ANY one giver
    suffices. Refraining needs only one of those without whom the move cannot happen (ALL), or all who want it (ANY).
    What those who can do it want anyway is own policy, not a concession, and not for sale. Nor is the say of a user's
    agent that has a target for the control: it agrees to what leads nearer to it and to nothing else, paid or not.
    """
    s, menu = g.s, desk.menu
    refrain = side_of(r) == REFRAIN
    would_rise = not upward if refrain else upward
    every = (s.raise_mode[c] if would_rise else s.lower_mode[c]) == ALL
    menu.needed[r] = 0
    veto = every != refrain
    wanted, refused = False, False
    for e in range(desk.notes.say_first[c], desk.notes.say_first[c + 1]):
        i = desk.notes.say[e]
        decides = (s.raisers[c, i] if would_rise else s.lowerers[c, i]) > 0
        menu.gives[r, i] = 1 if decides else 0
        menu.must[r, i] = 1 if decides and veto and menu.gain[r, i] < -g.p.indifference else 0
        likes = menu.gain[r, i]
        if decides and w.policy[c, i] == w.policy[c, i]:  # nan: its agent leaves it to the rule
            likes = abs(w.dis[c] - w.policy[c, i]) - abs(menu.target[r] - w.policy[c, i])
            menu.gives[r, i], menu.must[r, i] = 0, 0
            refused = refused or (veto and likes < -LEAST)
        menu.needed[r] += 1 if menu.must[r, i] > 0 else 0
        wanted = wanted or (decides and likes > LEAST)
    menu.live[r] = 1 if not refused and (menu.needed[r] > 0 if veto else not wanted) else 0


@rule
def embargoed(s: Setup, w: World, notes: Notes, f: int) -> bool:
    """Whether some issue at its present position embargoes flow f."""
    for m in range(notes.embargoes[0]):
        e = notes.embargo[m]
        if (
            s.effect_good[e] == s.flow_good[f]
            and s.effect_i[e] == s.flow_from[f]
            and s.effect_j[e] == s.flow_to[f]
            and not exceeds(s.effect_size[e], w.x[notes.embargo_by[m]])
        ):
            return True
    return False


@rule
def quantum(g: Given, w: World, f: int) -> float:
    """Units of one leg of flow f: the quantum of a rival good in stock; that share of a lead in know-how (M22)."""
    s, p = g.s, g.p
    good, giver, taker = s.flow_good[f], s.flow_from[f], s.flow_to[f]
    if s.good_kind[good] == RIVAL:
        units = min(s.good_quantum[good], max(0.0, w.q[giver, good] - w.ordered[f]))
        if s.good_power[good] > 0.0:  # nobody takes in more than it can man
            units = min(units, p.order_share * w.power[taker] / s.good_power[good])
        return units
    lead = w.q[giver, good] - w.q[taker, good]
    return 0.0 if exceeds(p.least_lead, lead) else s.good_quantum[good] * lead


@rule
def flow_legs(g: Given, w: World, desk: Desk, t: int, f: int) -> None:
    """Giving (needs giver and taker) and freezing an open order (needs the giver: costs price and relationship)."""
    s, d, menu = g.s, desk.derived, desk.menu
    giver, taker = s.flow_from[f], s.flow_to[f]
    controls = w.pos.shape[0]
    if w.frozen_until[f] > t:
        return
    if w.ordered[f] > 0.0:
        r = flow_leg(controls, f, FREEZE)
        menu.target[r] = w.ordered[f]
        flow_worth(g, w, d, desk, r)
        if menu.gain[r, giver] < -LEAST:  # otherwise it withholds the order by itself
            _flow_parties(desk, r, giver, -1)
        return
    units = quantum(g, w, f)
    if units > LEAST and not embargoed(s, w, desk.notes, f):
        r = flow_leg(controls, f, GIVE)
        menu.target[r] = units
        menu.judged[r] = 0
        _flow_parties(desk, r, giver, taker)


@rule
def judge_sale(g: Given, w: World, desk: Desk, r: int) -> None:
    """Fill the gains of a leg if nobody has asked for them this turn: most sales are never talked about."""
    if desk.menu.judged[r] == 0:
        flow_worth(g, w, desk.derived, desk, r)
        desk.menu.judged[r] = 1


@rule
def judge_sales(g: Given, w: World, desk: Desk) -> None:
    """Fill the gains of all legs of the turn, for who looks on."""
    for r in range(desk.menu.live.shape[0]):
        if desk.menu.live[r] > 0:
            judge_sale(g, w, desk, r)


@rule
def flow_worth(g: Given, w: World, d: Derived, desk: Desk, r: int) -> None:
    """Fill the gains of a flow's leg: what giving changes, or what freezing an open order forgoes, price included."""
    s, menu, sums = g.s, desk.menu, desk.sums
    f = flow_of(w.pos.shape[0], r)
    if deed_of(w.pos.shape[0], r) == GIVE:
        flow_change(g, w, d, sums, f, shown(s, w, f), menu.target[r], 0.0)
    else:
        at, units = shown(s, w, f), w.ordered[f]
        flow_change(g, w, d, sums, f, at, units, units)
        for i in range(sums.own.shape[0]):
            sums.own[i] = -sums.own[i]
        sums.own[s.flow_from[f]] -= w.price[f] + relationship(g, w, d, s.flow_from[f], s.flow_to[f])
    share_with_friends(d, sums, menu.gain[r])


@rule
def _flow_parties(desk: Desk, r: int, giver: int, other: int) -> None:
    """Mark a flow leg live with its giver and, if any, the other actor that must be a party."""
    menu = desk.menu
    menu.live[r] = 1
    menu.needed[r] = 2 if other >= 0 else 1
    menu.gives[r, giver], menu.must[r, giver] = 1, 1
    if other >= 0:
        menu.must[r, other] = 1
