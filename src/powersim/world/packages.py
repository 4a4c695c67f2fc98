"""The best package of a set of parties: the largest Nash product over an agenda of legs (M8), searched exhaustively.

An agenda holds, for each party, the legs that buy it most for what they cost the others, so every subset can be weighed
and the package found is undominated in its menu. Payments close what is left, up to a cap.
"""

from __future__ import annotations

import math

import numpy as np

from powersim.compile.elementary import exp, log, power
from powersim.compile.jit import rule
from powersim.rules.bargaining import equalising_payment, log_nash, nash_payment, payable, sign_probability
from powersim.rules.patience import patience_weight
from powersim.world import draws
from powersim.world.chronicle import in_detail
from powersim.world.desk import Agenda, Desk
from powersim.world.draws import uniform
from powersim.world.gains import money_unit
from powersim.world.given import Given
from powersim.world.legs import control_of, flow_of, moves_control, side_of
from powersim.world.promises import leg_key
from powersim.world.state import LEAST, LEGS, PARTIES, TIE, World

CLEAR = 1e-8
"""Clearly smaller: by this in a probability, or in the logarithm of a Nash product; well over `TIE`."""


@rule
def same_object(r1: int, r2: int, controls: int) -> bool:
    """Whether two legs concern the same control or the same flow, so that only one of them can be in a package."""
    if moves_control(controls, r1) != moves_control(controls, r2):
        return False
    if moves_control(controls, r1):
        return control_of(r1) == control_of(r2)
    return flow_of(controls, r1) == flow_of(controls, r2)


@rule
def admissible(desk: Desk, r: int) -> bool:
    """Whether the parties can give leg r: one of them gives it, and all who must agree are among them."""
    menu, agenda = desk.menu, desk.agenda
    given, seated = 0, 0
    for a in range(agenda.parties[0]):
        i = agenda.party[a]
        given += menu.gives[r, i] > 0
        seated += menu.must[r, i] > 0
    return given > 0 and seated == menu.needed[r]


@rule
def leg_cost(g: Given, r: int, i: int) -> float:
    """What it costs party i to negotiate leg r: policies are politics; for its supplier, a sale is business."""
    s, p = g.s, g.p
    controls = s.control_key.shape[0]
    if moves_control(controls, r):
        return p.cost_per_leg
    return 0.0 if s.flow_from[flow_of(controls, r)] == i else p.cost_per_sale


@rule
def consider(g: Given, desk: Desk, r: int, room: int) -> None:
    """Put leg r on the agenda if it is worth it: best for its buyer, per unit of what it costs the others.

    Each party has `room` places for legs in its favour.
    """
    menu, agenda = desk.menu, desk.agenda
    count = agenda.legs[0]
    buyer, best, cost = 0, menu.gain[r, agenda.party[0]], 0.0
    for a in range(agenda.parties[0]):
        gain = menu.gain[r, agenda.party[a]]
        if gain > best:
            buyer, best = a, gain
        cost += max(-gain, 0.0)
    if best <= leg_cost(g, r, agenda.party[buyer]):
        return
    score = best / max(cost + g.p.indifference, LEAST)
    taken, worst = 0, -1
    for b in range(count):
        if agenda.side[b] == buyer:
            taken += 1
            if worst < 0 or agenda.score[b] < agenda.score[worst]:
                worst = b
    if taken >= room or count >= LEGS:
        if worst < 0 or agenda.score[worst] >= score:
            return
        slot = worst
    else:
        slot = count
        agenda.legs[0] = count + 1
    agenda.leg[slot] = r
    agenda.score[slot] = score
    agenda.side[slot] = buyer


@rule
def price_legs(g: Given, desk: Desk) -> None:
    """Fill worth and cost with what each leg of the agenda is worth to each party, and costs it."""
    agenda = desk.agenda
    for b in range(agenda.legs[0]):
        for a in range(agenda.parties[0]):
            agenda.worth[b, a] = desk.menu.gain[agenda.leg[b], agenda.party[a]]
            agenda.cost[b, a] = leg_cost(g, agenda.leg[b], agenda.party[a])


@rule
def _best_case(agenda: Agenda, a: int) -> float:
    """More than party a gains by any subset of the agenda, before payments."""
    most = 0.0
    for b in range(agenda.legs[0]):
        most += max(0.0, agenda.worth[b, a] - agenda.cost[b, a])
    return most


@rule
def _most_of_two(g: Given, w: World, agenda: Agenda) -> float:
    """No package of two has a larger surplus, sqrt(g_i g_j).

    A payment, at best, moves money without loss. So of money, V = sum_b max(0, v_ib / unit_i + v_jb / unit_j) is the
    most that there is, and sqrt(g_i g_j) <= sqrt(unit_i unit_j) V / 2: the geometric mean is below the arithmetic one.
    Nor does anybody gain more than by the legs that serve it and all that the other can pay.
    """
    unit_i, unit_j = agenda.unit[agenda.party[0]], agenda.unit[agenda.party[1]]
    money = 0.0
    for b in range(agenda.legs[0]):
        mine, theirs = agenda.worth[b, 0] - agenda.cost[b, 0], agenda.worth[b, 1] - agenda.cost[b, 1]
        money += max(0.0, mine / unit_i + theirs / unit_j)
    gain_i, gain_j = _best_case(agenda, 0), _best_case(agenda, 1)
    cap_i, cap_j = caps(g, w, agenda)
    gain_i += unit_i * cap_j
    gain_j += unit_j * cap_i
    return min(0.5 * math.sqrt(unit_i * unit_j) * money, math.sqrt(gain_i * gain_j))


@rule
def _most_of_many(g: Given, agenda: Agenda) -> float:
    """No package of three or more has a larger surplus, the geometric mean of n gains.

    Of money, V = sum_b max(0, sum_a v_ab / unit_a) is the most that there is, since payments only lose some, and the
    geometric mean of the gains in money is below their arithmetic one: (prod_a unit_a)^(1/n) V / n. Nor does anybody
    gain more than by the legs that serve it, or, compensated, than the margin (`_compensate`).
    """
    n, money, units, gains = agenda.parties[0], 0.0, 1.0, 1.0
    for b in range(agenda.legs[0]):
        of_leg = 0.0
        for a in range(n):
            of_leg += (agenda.worth[b, a] - agenda.cost[b, a]) / agenda.unit[agenda.party[a]]
        money += max(0.0, of_leg)
    for a in range(n):
        units *= agenda.unit[agenda.party[a]]
        gains *= max(_best_case(agenda, a), LEAST + g.p.payment_margin)
    return min(power(units, 1.0 / n) * money / n, power(gains, 1.0 / n))


@rule
def hopeless(g: Given, w: World, agenda: Agenda, u: float) -> bool:
    """Whether no package of the agenda would be signed, worth what it may be and as routine as the most routine leg.

    False if the chronicle is in detail: it has packages that are not signed too.
    """
    p, routine = g.p, 1.0
    most = _most_of_two(g, w, agenda) if agenda.parties[0] == 2 else _most_of_many(g, agenda)
    for b in range(agenda.legs[0]):
        if not moves_control(g.s.control_key.shape[0], agenda.leg[b]) and p.cost_per_sale < p.cost_per_leg:
            routine = p.cost_per_sale / p.cost_per_leg
    return not in_detail(w) and u > sign_probability(most, 0.0, 0.0, p.sign_tau * routine) + CLEAR


@rule
def sum_subsets(g: Given, desk: Desk) -> None:
    """Gains of every subset of the agenda for every party, transaction costs included; mark subsets without clashes.

    `price_legs` comes first.
    """
    agenda = desk.agenda
    controls = g.s.control_key.shape[0]
    count = agenda.legs[0]
    for b in range(count):
        agenda.clash[b] = 0
        for e in range(count):
            if e != b and same_object(agenda.leg[b], agenda.leg[e], controls):
                agenda.clash[b] |= 1 << e
    agenda.valid[0] = 1
    for a in range(PARTIES):
        agenda.total[0, a] = 0.0
    for back in range(count):
        low = count - 1 - back  # each leg is added to the subsets of those after it
        for rest in range(0, 1 << count, 2 << low):
            mask = rest | (1 << low)
            agenda.valid[mask] = 1 if agenda.valid[rest] > 0 and agenda.clash[low] & rest == 0 else 0
            for a in range(PARTIES):  # so many at once, of which those beyond the last are of no account
                agenda.total[mask, a] = agenda.total[rest, a] + agenda.worth[low, a] - agenda.cost[low, a]


@rule
def package_draw(g: Given, agenda: Agenda, t: int, mask: int) -> float:
    """What decides between packages that are equally good: a draw keyed by what is in them, not by where they stand."""
    s = g.s
    key = np.uint64(0)
    for b in range(agenda.legs[0]):
        if (mask >> b) & 1:
            key ^= leg_key(s, agenda.leg[b]) ^ np.uint64(1 + side_of(agenda.leg[b]))
    return uniform(g.luck, t, draws.PACKAGE, s.actor_key[agenda.party[0]], s.actor_key[agenda.party[1]], key)


@rule
def preferred(g: Given, agenda: Agenda, t: int, value: float, mask: int, best: float, best_mask: int) -> bool:
    """Whether a package is better than the best so far: by its value, or, as good as that one, by its draw."""
    if value > best + TIE or best_mask == 0:
        return True
    return value >= best - TIE and (package_draw(g, agenda, t, mask) < package_draw(g, agenda, t, best_mask))


@rule
def fill_purses(g: Given, w: World, agenda: Agenda) -> None:
    """Fill agenda.able (N), what everybody can still promise to pay, share of world GDP, and agenda.unit (N).

    What an actor pays by open deals stays a share of its economy. Holds until a deal is signed.
    """
    for i in range(agenda.able.shape[0]):
        agenda.able[i] = 0.0  # so far, what it owes
        agenda.unit[i] = money_unit(g.s, w, i)
    for v in range(w.deal_on.shape[0]):
        if w.deal_on[v] > 0:
            for e in range(w.deal_party.shape[1]):
                if w.deal_party[v, e] >= 0:
                    agenda.able[w.deal_party[v, e]] += max(0.0, -w.deal_pay[v, e])
    for i in range(agenda.able.shape[0]):
        agenda.able[i] = payable(g.p.payment_cap, w.economy[i], agenda.able[i] / agenda.unit[i])


@rule
def caps(g: Given, w: World, agenda: Agenda) -> tuple[float, float]:
    """Most that the first of two parties can pay the second, and the other way: what it can spare and that can use."""
    i, j = agenda.party[0], agenda.party[1]
    if not g.on.payments:
        return 0.0, 0.0
    return (
        min(agenda.able[i], g.p.payment_taken * w.economy[j]),
        min(agenda.able[j], g.p.payment_taken * w.economy[i]),
    )


@rule
def best_of_two(g: Given, w: World, agenda: Agenda, t: int) -> int:
    """The subset with the largest weighted Nash product for two parties, payment included; 0 = none.

    Under the protocol of equal gain (M7) it is the subset whose smaller gain is largest, of several such the one whose
    larger gain is.

    Fills agenda.gain and agenda.pay. Weights follow from patience (M9b), so that waiting strengthens. A payment is
    at most what the payer can spare (`fill_purses`) and the taker can use. A subset that cannot be better than the best
    so far is passed over: a logarithm lies below its tangent, w ln(g / g*) <= w (g / g* - 1).
    """
    s, p = g.s, g.p
    i, j = agenda.party[0], agenda.party[1]
    weight = patience_weight(s.patience[i], s.patience[j])
    unit_i, unit_j = agenda.unit[i], agenda.unit[j]
    cap_i, cap_j = caps(g, w, agenda)
    cap = max(cap_i, cap_j)
    best, best_more, best_mask = -1e300, 0.0, 0
    slope_i, slope_j = 0.0, 0.0  # of the tangent at the best so far
    for mask in range(1, 1 << agenda.legs[0]):
        gi, gj = agenda.total[mask, 0], agenda.total[mask, 1]
        if agenda.valid[mask] == 0 or gi / unit_i + gj / unit_j <= 0.0:  # no payment could help
            continue
        m = 0.0
        if cap > 0.0 and p.equal_gain > 0.0:
            m = equalising_payment(gi, gj, unit_i, unit_j, cap, p.payment_efficiency)
            m = max(-cap_j, min(cap_i, m))
        elif cap > 0.0:
            m = nash_payment(gi, gj, unit_i, unit_j, weight, cap_i, cap_j, p.payment_efficiency)
        gi += -unit_i * m if m > 0.0 else -p.payment_efficiency * unit_i * m
        gj += p.payment_efficiency * unit_j * m if m > 0.0 else unit_j * m
        if gi <= LEAST or gj <= LEAST:
            continue
        above = slope_i * gi - weight + slope_j * gj - (1.0 - weight)
        if best_mask > 0 and p.equal_gain <= 0.0 and above < -CLEAR:
            continue
        value = log_nash(gi, weight) + log_nash(gj, 1.0 - weight)
        more = 0.0
        if p.equal_gain > 0.0:
            value, more = log(min(gi, gj)), max(gi, gj)
        if best_mask > 0 and abs(value - best) <= TIE and abs(more - best_more) > TIE:
            taken = more > best_more
        else:
            taken = preferred(g, agenda, t, value, mask, best, best_mask)
        if taken:
            best, best_more, best_mask = value, more, mask
            agenda.gain[0], agenda.gain[1] = gi, gj
            slope_i, slope_j = weight / gi, (1.0 - weight) / gj
            agenda.pay[0] = -m if m > 0.0 else -p.payment_efficiency * m
            agenda.pay[1] = p.payment_efficiency * m if m > 0.0 else m
    return best_mask


@rule
def best_of_many(g: Given, w: World, agenda: Agenda, t: int) -> int:
    """The subset with the largest Nash product for up to five parties; those who gain compensate those who lose.

    Under the protocol of equal gain it is the subset whose smallest gain is largest. A subset that loses money in sum
    is passed over: not all gain by it, and its payers, who pay half of what they gain, cannot make up for its losers.
    So is one with so little money V that its Nash product cannot be the largest: payments only lose some, and the
    geometric mean of the gains in money is below their arithmetic one, sum_a ln(g_a / unit_a) <= n ln(V / n).
    """
    best, best_mask, enough, units = -1e300, 0, 0.0, 0.0
    n, gain, pay = agenda.parties[0], agenda.tried_gain, agenda.tried_pay
    for a in range(n):
        agenda.per_unit[a] = 1.0 / agenda.unit[agenda.party[a]]
        units += log(agenda.per_unit[a])
    for mask in range(1, 1 << agenda.legs[0]):
        if agenda.valid[mask] == 0:
            continue
        money = 0.0
        for a in range(n):
            money += agenda.total[mask, a] * agenda.per_unit[a]
        if money <= enough:
            continue
        for a in range(n):
            gain[a] = agenda.total[mask, a]
            pay[a] = 0.0
        if g.on.payments and not _compensate(g, w, agenda):
            continue
        least = gain[0]
        for a in range(n):
            least = min(least, gain[a])
        if least <= LEAST:
            continue
        value = 0.0
        if g.p.equal_gain > 0.0:
            value = log(least)
        else:
            for a in range(n):
                value += log(gain[a])
        if preferred(g, agenda, t, value, mask, best, best_mask):
            best, best_mask = value, mask
            enough = n * exp((best - CLEAR + units) / n) if g.p.equal_gain <= 0.0 else 0.0
            for a in range(n):
                agenda.gain[a], agenda.pay[a] = gain[a], pay[a]
    return best_mask


@rule
def _compensate(g: Given, w: World, agenda: Agenda) -> bool:
    """Let those who gain pay those who lose, in proportion to what they can pay; False if it does not suffice.

    A loser gets its loss and a margin; a payer pays at most half its gain, and what it can
    (`fill_purses`). Nobody takes in more than it can use.
    """
    p = g.p
    n, gain, pay = agenda.parties[0], agenda.tried_gain, agenda.tried_pay
    need, room = 0.0, 0.0
    for a in range(n):
        i = agenda.party[a]
        per_unit = agenda.per_unit[a]
        if gain[a] <= LEAST:
            pay[a] = (LEAST + p.payment_margin - gain[a]) * per_unit / p.payment_efficiency
            if pay[a] > p.payment_taken * w.economy[i]:
                return False
            need += pay[a]
        else:
            pay[a] = -min(0.5 * gain[a] * per_unit, agenda.able[i])
            room -= pay[a]
    if need > room:
        return False
    for a in range(n):
        i = agenda.party[a]
        unit = agenda.unit[i]
        if pay[a] > 0.0:
            pay[a] *= p.payment_efficiency
        elif need > 0.0:
            pay[a] *= need / room
        else:
            pay[a] = 0.0
        gain[a] += unit * pay[a]
    return True
