"""Bargaining over packages: the Nash product, equal gain, side payments, signature."""

from __future__ import annotations

import math

from powersim.compile.elementary import exp, log
from powersim.compile.jit import rule


@rule
def log_nash(gain: float, weight: float) -> float:
    """One party's part of the logarithm of the Nash product; minus infinity without a gain.

    w ln g.

    gain: over disagreement. weight: >= 0.
    Source: Nash 1950, Econometrica 18:155-62.
    """
    if gain <= 0.0:
        return -math.inf
    return weight * log(gain)


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
def payable(share: float, economy: float, owed: float) -> float:
    """What an actor can still promise to pay while its open deals last: max(0, c y - o).

    share: c, most that it can pay others in a year, of its economy, 0..1. economy: y, >= 0. owed: o, what it pays by
    open deals, >= 0 (units of y). A package that needs more is out of reach.
    Source: a budget constraint; the share by the largest aid on record, see defaults/bargaining.yaml.
    """
    return max(0.0, share * economy - owed)


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
    return 1.0 - exp(-net / tau)


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
