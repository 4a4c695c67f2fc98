"""Deals: judging a package exactly, signing it, delivering what is due."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from powersim._jit import rule
from powersim.rules.sanctions import conflict_expectation
from powersim.rules.utility import autonomy_cost, issue_utility
from powersim.world import chronicle
from powersim.world.channels import imagine_threat
from powersim.world.chronicle import write
from powersim.world.derive import (
    derive,
    derive_pairs,
    refresh_readings,
    share_of,
    share_with_friends,
    touches,
)
from powersim.world.gains import flow_change, money_unit, relationship, shown
from powersim.world.menu import Menu, embargoed, flow_worth
from powersim.world.params import Params, Switches
from powersim.world.promises import default
from powersim.world.state import (
    C_PLEDGE,
    GIVE,
    KNOW_HOW_GOOD,
    LEAST,
    LEGS,
    PARTIES,
    Derived,
    Flags,
    Floats,
    Ints,
    Setup,
    World,
)


class Judge(NamedTuple):
    """Room to judge packages."""

    busy: Ints  # (N) deals signed this turn
    before: Floats  # (N)
    gain: Floats  # (N)
    kept: Floats  # (C) positions while a package is tried
    kept_x: Floats  # (K)
    pos: Floats  # (C) the world that is imagined at present
    x: Floats  # (K)
    touched: Flags  # (N) actors between whom it differs from the one imagined before
    pos0: Floats  # (C) the world without the package
    x0: Floats  # (K)
    S0: Floats  # (N)
    E0: Floats  # (N)
    issue: Ints  # (K) the issues that the package moves, then -1
    pledge: Ints  # (C) the pledges that it moves, then -1


def new_judge(s: Setup) -> Judge:
    """Room for a scenario of this size."""
    n, k = s.ideal_hard.shape
    c = s.control_key.shape[0]
    return Judge(
        busy=np.zeros(n, np.int64),
        before=np.zeros(n),
        gain=np.zeros(n),
        kept=np.zeros(c),
        kept_x=np.zeros(k),
        pos=np.zeros(c),
        x=np.zeros(k),
        touched=np.zeros(n, np.uint8),
        pos0=np.zeros(c),
        x0=np.zeros(k),
        S0=np.zeros(n),
        E0=np.zeros(n),
        issue=np.zeros(k, np.int64),
        pledge=np.zeros(c, np.int64),
    )


@rule
def imagine_afresh(
    s: Setup, p: Params, on: Switches, w: World, d: Derived, judge: Judge, scratch: Derived
) -> None:
    """Imagine the world as it is now. Until the next call only controls, orders and readings may move."""
    _note(w, judge)
    derive(s, p, on, w, scratch)
    if d.held[0] > 0:
        imagine_threat(p, d, scratch)


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
    `imagine_afresh` comes first.
    """
    controls = w.pos.shape[0]
    for c in range(controls):
        judge.kept[c] = w.pos[c]
    for k in range(w.x.shape[0]):
        judge.kept_x[k] = w.x[k]
    moves = False
    for e in range(LEGS):
        r = legs[e]
        if 0 <= r < 3 * controls:
            w.pos[r // 3] = w.dis[r // 3]
            moves = True
    for i in range(w.power.shape[0]):
        judge.before[i] = 0.0
    if moves:  # goods alone leave every control where it is
        imagine(s, p, on, w, d, judge, scratch)
        _remember(judge, scratch)
        for e in range(LEGS):
            r = legs[e]
            if 0 <= r < 3 * controls:
                w.pos[r // 3] = menu.target[r]
    imagine(s, p, on, w, d, judge, scratch)
    if moves:
        _compare(s, judge)
        for i in range(w.power.shape[0]):
            judge.before[i] = _gained(s, p, w, scratch, judge, i)
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
def imagine(s: Setup, p: Params, on: Switches, w: World, d: Derived, judge: Judge, scratch: Derived) -> None:
    """What follows from the world as it is imagined now, derived where it differs from the one imagined before."""
    refresh_readings(s, w)
    for i in range(w.power.shape[0]):
        judge.touched[i] = 0
    pairs = d.held[0] == 0
    for k in range(w.x.shape[0]):
        if w.x[k] != judge.x[k]:
            pairs = touches(s, k, judge.touched) and pairs
    for c in range(w.pos.shape[0]):
        if w.pos[c] != judge.pos[c] and s.control_from[c] >= 0:
            judge.touched[s.control_from[c]] = 1
            judge.touched[s.control_to[c]] = 1
    if pairs:
        _note(w, judge)
        derive_pairs(s, p, on, w, scratch, judge.touched)
    else:
        imagine_afresh(s, p, on, w, d, judge, scratch)


@rule
def _note(w: World, judge: Judge) -> None:
    """Note where things stand in the world that is imagined."""
    for c in range(w.pos.shape[0]):
        judge.pos[c] = w.pos[c]
    for k in range(w.x.shape[0]):
        judge.x[k] = w.x[k]


@rule
def _remember(judge: Judge, scratch: Derived) -> None:
    """Note the imagined world, to be compared with another."""
    for c in range(judge.pos.shape[0]):
        judge.pos0[c] = judge.pos[c]
    for k in range(judge.x.shape[0]):
        judge.x0[k] = judge.x[k]
    for i in range(judge.S0.shape[0]):
        judge.S0[i], judge.E0[i] = scratch.S[i], scratch.E[i]


@rule
def _compare(s: Setup, judge: Judge) -> None:
    """List the issues and pledges that are not where they were in the world remembered."""
    count = 0
    for k in range(judge.x.shape[0]):
        if judge.x[k] != judge.x0[k]:
            judge.issue[count] = k
            count += 1
    if count < judge.x.shape[0]:
        judge.issue[count] = -1
    count = 0
    for c in range(judge.pos.shape[0]):
        if s.control_kind[c] == C_PLEDGE and judge.pos[c] != judge.pos0[c]:
            judge.pledge[count] = c
            count += 1
    if count < judge.pos.shape[0]:
        judge.pledge[count] = -1


@rule
def _gained(s: Setup, p: Params, w: World, scratch: Derived, judge: Judge, i: int) -> float:
    """Own utility of actor i in the world as it is imagined now, less that in the world remembered.

    Term by term, so that what is the same in both (most of it) need not be computed.
    """
    total = s.w_security[i] * (scratch.S[i] - judge.S0[i]) + s.w_economy[i] * (scratch.E[i] - judge.E0[i])
    for k in judge.issue:
        if k < 0:
            break
        if w.salience[i, k] > 0.0:
            total += issue_utility(judge.x[k], w.theta[i, k], w.salience[i, k], p.curvature)
            total -= issue_utility(judge.x0[k], w.theta[i, k], w.salience[i, k], p.curvature)
        total -= scratch.burden[i, k] * (judge.x[k] - judge.x0[k])
    for c in judge.pledge:
        if c < 0:
            break
        if s.control_from[c] == i:
            total -= autonomy_cost(judge.pos[c], s.w_autonomy[i]) - autonomy_cost(
                judge.pos0[c], s.w_autonomy[i]
            )
    return total


@rule
def sign(
    s: Setup,
    p: Params,
    on: Switches,
    w: World,
    menu: Menu,
    party: Ints,
    legs: Ints,
    pay: Floats,
    judge: Judge,
    turn: int,
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
        w.deal_pay[slot, e] = money_unit(s, w, i) * pay[e] if i >= 0 else 0.0
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
            w.deal_giver[slot, e] = giver_of(menu, party, legs[e])
            _execute(s, p, on, w, menu, legs[e], w.deal_giver[slot, e], party, pay, judge, turn, slot)
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
def giver_of(menu: Menu, party: Ints, r: int) -> int:
    """The party that gives leg r: of those who can, the one who loses most by it."""
    giver = -1
    for e in range(party.shape[0]):
        i = party[e]
        if i >= 0 and menu.gives[r, i] > 0 and (giver < 0 or menu.gain[r, i] < menu.gain[r, giver]):
            giver = i
    return giver


@rule
def _execute(
    s: Setup,
    p: Params,
    on: Switches,
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
        if on.compliance and w.frozen_until[f] < turn:  # not the renewal of a freeze
            default(s, p, w, f, -menu.gain[r, giver], turn)
        w.frozen_until[f] = w.deal_until[slot]


@rule
def deliver(s: Setup, p: Params, on: Switches, w: World, d: Derived, menu: Menu, turn: int) -> None:
    """Hand over what is due, neither frozen nor embargoed, as far as there is any.

    Rival goods leave the giver, know-how is copied: nobody teaches more than it knows. A supplier who would lose by it
    more than price and relationship are worth keeps it back: a breach, once. Without breaches it is delivered.
    """
    for f in range(w.ordered.shape[0]):
        if w.ordered[f] <= 0.0 or w.due[f] > turn:
            continue
        g, giver, taker = s.flow_good[f], s.flow_from[f], s.flow_to[f]
        units = w.ordered[f]
        flow_change(s, p, on, w, d, f, shown(s, w, f), units, units, menu.own, menu.df, menu.dh)
        copied = s.good_kind[g] == KNOW_HOW_GOOD
        there = w.q[giver, g] - (w.q[taker, g] if copied else 0.0)
        stopped = there <= LEAST or w.frozen_until[f] > turn or embargoed(s, w, f)
        worth = share_of(d, menu.own, giver) + w.price[f]
        refused = on.compliance > 0 and worth + relationship(s, p, w, d, giver, taker) < -LEAST
        if stopped or refused:
            if w.due[f] == turn:
                write(w, turn, chronicle.WITHHELD, giver, taker, f, units, worth, -1)
                if not stopped:
                    default(s, p, w, f, -worth, turn)
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
    """Close the deals whose time is over: their controls are free, and what is overdue is off."""
    controls = w.pos.shape[0]
    for v in range(w.deal_on.shape[0]):
        if w.deal_on[v] > 0 and w.deal_until[v] <= turn:
            w.deal_on[v] = 0
            for e in range(LEGS):
                f = (w.deal_leg[v, e] - 3 * controls) // 2
                given = w.deal_leg[v, e] >= 3 * controls and (w.deal_leg[v, e] - 3 * controls) % 2 == GIVE
                if given and w.due[f] <= turn:
                    w.ordered[f] = 0.0
                    w.price[f] = 0.0
            write(w, turn, chronicle.LAPSED, w.deal_party[v, 0], w.deal_party[v, 1], -1, 0.0, 0.0, v)
