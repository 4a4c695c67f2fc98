"""Alignment and politics at home: the slow variables that end a turn (M12, M13)."""

from __future__ import annotations

import math

from powersim.compile.elementary import LANES
from powersim.compile.jit import rule
from powersim.rules.alignment import (
    agreement,
    common_isolation,
    common_threats,
    isolation_felt,
    joint_effort,
    next_alignment_row,
    over_third_parties,
    triads,
)
from powersim.rules.home import engagers_step
from powersim.world import chronicle, draws
from powersim.world.chronicle import write
from powersim.world.desk import Desk, Slate
from powersim.world.draws import logistic_row, uniform_row
from powersim.world.given import Given
from powersim.world.notebook import Notes
from powersim.world.params import Params
from powersim.world.state import C_LEVER, C_SANCTION, LEAST, LEVER, Derived, Floats, World


@rule
def lever_power(g: Given, w: World, desk: Desk) -> None:
    """Fill slate.power (C) with the capability of all who have a say in a control."""
    notes, power = desk.notes, desk.slate.power
    for c in range(w.pos.shape[0]):
        power[c] = LEAST
        for e in range(notes.say_first[c], notes.say_first[c + 1]):
            power[c] += w.power[notes.say[e]]


@rule
def lever_shares(g: Given, w: World, desk: Desk) -> None:
    """Fill slate.levers: [i, j] what j's levers and sanctions give (positive) or deny i, as a part of i's concerns.

    sum over controls of j of s_ik (1 - 2 |x_k - theta_ik|) / sum_k s_ik, split among the controllers by power: -1..1; a
    host is not held responsible for what its great ally decides. `lever_power` and `concerns` come first.
    """
    s, notes, slate, sums = g.s, desk.notes, desk.slate, desk.sums
    share, power = slate.levers, slate.power
    for i in range(w.power.shape[0]):
        for j in range(w.power.shape[0]):
            share[i, j] = 0.0
    for c in range(w.pos.shape[0]):
        k = s.control_issue[c]
        for m in range(sums.caring[k] if k >= 0 else 0):
            i = sums.carer[k, m]
            worth = sums.salience[k, i] * (1.0 - 2.0 * abs(w.x[k] - sums.theta[k, i])) / slate.concerns[i]
            if s.control_kind[c] == C_SANCTION:
                share[i, s.control_from[c]] += worth * s.control_weight[c]
            elif s.control_kind[c] == C_LEVER:
                for e in range(notes.say_first[c], notes.say_first[c + 1]):
                    j = notes.say[e]
                    share[i, j] += worth * s.control_weight[c] * w.power[j] / power[c]


@rule
def concerns(w: World, slate: Slate) -> None:
    """Fill slate.concerns (N) with everybody's sum of saliences."""
    for i in range(w.power.shape[0]):
        total = 0.0
        for k in range(w.x.shape[0]):
            total += w.salience[i, k]
        slate.concerns[i] = total


@rule
def shut_out(w: World, d: Derived, roots: Floats) -> None:
    """Fill roots (N, N+): [k, j] the root of how far k's sanctions shut j out, by the size of k's economy."""
    n = w.power.shape[0]
    everybody = 0.0
    for k in range(n):
        everybody += w.economy[k]
    for k in range(n):
        for j in range(n):
            roots[k, j] = 0.0
            if d.sanctions[k, j] > 0.0 and k != j:
                felt = isolation_felt(d.sanctions[k, j], w.economy[k], everybody - w.economy[j])
                roots[k, j] = math.sqrt(felt)


@rule
def efforts(g: Given, w: World, desk: Desk) -> None:
    """Fill slate.joint (N, N), above its diagonal: what every two hold up, or down, together, over all levers.

    A side is made of those with a say in that direction; an opponent needs a stake, not a say, and weighs by
    its power and salience. `concerns` comes first.
    """
    n, kk = w.theta.shape
    for i in range(n):
        for j in range(n):
            desk.slate.joint[i, j] = 0.0
    for k in range(kk):
        if g.s.issue_kind[k] == LEVER and _opponents(w, desk, k):
            _hold(w, desk, k, 0)
            _hold(w, desk, k, 1)


@rule
def _hold(w: World, desk: Desk, k: int, down: int) -> None:
    """Add to joint what those who may move issue k to one side, up (0) or down (1), hold there together.

    `_opponents` comes first.
    """
    slate, side = desk.slate, 1.0 - 2.0 * down
    theta, salience = desk.sums.theta, desk.sums.salience
    concerned, opponent, against = slate.concerned, slate.opponent, slate.against
    held = max(0.0, w.x[k] if down == 0 else 1.0 - w.x[k])
    count = 0
    if held == 0.0:
        return
    for m in range(desk.sums.caring[k]):
        concerned[count] = desk.sums.carer[k, m]
        count += 1 if desk.notes.may[down, k, concerned[count]] > 0 else 0
    if count < 2:
        return
    for a in range(count - 1):
        i = concerned[a]
        opposed = 0
        for o in range(w.power.shape[0]):
            # i and j do not oppose themselves: their own gaps are 0
            opponent[opposed] = o
            opposed += 1 if (against[o] > 0.0) & (side * (theta[k, i] - theta[k, o]) > 0.0) else 0
        share_i = salience[k, i] / slate.concerns[i]
        for b in range(a + 1, count):
            j = concerned[b]
            share_j, joint = salience[k, j] / slate.concerns[j], slate.joint[i, j]
            for e in range(opposed):
                o = opponent[e]
                lead, ahead = side * (theta[k, i] - theta[k, o]), side * (theta[k, j] - theta[k, o])
                joint += joint_effort(share_i, share_j, lead, ahead, held, against[o])
            slate.joint[i, j] = joint


@rule
def _opponents(w: World, desk: Desk, k: int) -> bool:
    """Fill against (N) with everybody's weight among those who have a stake in issue k; False if nobody has any."""
    slate, salience, stakes = desk.slate, desk.sums.salience, 0.0
    for o in range(w.power.shape[0]):
        stakes += w.power[o] * salience[k, o]
    for o in range(w.power.shape[0]):
        slate.against[o] = w.power[o] * salience[k, o] / stakes if stakes > 0.0 else 0.0
    return stakes > 0.0


@rule
def agreements(desk: Desk) -> None:
    """Fill weight and alike (N, N), above their diagonals, with the sums that similarity is made of, issue by issue.

    An issue that one of two ignores makes nobody similar: it adds 0.
    """
    sums, slate = desk.sums, desk.slate
    theta, salience = sums.theta, sums.salience
    n, row = slate.weight.shape
    for i in range(n):
        for j in range(row):
            slate.weight[i, j], slate.alike[i, j] = 0.0, 0.0
    for k in range(theta.shape[0]):
        carer, count = sums.carer[k], sums.caring[k]
        for m in range(count):
            i = carer[m]
            ideal, stake = theta[k, i], salience[k, i]
            if 2 * count > row:  # many of a row: vectors go through it at once
                for j in range(i - i % LANES, row):  # full vectors, though only j > i counts
                    weight, alike = agreement(ideal, theta[k, j], stake, salience[k, j])
                    slate.weight[i, j] += weight
                    slate.alike[i, j] += alike
            else:
                for e in range(m + 1, count):
                    j = carer[e]
                    weight, alike = agreement(ideal, theta[k, j], stake, salience[k, j])
                    slate.weight[i, j] += weight
                    slate.alike[i, j] += alike


@rule
def _count_ties(w: World, notes: Notes) -> None:
    """Fill notes.ties with how many third parties every two have ties with, if anybody's ties have changed."""
    n, differ = w.power.shape[0], 0
    for i in range(n):
        for j in range(n):
            tied = 1.0 if w.alignment[i, j] != 0.0 else 0.0
            differ += tied != notes.tied[i, j]
            notes.tied[i, j] = tied
    for i in range(n if differ > 0 else 0):
        over_third_parties(notes.tied[i], notes.tied, i + 1, notes.ties[i])


@rule
def pushes(g: Given, w: World, desk: Desk, out: Floats) -> None:
    """Fill push (N, N), symmetric: the weighted drivers of alignment.

    Similarity of interests, what each other's levers give or deny, guarantees, common threat (without a (1 - A)/2
    factor), common isolation, joint efforts, deals and arms, third parties (balance), harm done. Every weight has a
    prior.
    """
    p, on = g.p, g.on
    d, slate = desk.derived, desk.slate
    n = w.power.shape[0]
    roots, levers, shared, pull = slate.roots, slate.levers, slate.pairs[1], slate.pull
    guarantee, threat = (p.w_guarantee if on.guarantees else 0.0), (p.w_threat if on.threat else 0.0)
    isolation, joint = (p.w_isolation if on.isolation else 0.0), (p.w_joint if on.joint_efforts else 0.0)
    triad, harm = (p.w_triad if on.balance else 0.0), (p.w_harm if on.harm else 0.0)
    concerns(w, slate)
    lever_power(g, w, desk)
    agreements(desk)
    if on.isolation:
        shut_out(w, d, slate.isolated)
    if on.joint_efforts:
        efforts(g, w, desk)
    for i in range(n):
        for j in range(n):  # a row in a row first, which vectors do at once
            slate.felt[j] = math.sqrt(d.fear[i, j] * d.feared[j] / p.m_ref)
        for j in range(n):
            roots[j, i] = slate.felt[j]
            slate.bonds[i, j] = w.alignment[i, j]
    lever_shares(g, w, desk)
    if on.balance:
        _count_ties(w, desk.notes)
    if on.threat:
        common_threats(roots, slate.felt, slate.pairs[0], shared)
    m = 0
    for i in range(n):
        out[i, i] = (d.h[i] - p.h0) / p.m_ref
        if on.isolation:
            common_isolation(slate.isolated, i, slate.outcast)
        if on.balance:
            triads(slate.bonds, desk.notes.ties[i], i, pull)
        for j in range(i + 1, n):
            common = slate.weight[i, j] if slate.weight[i, j] > 0.0 else 1.0  # where it is 0, so is `alike`
            z = 0.0 + 0.5 * p.w_levers * levers[i, j] + 0.5 * p.w_levers * levers[j, i]  # 0 first: no -0
            z += p.w_interest * (slate.alike[i, j] / common)
            z += guarantee * (d.guarantee[i, j] + d.guarantee[j, i])
            z += threat * shared[m]
            z += isolation * slate.outcast[j]
            z += joint * slate.joint[i, j]
            z += p.w_deals * w.dealt[i, j]
            z += triad * pull[j]
            z -= 0.5 * harm * (w.hurt[i, j] + w.hurt[j, i])
            out[i, j] = z
            m += 1
        for j in range(i + 1, n):
            out[j, i] = out[i, j]


@rule
def align(g: Given, w: World, desk: Desk, t: int) -> None:
    """Move every dyad's alignment towards what its own starting level and the change of its drivers ask for."""
    s, p, push = g.s, g.p, desk.push
    pushes(g, w, desk, push)
    pairs, n = desk.slate.pairs, w.power.shape[0]
    noise, a, a0, pull = pairs[0], pairs[1], pairs[2], pairs[3]
    uniform_row(g.luck, t, draws.NOISE, desk.notes.noise, n * (n - 1) // 2, noise)
    logistic_row(noise, p.noise_sd, a)
    m = 0
    for i in range(n):
        for j in range(i + 1, n):
            a[m], a0[m], pull[m] = w.alignment[i, j], s.alignment0[i, j], push[i, j] - w.push0[i, j]
            m += 1
    for m in range(noise.shape[0]):
        noise[m] = noise[m] if desk.notes.met[m] > 0 else 0.0
    next_alignment_row(a, a0, desk.notes.start_ties, pull, p.alignment_speed, noise, pairs[4:])
    m = 0
    for i in range(n):
        for j in range(i + 1, n):
            before, after = w.alignment[i, j], math.floor(a[m] * 1073741824.0 + 0.5) / 1073741824.0
            w.alignment[i, j] = after
            w.alignment[j, i] = after
            if abs(after - before) > p.notable_alignment:
                write(w, t, chronicle.ALIGNMENT_MOVED, i, j, -1, after, after - before, -1)
            m += 1


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
