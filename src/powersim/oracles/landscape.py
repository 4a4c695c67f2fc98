"""Landscape theory of aggregation: two camps, and the configuration that frustrates its members least."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from powersim.compile.jit import rule

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@rule
def frustration(i: int, camp: int, camps: Ints, strength: Floats, propensity: Floats) -> float:
    """How badly a camp suits an actor: the propensities to those on the other side, weighted by their strength.

    F_i = sum_(j not i) s_j p_ij [camp_j != camp].

    i: the actor. camp: the camp it would be in, 0 or 1. camps (N): 0 or 1. strength (N): > 0.
    propensity (N, N): symmetric, > 0 = wants to be together.
    Source: Axelrod and Bennett 1993, BJPS 23:211-33.
    """
    total = 0.0
    for j in range(camps.shape[0]):
        if j != i and camps[j] != camp:
            total += strength[j] * propensity[i, j]
    return total


@rule
def energy(camps: Ints, strength: Floats, propensity: Floats) -> float:
    """Energy of a configuration: every actor's frustration, weighted by its strength (ordered pairs).

    E = sum_i s_i F_i.

    camps (N): 0 or 1. strength (N): > 0. propensity (N, N): symmetric.
    Source: Axelrod and Bennett 1993, BJPS 23:211-33.
    """
    total = 0.0
    for i in range(camps.shape[0]):
        total += strength[i] * frustration(i, camps[i], camps, strength, propensity)
    return total


@rule
def best_camp(i: int, camps: Ints, strength: Floats, propensity: Floats) -> int:
    """Camp that frustrates an actor less, given all others; it stays if both are equal.

    i: the actor. Others as in energy. Source: Axelrod and Bennett 1993, BJPS 23:211-33.
    """
    other = 1 - camps[i]
    here = frustration(i, camps[i], camps, strength, propensity)
    if frustration(i, other, camps, strength, propensity) < here:
        return other
    return camps[i]


@rule
def is_stable(camps: Ints, strength: Floats, propensity: Floats) -> bool:
    """Whether no single actor wants to change camps: a local minimum of the energy.

    Arguments as in energy. Source: Axelrod and Bennett 1993, BJPS 23:211-33.
    """
    for i in range(camps.shape[0]):  # noqa: SIM110 - the compiler has no generators
        if best_camp(i, camps, strength, propensity) != camps[i]:
            return False
    return True


@rule
def settle(camps: Ints, strength: Floats, propensity: Floats) -> Ints:
    """Camps after actors have changed sides one by one until none wants to; ends because energy falls with each.

    Arguments as in energy. Returns a new array (N).
    Source: Axelrod and Bennett 1993, BJPS 23:211-33.
    """
    now = camps.copy()
    while not is_stable(now, strength, propensity):
        for i in range(now.shape[0]):
            now[i] = best_camp(i, now, strength, propensity)
    return now
