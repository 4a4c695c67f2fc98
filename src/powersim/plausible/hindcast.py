"""Does the ensemble tell what happened? Coverage and CRPS of coded issue paths, point by point.

A run starts where the record starts and never sees it again, so its forecast for 2012 is made in 2007. It is fair to
compare it with what could be said then:

- `persistence`: the starting value for ever, a point forecast;
- `values`: climatology proper, all values that the other coded issues ever had in the period;
- `changes`: the starting value plus the changes of the other issues over the same lead, cut to 0..1: the hardest,
  since it knows how far issues move in so much time.

For context there is `updated`: all values that the path itself had shown up to the turn before. It is told the
record every quarter, which no run is, so nothing has to beat it.

An issue path is a string of states that last: its quarters are not independent, and the sampling error of a coverage is
that of a few dozen moves, not of hundreds of points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from powersim.effects.scores import crps, skill
from powersim.plausible.intervals import tails
from powersim.plausible.paths import last_month

Floats = NDArray[np.float64]

UNTIL = "2013Q4"
"""Last date compared unless a caller says otherwise: what comes after is kept back."""
BAND = 0.8
"""Share of runs in the band whose coverage is reported."""
COVERAGE = (0.65, 0.95)
"""Share of coded points that a band of 80 % must cover."""
PREFIX = "issue:"
CLIMATOLOGY = ("persistence", "values")
"""What the ensemble must beat."""
REFERENCES = (*CLIMATOLOGY, "changes", "updated")


def covered(ensemble: Floats, observed: Floats, band: float = BAND) -> NDArray[np.bool_]:
    """Whether observations (...) lie in the central band of ensembles (members, ...), ends included."""
    low, high = np.quantile(ensemble, tails(band), axis=0)
    return np.asarray((low <= observed) & (observed <= high))


@dataclass(frozen=True)
class Score:
    """How well one issue, or all pooled, is told."""

    issue: str
    points: int
    coverage: float
    """Share of points in the 80 % band."""
    crps: float
    references: Mapping[str, float]
    """CRPS of each climatology over the same points."""

    def skill(self, reference: str) -> float:
        """1 - CRPS / CRPS of the reference: above 0 is better than it, 1 perfect; nan if the reference is perfect."""
        return skill(self.crps, self.references[reference])

    @property
    def beats(self) -> bool:
        """Whether the CRPS is below that of persistence and below that of the values of all issues."""
        return self.crps < min(self.references[name] for name in CLIMATOLOGY)


@dataclass(frozen=True)
class Hindcast:
    """Scores by issue and pooled, and what was compared."""

    until: str
    pooled: Score
    issues: tuple[Score, ...]
    runs: int = 2
    """Runs of the issue that has the fewest."""

    @property
    def banded(self) -> bool:
        """Whether there are runs enough for a band."""
        return self.runs > 1

    @property
    def passes(self) -> bool:
        """Whether the pooled band covers 65-95 % of points and the pooled CRPS beats both climatologies."""
        return self.banded and COVERAGE[0] <= self.pooled.coverage <= COVERAGE[1] and self.pooled.beats

    @property
    def moving_coverage(self) -> float:
        """Coverage over the issues that moved at all: one that stays where it was is easily covered."""
        moved = [score.coverage for score in self.issues if score.references["persistence"] > 0]
        return float(np.mean(moved)) if moved else float("nan")

    def verdict(self) -> str:
        """One sentence on the pooled score."""
        score = self.pooled
        against = ", ".join(f"{name} {score.references[name]:.3f}" for name in REFERENCES)
        if not self.banded:
            return f"Too few runs for a band; CRPS {score.crps:.3f} over {score.points} coded points to {self.until}."
        return (
            f"The band of {BAND:.0%} of runs covers {score.coverage:.0%} of {score.points} coded points to "
            f"{self.until} ({self.moving_coverage:.0%} for issues that moved); CRPS {score.crps:.3f} against {against}."
        )


def hindcast(
    values: xr.DataArray,
    record: Mapping[str, Floats],
    dates: Sequence[str],
    until: str = UNTIL,
    leave_out: Sequence[str] = (),
) -> Hindcast:
    """Score simulated issue paths against coded ones, from the second turn to the last that ends by `until`.

    `values` (run, turn, outcome; any other dimension, such as theory, is pooled) with outcomes `issue:<id>`;
    `record`: coded path (turn) by issue, nan where not coded; `dates` (turn). The first turn is given to all, so it
    scores nothing. `leave_out`: issues that the branch lays down, which would be right by construction.
    """
    last = turns_until(dates, until)
    if last < 2:
        raise ValueError(
            f"only {last} of the turns {dates[0]}..{dates[-1]} end by {until}; at least 2 are needed"
        )
    paths = issue_paths(values)
    names = [name for name in sorted(record) if name in paths and name not in leave_out]
    names = [name for name in names if np.isfinite(record[name][:last]).all()]
    if not names:
        raise ValueError("no coded issue is among the outcomes; outcomes must include issue:<id>")
    coded = np.array([record[name][:last] for name in names])
    scores, pooled = [], _Tally()
    for place, name in enumerate(names):
        tally = _Tally()
        tally.add(paths[name][:, :last], coded, place)
        pooled.join(tally)
        scores.append(tally.score(name))
    return Hindcast(until, pooled.score("all"), tuple(scores), min(len(paths[name]) for name in names))


def issue_paths(values: xr.DataArray) -> dict[str, Floats]:
    """Paths (member, turn) of every outcome `issue:<id>`, by id; runs that hold nan are left out."""
    found = {}
    for outcome in values["outcome"].values:
        if str(outcome).startswith(PREFIX):
            path = values.sel(outcome=outcome).transpose(..., "turn").values
            path = np.asarray(path, dtype=np.float64).reshape(-1, path.shape[-1])
            found[str(outcome).removeprefix(PREFIX)] = path[np.isfinite(path).all(axis=1)]
    return found


def references(coded: Floats, place: int) -> dict[str, list[Floats]]:
    """Members of each reference forecast of coded path `place` of (K, T) for the turns 1..T-1, by name."""
    path, others = coded[place], np.delete(coded, place, axis=0)
    turns = range(1, len(path))
    if not len(others):
        others = path[None, :1].repeat(len(path), axis=1)  # alone, an issue has no climate but its start
    return {
        "persistence": [path[:1] for _ in turns],
        "values": [others.ravel() for _ in turns],
        "changes": [np.clip(path[0] + others[:, turn] - others[:, 0], 0.0, 1.0) for turn in turns],
        "updated": [path[:turn] for turn in turns],
    }


class _Tally:
    """Sums over points."""

    def __init__(self) -> None:
        self.points = 0
        self.inside = 0
        self.crps = 0.0
        self.references = dict.fromkeys(REFERENCES, 0.0)

    def add(self, paths: Floats, coded: Floats, place: int) -> None:
        observed = coded[place]
        turns = len(observed)
        self.points += turns - 1
        self.inside += int(covered(paths[:, 1:], observed[1:]).sum())
        self.crps += float(crps(paths[:, 1:], observed[1:]).sum())
        for name, forecasts in references(coded, place).items():
            scores = [crps(members, value) for members, value in zip(forecasts, observed[1:], strict=True)]
            self.references[name] += float(np.sum(scores))

    def join(self, other: _Tally) -> None:
        self.points += other.points
        self.inside += other.inside
        self.crps += other.crps
        for name in REFERENCES:
            self.references[name] += other.references[name]

    def score(self, issue: str) -> Score:
        n = self.points
        return Score(issue, n, self.inside / n, self.crps / n, {k: v / n for k, v in self.references.items()})


def turns_until(dates: Sequence[str], until: str) -> int:
    """Number of turns that end by a date."""
    return sum(last_month(date) <= last_month(until) for date in dates)
