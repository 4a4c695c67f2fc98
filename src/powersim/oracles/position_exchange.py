"""Position exchange with equal gains: two actors trade votes on two issues until nobody can gain (M7).

Every actor i holds a position x_ik on issue k, to which it attaches salience s_ik, with capability c_ik to
move the outcome. The expected outcome of an issue is the compromise O_k = sum_i c_ik s_ik x_ik / sum_i c_ik
s_ik. Two actors who stand on opposite sides of it on two issues trade: each moves on the issue that it cares
less about, at the rate that gives both the same gain.

Sources: F. N. Stokman and R. Van Oosten (1994), "The exchange of voting positions: an object-oriented model
of policy networks", ch. 5 in B. Bueno de Mesquita and F. N. Stokman (eds.), European Community Decision
Making; for externalities J. Dijkstra, M. A. L. M. van Assen and F. N. Stokman (2008), Journal of Conflict
Resolution 52. The order of trades is that of the authors' published program (R package equal-gain), whose run
on the Paris climate talks is a replication.
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from powersim.compile.jit import rule

Floats = NDArray[np.float64]

# Below this share of a point a gain is rounding noise: saliences in equal proportion leave nothing to trade.
NO_GAIN = 1e-12


class Exchange(NamedTuple):
    """One trade: i moves on issue q (its supply), j on issue p; positions in the units of the input."""

    i: int
    j: int
    p: int  # demanded by i, supplied by j
    q: int  # demanded by j, supplied by i
    gain: float  # the same for both
    start_i: float  # where i stood on q
    move_i: float
    start_j: float  # where j stood on p
    move_j: float


class Offer(NamedTuple):
    """A candidate trade with the moves and the gain that it would bring now; gain 0 = nothing to trade."""

    i: int
    j: int
    p: int
    q: int
    move_i: float
    move_j: float
    gain: float


@rule
def outcome_shift(move: float, salience: float, power: float, weight: float) -> float:
    """How far the expected outcome of an issue moves when one actor moves.

    Delta = d s c / W

    move: d, distance that the actor moves (units of the issue); salience: s of the actor, 0..1; power: c,
    capability of the actor, >= 0; weight: W = sum_i s_i c_i over all actors, > 0 (0: nobody cares, nothing
    moves). Source: Stokman and Van Oosten 1994, the compromise outcome of Van den Bos.
    """
    if weight <= 0.0:
        return 0.0
    return move * salience * power / weight


@rule
def move_for_shift(shift: float, salience: float, power: float, weight: float) -> float:
    """How far an actor has to move to shift the expected outcome by a given amount; inverse of
    `outcome_shift`.

    d = Delta W / (s c)

    shift: Delta (units of the issue); salience, power, weight as in `outcome_shift`. An actor without weight
    cannot shift anything: infinity. Source: Stokman and Van Oosten 1994.
    """
    if salience * power <= 0.0:
        return math.inf
    return shift * weight / (salience * power)


@rule
def equal_gain_rate(s_ip: float, s_jp: float, s_iq: float, s_jq: float) -> float:
    """Exchange rate Delta_q / Delta_p at which both sides of a trade gain the same.

    Delta_q / Delta_p = (s_ip + s_jp) / (s_iq + s_jq)

    Saliences 0..1 of actors i and j for issues p and q; s_iq + s_jq > 0 (0: no rate, 0 is returned).
    Source: Stokman and Van Oosten 1994; from s_ip Dp - s_iq Dq = s_jq Dq - s_jp Dp.
    """
    if s_iq + s_jq <= 0.0:
        return 0.0
    return (s_ip + s_jp) / (s_iq + s_jq)


@rule
def exchange_gain(shift_demand: float, shift_supply: float, s_demand: float, s_supply: float) -> float:
    """What one side of a trade expects to gain from it.

    EU_i = s_ip Delta_p - s_iq Delta_q

    shift_demand: Delta >= 0 of the issue that it demands, towards it; shift_supply: Delta >= 0 of the issue
    that it supplies, away from it (units of the issue); s_demand, s_supply: its saliences of the two issues,
    0..1. At the equal-gain rate this is Delta_p (s_ip s_jq - s_iq s_jp) / (s_iq + s_jq) for both. Source:
    Stokman and Van Oosten 1994.
    """
    return s_demand * shift_demand - s_supply * shift_supply


@rule
def externality(before: float, after: float, position: float, salience: float) -> float:
    """What a third actor gains (or, below 0, loses) when a trade of others moves the outcome of an issue.

    (|O0 - x| - |O1 - x|) s

    before, after: outcome O0, O1 (units of the issue); position: x of the third actor; salience: its s, 0..1.
    Source: Dijkstra, Van Assen and Stokman 2008.
    """
    return (abs(before - position) - abs(after - position)) * salience


def expected_outcomes(position: Floats, salience: Floats, power: Floats) -> Floats:
    """Compromise O_k (K) of positions (N,K) weighted by salience (N,K) times power (N,K); NaN = takes no
    part.

    Source: Van den Bos 1991, in Stokman and Van Oosten 1994.
    """
    weight = np.where(np.isnan(position), 0.0, salience * power)
    total: Floats = np.nansum(weight * np.nan_to_num(position), axis=0) / np.nansum(weight, axis=0)
    return total


class Market:
    """The state of a round of exchanges: who stands where now, and where everybody stood at the start."""

    def __init__(self, position: Floats, salience: Floats, power: Floats) -> None:
        """Take positions, saliences and power, each (N,K); position NaN = takes no part in the issue."""
        if not position.shape == salience.shape == power.shape:
            raise ValueError(
                f"position {position.shape}, salience {salience.shape} and power {power.shape} must have the "
                "same shape (actors, issues)"
            )
        self.ideal = np.array(position, dtype=np.float64)
        self.now = self.ideal.copy()
        self.s = np.asarray(salience, dtype=np.float64)
        self.c = np.asarray(power, dtype=np.float64)
        self.outcome = expected_outcomes(self.ideal, self.s, self.c)
        self.weight: Floats = np.nansum(np.where(np.isnan(self.ideal), np.nan, self.s * self.c), axis=0)

    def offer(self, i: int, j: int, p: int, q: int) -> Offer:
        """The trade between i and j as it stands now: one of them goes all the way to the other."""
        reach_i = abs(self.ideal[j, q] - self.now[i, q])
        reach_j = abs(self.ideal[i, p] - self.now[j, p])
        s_ip, s_jp, s_iq, s_jq = self.s[i, p], self.s[j, p], self.s[i, q], self.s[j, q]
        rate = equal_gain_rate(s_ip, s_jp, s_iq, s_jq)
        if rate <= 0.0 or s_iq * self.c[i, q] <= 0.0 or s_jp * self.c[j, p] <= 0.0:
            return Offer(i, j, p, q, 0.0, 0.0, 0.0)
        move_j = reach_j
        shift_p = outcome_shift(move_j, s_jp, self.c[j, p], self.weight[p])
        shift_q = rate * shift_p
        move_i = move_for_shift(shift_q, s_iq, self.c[i, q], self.weight[q])
        if move_i > reach_i:
            move_i = reach_i
            shift_q = outcome_shift(move_i, s_iq, self.c[i, q], self.weight[q])
            shift_p = equal_gain_rate(s_iq, s_jq, s_ip, s_jp) * shift_q
            move_j = move_for_shift(shift_p, s_jp, self.c[j, p], self.weight[p])
        move_i *= np.sign(self.ideal[j, q] - self.now[i, q])
        move_j *= np.sign(self.ideal[i, p] - self.now[j, p])
        gain = exchange_gain(shift_p, shift_q, s_ip, s_iq)
        # Nobody moves back: every move leads from where the actor began across the expected outcome.
        onward = (self.outcome[q] - self.ideal[i, q]) * move_i > 0 and (
            self.outcome[p] - self.ideal[j, p]
        ) * move_j > 0
        return Offer(
            i, j, p, q, float(move_i), float(move_j), float(gain) if onward and gain > NO_GAIN else 0.0
        )

    def pairs(self) -> list[tuple[int, int, int, int]]:
        """All (i, j, p, q) whose members stand on opposite sides of the outcome on both issues, i demanding
        p.

        Listed as the authors' program lists them (issue pairs in order, last actor first), because equal
        gains are taken in the order of the list.
        """
        found = []
        n, issues = self.ideal.shape
        above = self.ideal > self.outcome
        for p, q in combinations(range(issues), 2):
            here = [a for a in reversed(range(n)) if not np.isnan(self.ideal[a, [p, q]]).any()]
            for side_q in (True, False):
                firsts = [a for a in here if above[a, p] and above[a, q] == side_q]
                seconds = [b for b in here if not above[b, p] and above[b, q] != side_q]
                for a in firsts:
                    for b in seconds:
                        i_demands_p = self.s[a, p] * self.s[b, q] >= self.s[b, p] * self.s[a, q]
                        found.append((a, b, p, q) if i_demands_p else (b, a, p, q))
        return found

    def carry_out(self, offer: Offer) -> Exchange:
        """Move both actors and return the record of the trade."""
        start_i, start_j = float(self.now[offer.i, offer.q]), float(self.now[offer.j, offer.p])
        self.now[offer.i, offer.q] += offer.move_i
        self.now[offer.j, offer.p] += offer.move_j
        return Exchange(
            offer.i, offer.j, offer.p, offer.q, offer.gain, start_i, offer.move_i, start_j, offer.move_j
        )


def best_offer(agenda: list[Offer]) -> tuple[Offer, list[Offer]]:
    """The offer with the highest gain, and the others; a leader overtaken falls behind those seen so far."""
    best, others = agenda[0], []
    for offer in agenda[1:]:
        if offer.gain > best.gain:
            others.append(best)
            best = offer
        else:
            others.append(offer)
    return best, others


def equal_gain_exchanges(position: Floats, salience: Floats, power: Floats) -> tuple[list[Exchange], Floats]:
    """Carry out all trades of a round, highest gain first; return them and the final positions (N,K).

    After each trade the offers that supply the same issue by the same actor are reckoned anew; offers without
    gain, or in which somebody would have to move back, lapse for good. NaN in position = the actor takes no
    part in the issue. Errors: ValueError if the shapes differ. Source: Stokman and Van Oosten 1994; order of
    trades as in the R package equal-gain.
    """
    market = Market(position, salience, power)
    agenda = [offer for offer in (market.offer(*pair) for pair in market.pairs()) if offer.gain > 0.0]
    done = []
    while agenda:
        best, agenda = best_offer(agenda)
        done.append(market.carry_out(best))
        moved = {(best.i, best.q), (best.j, best.p)}
        agenda = [market.offer(*o[:4]) if moved & {(o.i, o.q), (o.j, o.p)} else o for o in agenda]
        agenda = [offer for offer in agenda if offer.gain > 0.0]
    return done, market.now
