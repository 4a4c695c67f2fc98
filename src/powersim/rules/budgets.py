"""Military budgets: arms races, and arms against allies."""

from __future__ import annotations

from powersim.compile.jit import rule


@rule
def budget_step(
    m: float, threat: float, fatigue: float, grievance: float, k: float, a: float, g: float
) -> float:
    """Capability a turn later: it answers threat, tires of its own burden and follows grievances.

    m' = max(0, m + k threat - a fatigue + g grievance).

    m: capability, >= 0. threat: what it answers. fatigue: the burden it tires of (Richardson: m itself). grievance:
    a standing drive. Pass each as the difference from the start, and budgets start at rest.
    k, a, g: coefficients per turn, >= 0.
    Source: Richardson 1960, Arms and Insecurity.
    """
    return max(0.0, m + k * threat - a * fatigue + g * grievance)
