"""Crises over fronts (M1c, M2, M26): a demand that is met, deterred or refused."""

from __future__ import annotations

import numpy as np

from powersim.compile.jit import rule
from powersim.rules.commitment import preventive_war, shift_threshold
from powersim.rules.contest import odds
from powersim.rules.crisis import attack_cost, crisis_war_probability, demand, intervention_pays, stake_cost
from powersim.rules.level import exceeds
from powersim.rules.security import help_expected
from powersim.world import chronicle, draws
from powersim.world.chronicle import in_detail, write
from powersim.world.desk import Desk
from powersim.world.draws import uniform
from powersim.world.follow import follow_resolve
from powersim.world.gains import force, front_stake
from powersim.world.given import Given
from powersim.world.signals import learn_resolve
from powersim.world.state import C_LEVER, C_SANCTION, LEAST, SHIFT, Derived, Setup, World


@rule
def crises(g: Given, w: World, desk: Desk, t: int) -> None:
    """Over every front at peace a crisis may arise; the challenger then demands, stays quiet or fights."""
    s = g.s
    for v in range(s.dispute_key.shape[0]):
        follow_resolve(g, w, desk, t, v)
        if w.war_on[v] > 0:
            continue
        if w.war_turns[v] < 0:  # truce
            w.war_turns[v] += 1
            continue
        i, j = s.challenger[v], s.target[v]
        u = uniform(g.luck, t, draws.CRISIS, s.actor_key[i], s.actor_key[j], s.dispute_key[v])
        if u < s.hazard[v] and not _at_war_elsewhere(s, w, v):
            _crisis(g, w, desk.derived, t, v)


@rule
def _at_war_elsewhere(s: Setup, w: World, v: int) -> bool:
    """Whether the same two actors fight over another front already."""
    for o in range(w.war_on.shape[0]):
        same = s.challenger[o] == s.target[v] and s.target[o] == s.challenger[v]
        if (
            o != v
            and w.war_on[o] > 0
            and (same or (s.challenger[o] == s.challenger[v] and s.target[o] == s.target[v]))
        ):
            return True
    return False


@rule
def perceived_odds(g: Given, w: World, d: Derived, v: int) -> float:
    """Odds that the challenger sees: its force and expected friends against the target's, if it believes in help.

    Pr_i(k helps j) = min(1, max(A_kj, 0) r_ik + guarantee_kj): the belief in k's resolve is the challenger's own.
    """
    s, p = g.s, g.p
    i, j = s.challenger[v], s.target[v]
    ours, theirs = force(s, w, d, i, d.reach[i, j]), force(s, w, d, j, 1.0)
    for k in range(w.power.shape[0]):
        if k == i or k == j:
            continue
        ours += p.helper_weight * d.help[i, k] * d.reach[k, j] * d.M[k]
        helps = help_expected(w.alignment[k, j], w.resolve[i, k], d.guarantee[k, j])
        theirs += p.helper_weight * helps * d.reach[k, j] * d.M[k]
    return odds(ours, theirs, p.contest_m)


@rule
def expected_sanctions(g: Given, w: World, d: Derived, v: int) -> float:
    """Cost of the sanctions that the challenger expects: trade with each possible sender times what it minds."""
    s, p = g.s, g.p
    i, k = s.challenger[v], s.dispute_issue[v]
    total, cost = 0.0, 0.0
    for j in range(w.power.shape[0]):
        total += d.trade[i, j]
    for c in range(w.pos.shape[0]):
        if s.control_kind[c] == C_SANCTION and s.control_to[c] == i:
            sender = s.control_from[c]
            minds = max(0.0, -front_stake(p, w, sender, k, w.theta[i, k]))
            share = d.trade[i, sender] / total if total > 0.0 else 0.0
            cost += share * min(1.0, minds) * (1.0 - w.pos[c])
    return p.sanctions_expected * s.w_economy[i] * cost


@rule
def feared_shift(g: Given, w: World, v: int) -> float:
    """How much the challenger expects its odds to fall: shift effects times how far their issues are heading up.

    The heading is the recent rate of moves over the horizon: accession comes through decisions, not by drift.
    """
    s = g.s
    i, j = s.challenger[v], s.target[v]
    total = 0.0
    for k in range(w.x.shape[0]):
        for e in range(s.effect_start[k], s.effect_start[k + 1]):
            if s.effect_kind[e] == SHIFT and s.effect_i[e] == j and s.effect_j[e] == i:
                ahead = 0.0
                for c in range(w.pos.shape[0]):
                    if s.control_issue[c] == k and s.control_kind[c] == C_LEVER:
                        ahead += s.control_weight[c] * w.drift[c] * g.p.horizon
                total += s.effect_size[e] * max(0.0, min(ahead, 1.0 - w.x[k]))
    return total


@rule
def _crisis(g: Given, w: World, d: Derived, t: int, v: int) -> None:
    """One crisis: what the challenger sees, demands and gets."""
    s, p, on = g.s, g.p, g.on
    i, j, k = s.challenger[v], s.target[v], s.dispute_issue[v]
    gap = abs(w.theta[i, k] - w.x[k])
    if exceeds(p.least_pie, gap) or w.salience[i, k] <= 0.0 or w.salience[j, k] <= 0.0:
        return
    w.crises[v] += 1
    shock = uniform(g.luck, t, draws.CRISIS_COST, s.actor_key[i], s.actor_key[j], s.dispute_key[v])
    fight = uniform(g.luck, t, draws.CRISIS_WAR, s.actor_key[i], s.actor_key[j], s.dispute_key[v])
    can_fight = on.war > 0 and g.branch.no_war[t, v] == 0
    prob = perceived_odds(g, w, d, v)
    sanctions = expected_sanctions(g, w, d, v) if on.sanctions else 0.0
    cost = stake_cost(attack_cost(p.c_a, p.c_a_spread, sanctions, shock), w.salience[i, k], gap)
    c_bar = stake_cost(p.c_bar, w.salience[j, k], gap)
    write(w, t, chronicle.CRISIS, i, j, v, prob, gap, -1)
    shift = feared_shift(g, w, v) if on.commitment else 0.0
    threshold = shift_threshold(1.0 - prob, p.war_waste, s.patience[i], p.reversion_hazard, p.decliner_share)
    if can_fight and shift > 0.0 and preventive_war(shift, threshold):
        write(w, t, chronicle.PREVENTIVE, i, j, v, shift, threshold, -1)
        start_war(g, w, d, t, v)
        return
    if prob - cost <= 0.0:
        write(w, t, chronicle.DETERRED, i, j, v, prob, cost, -1)
        return
    odds_of_war = crisis_war_probability(prob, 0.0, cost, c_bar)
    if fight < odds_of_war:
        if in_detail(w):
            write(w, t, chronicle.DEMAND_REFUSED, i, j, v, odds_of_war, cost, -1)
        learn_resolve(g, w, t, j, -p.firmness, k)
        if can_fight:
            start_war(g, w, d, t, v)
        return
    share = demand(prob, cost, c_bar) * p.terms_share
    move = share * (w.theta[i, k] - w.x[k])
    loss = -front_stake(p, w, j, k, w.x[k] + move)
    w.x[k] += move
    w.war_turns[v] = -int(p.truce)  # what was agreed holds for a while, as after a war
    write(w, t, chronicle.TERMS, i, j, v, w.x[k], move, -1)
    w.hurt[j, i] += p.terms_harm * max(0.0, loss)
    learn_resolve(g, w, t, j, min(p.signal_cap, max(0.0, loss) / p.signal_scale), k)


@rule
def start_war(g: Given, w: World, d: Derived, t: int, v: int) -> None:
    """Open a war over front v: third parties choose sides, each side forms its belief about the odds of a battle."""
    s, p = g.s, g.p
    i, j = s.challenger[v], s.target[v]
    w.war_on[v] = 1
    w.war_turns[v] = 0
    w.wars[v] += 1
    w.war_fort[v] = int(p.forts) // 2
    w.war_start[v] = w.x[s.dispute_issue[v]]
    _choose_sides(g, w, d, t, v)
    pi = battle_odds(g, w, d, v)
    write(w, t, chronicle.WAR, i, j, v, pi, 0.0, -1)
    for side in range(2):
        actor = i if side == 0 else j
        u = uniform(g.luck, t, draws.WAR_BELIEF, s.actor_key[actor], np.uint64(side), s.dispute_key[v])
        mean = min(
            1.0 - p.belief_floor, max(p.belief_floor, pi + (1.0 if side == 0 else -1.0) * p.optimism * u)
        )
        w.war_belief[v, 2 * side] = p.belief_strength * mean
        w.war_belief[v, 2 * side + 1] = p.belief_strength * (1.0 - mean)
    w.hurt[j, i] += p.war_harm
    w.hurt[i, j] += p.war_harm


@rule
def _choose_sides(g: Given, w: World, d: Derived, t: int, v: int) -> None:
    """Third parties help a side if their share in the outcome, or a guarantee, makes it pay (M26).

    An ally whose help was likely and who stays out loses resolve in everybody's eyes.
    """
    s, p = g.s, g.p
    i, j, k = s.challenger[v], s.target[v], s.dispute_issue[v]
    ours, theirs = force(s, w, d, i, d.reach[i, j]), force(s, w, d, j, 1.0)
    w.war_help[v, 0] = 0.0
    w.war_help[v, 1] = 0.0
    for h in range(w.power.shape[0]):
        if h == i or h == j:
            continue
        stake = front_stake(p, w, h, k, w.theta[i, k])
        power = d.reach[h, j] * d.M[h] * p.helper_weight
        u = uniform(g.luck, t, draws.HELP, s.actor_key[h], s.actor_key[j], s.dispute_key[v])
        bound = max(0.0, d.guarantee[h, j]) * p.guarantee_stake
        for_them = intervention_pays(power, theirs, ours, -stake + bound, p.help_cost * u)
        for_us = intervention_pays(power, ours, theirs, stake, p.help_cost * u)
        if for_them and not for_us:
            w.war_help[v, 1] += power
            w.hurt[i, h] += p.help_harm
            write(w, t, chronicle.HELPED, h, j, v, power, 0.0, -1)
        elif for_us:
            w.war_help[v, 0] += power
            w.hurt[j, h] += p.help_harm
            write(w, t, chronicle.HELPED, h, i, v, power, 0.0, -1)
        else:
            likely = help_expected(w.alignment[h, j], w.resolve[i, h], d.guarantee[h, j])
            if exceeds(likely, p.likely_help):
                if in_detail(w):
                    write(w, t, chronicle.STAYED_OUT, h, j, v, likely, 0.0, -1)
                learn_resolve(g, w, t, h, likely, k)


@rule
def battle_odds(g: Given, w: World, d: Derived, v: int) -> float:
    """Objective odds of a battle for the challenger: forces, supplies and the help that came."""
    s = g.s
    i, j = s.challenger[v], s.target[v]
    ours = force(s, w, d, i, d.reach[i, j]) + w.war_help[v, 0]
    theirs = force(s, w, d, j, 1.0) + w.war_help[v, 1]
    return min(1.0 - LEAST, max(LEAST, odds(ours, theirs, g.p.contest_m)))
