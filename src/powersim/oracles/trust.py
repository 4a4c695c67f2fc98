"""Trust and reassurance: when a costly concession separates those who can be trusted."""

from __future__ import annotations

from powersim.compile.jit import rule


@rule
def minimum_trust(reward: float, temptation: float, sucker: float, punishment: float) -> float:
    """Trust above which a trustworthy actor cooperates.

    m* = (P - S) / ((R - T) + (P - S)).

    reward R > temptation T (trustworthy: it prefers mutual cooperation), punishment P > sucker S.
    Source: Kydd 2005, Trust and Mistrust in International Relations.
    """
    risk = punishment - sucker
    return risk / ((reward - temptation) + risk)


@rule
def reassurance_low(t: float, t_u: float, s: float) -> float:
    """Smallest first stake that an untrustworthy actor would not stake too: smaller concessions prove nothing.

    alpha_min = t T_u / (t (2 T_u - 1) + (1 - t) s).

    t: prior trust, 0 < t < 1. t_u: temptation of the untrustworthy, > 1. s: loss of the exploited, > 0 (R = 1, P = 0).
    Source: after Kydd 2000, IO 54:325-57.
    """
    return t * t_u / (t * (2.0 * t_u - 1.0) + (1.0 - t) * s)


@rule
def reassurance_high(t: float, t_s: float, s: float) -> float:
    """Largest first stake that a trustworthy actor dares.

    alpha_max = t / (t T_s + (1 - t) s).

    t: prior trust, 0 < t < 1. t_s: temptation of the trustworthy, 0..1. s: loss of the exploited, > 0 (R = 1, P = 0).
    Source: after Kydd 2000, IO 54:325-57.
    """
    return t / (t * t_s + (1.0 - t) * s)


@rule
def reassurance_possible_from(t_s: float, t_u: float, s: float) -> float:
    """Prior trust below which no stake reassures.

    t_min / (1 - t_min) = s (T_u - 1) / ((2 T_u - 1) - T_u T_s).

    t_s: temptation of the trustworthy, 0..1. t_u: of the untrustworthy, > 1. s: loss of the exploited, > 0.
    Source: after Kydd 2000, IO 54:325-57.
    """
    ratio = s * (t_u - 1.0) / (2.0 * t_u - 1.0 - t_u * t_s)
    return ratio / (1.0 + ratio)


@rule
def reassures(alpha: float, t: float, t_s: float, t_u: float, s: float) -> bool:
    """Whether a first stake separates the types: dear enough to prove good faith, cheap enough to be dared.

    alpha_min <= alpha <= alpha_max.

    alpha: share of the whole stake, 0..1. Others as in reassurance_low and reassurance_high.
    Source: after Kydd 2000, IO 54:325-57.
    """
    return reassurance_low(t, t_u, s) <= alpha <= reassurance_high(t, t_s, s)


@rule
def still_in(a: float, v: float, t: float) -> float:
    """Probability that the opponent has not yet backed down in a public crisis.

    Pr = v / (v + a t).

    a: growth of one's own audience cost per time, >= 0. v: the prize, > 0. t: time, >= 0.
    Source: Fearon 1994, APSR 88:577-92.
    """
    return v / (v + a * t)


@rule
def quit_hazard(a: float, v: float, t: float) -> float:
    """Rate at which the opponent backs down: the growth of one's own audience cost is what presses it.

    h = a / (v + a t).

    Arguments as in still_in. Source: Fearon 1994, APSR 88:577-92.
    """
    return a / (v + a * t)
