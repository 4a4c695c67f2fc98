"""Deals: judging a package exactly, signing it, delivering what is due."""

from __future__ import annotations

from powersim.compile.jit import rule
from powersim.rules.sanctions import conflict_expectation
from powersim.rules.utility import autonomy_cost, utility_left
from powersim.world import chronicle
from powersim.world.chronicle import write
from powersim.world.derive import (
    derive,
    derive_anew,
    refresh_readings,
    share_of,
    share_with_friends,
    touches,
)
from powersim.world.desk import Desk, Judge, Menu
from powersim.world.follow import imagine_threat, put
from powersim.world.gains import flow_change, money_unit, relationship, shown
from powersim.world.given import Given
from powersim.world.interests import taken_powers
from powersim.world.legs import control_of, deed_of, flow_of, moves_control
from powersim.world.menu import embargoed, flow_worth
from powersim.world.notes import as_derived
from powersim.world.promises import default
from powersim.world.state import (
    C_PLEDGE,
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


@rule
def imagine_afresh(g: Given, w: World, desk: Desk) -> None:
    """Imagine the world as it is now. Until the next call only controls, orders and readings may move."""
    d, imagined = desk.derived, desk.imagined
    _note(w, desk.judge)
    if d.held[0] == 0 and as_derived(g, w, desk):
        _copy(d, imagined)
        return
    derive(g, w, imagined)
    if d.held[0] > 0:
        imagine_threat(g.p, d, imagined)


@rule
def _copy(d: Derived, imagined: Derived) -> None:
    """Make what is imagined equal to what is."""
    put(d.guarantee, imagined.guarantee)
    put(d.offence, imagined.offence)
    put(d.reach, imagined.reach)
    put(d.trade, imagined.trade)
    put(d.sanctions, imagined.sanctions)
    put(d.weight, imagined.weight)
    put(d.sway, imagined.sway)
    put(d.help, imagined.help)
    put(d.fear, imagined.fear)
    put(d.burden, imagined.burden)
    for i in range(d.M.shape[0]):
        imagined.M[i], imagined.forces[i], imagined.feared[i] = d.M[i], d.forces[i], d.feared[i]
        imagined.f[i], imagined.h[i] = d.f[i], d.h[i]
        imagined.S[i], imagined.E[i] = d.S[i], d.E[i]


@rule
def exact_gains(g: Given, w: World, desk: Desk, legs: Ints) -> None:
    """Fill judge.gain (N) with the exact difference that a package makes: the world with it against the world without.

    Without it, the controls concerned go where own policies would lead and open orders are delivered. Goods change
    hands last, in the world that the controls have made. Alignment, and so friends' weights, are those of the present.
    `imagine_afresh` comes first.
    """
    menu, judge = desk.menu, desk.judge
    controls = w.pos.shape[0]
    for c in range(controls):
        judge.kept[c] = w.pos[c]
    for k in range(w.x.shape[0]):
        judge.kept_x[k] = w.x[k]
    moves = False
    for e in range(LEGS):
        r = legs[e]
        if r >= 0 and moves_control(controls, r):
            w.pos[control_of(r)] = w.dis[control_of(r)]
            moves = True
    if moves:  # goods alone leave every control where it is
        imagine(g, w, desk)
        _remember(desk)
        for e in range(LEGS):
            r = legs[e]
            if r >= 0 and moves_control(controls, r):
                w.pos[control_of(r)] = menu.target[r]
    imagine(g, w, desk)
    if moves:
        _compare(g.s, judge)
    for i in range(w.power.shape[0]):
        desk.sums.own[i] = _gained(g, w, desk, i) if moves else 0.0
    share_with_friends(desk.derived, desk.sums, judge.gain)
    for e in range(LEGS):
        r = legs[e]
        if not moves_control(controls, r):
            flow_worth(g, w, desk.imagined, desk, r)
            for i in range(w.power.shape[0]):
                judge.gain[i] += menu.gain[r, i]
    for c in range(controls):
        w.pos[c] = judge.kept[c]
    for k in range(w.x.shape[0]):
        w.x[k] = judge.kept_x[k]


@rule
def imagine(g: Given, w: World, desk: Desk) -> None:
    """What follows from the world as it is imagined now, derived where it differs from the one imagined before."""
    s, judge, imagined = g.s, desk.judge, desk.imagined
    refresh_readings(s, w)
    for i in range(w.power.shape[0]):
        imagined.touched[i], imagined.felt[i] = 0, 0
    pairs = desk.derived.held[0] == 0
    for k in range(w.x.shape[0]):
        if w.x[k] != judge.x[k]:
            pairs = touches(s, k, imagined.touched) and pairs
    for c in range(w.pos.shape[0]):
        if w.pos[c] != judge.pos[c] and s.control_from[c] >= 0:
            imagined.touched[s.control_from[c]] = 1
            imagined.touched[s.control_to[c]] = 1
    if pairs:
        _note(w, judge)
        derive_anew(g, w, imagined, False)
    else:
        imagine_afresh(g, w, desk)


@rule
def _note(w: World, judge: Judge) -> None:
    """Note where things stand in the world that is imagined."""
    for c in range(w.pos.shape[0]):
        judge.pos[c] = w.pos[c]
    for k in range(w.x.shape[0]):
        judge.x[k] = w.x[k]


@rule
def _remember(desk: Desk) -> None:
    """Note the imagined world, to be compared with another."""
    judge, imagined = desk.judge, desk.imagined
    for c in range(judge.pos.shape[0]):
        judge.pos0[c] = judge.pos[c]
    for k in range(judge.x.shape[0]):
        judge.x0[k] = judge.x[k]
    for i in range(judge.S0.shape[0]):
        judge.S0[i], judge.E0[i] = imagined.S[i], imagined.E[i]


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
def _gained(g: Given, w: World, desk: Desk, i: int) -> float:
    """Own utility of actor i in the world as it is imagined now, less that in the world remembered.

    Term by term, so that what is the same in both (most of it) need not be computed.
    """
    s, p = g.s, g.p
    judge, imagined, sums = desk.judge, desk.imagined, desk.sums
    total = s.w_security[i] * (imagined.S[i] - judge.S0[i]) + s.w_economy[i] * (imagined.E[i] - judge.E0[i])
    for k in judge.issue:
        if k < 0:
            break
        here, there = taken_powers(p, sums, k, judge.x0[k]), taken_powers(p, sums, k, judge.x[k])
        total += utility_left(sums.salience[k, i], sums.powers[k, there, i])
        total -= utility_left(sums.salience[k, i], sums.powers[k, here, i])
        total -= imagined.burden[k, i] * (judge.x[k] - judge.x0[k])
    for c in judge.pledge:
        if c < 0:
            break
        if s.control_from[c] == i:
            total -= autonomy_cost(judge.pos[c], s.w_autonomy[i]) - autonomy_cost(
                judge.pos0[c], s.w_autonomy[i]
            )
    return total


@rule
def sign(g: Given, w: World, desk: Desk, t: int, party: Ints, legs: Ints, pay: Floats) -> None:
    """Execute a package and enter it into the table of open deals. A full table refuses it."""
    p, menu, judge = g.p, desk.menu, desk.judge
    slot = -1
    for v in range(w.deal_on.shape[0]):
        if w.deal_on[v] == 0:
            slot = v
            break
    if slot < 0:
        return
    w.deal_on[slot] = 1
    w.deal_until[slot] = t + int(p.deal_length)
    members, count = 0, 0
    for e in range(PARTIES):
        i = party[e]
        w.deal_party[slot, e] = i
        w.deal_gain[slot, e] = judge.gain[i] if i >= 0 else 0.0
        w.deal_pay[slot, e] = money_unit(g.s, w, i) * pay[e] if i >= 0 else 0.0
        if i >= 0:
            members += 1
    for e in range(LEGS):
        w.deal_leg[slot, e] = legs[e]
        if legs[e] >= 0:
            count += 1
    write(w, t, chronicle.SIGNED, party[0], party[1], members, count, 0.0, slot)
    for e in range(LEGS):
        if legs[e] >= 0:
            w.deal_target[slot, e] = menu.target[legs[e]]
            w.deal_giver[slot, e] = giver_of(menu, party, legs[e])
            _execute(g, w, desk, t, legs[e], w.deal_giver[slot, e], slot)
    for a in range(PARTIES):
        if party[a] < 0:
            continue
        write(w, t, chronicle.GAIN, party[a], -1, -1, pay[a], judge.gain[party[a]], slot)
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
def _execute(g: Given, w: World, desk: Desk, t: int, r: int, giver: int, slot: int) -> None:
    """Do what leg r says: move and bind a control, order a good or hand over know-how, freeze an order."""
    s, menu = g.s, desk.menu
    write(w, t, chronicle.LEG, giver, -1, r, menu.target[r], menu.gain[r, giver], slot)
    controls = w.pos.shape[0]
    if moves_control(controls, r):
        c = control_of(r)
        w.pos[c] = menu.target[r]
        w.locked_until[c] = w.deal_until[slot]
        w.settled[c] = 1
        return
    f = flow_of(controls, r)
    if deed_of(controls, r) == GIVE:
        w.ordered[f] = menu.target[r]
        w.due[f] = t + s.good_delivery[s.flow_good[f]]
        w.price[f] = g.p.balance_due * max(0.0, desk.judge.gain[giver] - menu.gain[r, giver])
    else:
        if g.on.compliance and w.frozen_until[f] < t:  # not the renewal of a freeze
            default(g, w, t, f, -menu.gain[r, giver])
        w.frozen_until[f] = w.deal_until[slot]


@rule
def deliver(g: Given, w: World, desk: Desk, t: int) -> None:
    """Hand over what is due, neither frozen nor embargoed, as far as there is any.

    Rival goods leave the giver, know-how is copied: nobody teaches more than it knows. A supplier who would lose by it
    more than price and relationship are worth keeps it back: a breach, once. Without breaches it is delivered.
    """
    s, p = g.s, g.p
    d, sums = desk.derived, desk.sums
    for f in range(w.ordered.shape[0]):
        if w.ordered[f] <= 0.0 or w.due[f] > t:
            continue
        good, giver, taker = s.flow_good[f], s.flow_from[f], s.flow_to[f]
        units = w.ordered[f]
        flow_change(g, w, d, sums, f, shown(s, w, f), units, units)
        copied = s.good_kind[good] == KNOW_HOW_GOOD
        there = w.q[giver, good] - (w.q[taker, good] if copied else 0.0)
        stopped = there <= LEAST or w.frozen_until[f] > t or embargoed(s, w, desk.notes, f)
        worth = share_of(d, sums.own, giver) + w.price[f]
        refused = g.on.compliance > 0 and worth + relationship(g, w, d, giver, taker) < -LEAST
        if stopped or refused:
            if w.due[f] == t:
                write(w, t, chronicle.WITHHELD, giver, taker, f, units, worth, -1)
                if not stopped:
                    default(g, w, t, f, -worth)
            continue
        units = min(units, there)
        if not copied:
            w.q[giver, good] -= units
        w.q[taker, good] += units
        w.delivered[f] += units
        w.ordered[f] = 0.0
        w.price[f] = 0.0
        w.dealt[giver, taker] += (1.0 - p.deal_memory) * p.arms_weight
        w.dealt[taker, giver] += (1.0 - p.deal_memory) * p.arms_weight
        write(w, t, chronicle.DELIVERY, giver, taker, f, units, 0.0, -1)


@rule
def lapse(w: World, t: int) -> None:
    """Close the deals whose time is over: their controls are free, and what is overdue is off."""
    controls = w.pos.shape[0]
    for v in range(w.deal_on.shape[0]):
        if w.deal_on[v] > 0 and w.deal_until[v] <= t:
            w.deal_on[v] = 0
            for e in range(LEGS):
                r = w.deal_leg[v, e]
                f = flow_of(controls, r)
                given = not moves_control(controls, r) and deed_of(controls, r) == GIVE
                if given and w.due[f] <= t:
                    w.ordered[f] = 0.0
                    w.price[f] = 0.0
            write(w, t, chronicle.LAPSED, w.deal_party[v, 0], w.deal_party[v, 1], -1, 0.0, 0.0, v)
