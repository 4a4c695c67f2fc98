"""Exchange: who offers what to whom, and which offers are signed (M8, M21, M23).

Every pair that talks this turn looks for its best package; larger sets form around legs that a pair cannot settle: a
lever with several vetoes, a single holdout that several could pay. Offers are taken in descending surplus. An offer is
made with probability 1 - exp(-surplus / tau) and judged again, exactly, in the world as earlier deals have left it.
"""

from __future__ import annotations

import math

import numpy as np

from powersim.compile.elementary import exp, log
from powersim.compile.jit import rule
from powersim.rules.bargaining import pair_surplus, sign_probability
from powersim.world import chronicle, draws
from powersim.world.chronicle import in_detail
from powersim.world.deals import exact_gains, imagine_afresh, sign
from powersim.world.desk import Agenda, Desk
from powersim.world.draws import uniform, uniform_row
from powersim.world.given import Given
from powersim.world.givers import index_givers, legs_for
from powersim.world.held_deals import keep_deal
from powersim.world.legs import control_of, deed_of, flow_leg, flow_of, moves_control, side_of
from powersim.world.menu import judge_sale
from powersim.world.packages import (
    admissible,
    best_of_many,
    best_of_two,
    consider,
    fill_purses,
    hopeless,
    leg_cost,
    price_legs,
    sum_subsets,
)
from powersim.world.promises import leg_key
from powersim.world.refused import fell_through, unsigned
from powersim.world.state import GIVE, LEAST, LEGS, PARTIES, Setup, World


@rule
def find_offers(g: Given, w: World, desk: Desk, t: int) -> None:
    """Fill `offers` with the best package of every pair that talks and every larger set that is called together."""
    p = g.p
    desk.offers.found[0] = 0
    index_givers(g, desk)
    fill_purses(g, w, desk.agenda)
    n, m, talk = w.power.shape[0], 0, desk.slate.pairs[0]
    uniform_row(g.luck, t, draws.TALK, desk.notes.talk, n * (n - 1) // 2, talk)
    for i in range(n):
        for j in range(i + 1, n):
            if talk[m] < p.talk:
                _pair_offer(g, w, desk, t, i, j, talk[m] / p.talk)
            m += 1
    if g.on.coalitions:
        call_conferences(g, w, desk, t)


@rule
def _pair_offer(g: Given, w: World, desk: Desk, t: int, i: int, j: int, u: float) -> None:
    """The best package of actors i and j, if there is one."""
    menu, agenda = desk.menu, desk.agenda
    agenda.party[0], agenda.party[1] = i, j
    agenda.parties[0], agenda.legs[0] = 2, 0
    sales, ours, theirs = flow_leg(w.pos.shape[0], 0, 0), menu.ours, menu.theirs
    legs_for(menu, i, j, ours)
    legs_for(menu, j, i, theirs)
    at_i, at_j = 0, 0
    r = min(ours[0], theirs[0])
    while r < menu.live.shape[0]:  # all that is `admissible`, in order
        at_i += 1 if ours[at_i] == r else 0
        at_j += 1 if theirs[at_j] == r else 0
        judge_sale(g, w, desk, r)
        if max(menu.gain[r, i], menu.gain[r, j]) > (g.p.cost_per_leg if r < sales else 0.0):
            consider(g, desk, r, int(g.p.agenda))
        r = min(ours[at_i], theirs[at_j])
    if agenda.legs[0] == 0:
        return
    price_legs(g, desk)
    if hopeless(g, w, agenda, u):
        return
    sum_subsets(g, desk)
    mask = best_of_two(g, w, agenda, t)
    if mask > 0:
        keep_offer(g, w, desk, t, mask, pair_surplus(agenda.gain[0], agenda.gain[1]), u)


@rule
def call_conferences(g: Given, w: World, desk: Desk, t: int) -> None:
    """Call a conference around every leg for which luck has one: at least one and at most four must agree to it."""
    menu, controls, count = desk.menu, w.pos.shape[0], 0
    for m in range(menu.lives[0]):
        r = menu.alive[m]
        menu.seed[count] = r
        count += (menu.needed[r] > 0) & (menu.needed[r] < PARTIES)
    for m in range(count):
        r = menu.seed[m]
        what = side_of(r) if moves_control(controls, r) else deed_of(controls, r)
        menu.seed_key[0, m], menu.seed_key[2, m] = what, leg_key(g.s, r)
    uniform_row(g.luck, t, draws.CONFERENCE, menu.seed_key, count, menu.seed_draw)
    for e in range(count):
        if menu.seed_draw[e] < g.p.conference:
            _conference(g, w, desk, t, menu.seed[e], menu.seed_draw[e] / g.p.conference)


@rule
def _conference(g: Given, w: World, desk: Desk, t: int, seed_leg: int, u: float) -> None:
    """A set of three to five around one leg: those who must agree, and those who want it most or can pay for it."""
    p, menu, agenda = g.p, desk.menu, desk.agenda
    n = w.power.shape[0]
    members = 0
    for i in range(n):
        if menu.must[seed_leg, i] > 0:
            agenda.party[members] = i
            members += 1
    holdouts = members
    judge_sale(g, w, desk, seed_leg)
    while members < min(PARTIES, holdouts + 2):
        best, gain = -1, p.cost_per_leg
        for i in range(n):
            per_unit = menu.gain[seed_leg, i] / agenda.unit[i]
            if per_unit > gain and not _is_party(agenda, members, i):
                best, gain = i, per_unit
        if best < 0:
            break
        agenda.party[members] = best
        members += 1
    if members < 3:
        return
    agenda.parties[0], agenda.legs[0] = members, 0
    if not admissible(desk, seed_leg):
        return
    consider(g, desk, seed_leg, int(p.agenda_many))
    agenda.score[0] = 1e300  # it is what they have met for: nothing else takes its place
    legs, count = menu.ours, 0
    for m in range(menu.lives[0]):
        legs[count] = menu.alive[m]
        count += (legs[count] != seed_leg) & (menu.needed[legs[count]] <= members)
    for m in range(count):
        if admissible(desk, legs[m]):
            judge_sale(g, w, desk, legs[m])
            consider(g, desk, legs[m], int(p.agenda_many))
    if agenda.legs[0] == 0:
        return
    price_legs(g, desk)
    if hopeless(g, w, agenda, u):
        return
    sum_subsets(g, desk)
    mask = best_of_many(g, w, agenda, t)
    if mask > 0:
        logs = 0.0
        for a in range(members):
            logs += log(agenda.gain[a])
        keep_offer(g, w, desk, t, mask, exp(logs / members), u)


@rule
def _is_party(agenda: Agenda, members: int, i: int) -> bool:
    """Whether actor i sits at the table already."""
    seated = False
    for a in range(members):
        seated = seated or agenda.party[a] == i
    return seated


@rule
def weight(g: Given, agenda: Agenda, mask: int) -> float:
    """How weighty a package is, 0..1: the mean cost of its legs over a policy's. What is routine takes less to sign."""
    p = g.p
    legs, cost = 0, 0.0
    for b in range(agenda.legs[0]):
        if (mask >> b) & 1:
            legs += 1
            policy = moves_control(g.s.control_key.shape[0], agenda.leg[b])
            cost += p.cost_per_leg if policy else p.cost_per_sale
    if cost >= p.cost_per_leg * legs:
        return 1.0
    return cost / (p.cost_per_leg * legs)


@rule
def keep_offer(g: Given, w: World, desk: Desk, t: int, mask: int, surplus: float, u: float) -> None:
    """Keep a package that the parties are ready to sign: u below 1 - exp(-surplus / tau). A full list drops it."""
    s, agenda, offers = g.s, desk.agenda, desk.offers
    m, members = offers.found[0], agenda.parties[0]
    chance = sign_probability(surplus, 0.0, 0.0, g.p.sign_tau * weight(g, agenda, mask))
    if m == offers.surplus.shape[0] or u >= chance:
        if in_detail(w):
            unsigned(w, desk, t, mask, chance, surplus)
        return
    offers.found[0] = m + 1
    offers.surplus[m] = math.floor(surplus * 1073741824.0) / 1073741824.0  # an ulp must not decide the order
    a, b = s.actor_key[agenda.party[0]], s.actor_key[agenda.party[1]]
    offers.tie[m] = uniform(g.luck, t, draws.TIE, a, b, np.uint64(members))
    for e in range(PARTIES):
        offers.party[m, e] = agenda.party[e] if e < members else -1
        offers.pay[m, e] = agenda.pay[e] if e < members else 0.0
    e = 0
    for b_leg in range(LEGS):
        offers.leg[m, b_leg] = -1
    for b_leg in range(agenda.legs[0]):
        if (mask >> b_leg) & 1:
            offers.leg[m, e] = agenda.leg[b_leg]
            e += 1


@rule
def match_offers(g: Given, w: World, desk: Desk, t: int) -> None:
    """Go through the offers in descending surplus and sign those that still hold (each actor at most `bandwidth`)."""
    offers = desk.offers
    if offers.found[0] == 0:
        return
    for i in range(w.power.shape[0]):
        desk.judge.busy[i] = 0
    imagine_afresh(g, w, desk)
    fill_purses(g, w, desk.agenda)
    for _ in range(offers.found[0]):
        m = -1
        for e in range(offers.found[0]):
            if offers.surplus[e] > 0.0 and (
                m < 0
                or offers.surplus[e] > offers.surplus[m]
                or (offers.surplus[e] == offers.surplus[m] and offers.tie[e] < offers.tie[m])
            ):
                m = e
        if m < 0:
            return
        surplus = offers.surplus[m]
        offers.surplus[m] = -1.0
        if _open(g.s, w, desk, t, m):
            _judge_and_sign(g, w, desk, t, m, surplus)
        elif in_detail(w):
            fell_through(w, desk, t, m, chronicle.CROWDED_OUT, 1.0, surplus)


@rule
def _open(s: Setup, w: World, desk: Desk, t: int, m: int) -> bool:
    """Whether the parties have room for one more deal and no leg's object has been settled this turn."""
    offers = desk.offers
    for e in range(PARTIES):
        i = offers.party[m, e]
        if i >= 0 and desk.judge.busy[i] >= s.bandwidth[i]:
            return False
    controls = w.pos.shape[0]
    for e in range(LEGS):
        r = offers.leg[m, e]
        if r < 0:
            continue
        if moves_control(controls, r):
            if w.settled[control_of(r)] > 0:
                return False
        else:
            f = flow_of(controls, r)
            if deed_of(controls, r) == GIVE and (
                w.ordered[f] > 0.0 or w.q[s.flow_from[f], s.flow_good[f]] < desk.menu.target[r] - LEAST
            ):
                return False
            if w.frozen_until[f] > t:
                return False
    return True


@rule
def _judge_and_sign(g: Given, w: World, desk: Desk, t: int, m: int, surplus: float) -> None:
    """Sign offer m if every party still gains by the whole package, exactly, as earlier deals have left the world."""
    offers, judge = desk.offers, desk.judge
    exact_gains(g, w, desk, offers.leg[m])
    for e in range(PARTIES):
        i = offers.party[m, e]
        if i >= 0:
            judge.gain[i] += desk.agenda.unit[i] * offers.pay[m, e]
            cost = 0.0
            for b in range(LEGS):
                cost += leg_cost(g, offers.leg[m, b], i) if offers.leg[m, b] >= 0 else 0.0
            beyond = (
                -offers.pay[m, e] > desk.agenda.able[i] + LEAST * w.economy[i]
            )  # by an earlier deal of this turn
            if judge.gain[i] - cost <= LEAST or beyond:
                if in_detail(w):
                    least = judge.gain[i] - cost
                    fell_through(w, desk, t, m, chronicle.NO_LONGER_PAYS, least, surplus)
                return
    for e in range(PARTIES):
        if offers.party[m, e] >= 0:
            judge.busy[offers.party[m, e]] += 1
    keep_deal(desk, t, offers.party[m], offers.leg[m], offers.pay[m])
    sign(g, w, desk, t, offers.party[m], offers.leg[m], offers.pay[m])
    fill_purses(g, w, desk.agenda)
