"""Proxies: attacks through others, which make a presence costly."""

from __future__ import annotations

from powersim.compile.jit import rule
from powersim.rules.sanctions import conflict_expectation


@rule
def proxy_hazard(hazard: float, alignment: float) -> float:
    """Probability of an attack by proxy this turn: the likelier, the more hostile the two.

    hazard (1 - A) / 2.

    hazard: per turn between open enemies, 0..1. alignment: -1..1.
    Source: assumed; proxies and rivalry as in Maoz and San-Akca 2012, ISQ 56:720-34.
    """
    return hazard * conflict_expectation(alignment)


@rule
def proxy_level(level: float, attack: float, decay: float) -> float:
    """Level of violence a turn later: part of it lasts, an attack fills the rest.

    L' = decay L + (1 - decay) attack.

    level: 0..1. attack: 0 or 1. decay: share that lasts, 0..1.
    Source: assumed.
    """
    return decay * level + (1.0 - decay) * attack
