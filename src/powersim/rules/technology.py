"""Know-how: learning towards the frontier, transfer, diffusion."""

from __future__ import annotations

from powersim.compile.jit import rule


@rule
def learn(level: float, frontier: float, rate: float) -> float:
    """Know-how a turn later: part of the gap to the frontier is closed; nothing is forgotten.

    A' = A + Phi max(0, T - A).

    level, frontier: know-how, >= 0. rate: Phi, share of the gap closed per turn, 0..1.
    Source: Nelson and Phelps 1966, AER 56:69-75.
    """
    return level + rate * max(0.0, frontier - level)
