"""How much less noise odds have than heads: variances of both estimators over the same runs, never the estimates.

    python -m experiments.odds [RUNS] [SCENARIO [REFERENCE BRANCH ...]]

prints a row for each level (of the reference) and for each effect against the reference: the variance of counts
over that of odds, by theory taken together, and half the 95 % interval by both. No mean is printed, so that a
comparison may be planned with it before anybody looks at its effect.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np

import powersim as ps
from powersim.effects.limits import t_interval
from powersim.effects.odds import better, odds_of
from powersim.effects.outcomes import summary_of
from powersim.effects.results import Floats

RUNS = 200
FLAGSHIP = "scenarios/missile_defense_2009.yaml"
BRANCHES = ("replace", "no_nato_shift", "no_2014_sanctions", "no_syrian_uprising", "no_israeli_concessions")


def rows(made: ps.Comparison) -> Iterator[tuple[str, str, str, float, float, float]]:
    """Outcome, what of it, the estimator used, variance counted over variance of odds, half-widths counted and odds."""
    for name in made.labels.outcomes:
        odds = odds_of(made.data, name)
        if odds is None:
            continue
        counted = summary_of(made.data, name, made.labels)
        used = better(counted, odds)[1]
        for k, branch in enumerate(made.labels.branches):
            pair = [values[k] - (values[0] if k else 0.0) for values in (counted, odds)]
            yield (name, branch if k else f"level of {branch}", used, *_compared(*pair))


def _compared(counted: Floats, odds: Floats) -> tuple[float, float, float]:
    """A run's mean over theories is one observation; (theory, run)."""
    one, other = counted.mean(axis=0), odds.mean(axis=0)
    below = float(other.var())
    ratio = float(one.var()) / below if below > 0 else float("nan")
    return ratio, *(float(high - low) / 2 for low, high in map(t_interval, (one, other)))


def main(arguments: list[str]) -> None:
    """Compute and print."""
    runs = int(arguments[0]) if arguments else RUNS
    scenario = arguments[1] if len(arguments) > 1 else FLAGSHIP
    made = ps.Study(scenario, list(arguments[2:] or BRANCHES)).compare(runs=runs, workers=1)
    print("| outcome | of | used | variance ratio | half-width counted | half-width by odds |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, what, used, ratio, counted, odds in rows(made):
        times = f"{ratio:.1f}" if np.isfinite(ratio) else "none varies"
        print(f"| {name} | {what} | {used} | {times} | {100 * counted:.2f} | {100 * odds:.2f} |")


if __name__ == "__main__":
    main(sys.argv[1:])
