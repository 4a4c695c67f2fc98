"""War as bargaining that goes on while fighting: a random walk over forts, learning from battles, settlement.

Closed forms and published results that no turn calls.
"""

from __future__ import annotations

from powersim.compile.jit import rule


@rule
def share_met(stock: float, need: float) -> float:
    """Share of a need that a stock covers; 1 if nothing is needed.

    min(1, stock / need). stock, need: units, >= 0. Source: definition.
    """
    if need <= stock:
        return 1.0
    return max(0.0, stock) / need
