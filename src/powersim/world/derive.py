"""What follows from the state: capability, help, fear, security, trade, and the utility built on them."""

from __future__ import annotations

from powersim.compile.jit import rule
from powersim.rules.level import exceeds
from powersim.rules.security import help_expected, security, security_row, threat
from powersim.rules.utility import autonomy_cost, issue_utility
from powersim.world.desk import Sums
from powersim.world.expression import evaluate, evaluate_at, holds_at
from powersim.world.given import Given
from powersim.world.params import Params
from powersim.world.state import (
    C_PLEDGE,
    C_SANCTION,
    FLOW_STOCK,
    FRONT,
    GUARANTEE,
    KNOW_HOW,
    LEVER,
    POWER,
    REACH,
    REFUSED,
    SANCTION_LEVEL,
    STRIKE_LEVEL,
    THREAT,
    TRADE,
    BranchArrays,
    Derived,
    Flags,
    Floats,
    Setup,
    World,
)

FEW = 4
"""Whose security is worked out one by one: for more, a row at once costs less."""


@rule
def refresh_readings(s: Setup, w: World) -> None:
    """Write into x what the world holds: levers and sanctions from controls, stocks, know-how, fronts keep theirs."""
    for k in range(w.x.shape[0]):
        kind = s.issue_kind[k]
        if kind == LEVER or kind == SANCTION_LEVEL:
            w.x[k] = 0.0
        elif kind == FLOW_STOCK:
            f = s.bind[k]
            w.x[k] = min(1.0, (w.delivered[f] + s.bind_contract[k] * w.ordered[f]) / s.bind_full[k])
        elif kind == KNOW_HOW:
            f = s.bind[k]
            w.x[k] = min(1.0, w.delivered[f] / s.bind_full[k])
        elif kind == STRIKE_LEVEL:
            w.x[k] = min(1.0, w.strike_level[s.bind[k]])
        else:
            assert kind == FRONT
    for c in range(w.pos.shape[0]):
        k = s.control_issue[c]
        if k >= 0:
            w.x[k] += s.control_weight[c] * w.pos[c]


@rule
def evaluate_clauses(s: Setup, w: World, value: Floats, fresh: Flags) -> None:
    """Fill value (X), by expression, with what those of clauses come to; one that is fresh comes to what it came to."""
    for v in range(s.clause_actor.shape[0]):
        _evaluate(s, w, s.clause_if[v], value, fresh)
        _evaluate(s, w, s.clause_ideal[v], value, fresh)
        _evaluate(s, w, s.clause_salience[v], value, fresh)


@rule
def _evaluate(s: Setup, w: World, e: int, value: Floats, fresh: Flags) -> None:
    if e >= 0 and fresh[e] == 0:
        value[e] = evaluate(s.expr_op[e], s.expr_a[e], s.expr_b[e], w)


@rule
def refresh_interests(s: Setup, w: World, value: Floats) -> None:
    """Ideals and saliences of this turn: the factions' mix, the clauses whose condition holds, the events' shifts.

    value: what the clauses' expressions come to, see `evaluate_clauses`.
    """
    n, kk = w.theta.shape
    for i in range(n):
        share = w.engagers[i]
        for k in range(kk):
            ideal = share * s.ideal_eng[i, k] + (1.0 - share) * s.ideal_hard[i, k]
            salience = share * s.salience_eng[i, k] + (1.0 - share) * s.salience_hard[i, k]
            w.theta[i, k] = min(1.0, max(0.0, ideal + w.ideal_shift[i, k]))
            w.salience[i, k] = max(0.0, salience + w.salience_shift[i, k])
    for v in range(s.clause_actor.shape[0]):
        e = s.clause_if[v]
        if e < 0 or exceeds(value[e], 0.0):
            i, k = s.clause_actor[v], s.clause_issue[v]
            e = s.clause_ideal[v]
            if e >= 0:
                w.theta[i, k] = min(1.0, max(0.0, value[e] + w.ideal_shift[i, k]))
            e = s.clause_salience[v]
            if e >= 0:
                w.salience[i, k] = max(0.0, value[e] + w.salience_shift[i, k])


@rule
def ideal_at(s: Setup, w: World, i: int, k: int, x: Floats) -> float:
    """What i would want of issue k if issues stood at `x`: the same mix, clauses and shifts; nothing is written."""
    share = w.engagers[i]
    ideal = share * s.ideal_eng[i, k] + (1.0 - share) * s.ideal_hard[i, k]
    for v in range(s.clause_actor.shape[0]):
        if s.clause_actor[v] != i or s.clause_issue[v] != k or s.clause_ideal[v] < 0:
            continue
        e = s.clause_if[v]
        if e < 0 or holds_at(s.expr_op[e], s.expr_a[e], s.expr_b[e], w, x):
            e = s.clause_ideal[v]
            ideal = evaluate_at(s.expr_op[e], s.expr_a[e], s.expr_b[e], w, x)
    return min(1.0, max(0.0, ideal + w.ideal_shift[i, k]))


@rule
def derive(g: Given, w: World, d: Derived) -> None:
    """Fill `d` from the state (model of section 2): M, guarantees, offence, reach, trade, Z, C, H, f, h, S, E."""
    for i in range(w.power.shape[0]):
        d.touched[i] = 1
    derive_anew(g, w, d, True)


@rule
def derive_anew(g: Given, w: World, d: Derived, moved: bool) -> None:
    """Derive what may have changed and leave the rest as it was derived before; the same bits as all of it.

    `d.touched`: actors between whom and others something has, `d.felt`: those who see others differently, `moved`:
    whether anybody's capability has.
    """
    if moved:
        _capabilities(g, w, d)
    _between(g, w, d)
    count = 0
    for i in range(w.power.shape[0]):
        looks = d.touched[i] > 0 or d.felt[i] > 0
        if d.touched[i] > 0:
            d.E[i] = economy_of(d, i)
        if looks:
            _friends_and_foes(g, w, d, i)
        if looks or moved:
            _weigh_up(g.p, d, i)
            count += 1
    if count > FEW:
        _secure(g.p, d)
    elif count > 0:
        for i in range(w.power.shape[0]):
            if d.touched[i] > 0 or d.felt[i] > 0 or moved:
                d.S[i] = security(d.f[i], d.h[i], g.p.security_d)


@rule
def touches(s: Setup, k: int, touched: Flags) -> bool:
    """Flag the actors between whom issue k makes a difference; False if it moves anybody's capability."""
    only = True
    for e in range(s.effect_start[k], s.effect_start[k + 1]):
        only = only and s.effect_kind[e] != POWER
        if _is_of_a_pair(s.effect_kind[e]):
            touched[s.effect_i[e]] = 1
            touched[s.effect_j[e]] = 1
    return only


@rule
def _capabilities(g: Given, w: World, d: Derived) -> None:
    """Everybody's capability with arsenal and effects, and what proxies cost."""
    s = g.s
    n = w.power.shape[0]
    for i in range(n):
        d.M[i] = w.power[i]
        for good in range(w.q.shape[1]):
            d.M[i] += s.good_power[good] * w.q[i, good]
    for k in range(w.x.shape[0]):
        for i in range(n):
            d.burden[k, i] = 0.0
        for e in range(s.effect_start[k], s.effect_start[k + 1]):
            if s.effect_kind[e] == POWER:
                d.M[s.effect_i[e]] += s.effect_size[e] * w.x[k]
    if g.on.proxies:
        for b in range(s.proxy_by.shape[0]):
            d.burden[s.proxy_issue[b], s.proxy_on[b]] += s.proxy_burden[b] * w.proxy_level[b]
    for i in range(n):
        d.forces[i] = d.M[i]
        d.M[i] = max(d.M[i], 0.0)
        d.feared[i] = d.M[i]


@rule
def _between(g: Given, w: World, d: Derived) -> None:
    """What is between the touched actors and all others: guarantees, offence, reach, trade, sanctions."""
    s, touched = g.s, d.touched
    n = w.power.shape[0]
    if not touched.any():
        return
    for i in range(n):
        if touched[i]:
            for j in range(n):
                _apart(s, d, i, j)
        else:
            for j in range(n):
                if touched[j]:
                    _apart(s, d, i, j)
    for k in range(w.x.shape[0]):
        for e in range(s.effect_start[k], s.effect_start[k + 1]):
            if _is_of_a_pair(s.effect_kind[e]) and (touched[s.effect_i[e]] or touched[s.effect_j[e]]):
                _couple(g, d, e, s.effect_size[e] * w.x[k])
    for c in range(w.pos.shape[0]):
        if s.control_from[c] >= 0 and (touched[s.control_from[c]] or touched[s.control_to[c]]):
            _bind(g, w, d, c)


@rule
def _is_of_a_pair(kind: int) -> bool:
    return kind == GUARANTEE or kind == REACH or kind == THREAT or kind == TRADE


@rule
def _apart(s: Setup, d: Derived, i: int, j: int) -> None:
    """What is between i and j where no issue and no decision makes a difference."""
    d.guarantee[i, j] = 0.0
    d.offence[i, j] = 1.0
    d.reach[i, j] = s.reach[i, j]
    d.trade[i, j] = s.trade[i, j]
    d.sanctions[i, j] = 0.0


@rule
def _couple(g: Given, d: Derived, e: int, amount: float) -> None:
    """What effect e of an issue does to guarantees, reach, threat and trade between two actors."""
    s, on = g.s, g.on
    i, j, kind = s.effect_i[e], s.effect_j[e], s.effect_kind[e]
    if kind == GUARANTEE and on.guarantees:
        d.guarantee[i, j] += amount
    elif kind == REACH:
        d.reach[i, j] = min(1.0, max(0.0, d.reach[i, j] + amount))
    elif kind == THREAT and on.threat:
        d.offence[i, j] = max(0.0, d.offence[i, j] + amount)
    elif kind == TRADE:
        d.trade[i, j] *= max(0.0, 1.0 - amount)


@rule
def _bind(g: Given, w: World, d: Derived, c: int) -> None:
    """What control c, if it is a sanction or a pledge, does between its two actors."""
    s = g.s
    if s.control_kind[c] == C_SANCTION:
        d.sanctions[s.control_from[c], s.control_to[c]] = w.pos[c]
    elif s.control_kind[c] == C_PLEDGE and g.on.pledges:
        d.guarantee[s.control_from[c], s.control_to[c]] += w.pos[c]


@rule
def _friends_and_foes(g: Given, w: World, d: Derived, i: int) -> None:
    """What help actor i expects of whom, and how much it fears a unit of whose capability (M10)."""
    n = w.power.shape[0]
    threatened = 1.0 if g.on.threat else 0.0
    pledged, near, offensive = d.rows[0], d.rows[1], d.rows[2]
    for j in range(n):  # columns into rows first, which vectors go through at once
        pledged[j], near[j], offensive[j] = d.guarantee[j, i], d.reach[j, i], d.offence[j, i]
    for j in range(n):
        a = w.alignment[i, j]
        d.help[i, j] = help_expected(a, w.resolve[i, j], pledged[j])
        d.fear[i, j] = threatened * threat(near[j], 1.0, offensive[j], w.trust[i, j], a)
        d.weight[i, j] = max(a, 0.0)
    d.help[i, i], d.fear[i, i], d.weight[i, i] = 0.0, 0.0, 0.0
    friends = 0.0
    for j in range(n):
        friends += d.weight[i, j]
    for j in range(n):
        d.weight[i, j] = d.weight[i, j] / friends if friends > 0.0 else 0.0
    for j in range(n):
        d.sway[j, i] = g.s.w_friends[i] * d.weight[i, j]


@rule
def _weigh_up(p: Params, d: Derived, i: int) -> None:
    """Own capability and the help that actor i expects, and the capability that it fears."""
    f, h = float(d.M[i]), p.h0
    for j in range(d.M.shape[0]):  # nobody helps or fears itself
        f += d.help[i, j] * d.reach[j, i] * d.M[j]
        h += d.fear[i, j] * d.feared[j]
    d.f[i], d.h[i] = f, h


@rule
def balance(p: Params, d: Derived) -> None:
    """Capability that everybody fears, and the security that follows (M4)."""
    for i in range(d.M.shape[0]):
        _weigh_up(p, d, i)
    _secure(p, d)


@rule
def _secure(p: Params, d: Derived) -> None:
    """Everybody's security, a row at once."""
    f, h, secure = d.rows[0], d.rows[1], d.rows[2]
    for i in range(d.M.shape[0]):
        f[i], h[i] = d.f[i], d.h[i]
    security_row(f, h, p.security_d, d.rows[3], secure)
    for i in range(d.M.shape[0]):
        d.S[i] = secure[i]


@rule
def economy_of(d: Derived, i: int) -> float:
    """E_i: the share of i's trade that sanctions, its own and others', leave; 1 without trade."""
    total, left = 0.0, 0.0
    for j in range(d.M.shape[0]):
        total += d.trade[i, j]
        left += d.trade[i, j] * (1.0 - max(d.sanctions[i, j], d.sanctions[j, i]))
    return left / total if total > 0.0 else 1.0


@rule
def own_utility(g: Given, w: World, d: Derived, i: int) -> float:
    """own_i = sum_k s_ik (1 - |x_k - theta_ik|^b) - burden + w_S S_i + w_E E_i - 1/2 w_V sum_j pledge_ij^2."""
    s = g.s
    total = s.w_security[i] * d.S[i] + s.w_economy[i] * d.E[i]
    for k in range(w.x.shape[0]):
        if w.salience[i, k] > 0.0:
            total += issue_utility(w.x[k], w.theta[i, k], w.salience[i, k], g.p.curvature)
        total -= d.burden[k, i] * w.x[k]
    for c in range(w.pos.shape[0]):
        if s.control_kind[c] == C_PLEDGE and s.control_from[c] == i:
            total -= autonomy_cost(w.pos[c], s.w_autonomy[i])
    return total


@rule
def share_with_friends(d: Derived, sums: Sums, gain: Floats) -> None:
    """Fill gain (N) with everybody's gains, friends' gains included: see `share_all`."""
    share_all(d, sums)
    for i in range(gain.shape[0]):
        gain[i] = sums.shared[i]


@rule
def share_all(d: Derived, sums: Sums) -> None:
    """shared_i = own_i + chi sum_j A+_ij own_j / sum_j A+_ij, for all i at once; without friends the second term is 0.

    Three whose gains are not 0 at a time, terms in the order of j: a sum waits less often for itself.
    """
    own, shared, sway, some, count = sums.own, sums.shared, d.sway, sums.some, 0
    for i in range(shared.shape[0]):
        shared[i] = own[i]
    for j in range(some.shape[0]):
        some[count] = j
        count += 1 if own[j] != 0.0 else 0
    whole = count - count % 3
    for m in range(0, whole, 3):
        a, b, c = some[m], some[m + 1], some[m + 2]
        one, two, three = own[a], own[b], own[c]
        for i in range(shared.shape[0]):
            shared[i] = shared[i] + sway[a, i] * one + sway[b, i] * two + sway[c, i] * three
    if whole < count:  # one or two are left
        a, b = some[whole], some[count - 1]
        one, two = own[a], (own[b] if b != a else 0.0)
        for i in range(shared.shape[0]):
            shared[i] = shared[i] + sway[a, i] * one + sway[b, i] * two


@rule
def share_of(d: Derived, own: Floats, i: int) -> float:
    """The gain of actor i alone, as `share_with_friends` has it for everybody."""
    gain = float(own[i])
    for j in range(d.M.shape[0]):
        gain += d.sway[j, i] * own[j]
    return gain


@rule
def laid_down(branch: BranchArrays, w: World, t: int, c: int) -> float:
    """Where the branch puts control c this turn, nan if it is free; a refused offer has a path of its own."""
    return branch.path_refused[t, c] if w.offer[0] == REFUSED else branch.path[t, c]
