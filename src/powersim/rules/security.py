"""Security and threat: what an actor's capability, its friends and its enemies mean to it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from powersim.compile.jit import rule
from powersim.rules.contest import odds, odds_row

Floats = NDArray[np.float64]


@rule
def security(f: float, h: float, d: float) -> float:
    """Security of an actor: the odds of its own and allied capability against the capability it fears.

    S = f^d / (f^d + h^d).

    f: own and expected allied capability, >= 0. h: feared capability, >= 0 (same unit). d: decisiveness, >= 0.
    Source: the contest success function of Tullock 1980, read as security as in Hirshleifer 1991.
    """
    return odds(f, h, d)


@rule
def security_row(f: Floats, h: Floats, d: float, room: Floats, out: Floats) -> None:
    """Fill out with the security of many, to the bit as `security`. f, h, room, out: rows of one length, room for work.

    Source: see `security`.
    """
    odds_row(f, h, d, room, out)


@rule
def threat(reach: float, power: float, offence: float, trust: float, alignment: float) -> float:
    """Capability of another actor that one has to fear: power that arrives, is offensive and is ill meant.

    H = reach * power * offence * (1 - trust) * (1 - alignment) / 2.

    reach: share of the other's power that arrives, 0..1. power: capability, >= 0. offence: factor, >= 0 (1 = neutral).
    trust: belief that the other seeks only security, 0..1. alignment: -1..1.
    Source: after Walt 1987, The Origins of Alliances: aggregate power, proximity, offence, intentions.
    """
    return reach * power * offence * (1.0 - trust) * (1.0 - alignment) / 2.0


@rule
def help_expected(alignment: float, resolve: float, guarantee: float) -> float:
    """Share of another actor's capability that one expects to be lent in need.

    C = min(1, max(0, max(A, 0) r + guarantee)).

    alignment: -1..1. resolve: belief that the other stands firm, 0..1. guarantee: given by treaty or presence;
    negative where something stands in the way of help.
    Source: assumed; after the discounted ally of Altfeld and Bueno de Mesquita 1979, ISQ 23:87-112.
    """
    return min(1.0, max(0.0, max(alignment, 0.0) * resolve + guarantee))
