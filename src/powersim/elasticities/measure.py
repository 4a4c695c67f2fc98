"""Inputs nudged: each run once as it is, and once for either end of every input, with the same luck and draws.

A run is under one theory, theories in turn, as in `sensitivity`. Pairs of branches that answer the question are left
alone unless they are asked for, so that signs can be looked at before anybody sees the effect in question.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from powersim.effects.estimates import estimates
from powersim.effects.odds import better
from powersim.effects.outcomes import summarise
from powersim.effects.results import COUNTED, ODDS, Floats
from powersim.elasticities.inputs import Input
from powersim.elasticities.signs import Sign
from powersim.run.condense import summary_of, with_odds
from powersim.run.space import Space
from powersim.run.work import workers
from powersim.sim.ensemble import Together
from powersim.world import chronicle
from powersim.world import columns as col
from powersim.world.case import Case

NAME = "elasticities"
RUNS = 100
SHARE = 0.5
"""How far apart both places of an input lie: the middle half of its prior."""
COUNTS = {
    "crises": chronicle.CRISIS, "breaches": chronicle.BREACH, "deals": chronicle.SIGNED, "battles": chronicle.BATTLE,
}  # fmt: skip
"""Outcomes beside those of the scenario: how often something happened in the whole world."""
RIGHT, WRONG, UNSEEN, NO_PRIOR, LEFT = "right", "wrong", "not seen", "no prior", "left alone"
FEW = "too few runs"
MARKS = (RIGHT, WRONG, UNSEEN, FEW, NO_PRIOR, LEFT)


@dataclass(frozen=True)
class Elasticity:
    """A row of elasticities.csv: what an outcome (or the effect `of` a pair on it) changes from low to high.

    standardised: in standard deviations of the outcome over runs. low, high: 95 % interval of the change. expected: a
    sign, empty if none was written down; mark: right, wrong, not seen (the interval includes zero), too few runs (there
    is no interval).
    """

    input: str
    outcome: str
    of: str
    at_low: float
    at_high: float
    change: float
    low: float
    high: float
    standardised: float
    runs: int
    estimator: str
    expected: str
    mark: str

    @property
    def clear(self) -> bool:
        """Whether the interval lies on one side of 0."""
        return self.low > 0 or self.high < 0

    @property
    def known(self) -> bool:
        """Whether there is an interval."""
        return self.low == self.low and self.high == self.high


@dataclass(frozen=True)
class Nudges:
    """What is nudged, what is looked at, in which branch. Branches of `space`'s plan are all that are run."""

    space: Space
    branch: str
    inputs: tuple[Input, ...]
    outcomes: tuple[str, ...]
    signs: tuple[Sign, ...]
    runs: int
    share: float
    left: str = ""  # what is not nudged, in a sentence

    @property
    def steps(self) -> int:
        """How often `measure` will call `tick`."""
        return self.runs * len(self.inputs)

    @cached_property
    def pairs(self) -> dict[str, list[tuple[str, str]]]:
        """Pairs of branches whose effect an input's nudge is looked at for, by the input's name."""
        found: dict[str, list[tuple[str, str]]] = {}
        for sign in self.signs:
            pair = tuple(sign.effect or ())
            if len(pair) == 2 and set(pair) <= set(self.space.plan.branches):
                found.setdefault(sign.input, []).append((pair[0], pair[1]))
        return {name: list(dict.fromkeys(pairs)) for name, pairs in found.items()}


@dataclass(frozen=True)
class _Seen:
    """What is kept of a history: counted values and odds (outcomes), and a fingerprint."""

    counted: Floats
    odds: Floats
    mark: bytes


def measure(
    asked: Nudges, simulate: Together, threads: int | None = None, tick: Callable[[], None] | None = None
) -> list[Elasticity]:
    """Every row, by input and outcome in the order asked."""
    u, runs = asked.space.ordinary(0, asked.runs)

    def one(row: int) -> list[dict[str, _Seen]]:
        return _run(asked, simulate, u[row], int(runs[row]), tick)

    pool = ThreadPoolExecutor(threads or workers(), thread_name_prefix="nudge")
    try:
        seen = list(pool.map(one, range(asked.runs)))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return _rows(asked, seen)


def _run(
    asked: Nudges, simulate: Together, u: Floats, run: int, tick: Callable[[], None] | None
) -> list[dict[str, _Seen]]:
    """One run: all branches as they are, then for each input low and high in the branches that are looked at."""
    names = asked.space.plan.branches

    def play(cases: Sequence[Case], which: Sequence[str]) -> dict[str, _Seen]:
        nowhere = np.zeros(0, np.int64)
        chosen = [cases[names.index(name)]._replace(snapshots=nowhere) for name in which]
        found = simulate(chosen, asked.space.plan.seed, run)
        return {
            name: _look(asked, history.values, history.log)
            for name, history in zip(which, found, strict=True)
        }

    found = [play(asked.space.cases(u), names)]
    for each in asked.inputs:
        if not each.against:
            of_pairs = [name for pair in asked.pairs.get(each.name, []) for name in pair]
            which = list(dict.fromkeys([asked.branch, *of_pairs]))
            found += [play(asked.space.cases(*each.put(u, side)), which) for side in (0, 1)]
        if tick is not None:
            tick()
    return found


def _look(asked: Nudges, values: Floats, log: Floats) -> _Seen:
    # the paths as results on disk have them, so that levels are those that `compare` reports
    paths = values.astype(np.float32)
    scenario = asked.space.plan.scenario.outcomes
    order, turns = list(scenario), tuple(range(len(values)))
    rare = [order[place] for place in with_odds(scenario.values())]
    kinds = log[:, col.KIND].astype(np.int64)
    counted, odds = [], []
    for name in asked.outcomes:
        if name in COUNTS and name not in scenario:
            counted.append(float((kinds == COUNTS[name]).sum()))
            odds.append(np.nan)
            continue
        path = paths[:, order.index(name)].astype(np.float64)
        counted.append(float(summarise(path, summary_of(scenario[name]), turns)))
        odds.append(
            float(paths[scenario[name].last, len(order) + rare.index(name)]) if name in rare else np.nan
        )
    return _Seen(np.array(counted), np.array(odds), hashlib.blake2b(paths.tobytes(), digest_size=8).digest())


def _rows(asked: Nudges, seen: list[list[dict[str, _Seen]]]) -> list[Elasticity]:
    base = [one[0] for one in seen]
    whole = [np.stack([getattr(one[asked.branch], name) for one in base]).T for name in ("counted", "odds")]
    used = [better(counted, odds)[1] for counted, odds in zip(*whole, strict=True)]
    by_odds = np.array([name == ODDS for name in used])

    def taken(one: _Seen) -> Floats:
        return np.where(by_odds, one.odds, one.counted)

    def difference(run: dict[str, _Seen], pair: tuple[str, str]) -> Floats:
        return taken(run[pair[0]]) - taken(run[pair[1]])

    rows: list[Elasticity] = []
    place = 1
    spread = np.stack([taken(one[asked.branch]) for one in base]).std(axis=0)
    for each in asked.inputs:
        if each.against:
            changes = np.stack([difference(one, (each.name, each.against)) for one in base])
            touched = [one[each.name].mark != one[each.against].mark for one in base]
            rows += _of(asked, each, "", changes, touched, spread, used)
            continue
        ends = [(one[place], one[place + 1]) for one in seen]
        place += 2
        changes = np.stack([taken(high[asked.branch]) - taken(low[asked.branch]) for low, high in ends])
        touched = [low[asked.branch].mark != high[asked.branch].mark for low, high in ends]
        rows += _of(asked, each, "", changes, touched, spread, used)
        for pair in asked.pairs.get(each.name, []):
            changes = np.stack([difference(high, pair) - difference(low, pair) for low, high in ends])
            touched = [any(low[name].mark != high[name].mark for name in pair) for low, high in ends]
            own = np.stack([difference(one, pair) for one in base]).std(axis=0)
            rows += _of(asked, each, " - ".join(pair), changes, touched, own, used)
    return rows


def _of(
    asked: Nudges, each: Input, of: str, changes: Floats, touched: list[bool], spread: Floats, used: list[str]
) -> list[Elasticity]:
    """The rows of an input: every outcome's level, or, of a pair, the outcomes for which a sign is expected."""
    rows = []
    marks = np.array([touched], np.float64)
    scenario = asked.space.plan.scenario.outcomes
    for k, name in enumerate(asked.outcomes):
        sign = expected(asked.signs, each, name, of)
        if of and not sign:
            continue
        ever = name in scenario and scenario[name].summary == "ever" and used[k] == COUNTED
        (found,) = estimates(changes[None, :, k], rare=ever, touched=marks)
        size = found.value / spread[k] if spread[k] > 0 else (0.0 if found.value == 0 else np.nan)
        rows.append(
            Elasticity(
                each.name, name, of or (f"against {each.against}" if each.against else "level"), *each.shown,
                found.value, found.low, found.high, float(size), found.runs, used[k], sign,
                marked(sign, found.low, found.high),
            )
        )  # fmt: skip
    return rows


def expected(signs: Sequence[Sign], each: Input, outcome: str, of: str) -> str:
    """The sign that was written down for an input and an outcome, empty if none was."""
    for sign in signs:
        same = sign.input == each.name and sign.outcome == outcome and sign.against == each.against
        if same and " - ".join(sign.effect or ()) == of:
            return sign.sign
    return ""


def marked(sign: str, low: float, high: float) -> str:
    """What an interval says to a sign: where it includes zero a sign is not seen, and nothing expected is right."""
    if not sign:
        return ""
    if not (low == low and high == high):
        return FEW
    seen = "+" if low > 0 else "-" if high < 0 else "0"
    if seen == "0":
        return RIGHT if sign == "0" else UNSEEN
    return RIGHT if seen == sign else WRONG
