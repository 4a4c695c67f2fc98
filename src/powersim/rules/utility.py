"""What a state of the world is worth to an actor."""

from __future__ import annotations

from powersim.compile.elementary import power
from powersim.compile.jit import rule


@rule
def issue_utility(x: float, theta: float, salience: float, b: float) -> float:
    """Utility from one issue: full salience at the ideal point, less with distance.

    u = s (1 - |x - theta|^b).

    x, theta: position and ideal, 0..1. salience: >= 0 (utility of the whole range). b: curvature, >= 1 (1 = linear;
    above 1 the first step from an ideal costs least, so that compromises are not only corners).
    Source: the spatial model of voting (Davis, Hinich and Ordeshook 1970, APSR 64:426-48).
    """
    return utility_left(salience, power(abs(x - theta), b))


@rule
def utility_left(salience: float, loss: float) -> float:
    """The same from what distance takes: u = s (1 - l), l = |x - theta|^b.

    salience: >= 0. loss: 0..1. Source: see `issue_utility`.
    """
    return salience * (1.0 - loss)


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
