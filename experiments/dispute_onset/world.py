"""A scenario from data: 17 states with a quarrel each way in every pair, and what its runs say of disputes.

What is given: votes (alignment, and how far two states want different things), capabilities and their growth,
economies, trade, pacts of defence, borders, and how often pairs dispute on average. Not given: which pairs did.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from experiments.dispute_onset.pairs import NEIGHBOURS, PAIRS, STATES, Data, Pair
from numpy.typing import NDArray

import powersim as ps
from powersim.sim.history import simulate
from powersim.world import chronicle
from powersim.world.columns import KIND, THING

Floats = NDArray[np.float64]

ALLIED = 0.6
"""Least alignment of those with a pact of defence; assumed."""
REACH = {"USA": 0.5, "RUS": 0.3, "CHN": 0.3, "FRA": 0.3, "GBR": 0.3}
"""Share of power that arrives far from home; assumed, as is that of neighbours and of the rest."""
NEAR, FAR = 0.9, 0.1
GROWTH_YEARS = 5
UNKNOWN = 0.0005
"""Share of the economies of the 17 where no figure is known: North Korea; assumed."""
TRADE_FROM = 2000
"""First year of the trade data: before, trade is taken to have been as then."""
QUARTERS = 4


class Made(NamedTuple):
    """What runs say of every pair (136): mean number a year."""

    crises: Floats
    """Of crises, whatever came of them."""
    disputes: Floats
    """Of crises in which the threat was credible: something was demanded, granted or fought over."""


def document(data: Data, first: int, last: int, rates: Mapping[Pair, float], growth: float) -> dict[str, Any]:
    """The scenario, as plain data. `rates`: crises a year of each pair; growth: how they follow the stake."""
    year = first - 1
    world = sum(v for (code, y), v in data.economy.items() if y == year)
    apart = {pair: _latest(data.distance, pair, year) for pair in PAIRS}
    widest = max(apart.values())
    stakes = np.array([apart[pair] for pair in PAIRS])
    weight = dict(zip(PAIRS, stakes**growth / np.mean(stakes**growth), strict=True))
    issues, disputes = {}, []
    for pair in PAIRS:
        for i, j in (pair, pair[::-1]):
            name = f"{i}_over_{j}".lower()
            want = apart[pair] / widest
            issues[name] = {
                "binds": {"front": [i, j]},
                "start": 0.5,
                "interests": {i: [1.0, want], j: [0.0, want]},
            }
            hazard = min(1.0, rates[pair] * weight[pair] / (2 * QUARTERS))
            disputes.append({"issue": name, "challenger": i, "target": j, "hazard": hazard})
    return {
        "powersim": 1,
        "name": f"pairs-{first}",
        "calendar": {"start": f"{first}Q1", "end": f"{last}Q4", "turn": "quarter"},
        "actors": {code: _actor(data, code, year, world) for code in STATES},
        "issues": issues,
        "disputes": disputes,
        "alignment": {f"{a}-{b}": _alignment(data, (a, b), year) for a, b in PAIRS},
        "trade": _trade(data, max(year, TRADE_FROM)),
        "reach": {f"{i}>{j}": _reach(i, j) for pair in PAIRS for i, j in (pair, pair[::-1])},
    }


def runs(scenario: Mapping[str, Any], number: int, seed: int) -> Made:
    """Play it."""
    built = ps.build(ps.load(scenario))
    fronts = {built.index.issues[f"{i}_over_{j}".lower()]: n
              for n, pair in enumerate(PAIRS) for i, j in (pair, pair[::-1])}  # fmt: skip
    crises, quiet = np.zeros(len(PAIRS)), np.zeros(len(PAIRS))
    years = 0.0
    for run in range(number):
        case = built.case("", "", seed, run)
        place = np.array([fronts[int(k)] for k in case.setup.dispute_issue])
        log = simulate(case, seed, run).log
        for counts, kind in ((crises, chronicle.CRISIS), (quiet, chronicle.DETERRED)):
            rows = log[log[:, KIND] == kind, THING].astype(int)
            np.add.at(counts, place[rows], 1.0)
        years += case.turns / QUARTERS
    return Made(crises / years, (crises - quiet) / years)


def _actor(data: Data, code: str, year: int, world: float) -> dict[str, Any]:
    now = _latest(data.power, code, year)
    before = data.power.get((code, year - GROWTH_YEARS), now)
    growth = float(np.log(now / before)) / (GROWTH_YEARS * QUARTERS)
    known = any(state == code for state, _ in data.economy)
    economy = _latest(data.economy, code, year) / world if known else UNKNOWN
    return {"power": now, "economy": economy, "growth": float(np.clip(growth, -0.02, 0.02))}


def _alignment(data: Data, pair: Pair, year: int) -> float:
    votes = 2.0 * _latest(data.agreement, pair, year) - 1.0
    return max(votes, ALLIED) if (pair, year) in data.pact else votes


def _trade(data: Data, year: int) -> dict[str, float]:
    flows = {
        (a, b): data.exports.get((a, b, year), 0.0) + data.exports.get((b, a, year), 0.0)
        for a in STATES
        for b in STATES
        if a != b
    }
    total = {a: sum(flows[a, b] for b in STATES if b != a) for a in STATES}
    return {f"{a}>{b}": flows[a, b] / total[a] for a, b in flows if flows[a, b] > 0.0}


def _reach(i: str, j: str) -> float:
    return NEAR if tuple(sorted((i, j))) in NEIGHBOURS else REACH.get(i, FAR)


def _latest(table: Mapping[Any, float], key: Any, year: int) -> float:
    """The value of the year, or of the nearest one: states are young, and Iraq lost its vote for years."""
    near = [(abs(y - year), -y) for k, y in table if k == key]
    return table[key, -min(near)[1]]
