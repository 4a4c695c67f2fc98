"""Deals: judging a package exactly, signing it, delivering what is due, keeping or breaking what was promised (M9)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from powersim._jit import rule
from powersim.rules.compliance import annuity, continuation_value, renege_probability
from powersim.rules.sanctions import conflict_expectation
from powersim.world import chronicle, draws
from powersim.world.chronicle import write
from powersim.world.derive import derive, own_utility, refresh_readings, share_with_friends
from powersim.world.draws import Luck, uniform
from powersim.world.gains import control_change, flow_change
from powersim.world.menu import Menu, embargoed, flow_worth
from powersim.world.params import Params, Switches
from powersim.world.state import (
    FREEZE,
    GIVE,
    KNOW_HOW_GOOD,
    LEAST,
    LEGS,
    PARTIES,
    Derived,
    Floats,
    Ints,
    Setup,
    World,
)


class Judge(NamedTuple):
    """Room to judge packages."""

    busy: Ints  # (N) deals signed this turn
    before: Floats  # (N)
    own: Floats  # (N)
    gain: Floats  # (N)
    kept: Floats  # (C) positions while a package is tried
    kept_x: Floats  # (K)


def new_judge(s: Setup) -> Judge:
    """Room for a scenario of this size."""
    n, k = s.ideal_hard.shape
    c = s.control_key.shape[0]
    return Judge(
        np.zeros(n, np.int64),
        np.zeros(n),
        np.zeros(n),
        np.zeros(n),
        np.zeros(c),
        np.zeros(k),
    )


@rule
def exact_gains(
    s: Setup,
    p: Params,
    on: Switches,
    w: World,
    d: Derived,
    menu: Menu,
    legs: Ints,
    judge: Judge,
    scratch: Derived,
) -> None:
    """Fill judge.gain (N) with the exact difference that a package makes: the world with it against the world without.

    Without it, the controls concerned go where own policies would lead and open orders are delivered. Goods change
    hands last, in the world that the controls have made. Alignment, and so friends' weights, are those of the present.
    """
    controls = w.pos.shape[0]
    for c in range(controls):
        judge.kept[c] = w.pos[c]
    for k in range(w.x.shape[0]):
        judge.kept_x[k] = w.x[k]
    for e in range(LEGS):
        r = legs[e]
        if 0 <= r < 3 * controls:
            w.pos[r // 3] = w.dis[r // 3]
    _utilities(s, p, on, w, scratch, judge.before)
    for e in range(LEGS):
        r = legs[e]
        if 0 <= r < 3 * controls:
            w.pos[r // 3] = menu.target[r]
    _utilities(s, p, on, w, scratch, judge.own)
    for i in range(w.power.shape[0]):
        judge.before[i] = judge.own[i] - judge.before[i]
    share_with_friends(s, d, judge.before, judge.gain)
    for e in range(LEGS):
        r = legs[e]
        if r >= 3 * controls:
            flow_worth(s, p, on, w, scratch, menu, r)
            for i in range(w.power.shape[0]):
                judge.gain[i] += menu.gain[r, i]
    for c in range(controls):
        w.pos[c] = judge.kept[c]
    for k in range(w.x.shape[0]):
        w.x[k] = judge.kept_x[k]


@rule
def _utilities(s: Setup, p: Params, on: Switches, w: World, scratch: Derived, out: Floats) -> None:
    """Own utility of everybody in the world as it stands."""
    refresh_readings(s, w)
    derive(s, p, on, w, scratch)
    for i in range(out.shape[0]):
        out[i] = own_utility(s, p, w, scratch, i)


@rule
def sign(
    s: Setup, p: Params, w: World, menu: Menu, party: Ints, legs: Ints, pay: Floats, judge: Judge, turn: int
) -> None:
    """Execute a package and enter it into the table of open deals. A full table refuses it."""
    slot = -1
    for v in range(w.deal_on.shape[0]):
        if w.deal_on[v] == 0:
            slot = v
            break
    if slot < 0:
        return
    w.deal_on[slot] = 1
    w.deal_until[slot] = turn + int(p.deal_length)
    members, count = 0, 0
    for e in range(PARTIES):
        i = party[e]
        w.deal_party[slot, e] = i
        w.deal_gain[slot, e] = judge.gain[i] if i >= 0 else 0.0
        if i >= 0:
            members += 1
    for e in range(LEGS):
        w.deal_leg[slot, e] = legs[e]
        if legs[e] >= 0:
            count += 1
    write(w, turn, chronicle.SIGNED, party[0], party[1], members, count, 0.0, slot)
    for e in range(LEGS):
        if legs[e] >= 0:
            w.deal_target[slot, e] = menu.target[legs[e]]
            w.deal_giver[slot, e] = _giver(menu, party, legs[e])
            _execute(s, p, w, menu, legs[e], w.deal_giver[slot, e], party, pay, judge, turn, slot)
    for a in range(PARTIES):
        if party[a] < 0:
            continue
        write(w, turn, chronicle.GAIN, party[a], -1, -1, pay[a], judge.gain[party[a]], slot)
        across = 0.0  # deals with friends pay no engager: how far the others are from being friends
        for b in range(PARTIES):
            if a != b and party[b] >= 0:
                w.dealt[party[a], party[b]] += (1.0 - p.deal_memory) * p.deal_weight
                across += conflict_expectation(w.alignment[party[a], party[b]]) / (members - 1)
        w.paid[party[a]] += across * judge.gain[party[a]]


@rule
def leg_key(s: Setup, r: int) -> np.uint64:
    """Key of the control or flow that leg r is about."""
    controls = s.control_key.shape[0]
    if r < 3 * controls:
        return s.control_key[r // 3]
    return s.flow_key[(r - 3 * controls) // 2]


@rule
def _giver(menu: Menu, party: Ints, r: int) -> int:
    """The party that gives leg r: of those who can, the one who loses most by it."""
    giver = -1
    for e in range(PARTIES):
        i = party[e]
        if i >= 0 and menu.gives[r, i] > 0 and (giver < 0 or menu.gain[r, i] < menu.gain[r, giver]):
            giver = i
    return giver


@rule
def _execute(
    s: Setup,
    p: Params,
    w: World,
    menu: Menu,
    r: int,
    giver: int,
    party: Ints,
    pay: Floats,
    judge: Judge,
    turn: int,
    slot: int,
) -> None:
    """Do what leg r says: move and bind a control, order a good or hand over know-how, freeze an order."""
    write(w, turn, chronicle.LEG, giver, -1, r, menu.target[r], menu.gain[r, giver], slot)
    controls = w.pos.shape[0]
    if r < 3 * controls:
        c = r // 3
        w.pos[c] = menu.target[r]
        w.locked_until[c] = w.deal_until[slot]
        w.settled[c] = 1
        return
    f = (r - 3 * controls) // 2
    if (r - 3 * controls) % 2 == GIVE:
        w.ordered[f] = menu.target[r]
        w.due[f] = turn + s.good_delivery[s.flow_good[f]]
        w.price[f] = p.balance_due * max(0.0, judge.gain[giver] - menu.gain[r, giver])
    else:
        w.frozen_until[f] = w.deal_until[slot]


@rule
def deliver(s: Setup, p: Params, on: Switches, w: World, d: Derived, menu: Menu, turn: int) -> None:
    """Hand over what is due, neither frozen nor embargoed, and still worth it to the giver, as far as there is any.

    Rival goods leave the giver, know-how is copied: nobody teaches more than it knows.
    """
    for f in range(w.ordered.shape[0]):
        if w.ordered[f] <= 0.0 or w.due[f] > turn:
            continue
        g, giver, taker = s.flow_good[f], s.flow_from[f], s.flow_to[f]
        units = w.ordered[f]
        flow_change(s, p, on, w, d, f, units, units, menu.own, menu.df, menu.dh)
        share_with_friends(s, d, menu.own, menu.before)
        copied = s.good_kind[g] == KNOW_HOW_GOOD
        there = w.q[giver, g] - (w.q[taker, g] if copied else 0.0)
        refused = menu.before[giver] + w.price[f] < -LEAST
        if there <= LEAST or refused or w.frozen_until[f] > turn or embargoed(s, w, f):
            if w.due[f] == turn:
                write(w, turn, chronicle.WITHHELD, giver, taker, f, units, 0.0, -1)
            continue
        units = min(units, there)
        if not copied:
            w.q[giver, g] -= units
        w.q[taker, g] += units
        w.delivered[f] += units
        w.ordered[f] = 0.0
        w.price[f] = 0.0
        w.dealt[giver, taker] += (1.0 - p.deal_memory) * p.arms_weight
        w.dealt[taker, giver] += (1.0 - p.deal_memory) * p.arms_weight
        write(w, turn, chronicle.DELIVERY, giver, taker, f, units, 0.0, -1)


@rule
def lapse(s: Setup, p: Params, w: World, turn: int) -> None:
    """Close the deals whose time is over; their controls and orders are free for own policies and new deals."""
    for v in range(w.deal_on.shape[0]):
        if w.deal_on[v] > 0 and w.deal_until[v] <= turn:
            w.deal_on[v] = 0
            write(w, turn, chronicle.LAPSED, w.deal_party[v, 0], w.deal_party[v, 1], -1, 0.0, 0.0, v)


@rule
def comply(
    s: Setup, p: Params, on: Switches, w: World, d: Derived, menu: Menu, luck: Luck, turn: int
) -> None:
    """Each party of each open deal keeps it or reneges: Pi against the value of going on with all promisees (M9).

    Pi is what undoing the party's own legs would bring in every turn that the deal still binds, discounted.
    """
    for v in range(w.deal_on.shape[0]):
        if w.deal_on[v] == 0:
            continue
        for e in range(PARTIES):
            i = w.deal_party[v, e]
            if i < 0:
                break
            pi = _temptation(s, p, on, w, d, menu, v, i) * annuity(s.patience[i], w.deal_until[v] - turn)
            if pi <= LEAST:
                continue
            pv = 0.0
            for o in range(PARTIES):
                j = w.deal_party[v, o]
                if j >= 0 and j != i:
                    pv += _relationship(s, p, w, d, i, j)
            pv = continuation_value(pv, s.patience[i], p.reset_hazard)
            other = w.deal_party[v, 1] if e == 0 else w.deal_party[v, 0]
            u = uniform(luck, draws.RENEGE, s.actor_key[i], s.actor_key[other], leg_key(s, w.deal_leg[v, 0]))
            if u < p.renege_rate * renege_probability(pi, pv, p.tau_c):
                _breach(s, p, w, v, i, pi, pv, turn)
                break
    n = w.power.shape[0]
    for i in range(n):
        for j in range(n):
            w.gains[i, j] *= p.relation_memory
    for v in range(w.deal_on.shape[0]):
        if w.deal_on[v] > 0:
            _credit(p, w, v)


@rule
def _relationship(s: Setup, p: Params, w: World, d: Derived, i: int, j: int) -> float:
    """Surplus per turn that i expects of going on with j: realised gains, a floor by alignment, trade at stake."""
    floor = p.relation_floor * (0.5 + 0.5 * w.alignment[i, j])
    trade = s.w_economy[i] * d.trade[i, j] * (1.0 - d.sanctions[j, i])
    return max(w.gains[i, j], floor) + p.relation_trade * trade


@rule
def _temptation(s: Setup, p: Params, on: Switches, w: World, d: Derived, menu: Menu, v: int, i: int) -> float:
    """Pi: what party i would gain at once by undoing the legs it gave in deal v and following its own policy."""
    total = 0.0
    controls = w.pos.shape[0]
    for e in range(LEGS):
        r = w.deal_leg[v, e]
        if r < 0 or w.deal_giver[v, e] != i:
            continue
        if r < 3 * controls:
            c = r // 3
            control_change(s, p, on, w, d, c, w.pos[c], w.dis[c], menu.own, menu.df, menu.dh)
            share_with_friends(s, d, menu.own, menu.gain[r])
            total += menu.gain[r, i]
        elif (r - 3 * controls) % 2 == FREEZE:
            f = (r - 3 * controls) // 2
            flow_change(s, p, on, w, d, f, w.ordered[f], w.ordered[f], menu.own, menu.df, menu.dh)
            share_with_friends(s, d, menu.own, menu.gain[r])
            total += menu.gain[r, i] + w.price[f]
    return total


@rule
def _breach(s: Setup, p: Params, w: World, v: int, i: int, pi: float, pv: float, turn: int) -> None:
    """Party i breaks deal v: all its legs are free again, the others lose trust and remember the harm."""
    w.deal_on[v] = 0
    controls = w.pos.shape[0]
    for e in range(LEGS):
        r = w.deal_leg[v, e]
        if r < 0:
            continue
        if r < 3 * controls:
            w.locked_until[r // 3] = turn + 1
        elif (r - 3 * controls) % 2 == FREEZE:
            w.frozen_until[(r - 3 * controls) // 2] = turn + 1
    first = -1
    for e in range(PARTIES):
        j = w.deal_party[v, e]
        if j >= 0 and j != i:
            first = j if first < 0 else first
            w.wronged[j] += 1.0
            w.hurt[j, i] += p.breach_harm
            w.gains[j, i] *= 0.5
            w.gains[i, j] *= 0.5
    write(w, turn, chronicle.BREACH, i, first, -1, pi, pv, v)


@rule
def _credit(p: Params, w: World, v: int) -> None:
    """Enter this turn's realised gains of deal v into the running means of its parties."""
    members = 0
    for e in range(PARTIES):
        members += 1 if w.deal_party[v, e] >= 0 else 0
    for a in range(members):
        for b in range(members):
            if a != b:
                i, j = w.deal_party[v, a], w.deal_party[v, b]
                w.gains[i, j] += (1.0 - p.relation_memory) * max(0.0, w.deal_gain[v, a]) / (members - 1)
