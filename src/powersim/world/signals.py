"""Signals: what others conclude about resolve and trust from acts that nobody paid for (M14 - M16)."""

from __future__ import annotations

import math

from powersim.compile.jit import rule
from powersim.rules.beliefs import (
    calculus_prior_row,
    calculus_row,
    costly_act,
    friendship,
    net_seen,
    opposition,
    power_ratio,
    relax_row,
    resolve_after,
    trust_after,
)
from powersim.rules.utility import issue_utility
from powersim.world import chronicle
from powersim.world.chronicle import in_detail, write
from powersim.world.derive import laid_down
from powersim.world.desk import Desk
from powersim.world.given import Given
from powersim.world.params import Params
from powersim.world.state import C_LEVER, LEAST, Floats, Setup, World


@rule
def learn_resolve(g: Given, w: World, t: int, j: int, a: float, k: int) -> None:
    """Everybody updates its belief that j is resolved: a > 0 after yielding, a < 0 after standing firm, on issue k.

    Observers without a stake in the issue learn omega_out of it.
    """
    for i in range(w.power.shape[0]):
        if i != j:
            omega = 1.0 if k >= 0 and w.salience[i, k] > 0.0 else g.p.omega_out
            _learn_resolve(g, w, t, i, j, a, omega, k)


@rule
def _learn_resolve(g: Given, w: World, t: int, i: int, j: int, a: float, omega: float, k: int) -> None:
    """Observer i updates its belief that j is resolved by an act of size a, of relevance omega to it, on issue k."""
    p = g.p
    if not g.on.resolve:
        return
    before = w.resolve[i, j]
    w.resolve[i, j] = resolve_after(before, p.rho, a, omega, p.belief_floor)
    if abs(w.resolve[i, j] - before) > p.notable or in_detail(w):
        write(w, t, chronicle.BELIEF_RESOLVE, i, j, k, w.resolve[i, j], w.resolve[i, j] - before, -1)


@rule
def learn_trust(g: Given, w: World, t: int, i: int, j: int, a: float, k: int) -> None:
    """Observer i updates its belief that j seeks security and keeps its word: a > 0 after a gift, a < 0 after harm."""
    p = g.p
    if not g.on.trust:
        return
    before = w.trust[i, j]
    w.trust[i, j] = trust_after(before, p.tau, a, 1.0, p.belief_floor)
    if abs(w.trust[i, j] - before) > p.notable or in_detail(w):
        write(w, t, chronicle.BELIEF_TRUST, i, j, k, w.trust[i, j], w.trust[i, j] - before, -1)


@rule
def long_run_salience(s: Setup, i: int, k: int) -> float:
    """How much issue k matters to i by the state's lasting interests; above 0, i has a stake in it."""
    return 0.5 * (s.salience_hard[i, k] + s.salience_eng[i, k])


@rule
def long_run_change(g: Given, i: int, k: int, a: float, b: float) -> float:
    """What i gains on issue k by b instead of a, by the state's lasting interests: halfway between its factions.

    A government that wanted the move anyway still gives away something that the state has cared for.
    """
    s, p = g.s, g.p
    theta = 0.5 * (s.ideal_hard[i, k] + s.ideal_eng[i, k])
    salience = long_run_salience(s, i, k)
    if salience <= 0.0:
        return 0.0
    return issue_utility(b, theta, salience, p.curvature) - issue_utility(a, theta, salience, p.curvature)


@rule
def read_moves(g: Given, w: World, t: int) -> None:
    """Read every uncompensated move of a lever this turn as an act of those who control it.

    A move that costs its mover tells of its resolve: a concession if it serves the mover's opponents, a costly stand if
    it denies them (`costly_act`), and not the same to everybody (`_act_on_resolve`). It also raises the trust of those
    whom it serves. A move at another's expense lowers the other's trust, whether it pays the mover or is paid for:
    who bears a cost to do harm is no security seeker.
    """
    s, branch = g.s, g.branch
    for c in range(w.pos.shape[0]):
        a, b = w.pos_before[c], w.pos[c]
        if s.control_kind[c] != C_LEVER or w.settled[c] > 0 or abs(b - a) < LEAST:
            continue
        if branch.act[t, c] == 0 and not math.isnan(laid_down(branch, w, t, c)):
            continue
        k = s.control_issue[c]
        if (
            s.control_weight[c] < 1.0
        ):  # one position among several: what counts is what it has done to the issue
            a, b = w.x[k] - s.control_weight[c] * (b - a), w.x[k]
        for j in range(w.power.shape[0]):
            if (s.raisers[c, j] if b > a else s.lowerers[c, j]) > 0:
                _read_act(g, w, t, c, j, a, b)


@rule
def _read_act(g: Given, w: World, t: int, c: int, j: int, a: float, b: float) -> None:
    """One controller's part in one move, as the others read it."""
    p, k = g.p, g.s.control_issue[c]
    worth = long_run_change(g, j, k, a, b)
    size = min(p.signal_cap, abs(worth) / p.signal_scale)
    if size < p.notable:
        return
    net = net_served(g, w, j, k, a, b)
    if worth < 0.0:
        said = _in_signals(p, costly_act(worth, net))
        kind = chronicle.STAND if said < 0.0 else chronicle.CONCESSION
        write(w, t, kind, j, -1, c, abs(said), worth, -1)
    elif in_detail(w):
        write(w, t, chronicle.PRESSED, j, -1, c, size, worth, -1)
    for i in range(w.power.shape[0]):
        if i == j:
            continue
        theirs = long_run_change(g, i, k, a, b)
        if worth < 0.0:
            said, omega = _act_on_resolve(g, w, i, j, k, worth, theirs, net)
            _learn_resolve(g, w, t, i, j, said, omega, k)
        if w.salience[i, k] <= 0.0:
            continue
        if worth < 0.0 and theirs > 0.0:
            learn_trust(g, w, t, i, j, size, k)
        elif theirs < 0.0:
            learn_trust(g, w, t, i, j, -min(size, -theirs / p.signal_scale), k)


@rule
def net_served(g: Given, w: World, j: int, k: int, a: float, b: float) -> float:
    """C - D: what a move from a to b on issue k gives the opponents of its mover j, less what it denies them.

    sum_o w_jo W_o over all others, w the `opposition` between mover and other.
    """
    net = 0.0
    for o in range(w.power.shape[0]):
        if o != j:
            net += opposition(w.alignment[j, o], g.p.friend_from) * long_run_change(g, o, k, a, b)
    return net


@rule
def _act_on_resolve(
    g: Given, w: World, i: int, j: int, k: int, worth: float, theirs: float, net: float
) -> tuple[float, float]:
    """What i reads of the resolve of j in an act of j's on issue k that is worth `worth` to j, below 0; how relevant.

    Who has a stake reads the act by what it does to itself, `theirs`, and as far as it is a friend by what it does to
    the others; who has none reads the whole sum `net` (`net_served`) at omega_out.
    """
    p, a = g.p, w.alignment[j, i]
    omega = p.omega_out
    if long_run_salience(g.s, i, k) > 0.0:
        omega = 1.0
        own = opposition(a, p.friend_from) * theirs
        net = net_seen(own, net - own, friendship(a, p.friend_from))
    return _in_signals(p, costly_act(worth, net)), omega


@rule
def _in_signals(p: Params, a: float) -> float:
    """The size of an act in units of the signal scale, none larger than the cap."""
    return min(p.signal_cap, max(-p.signal_cap, a / p.signal_scale))


@rule
def breaches_known(g: Given, w: World, desk: Desk, t: int) -> None:
    """Those whom a breach wronged this turn trust the breaker less, once for every promise broken."""
    for breaker in range(w.breaches.shape[0]):
        for i in range(w.breaches.shape[0]):
            for _ in range(w.breaches[breaker, i] - desk.breaches[breaker, i]):
                learn_trust(g, w, t, i, breaker, -g.p.breach_signal, -1)


@rule
def current_calculus(g: Given, w: World, desk: Desk, out: Floats) -> None:
    """Fill out (N, N): [i, j] what power and stakes as they are now say for j's resolve in i's eyes, in log-odds.

    At stake between two actors is, for each, what it would lose if the other had its way, on the issues in which the
    scenario gives both an interest: sum_k s_jk |theta_jk - theta_ik|.
    """
    p, d, party, stakes = g.p, desk.derived, desk.notes.party, desk.slate.stakes
    theta, salience = desk.sums.theta, desk.sums.salience
    (n, kk), row = w.theta.shape, stakes.shape[1]
    for i in range(n):
        for j in range(row):
            stakes[i, j] = 0.0
    for k in range(kk):
        partisan, count = desk.notes.partisan[k], desk.notes.parties[k]
        for m in range(count):
            i = partisan[m]
            ideal, stake = theta[k, i], salience[k, i]
            if 4 * count > row:  # many of a row: vectors go through it at once
                for j in range(row):  # who is no party adds 0
                    stakes[i, j] += stake * abs(theta[k, j] - ideal) * party[k, j]
            else:
                for e in range(count):
                    stakes[i, partisan[e]] += stake * abs(theta[k, partisan[e]] - ideal)
    pairs, m = desk.slate.pairs, 0
    for i in range(n):
        for j in range(i + 1, n):
            pairs[0, m], pairs[1, m] = power_ratio(d.M[j], d.M[i]), stakes[j, i] - stakes[i, j]
            m += 1
    calculus_row(pairs[0], pairs[1], p.calculus_power, p.calculus_stakes, pairs[2], pairs[3])
    m = 0
    for i in range(n):
        for j in range(i + 1, n):
            out[i, j] = pairs[3, m]
            out[j, i] = -out[i, j]
            m += 1


@rule
def forget(g: Given, w: World, desk: Desk) -> None:
    """Beliefs relax at mu towards their priors: at rest, and while power and stakes rest, nothing moves.

    The prior of trust is its starting value; that of resolve follows power and stakes (M14). Trust that was where it is
    when it relaxed last becomes what it became then.
    """
    on = g.on
    slate = desk.slate
    n = w.power.shape[0]
    if on.current_calculus:
        current_calculus(g, w, desk, slate.now)
    for i in range(n):
        if on.resolve:
            _relax_resolve(g, w, desk, i)
    if on.trust:
        _relax_trust(g, w, desk)


@rule
def _relax_trust(g: Given, w: World, desk: Desk) -> None:
    """What everybody trusts everybody relaxes: what has not relaxed from there before is gathered into rows."""
    notes, rows, place = desk.notes, desk.slate.gathered, desk.slate.place
    n, count = w.power.shape[0], 0
    for i in range(n):
        for j in range(n):
            rows[0, count], rows[1, count] = w.trust[i, j], g.s.trust0[i, j]
            place[count] = i * n + j
            count += (i != j) & (notes.relaxing[i, j] != w.trust[i, j])
            notes.relaxing[i, j] = w.trust[i, j]
            if count == place.shape[0]:
                _relax_gathered(g, desk, count)
                count = 0
        notes.relaxing[i, i] = math.nan  # nobody trusts itself
    if count > 0:
        _relax_gathered(g, desk, count)
    for i in range(n):
        for j in range(n):
            if i != j:
                w.trust[i, j] = notes.relaxed[i, j]


@rule
def _relax_gathered(g: Given, desk: Desk, count: int) -> None:
    """Relax the first `count` places of a row of trust, and note what became of them."""
    rows, place, relaxed = desk.slate.gathered, desk.slate.place, desk.notes.relaxed
    trust, prior = rows[0], rows[1]
    for m in range(count, trust.shape[0]):
        trust[m], prior[m] = 0.5, 0.5
    relax_row(trust, prior, g.p.mu, g.p.belief_floor, rows[2:])
    for m in range(count):
        relaxed[place[m] // relaxed.shape[1], place[m] % relaxed.shape[1]] = trust[m]


@rule
def _relax_resolve(g: Given, w: World, desk: Desk, i: int) -> None:
    """What i believes of everybody's resolve relaxes: a row at once, in room whose rest holds numbers of no account."""
    s, p, rows, n = g.s, g.p, desk.slate.rows, w.power.shape[0]
    resolve, prior, odds, then, now, room = rows[0], rows[1], rows[2], rows[3], rows[4], rows[5:]
    for j in range(n):
        resolve[j], prior[j], odds[j] = w.resolve[i, j], s.resolve0[i, j], desk.notes.start_odds[i, j]
        then[j], now[j] = w.calculus0[i, j], desk.slate.now[i, j]
    if g.on.current_calculus:
        calculus_prior_row(prior, odds, then, now, p.belief_floor, room)
    relax_row(resolve, prior, p.mu, p.belief_floor, room)
    for j in range(n):
        if i != j:
            w.resolve[i, j] = resolve[j]
