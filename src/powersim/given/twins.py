"""Twins: a world under the branch that happened, and the same draw and luck without a cause, or without two."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from powersim.effects.limits import mover, wilson
from powersim.effects.outcomes import summarise
from powersim.effects.results import Floats
from powersim.effects.weighted import effective
from powersim.given.conditioning import Conditioned
from powersim.run.condense import summary_of
from powersim.run.plan import Plan
from powersim.run.possible import SAME, Possible
from powersim.run.work import workers
from powersim.sim.run import History
from powersim.world import quantities as q
from powersim.world.case import Watch

Flags = NDArray[np.bool_]
Share = tuple[float, float, float]
"""A share with the ends of its interval, all NaN where no world could tell."""
NOTHING: Share = (np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class Twins:
    """An event in worlds (N) of a theory, each with its weight; copies of one world have the same number in `same`.

    came: 1 or 0 by branch, the one that happened first. idle: worlds in which a cause did nothing, so that
    without it everything is as it was. runs: whether the worlds are runs, which are the same under every theory.
    thin: of how many worlds one counts, see `Lot.thin`.
    """

    came: dict[str, Floats]
    idle: dict[str, Flags]
    weight: Floats
    same: Floats
    runs: bool = False
    thin: float = 1.0

    @property
    def happened(self) -> Floats:
        """Under the branch that happened."""
        return next(iter(self.came.values()))

    def effective(self, weight: Floats) -> float:
        """How many worlds count, if these are their weights (N)."""
        return effective(weight, self.same) / self.thin

    def __getitem__(self, branch: str) -> Floats:
        return self.came[branch]


def of_runs(
    plan: Plan, theory: str, event: str, runs: int, threads: int | None = None, coupling: str = SAME
) -> Twins:
    """Twins among worlds as the model makes them: the runs of a study."""
    some = [Possible.of_run(plan, theory, run) for run in range(runs)]
    found = _twins(plan, event, some, np.full(runs, 1.0 / runs), np.arange(runs), threads, coupling)
    return replace(found, runs=True)


def of_given(plan: Plan, found: Conditioned, theory: str, event: str, threads: int | None = None) -> Twins:
    """Twins among worlds that went as the record says; a copy is computed once."""
    worlds = found.lots[theory].worlds
    some, back = worlds.once()
    one = _twins(plan, event, some, worlds.weight, worlds.same, threads, found.asked.coupling)
    return Twins(
        {name: came[back] for name, came in one.came.items()},
        {name: idle[back] for name, idle in one.idle.items()}, one.weight, one.same,
        thin=found.lots[theory].thin,
    )  # fmt: skip


def _twins(
    plan: Plan,
    event: str,
    some: Sequence[Possible],
    weight: Floats,
    same: NDArray[np.int64],
    threads: int | None,
    coupling: str,
) -> Twins:
    outcome = plan.scenario.outcomes[event]
    place, summary = list(plan.scenario.outcomes).index(event), summary_of(outcome)
    turns = tuple(range(plan.built.turns))

    watch, factual = _everywhere(plan), None if coupling == SAME else plan.branches[0]

    def one(world: Possible) -> list[tuple[float, bool]]:
        first, *others = world.histories(plan, factual, watch)
        # as results on disk have them
        paths = [each.values[:, place].astype(np.float32).astype(np.float64) for each in (first, *others)]
        came = [float(summarise(path, summary, turns)) for path in paths]
        return list(zip(came, [True, *(_alike(first, each) for each in others)], strict=True))

    with ThreadPoolExecutor(threads or workers(), thread_name_prefix="origin") as pool:
        table = np.array(list(pool.map(one, some))).T  # (came or idle, branch, world)
    return Twins(
        dict(zip(plan.branches, table[0], strict=True)), dict(zip(plan.branches, table[1] > 0.5, strict=True)),
        weight, same.astype(np.float64),
    )  # fmt: skip


def _everywhere(plan: Plan) -> Watch:
    """What a plan watches, and every issue and every control besides."""
    own, setup = plan.first_case.watch, plan.built.setup
    more = [(q.ISSUE, len(plan.scenario.issues)), (q.CONTROL, len(setup.control_kind))]
    kind = np.concatenate([np.full(count, code, np.int64) for code, count in more])
    a = np.concatenate([np.arange(count, dtype=np.int64) for _, count in more])
    return Watch(
        np.concatenate([own.kind, kind]),
        np.concatenate([own.a, a]),
        np.concatenate([own.b, np.full(len(a), -1)]),
    )


def _alike(one: History, other: History) -> bool:
    """Whether two histories are the same, as far as histories are kept."""
    return one is other or all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=name != "happened")
        for name in ("happened", "delivered", "alignment", "values", "log")
    )


def share(of: Twins, hits: Flags, among: Flags) -> Share:
    """The weight of hits among some worlds, with Wilson limits at their effective number."""
    weight = np.where(among, of.weight, 0.0)
    total = float(weight.sum())
    if total <= 0.0:
        return NOTHING
    found, n = float(weight[hits].sum() / total), of.effective(weight)
    found = min(1.0, max(0.0, found if 1e-12 < found < 1 - 1e-12 else float(round(found))))
    low, high = wilson(np.array(found * n), np.array(n))
    return found, float(low), float(high)


def part_of(of: Twins, among: Flags) -> float:
    """The weight of some worlds among all."""
    return float(of.weight[among].sum() / of.weight.sum())


def counting(found: Sequence[Twins], counts: Sequence[float], weights: Floats) -> float:
    """Effective worlds over theories by their weights: as many as a mean over them is worth, sum(w)^2 / sum(w^2 / n).

    Where all theories have the same runs, those of one.
    """
    if found[0].runs:
        return min(counts)
    w, n = np.asarray(weights, np.float64), np.asarray(counts, np.float64)
    there = (w > 0.0) & (n > 0.0)
    return float(w[there].sum() ** 2 / (w[there] ** 2 / n[there]).sum()) if there.any() else 0.0


def pooled(found: Sequence[Twins], parts: Sequence[Share], weights: Floats) -> Share:
    """Shares over theories, where those that can tell count.

    weights: of each theory, times the part of its worlds of which the share is one. Runs are the same under every
    theory, so what one gets wrong all do; worlds that evidence has chosen are each theory's own.
    """
    known = np.array([part[0] == part[0] for part in parts])
    if not known.any() or weights[known].sum() <= 0.0:
        return NOTHING
    w = weights[known] / weights[known].sum()
    table = np.array(parts)[known].T
    correlation = np.ones((len(w), len(w))) if found[0].runs else np.eye(len(w))
    low, high = mover(table[0], table[1], table[2], w, correlation)
    return float(w @ table[0]), float(low), float(high)
