"""Alignment and politics at home: the slow variables that end a turn (M12, M13)."""

from __future__ import annotations

import math

import numpy as np

from powersim.compile.jit import rule
from powersim.rules.alignment import (
    common_isolation,
    common_threats,
    isolation_felt,
    joint_effort,
    next_alignment,
    similarity,
    triads,
)
from powersim.rules.home import engagers_step
from powersim.world import chronicle, draws
from powersim.world.chronicle import write
from powersim.world.desk import Desk, Slate
from powersim.world.draws import logistic, uniform
from powersim.world.given import Given
from powersim.world.params import Params
from powersim.world.state import C_LEVER, C_SANCTION, LEAST, LEVER, Derived, Flags, Floats, Ints, Setup, World


@rule
def lever_power(s: Setup, w: World, power: Floats) -> None:
    """Fill power (C) with the capability of all who have a say in a control."""
    for c in range(w.pos.shape[0]):
        power[c] = LEAST
        for j in range(w.power.shape[0]):
            power[c] += w.power[j] if s.raisers[c, j] > 0 or s.lowerers[c, j] > 0 else 0.0


@rule
def lever_shares(s: Setup, w: World, i: int, power: Floats, share: Floats) -> None:
    """Fill share (N) with what every actor's levers and sanctions give (positive) or deny i, in -1..1 of its concerns.

    sum over controls of j of s_ik (1 - 2 |x_k - theta_ik|) / sum_k s_ik, split among the controllers by power:
    a host is not held responsible for what its great ally decides. power (C): see `lever_power`.
    """
    n, total = w.power.shape[0], 0.0
    for j in range(n):
        share[j] = 0.0
    for k in range(w.x.shape[0]):
        total += w.salience[i, k]
    if total <= 0.0:
        return
    for c in range(w.pos.shape[0]):
        k = s.control_issue[c]
        if k < 0 or w.salience[i, k] <= 0.0:
            continue
        worth = w.salience[i, k] * (1.0 - 2.0 * abs(w.x[k] - w.theta[i, k])) / total
        if s.control_kind[c] == C_SANCTION:
            share[s.control_from[c]] += worth * s.control_weight[c]
        elif s.control_kind[c] == C_LEVER:
            for j in range(n):
                if s.raisers[c, j] > 0 or s.lowerers[c, j] > 0:
                    share[j] += worth * s.control_weight[c] * w.power[j] / power[c]


@rule
def shut_out(w: World, d: Derived, roots: Floats) -> None:
    """Fill roots (N, N): [k, j] the root of how far k's sanctions shut j out, by the size of k's economy."""
    n = w.power.shape[0]
    everybody = 0.0
    for k in range(n):
        everybody += w.economy[k]
    for k in range(n):
        for j in range(n):
            level = d.sanctions[k, j] if k != j else 0.0
            roots[k, j] = math.sqrt(isolation_felt(level, w.economy[k], everybody - w.economy[j]))


@rule
def efforts(s: Setup, w: World, slate: Slate, joint: Floats) -> None:
    """Fill joint (N, N), above its diagonal: what every two hold up, or down, together against others, over all levers.

    A side is made of those with a say in that direction; an opponent needs a stake, not a say, and weighs by
    its power and salience.
    """
    n, kk = w.theta.shape
    may, concerns = slate.may, slate.concerns
    for i in range(n):
        concerns[i] = 0.0
        for k in range(kk):
            concerns[i] += w.salience[i, k]
            may[0, i, k], may[1, i, k] = 0, 0
        for j in range(n):
            joint[i, j] = 0.0
    for c in range(w.pos.shape[0]):
        k = s.control_issue[c]
        if k >= 0 and s.control_kind[c] == C_LEVER:
            for i in range(n):
                if s.raisers[c, i] > 0:
                    may[0, i, k] = 1
                if s.lowerers[c, i] > 0:
                    may[1, i, k] = 1
    for k in range(kk):
        stakes = 0.0
        for o in range(n):
            stakes += w.power[o] * w.salience[o, k]
        if s.issue_kind[k] == LEVER and stakes > 0.0:
            _hold(w, k, 1.0, stakes, may[0], concerns, joint)
            _hold(w, k, -1.0, stakes, may[1], concerns, joint)


@rule
def _hold(w: World, k: int, side: float, stakes: float, may: Flags, concerns: Floats, joint: Floats) -> None:
    """Add to joint what those who may move issue k to one side hold there together."""
    n = w.power.shape[0]
    held = w.x[k] if side > 0.0 else 1.0 - w.x[k]
    for i in range(n):
        if may[i, k] == 0 or w.salience[i, k] <= 0.0:
            continue
        for j in range(i + 1, n):
            if may[j, k] == 0 or w.salience[j, k] <= 0.0:
                continue
            for o in range(n):
                against = w.power[o] * w.salience[o, k] / stakes
                if against > 0.0:  # i and j do not oppose themselves: their own gaps are 0
                    joint[i, j] += joint_effort(
                        w.salience[i, k] / concerns[i],
                        w.salience[j, k] / concerns[j],
                        side * (w.theta[i, k] - w.theta[o, k]),
                        side * (w.theta[j, k] - w.theta[o, k]),
                        max(0.0, held),
                        against,
                    )


@rule
def pushes(g: Given, w: World, desk: Desk, out: Floats) -> None:
    """Fill push (N, N), symmetric: the weighted drivers of alignment.

    Similarity of interests, what each other's levers give or deny, guarantees, common threat (without a (1 - A)/2
    factor), common isolation, joint efforts, deals and arms, third parties (balance), harm done. Every weight has a
    prior.
    """
    s, p, on = g.s, g.p, g.on
    d, slate = desk.derived, desk.slate
    n = w.power.shape[0]
    roots, tied, share, power = slate.roots, slate.tied, slate.share, slate.power
    shared, pull, concern, ours, theirs = slate.shared, slate.pull, slate.concern, slate.ours, slate.theirs
    lever_power(s, w, power)
    if on.isolation:
        shut_out(w, d, slate.isolated)
    if on.joint_efforts:
        efforts(s, w, slate, slate.joint)
    for i in range(n):
        for j in range(n):
            roots[j, i] = math.sqrt(d.fear[i, j] * d.feared[j] / p.m_ref)
            tied[i, j] = 1.0 if w.alignment[i, j] != 0.0 else 0.0
            out[i, j] = 0.0
    for i in range(n):
        lever_shares(s, w, i, power, share)
        for j in range(n):
            out[i, j] += 0.5 * p.w_levers * share[j]
            out[j, i] += 0.5 * p.w_levers * share[j]
    for i in range(n):
        out[i, i] = (d.h[i] - p.h0) / p.m_ref
        count = _concerns(w, i, concern, ours)
        if on.threat:
            common_threats(roots, i, shared)
        if on.isolation:
            common_isolation(slate.isolated, i, slate.outcast)
        if on.balance:
            triads(w.alignment, tied, i, pull, slate.ties)
        for j in range(i + 1, n):
            z = out[i, j]
            for e in range(count):
                theirs[0, e], theirs[1, e] = w.theta[j, concern[e]], w.salience[j, concern[e]]
            z += p.w_interest * similarity(
                ours[0, :count], theirs[0, :count], ours[1, :count], theirs[1, :count]
            )
            if on.guarantees:
                z += p.w_guarantee * (d.guarantee[i, j] + d.guarantee[j, i])
            if on.threat:
                z += p.w_threat * shared[j]
            if on.isolation:
                z += p.w_isolation * slate.outcast[j]
            if on.joint_efforts:
                z += p.w_joint * slate.joint[i, j]
            z += p.w_deals * w.dealt[i, j]
            if on.balance:
                z += p.w_triad * pull[j]
            if on.harm:
                z -= 0.5 * p.w_harm * (w.hurt[i, j] + w.hurt[j, i])
            out[i, j] = z
            out[j, i] = z


@rule
def _concerns(w: World, i: int, concern: Ints, ours: Floats) -> int:
    """List the issues that actor i cares about, with its ideals and saliences; what it ignores makes nobody similar."""
    count = 0
    for k in range(w.x.shape[0]):
        if w.salience[i, k] > 0.0:
            concern[count] = k
            ours[0, count], ours[1, count] = w.theta[i, k], w.salience[i, k]
            count += 1
    return count


@rule
def acquainted(s: Setup, i: int, j: int) -> bool:
    """Whether i and j have anything to do with each other: alignment, reach or trade at the start.

    Strangers do not drift: otherwise one more isolated actor would thin out everybody's friendships.
    """
    ties = s.reach[i, j] + s.reach[j, i] + s.trade[i, j] + s.trade[j, i]
    return ties > 0.0 or s.alignment0[i, j] != 0.0


@rule
def align(g: Given, w: World, desk: Desk, t: int) -> None:
    """Move every dyad's alignment towards what its own starting level and the change of its drivers ask for."""
    s, p, push = g.s, g.p, desk.push
    pushes(g, w, desk, push)
    n = w.power.shape[0]
    zero = np.uint64(0)
    for i in range(n):
        for j in range(i + 1, n):
            a = min(s.actor_key[i], s.actor_key[j])
            b = max(s.actor_key[i], s.actor_key[j])
            noise = 0.0
            if acquainted(s, i, j):
                noise = logistic(uniform(g.luck, t, draws.NOISE, a, b, zero), p.noise_sd)
            before = w.alignment[i, j]
            after = next_alignment(
                before, s.alignment0[i, j], push[i, j] - w.push0[i, j], p.alignment_speed, noise
            )
            after = math.floor(after * 1073741824.0 + 0.5) / 1073741824.0
            w.alignment[i, j] = after
            w.alignment[j, i] = after
            if abs(after - before) > p.notable_alignment:
                write(w, t, chronicle.ALIGNMENT_MOVED, i, j, -1, after, after - before, -1)


@rule
def home(p: Params, w: World, d: Derived, t: int) -> None:
    """Engagers gain when diplomacy has paid and lose by breaches and sanctions; a leader sets their level."""
    n = w.power.shape[0]
    for i in range(n):
        sanctioned = 0.0
        total = 0.0
        for j in range(n):
            total += d.trade[i, j]
            sanctioned += d.trade[i, j] * d.sanctions[j, i]
        hit = sanctioned / total if total > LEAST else 0.0
        before = w.engagers[i]
        w.engagers[i] = engagers_step(
            before,
            w.paid[i],
            w.wronged[i],
            hit,
            p.home_up,
            p.home_down,
            w.engagers_home[i],
            p.home_relax,
        )
        if abs(w.engagers[i] - before) > p.notable:
            write(w, t, chronicle.ENGAGERS_MOVED, i, -1, -1, w.engagers[i], w.engagers[i] - before, -1)
        w.paid[i] = 0.0
        w.wronged[i] = 0.0
