"""Home: whether those who want to engage or those who want to stand firm have the say.

Closed forms and published results that no turn calls.
"""

from __future__ import annotations

from powersim.compile.jit import rule


@rule
def mixed_ideal(f: float, hard: float, eng: float) -> float:
    """Policy between two factions in proportion to their shares.

    theta = (1 - F) hard + F eng.

    f: share of the engagers, 0..1. hard, eng: the factions' ideals (or saliences).
    Source: assumed; a compromise as in Van den Bos 1991.
    """
    return hard + f * (eng - hard)
