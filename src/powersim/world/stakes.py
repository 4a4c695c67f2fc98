"""What both sides of a dispute weigh before anybody moves: the pie, its price, and what the years ahead may bring."""

from __future__ import annotations

import math

from powersim.compile.jit import rule
from powersim.rules.commitment import foreseen_rise
from powersim.rules.contest import odds
from powersim.rules.crisis import recurrence, stake, stake_lost
from powersim.rules.sanctions import sanctions_ahead
from powersim.rules.security import help_expected
from powersim.world.derive import ideal_at, laid_down
from powersim.world.desk import Desk
from powersim.world.gains import force, pie_stake
from powersim.world.given import Given
from powersim.world.policy import speed
from powersim.world.state import C_LEVER, C_PLEDGE, C_SANCTION, GUARANTEE, SHIFT, Derived, Setup, World


@rule
def challenger_stake(s: Setup, w: World, v: int) -> float:
    """S_i = sum_k s_ik |theta_ik - x_k| over the front and all else that the winner decides."""
    i, k = s.challenger[v], s.dispute_issue[v]
    total = stake(w.salience[i, k], w.theta[i, k], w.x[k])
    for e in range(s.over_start[v], s.over_start[v + 1]):
        o = s.over_issue[e]
        total += stake(w.salience[i, o], w.theta[i, o], w.x[o])
    return total


@rule
def target_stake(s: Setup, w: World, v: int) -> float:
    """What the same way means to the target: of the front all of it, of the other issues what it would lose.

    S_j = s_jk |theta_ik - x_k| + sum_o max(0, s_jo (|theta_io - theta_jo| - |x_o - theta_jo|)). A front is what the two
    contest, so every step on it counts; of an issue that is at stake beside it they may want the same.
    """
    i, j, k = s.challenger[v], s.target[v], s.dispute_issue[v]
    total = stake(w.salience[j, k], w.theta[i, k], w.x[k])
    for e in range(s.over_start[v], s.over_start[v + 1]):
        o = s.over_issue[e]
        total += stake_lost(w.salience[j, o], w.theta[j, o], w.x[o], w.theta[i, o])
    return total


@rule
def remember_stakes(s: Setup, w: World) -> None:
    """Write down what is at stake as a history begins: the hazards of crises were recorded over it."""
    for v in range(s.dispute_key.shape[0]):
        w.stake0[v] = challenger_stake(s, w, v)


@rule
def own_cost(of_dispute: float, general: float) -> float:
    """A cost of war that a dispute may set for itself."""
    return general if of_dispute < 0.0 else of_dispute


@rule
def trade_at_stake(g: Given, d: Derived, i: int, j: int) -> float:
    """What war costs i in trade with j: a share of what sanctions have left of it."""
    s = g.s
    total = 0.0
    for k in range(d.M.shape[0]):
        total += d.trade[i, k]
    if g.p.war_trade <= 0.0 or total <= 0.0:
        return 0.0
    left = 1.0 - max(d.sanctions[i, j], d.sanctions[j, i])
    return g.p.war_trade * s.w_economy[i] * d.trade[i, j] / total * left


@rule
def lost_later(g: Given, j: int) -> float:
    """What j expects to lose later per unit that it yields: the same again at every front where it is the target."""
    s, p = g.s, g.p
    total = 0.0
    for v in range(s.dispute_key.shape[0]):
        if s.target[v] == j:
            total += recurrence(s.hazard[v], p.truce, s.patience[j])
    return p.resistance * total


@rule
def _ours(g: Given, w: World, d: Derived, v: int) -> float:
    """What the challenger counts for itself: its force and its expected friends' at the target's front."""
    s, p = g.s, g.p
    i, j = s.challenger[v], s.target[v]
    total = force(s, w, d, i, d.reach[i, j])
    for k in range(w.power.shape[0]):
        if k != i and k != j:
            total += p.helper_weight * d.help[i, k] * d.reach[k, j] * d.M[k]
    return total


@rule
def _friend(g: Given, w: World, d: Derived, v: int, k: int, more: float) -> float:
    """Capability of k that the challenger expects on the target's side if k had promised so much more."""
    s = g.s
    i, j = s.challenger[v], s.target[v]
    helps = help_expected(w.alignment[k, j], w.resolve[i, k], d.guarantee[k, j] + more)
    return g.p.helper_weight * helps * d.reach[k, j] * d.M[k]


@rule
def perceived_odds(g: Given, w: World, d: Derived, v: int) -> float:
    """Odds that the challenger sees: its force and expected friends against the target's, if it believes in help.

    Pr_i(k helps j) = min(1, max(A_kj, 0) r_ik + guarantee_kj): the belief in k's resolve is the challenger's own.
    """
    s = g.s
    i, j = s.challenger[v], s.target[v]
    theirs = force(s, w, d, j, 1.0)
    for k in range(w.power.shape[0]):
        if k != i and k != j:
            theirs += _friend(g, w, d, v, k, 0.0)
    return odds(_ours(g, w, d, v), theirs, g.p.contest_m)


@rule
def expected_sanctions(g: Given, w: World, desk: Desk, t: int, v: int) -> float:
    """Cost of the sanctions that victory would bring: what each sender would then want beyond what it imposes.

    Its ideal is worked out with the front at the challenger's goal, on a copy of the positions; where no issue shows
    its sanctions it is taken to want as much as it minds the loss. What a branch rules out is not expected.
    """
    s, d, x = g.s, desk.derived, desk.crisis.x
    i, front = s.challenger[v], s.dispute_issue[v]
    trade = 0.0
    for j in range(w.power.shape[0]):
        trade += d.trade[i, j]
    if trade <= 0.0 or g.p.sanctions_expected <= 0.0:
        return 0.0
    for k in range(w.x.shape[0]):
        x[k] = w.x[k]
    x[front] = w.theta[i, front]
    cost = 0.0
    for c in range(w.pos.shape[0]):
        if s.control_kind[c] != C_SANCTION or s.control_to[c] != i or d.trade[i, s.control_from[c]] <= 0.0:
            continue
        if (
            g.branch.no_raise[t, c] > 0
            or g.branch.hold[t, c] > 0
            or not math.isnan(laid_down(g.branch, w, t, c))
        ):
            continue
        sender, k = s.control_from[c], s.control_issue[c]
        wanted = ideal_at(s, w, sender, k, x) if k >= 0 else min(1.0, max(0.0, -pie_stake(g, w, sender, v)))
        cost += d.trade[i, sender] / trade * sanctions_ahead(wanted, w.pos[c], s.speed[c], s.patience[i])
    return g.p.sanctions_expected * s.w_economy[i] * cost


@rule
def feared_shift(g: Given, w: World, desk: Desk, v: int) -> float:
    """How much the challenger expects its odds to fall in the years ahead, as far as own policies lead there.

    Two parts: what its issues do to the odds (shift), and guarantees and pledges to the target that would come with
    it. Whatever leads the other way may stop at any time and counts for nothing; so holding an issue, which then leads
    nowhere, never adds to the fear.
    """
    s, d, notes, rise, aid = g.s, desk.derived, desk.notes, desk.crisis.rise, desk.crisis.aid
    i, j = s.challenger[v], s.target[v]
    _look_ahead(g, w, desk, v)
    total, promised = 0.0, False
    for at in range(notes.fears[0]):
        e, k = notes.fear[at], notes.fear_of[at]
        fall = max(0.0, s.effect_size[e] * min(1.0 - w.x[k], max(-w.x[k], rise[k])))
        kind, a, b = s.effect_kind[e], s.effect_i[e], s.effect_j[e]
        if kind == SHIFT and a == j and b == i:
            total += fall
        elif kind == GUARANTEE and g.on.guarantees and b == j and a != i:
            aid[a] += fall
    for k in range(w.power.shape[0]):
        promised = promised or aid[k] > 0.0
    if not promised:
        return total
    ours, theirs, later = _ours(g, w, d, v), force(s, w, d, j, 1.0), 0.0
    for k in range(w.power.shape[0]):
        if k != i and k != j:
            theirs += _friend(g, w, d, v, k, 0.0)
            if aid[k] > 0.0:
                later += _friend(g, w, d, v, k, aid[k]) - _friend(g, w, d, v, k, 0.0)
    m = g.p.contest_m
    return total + max(0.0, odds(ours, theirs, m) - odds(ours, theirs + later, m))


@rule
def _look_ahead(g: Given, w: World, desk: Desk, v: int) -> None:
    """Write on the desk how far own policies lead every issue, and pledges to the target, in the years ahead."""
    s, p, rise, aid, seen = g.s, g.p, desk.crisis.rise, desk.crisis.aid, desk.notes.foreseen
    i, j = s.challenger[v], s.target[v]
    future = s.patience[i] * (1.0 - p.reversion_hazard)
    for k in range(w.x.shape[0]):
        rise[k] = 0.0
    for k in range(w.power.shape[0]):
        aid[k] = 0.0
    for c in range(w.pos.shape[0]):
        way = w.aim[c] - w.pos[c]
        if way == 0.0:
            continue
        rate = speed(g, w, c, way)
        if (
            seen[c, 0] != way or seen[c, 1] != rate or seen[c, 2] != future
        ):  # not as in the last crisis weighed
            seen[c, 0], seen[c, 1], seen[c, 2] = way, rate, future
            seen[c, 3] = math.copysign(foreseen_rise(abs(way), rate, p.forecast_years, future), way)
        ahead = float(seen[c, 3])
        if s.control_kind[c] == C_LEVER and s.control_issue[c] >= 0:
            rise[s.control_issue[c]] += s.control_weight[c] * ahead
        elif (
            s.control_kind[c] == C_PLEDGE and g.on.pledges and s.control_to[c] == j and s.control_from[c] != i
        ):
            aid[s.control_from[c]] += max(0.0, ahead)
