"""Levels: whether a state is past a number that somebody wrote.

States are rounded: to a grid between turns (`world.turn`), to single precision in results; and 0.1 + 0.05 is not 0.15.
What is written, 0.15, is rounded in none of these ways. So two numbers count as the same unless they differ by more
than all that can have made of equal ones. Every comparison with a level that a user may write goes through here: in
expressions, embargoes, milestones, parameters, `above` and `below` of outcomes, sizes of effects.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from powersim.compile.jit import rule

SLACK = 2.0**-23  # spacing of single precision at 1: the coarsest rounding that a state goes through


def beyond(a: Any, b: Any) -> Any:
    """Whether a lies above b by more than rounding: numbers, or arrays place by place. nan is beyond nothing.

    a - b > SLACK (1 + |a| + |b|), so that of a > b, b > a and "the same" exactly one holds.

    a, b: any unit. Source: arithmetic.
    """
    return a - b > SLACK * (1.0 + abs(a) + abs(b))


exceeds: Callable[[float, float], bool] = rule(beyond)
"""`beyond` of two numbers, for rules."""
