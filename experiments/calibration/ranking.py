"""Ranks of synthetic truths, and of their counterfactuals, among worlds chosen by what the truths left on record."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from powersim.effects.scores import pit
from powersim.given.coding import alike, as_coded
from powersim.given.knowledge import known
from powersim.given.moves import Task
from powersim.given.sampler import island
from powersim.given.targets import Coded, targets
from powersim.run.opened import open_source
from powersim.run.plan import Plan, plan
from powersim.run.possible import Possible
from powersim.world.params import MECHANISMS

TRUTHS, WORLDS, MOVES, BINS = 500, 48, 2, 10
ERROR = 0.1
DISCREPANCY, LASTS = (0.05, 0.3), 3.0  # where it lasts: ends of the prior of its sd, years
PATHS = ("issues.level.start", "events.rise.hazard", "events.fall.hazard")
COUNTERFACTUAL = "level in 2007 without the cause"
NAMES = (*PATHS, COUNTERFACTUAL)
NEXT, ALONE = "what is coded of 2007", "the same, by worlds alone"
OWN = "discrepancy of the path"
LASTING_NAMES = (*NAMES, OWN, NEXT, ALONE)
"""Where there is a discrepancy its sd is ranked too, and the next coded value: among what would be coded, and among
worlds alone."""

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


def ranks(
    truths: int, worlds: int = WORLDS, moves: int = MOVES, *, lasting: bool = False
) -> dict[str, NDArray[np.float64]]:
    """Ranks (truths) in 0..1 of each uncertain number, and of the counterfactual, among the worlds of its record.

    lasting: whether there is a discrepancy, that lasts, with an sd that nobody knows; without it there is none.
    """
    return by_name([ranks_of(truth, worlds, moves, lasting=lasting) for truth in range(truths)])


def by_name(rows: list[list[float]]) -> dict[str, NDArray[np.float64]]:
    """Ranks of truths by what was ranked."""
    table = np.array(rows).T
    return dict(zip(LASTING_NAMES[: len(table)], table, strict=True))


@lru_cache(maxsize=2)
def _plan(lasting: bool) -> Plan:
    stated = SCENARIO["evidence"]
    if lasting:
        prior = {"value": sum(DISCREPANCY) / 2, "prior": {"uniform": list(DISCREPANCY)}}
        stated = stated | {"discrepancy": {**prior, "lasts": LASTS, "source": "assumed"}}
    return plan(open_source(SCENARIO | {"evidence": stated}, {}))


def ranks_of(truth: int, worlds: int = WORLDS, moves: int = MOVES, *, lasting: bool = False) -> list[float]:
    """Ranks of one truth, in the order of NAMES or LASTING_NAMES."""
    of = _plan(lasting)
    (theory,) = of.theories
    what, paths = known(of, "2006"), of.built.paths("")
    rng = np.random.default_rng([7, truth])
    own = Possible.of_run(of, theory, truth)
    factual, other = own.histories(of)
    after = what.until + 1
    turns = np.append(what.turn, after)
    missed = ERROR * rng.standard_normal(len(turns) - 1)
    coded = factual.values[after, 0] + ERROR * rng.standard_normal() if lasting else np.nan
    sd = rng.uniform(*DISCREPANCY)
    if lasting:
        cov = sd**2 * np.exp(-np.abs(np.subtract.outer(turns, turns)) / LASTS)
        drawn = rng.multivariate_normal(np.zeros(len(turns)), cov)
        missed, coded = missed + drawn[:-1], np.clip(coded + drawn[-1], 0.0, 1.0)
    told = replace(what, value=factual.values[what.turn, 0] + missed)
    sample = island(Task(of, theory, told, worlds, moves), truth)
    some = sample.worlds
    places = [paths.index(path) for path in PATHS]
    found = [_rank(rng, own.place[place], some.place[:, place]) for place in places]
    both = [some[n].histories(of) for n in range(worlds)]
    found.append(_rank(rng, other.values[-1, 0], np.array([without.values[-1, 0] for _, without in both])))
    if not lasting:
        return found
    own_sd = told.discrepancy(sample.extra)
    found.append(_rank(rng, sd, own_sd[:, 0]))
    values = np.array([happened.values[:, :1] for happened, _ in both], np.float64)
    target, weight = targets(of, told)[0], np.full(worlds, 1.0 / worlds)
    assert isinstance(target, Coded)
    members = as_coded(told, target, values, own_sd, after, told=True)
    for among, each in ((members[:, 0], alike(weight, members)), (values[:, after, 0], weight)):
        low, high = (float(end) for end in pit(among, np.asarray(coded), each))
        found.append(low + rng.random() * (high - low))
    return found


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
