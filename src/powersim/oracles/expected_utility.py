"""Bueno de Mesquita's expected utility model of one issue, as Scholz, Calbert and Smith replicated it (M17).

A check, not an engine: one issue, no packages, no arms. Each actor has capability c, position x and salience
s; it weighs whether to challenge each other actor, and takes the best offer that it gets. The replication,
and the open Python program after it whose run is reproduced here (jmckib/bdm-scholz-expected-utility-model,
which notes the first three itself), take four steps that the model's descriptions do not support; the
published numbers depend on them, so each has a switch in `Reading`:

- the probability that a challenge succeeds divides by the votes in all contests at once, not in this one, so
  that P(i beats j) + P(j beats i) is far below 1 (`all_contests`);
- the risk that an actor runs is ranked among the risks of other actors, not among those of other positions
  that it could take (`rank_actors`);
- of several compromises an actor takes the one with the lowest weighted mean position, not the one that moves
  it least (`lowest_compromise`);
- nobody ever capitulates, because the program's condition compares a number with itself (`capitulation`).

Sources: B. Bueno de Mesquita (1985), American Political Science Review 79:156-72; (1997), International
Interactions 23:235-66; J. B. Scholz, G. J. Calbert and G. A. Smith (2011), "Unravelling Bueno de Mesquita's
group decision model", Journal of Theoretical Politics 23:510-31.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from powersim.compile.jit import rule

Floats = NDArray[np.float64]

CONFRONTATION, COMPROMISE, CAPITULATION = "confrontation", "compromise", "capitulation"


class Reading(NamedTuple):
    """Which of the disputed steps of the published program to follow."""

    all_contests: bool = True
    rank_actors: bool = True
    lowest_compromise: bool = True
    capitulation: bool = False


AS_PUBLISHED = Reading()
AS_INTENDED = Reading(all_contests=False, rank_actors=False, lowest_compromise=False, capitulation=True)


class Issue(NamedTuple):
    """Actors of one issue; arrays (N). `span` is the range of positions at the start and stays fixed."""

    capability: Floats
    position: Floats
    salience: Floats
    span: float


class Move(NamedTuple):
    """The offer that an actor takes: where it goes, for whom, and both expected utilities as it sees them."""

    kind: str
    actor: int
    rival: int
    eu: float
    eu_rival: float
    position: float


@rule
def success_utility(distance: float, span: float, risk: float) -> float:
    """Utility of winning a challenge to a position some distance away.

    U_s = 2 - 4 (1/2 - 1/2 |x_i - x_j| / R)^r

    distance: |x_i - x_j|, 0..span; span: R > 0, range of positions; risk: exponent r, 1/2 (accepts risks) ..
    2 (averse). Source: Bueno de Mesquita 1985; Scholz et al. 2011.
    """
    return 2.0 - 4.0 * math.pow(max(0.0, 0.5 - 0.5 * distance / span), risk)


@rule
def failure_utility(distance: float, span: float, risk: float) -> float:
    """Utility of losing a challenge to a position some distance away.

    U_f = 2 - 4 (1/2 + 1/2 |x_i - x_j| / R)^r

    Parameters as in `success_utility`. Source: Bueno de Mesquita 1985; Scholz et al. 2011.
    """
    return 2.0 - 4.0 * math.pow(0.5 + 0.5 * distance / span, risk)


@rule
def challenge_utility(win: float, resists: float, success: float, failure: float, risk: float) -> float:
    """Expected utility of a challenge over leaving things as they are (nothing else is expected to happen: Q
    = 1).

    E = s_j (P U_s + (1-P) U_f) + (1-s_j) U_s - (2 - 4 (1/2)^r)

    win: P that the challenger wins, 0..1; resists: s_j, salience of the challenged, read as the chance that
    it resists; success, failure: U_s, U_f; risk: exponent r. Source: Bueno de Mesquita 1985; Scholz et al.
    2011.
    """
    fight = win * success + (1.0 - win) * failure
    return resists * fight + (1.0 - resists) * success - (2.0 - 4.0 * math.pow(0.5, risk))


@rule
def risk_exponent(danger: float, least: float, most: float) -> float:
    """Risk exponent from how exposed an actor is to challenges.

    R = (2 E - max E - min E) / (max E - min E);   r = (1 - R/3) / (1 + R/3)

    danger: E, sum of what others expect from challenging the actor; least, most: its bounds. Range 1/2 (most
    exposed) .. 2 (least exposed); equal bounds: 1, neutral. Source: Bueno de Mesquita 1985; Scholz et al.
    2011.
    """
    if most <= least:
        return 1.0
    share = (2.0 * danger - most - least) / (most - least) / 3.0
    return (1.0 - share) / (1.0 + share)


def issue_of(capability: Floats, position: Floats, salience: Floats) -> Issue:
    """Actors with capability, position and salience (0..1), each (N); ValueError if all positions are one."""
    span = float(position.max() - position.min())
    if span <= 0.0:
        raise ValueError("all actors hold the same position: there is nothing to decide")
    return Issue(capability, position.copy(), salience, span)


def votes(issue: Issue, first: float | Floats, second: float | Floats, risk: Floats) -> Floats:
    """Votes (N) of every actor for position `first` over `second`, below 0 = against; risk: exponents (N).

    Arrays of positions (..., 1) give votes (..., N).
    """
    near = (np.abs(issue.position - first) / issue.span) ** risk
    far = (np.abs(issue.position - second) / issue.span) ** risk
    cast: Floats = issue.capability * issue.salience * (far - near)
    return cast


def mean_position(issue: Issue) -> float:
    """Mean position weighted by capability times salience."""
    weight = issue.capability * issue.salience
    return float((weight * issue.position).sum() / weight.sum())


def median_position(issue: Issue) -> float:
    """The position that survives votes by pairs in ascending order: the Condorcet winner, if there is one."""
    neutral = np.ones_like(issue.position)
    winner, *others = np.unique(issue.position)
    for challenger in others:
        if votes(issue, challenger, winner, neutral).sum() > 0.0:
            winner = challenger
    return float(winner)


def win_probability(issue: Issue, i: int, j: int, risk: Floats, reading: Reading = AS_PUBLISHED) -> float:
    """Probability that i's position beats j's; 0 if they agree."""
    x = issue.position
    if x[i] == x[j]:
        return 0.0
    cast = votes(issue, x[i], x[j], risk)
    total = np.abs(cast).sum()
    if reading.all_contests:
        total = np.abs(votes(issue, x[:, None, None], x[None, :, None], risk)).sum()
    return float(np.maximum(cast, 0.0).sum() / total)


def expected_utility(
    issue: Issue, i: int, j: int, risk: Floats, eyes: int, reading: Reading = AS_PUBLISHED
) -> float:
    """What i expects from challenging j, as `eyes` sees it, who lends both its own risk exponent."""
    distance = abs(float(issue.position[i] - issue.position[j]))
    r = float(risk[eyes])
    return challenge_utility(
        win_probability(issue, i, j, risk, reading),
        float(issue.salience[j]),
        success_utility(distance, issue.span, r),
        failure_utility(distance, issue.span, r),
        r,
    )


def danger(issue: Issue, i: int, reading: Reading = AS_PUBLISHED) -> float:
    """Sum of what all others expect from challenging i, everybody being neutral to risk."""
    neutral = np.ones_like(issue.position)
    others = (j for j in range(len(neutral)) if j != i)
    return sum(expected_utility(issue, j, i, neutral, j, reading) for j in others)


def risk_exponents(issue: Issue, reading: Reading = AS_PUBLISHED) -> Floats:
    """Risk exponents (N) from the danger in which the actors are."""
    dangers = np.array([danger(issue, i, reading) for i in range(len(issue.position))])
    if reading.rank_actors:
        return np.array([risk_exponent(e, dangers.min(), dangers.max()) for e in dangers])
    exponents = []
    for i, e in enumerate(dangers):
        elsewhere = []
        for place in np.unique(issue.position):
            moved = issue.position.copy()
            moved[i] = place
            elsewhere.append(danger(issue._replace(position=moved), i, reading))
        exponents.append(risk_exponent(e, min(elsewhere), max(elsewhere)))
    return np.array(exponents)


def offer(issue: Issue, i: int, j: int, risk: Floats, reading: Reading = AS_PUBLISHED) -> Move | None:
    """What j makes i do, if anything: give way in a contest, meet on the way, or give in."""
    own = expected_utility(issue, i, j, risk, i, reading)
    rival = expected_utility(issue, j, i, risk, i, reading)
    x_i, x_j = float(issue.position[i]), float(issue.position[j])
    if rival > own > 0.0:
        return Move(CONFRONTATION, i, j, own, rival, x_j)
    if rival > 0.0 > own and rival > -own:
        return Move(COMPROMISE, i, j, own, rival, x_i + (x_j - x_i) * abs(own / rival))
    if reading.capitulation and rival > 0.0 > own:
        return Move(CAPITULATION, i, j, own, rival, x_j)
    return None


def best_move(issue: Issue, i: int, risk: Floats, reading: Reading = AS_PUBLISHED) -> Move | None:
    """The offer that i takes: contests before compromises before giving in, then what moves it least."""
    x = issue.position
    found = [offer(issue, i, j, risk, reading) for j in range(len(x)) if x[j] != x[i]]

    def least(move: Move) -> float:
        return abs(move.position - float(x[i]))

    def lowest(move: Move) -> float:
        weight = abs(move.eu) + abs(move.eu_rival)
        return float((abs(move.eu) * x[i] + abs(move.eu_rival) * x[move.rival]) / weight)

    for kind in (CONFRONTATION, COMPROMISE, CAPITULATION):
        some = [move for move in found if move is not None and move.kind == kind]
        if some:
            return min(some, key=lowest if kind == COMPROMISE and reading.lowest_compromise else least)
    return None


def play_round(issue: Issue, reading: Reading = AS_PUBLISHED) -> tuple[Issue, list[Move], Floats]:
    """One round: the issue after all have moved together, the moves, and the risk exponents (N)."""
    risk = risk_exponents(issue, reading)
    moves = [m for m in (best_move(issue, i, risk, reading) for i in range(len(risk))) if m is not None]
    position = issue.position.copy()
    for move in moves:
        position[move.actor] = move.position
    return issue._replace(position=position), moves, risk
