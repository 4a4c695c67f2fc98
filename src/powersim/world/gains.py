"""What a move is worth to everybody: exact differences of own utility, shared with friends.

Gains of single moves fill the table from which packages are searched; a whole package is always judged again by
applying it (see `packages.exact_gains`), because security and trade are not additive.
"""

from __future__ import annotations

from powersim.compile.jit import rule
from powersim.rules.contest import odds
from powersim.rules.sanctions import conflict_expectation, relative_gain
from powersim.rules.security import security, security_row
from powersim.rules.utility import autonomy_cost, issue_utility, utility_left
from powersim.world.derive import FEW, economy_of
from powersim.world.desk import Sums
from powersim.world.given import Given
from powersim.world.interests import taken_powers
from powersim.world.params import Params
from powersim.world.state import (
    C_PLEDGE,
    C_SANCTION,
    GUARANTEE,
    LEAST,
    POWER,
    REACH,
    RIVAL,
    THREAT,
    TRADE,
    Derived,
    Floats,
    Setup,
    World,
)


@rule
def issue_change(p: Params, d: Derived, sums: Sums, k: int, a: float, b: float) -> None:
    """Add to sums.own (N) what every actor gains when issue k is at b instead of a, what proxies cost included."""
    own, here, there = sums.own, taken_powers(p, sums, k, a), taken_powers(p, sums, k, b)
    for i in range(own.shape[0]):
        salience = sums.salience[k, i]
        gain = utility_left(salience, sums.powers[k, there, i]) - utility_left(
            salience, sums.powers[k, here, i]
        )
        own[i] = (own[i] + gain) - (d.burden[k, i] * (b - a) if d.burden[k, i] > 0.0 else 0.0)


@rule
def effects_change(g: Given, d: Derived, sums: Sums, k: int, delta: float) -> bool:
    """Add to df, dh (N) how friends' and foes' capability changes when issue k moves by delta; say whether any does."""
    s, on = g.s, g.on
    df, dh = sums.df, sums.dh
    touched = False
    for e in range(s.effect_start[k], s.effect_start[k + 1]):
        kind, amount = s.effect_kind[e], s.effect_size[e] * delta
        i, j = s.effect_i[e], s.effect_j[e]
        if kind == GUARANTEE and on.guarantees:
            df[j] += min(amount, 1.0 - d.help[j, i]) * d.reach[i, j] * d.M[i]
        elif kind == POWER:
            power_change(d, sums, i, amount)
        elif kind == REACH:
            rise = min(1.0, max(0.0, d.reach[i, j] + amount)) - d.reach[i, j]
            df[j] += d.help[j, i] * rise * d.M[i]
            dh[j] += d.fear[j, i] * rise / max(d.reach[i, j], LEAST) * d.feared[i]
        elif kind == THREAT and on.threat:
            dh[j] += d.fear[j, i] * amount / max(d.offence[i, j], LEAST) * d.feared[i]
        else:
            continue
        touched = True
    return touched


@rule
def power_change(d: Derived, sums: Sums, a: int, amount: float) -> None:
    """Add to df, dh what a change of actor a's capability by `amount` does to everybody's friends and foes.

    Nobody has less than none: what leads from below that, or to below it, changes it by less.
    """
    before = d.forces[a] + sums.raised[a]
    after = before + amount
    sums.raised[a] += amount
    if before < 0.0 or after < 0.0:
        amount = max(after, 0.0) - max(before, 0.0)
    if amount == 0.0:
        return
    df, dh = sums.df, sums.dh
    for i in range(d.M.shape[0]):  # nobody helps or fears itself
        df[i] += d.help[i, a] * d.reach[a, i] * amount
        dh[i] += d.fear[i, a] * amount
    df[a] += amount


@rule
def add_security(g: Given, d: Derived, sums: Sums) -> None:
    """Add w_S times the change of security that follows from df and dh."""
    own, df, dh = sums.own, sums.df, sums.dh
    f, h, secure = sums.rows[0], sums.rows[1], sums.rows[2]
    differ = 0
    for i in range(own.shape[0]):
        differ += (df[i] != 0.0) | (dh[i] != 0.0)
    if differ > FEW:
        for i in range(d.M.shape[0]):
            f[i], h[i] = max(d.f[i] + df[i], 0.0), max(d.h[i] + dh[i], LEAST)
        security_row(f, h, g.p.security_d, sums.rows[3], secure)
        for i in range(d.M.shape[0]):
            change = g.s.w_security[i] * (secure[i] - d.S[i])
            own[i] += change if (df[i] != 0.0) | (dh[i] != 0.0) else 0.0
    elif differ > 0:
        some, count = sums.some, 0
        for i in range(some.shape[0]):
            some[count] = i
            count += (df[i] != 0.0) | (dh[i] != 0.0)
        for m in range(count):
            i = some[m]
            after = security(max(d.f[i] + df[i], 0.0), max(d.h[i] + dh[i], LEAST), g.p.security_d)
            own[i] += g.s.w_security[i] * (after - d.S[i])


@rule
def _from_nothing(sums: Sums) -> None:
    """Nothing has been added up of a move yet."""
    for i in range(sums.own.shape[0]):
        sums.own[i], sums.df[i], sums.dh[i], sums.raised[i] = 0.0, 0.0, 0.0, 0.0


@rule
def control_change(g: Given, w: World, d: Derived, sums: Sums, c: int, a: float, b: float) -> None:
    """Fill sums.own (N) with what every actor gains when control c is at b instead of a."""
    s = g.s
    own, df = sums.own, sums.df
    _from_nothing(sums)
    if a == b:
        return
    k = s.control_issue[c]
    touched = False
    if k >= 0:
        share = s.control_weight[c]
        base = w.x[k] - share * w.pos[c]
        issue_change(g.p, d, sums, k, base + share * a, base + share * b)
        touched = effects_change(g, d, sums, k, share * (b - a))
        _trade_effects(s, d, k, share * (b - a), own)
    if s.control_kind[c] == C_SANCTION:
        _sanction_change(g, w, d, c, a, b, own)
    elif s.control_kind[c] == C_PLEDGE:
        i, j = s.control_from[c], s.control_to[c]
        own[i] -= autonomy_cost(b, s.w_autonomy[i]) - autonomy_cost(a, s.w_autonomy[i])
        df[j] += min(b - a, 1.0 - d.help[j, i]) * d.reach[i, j] * d.M[i]
        touched = True
    if touched:
        add_security(g, d, sums)


@rule
def _sanction_change(g: Given, w: World, d: Derived, c: int, a: float, b: float, own: Floats) -> None:
    """Trade lost or regained by both sides; the sender also counts the target's loss as far as it expects conflict."""
    s = g.s
    i, j = s.control_from[c], s.control_to[c]
    now = d.sanctions[i, j]
    d.sanctions[i, j] = a
    e_i, e_j = d.E[i], d.E[j]
    if a != now:
        e_i, e_j = economy_of(d, i), economy_of(d, j)
    d.sanctions[i, j] = b
    de_i, de_j = economy_of(d, i) - e_i, economy_of(d, j) - e_j
    d.sanctions[i, j] = now
    k = conflict_expectation(w.alignment[i, j])
    own[i] += relative_gain(s.w_economy[i] * de_i, s.w_economy[j] * de_j, k, g.p.w_relative)
    own[j] += s.w_economy[j] * de_j


@rule
def _trade_effects(s: Setup, d: Derived, k: int, delta: float, own: Floats) -> None:
    """What a change of issue k by delta does to trade between the actors whose trade it touches."""
    for e in range(s.effect_start[k], s.effect_start[k + 1]):
        if s.effect_kind[e] == TRADE:
            i, j = s.effect_i[e], s.effect_j[e]
            now, before = d.trade[i, j], economy_of(d, i)
            d.trade[i, j] = max(0.0, now - s.trade[i, j] * s.effect_size[e] * delta)
            own[i] += s.w_economy[i] * (economy_of(d, i) - before)
            d.trade[i, j] = now


@rule
def missing(g: Given, good: int, giver: int, units: float) -> float:
    """How much a giver misses what it gives, averaged over the length of a deal: production refills the stock."""
    s, p = g.s, g.p
    if s.production[giver, good] * p.deal_length <= LEAST:
        return 1.0
    term = units / (
        s.production[giver, good] * p.deal_length
    )  # share of the deal's length until the stock is refilled
    return 0.5 * term if term <= 1.0 else 1.0 - 0.5 / term


@rule
def flow_change(
    g: Given, w: World, d: Derived, sums: Sums, f: int, at: float, units: float, ordered: float
) -> None:
    """Fill sums.own (N) with what every actor gains when `units` of flow f change hands, `ordered` of them ordered.

    at: where the reading of the flow stands, if it has one (see `shown`).
    """
    s = g.s
    own = sums.own
    _from_nothing(sums)
    good, giver, taker = s.flow_good[f], s.flow_from[f], s.flow_to[f]
    k = s.flow_issue[f]
    if k >= 0:
        rise = (units - s.bind_contract[k] * ordered) / s.bind_full[k]
        issue_change(g.p, d, sums, k, at, min(1.0, at + rise))
        effects_change(g, d, sums, k, min(1.0, at + rise) - at)
    power_change(d, sums, taker, s.good_power[good] * units)
    if s.good_kind[good] == RIVAL:
        power_change(d, sums, giver, -s.good_power[good] * units * missing(g, good, giver, units))
    else:
        own[giver] -= s.good_rent[good] * units
    add_security(g, d, sums)
    if g.on.war and s.good_war_power[good] > 0.0:
        _war_change(g, w, d, sums, f, units)


@rule
def shown(s: Setup, w: World, f: int) -> float:
    """Where the reading of flow f stands; 0 without one."""
    return float(w.x[s.flow_issue[f]]) if s.flow_issue[f] >= 0 else 0.0


@rule
def force(s: Setup, w: World, d: Derived, i: int, reach: float) -> float:
    """Capability that i brings to a front: reach M_i (1 + sum_g war_power_g min(1, q_ig)), stocks in units of need."""
    return supplied(s, w, d, i, reach, -1, 0.0)


@rule
def supplied(s: Setup, w: World, d: Derived, i: int, reach: float, good: int, more: float) -> float:
    """The force of i if it had `more` of a good than it has."""
    supply = 1.0
    for each in range(w.q.shape[1]):
        stock = w.q[i, each] + more if each == good else w.q[i, each]
        supply += s.good_war_power[each] * min(1.0, max(0.0, stock))
    return reach * d.M[i] * supply


@rule
def front_stake(p: Params, w: World, i: int, k: int, to: float) -> float:
    """What i gains when issue k, a front or what else is at stake, goes from where it is to `to`."""
    if w.salience[i, k] <= 0.0:
        return 0.0
    return issue_utility(to, w.theta[i, k], w.salience[i, k], p.curvature) - issue_utility(
        w.x[k], w.theta[i, k], w.salience[i, k], p.curvature
    )


@rule
def pie_stake(g: Given, w: World, i: int, v: int) -> float:
    """What i gains when all that the winner of dispute v decides goes to where the challenger wants it."""
    s, p = g.s, g.p
    a, k = s.challenger[v], s.dispute_issue[v]
    total = front_stake(p, w, i, k, w.theta[a, k])
    for e in range(s.over_start[v], s.over_start[v + 1]):
        total += front_stake(p, w, i, s.over_issue[e], w.theta[a, s.over_issue[e]])
    return total


@rule
def _war_change(g: Given, w: World, d: Derived, sums: Sums, f: int, units: float) -> None:
    """Value of a supply in the wars of giver or taker: change of the odds times what all that is at stake is worth."""
    s, p, own = g.s, g.p, sums.own
    good, giver, taker = s.flow_good[f], s.flow_from[f], s.flow_to[f]
    for v in range(w.war_on.shape[0]):
        a, b = s.challenger[v], s.target[v]
        if w.war_on[v] == 0 or not (taker == a or taker == b or giver == a or giver == b):
            continue
        before = odds(force(s, w, d, a, d.reach[a, b]), force(s, w, d, b, 1.0), p.contest_m)
        after = odds(
            supplied(s, w, d, a, d.reach[a, b], good, units * _share_of(s, good, giver, taker, a)),
            supplied(s, w, d, b, 1.0, good, units * _share_of(s, good, giver, taker, b)),
            p.contest_m,
        )
        for i in range(d.M.shape[0]):
            own[i] += p.w_war * (after - before) * pie_stake(g, w, i, v)


@rule
def _share_of(s: Setup, good: int, giver: int, taker: int, i: int) -> float:
    """What a unit that changes hands adds to i's stock: 1 to the taker's, -1 to the giver's unless it is copied."""
    if i == taker:
        return 1.0
    return -1.0 if i == giver and s.good_kind[good] == RIVAL else 0.0


@rule
def relationship(g: Given, w: World, d: Derived, i: int, j: int) -> float:
    """Surplus per turn that i expects of going on with j: realised gains, a floor by alignment, trade at stake."""
    p = g.p
    floor = p.relation_floor * (0.5 + 0.5 * w.alignment[i, j])
    trade = g.s.w_economy[i] * d.trade[i, j] * (1.0 - d.sanctions[j, i])
    return max(w.gains[i, j], floor) + p.relation_trade * trade


@rule
def money_unit(s: Setup, w: World, i: int) -> float:
    """Utility to actor i of a payment of one world GDP: w_E / y_i."""
    return max(s.w_economy[i], LEAST) / w.economy[i]
