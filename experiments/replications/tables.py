"""Data files of talks and votes as arrays."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Talks(NamedTuple):
    """Actors (N) and issues (K) with positions, saliences and power, each (N,K); NaN = takes no part."""

    actors: list[str]
    issues: list[str]
    position: Floats
    salience: Floats
    power: Floats


def talks(file: dict[str, Any]) -> Talks:
    """The table of a data file: actor: [power, [position, salience], ...]; `range` puts an issue on 0..100."""
    issues, rows = list(file["issues"]), list(file["actors"].values())
    position = np.array([[float(issue[0]) for issue in row[1:]] for row in rows])
    for name, (low, high) in file.get("range", {}).items():
        k = issues.index(name)
        position[:, k] = 100.0 * (position[:, k] - float(low)) / (float(high) - float(low))
    salience = np.array([[float(issue[1]) for issue in row[1:]] for row in rows])
    power = np.repeat(np.array([[float(row[0])] for row in rows]), len(issues), axis=1)
    return Talks(list(file["actors"]), issues, position, salience, power)
