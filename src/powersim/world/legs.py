"""The numbers of legs: what a package is made of, in one row for controls and flows.

Of C controls and F flows, control c has the legs 3c + side (LOWER, REFRAIN, RAISE), and after them all flow f has
3C + 2f + what (GIVE, FREEZE).
"""

from __future__ import annotations

from powersim.compile.jit import interpreted, rule


@rule
def control_leg(c: int, side: int) -> int:
    """The leg that moves control c to a side, or holds it."""
    return 3 * c + side


@rule
def flow_leg(controls: int, f: int, what: int) -> int:
    """The leg that gives by flow f, or freezes it."""
    return 3 * controls + 2 * f + what


@rule
def moves_control(controls: int, r: int) -> bool:
    """Whether leg r is about a control, and not about a flow."""
    return r < 3 * controls


@rule
def control_of(r: int) -> int:
    """The control of a leg that is about one."""
    return r // 3


@rule
def side_of(r: int) -> int:
    """What a control's leg does: LOWER, REFRAIN, RAISE. Of any leg, what tells it from others of its object."""
    return r % 3


@rule
def flow_of(controls: int, r: int) -> int:
    """The flow of a leg that is about one."""
    return (r - 3 * controls) // 2


@rule
def deed_of(controls: int, r: int) -> int:
    """What a flow's leg does: GIVE, FREEZE."""
    return (r - 3 * controls) % 2


@rule
def legs_of(controls: int, flows: int) -> int:
    """How many legs there are."""
    return 3 * controls + 2 * flows


class Legs:
    """The same for whoever is not compiled: scenarios, stories, counts."""

    control_leg = staticmethod(interpreted(control_leg))
    flow_leg = staticmethod(interpreted(flow_leg))
    moves_control = staticmethod(interpreted(moves_control))
    control_of = staticmethod(interpreted(control_of))
    side_of = staticmethod(interpreted(side_of))
    flow_of = staticmethod(interpreted(flow_of))
    deed_of = staticmethod(interpreted(deed_of))
    legs_of = staticmethod(interpreted(legs_of))
