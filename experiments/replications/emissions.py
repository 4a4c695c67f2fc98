"""M17: the expected utility model on the emission standards, as published and with its odd steps set right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from experiments.replications.rows import DERIVED, PUBLISHED, Row, load

from powersim.oracles.expected_utility import (
    AS_INTENDED,
    AS_PUBLISHED,
    Issue,
    Reading,
    expected_utility,
    issue_of,
    mean_position,
    median_position,
    play_round,
    risk_exponents,
    win_probability,
)

MODEL = "M17"
NETHERLANDS, BELGIUM, FRANCE = 0, 1, 4

ODDITIES: dict[str, Reading] = {
    "as published": AS_PUBLISHED,
    "odds of one contest add to 1": AS_PUBLISHED._replace(all_contests=False),
    "risk ranked among own positions": AS_PUBLISHED._replace(rank_actors=False),
    "nearest compromise, not lowest": AS_PUBLISHED._replace(lowest_compromise=False),
    "capitulation possible (no change)": AS_PUBLISHED._replace(capitulation=True),
    "all four set right": AS_INTENDED,
}


def start(file: dict[str, Any]) -> Issue:
    """The issue of a data file: actor: [capability, position, salience]."""
    table = np.array([[float(x) for x in row] for row in file["actors"].values()])
    return issue_of(table[:, 0], table[:, 1], table[:, 2])


def path_of_means(issue: Issue, reading: Reading, rounds: int) -> list[float]:
    """Weighted mean position before the first round and after each."""
    means = [mean_position(issue)]
    for _ in range(rounds):
        issue = play_round(issue, reading)[0]
        means.append(mean_position(issue))
    return means


def rows() -> Iterator[Row]:
    """All published numbers, and two that show the oddities."""
    file = load("emission_standards.yaml")
    issue, source, names = start(file), file["source"], list(file["actors"])
    yield Row(MODEL, "median position", PUBLISHED, file["median"], median_position(issue), source)
    means = path_of_means(issue, AS_PUBLISHED, len(file["means"]) - 1)
    for n, (theirs, ours) in enumerate(zip(file["means"], means)):
        yield Row(MODEL, f"mean position after round {n}", PUBLISHED, theirs, ours, source)
    risk = risk_exponents(issue)
    for name, theirs, ours in zip(names, file["risk_exponents"], risk):
        yield Row(MODEL, f"risk exponent of {name}", PUBLISHED, theirs, float(ours), source)
    _, moves, _ = play_round(issue)
    goals = {names[move.actor]: move.position for move in moves}
    for name, theirs in file["moves"].items():
        yield Row(MODEL, f"{name} moves to", PUBLISHED, theirs, goals.get(name, float("nan")), source)
    yield Row(MODEL, "actors who move in round 1", PUBLISHED, str(len(file["moves"])), len(moves), source)
    pair = [(BELGIUM, FRANCE), (FRANCE, BELGIUM)]
    for (i, j), theirs in zip(pair, file["belgium_and_france"]):
        ours = expected_utility(issue, i, j, risk, BELGIUM)
        yield Row(
            MODEL, f"{names[i]} expects against {names[j]} (Belgium's view)", PUBLISHED, theirs, ours, source
        )
    odds = [win_probability(issue, *sides, risk) for sides in ((NETHERLANDS, FRANCE), (FRANCE, NETHERLANDS))]
    yield Row(MODEL, "position 4 beats 10", PUBLISHED, file["win_probability"], odds[0], source)
    right = [win_probability(issue, *sides, risk, AS_INTENDED) for sides in ((0, 4), (4, 0))]
    what = "position 4 beats 10, plus 10 beats 4, odds of one contest"
    yield Row(MODEL, what, DERIVED, "1.000000", sum(right), "odds of both sides of a contest add to 1")
    sultan = load("sultan.yaml")
    issue = start(sultan)
    yield Row(
        MODEL,
        "Sultan: median position",
        PUBLISHED,
        sultan["median"],
        median_position(issue),
        sultan["source"],
    )
    yield Row(
        MODEL, "Sultan: mean position", PUBLISHED, sultan["means"][0], mean_position(issue), sultan["source"]
    )


def oddities() -> list[tuple[str, list[float]]]:
    """Mean positions of four rounds under each reading of the disputed steps."""
    issue = start(load("emission_standards.yaml"))
    return [(name, path_of_means(issue, reading, 4)) for name, reading in ODDITIES.items()]
