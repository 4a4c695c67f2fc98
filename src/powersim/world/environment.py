"""What happens before anybody decides: calendar, what a branch lays down, growth, budgets, know-how, proxies."""

from __future__ import annotations

import math

import numpy as np

from powersim.compile.elementary import exp
from powersim.compile.jit import rule
from powersim.rules.budgets import budget_step
from powersim.rules.proxies import proxy_hazard, proxy_level
from powersim.rules.technology import learn
from powersim.world import chronicle, draws
from powersim.world.chronicle import write
from powersim.world.deeds import (
    SET_ENGAGERS,
    SET_ISSUE,
    SET_SANCTIONS,
    SET_STOCK,
    SHIFT_ALIGNMENT,
    SHIFT_IDEAL,
    SHIFT_ISSUE,
    SHIFT_SALIENCE,
    SHIFT_STOCK,
)
from powersim.world.derive import laid_down
from powersim.world.draws import decided, logistic, uniform
from powersim.world.expression import evaluate
from powersim.world.given import Given
from powersim.world.state import (
    C_LEVER,
    C_SANCTION,
    FRONT,
    KNOW_HOW_GOOD,
    LEAST,
    REFUSED,
    RIVAL,
    BranchArrays,
    Derived,
    Setup,
    World,
)


@rule
def calendar(g: Given, w: World, t: int) -> None:
    """Exogenous events: certain or with a probability on their date, or with a hazard while their window is open."""
    s = g.s
    zero = np.uint64(0)
    for e in range(s.event_key.shape[0]):
        if w.happened[e] >= 0 or g.branch.no_event[e] > 0:
            continue
        after = s.event_after[e]
        if after >= 0 and w.happened[after] < 0:
            continue
        if s.event_turn[e] >= 0:
            if s.event_turn[e] != t:
                continue
            chance = s.event_probability[e]
        else:
            if t < s.event_from[e] or t > s.event_to[e]:
                continue
            x = s.event_expr[e]
            factor = evaluate(s.expr_op[x], s.expr_a[x], s.expr_b[x], w) if x >= 0 else 1.0
            chance = s.event_hazard[e] * factor
        if decided(g.luck, t, draws.EVENT, zero, zero, s.event_key[e], chance) >= chance:
            continue
        w.happened[e] = t
        write(w, t, chronicle.EVENT, -1, -1, e, 0.0, 0.0, -1)
        for a in range(s.act_event.shape[0]):
            if s.act_event[a] == e:
                _act(s, w, a)


@rule
def _act(s: Setup, w: World, a: int) -> None:
    """One thing that an event does."""
    kind, i, j, value = s.act_kind[a], s.act_a[a], s.act_b[a], s.act_value[a]
    if kind == SET_ENGAGERS:
        w.engagers[i] = value
        w.engagers_home[i] = value
    elif kind == SHIFT_ISSUE or kind == SET_ISSUE:
        to = value if kind == SET_ISSUE else w.x[i] + value
        to = min(1.0, max(0.0, to))
        for c in range(w.pos.shape[0]):
            if s.control_issue[c] == i and s.control_kind[c] == C_LEVER:
                w.pos[c] = min(1.0, max(0.0, value if kind == SET_ISSUE else w.pos[c] + value))
                w.pos_before[c] = w.pos[c]  # nobody's act, so nobody's signal
        if s.issue_kind[i] == FRONT:
            w.x[i] = to
    elif kind == SHIFT_IDEAL:
        w.ideal_shift[i, j] += value
    elif kind == SHIFT_SALIENCE:
        w.salience_shift[i, j] += value
    elif kind == SHIFT_ALIGNMENT:
        w.alignment[i, j] = min(0.99, max(-0.99, w.alignment[i, j] + value))
        w.alignment[j, i] = w.alignment[i, j]
    elif kind == SHIFT_STOCK:
        w.q[i, j] = max(0.0, w.q[i, j] + value)
    elif kind == SET_STOCK:
        w.q[i, j] = value
    elif kind == SET_SANCTIONS:
        for c in range(w.pos.shape[0]):
            if s.control_kind[c] == C_SANCTION and s.control_from[c] == i and s.control_to[c] == j:
                w.pos[c] = value
                w.pos_before[c] = value


@rule
def lay_down(branch: BranchArrays, w: World, t: int) -> None:
    """Put controls and stocks where the branch has them this turn; its offer's answer decides which path holds."""
    for c in range(w.pos.shape[0]):
        to = laid_down(branch, w, t, c)
        if not math.isnan(to) and abs(to - w.pos[c]) > LEAST:
            write(w, t, chronicle.LAID_DOWN, -1, -1, c, to, to - w.pos[c], -1)
            w.pos[c] = to
    stocks = branch.stock_refused if w.offer[0] == REFUSED else branch.stock
    for z in range(stocks.shape[1]):
        i, good, units = branch.stock_at[z, 0], branch.stock_at[z, 1], stocks[t, z]
        if not math.isnan(units) and abs(units - w.q[i, good]) > LEAST:
            write(w, t, chronicle.SUPPLIED, i, -1, good, units, units - w.q[i, good], -1)
            w.q[i, good] = units


@rule
def grow(g: Given, w: World, d: Derived, t: int) -> None:
    """Production, growth, budgets that answer threat (M6), know-how that spreads (M22), readings and harm that fade."""
    s, p, on = g.s, g.p, g.on
    n = w.power.shape[0]
    for i in range(n):
        w.economy[i] *= 1.0 + s.growth[i]
        u = uniform(g.luck, t, draws.GROWTH, s.actor_key[i], np.uint64(0), np.uint64(0))
        w.power[i] *= exp(s.growth[i] + logistic(u, p.power_sd))
        if on.budgets:
            threat = (d.h[i] - p.h0) / p.m_ref
            rest = w.push0[i, i]  # the threat at the start, at which budgets rest
            answer = p.budget_response * w.power[i] * (threat - rest)
            fatigue = w.power[i] - s.power0[i] * w.economy[i] / s.economy0[i]
            w.power[i] = budget_step(w.power[i], answer, fatigue, 0.0, 1.0, p.budget_fatigue, 0.0)
        for good in range(w.q.shape[1]):
            if s.good_kind[good] == RIVAL:
                room = max(0.0, s.ceiling[i, good] - w.q[i, good])
                w.q[i, good] += min(s.production[i, good], room)
            elif on.technology and s.production[i, good] > 0.0:
                w.q[i, good] = learn(w.q[i, good], p.frontier, p.learn_rate * s.production[i, good])
    for f in range(w.delivered.shape[0]):
        if s.good_kind[s.flow_good[f]] == KNOW_HOW_GOOD:
            w.delivered[f] *= 1.0 - p.transfer_fade
    for v in range(w.strike_level.shape[0]):
        w.strike_level[v] *= p.strike_fade
    for i in range(n):
        for j in range(n):
            w.hurt[i, j] *= p.harm_memory
            w.dealt[i, j] *= p.deal_memory


@rule
def proxies(g: Given, w: World, t: int) -> None:
    """Proxy attacks: the likelier, the more hostile the patron and the farther the issue is above what it wants."""
    s, p = g.s, g.p
    for b in range(s.proxy_key.shape[0]):
        i, j, k = s.proxy_by[b], s.proxy_on[b], s.proxy_issue[b]
        excess = max(0.0, w.x[k] - w.theta[i, k])
        u = uniform(g.luck, t, draws.PROXY, s.actor_key[i], s.actor_key[j], s.proxy_key[b])
        attack = 1.0 if u < proxy_hazard(s.proxy_hazard[b], w.alignment[i, j]) * excess else 0.0
        w.proxy_level[b] = proxy_level(w.proxy_level[b], attack, p.proxy_decay)
        if attack > 0.0:
            w.hurt[j, i] += p.proxy_harm
            write(w, t, chronicle.PROXY, i, j, b, w.proxy_level[b], 0.0, -1)
