"""Coleman's exchange of control: who is powerful because others want what they own (M7b).

Actors own shares of resources and are interested in others; in the market for control every actor spends the
value of what it owns in proportion to its interests. An index of the power that issue control gives, not a
course of play.

Source: J. S. Coleman (1990), Foundations of Social Theory, chs 25-27.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from powersim.compile.jit import rule

Floats = NDArray[np.float64]

SUMS = 1e-9  # how far shares that should sum to 1 may be off


@rule
def control_bought(interest: float, power: float, value: float) -> float:
    """Share of a resource that an actor controls after the exchange.

    c*_ij = x_ij r_i / v_j

    interest: x_ij, share of i's interest that lies in resource j, 0..1; power: r_i, share of all value that i
    owns at the start, 0..1; value: v_j of the resource, 0..1 (0: nobody wants it, no market, 0 is returned).
    Source: Coleman 1990, ch. 25.
    """
    if value <= 0.0:
        return 0.0
    return interest * power / value


def resource_values(control: Floats, interest: Floats) -> Floats:
    """Equilibrium values v (J) of resources, summing to 1: what is spent on each is what it is worth.

    v = X' C v

    control: C (N,J), shares of each resource, columns sum to 1; interest: X (N,J), shares of each actor's
    interest, rows sum to 1. Errors: ValueError if shares do not sum to 1, or if the market falls apart, so
    that no one set of values clears it. Source: Coleman 1990, ch. 25.
    """
    if np.abs(control.sum(axis=0) - 1.0).max() > SUMS:
        raise ValueError(f"control: shares of each resource must sum to 1, found {control.sum(axis=0)}")
    if np.abs(interest.sum(axis=1) - 1.0).max() > SUMS:
        raise ValueError(f"interest: shares of each actor must sum to 1, found {interest.sum(axis=1)}")
    flow = interest.T @ control
    size = flow.shape[0]
    # The rows of I - flow add up to 0, so any one may give way to the condition that values sum to 1.
    system = np.eye(size) - flow
    if np.linalg.matrix_rank(system) < size - 1:
        raise ValueError("the market falls apart: some actors neither want nor own what others own or want")
    system[-1] = 1.0
    values: Floats = np.linalg.solve(system, np.eye(size)[-1])
    return values


def actor_power(control: Floats, interest: Floats) -> Floats:
    """Power r (N) of every actor: the value of what it controls; sums to 1.

    r = C v

    Arguments and errors as in `resource_values`. Source: Coleman 1990, ch. 25.
    """
    power: Floats = control @ resource_values(control, interest)
    return power


def final_control(control: Floats, interest: Floats) -> Floats:
    """Control C* (N,J) after the exchange; columns sum to 1.

    Arguments and errors as in `resource_values`. Source: Coleman 1990, ch. 25.
    """
    values, power = resource_values(control, interest), actor_power(control, interest)
    return np.array(
        [[control_bought(x, r, v) for x, v in zip(row, values)] for row, r in zip(interest, power)]
    )
