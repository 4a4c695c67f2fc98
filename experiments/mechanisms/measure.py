"""Paired runs with and without a mechanism, and what they say of its expected sign."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from powersim.scenario.build import Built, build
from powersim.scenario.load import load
from powersim.world.case import Case
from powersim.world.params import MECHANISMS

from .histories import Told, tell
from .measures import Measure

HERE = Path(__file__).resolve().parent
SCENARIOS = HERE.parents[1] / "scenarios"
SURE = 1.96  # standard errors on either side of a 95 % interval
AGREES, DISAGREES, UNSEEN = "agrees", "disagrees", "not seen"

Floats = NDArray[np.float64]


class Found(NamedTuple):
    """One line of the table: means with and without the mechanism, their difference (off minus on) and its interval."""

    mechanism: str
    scenario: str
    what: str
    expected: str
    on: float
    off: float
    effect: float
    low: float
    high: float
    runs: int  # in which the outcome is defined
    changed: float  # share of histories that differ at all
    verdict: str


@cache
def scenario(name: str) -> Built:
    """A scenario of the project or of this folder, as arrays."""
    beside = HERE / f"{name}.yaml"
    return build(load(beside if beside.exists() else SCENARIOS / f"{name}.yaml"))


def pair(measure: Measure, seed: int, run: int) -> tuple[float, float, bool]:
    """The outcome of one run with and without the mechanism, and whether its histories differ at all."""
    built = scenario(measure.scenario)
    told = [_told(measure, built, switched, seed, run) for switched in ((), (measure.mechanism,))]
    (on, on_other), (off, off_other) = told
    differ = on.log.tobytes() != off.log.tobytes() or on.paths.tobytes() != off.paths.tobytes()
    if measure.paired is not None:
        return (*measure.paired(on, off), differ)
    values = [measure.look(one) - (0.0 if other is None else measure.look(other)) for one, other in told]
    sign = -1.0 if on_other is not None and off_other is not None else 1.0  # against minus branch
    return sign * values[0], sign * values[1], differ


def _told(
    measure: Measure, built: Built, off: Sequence[str], seed: int, run: int
) -> tuple[Told, Told | None]:
    wanted = list(measure.ask(built))

    def one(branch: str) -> Told:
        branch = branch if branch in built.scenario.branches else ""
        case: Case = built.case(branch, "", seed, run, off=(*off, *measure.off))
        return tell(built, case, wanted, seed, run)

    return one(measure.branch), one(measure.against) if measure.against else None


def found(measure: Measure, runs: int, seed: int, workers: int = 0) -> Found:
    """A measure over many runs: same seed, same luck, with and without the mechanism."""
    scenario(measure.scenario)  # once, before the threads ask for it
    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        results = list(pool.map(lambda run: pair(measure, seed, run), range(runs)))
    values = np.array([(on, off) for on, off, _ in results])
    kept = values[~np.isnan(values).any(axis=1)]
    on, off = (kept[:, 0], kept[:, 1]) if len(kept) else (np.zeros(1), np.zeros(1))
    gap = off - on
    error = SURE * float(gap.std(ddof=1)) / math.sqrt(len(gap)) if len(gap) > 1 else math.inf
    effect = float(gap.mean())
    spec = MECHANISMS[measure.mechanism]
    return Found(
        measure.mechanism, measure.scenario, measure.what, spec.off, float(on.mean()), float(off.mean()), effect,
        effect - error, effect + error, len(kept), float(np.mean([differ for *_, differ in results])),
        verdict(spec.off, float(on.mean()), effect, error),
    )  # fmt: skip


def verdict(expected: str, on: float, effect: float, error: float) -> str:
    """Whether the interval excludes 0, and on which side.

    "change" means that the outcome, itself an effect, moves towards 0.
    """
    if not abs(effect) > error:
        return UNSEEN
    toward = {"fall": -1.0, "rise": 1.0}.get(expected, -math.copysign(1.0, on))
    return AGREES if effect * toward > 0.0 else DISAGREES
