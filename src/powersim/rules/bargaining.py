"""Bargaining over packages: the Nash product, equal gain, side payments, signature."""

from __future__ import annotations

import math

from powersim._jit import rule


@rule
def _half_ratios(n1: float, d1: float, n2: float, d2: float, size: float, cap: float) -> float:
    """min(cap, size / 2 (n1 / d1 + n2 / d2)); the cap if somebody gives it for nothing (d = 0)."""
    if d1 <= 0.0 or d2 <= 0.0:
        return cap
    return min(cap, 0.5 * size * (n1 / d1 + n2 / d2))


@rule
def linkage_pays(s_ip: float, s_iq: float, s_jp: float, s_jq: float) -> bool:
    """Whether i and j gain from linking two issues: i wants p relatively more than j does.

    s_ip s_jq > s_iq s_jp.

    s_ip, s_iq, s_jp, s_jq: saliences, >= 0 (i gets on p and gives on q).
    Source: Tollison and Willett 1979, IO 33:425-49; Sebenius 1983, IO 37:281-316.
    """
    return s_ip * s_jq > s_iq * s_jp


@rule
def nash_two_issue(
    s_ip: float, s_iq: float, s_jp: float, s_jq: float, d_p: float, d_q: float
) -> tuple[float, float]:
    """Moves on two issues that maximise the product of gains: i gets on p and gives on q; linear, no payments.

    dp = D_p, dq = D_p / 2 (s_ip / s_iq + s_jp / s_jq); if that exceeds D_q then dq = D_q and
    dp = min(D_p, D_q / 2 (s_iq / s_ip + s_jq / s_jp)); (0, 0) if linking does not pay.

    s_ip, s_iq, s_jp, s_jq: saliences, >= 0. d_p, d_q: largest moves, 0..1.
    Source: Nash 1950, Econometrica 18:155-62, solved for the box.
    """
    if not linkage_pays(s_ip, s_iq, s_jp, s_jq):
        return 0.0, 0.0
    move_q = _half_ratios(s_ip, s_iq, s_jp, s_jq, d_p, d_q)
    if move_q < d_q:
        return d_p, move_q
    return _half_ratios(s_iq, s_ip, s_jq, s_jp, d_q, d_p), d_q


@rule
def equal_gain_two_issue(
    s_ip: float, s_iq: float, s_jp: float, s_jq: float, d_p: float, d_q: float
) -> tuple[float, float]:
    """Moves on two issues that give both the same gain: i gets on p and gives on q; linear, no payments.

    dq / dp = (s_ip + s_jp) / (s_iq + s_jq), as large as the box allows; (0, 0) if linking does not pay.

    s_ip, s_iq, s_jp, s_jq: saliences, >= 0. d_p, d_q: largest moves, 0..1.
    Source: Stokman and Van Oosten 1994, ch. 5 in European Community Decision Making.
    """
    if not linkage_pays(s_ip, s_iq, s_jp, s_jq):
        return 0.0, 0.0
    p = s_ip + s_jp
    q = s_iq + s_jq
    if d_p * p <= d_q * q:
        return d_p, d_p * p / q
    return d_q * q / p, d_q


@rule
def ntu_split(total: float, d1: float, d2: float, w1: float) -> tuple[float, float]:
    """Weighted Nash solution on the frontier u1 + u2 = total.

    u1 = d1 + w1 (total - d1 - d2).

    total: to be shared. d1, d2: disagreement utilities. w1: weight of side 1, 0..1.
    Source: Nash 1950, Econometrica 18:155-62; Kalai 1977, IJGT 6:129-33 (weights).
    """
    surplus = total - d1 - d2
    return d1 + w1 * surplus, d2 + (1.0 - w1) * surplus


@rule
def tu_split(total: float, d1: float, d2: float) -> tuple[float, float]:
    """Equal split of a surplus between two sides who can pay each other.

    u_i = d_i + (S - d1 - d2) / 2.

    total: S, to be shared. d1, d2: disagreement utilities. Source: Nash 1953, Econometrica 21:128-40.
    """
    return ntu_split(total, d1, d2, 0.5)


@rule
def log_nash(gain: float, weight: float) -> float:
    """One party's part of the logarithm of the Nash product; minus infinity without a gain.

    w ln g.

    gain: over disagreement. weight: >= 0.
    Source: Nash 1950, Econometrica 18:155-62.
    """
    if gain <= 0.0:
        return -math.inf
    return weight * math.log(gain)


@rule
def nash_payment(
    gain_i: float,
    gain_j: float,
    unit_i: float,
    unit_j: float,
    w_i: float,
    cap_ij: float,
    cap_ji: float,
    efficiency: float,
) -> float:
    """Payment that maximises the weighted Nash product of two gains; positive: i pays j.

    If i pays m, the gains are g_i - unit_i m and g_j + e unit_j m, and m = (1 - w) g_i / unit_i - w g_j / (e unit_j)
    within [0, cap_ij]; likewise the other way. 0 if no payment makes both gain, or if money is worth nothing to one.

    gain_i, gain_j: over disagreement, before the payment (utility). unit_i, unit_j: worth of a unit of money, >= 0.
    w_i: weight of i, 0..1. cap_ij, cap_ji: most that i can pay j, and j can pay i, >= 0. efficiency: e, share of a
    payment's worth that arrives, 0..1.
    Source: Nash 1953, Econometrica 21:128-40, with a loss in transfer.
    """
    if unit_i <= 0.0 or unit_j <= 0.0 or efficiency <= 0.0:
        return 0.0
    money_i = gain_i / unit_i
    money_j = gain_j / unit_j
    i_pays = (1.0 - w_i) * money_i - w_i * money_j / efficiency
    if i_pays > 0.0 and money_i + money_j / efficiency > 0.0:
        return min(i_pays, cap_ij)
    j_pays = w_i * money_j - (1.0 - w_i) * money_i / efficiency
    if j_pays > 0.0 and money_j + money_i / efficiency > 0.0:
        return -min(j_pays, cap_ji)
    return 0.0


@rule
def pair_surplus(gain_i: float, gain_j: float) -> float:
    """What a package is worth to the pair: the geometric mean of the gains, 0 unless both gain.

    sqrt(g_i g_j).

    gain_i, gain_j: over disagreement (utility). Source: the Nash product as a utility per head.
    """
    if gain_i <= 0.0 or gain_j <= 0.0:
        return 0.0
    return math.sqrt(gain_i * gain_j)


@rule
def sign_probability(surplus: float, legs: float, cost_per_leg: float, tau: float) -> float:
    """Probability that a package is signed: none without a surplus, near certain with a large one.

    Pr = 1 - exp(-max(0, surplus - legs cost) / tau); at tau = 0 every surplus is signed.

    surplus: utility. legs: number, >= 0. cost_per_leg: utility, >= 0. tau: scale, >= 0 (utility).
    Source: assumed form.
    """
    net = surplus - legs * cost_per_leg
    if net <= 0.0:
        return 0.0
    if tau <= 0.0:
        return 1.0
    return 1.0 - math.exp(-net / tau)


@rule
def equalising_payment(
    gain_i: float, gain_j: float, unit_i: float, unit_j: float, cap: float, efficiency: float
) -> float:
    """Payment that makes two gains equal, as far as the cap allows; positive: i pays j.

    g_i - unit_i m = g_j + e unit_j m, so m = (g_i - g_j) / (unit_i + e unit_j) if g_i > g_j; likewise the other way.

    gain_i, gain_j: before payment (utility). unit_i, unit_j: utility of a unit of payment, > 0.
    cap: largest payment, >= 0. efficiency: share that arrives, 0..1.
    Source: Stokman and Van Oosten 1994, ch. 5 in European Community Decision Making (equal gain), with payments.
    """
    if gain_i >= gain_j:
        return min(cap, (gain_i - gain_j) / (unit_i + efficiency * unit_j))
    return -min(cap, (gain_j - gain_i) / (unit_j + efficiency * unit_i))
