"""Home: whether those who want to engage or those who want to stand firm have the say."""

from __future__ import annotations

from powersim.compile.jit import rule


@rule
def engagers_step(
    f: float,
    paid: float,
    breached: float,
    sanctioned: float,
    up: float,
    down: float,
    home_level: float,
    relax: float,
) -> float:
    """Share of the engagers a turn later: up when diplomacy paid, down when breached or sanctioned, back to its level.

    F' = F + up paid (1 - F) - down (breached + sanctioned) F + relax (F0 - F), within 0..1.

    f, home_level: share now and the leader's, 0..1. paid: gain from diplomacy this turn, >= 0 (utility).
    breached: promises broken to it. sanctioned: sanctions on it, 0..1. up, down: >= 0. relax: 0..1 per turn.
    Source: assumed form; two factions as in Snyder 1991, Myths of Empire, and Trager and Vavreck 2011, AJPS 55:526-45.
    """
    moved = f + up * paid * (1.0 - f) - down * (breached + sanctioned) * f + relax * (home_level - f)
    return min(1.0, max(0.0, moved))
