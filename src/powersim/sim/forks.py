"""The branches of a run share their past: they are one history until the first of them departs.

Up to the turn at which a branch first differs from its sibling in anything that is laid down, both are the same
history, bit for bit: luck is looked up by key. So it is computed once; where they part the world is copied.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, TypeVar, cast

import numpy as np

from powersim._bundle import pack
from powersim.sim.history import History
from powersim.world.case import Case
from powersim.world.draws import luck
from powersim.world.start import LOG_ROWS, new_world
from powersim.world.state import Branch, Floats, Setup, World
from powersim.world.turn import begin, new_room, stretch

T = TypeVar("T", bound=tuple[Any, ...])

_HERE = threading.local()  # a thread's Desk


def simulate_branches(cases: Sequence[Case], seed: int, run: int, log_rows: int = LOG_ROWS) -> list[History]:
    """Run `run` of cases that may differ in their branch: the bytes of `sim.history.simulate` for each, in their order.

    Cases share a past if everything but their branch is the very same object, as `Plan.cases` gives them; others are
    computed one by one. Raises ValueError for a seed or run that a key cannot hold.
    """
    found: dict[int, History] = {}
    for group in _families(cases):
        tree = _Tree([cases[place] for place in group], seed, run, log_rows)
        found |= dict(zip(group, tree.histories(), strict=True))
    return [found[place] for place in range(len(cases))]


def parting(one: Branch, other: Branch, s: Setup) -> int:
    """First turn at which histories of two branches could differ; the number of turns if they never can."""
    turns = int(one.path.shape[0])
    first: int = turns
    for name in Branch._fields:
        a, b = getattr(one, name), getattr(other, name)
        if name.startswith("offer"):
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


def _offers_part(one: Branch, other: Branch, turns: int) -> int:
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


def _partings(branches: list[Branch], s: Setup) -> dict[tuple[int, int], int]:
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


class _Desk:
    """Room to work in: a pile of worlds of one size, one for each group of branches that waits for its turn."""

    def __init__(self, s: Setup, log_rows: int) -> None:
        self.s, self.log_rows = s, log_rows
        self.room = new_room(s)
        self.worlds: list[tuple[World, World]] = []  # as arrays, and packed
        self.packed: dict[str | int, Any] = {}  # of the last run

    def world(self, depth: int) -> tuple[World, World]:
        """The world at a depth of the pile."""
        while len(self.worlds) <= depth:
            fresh = new_world(self.s, self.log_rows)
            self.worlds.append((fresh, pack(fresh)))
        return self.worlds[depth]

    def pack(self, what: str | int, values: T) -> T:
        """`values` packed; quicker where the last run had the same arrays under the name `what`."""
        self.packed[what] = pack(values, self.packed.get(what))
        return cast(T, self.packed[what])


def _desk(s: Setup, log_rows: int) -> _Desk:
    """The desk of the running thread: the one it has, if it fits."""
    size = (log_rows, *(array.shape for array in s))
    if getattr(_HERE, "size", None) != size:
        _HERE.size, _HERE.desk = size, _Desk(s, log_rows)
    desk: _Desk = _HERE.desk
    return desk


def _copy(source: World, to: World) -> None:
    """Make a world equal to another; of the chronicle only what is written."""
    rows = min(int(source.logged[0]), len(source.log))
    for name in World._fields:
        old, new = getattr(source, name), getattr(to, name)
        if name == "log":
            new[:rows] = old[:rows]
        else:
            np.copyto(new, old)


class _Tree:
    """Branches of one run as a tree of histories."""

    def __init__(self, cases: Sequence[Case], seed: int, run: int, log_rows: int) -> None:
        self.case, self.turns = cases[0], cases[0].turns
        s = self.case.setup
        self.desk = _desk(s, log_rows)
        self.where = luck(seed, run, 0)
        keep = self.desk.pack
        self.given = keep("setup", s), keep("params", self.case.params), keep("switches", self.case.switches)
        self.watch = keep("watch", self.case.watch)
        self.branches = [case.branch for case in cases]
        self.parting = _partings(self.branches, s)
        n, count = len(s.power0), len(cases)
        self.values: Floats = np.zeros((count, self.turns, len(self.case.watch.kind)))
        self.kept: Floats = np.zeros((count, len(self.case.snapshots), n, n))
        self.found: dict[int, History] = {}

    def histories(self) -> list[History]:
        """The history of every branch, in their order."""
        world, packed = self.desk.world(0)
        _copy(new_world(self.case.setup, 0), world)
        begin(*self.given, packed, self.desk.room)
        self._grow(list(range(len(self.branches))), 0, 0)
        return [self.found[place] for place in range(len(self.branches))]

    def _until(self, a: int, b: int) -> int:
        return self.turns if a == b else min(self.turns, self.parting[max(a, b), min(a, b)])

    def _grow(self, members: list[int], first: int, depth: int) -> None:
        """Go on with branches that are one history up to turn `first`, whose world lies at `depth`."""
        lead = members[0]
        end = min(self._until(a, b) for a in members for b in members)
        world, packed = self.desk.world(depth)
        branch = self.desk.pack(lead, self.branches[lead])
        stretch(
            *self.given, branch, self.watch, self.case.snapshots, packed, self.desk.room,
            self.where.seed, self.where.run, first, end, self.values[lead], self.kept[lead],
        )  # fmt: skip
        if end == self.turns:
            self.found |= dict.fromkeys(members, self._history(lead, world))
            return
        parted = self._parted(members, end)
        for group in parted[1:]:
            self.values[group[0], :end] = self.values[lead, :end]
            self.kept[group[0]] = self.kept[lead]
            _copy(world, self.desk.world(depth + 1)[0])
            self._grow(group, end, depth + 1)
        self._grow(parted[0], end, depth)

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

    def _history(self, place: int, world: World) -> History:
        rows, room = int(world.logged[0]), len(world.log)
        return History(
            self.values[place],
            self.kept[place],
            world.log[:rows].copy(),
            world.delivered.copy(),
            world.happened.copy(),
            max(0, rows - room),
        )
