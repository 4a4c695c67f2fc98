"""Crises over fronts (M1c, M2, M26): a demand that is met, deterred or refused."""

from __future__ import annotations

import numpy as np

from powersim.compile.jit import rule
from powersim.rules.commitment import preventive_war, shift_threshold
from powersim.rules.contest import odds
from powersim.rules.crisis import (
    attack_cost,
    crisis_hazard,
    intervention_pays,
    resisted_demand,
    resisted_war_probability,
    stake_cost,
)
from powersim.rules.level import exceeds
from powersim.rules.security import help_expected
from powersim.world import chronicle, draws
from powersim.world.chronicle import in_detail, write
from powersim.world.desk import BEARABLE, COST, HIGH, LATER, LOW, ODDS, SANCTIONS, SHIFT_AHEAD, STAKE, Desk
from powersim.world.draws import decided, uniform
from powersim.world.follow import follow_resolve
from powersim.world.gains import force, front_stake, pie_stake
from powersim.world.given import Given
from powersim.world.signals import learn_resolve
from powersim.world.stakes import (
    challenger_stake,
    expected_sanctions,
    feared_shift,
    lost_later,
    own_cost,
    perceived_odds,
    target_stake,
    trade_at_stake,
)
from powersim.world.state import LEAST, Derived, Setup, World

NODES = 32
"""Points at which the public shock to the challenger's cost is taken when a probability of war is worked out."""


@rule
def crises(g: Given, w: World, desk: Desk, t: int) -> None:
    """Over every front at peace a crisis may arise; the challenger then demands, stays quiet or fights.

    Up to the first war over a front the rule's own probability of one is added up, whether a crisis arises or not, and
    up to the first demand that is met the probability of that.
    """
    s = g.s
    for v in range(s.dispute_key.shape[0]):
        follow_resolve(g, w, desk, t, v)
        if w.war_on[v] > 0:
            continue
        if w.war_turns[v] < 0:  # truce
            w.war_turns[v] += 1
            continue
        i, j = s.challenger[v], s.target[v]
        hazard = crisis_hazard(s.hazard[v], challenger_stake(s, w, v), w.stake0[v], g.p.crisis_growth)
        u = decided(g.luck, t, draws.CRISIS, s.actor_key[i], s.actor_key[j], s.dispute_key[v], hazard)
        war = can_fight(g, t, v)
        fights, yields = war and w.wars[v] == 0 and hazard > 0.0, w.terms[v] == 0 and hazard > 0.0
        if not (u < hazard or fights or yields) or _at_war_elsewhere(s, w, v) or not contested(g, w, v):
            continue
        weigh(g, w, desk, t, v)
        if fights or yields:
            of_war, met = mean_probabilities(g, desk, war)
            w.onset[v] += hazard * of_war if fights else 0.0
            w.conceded[v] += hazard * met if yields else 0.0
        if u < hazard:
            _crisis(g, w, desk, t, v)


@rule
def can_fight(g: Given, t: int, v: int) -> bool:
    """Whether war is possible over front v."""
    return g.on.war > 0 and g.branch.no_war[t, v] == 0


@rule
def contested(g: Given, w: World, v: int) -> bool:
    """Whether there is enough of front v left to quarrel over, and both sides care."""
    s = g.s
    i, j, k = s.challenger[v], s.target[v], s.dispute_issue[v]
    enough = not exceeds(g.p.least_pie, abs(w.theta[i, k] - w.x[k]))
    return enough and w.salience[i, k] > 0.0 and w.salience[j, k] > 0.0


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
def weigh(g: Given, w: World, desk: Desk, t: int, v: int) -> None:
    """Write on the desk what both sides of dispute v weigh in a crisis, all but the public shock."""
    s, p, on, d, weighed = g.s, g.p, g.on, desk.derived, desk.crisis.weighed
    i, j = s.challenger[v], s.target[v]
    weighed[ODDS] = perceived_odds(g, w, d, v)
    weighed[COST] = own_cost(s.cost_challenger[v], p.c_a) + trade_at_stake(g, d, i, j)
    weighed[SANCTIONS] = expected_sanctions(g, w, desk, t, v) if on.sanctions else 0.0
    weighed[STAKE] = challenger_stake(s, w, v)
    theirs, known = target_stake(s, w, v), trade_at_stake(g, d, j, i)
    weighed[LOW] = stake_cost(known, theirs, 1.0)
    weighed[HIGH] = stake_cost(own_cost(s.cost_target[v], p.c_bar) + known, theirs, 1.0)
    weighed[LATER] = lost_later(g, j)
    weighed[SHIFT_AHEAD] = feared_shift(g, w, desk, v) if on.commitment else 0.0
    weighed[BEARABLE] = shift_threshold(
        1.0 - weighed[ODDS], p.war_waste, s.patience[i], p.reversion_hazard, p.decliner_share
    )


@rule
def _cost(g: Given, desk: Desk, shock: float) -> float:
    """Cost of war to the challenger, in units of its pie, when the public shock is so large."""
    weighed = desk.crisis.weighed
    return stake_cost(
        attack_cost(weighed[COST], g.p.c_a_spread, weighed[SANCTIONS], shock), weighed[STAKE], 1.0
    )


@rule
def _fights_now(desk: Desk) -> bool:
    """Whether the challenger fights because it would be too weak later."""
    weighed = desk.crisis.weighed
    return bool(weighed[SHIFT_AHEAD] > 0.0 and preventive_war(weighed[SHIFT_AHEAD], weighed[BEARABLE]))


@rule
def _refused(desk: Desk, cost: float) -> float:
    """Probability that the challenger's demand is refused, at this cost of war to it."""
    weighed = desk.crisis.weighed
    return resisted_war_probability(weighed[ODDS], cost, weighed[LOW], weighed[HIGH], weighed[LATER])


@rule
def mean_probabilities(g: Given, desk: Desk, war: bool) -> tuple[float, float]:
    """Of war, and of a demand that is met, in a crisis weighed on the desk: means over the public shock, by midpoints.

    `war`: whether one is possible.
    """
    refusal, met = 0.0, 0.0
    for n in range(NODES):
        cost = _cost(g, desk, (n + 0.5) / NODES)
        refused = _refused(desk, cost)
        refusal += refused
        if desk.crisis.weighed[ODDS] - cost > 0.0:  # else it is deterred, and demands nothing
            met += 1.0 - refused
    if _fights_now(desk):
        return 1.0, 0.0 if war else met / NODES
    return refusal / NODES, met / NODES


@rule
def _crisis(g: Given, w: World, desk: Desk, t: int, v: int) -> None:
    """One crisis, weighed on the desk: what the challenger sees, demands and gets."""
    s, p, d, weighed = g.s, g.p, desk.derived, desk.crisis.weighed
    i, j, k = s.challenger[v], s.target[v], s.dispute_issue[v]
    gap = abs(w.theta[i, k] - w.x[k])
    w.crises[v] += 1
    shock = uniform(g.luck, t, draws.CRISIS_COST, s.actor_key[i], s.actor_key[j], s.dispute_key[v])
    prob, cost = weighed[ODDS], _cost(g, desk, shock)
    write(w, t, chronicle.CRISIS, i, j, v, prob, gap, -1)
    if can_fight(g, t, v) and _fights_now(desk):
        write(w, t, chronicle.PREVENTIVE, i, j, v, weighed[SHIFT_AHEAD], weighed[BEARABLE], -1)
        start_war(g, w, d, t, v)
        return
    if prob - cost <= 0.0:
        write(w, t, chronicle.DETERRED, i, j, v, prob, cost, -1)
        return
    odds_of_war = _refused(desk, cost)
    fight = decided(
        g.luck, t, draws.CRISIS_WAR, s.actor_key[i], s.actor_key[j], s.dispute_key[v], odds_of_war
    )
    if fight < odds_of_war:
        if in_detail(w):
            write(w, t, chronicle.DEMAND_REFUSED, i, j, v, odds_of_war, cost, -1)
        learn_resolve(g, w, t, j, -p.firmness, k)
        if can_fight(g, t, v):
            start_war(g, w, d, t, v)
        return
    asked = resisted_demand(prob, cost, weighed[LOW], weighed[HIGH], weighed[LATER])
    move = asked * p.terms_share * (w.theta[i, k] - w.x[k])
    loss = -front_stake(p, w, j, k, w.x[k] + move)
    w.x[k] += move
    w.terms[v] += 1
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
        stake = pie_stake(g, w, h, v)
        power = d.reach[h, j] * d.M[h] * p.helper_weight
        u = uniform(g.luck, t, draws.HELP, s.actor_key[h], s.actor_key[j], s.dispute_key[v])
        bound = max(0.0, d.guarantee[h, j]) * p.guarantee_stake
        dear = own_cost(s.cost_helpers[v], p.help_cost)
        for_them = intervention_pays(power, theirs, ours, -stake + bound, dear * u)
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
