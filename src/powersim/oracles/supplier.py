"""Arms suppliers, and third parties who pay them not to deliver."""

from __future__ import annotations

from powersim.compile.jit import rule


@rule
def supplier_abstains(pi: float, harm: float) -> bool:
    """Whether those harmed can pay a supplier to abstain.

    H > Pi.

    pi: the supplier's gain from delivering. harm: sum of the third parties' losses, >= 0 (same unit).
    Source: after Levine, Sen and Smith 1994, Defence and Peace Economics 5:1-18.
    """
    return harm > pi


@rule
def veto_price(pi: float, harm: float) -> float:
    """Price of restraint under the Nash solution; 0 if nothing is bought.

    (H + Pi) / 2 if H > Pi.

    pi: the supplier's gain from delivering, >= 0. harm: sum of the third parties' losses, >= 0.
    Source: Nash 1953; after Levine, Sen and Smith 1994, Defence and Peace Economics 5:1-18.
    """
    if not supplier_abstains(pi, harm):
        return 0.0
    return (harm + pi) / 2.0


@rule
def supplier_gain(price: float, cost: float, influence: float, externality: float) -> float:
    """What a supplier gains from delivering.

    Pi = price - cost + influence - externality.

    price, cost: of the delivery. influence: worth of closer ties. externality: worth of the security lost to it.
    All utility, >= 0. Source: Levine, Sen and Smith 1994, Defence and Peace Economics 5:1-18.
    """
    return price - cost + influence - externality
