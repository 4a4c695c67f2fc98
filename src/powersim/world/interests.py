"""Who wants what of every issue, noted by issue, and how far from it a position leaves everybody."""

from __future__ import annotations

import math

import numpy as np

from powersim.compile.elementary import LANES, power, power_row
from powersim.compile.jit import rule
from powersim.world.desk import ANEW, GOLDEN, ROWS, SHIFT, SLOTS, Sums
from powersim.world.params import Params
from powersim.world.state import World


@rule
def note_interests(w: World, sums: Sums) -> None:
    """Note the ideals and saliences of this turn by issue, and whose have moved."""
    theta, salience, look = sums.theta, sums.salience, sums.look[0] + 1
    sums.look[0] = look
    for i in range(w.power.shape[0]):
        differ = 0
        for k in range(theta.shape[0]):  # counted: no branch ends the loop
            differ += w.theta[i, k] != sums.noted[0, i, k]
            differ += w.salience[i, k] != sums.noted[1, i, k]
        for k in range(theta.shape[0] if differ > 0 else 0):
            if w.theta[i, k] == sums.noted[0, i, k] and w.salience[i, k] == sums.noted[1, i, k]:
                continue
            sums.noted[0, i, k], sums.noted[1, i, k] = w.theta[i, k], w.salience[i, k]
            cares = (w.salience[i, k] > 0.0) != (salience[k, i] > 0.0)
            if w.theta[i, k] != theta[k, i] or cares:
                sums.moved[k, i] = look
                sums.stirred[k] = look
            sums.caring[k] = ANEW if cares else sums.caring[k]
            theta[k, i], salience[k, i] = w.theta[i, k], w.salience[i, k]
    for k in range(theta.shape[0]):
        if sums.stirred[k] == look:
            _note_carers(sums, k)


@rule
def _note_carers(sums: Sums, k: int) -> None:
    """List who cares about issue k; note the lowest and the highest of their ideals; nobody's are infinitely far off.

    Lists are written as far as they may reach, and counted: no branch waits for who is on them.
    """
    carer, low, high = sums.carer[k], math.inf, -math.inf
    if sums.caring[k] == ANEW:
        count = 0
        for i in range(carer.shape[0]):
            carer[count] = i
            count += sums.salience[k, i] > 0.0
        sums.caring[k] = count
    for m in range(sums.caring[k]):
        low, high = min(low, sums.theta[k, carer[m]]), max(high, sums.theta[k, carer[m]])
    sums.ends[k, 0], sums.ends[k, 1] = low, high


@rule
def _slot(at: float) -> int:
    """Where the row of a position is looked for first: one of SLOTS places, made of all its bits.

    Round positions differ in few of them, so they are multiplied into the upper ones (Fibonacci hashing: Knuth 1998,
    The Art of Computer Programming 3, 6.4).
    """
    bits = int(np.float64(at).view(np.int64))
    return (((bits ^ bits >> 32) & 0xFFFFFFFF) * GOLDEN >> SHIFT) & (SLOTS - 1)


@rule
def taken_powers(p: Params, sums: Sums, k: int, at: float) -> int:
    """The row of sums.powers that has |at - theta|^b for everybody who cares about issue k, looked up or taken now.

    Most positions and ideals stay where they are from turn to turn. The row found last is not the next to be given up,
    so that two positions can be compared.
    """
    slot = _slot(at)
    place, row = sums.place, int(sums.near[k, slot])
    if place[k, row] == at and sums.taken[k, row] >= sums.stirred[k] and row != sums.oldest[k]:
        return row
    if place[k, row] != at:
        row = -1
        for r in range(ROWS):  # one at most is it; no branch ends the loop
            row += r + 1 if place[k, r] == at else 0
    since = -1
    if row >= 0:
        since = sums.taken[k, row]
    else:
        row = sums.oldest[k]
        place[k, row] = at
    sums.near[k, slot] = row
    if row == sums.oldest[k]:
        sums.oldest[k] = (row + 1) % ROWS
    if since < 0:
        _take_powers(p, sums, k, at, row)
    elif since < sums.stirred[k]:
        some, count = sums.some, 0
        for m in range(sums.caring[k]):
            some[count] = sums.carer[k, m]
            count += sums.moved[k, some[count]] > since
        for m in range(count):
            sums.powers[k, row, some[m]] = power(abs(at - sums.theta[k, some[m]]), p.curvature)
    sums.taken[k, row] = sums.look[0]
    return int(row)


@rule
def _take_powers(p: Params, sums: Sums, k: int, at: float, row: int) -> None:
    """Fill a row of sums.powers at once."""
    powers, carer, count = sums.powers[k, row], sums.carer[k], sums.caring[k]
    full = (count + LANES - 1) // LANES * LANES
    gap, loss, none = sums.rows[0, :full], sums.rows[1, :full], power(0.0, p.curvature)
    for i in range(powers.shape[0]):
        powers[i] = 0.0
    for m in range(count, full):
        gap[m] = 1.0
    for m in range(count):
        away = abs(at - sums.theta[k, carer[m]])
        gap[m] = away if away > 0.0 else 1.0
    power_row(gap, p.curvature, loss)
    for m in range(count):
        powers[carer[m]] = none if at == sums.theta[k, carer[m]] else loss[m]
