"""The years after 2013, which nothing was set from: how well do histories that begin in 2007 tell them?

    python -m experiments.after_2013 [--runs 100] [--seed 2009] [--told 2013Q4] [--periods 2014-2016,2017-2022]

Runs of `replace` under every theory, free from 2007 on and told nothing more. Coded issues that the branch does not lay
down; bands of 80 % of runs. Beside them what could be said at `--told` without a model:

- `start`: the value of 2007 for ever; `last`: that of `--told`;
- `own values`: all that the series had shown until then;
- `own changes`: the value of `--told` plus every change over the same lead that the series had shown, or over the
  longest that it can have shown.

To be opened once for a version of the model, after its signs are written down; what came out stands in
docs/plausibility.md. Until then: `--told 2009Q4 --periods 2010-2011,2012-2013`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

import powersim as ps
from powersim.effects.scores import crps
from powersim.plausible.hindcast import covered
from powersim.plausible.paths import expand, last_month
from powersim.plausible.rates import laid_down
from powersim.sim.history import simulate
from powersim.world.case import Watch
from powersim.world.quantities import ISSUE

from ..base_rates.data import ROOT

Floats = NDArray[np.float64]

SCENARIO = ROOT / "scenarios" / "missile_defense_2009.yaml"
BRANCH = "replace"


def simulated(scenario: ps.Scenario, names: Sequence[str], runs: int, seed: int) -> Floats:
    """Paths of issues under every theory: (issues, members, turns)."""
    built = ps.build(scenario)
    ids = [issue.id for issue in scenario.issues]
    places = np.array([ids.index(name) for name in names], np.int64)
    watch = Watch(np.full(len(places), ISSUE, np.int64), places, np.full(len(places), -1, np.int64))
    found = []
    for theory in built.scenario.theories:
        for run in range(runs):
            case = built.case(BRANCH, theory, seed, run)._replace(
                watch=watch, snapshots=np.zeros(0, np.int64)
            )
            found.append(simulate(case, seed, run).values.T)
    return np.stack(found, axis=1)


def own_changes(path: Floats, told: int, turn: int) -> Floats:
    """Values at `turn` if the series changed after `told` as it has been seen to change over so long a time."""
    lead = min(turn - told, told)
    return np.clip(path[told] + path[lead : told + 1] - path[: told + 1 - lead], 0.0, 1.0)


def main() -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m experiments.after_2013", description=__doc__)
    parser.add_argument("--runs", type=int, default=100, help="runs under each theory")
    parser.add_argument("--seed", type=int, default=2009)
    parser.add_argument("--told", default="2013Q4", help="last date that rivals of the model are told")
    parser.add_argument("--periods", default="2014-2016,2017-2022", help="years scored together")
    wanted = parser.parse_args()
    scenario = ps.load(SCENARIO)
    dates = scenario.calendar.labels()
    laid = laid_down(ps.build(scenario).case(BRANCH), len(dates))
    names = [
        issue.id
        for place, issue in enumerate(scenario.issues)
        if issue.id in scenario.record and place not in laid
    ]
    label = scenario.calendar.label
    coded = {name: expand({label(t): v for t, v in scenario.record[name].items()}, dates) for name in names}
    told = [last_month(date) for date in dates].index(last_month(wanted.told))
    members = dict(zip(names, simulated(scenario, names, wanted.runs, wanted.seed), strict=True))
    print(f"{len(names)} coded issues, {len(members[names[0]])} runs, told until {wanted.told}.\n")
    print("| period | what | points | covered by 80 % | CRPS | start | last | own values | own changes |")
    print("|---|---|---|---|---|---|---|---|---|")
    for period in wanted.periods.split(","):
        first, last = period.split("-")
        turns = [
            t for t, date in enumerate(dates) if last_month(first) - 12 < last_month(date) <= last_month(last)
        ]
        rows = {name: scores(coded[name], members[name], told, turns) for name in names}
        for name, row in [*rows.items(), ("all", np.mean(list(rows.values()), axis=0))]:
            points = len(turns) * (len(names) if name == "all" else 1)
            cells = " | ".join(f"{value:.3f}" for value in row[1:])
            print(f"| {period} | {name} | {points} | {row[0]:.0%} | {cells} |")
    return 0


def scores(path: Floats, paths: Floats, told: int, turns: Sequence[int]) -> Floats:
    """Coverage, CRPS of the runs, and of each rival, as means over turns."""
    found = [
        [
            float(covered(paths[:, t], path[t])), float(crps(paths[:, t], path[t])), abs(path[0] - path[t]),
            abs(path[told] - path[t]), float(crps(path[: told + 1], path[t])),
            float(crps(own_changes(path, told, t), path[t])),
        ]
        for t in turns
    ]  # fmt: skip
    return np.mean(found, axis=0)


if __name__ == "__main__":
    sys.exit(main())
