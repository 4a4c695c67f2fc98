"""Ranks of synthetic truths, and of their counterfactuals, among worlds chosen by what the truths left on record."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from powersim.given.knowledge import known
from powersim.given.moves import Task
from powersim.given.sampler import island
from powersim.run.opened import open_source
from powersim.run.plan import Plan, plan
from powersim.run.possible import Possible
from powersim.world.params import MECHANISMS

TRUTHS, WORLDS, MOVES, BINS = 500, 48, 8, 10
ERROR = 0.1
PATHS = ("issues.level.start", "events.rise.hazard", "events.fall.hazard")
COUNTERFACTUAL = "level in 2007 without the cause"
NAMES = (*PATHS, COUNTERFACTUAL)

UNSURE = {"prior": {"uniform": [0.1, 0.9]}, "source": "assumed"}
SCENARIO: dict[str, Any] = {
    "powersim": 1,
    "name": "calibration",
    "calendar": {"start": "2000", "end": "2007", "turn": "year"},
    "intervention": "2001",
    "actors": {"A": {"power": 0.3, "economy": 0.3}, "B": {"power": 0.1, "economy": 0.1}},
    "issues": {
        "level": {"start": {"value": 0.5, "prior": {"uniform": [0.2, 0.6]}, "source": "assumed"}, "control": "A"},
        "cause": {"start": 0.0, "control": "A"},
    },
    "events": [
        {
            "id": "fall", "from": "2004", "to": "2004", "hazard": {"value": 0.5, **UNSURE},
            "hazard_from": "1 - 0.5 * cause", "shift": {"level": -0.15},
        },
        {
            "id": "rise", "from": "2003", "to": "2003", "hazard": {"value": 0.5, **UNSURE},
            "hazard_from": "0.3 + 0.7 * cause", "shift": {"level": 0.3},
        },
    ],
    "branches": {
        "happened": {"do": [{"path": {"cause": {"2001": 1.0}}, "to": "2007"}]},
        "without": {"do": [{"path": {"cause": {"2001": 0.0}}, "to": "2007"}]},
    },
    "mechanisms": dict.fromkeys(MECHANISMS, False) | {"calendar": True},
    "outcomes": {"level": {"of": {"issue": "level"}, "at": "2007"}},
    "record": {"level": {"2002": 0.5, "2005": 0.6}},
    "evidence": {"branch": "happened", "error": ERROR, "discrepancy": 0.0, "miss": 0.05, "paths": "changes"},
}  # fmt: skip


def ranks(truths: int, worlds: int = WORLDS, moves: int = MOVES) -> dict[str, NDArray[np.float64]]:
    """Ranks (truths) in 0..1 of each uncertain number, and of the counterfactual, among the worlds of its record."""
    return by_name([ranks_of(truth, worlds, moves) for truth in range(truths)])


def by_name(rows: list[list[float]]) -> dict[str, NDArray[np.float64]]:
    """Ranks of truths by what was ranked."""
    return dict(zip(NAMES, np.array(rows).T, strict=True))


@lru_cache(maxsize=1)
def _plan() -> Plan:
    return plan(open_source(SCENARIO, {}))


def ranks_of(truth: int, worlds: int = WORLDS, moves: int = MOVES) -> list[float]:
    """Ranks of one truth, in the order of NAMES."""
    of = _plan()
    (theory,) = of.theories
    what, paths = known(of, "2006"), of.built.paths("")
    rng = np.random.default_rng([7, truth])
    own = Possible.of_run(of, theory, truth)
    factual, other = own.histories(of)
    seen = factual.values[what.turn, 0] + ERROR * rng.standard_normal(len(what.turn))
    some = island(Task(of, theory, replace(what, value=seen), worlds, moves), truth).worlds
    places = [paths.index(path) for path in PATHS]
    found = [_rank(rng, own.place[place], some.place[:, place]) for place in places]
    without = np.array([some[n].histories(of)[1].values[-1, 0] for n in range(worlds)])
    return [*found, _rank(rng, other.values[-1, 0], without)]


def _rank(rng: np.random.Generator, value: float, among: NDArray[np.float64]) -> float:
    """Share of values below, ties broken by chance, spread over the gap that it falls into."""
    below, same = int((among < value).sum()), int((among == value).sum())
    return float((below + rng.integers(same + 1) + rng.random()) / (len(among) + 1))


def chance(rank: NDArray[np.float64]) -> float:
    """How often uniform ranks would look as uneven: Kolmogorov and Smirnov."""
    return float(stats.kstest(rank, "uniform").pvalue)


def counted(rank: NDArray[np.float64]) -> tuple[NDArray[np.int64], float]:
    """Ranks in each of BINS bins, and how often uniform ranks would be as uneven: chi-square."""
    counts = np.histogram(rank, BINS, (0.0, 1.0))[0]
    return counts, float(stats.chisquare(counts).pvalue)
