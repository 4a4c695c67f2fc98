"""Preventive strikes on a programme (M24, M25): decided once per milestone that the programme passes."""

from __future__ import annotations

from powersim._jit import rule
from powersim.rules.beliefs import expit
from powersim.rules.proliferation import setback_threshold, strike_cost, strike_effectiveness
from powersim.world import chronicle, draws
from powersim.world.chronicle import write
from powersim.world.draws import Luck, uniform
from powersim.world.gains import front_stake
from powersim.world.params import Params
from powersim.world.state import Derived, Setup, World


@rule
def strikes(s: Setup, p: Params, w: World, d: Derived, luck: Luck, turn: int) -> None:
    """At each milestone newly passed the striker weighs a set-back against its cost; air defence changes both."""
    for b in range(s.strike_key.shape[0]):
        c = s.strike_control[b]
        mark = w.milestone[b]
        if mark >= s.milestones.shape[1] or w.pos[c] < s.milestones[b, mark]:
            continue
        w.milestone[b] = mark + 1
        _decide(s, p, w, d, luck, turn, b, c, s.milestones[b, mark])


@rule
def _decide(
    s: Setup, p: Params, w: World, d: Derived, luck: Luck, turn: int, b: int, c: int, mark: float
) -> None:
    """One decision: strike if the expected set-back is worth its cost, with logit noise.

    Success of the programme within a turn is the likelier the nearer it is to 1: lambda = position squared, per year.
    """
    i, j, k = s.striker[b], s.struck[b], s.control_issue[c]
    shield = min(1.0, w.q[j, s.strike_good[b]]) if s.strike_good[b] >= 0 else 0.0
    e = strike_effectiveness(p.e0, p.psi, shield)
    kappa = strike_cost(p.kappa0, p.psi, shield) + _disapproval(s, p, w, d, i, b)
    loss = -front_stake(p, w, i, k, 1.0)
    worth = (
        e * loss * setback_threshold(p.breakout_rate * w.pos[c] * w.pos[c], s.patience[i], p.setback_turns)
    )
    write(w, turn, chronicle.MILESTONE, i, j, b, mark, worth - kappa, -1)
    u = uniform(luck, draws.STRIKE_DECISION, s.actor_key[i], s.actor_key[j], s.strike_key[b])
    if u >= expit((worth - kappa) / p.strike_noise):
        return
    hit = uniform(luck, draws.STRIKE_SUCCESS, s.actor_key[i], s.actor_key[j], s.strike_key[b]) < e
    set_back = p.setback if hit else 0.0
    w.pos[c] = max(0.0, w.pos[c] - set_back)
    w.pos_before[c] = max(0.0, w.pos_before[c] - set_back)
    w.strikes[b] += 1
    w.strike_level[b] = 1.0
    w.hurt[j, i] += p.strike_harm
    write(w, turn, chronicle.STRIKE, i, j, b, set_back, e, -1)


@rule
def _disapproval(s: Setup, p: Params, w: World, d: Derived, i: int, b: int) -> float:
    """What friends who oppose the strike would make the striker pay: their weight times their salience against it."""
    k = s.strike_issue[b]
    if k < 0:
        return 0.0
    total = 0.0
    for h in range(w.power.shape[0]):
        total += d.weight[i, h] * max(0.0, -front_stake(p, w, h, k, 1.0))
    return p.disapproval * total
