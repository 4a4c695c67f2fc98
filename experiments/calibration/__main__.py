"""Ranks of synthetic truths, and of their counterfactuals, among worlds chosen by what the truths left on record."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
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

TRUTHS, WORLDS, MOVES, BINS = 500, 100, 8, 10
ERROR = 0.1
PATHS = ("issues.level.start", "events.rise.hazard", "events.fall.hazard")
COUNTERFACTUAL = "level in 2007 without the cause"

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
    truths: int, worlds: int = WORLDS, moves: int = MOVES, tick: Callable[[int], None] | None = None
) -> dict[str, NDArray[np.float64]]:
    """Ranks (truths) in 0..1 of each uncertain number, and of the counterfactual, among the worlds of its record."""
    of: Plan = plan(open_source(SCENARIO, {}))
    (theory,) = of.theories
    what, paths = known(of, "2006"), of.built.paths("")
    places = [paths.index(path) for path in PATHS]
    found: dict[str, list[float]] = {name: [] for name in (*PATHS, COUNTERFACTUAL)}
    for truth in range(truths):
        rng = np.random.default_rng([7, truth])
        own = Possible.of_run(of, theory, truth)
        factual, other = own.histories(of)
        seen = factual.values[what.turn, 0] + ERROR * rng.standard_normal(len(what.turn))
        some = island(Task(of, theory, replace(what, value=seen), worlds, moves), truth).worlds
        for name, place in zip(PATHS, places, strict=True):
            found[name].append(_rank(rng, own.place[place], some.place[:, place]))
        without = np.array([some[n].histories(of)[1].values[-1, 0] for n in range(worlds)])
        found[COUNTERFACTUAL].append(_rank(rng, other.values[-1, 0], without))
        if tick is not None:
            tick(truth)
    return {name: np.array(values) for name, values in found.items()}


def _rank(rng: np.random.Generator, value: float, among: NDArray[np.float64]) -> float:
    """Share of values below, ties broken by chance, spread over the gap that it falls into."""
    below, same = int((among < value).sum()), int((among == value).sum())
    return float((below + rng.integers(same + 1) + rng.random()) / (len(among) + 1))


def chance(rank: NDArray[np.float64]) -> float:
    """How often uniform ranks would look as uneven: Kolmogorov and Smirnov."""
    return float(stats.kstest(rank, "uniform").pvalue)


def main(arguments: list[str]) -> None:
    """Compute, and write results.md beside this file."""
    truths = int(arguments[0]) if arguments else TRUTHS
    found = ranks(truths, tick=lambda n: print(f"\r{n + 1} of {truths}", end="", file=sys.stderr, flush=True))
    lines = [
        "# Ranks of synthetic truths", "",
        f"{truths} truths, {WORLDS} worlds each; even ranks are {truths / BINS:g} in each tenth.", "",
        "| rank of | " + " | ".join(f"{b / BINS:g}" for b in range(BINS)) + " | p |", "|---" * (BINS + 2) + "|",
    ]  # fmt: skip
    for name, rank in found.items():
        counts = np.histogram(rank, BINS, (0.0, 1.0))[0]
        lines.append(f"| {name} | " + " | ".join(map(str, counts)) + f" | {chance(rank):.2f} |")
    Path(__file__).with_name("results.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
