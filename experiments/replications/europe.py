"""The compromise model on decisions of the European Union: what the exchange model calls the expected outcome.

Published finding: the compromise (the mean of positions weighted by power and salience, an approximation of the Nash
bargaining solution) predicts outcomes better than procedural models with a median or a reference point (Thomson,
Stokman, Achen and König 2006, The European Union Decides; Leinaweaver and Thomson 2014, European Union Politics
15:43-58).
The data give no table of power that is agreed on, so all actors count the same: salience is the only weight.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from powersim.oracles.position_exchange import expected_outcomes

Floats = NDArray[np.float64]
FEWEST = 3  # actors with a known position and salience


class Score(NamedTuple):
    """Absolute errors (number of issues) of each prediction, in points of a scale of 0 to 100."""

    compromise: Floats
    median: Floats
    reference: Floats


def score(folder: Path) -> Score:
    """Errors on all issues that have an outcome, a reference point (what holds without a decision) and positions."""
    stands: dict[str, list[tuple[float, float]]] = defaultdict(list)
    with (folder / "deu3_positions_long.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["position"] and row["salience"]:
                stands[row["isnr"]].append((float(row["position"]), float(row["salience"])))
    errors = []
    with (folder / "deu3_issues.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            known = np.array(stands[row["isnr"]])
            if (
                not (row["outcome"] and row["reference_point"])
                or len(known) < FEWEST
                or not known[:, 1].any()
            ):
                continue
            position, salience = known[:, :1], known[:, 1:]
            compromise = float(expected_outcomes(position, salience, np.ones_like(position))[0])
            guesses = compromise, float(np.median(position)), float(row["reference_point"])
            errors.append([abs(guess - float(row["outcome"])) for guess in guesses])
    table = np.array(errors)
    return Score(table[:, 0], table[:, 1], table[:, 2])
