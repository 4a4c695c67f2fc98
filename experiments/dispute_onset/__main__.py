"""Which of 136 pairs of states come to militarised disputes in 2002-13? The rules against base rate and own past.

    python -m experiments.dispute_onset [--runs 100] [--seed 2009]

Needs the public data folder: POWERSIM_DATA, or ../shared/data beside the repository. Forecasts are made in 2001; what
they are corrected by is estimated on 1993-2001. Exit codes: 0 done, 2 no data.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from experiments.base_rates.data import LAST, needed
from experiments.dispute_onset import pairs, scores, world
from experiments.dispute_onset.pairs import PAIRS, happened, lived, read

from powersim.world.params import defaults

LEARN, TEST = 1994, 2002
"""First years of what is learnt from and of what is foretold."""
PAST = 1990
TIMES = 2000


def main() -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m experiments.dispute_onset", description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="runs of each of six scenarios")
    parser.add_argument("--seed", type=int, default=2009)
    wanted = parser.parse_args()
    print(table(needed(), wanted.runs, wanted.seed))
    return 0


def table(place: Path, runs: int, seed: int) -> str:
    """Scores of every forecast of 2002-13, with what the difference to own past comes to."""
    data = read(place)
    learn, test = happened(data, LEARN, TEST - 1), happened(data, TEST, LAST)
    weights = lived(LEARN, TEST - 1)
    growth = defaults().crisis_growth
    past = {first: _past(data, first) for first in (LEARN, TEST)}
    features: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    spans = ((LEARN, TEST - 1), (TEST, LAST))
    features["own past"] = (scores.feature(past[LEARN]), scores.feature(past[TEST]))
    for name, exponent, own in (
        ("threats, quarrels alike", 0.0, False),
        ("threats", growth, False),
        ("threats, hazards of own past", growth, True),
    ):
        made = []
        for first, last in spans:
            mean = float(past[first].mean())
            rates = dict(zip(PAIRS, past[first] if own else np.full(len(PAIRS), mean), strict=True))
            made.append(world.runs(world.document(data, first, last, rates, exponent), runs, seed))
        features[name] = _both(m.disputes for m in made)
        if name == "threats":
            features["crises, whatever came of them"] = _both(m.crises for m in made)
    mixed = {name: [name] for name in features} | {
        "own past and threats": ["own past", "threats"],
        "own past and crises": ["own past", "crises, whatever came of them"],
    }
    forecasts = {"base rate": np.full(len(PAIRS), learn[weights].mean()), "own past, as it is": past[TEST]}
    slopes: dict[str, str] = {}
    for name, parts in mixed.items():
        known = np.stack([features[part][0] for part in parts], axis=1)
        beta = scores.fitted(known, learn, weights)
        forecasts[name] = scores.foretold(np.stack([features[part][1] for part in parts], axis=1), beta)
        slopes[name] = ", ".join(f"{b:.2f}" for b in beta[1:])
    return _lines(forecasts, slopes, test)


def _past(data: pairs.Data, first: int) -> np.ndarray:
    """Own past of every pair, 1990 to the year before `first`."""
    there = lived(PAST, first - 1)
    count = (happened(data, PAST, first - 1) & there).sum(axis=1).astype(float)
    return scores.own_past(count, there.sum(axis=1).astype(float))


def _both(rates: Iterable[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Features of the years learnt from and of those foretold; a rate a year becomes a chance of one or more."""
    first, second = (scores.feature(1.0 - np.exp(-rate)) for rate in rates)
    return first, second


def _lines(forecasts: Mapping[str, np.ndarray], slopes: Mapping[str, str], test: np.ndarray) -> str:
    losses = {name: -np.log(np.where(test, f[:, None], 1 - f[:, None])) for name, f in forecasts.items()}
    lines = [
        f"{int(test.sum())} onsets in {test.size} years of {len(PAIRS)} pairs, {TEST}-{LAST}.",
        "",
        "| forecast | log score (95 % over pairs) | better than own past by (95 %) | Brier | ROC area | slopes |",
        "|---|---|---|---|---|---|",
    ]
    for name, forecast in forecasts.items():
        whole = np.broadcast_to(forecast[:, None], test.shape)
        low, high = scores.resampled(losses[name], TIMES, 1)
        better = losses["own past"] - losses[name]
        least, most = scores.resampled(better, TIMES, 1)
        lines.append(
            f"| {name} | {losses[name].mean():.4f} ({low:.4f} to {high:.4f}) | {better.mean():+.4f} ({least:+.4f} to "
            f"{most:+.4f}) | {scores.brier(whole, test):.4f} | {scores.ranked(whole, test):.3f} | "
            f"{slopes.get(name, '')} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
