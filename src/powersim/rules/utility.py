"""What a state of the world is worth to an actor."""

from __future__ import annotations

import math

from powersim._jit import rule


@rule
def issue_utility(x: float, theta: float, salience: float, b: float) -> float:
    """Utility from one issue: full salience at the ideal point, less with distance.

    u = s (1 - |x - theta|^b).

    x, theta: position and ideal, 0..1. salience: >= 0 (utility of the whole range). b: curvature, >= 1 (1 = linear;
    above 1 the first step from an ideal costs least, so that compromises are not only corners).
    Source: the spatial model of voting (Davis, Hinich and Ordeshook 1970, APSR 64:426-48).
    """
    return salience * (1.0 - math.pow(abs(x - theta), b))


@rule
def clip_step(x: float, theta: float, step: float) -> float:
    """Signed move of at most `step` from x towards theta that never overshoots it.

    x, theta: position and target, 0..1. step: >= 0.
    Source: assumed; a step that may overshoot stalls beside the ideal.
    """
    gap = theta - x
    if abs(gap) <= step:
        return gap
    if gap > 0.0:
        return step
    return -step


@rule
def autonomy_cost(pledge: float, w: float) -> float:
    """Utility lost to a pledge: autonomy given up, at a rising price.

    cost = 1/2 w pledge^2.

    pledge: 0..1. w: weight of autonomy, >= 0 (utility).
    Source: after Morrow 1991, AJPS 35:904-33 (security is bought with autonomy).
    """
    return 0.5 * w * pledge * pledge


@rule
def economy_left(open_trade: float, trade: float, net_payment: float, economy: float) -> float:
    """Prosperity: the share of trade that sanctions leave, plus net payments in units of the economy.

    E = open / trade + payments / y; trade is 1 for an actor that trades with nobody in the model.

    open_trade: trade not under sanctions, 0..trade. trade: >= 0. net_payment: received minus paid (share of world
    GDP). economy: y, > 0 (share of world GDP).
    Source: assumed.
    """
    left = 1.0
    if trade > 0.0:
        left = open_trade / trade
    if economy > 0.0:
        left += net_payment / economy
    return left


@rule
def friends_part(chi: float, weighted_gain: float, weight: float) -> float:
    """What friends' gains add to one's own: a share of their mean, weighted by alignment; 0 without friends.

    part = chi sum_j max(A_ij, 0) gain_j / sum_j max(A_ij, 0).

    chi: share, >= 0. weighted_gain: numerator. weight: denominator, >= 0.
    Source: assumed; other-regarding preferences in the linear form.
    """
    if weight <= 0.0:
        return 0.0
    return chi * weighted_gain / weight
