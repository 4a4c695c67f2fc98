"""Measure the signs that are expected of the library's scenarios, and write docs/library_measured.csv.

python -m experiments.library [--runs 200] [NAME ...]

A row a sign: the effect of its input on its outcome, pooled over the scenario's theories, with its 95 % interval.
`make docs` puts it into docs/library.md.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import Any, NamedTuple

import powersim as ps
from powersim.effects.results import ALL
from powersim.scenario.library import folder
from powersim.scenario.read.source import read_file

MEASURED = Path(__file__).resolve().parents[2] / "docs" / "library_measured.csv"
RUNS, SEED = 200, 1
ELSEWHERE = "missile_defense_2009"  # its signs are judged by elasticities, not here


class Measured(NamedTuple):
    """A sign, and what came out: `found` is +, -, 0 (the interval holds nothing else) or ? (it holds 0 and more)."""

    scenario: str
    input: str
    against: str
    outcome: str
    sign: str
    effect: float
    low: float
    high: float
    found: str
    runs: int


def signs() -> dict[str, list[dict[str, str]]]:
    """The signs by scenario, from scenarios/signs/, but for those of the flagship."""
    files = sorted(path for path in (folder() / "signs").glob("*.yaml") if path.stem != ELSEWHERE)
    read: dict[str, Any] = {path.stem: read_file(path, path.name)[0].data() for path in files}
    return {name: data["signs"] for name, data in read.items()}


def measure(scenario: str, sign: dict[str, str], runs: int = RUNS) -> Measured:
    """What the input of a sign does to its outcome, against the other branch."""
    pair = [sign["against"], sign["input"]]
    effects = (
        ps.Study(scenario, branches=pair, seed=SEED).compare(runs=runs, outcomes=sign["outcome"]).effects
    )
    rows = effects[effects.outcome == sign["outcome"]]
    row = rows[rows.theory == ALL].iloc[0] if (rows.theory == ALL).any() else rows.iloc[0]
    low, high = float(row.ci_low), float(row.ci_high)
    found = "0" if low == high == 0 else "+" if low > 0 else "-" if high < 0 else "?"
    where = (scenario, sign["input"], sign["against"], sign["outcome"], sign["sign"])
    return Measured(*where, round(float(row.effect), 4), round(low, 4), round(high, 4), found, runs)


def read() -> list[Measured]:
    """What was measured before."""
    with MEASURED.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))[1:]
    return [Measured(*row[:5], *map(float, row[5:8]), row[8], int(row[9])) for row in rows]


def main() -> None:
    """Measure all, or those that are named."""
    parser = argparse.ArgumentParser(
        prog="python -m experiments.library", description="Signs of the library."
    )
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("names", nargs="*", metavar="NAME")
    given = parser.parse_args()
    kept = (
        [row for row in read() if given.names and row.scenario not in given.names]
        if MEASURED.exists()
        else []
    )
    for name, listed in signs().items():
        if not given.names or name in given.names:
            kept += [measure(name, sign, given.runs) for sign in listed]
            print(*kept[-len(listed) :], sep="\n", flush=True)
    with MEASURED.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([Measured._fields, *sorted(kept)])


if __name__ == "__main__":
    main()
