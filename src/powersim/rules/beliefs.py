"""Beliefs about resolve and motive: how a concession, or standing firm, is read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from powersim.compile.elementary import exp, exp_row, log, log_row
from powersim.compile.jit import rule

Floats = NDArray[np.float64]

LEAST_POWER = 1e-6  # a power without capability counts as a millionth of the world's


@rule
def expit(x: float) -> float:
    """Logistic function: 1 / (1 + exp(-x)). The values at x and -x add to exactly 1, and nothing overflows.

    x: log-odds, any. Source: standard.
    """
    return _expit(x, exp(-abs(x)))


@rule
def _expit(x: float, e: float) -> float:
    """The logistic function of x, given e^-|x|."""
    smaller = e / (1.0 + e)
    return smaller if x < 0.0 else 1.0 - smaller


@rule
def expit_row(x: Floats, room: Floats, out: Floats) -> None:
    """Fill out with the logistic function of a row, to the bit. x, room, out: rows of one length, room for work."""
    for i in range(out.shape[0]):
        room[i] = -abs(x[i])
    exp_row(room, out)
    for i in range(out.shape[0]):
        out[i] = _expit(x[i], out[i])


@rule
def logit(p: float) -> float:
    """Log-odds ln(p / (1 - p)).

    p: probability, strictly between 0 and 1. Source: standard.
    """
    return log(p / (1.0 - p))


@rule
def logit_row(p: Floats, room: Floats, out: Floats) -> None:
    """Fill out with the log-odds of a row, to the bit. p, room, out: rows of one length, room for work."""
    for i in range(out.shape[0]):
        room[i] = p[i] / (1.0 - p[i])
    log_row(room, out)


@rule
def within(p: float, eps: float) -> float:
    """A belief kept off certainty: min(1 - eps, max(eps, p)).

    p: 0..1. eps: floor, 0 < eps < 1/2. Source: assumed; certainty could never be unlearnt.
    """
    return min(1.0 - eps, max(eps, p))


@rule
def shifted(p: float, evidence: float, eps: float) -> float:
    """Belief after evidence, added on the log-odds scale (Bayes' rule); without evidence it is the same to the bit.

    logit p' = logit p + evidence.

    p: 0..1. evidence: log-likelihood ratio, any. eps: floor of the belief, 0 < eps < 1/2.
    Source: Bayes' rule in odds form.
    """
    return within(p, eps) if evidence == 0.0 else shifted_odds(p, logit(within(p, eps)), evidence, eps)


@rule
def shifted_odds(p: float, log_odds: float, evidence: float, eps: float) -> float:
    """Belief after evidence where the log-odds of p, kept off certainty, are known already.

    logit p' = log_odds + evidence.

    p: 0..1. log_odds: logit of p within its bounds. evidence: log-likelihood ratio, any. eps: floor of the belief,
    0 < eps < 1/2. Source: Bayes' rule in odds form.
    """
    if evidence == 0.0:
        return within(p, eps)
    return within(expit(log_odds + evidence), eps)


@rule
def resolve_after(r: float, rho: float, a: float, omega: float, eps: float) -> float:
    """Belief that an actor is resolved after it conceded (a > 0) or stood firm (a < 0).

    logit r' = logit r - rho a omega.

    r: 0..1. rho: strength of reputation, >= 0 (0: Press's current calculus). a: size of the act, -1..1.
    omega: relevance of the context, 0..1. eps: floor of the belief, 0 < eps < 1/2.
    Source: Schelling 1966, Arms and Influence; Press 2005, Calculating Credibility (rho = 0).
    """
    return shifted(r, -rho * a * omega, eps)


@rule
def opposition(a: float, friend_from: float) -> float:
    """How far an actor is no friend of another: the weight of what an act gives or denies it.

    w = max(0, f - A) / (1 + f): 1 between enemies, 0 from alignment f on; f = 1 is Drezner's conflict expectation.

    a: alignment A, -1..1. friend_from: f, alignment from which on a gain of the other is no loss of face, 0..1.
    Source: after Drezner 1998, ISQ 42:709-31 (f = 1); that friends do not count at all is assumed.
    """
    return max(0.0, friend_from - a) / (1.0 + friend_from)


@rule
def friendship(a: float, friend_from: float) -> float:
    """How far an onlooker is a friend, who asks what an act does to the mover's opponents rather than to itself.

    phi = 1 from alignment f on, else max(0, A) / f: 0 for whom nothing binds to the mover.

    a: alignment A, -1..1. friend_from: f, 0..1.
    Source: Snyder 1984, WP 36:461-95 (firmness towards the adversary is what reassures an ally); form assumed.
    """
    if a >= friend_from:
        return 1.0
    if a <= 0.0:
        return 0.0
    return a / friend_from


@rule
def net_seen(own: float, others: float, friend: float) -> float:
    """What an act gives the mover's opponents, less what it denies them, in the eyes of an onlooker with a stake.

    C_i - D_i = w_i W_i + phi_i sum of w_o W_o over the others: who is no friend asks what the act does to itself.

    own: w_i W_i, what the onlooker gains times its opposition, utility. others: the same summed over all others but
    the mover, utility. friend: phi_i, 0..1.
    Source: Jervis 1970, The Logic of Images, and Mercer 1996, Reputation and International Politics (who an onlooker is
    decides what an act says to it); form assumed.
    """
    return own + friend * others


@rule
def costly_act(worth: float, net: float) -> float:
    """What an act says of its mover's resolve, in utility: above 0 it yields, below 0 it stands firm, 0 says nothing.

    a = sgn(C - D) min(|W|, |C - D|) for W < 0, else 0: whom the act serves decides what it says. Given up to an
    opponent it is a concession; paid for to deny one, a costly stand. It says no more than it costs, nor more than it
    matters to those opposed; what costs nothing says nothing.

    worth: W, what the mover gains by the act, utility. net: C - D, what the mover's opponents gain by it less what
    they are denied, each weighted by its `opposition`, utility.
    Source: Schelling 1966, Arms and Influence; Fearon 1997, JCR 41:68-90 (sinking costs); form assumed.
    """
    if worth >= 0.0 or net == 0.0:
        return 0.0
    size = min(-worth, abs(net))
    return size if net > 0.0 else -size


@rule
def trust_after(g: float, tau: float, a: float, omega: float, eps: float) -> float:
    """Belief that an actor seeks only security after it conceded (a > 0) or pressed (a < 0).

    logit g' = logit g + tau a omega.

    g: 0..1. tau: strength of reassurance, >= 0. a: size of the act, -1..1. omega: relevance, 0..1.
    eps: floor of the belief, 0 < eps < 1/2.
    Source: Jervis 1976, Perception and Misperception; Kydd 2005, Trust and Mistrust in International Relations.
    """
    return shifted(g, tau * a * omega, eps)


@rule
def relax(p: float, prior: float, mu: float, eps: float) -> float:
    """Belief one turn nearer to its prior, on the log-odds scale; a belief at its prior rests to the bit.

    logit p' = (1 - mu) logit p + mu logit prior.

    p, prior: 0..1. mu: share forgotten per turn, 0..1. eps: floor of the belief, 0 < eps < 1/2.
    Source: assumed form; fading reputation as in Crescenzi 2007, AJPS 51:382-96.
    """
    if p == prior or mu == 0.0:
        return within(p, eps)
    return within(expit(_nearer(logit(within(p, eps)), logit(within(prior, eps)), mu)), eps)


@rule
def _nearer(here: float, there: float, mu: float) -> float:
    """Log-odds one turn nearer to those of the prior."""
    return here + mu * (there - here)


@rule
def relax_row(p: Floats, prior: Floats, mu: float, eps: float, room: Floats) -> None:
    """Relax a row of beliefs in place, to the bit as `relax` does it one by one.

    p, prior: rows of one length. room: four such rows for work. Source: see `relax`.
    """
    kept, here, there, work = room[0], room[1], room[2], room[3]
    for i in range(p.shape[0]):
        kept[i] = within(p[i], eps)
    logit_row(kept, work, here)
    for i in range(p.shape[0]):
        kept[i] = within(prior[i], eps)
    logit_row(kept, work, there)
    for i in range(p.shape[0]):
        here[i] = _nearer(here[i], there[i], mu)
    expit_row(here, work, there)
    for i in range(p.shape[0]):
        p[i] = within(p[i] if p[i] == prior[i] or mu == 0.0 else there[i], eps)


@rule
def calculus(power_j: float, power_i: float, stake_j: float, stake_i: float, b1: float, b2: float) -> float:
    """What power and interests alone say for j's resolve against i, in log-odds: the current calculus.

    c = b1 ln(M_j / M_i) + b2 (s_j - s_i); c_ij = -c_ji.

    power_j, power_i: capability, >= 0; less than LEAST_POWER counts as that. stake_j, stake_i: what each has at stake
    between them, utility, >= 0. b1: log-odds per log point of power, >= 0. b2: log-odds per unit of utility, >= 0.
    Source: after Press 2005, Calculating Credibility.
    """
    return b1 * log(power_ratio(power_j, power_i)) + b2 * (stake_j - stake_i)


@rule
def power_ratio(power_j: float, power_i: float) -> float:
    """Capability over another's, M_j / M_i; less than LEAST_POWER counts as that.

    power_j, power_i: >= 0. Source: see `calculus`.
    """
    return max(power_j, LEAST_POWER) / max(power_i, LEAST_POWER)


@rule
def calculus_row(ratio: Floats, stakes: Floats, b1: float, b2: float, room: Floats, out: Floats) -> None:
    """Fill out with the `calculus` of many, to the bit.

    ratio: of capabilities M_j / M_i, none below LEAST_POWER. stakes: s_j - s_i, utility. ratio, stakes, room, out: rows
    of one length, room for work. Source: see `calculus`.
    """
    log_row(ratio, room)
    for m in range(out.shape[0]):
        out[m] = b1 * room[m] + b2 * stakes[m]


@rule
def calculus_prior(
    start: float, log_odds: float, calculus_start: float, calculus_now: float, eps: float
) -> float:
    """Belief in another's resolve that is due to power and interests as they are now: the prior that beliefs relax to.

    logit r = logit r_0 + c - c_0: what else speaks for resolve was in the belief at the start, and stays.

    start: r_0, belief at the start, 0..1. log_odds: logit r_0, r_0 within its bounds; the same all through a history.
    calculus_start, calculus_now: c_0 and c of `calculus`, log-odds.
    eps: floor of the belief, 0 < eps < 1/2.
    Source: after Press 2005, Calculating Credibility; relative to the start, so that starting beliefs are at rest.
    """
    return shifted_odds(start, log_odds, calculus_now - calculus_start, eps)


@rule
def calculus_prior_row(
    p: Floats, log_odds: Floats, calculus_start: Floats, calculus_now: Floats, eps: float, room: Floats
) -> None:
    """Put `calculus_prior` in the place of a row of beliefs at the start, to the bit.

    p, log_odds, calculus_start, calculus_now: rows of one length. room: three such rows for work.
    Source: see `calculus_prior`.
    """
    shifted_to, work, found = room[0], room[1], room[2]
    for i in range(p.shape[0]):
        shifted_to[i] = log_odds[i] + (calculus_now[i] - calculus_start[i])
    expit_row(shifted_to, work, found)
    for i in range(p.shape[0]):
        p[i] = within(p[i] if calculus_now[i] - calculus_start[i] == 0.0 else found[i], eps)
