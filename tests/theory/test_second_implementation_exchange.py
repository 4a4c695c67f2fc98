"""The exchange of positions worked out a second time, from its definition: equal gains found by bisection.

No formula of the model is used but the expected outcome: a gain is what the recomputed weighted mean brings.
"""

from __future__ import annotations

from itertools import combinations, permutations
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

from powersim.oracles.position_exchange import equal_gain_exchanges


@pytest.fixture(scope="module")
def paris(root: Path) -> dict:
    """The talks of 2015: actors with power, positions and saliences."""
    path = root / "experiments" / "replications" / "data" / "paris_talks.yaml"
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


class Talks:
    """Positions that change, with everything recomputed from scratch whenever it is asked for."""

    def __init__(self, x: np.ndarray, s: np.ndarray, c: np.ndarray) -> None:
        self.first, self.x, self.s, self.c = x.copy(), x.copy(), s, c

    def outcome(self, k: int, x: np.ndarray) -> float:
        return float(np.average(x[:, k], weights=self.s[:, k] * self.c[:, k]))

    def gains(self, i: int, j: int, p: int, q: int, part_i: float, part_j: float) -> tuple[float, float]:
        """What i and j gain if i goes part of the way to j on q, and j part of the way to i on p."""
        x = self.x.copy()
        x[i, q] += part_i * (self.first[j, q] - x[i, q])
        x[j, p] += part_j * (self.first[i, p] - x[j, p])
        shift_p = abs(self.outcome(p, x) - self.outcome(p, self.x))
        shift_q = abs(self.outcome(q, x) - self.outcome(q, self.x))
        s = self.s
        return s[i, p] * shift_p - s[i, q] * shift_q, s[j, q] * shift_q - s[j, p] * shift_p

    def best(self, i: int, j: int, p: int, q: int) -> tuple[float, float, float]:
        """Largest equal gain, and the parts of the way that bring it: one goes all the way, the other is bisected."""
        found = (0.0, 0.0, 0.0)
        for whole in (0, 1):

            def lead(part: float, whole: int = whole) -> float:
                gains = self.gains(i, j, p, q, *((1.0, part) if whole == 0 else (part, 1.0)))
                return gains[0] - gains[1] if whole == 0 else gains[1] - gains[0]

            if lead(1.0) < 0.0:
                continue  # even the other's whole way does not make up for it
            low, high = 0.0, 1.0
            for _ in range(40):
                middle = (low + high) / 2
                low, high = (middle, high) if lead(middle) < 0.0 else (low, middle)
            parts = (1.0, high) if whole == 0 else (high, 1.0)
            gain = min(self.gains(i, j, p, q, *parts))
            found = max(found, (gain, *parts))
        return found

    def onward(self, i: int, j: int, p: int, q: int) -> bool:
        """Whether both still move away from where they began."""
        return (self.first[j, q] - self.x[i, q]) * (self.first[j, q] - self.first[i, q]) > 1e-9 and (
            self.first[i, p] - self.x[j, p]
        ) * (self.first[i, p] - self.first[j, p]) > 1e-9


def exhaust(talks: Talks) -> list[tuple[int, int, int, int, float]]:
    """Carry out the trade with the largest gain until there is none."""
    n, issues = talks.x.shape
    middle = [talks.outcome(k, talks.first) for k in range(issues)]

    def opposed(i: int, j: int, k: int) -> bool:
        return bool((talks.first[i, k] > middle[k]) != (talks.first[j, k] > middle[k]))

    pairs = [
        (i, j, p, q)
        for i, j in permutations(range(n), 2)
        for p, q in combinations(range(issues), 2)
        if opposed(i, j, p) and opposed(i, j, q)
    ]
    done: list[tuple[int, int, int, int, float]] = []
    while True:
        offers = {k: talks.best(*k) for k in pairs if talks.onward(*k)}
        key = max(offers, key=lambda k: offers[k][0], default=None)
        if key is None or offers[key][0] < 1e-9:
            return done
        i, j, p, q = key
        gain, part_i, part_j = offers[key]
        x = talks.x.copy()
        x[i, q] += part_i * (talks.first[j, q] - talks.x[i, q])
        x[j, p] += part_j * (talks.first[i, p] - talks.x[j, p])
        talks.x = x
        done.append((i, j, p, q, gain))


@pytest.mark.slow
def test_the_paris_talks_played_from_the_definition_end_where_the_rule_says(paris: dict) -> None:
    rows = list(paris["actors"].values())
    x = np.array([[issue[0] for issue in row[1:]] for row in rows], dtype=float)
    s = np.array([[issue[1] for issue in row[1:]] for row in rows], dtype=float)
    c = np.repeat(np.array([[row[0]] for row in rows], dtype=float), 3, axis=1)
    talks = Talks(x, s, c)
    mine = exhaust(talks)
    theirs, end = equal_gain_exchanges(x, s, c)
    assert [(e.i, e.j, e.p, e.q) for e in theirs] == [row[:4] for row in mine]
    assert [e.gain for e in theirs] == pytest.approx([row[4] for row in mine], abs=1e-9)
    assert end == pytest.approx(talks.x, abs=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_random_talks_played_from_the_definition_end_where_the_rule_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, s = rng.uniform(0, 100, (4, 3)), rng.uniform(0.1, 1.0, (4, 3))
    c = rng.uniform(0.2, 1.0, (4, 3))
    talks = Talks(x, s, c)
    mine = exhaust(talks)
    theirs, end = equal_gain_exchanges(x, s, c)
    assert [(e.i, e.j, e.p, e.q) for e in theirs] == [row[:4] for row in mine]
    assert [e.gain for e in theirs] == pytest.approx([row[4] for row in mine], abs=1e-9)
    assert end == pytest.approx(talks.x, abs=1e-5)
