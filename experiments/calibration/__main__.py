"""Ranks of synthetic truths, and of their counterfactuals, among worlds chosen by what the truths left on record."""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import lru_cache
from multiprocessing import get_context
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
from powersim.run.work import workers
from powersim.world.params import MECHANISMS

TRUTHS, WORLDS, MOVES, BINS = 500, 48, 8, 10
ERROR = 0.1
PATHS = ("issues.level.start", "events.rise.hazard", "events.fall.hazard")
COUNTERFACTUAL = "level in 2007 without the cause"
NAMES = (*PATHS, COUNTERFACTUAL)
FIGURE = Path(__file__).parents[2] / "docs" / "figures" / "calibration.png"

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


def main(arguments: list[str]) -> None:
    """Compute, with all processors; write results.md beside this file, and the figure. Ctrl-C: with what there is."""
    truths, rows = int(arguments[0]) if arguments else TRUTHS, []
    with ProcessPoolExecutor(workers(), get_context("spawn")) as pool:
        try:
            for row in pool.map(ranks_of, range(truths)):
                rows.append(row)
                print(f"\r{len(rows)} of {truths}", end="", file=sys.stderr, flush=True)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
    found = by_name(rows)
    (Path(__file__).with_name("ranks.csv")).write_text(
        "\n".join(",".join(f"{value:.4f}" for value in row) for row in rows) + "\n", encoding="utf-8"
    )
    lines = [
        "# Ranks of synthetic truths", "",
        f"{len(rows)} truths, {WORLDS} worlds each; even ranks are {len(rows) / BINS:g} in each tenth. p: how often "
        "even ranks look as uneven, by Kolmogorov and Smirnov, and by chi-square over tenths.", "",
        "| rank of | " + " | ".join(f"{b / BINS:g}" for b in range(BINS)) + " | p (KS) | p (chi²) |",
        "|---" * (BINS + 3) + "|",
    ]  # fmt: skip
    for name, rank in found.items():
        counts, even = counted(rank)
        lines.append(f"| {name} | " + " | ".join(map(str, counts)) + f" | {chance(rank):.2f} | {even:.2f} |")
    Path(__file__).with_name("results.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    draw(found)


def draw(found: dict[str, NDArray[np.float64]]) -> None:
    """Histograms of ranks, with the band in which 99 of 100 bars of even ranks lie."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, len(found), figsize=(10, 2.6), sharey=True, layout="constrained")
    for ax, (name, rank) in zip(axes, found.items(), strict=True):
        low, high = stats.binom.interval(0.99, len(rank), 1 / BINS)
        ax.axhspan(low, high, color="0.9")
        ax.axhline(len(rank) / BINS, color="0.5", lw=0.8)
        ax.hist(rank, BINS, (0.0, 1.0), color="#31688e", rwidth=0.9)
        ax.set_title(name, fontsize=9)
        ax.set_xlabel(f"rank of the truth; p = {chance(rank):.2f}", fontsize=8)
        ax.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel(f"of {len(rank)} truths", fontsize=8)
    figure.savefig(FIGURE, dpi=110)


if __name__ == "__main__":
    main(sys.argv[1:])
