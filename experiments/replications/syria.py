"""M12: the landscape of the Syrian war, all 1024 divisions into two camps."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from experiments.replications.rows import PUBLISHED, Row, load
from numpy.typing import NDArray

from powersim.oracles.landscape import energy, is_stable, settle

MODEL = "M12"
Floats = NDArray[np.float64]
Camps = NDArray[np.int64]


def landscape(file: dict[str, Any], weak: bool = False) -> tuple[list[str], Floats, Floats]:
    """Names, strengths (N) and propensities (N,N)."""
    strengths = {name: float(s) for name, s in file["strengths"].items()}
    if weak:
        strengths["Syr"] = float(file["weak_syria"])
    propensity = np.array([[float(p) for p in row] for row in file["propensities"]])
    return list(strengths), np.array(list(strengths.values())), propensity


def divisions(n: int) -> list[Camps]:
    """Every division into two camps, the first actor in camp 0."""
    return [np.array((0, *rest), dtype=np.int64) for rest in product((0, 1), repeat=n - 1)]


def rows() -> Iterator[Row]:
    """Lowest energies, camps, number of minima, and a few lines of the published table."""
    file = load("syria_2015.yaml")
    source = file["source"]
    for case, theirs in file["published"].items():
        names, strength, propensity = landscape(file, weak="weak" in case)
        table = [(float(energy(camps, strength, propensity)), camps) for camps in divisions(len(names))]
        table.sort(key=lambda line: line[0])
        lowest, camps = table[0]
        yield Row(MODEL, f"{case}: lowest energy", PUBLISHED, theirs["energy"], lowest, source)
        camp = {name for name, side in zip(names, camps) if side == 1}
        wrong = len(camp ^ set(theirs["camp"]))
        yield Row(MODEL, f"{case}: actors in another camp than published", PUBLISHED, "0", wrong, source)
        minima = sum(is_stable(c, strength, propensity) for _, c in table)
        yield Row(MODEL, f"{case}: local minima", PUBLISHED, theirs.get("minima", "1"), minima, source)
        if "runner_up" in theirs:
            yield Row(
                MODEL, f"{case}: second lowest energy", PUBLISHED, theirs["runner_up"], table[1][0], source
            )
        everyone_alone = settle(np.zeros(len(names), dtype=np.int64), strength, propensity)
        reached = float(energy(everyone_alone, strength, propensity))
        yield Row(
            MODEL,
            f"{case}: energy reached from one camp of all",
            PUBLISHED,
            theirs["energy"],
            reached,
            source,
        )
    names, strength, propensity = landscape(file)
    for camp, theirs in file["energies"]:
        camps = np.array([0 if name in camp else 1 for name in names], dtype=np.int64)
        value = float(energy(camps, strength, propensity))
        yield Row(MODEL, f"energy of {' '.join(camp)} against the rest", PUBLISHED, theirs, value, source)
