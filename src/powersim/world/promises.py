"""Promises: kept or broken, and what it costs to break them (M9)."""

from __future__ import annotations

import numpy as np

from powersim.compile.jit import rule
from powersim.rules.compliance import annuity, continuation_value, renege_probability
from powersim.world import chronicle, draws
from powersim.world.chronicle import write
from powersim.world.derive import share_all
from powersim.world.desk import Desk
from powersim.world.draws import uniform
from powersim.world.gains import control_change, flow_change, relationship, shown
from powersim.world.given import Given
from powersim.world.legs import control_of, deed_of, flow_of, moves_control
from powersim.world.params import Params
from powersim.world.policy import unbound
from powersim.world.state import FREEZE, GIVE, LEAST, LEGS, PARTIES, Setup, World


@rule
def leg_key(s: Setup, r: int) -> np.uint64:
    """Key of the control or flow that leg r is about."""
    controls = s.control_key.shape[0]
    if moves_control(controls, r):
        return s.control_key[control_of(r)]
    return s.flow_key[flow_of(controls, r)]


@rule
def comply(g: Given, w: World, desk: Desk, t: int) -> None:
    """Each party of each open deal keeps it or reneges: Pi against the value of going on with all promisees (M9).

    Pi is what the end of the deal would bring in every turn that it still binds, discounted: own legs undone, of
    the others' legs and payments a share lost. Nobody reneges in the turn of the signature.
    """
    s, p = g.s, g.p
    for v in range(w.deal_on.shape[0]):
        left = w.deal_until[v] - t
        if w.deal_on[v] == 0 or left >= int(p.deal_length):
            continue
        _undone(g, w, desk, v)
        for e in range(PARTIES):
            i = w.deal_party[v, e]
            if i < 0:
                break
            gain = desk.sums.total[i] - p.counter_loss * w.deal_pay[v, e]
            if gain <= 0.0:  # nor is it any more for several turns
                continue
            pi = gain * annuity(s.patience[i], left)
            if pi <= LEAST:
                continue
            pv = 0.0
            for o in range(PARTIES):
                j = w.deal_party[v, o]
                if j >= 0 and j != i:
                    pv += relationship(g, w, desk.derived, i, j)
            pv = continuation_value(pv, s.patience[i], p.reset_hazard)
            other = w.deal_party[v, 1] if e == 0 else w.deal_party[v, 0]
            u = uniform(
                g.luck, t, draws.RENEGE, s.actor_key[i], s.actor_key[other], leg_key(s, w.deal_leg[v, 0])
            )
            chance = p.renege_rate * renege_probability(pi, pv, p.tau_c)
            for o in range(PARTIES):
                j = w.deal_party[v, o]
                if j >= 0 and j != i:
                    _foresee(w, i, j, chance)
            if u < chance:
                _breach(p, w, t, v, i, pi, pv)
                break
    n = w.power.shape[0]
    for i in range(n):
        for j in range(n):
            w.gains[i, j] *= p.relation_memory
    for v in range(w.deal_on.shape[0]):
        if w.deal_on[v] > 0:
            _credit(p, w, v)


@rule
def _undone(g: Given, w: World, desk: Desk, v: int) -> None:
    """Fill sums.total (N) with what everybody would gain per turn if the legs of deal v did not bind.

    Controls go where own policies lead, frozen orders are delivered, open ones cancelled; what was delivered stays. Of
    what others gave, the breaker expects to lose the share counter_loss: they may be slow, or unable, to take it back.
    """
    s, d, sums = g.s, desk.derived, desk.sums
    n = w.power.shape[0]
    for i in range(n):
        sums.total[i] = 0.0
    controls = w.pos.shape[0]
    for e in range(LEGS):
        r = w.deal_leg[v, e]
        if r < 0:
            continue
        factor, f = 1.0, flow_of(controls, r)
        if moves_control(controls, r):
            c = control_of(r)
            control_change(g, w, d, sums, c, w.pos[c], unbound(g, w, c))
        elif w.ordered[f] > 0.0 and deed_of(controls, r) == GIVE:
            order_worth(g, w, desk, f)
            factor = -1.0
        elif w.ordered[f] > 0.0:
            at, units = shown(s, w, f), w.ordered[f]
            flow_change(g, w, d, sums, f, at, units, units)
            sums.own[s.flow_from[f]] += w.price[f]
        else:
            continue
        share_all(d, sums)
        for i in range(n):
            share = 1.0 if w.deal_giver[v, e] == i else g.p.counter_loss
            sums.total[i] += factor * share * sums.shared[i]


@rule
def _breach(p: Params, w: World, t: int, v: int, i: int, pi: float, pv: float) -> None:
    """Party i breaks deal v: no leg binds any more, open orders are cancelled, the others remember the harm."""
    w.deal_on[v] = 0
    controls = w.pos.shape[0]
    for e in range(LEGS):
        r = w.deal_leg[v, e]
        if r < 0:
            continue
        f = flow_of(controls, r)
        if moves_control(controls, r):
            c = control_of(r)
            w.locked_until[c] = _bound_until(w, c, t + 1)
        elif deed_of(controls, r) == FREEZE:
            w.frozen_until[f] = t + 1
        else:
            cancel(p, w, t, f)
    first = -1
    for e in range(PARTIES):
        j = w.deal_party[v, e]
        if j >= 0 and j != i:
            first = j if first < 0 else first
            _wrong(p, w, i, j)
    write(w, t, chronicle.BREACH, i, first, -1, pi, pv, v)


@rule
def _bound_until(w: World, c: int, least: int) -> int:
    """First turn at which no open deal binds control c, at least `least`."""
    until = least
    for v in range(w.deal_on.shape[0]):
        if w.deal_on[v] > 0 and w.deal_until[v] > until:
            for e in range(LEGS):
                if w.deal_leg[v, e] >= 0 and control_of(w.deal_leg[v, e]) == c:
                    until = w.deal_until[v]
    return until


@rule
def _wrong(p: Params, w: World, i: int, j: int) -> None:
    """I has broken a promise to j: harm, and both expect half as much of each other."""
    w.breaches[i, j] += 1
    w.wronged[j] += 1.0
    w.hurt[j, i] += p.breach_harm
    w.gains[j, i] *= 0.5
    w.gains[i, j] *= 0.5


@rule
def _foresee(w: World, i: int, j: int, chance: float) -> None:
    """I may now break a promise to j, with this probability: it is added up until i has first done so."""
    if w.breaches[i, j] == 0:
        w.reneged[i, j] += chance


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


@rule
def order_worth(g: Given, w: World, desk: Desk, f: int) -> None:
    """Fill sums.own (N) with what everybody gains if the open order of flow f is delivered rather than cancelled."""
    s, sums = g.s, desk.sums
    k = s.flow_issue[f]
    without = shown(s, w, f)
    if k >= 0:
        without = max(0.0, without - s.bind_contract[k] * w.ordered[f] / s.bind_full[k])
    flow_change(g, w, desk.derived, sums, f, without, w.ordered[f], 0.0)
    sums.own[s.flow_from[f]] += w.price[f]


@rule
def cancel(p: Params, w: World, t: int, f: int) -> None:
    """The open order of flow f is off; for the length of a deal nobody orders there again."""
    if w.ordered[f] > 0.0:
        w.ordered[f] = 0.0
        w.price[f] = 0.0
        w.frozen_until[f] = t + int(p.deal_length)


@rule
def default(g: Given, w: World, t: int, f: int, cost: float) -> None:
    """The supplier does not honour the order of flow f: a breach, whatever becomes of the deal it came from."""
    s = g.s
    _foresee(w, s.flow_from[f], s.flow_to[f], 1.0)  # as things stand it is sure
    _wrong(g.p, w, s.flow_from[f], s.flow_to[f])
    write(w, t, chronicle.BREACH, s.flow_from[f], s.flow_to[f], -1, 0.0, cost, -1)
