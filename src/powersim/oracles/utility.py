"""What a state of the world is worth to an actor.

Closed forms and published results that no turn calls.
"""

from __future__ import annotations

from powersim.compile.jit import rule


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
