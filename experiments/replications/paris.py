"""M7: the exchange of positions, on the Paris climate talks and on a ring of tolls."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from experiments.replications.rows import DATA, PUBLISHED, Row, load
from experiments.replications.tables import Talks, talks

from powersim.oracles.position_exchange import Market, equal_gain_exchanges, expected_outcomes

MODEL = "M7"
INPUTS = "cop15_cop21_exchange_inputs.csv"
# The inputs spell three groups otherwise than the published output, in which no name has an underscore.
SPELLING = {"AILAC2": "AILAC", "AOSISs": "AOSIS", "Arabstatess": "Arabstates"}


def rows(data: Path | None = None) -> Iterator[Row]:
    """All comparisons; the thirteen issues need the input file in the folder `data` and are left out without it."""
    yield from three_issues()
    yield from tolls()
    if data is not None and (data / INPUTS).is_file():
        yield from thirteen_issues(data / INPUTS)


def three_issues() -> Iterator[Row]:
    """Every trade of the published run on three issues."""
    file = load("paris_talks.yaml")
    t, source = talks(file), file["source"]
    outcome = expected_outcomes(t.position, t.salience, t.power)
    for k, issue in enumerate(t.issues):
        weight = float((t.salience[:, k] * t.power[:, k]).sum())
        yield Row(MODEL, f"weight of {issue}", PUBLISHED, file["weights"][issue], weight, source)
        yield Row(MODEL, f"outcome of {issue}", PUBLISHED, file["outcomes"][issue], float(outcome[k]), source)
    found = equal_gain_exchanges(t.position, t.salience, t.power)[0]
    yield Row(MODEL, "number of trades", PUBLISHED, str(len(file["exchanges"])), len(found), source)
    for e, (i, q, end_i, j, p, end_j, gain) in zip(found, file["exchanges"]):
        same = (t.actors[e.i], t.issues[e.q], t.actors[e.j], t.issues[e.p]) == (i, q, j, p)
        name = f"{i} {q} for {j} {p}"
        # Another trade in this place is no agreement, whatever its gain.
        yield Row(MODEL, f"{name}: gain", PUBLISHED, gain, e.gain if same else float("nan"), source)
        yield Row(MODEL, f"{name}: {i} to", PUBLISHED, end_i, e.start_i + e.move_i, source)
        yield Row(MODEL, f"{name}: {j} to", PUBLISHED, end_j, e.start_j + e.move_j, source)


def tolls() -> Iterator[Row]:
    """What the authors' tests expect of their training case."""
    file = load("toll_ring.yaml")
    t, source = talks(file), file["source"]
    potential = len(Market(t.position, t.salience, t.power).pairs())
    yield Row(MODEL, "tolls: potential trades", PUBLISHED, file["potential"], potential, source)
    found = equal_gain_exchanges(t.position, t.salience, t.power)[0]
    for n, gain in enumerate(file["gains"]):
        yield Row(MODEL, f"tolls: gain of trade {n + 1}", PUBLISHED, gain, found[n].gain, source)
    yield Row(MODEL, "tolls: Wcentr moves on the toll", PUBLISHED, file["move"], found[0].move_j, source)


def wide_talks(path: Path) -> Talks:
    """The thirteen issues of the Paris talks from the file of inputs."""
    with path.open(encoding="utf-8") as lines:
        table = [row for row in csv.DictReader(lines) if row["case"].startswith("COP21")]
    for row in table:
        plain = row["actor"].replace("_", "")
        row["actor"], row["issue"] = SPELLING.get(plain, plain), row["issue"].replace("_", "")
    # The order of actors and issues is that of the published input; it decides between equal gains.
    order = [name.replace("_", "") for name in load("paris_talks.yaml")["actors"]]
    issues = list(dict.fromkeys(row["issue"] for row in table))
    arrays = np.full((3, len(order), len(issues)), np.nan)
    for row in table:
        values = [float(row[name]) for name in ("position", "salience", "power")]
        arrays[:, order.index(row["actor"]), issues.index(row["issue"])] = values
    return Talks(order, issues, arrays[0], arrays[1], arrays[2])


def thirteen_issues(path: Path) -> Iterator[Row]:
    """The published run on all issues, in which two issues concern only some actors and many gains are equal."""
    with (DATA / "paris_talks_thirteen_issues.csv").open(encoding="utf-8") as lines:
        published = [tuple(row.values()) for row in csv.DictReader(lines)]
    t = wide_talks(path)
    found = equal_gain_exchanges(t.position, t.salience, t.power)[0]
    names = [(t.actors[e.i], t.issues[e.q], t.actors[e.j], t.issues[e.p]) for e in found]
    source = load("paris_talks.yaml")["source"]
    same = sum(ours == theirs[:4] for ours, theirs in zip(names, published))
    yield Row(MODEL, "thirteen issues: trades", PUBLISHED, str(len(published)), len(found), source)
    yield Row(
        MODEL, "thirteen issues: same partners and issues", PUBLISHED, str(len(published)), same, source
    )
    total = sum(float(row[4]) for row in published)
    ours = sum(e.gain for e in found)
    yield Row(MODEL, "thirteen issues: sum of gains", PUBLISHED, f"{total:.12f}", ours, source)
    worst = max(abs(e.gain - float(row[4])) for e, row in zip(found, published))
    yield Row(
        MODEL, "thirteen issues: largest difference of a gain", PUBLISHED, "0.000000000000", worst, source
    )
