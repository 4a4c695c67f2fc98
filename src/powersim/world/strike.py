"""Preventive strikes on a programme (M24, M25): decided once per milestone that the programme passes."""

from __future__ import annotations

from powersim.compile.jit import rule
from powersim.rules.beliefs import expit
from powersim.rules.level import exceeds
from powersim.rules.proliferation import setback_value, strike_cost, strike_effectiveness
from powersim.world import chronicle, draws
from powersim.world.chronicle import write
from powersim.world.derive import share_of
from powersim.world.desk import Desk
from powersim.world.draws import decided, uniform
from powersim.world.gains import control_change, front_stake
from powersim.world.given import Given
from powersim.world.state import Derived, Setup, World


@rule
def strikes(g: Given, w: World, desk: Desk, t: int) -> None:
    """At each milestone newly passed the striker weighs a set-back against its cost; air defence changes both."""
    s = g.s
    for b in range(s.strike_key.shape[0]):
        c = s.strike_control[b]
        mark = w.milestone[b]
        if mark >= s.milestones.shape[1] or exceeds(s.milestones[b, mark], w.pos[c]):
            continue
        w.milestone[b] = mark + 1
        _decide(g, w, desk, t, b, s.milestones[b, mark])


@rule
def strike_net(g: Given, w: World, desk: Desk, b: int) -> float:
    """What strike b is worth to the striker, less its cost, both per turn for ever.

    A success sets the programme back and puts the weapon off. The weapon is the likelier to come within a turn, the
    nearer the programme is to 1: lambda = breakout_rate times its position squared.
    """
    s, p = g.s, g.p
    i, c = s.striker[b], s.strike_control[b]
    shield = air_defence(s, w, b)
    back = _worth(g, w, desk, i, c, max(0.0, w.pos[c] - p.setback))
    loss = max(0.0, -_worth(g, w, desk, i, c, 1.0))
    worth = setback_value(back, loss, p.breakout_rate * w.pos[c] * w.pos[c], s.patience[i], p.setback_turns)
    kappa = strike_cost(p.kappa0, p.psi, shield) + _disapproval(g, w, desk.derived, i, b)
    return strike_effectiveness(p.e0, p.psi, shield) * worth - kappa


@rule
def air_defence(s: Setup, w: World, b: int) -> float:
    """Air defence of the programme of strike b: what its owner holds of the good, 1 = full."""
    return min(1.0, w.q[s.struck[b], s.strike_good[b]]) if s.strike_good[b] >= 0 else 0.0


@rule
def _worth(g: Given, w: World, desk: Desk, i: int, c: int, to: float) -> float:
    """What actor i gains per turn when control c stands at `to` instead of where it is, friends' gains included."""
    d, sums = desk.derived, desk.sums
    control_change(g, w, d, sums, c, w.pos[c], to)
    return share_of(d, sums.own, i)


@rule
def _decide(g: Given, w: World, desk: Desk, t: int, b: int, mark: float) -> None:
    """One decision: strike if the expected set-back is worth its cost, with logit noise."""
    s, p, luck = g.s, g.p, g.luck
    i, j, c = s.striker[b], s.struck[b], s.strike_control[b]
    net = strike_net(g, w, desk, b)
    write(w, t, chronicle.MILESTONE, i, j, b, mark, net, -1)
    chance = expit(net / p.strike_noise)
    u = decided(luck, t, draws.STRIKE_DECISION, s.actor_key[i], s.actor_key[j], s.strike_key[b], chance)
    if w.strikes[b] == 0:
        w.struck[b] += chance
    if u >= chance:
        return
    e = strike_effectiveness(p.e0, p.psi, air_defence(s, w, b))
    hit = uniform(luck, t, draws.STRIKE_SUCCESS, s.actor_key[i], s.actor_key[j], s.strike_key[b]) < e
    set_back = p.setback if hit else 0.0
    w.pos[c] = max(0.0, w.pos[c] - set_back)
    w.pos_before[c] = max(0.0, w.pos_before[c] - set_back)
    w.strikes[b] += 1
    w.strike_level[b] = 1.0
    w.hurt[j, i] += p.strike_harm
    write(w, t, chronicle.STRIKE, i, j, b, set_back, e, -1)


@rule
def _disapproval(g: Given, w: World, d: Derived, i: int, b: int) -> float:
    """What friends who oppose the strike would make the striker pay: their weight times their salience against it."""
    p = g.p
    k = g.s.strike_issue[b]
    if k < 0:
        return 0.0
    total = 0.0
    for h in range(w.power.shape[0]):
        total += d.weight[i, h] * max(0.0, -front_stake(p, w, h, k, 1.0))
    return p.disapproval * total
