"""The branches of a run share their past: they are one history until the first of them departs.

Up to the turn at which a branch first differs from its sibling in anything that is laid down, both are the same
history, bit for bit: luck is looked up by key. So it is computed once; where they part the world is copied.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from powersim.sim.run import Bench, Engine, History
from powersim.world.case import Case
from powersim.world.draws import Luck
from powersim.world.start import LOG_ROWS
from powersim.world.state import BranchArrays, Setup

_HERE = threading.local()  # a thread's bench


def simulate_branches(
    cases: Sequence[Case], seed: int, run: int, log_rows: int = LOG_ROWS, chance: Luck | None = None
) -> list[History]:
    """Run `run` of cases that may differ in their branch: the bytes of `sim.history.simulate` for each, in their order.

    chance: luck that is not the run's own. Cases share a past if everything but their branch is the very same object,
    as `Plan.cases` gives them; others are computed one by one. ValueError for a seed or run that a key cannot hold.
    """
    found: dict[int, History] = {}
    for group in _families(cases):
        tree = _Tree([cases[place] for place in group], seed, run, log_rows, chance)
        found |= dict(zip(group, tree.histories(), strict=True))
    return [found[place] for place in range(len(cases))]


def parting(one: BranchArrays, other: BranchArrays, s: Setup) -> int:
    """First turn at which histories of two branches could differ; the number of turns if they never can."""
    turns = int(one.path.shape[0])
    first: int = turns
    for name in BranchArrays._fields:
        a, b = getattr(one, name), getattr(other, name)
        if name.startswith("offer") or name == "stock_at":
            continue
        if name == "no_event":
            first = min([first, *(_earliest(s, event) for event in np.flatnonzero(a != b).tolist())])
        elif a is not b:
            differs = (a != b) & ~((a != a) & (b != b))  # nan = nan
            first = min([first, *np.flatnonzero(differs.any(axis=1))[:1].tolist()])
    return min(first, _offers_part(one, other, turns))


def _earliest(s: Setup, event: int) -> int:
    """First turn at which an event can come."""
    dated, since = int(s.event_turn[event]), int(s.event_from[event])
    return dated if dated >= 0 else max(0, since)


def _offers_part(one: BranchArrays, other: BranchArrays, turns: int) -> int:
    """First turn at which an offer makes a difference: when it is made, and judged by what a refusal leads to."""
    same = one.offer_turn == other.offer_turn and all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("offer_legs", "offer_targets", "offer_parties")
    )
    if same and np.array_equal(one.path_refused[-1:], other.path_refused[-1:], equal_nan=True):
        return turns
    return min([turns, *(branch.offer_turn for branch in (one, other) if branch.offer_turn >= 0)])


def _families(cases: Sequence[Case]) -> list[list[int]]:
    """Places of cases that differ in nothing but their branch."""
    families: dict[tuple[Any, ...], list[int]] = {}
    for place, case in enumerate(cases):
        rest = [id(part) for name, part in case._asdict().items() if name not in ("branch", "turns")]
        families.setdefault((case.turns, *rest), []).append(place)
    return list(families.values())


def _partings(branches: list[BranchArrays], s: Setup) -> dict[tuple[int, int], int]:
    """`parting` of every two branches by their places; those of the thread's last run if they are the same ones."""
    given = [*branches, s.event_turn, s.event_from]
    known = getattr(_HERE, "parted", [])
    if len(known) != len(given) or any(a is not b for a, b in zip(known, given, strict=True)):
        _HERE.parted = given
        _HERE.partings = {
            (a, b): parting(one, other, s)
            for a, one in enumerate(branches)
            for b, other in enumerate(branches[:a])
        }
    table: dict[tuple[int, int], int] = _HERE.partings
    return table


def bench_of(s: Setup, log_rows: int) -> Bench:
    """The bench of the running thread: the one it has, if it fits."""
    size = (log_rows, *(array.shape for array in s))
    if getattr(_HERE, "size", None) != size:
        _HERE.size, _HERE.bench = size, Bench(s, log_rows)
    bench: Bench = _HERE.bench
    return bench


class _Tree:
    """Branches of one run as a tree of histories."""

    def __init__(
        self, cases: Sequence[Case], seed: int, run: int, log_rows: int, chance: Luck | None
    ) -> None:
        self.cases, self.turns = cases, cases[0].turns
        s = cases[0].setup
        self.root = Engine(cases[0], seed, run, bench=bench_of(s, log_rows), chance=chance)
        self.parting = _partings([case.branch for case in cases], s)
        self.found: dict[int, History] = {}

    def histories(self) -> list[History]:
        """The history of every branch, in their order."""
        self._grow(list(range(len(self.cases))), self.root)
        return [self.found[place] for place in range(len(self.cases))]

    def _until(self, a: int, b: int) -> int:
        return self.turns if a == b else min(self.turns, self.parting[max(a, b), min(a, b)])

    def _grow(self, members: list[int], engine: Engine) -> None:
        """Go on with branches that are one history so far, under the first of them."""
        end = min(self._until(a, b) for a in members for b in members)
        engine.to(end)
        if end == self.turns:
            self.found |= dict.fromkeys(members, engine.history())
            return
        parted = self._parted(members, end)
        for group in parted[1:]:
            self._grow(group, engine.fork(self.cases[group[0]], same_bench=True))
        self._grow(parted[0], engine)

    def _parted(self, members: list[int], turn: int) -> list[list[int]]:
        """The groups of branches that are still one after they part at `turn`; the first has the first member."""
        groups: list[list[int]] = []
        for member in members:
            group = next((group for group in groups if self._until(group[0], member) > turn), None)
            if group is None:
                groups.append([member])
            else:
                group.append(member)
        return groups
