"""Weapons programmes under the threat of preventive strikes, and when to strike."""

from __future__ import annotations

from powersim.compile.elementary import power
from powersim.compile.jit import rule


@rule
def strike_effectiveness(e0: float, psi: float, air_defence: float) -> float:
    """Probability that a strike stops a programme, less under air defence.

    e = e0 (1 - psi D), within 0..1.

    e0: without air defence, 0..1. psi: effect of full air defence, 0..1. air_defence: D, >= 0.
    Source: assumed form; effectiveness as in Debs and Monteiro 2014, IO 68:1-31.
    """
    return min(1.0, max(0.0, e0 * (1.0 - psi * air_defence)))


@rule
def strike_cost(k0: float, psi: float, air_defence: float) -> float:
    """Cost of a strike to the striker, more under air defence.

    kappa = kappa0 (1 + psi D).

    k0: without air defence, >= 0 (utility). psi: effect of full air defence, >= 0. air_defence: D, >= 0.
    Source: assumed form; cost as in Debs and Monteiro 2014, IO 68:1-31.
    """
    return k0 * (1.0 + psi * air_defence)


@rule
def setback_value(regained: float, loss: float, lam: float, delta: float, turns: float) -> float:
    """What setting a programme back is worth per turn for ever: a lower level, and the weapon put off, while it lasts.

    (1 - delta^S) (R + L lambda / (1 - delta (1 - lambda))); with R = 0 it is L setback_threshold.

    regained: R, utility per turn of the programme's lower level. loss: L, of the weapon, per turn. lam: hazard of
    success per turn, 0..1. delta: discount factor per turn, 0..1. turns: setback S, >= 0.
    Source: after Bas and Coe 2016, IO 70:655-85; there a programme costs nothing before it succeeds (R = 0).
    """
    soon = 0.0
    if lam > 0.0:
        soon = lam / (1.0 - delta * (1.0 - lam))
    return (1.0 - power(delta, 1.0 * turns)) * (regained + loss * soon)
