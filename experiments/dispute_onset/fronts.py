"""The fronts of the flagship, 2007-13: what its runs said of crises and wars over each, against what came.

    python -m experiments.dispute_onset.fronts [--runs 100] [--seed 2009]

Runs of `replace` under every theory; own past is each pair's years 1990-2006, drawn to those of all fronts. A crisis is
a dispute in which force was used (COW), a war one of 25 deaths (UCDP). The hazards of
the flagship were counted over 1990-2013: runs have seen how often crises came, not over which front in which year.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from experiments.base_rates.conflict import FORCE, mid_disputes, ucdp_wars
from experiments.base_rates.data import BORN, LAST, ROOT, dyad_of, needed, pair, rows, year
from experiments.dispute_onset import scores
from numpy.typing import NDArray

import powersim as ps
from powersim.sim.history import simulate
from powersim.world import chronicle
from powersim.world.columns import KIND, THING, TURN

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

SCENARIO = ROOT / "scenarios" / "missile_defense_2009.yaml"
PAST, FIRST = 1990, 2007
QUARTERS = 4
PERIODS = ((2007, 2008), (2009, 2010), (2011, 2013))
WHAT = ("crisis", "war")


def recorded(place: Path, fronts: list[str]) -> tuple[Bools, Bools]:
    """Whether a crisis, and a war, of each pair began in each year 1990-2013: (fronts, years) each."""
    crises = np.zeros((len(fronts), LAST - PAST + 1), dtype=bool)
    disputes, wars = mid_disputes(place, FORCE), ucdp_wars(place)
    for row in rows(place, "cow_mid_v5_dyads_slice.csv"):
        dyad = dyad_of(row)
        if dyad in fronts and row["cowmidonset"] == "1" and row["dispnum"] in disputes.get(dyad, ()):
            crises[fronts.index(dyad), year(row) - PAST] = True
    fought = np.zeros_like(crises)
    for n, dyad in enumerate(fronts):
        if wars.get(dyad):  # of the fronts one pair fought, and everybody knows when
            fought[n, 2008 - PAST] = dyad == "GEO-RUS"
    return crises, fought


def simulated(runs: int, seed: int) -> tuple[list[str], Floats, Floats]:
    """Pairs of the fronts; share of runs with a crisis, and with a war that begins, in each year 2007-13."""
    built = ps.build(ps.load(SCENARIO))
    actors = list(built.index.actors)
    setup = built.case("replace", "", seed, 0).setup
    fronts = [pair(actors[i], actors[j]) for i, j in zip(setup.challenger, setup.target, strict=True)]
    years = LAST - FIRST + 1
    found = np.zeros((2, len(fronts), years))
    cases = [(theory, run) for theory in built.scenario.theories for run in range(runs)]
    for theory, run in cases:
        log = simulate(built.case("replace", theory, seed, run), seed, run).log
        log = log[log[:, TURN] < years * QUARTERS]
        for n, kind in enumerate((chronicle.CRISIS, chronicle.WAR)):
            here = log[log[:, KIND] == kind]
            once = {(int(v), int(t) // QUARTERS) for v, t in zip(here[:, THING], here[:, TURN], strict=True)}
            for v, y in once:
                found[n, v, y] += 1.0
    share = (found + 0.5) / (len(cases) + 1.0)  # Jeffreys: what no run showed is not impossible
    return fronts, share[0], share[1]


def main() -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m experiments.dispute_onset.fronts", description=__doc__)
    parser.add_argument("--runs", type=int, default=100, help="runs under each theory")
    parser.add_argument("--seed", type=int, default=2009)
    wanted = parser.parse_args()
    place = needed()
    fronts, *said = simulated(wanted.runs, wanted.seed)
    print("| what | front | period | began in years | expected by runs | log score | own past | base rate |")
    print("|---|---|---|---|---|---|---|---|")
    for what, came, share in zip(WHAT, recorded(place, fronts), said, strict=True):
        _print(what, fronts, came, share)
    return 0


def _print(what: str, fronts: list[str], came: Bools, share: Floats) -> None:
    there = np.array([FIRST - max(BORN.get(code, PAST) for code in dyad.split("-")) for dyad in fronts])
    before, after = came[:, : FIRST - PAST], came[:, FIRST - PAST :]
    count = before.sum(axis=1).astype(float)
    own = scores.own_past(count, there.astype(float))
    base = np.full(len(fronts), scores.common(count, there.astype(float)))
    rivals = [share, *(np.repeat(rate[:, None], after.shape[1], axis=1) for rate in (own, base))]
    parts = [(dyad, slice(n, n + 1), (FIRST, LAST)) for n, dyad in enumerate(fronts)]
    parts += [("all", slice(None), period) for period in (*PERIODS, (FIRST, LAST))]
    for name, front, (first, last) in parts:
        years = slice(first - FIRST, last - FIRST + 1)
        happened = after[front, years]
        cells = [f"{scores.log_score(rival[front, years], happened):.3f}" for rival in rivals]
        expected = f"{share[front, years].sum():.2f}"
        print(f"| {what} | {name} | {first}-{last} | {happened.sum()} | {expected} | {' | '.join(cells)} |")


if __name__ == "__main__":
    sys.exit(main())
