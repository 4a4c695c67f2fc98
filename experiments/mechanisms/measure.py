"""Paired runs with and without a mechanism, and what they say of its expected sign."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path as File
from typing import NamedTuple

import numpy as np

from powersim.scenario.arrays.build import Built, build
from powersim.scenario.load import load
from powersim.world.params import MECHANISMS

from .histories import Path, Told, tell
from .measures import Measure

HERE = File(__file__).resolve().parent
SCENARIOS = HERE.parents[1] / "scenarios"
SURE = 1.96  # standard errors on either side of a 95 % interval
AGREES, DISAGREES, UNSEEN = "agrees", "disagrees", "not seen"

Value = tuple[float, float, bool]
"""An outcome with and without the mechanism, and whether the two histories differ at all."""


class Found(NamedTuple):
    """A line of the table: means with and without the mechanism, their difference (off minus on) and its interval."""

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
    """A scenario of this folder or of the project, as arrays."""
    beside = HERE / f"{name}.yaml"
    return build(load(beside if beside.exists() else SCENARIOS / f"{name}.yaml"))


def one_run(measures: Sequence[Measure], seed: int, run: int) -> list[Value]:
    """Every measure in one run. Histories with all mechanisms on are computed once, whoever asks for them."""
    kept: dict[tuple[str, str], Told] = {}

    def history(measure: Measure, branch: str, off: Sequence[str]) -> Told:
        name = measure.scenario
        built = scenario(name)
        case = built.case(branch if branch in built.scenario.branches else "", "", seed, run, off=off)
        return tell(built, case, asked(measures, name), seed, run)

    def with_all(measure: Measure, branch: str) -> Told:
        key = measure.scenario, branch
        if key not in kept:
            kept[key] = history(measure, branch, ())
        return kept[key]

    def value(measure: Measure) -> Value:
        on, off = with_all(measure, measure.branch), history(measure, measure.branch, [measure.mechanism])
        if measure.both is not None:
            return (*measure.both(on, off), on.differs(off))
        if not measure.against:
            return measure.look(on), measure.look(off), on.differs(off)
        on_other = with_all(measure, measure.against)
        off_other = history(measure, measure.against, [measure.mechanism])
        effect_on = measure.look(on_other) - measure.look(on)
        return effect_on, measure.look(off_other) - measure.look(off), on.differs(off)

    return [value(measure) for measure in measures]


def asked(measures: Sequence[Measure], name: str) -> list[Path]:
    """All paths that the measures of a scenario ask for."""
    paths = [path for measure in measures if measure.scenario == name for path in measure.ask(scenario(name))]
    return list(dict.fromkeys(paths))


def measured(
    measures: Sequence[Measure],
    runs: int,
    seed: int,
    workers: int = 0,
    tick: Callable[[int], None] | None = None,
) -> list[Found]:
    """All measures over many runs: the same seed, and so the same luck, with and without each mechanism."""
    for name in {measure.scenario for measure in measures}:
        scenario(name)  # once, before the threads ask for it
    results = []
    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        for done, values in enumerate(pool.map(lambda run: one_run(measures, seed, run), range(runs)), 1):
            results.append(values)
            if tick is not None:
                tick(done)
    return [found(measure, [values[place] for values in results]) for place, measure in enumerate(measures)]


def found(measure: Measure, values: Sequence[Value]) -> Found:
    """Mean difference of a measure and its 95 % interval, over the runs in which it is defined."""
    pairs = np.array([(on, off) for on, off, _ in values])
    kept = pairs[~np.isnan(pairs).any(axis=1)]
    if len(kept) < 2:
        kept = np.zeros((2, 2))
    gap = kept[:, 1] - kept[:, 0]
    effect, error = float(gap.mean()), SURE * float(gap.std(ddof=1)) / math.sqrt(len(gap))
    on, off = (float(mean) for mean in kept.mean(axis=0))
    expected = MECHANISMS[measure.mechanism].off
    return Found(
        measure.mechanism, measure.scenario, measure.what, expected, on, off, effect, effect - error, effect + error,
        len(kept), float(np.mean([differ for *_, differ in values])), verdict(expected, on, effect, error),
    )  # fmt: skip


def verdict(expected: str, on: float, effect: float, error: float) -> str:
    """Whether the interval excludes 0, and if so on which side.

    "change" is said of outcomes that are effects of a decision, and means that the effect moves towards 0.
    """
    if not abs(effect) > error:
        return UNSEEN
    toward = {"fall": -1.0, "rise": 1.0}.get(expected, -math.copysign(1.0, on))
    return AGREES if effect * toward > 0.0 else DISAGREES
