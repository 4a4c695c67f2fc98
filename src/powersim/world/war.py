"""War (M3): battles over forts, supplies used up, strikes on cities, settlement when beliefs have converged."""

from __future__ import annotations

import math

import numpy as np

from powersim.compile.jit import rule
from powersim.rules.beliefs import expit
from powersim.rules.level import exceeds
from powersim.rules.war import (
    battle_won,
    beta_mean,
    expected_battles,
    settlement,
    settlement_terms,
    win_probability,
)
from powersim.world import chronicle, draws
from powersim.world.chronicle import write
from powersim.world.crisis import battle_odds
from powersim.world.desk import Desk
from powersim.world.draws import uniform
from powersim.world.given import Given
from powersim.world.notes import renew
from powersim.world.params import Params
from powersim.world.state import Derived, World


@rule
def wars(g: Given, w: World, desk: Desk, t: int) -> None:
    """Fight this turn's battles of every war; a war ends when one side holds all forts or neither expects more."""
    s, p, d = g.s, g.p, desk.derived
    for v in range(s.dispute_key.shape[0]):
        if w.war_on[v] == 0:
            continue
        for n in range(int(p.battles_per_turn)):
            _battle(g, w, d, t, v, n)
            fort = w.war_fort[v]
            if fort <= 0 or fort >= int(p.forts) or _settled(p, w, v):
                break
        if g.on.city_strikes:
            _city_strikes(g, w, d, t, v, s.challenger[v], s.target[v])
            _city_strikes(g, w, d, t, v, s.target[v], s.challenger[v])
        w.war_turns[v] += 1
        fort = w.war_fort[v]
        _move_front(g, w, v, 2.0 * float(fort) / p.forts - 1.0)
        total = fort <= 0 or fort >= int(p.forts)
        if total or _settled(p, w, v):
            if not total:
                _move_front(g, w, v, _terms(p, w, v))
            _end(g, w, t, v)
        renew(g, w, desk)


@rule
def _battle(g: Given, w: World, d: Derived, t: int, v: int, n: int) -> None:
    """One battle: objective odds, a fort changes hands, both sides learn, both use up supplies and men."""
    s, p = g.s, g.p
    i, j = s.challenger[v], s.target[v]
    pi = battle_odds(g, w, d, v)
    u = uniform(g.luck, t, draws.BATTLE, s.actor_key[i], np.uint64(n), s.dispute_key[v])
    won = battle_won(u, pi)
    w.war_fort[v] += 1 if won else -1
    for side in range(2):
        w.war_belief[v, 2 * side + (0 if won else 1)] += 1.0
    for actor in (i, j):
        for good in range(w.q.shape[1]):
            w.q[actor, good] = max(0.0, w.q[actor, good] - p.munition_use * s.good_war_use[good])
        w.power[actor] *= 1.0 - p.war_attrition
    write(w, t, chronicle.BATTLE, i if won else j, j if won else i, v, w.war_fort[v], pi, -1)


@rule
def _terms(p: Params, w: World, v: int) -> float:
    """Lead (-1..1) that both sides agree on when they stop: midway between what they expect of fighting on."""
    fort, forts = float(w.war_fort[v]), p.forts
    ours = win_probability(fort, forts, beta_mean(w.war_belief[v, 0], w.war_belief[v, 1]))
    theirs = win_probability(fort, forts, beta_mean(w.war_belief[v, 2], w.war_belief[v, 3]))
    return 2.0 * settlement_terms(ours, theirs) - 1.0


@rule
def _settled(p: Params, w: World, v: int) -> bool:
    """Fighting stops when the sides' disagreement is worth less than the battles left (Slantchev's convergence)."""
    fort, forts = float(w.war_fort[v]), p.forts
    ours = beta_mean(w.war_belief[v, 0], w.war_belief[v, 1])
    theirs = beta_mean(w.war_belief[v, 2], w.war_belief[v, 3])
    left = expected_battles(fort, forts, 0.5 * (ours + theirs))
    return settlement(
        win_probability(fort, forts, ours), win_probability(fort, forts, theirs), p.battle_cost, left
    )


@rule
def _move_front(g: Given, w: World, v: int, lead: float) -> None:
    """The front follows the lead (-1..1) of forts, or the agreed one: at most war_reach, and what the winner wants."""
    s = g.s
    i, j, k = s.challenger[v], s.target[v], s.dispute_issue[v]
    goal = w.theta[i, k] if lead > 0.0 else w.theta[j, k]
    way = goal - w.war_start[v]
    w.x[k] = w.war_start[v] + math.copysign(min(abs(way), abs(lead) * g.p.war_reach), way)


@rule
def _end(g: Given, w: World, t: int, v: int) -> None:
    """Close a war; a truce follows in which no crisis arises over this front."""
    s = g.s
    k = s.dispute_issue[v]
    w.war_on[v] = 0
    w.war_turns[v] = -int(g.p.truce)
    write(w, t, chronicle.WAR_ENDED, s.challenger[v], s.target[v], v, w.x[k], w.x[k] - w.war_start[v], -1)


@rule
def _city_strikes(g: Given, w: World, d: Derived, t: int, v: int, i: int, j: int) -> None:
    """Side i may strike the cities and grid of j with what it has: worth more the worse the front goes.

    The price is what sanctions not yet imposed could still take from i's trade.
    """
    s, p = g.s, g.p
    stock = 0.0
    for good in range(w.q.shape[1]):
        stock += s.good_strike[good] * w.q[i, good]
    if exceeds(p.city_stock, stock):
        return
    pi = battle_odds(g, w, d, v)
    losing = 1.0 - pi if i == s.challenger[v] else pi
    worth = p.city_worth * losing - p.city_price * s.w_economy[i] * d.E[i]
    u = uniform(g.luck, t, draws.CITY, s.actor_key[i], s.actor_key[j], s.dispute_key[v])
    if u >= expit(worth / p.city_noise):
        return
    for good in range(w.q.shape[1]):
        if s.good_strike[good] > 0.0:
            w.q[i, good] = max(0.0, w.q[i, good] - p.city_stock)
    w.power[j] *= 1.0 - p.city_damage
    w.hurt[j, i] += p.city_harm
    for h in range(w.power.shape[0]):
        if h != i and h != j:
            w.hurt[h, i] += p.city_harm * d.weight[h, j]
    write(w, t, chronicle.CITY_STRIKE, i, j, v, p.city_damage, worth, -1)
