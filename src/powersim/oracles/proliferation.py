"""Weapons programmes under the threat of preventive strikes, and when to strike.

Closed forms and published results that no turn calls.
"""

from __future__ import annotations

import math

from powersim.compile.jit import rule

NOT_WORTH_IT, TOLERATED, DETERRED, MIXED, ALWAYS_STRUCK = range(5)


@rule
def strike_if_unseen(
    gain: float, loss: float, kappa: float, kappa_t: float, k: float, s: float, e: float
) -> float:
    """Probability of a strike without a sighting that leaves the target indifferent to investing; 1 if none does.

    r = (-k + (1 - s) G + s (G (1 - e) - kappa_T)) / ((1 - s)(e G + kappa_T) - kappa_T).

    gain: of a bomb to the target, G. loss: of it to the striker. kappa, kappa_t: cost of a strike to striker and
    target. k: cost of investing. s: probability of a sighting, 0..1. e: effectiveness, 0..1. All >= 0.
    Source: after Debs and Monteiro 2014, IO 68:1-31.
    """
    slope = (1.0 - s) * (e * gain + kappa_t) - kappa_t
    need = -k + (1.0 - s) * gain + s * (gain * (1.0 - e) - kappa_t)
    if need <= 0.0:
        return 0.0
    if slope <= need:
        return 1.0
    return need / slope


@rule
def regime(gain: float, loss: float, kappa: float, kappa_t: float, k: float, s: float, e: float) -> int:
    """Which of five situations a programme and its striker are in.

    NOT_WORTH_IT if G <= k; TOLERATED if e L <= kappa; DETERRED if s (e G + kappa_T) >= G - k (a transparent
    programme is not begun); else ALWAYS_STRUCK if strike_if_unseen is 1; else MIXED.

    Arguments as in strike_if_unseen. Source: after Debs and Monteiro 2014, IO 68:1-31.
    """
    if gain <= k:
        return NOT_WORTH_IT
    if e * loss <= kappa:
        return TOLERATED
    if s * (e * gain + kappa_t) >= gain - k:
        return DETERRED
    if strike_if_unseen(gain, loss, kappa, kappa_t, k, s, e) >= 1.0:
        return ALWAYS_STRUCK
    return MIXED


@rule
def invest_probability(
    gain: float, loss: float, kappa: float, kappa_t: float, k: float, s: float, e: float
) -> float:
    """Probability that the target invests in a weapon.

    Mixed: q = phi / (1 - s + s phi), phi = kappa / (e L); 1 if tolerated or always struck, else 0.

    Arguments as in strike_if_unseen. Source: after Debs and Monteiro 2014, IO 68:1-31.
    """
    case = regime(gain, loss, kappa, kappa_t, k, s, e)
    if case == NOT_WORTH_IT or case == DETERRED:
        return 0.0
    if case != MIXED:
        return 1.0
    phi = kappa / (e * loss)
    return phi / (1.0 - s + s * phi)


@rule
def preventive_strike_probability(
    gain: float, loss: float, kappa: float, kappa_t: float, k: float, s: float, e: float
) -> float:
    """Probability of a preventive strike, right or mistaken.

    Mixed: q s + (1 - q s) r; 1 if always struck, else 0. Mistaken ones: (1 - q) r.

    Arguments as in strike_if_unseen. Source: after Debs and Monteiro 2014, IO 68:1-31.
    """
    case = regime(gain, loss, kappa, kappa_t, k, s, e)
    if case == ALWAYS_STRUCK:
        return 1.0
    if case != MIXED:
        return 0.0
    seen = s * invest_probability(gain, loss, kappa, kappa_t, k, s, e)
    return seen + (1.0 - seen) * strike_if_unseen(gain, loss, kappa, kappa_t, k, s, e)


@rule
def strike_now_threshold(kappa: float, loss: float, delta: float) -> float:
    """Hazard of success per turn above which a strike that ends the programme for good is worth it.

    lambda* = kappa (1 - delta) / (L - delta kappa); infinite if the loss is not worth the cost.

    kappa: cost of the strike, >= 0. loss: L, of the weapon, >= 0. delta: discount factor per turn, 0..1.
    Source: after Bas and Coe 2016, IO 70:655-85.
    """
    if loss <= delta * kappa:
        return math.inf
    return kappa * (1.0 - delta) / (loss - delta * kappa)


@rule
def setback_threshold(lam: float, delta: float, turns: float) -> float:
    """Cost of a strike, in units of the loss, below which setting a programme back pays.

    lambda / (1 - delta (1 - lambda)) (1 - delta^S).

    lam: hazard of success per turn, 0..1. delta: discount factor per turn, 0..1. turns: setback S, >= 0.
    Source: after Bas and Coe 2016, IO 70:655-85.
    """
    if lam <= 0.0:
        return 0.0
    return lam / (1.0 - delta * (1.0 - lam)) * (1.0 - math.pow(delta, 1.0 * turns))


@rule
def setback_worth_it(kappa: float, loss: float, lam: float, delta: float, turns: float) -> bool:
    """Whether a strike that only sets a programme back is worth its cost.

    kappa < L setback_threshold.

    kappa: cost of the strike, >= 0. loss: L, >= 0. Others as in setback_threshold.
    Source: after Bas and Coe 2016, IO 70:655-85.
    """
    return kappa < loss * setback_threshold(lam, delta, turns)
