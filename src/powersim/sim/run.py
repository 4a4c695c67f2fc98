"""A history in the making: the one place where an engine is put together, for whoever computes or looks on.

    engine = Engine(case, seed, run)
    engine.to(5)                             # five turns
    engine.to(5, "offers")                   # and of the next one all that comes up to the offers
    engine.desk.menu.gain                    # what every leg is worth to whom, before later phases judge anew

Arrays are written in place, compiled or interpreted: what `world`, `desk` and `record` show is always as it is now.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from powersim.compile import jit
from powersim.compile.bundle import pack
from powersim.sim.room import Memory, Room
from powersim.world.case import Case
from powersim.world.channels import Held, Paths, new_paths
from powersim.world.desk import Desk, new_desk
from powersim.world.draws import Luck
from powersim.world.given import Given, given_by
from powersim.world.params import Params
from powersim.world.phases import PHASES, Phase, number_of
from powersim.world.record import Record, new_record, observe
from powersim.world.start import LOG_ROWS
from powersim.world.state import Floats, Ints, Setup, World
from powersim.world.turn import LOWERED, STEPS, begin, stretch


@dataclass(frozen=True)
class History:
    """What a history leaves behind.

    values: (T, O) watched outcomes. alignment: (S, N, N) at the snapshots. log: rows of the chronicle, see
    `world.chronicle`. delivered: (L) units of every flow. happened: (E) turn of every event, -1 = never.
    lost: rows of the chronicle that did not fit. paths: its channels, see `world.channels`, if they were to be kept.
    """

    values: Floats
    alignment: Floats
    log: Floats
    delivered: Floats
    happened: Ints
    lost: int
    paths: Paths | None = None


class Point(NamedTuple):
    """Where a history stood between turns: turns done, its world (as in `Room`), and what was watched (turns, O)."""

    turns: int
    memory: Memory
    values: Floats


class Bench:
    """Room for one history after the other of cases of one size: a desk, and worlds for those that fork."""

    def __init__(
        self, s: Setup, log_rows: int = LOG_ROWS, detail: bool = False, kept: Paths | None = None
    ) -> None:
        self.s, self.log_rows, self.detail = s, log_rows, detail
        self.kept = kept
        self.desk: Desk = new_desk(s, kept)
        self.packed_desk: Desk = pack(self.desk)
        self._rooms: list[Room] = []
        self._given: Given | None = None  # the last one packed: most of its arrays are in the next one too

    def room(self, depth: int) -> Room:
        """The room at a depth of the pile; what is in it is of no account."""
        while len(self._rooms) <= depth:
            self._rooms.append(Room(self.s, self.log_rows, self.detail))
        return self._rooms[depth]

    def pack(self, given: Given) -> Given:
        """What is given, packed."""
        self._given = pack(given, self._given)
        return self._given


class Engine:
    """Run `run` of a case, from its start to wherever it is led. The same seed, run and case give the same bytes.

    log_rows: room for the chronicle; detail: it also says which offers came to nothing and which beliefs moved a
    little. keep: write down the paths of the channels (`paths`). held: channels that go as in another history, see
    `world.channels`. bench: room that no other history is using, made for as many rows and as much detail. chance: luck
    that is not the run's own: keys by turn, settled draws. at: where another history of a case of this size stood; the
    history goes on from there, with an empty chronicle.
    Raises ValueError for a seed or run that a key cannot hold, PowersimError for a channel that does not exist.
    """

    def __init__(
        self,
        case: Case,
        seed: int,
        run: int,
        *,
        log_rows: int = LOG_ROWS,
        detail: bool = False,
        keep: bool = False,
        held: Held | None = None,
        bench: Bench | None = None,
        chance: Luck | None = None,
        at: Point | None = None,
    ) -> None:
        given = given_by(case, seed, run, held, chance)
        kept = new_paths(case.setup, case.turns) if keep else None
        used = Bench(case.setup, log_rows, detail, kept) if bench is None else bench
        self._sit(case, given, used, 0)
        self._start(at)

    def _sit(self, case: Case, given: Given, bench: Bench, depth: int) -> None:
        """Take a place at a bench."""
        self.case, self.given = case, given
        self._bench, self._depth, self._room = bench, depth, bench.room(depth)
        self.world: World = self._room.world
        self.desk: Desk = bench.desk
        self.record: Record = new_record(case)
        self.packed: tuple[Given, World, Desk] = (
            bench.pack(given), self._room.packed, bench.packed_desk,
        )  # fmt: skip
        """The three things that a kernel takes: `g`, `w` and `desk`."""
        self._out: Record = pack(self.record)
        self.step = 0
        """Phases that have been computed."""

    def _start(self, at: Point | None) -> None:
        """Stand at the beginning, or where another history stood."""
        if at is not None:
            self._recall(at)
            self._ready()
            return
        self._room.clear(self.case.setup)
        self.step = 0
        begin(*self.packed)

    def again(self, case: Case, at: Point | None = None) -> None:
        """Begin anew with another case of its size and the luck that it has, or go on from where another stood.

        What arrays of the case and of the luck hold may be other than before, and the history another. ValueError for a
        case that watches more or less, or for longer, and where paths of channels are kept.
        """
        if self._bench.kept is not None or _recorded(case) != _recorded(self.case):
            raise ValueError("an engine begins again with as much to record as before, and keeps no paths")
        self.case, self.given = case, self._given_under(case)
        self.packed = (self._bench.pack(self.given), *self.packed[1:])
        self.record.values[:], self.record.alignment[:] = np.nan, 0.0
        self._start(at)

    def _given_under(self, case: Case) -> Given:
        """What is given under another case, with the luck and the held channels that the history has."""
        return self.given._replace(
            s=case.setup, p=case.params, on=case.switches, branch=case.branch, watch=case.watch,
            snapshots=case.snapshots,
        )  # fmt: skip

    @property
    def turns(self) -> int:
        """Turns that have been computed to their end."""
        return self.step // STEPS

    def to(self, turn: int, phase: str | None = None) -> None:
        """Go on until `turn` turns are done, and of the next one all that comes up to `phase`, if one is named.

        Raises ValueError for a point that lies behind, or behind the end of the case; KeyError for an unknown phase.
        """
        end = turn * STEPS + (0 if phase is None else number_of(phase) + 1)
        if not self.step <= end <= self.case.turns * STEPS:
            raise ValueError(
                f"turn {turn}, phase {phase}: the history is at turn {self.turns} after {self.step % STEPS} phases of "
                f"{STEPS}, and has {self.case.turns} turns"
            )
        stretch(*self.packed, self._out, self.step, end)
        self.step = end

    def phases(self) -> Iterator[tuple[int, Phase]]:
        """Phase after phase to the end: the turn, and the phase that has just been computed."""
        while self.step < self.case.turns * STEPS:
            turn, number = divmod(self.step, STEPS)
            stretch(*self.packed, self._out, self.step, self.step + 1)
            self.step += 1
            yield turn, PHASES[number]

    def go_by(self, luck: Luck) -> None:
        """Go on by other luck: a decision of the coming phases is settled, or is left to chance again."""
        self.given = self.given._replace(luck=luck)
        self.packed = (self._bench.pack(self.given), *self.packed[1:])

    def imagine(self, params: Params) -> None:
        """Put on the desk what the coming phase would put there under other parameters, and stay before it.

        For `offers`, which writes on the desk alone and begins by clearing it.
        """
        given = self._bench.pack(self.given._replace(p=params))
        stretch(given, *self.packed[1:], self._out, self.step, self.step + 1)

    def fork(self, case: Case, *, same_bench: bool = False) -> Engine:
        """The same history at the same point, to go on under another case of its size: a branch, other parameters.

        Between turns; in the middle of one what lies on the desk is not taken along. same_bench: spare the room for
        another desk; then only the fork may go on, to its end, before this history does.
        """
        bench = self._bench
        other: Engine = object.__new__(Engine)
        given = self._given_under(case)
        if same_bench:
            other._sit(case, given, bench, self._depth + 1)
        else:
            other._sit(case, given, Bench(case.setup, bench.log_rows, bench.detail), 0)
        other._follow(self)
        other._ready()
        return other

    def go_to(self, other: Engine) -> None:
        """Stand where another history at the same bench stands, between turns, to go on by what it takes as given."""
        self._follow(other)
        self.case, self.given, self.packed = other.case, other.given, (other.packed[0], *self.packed[1:])

    def _follow(self, other: Engine) -> None:
        """Make the world that of another history of this size, and what it has left behind."""
        self.record.alignment[:] = other.record.alignment
        self.record.values[: other.turns] = other.record.values[: other.turns]
        self._room.copy(other._room)
        self.step = other.turns * STEPS

    def point(self) -> Point:
        """Where the history stands, between turns, to go back to; but for its chronicle and its snapshots."""
        return Point(self.turns, self._room.memory.copy(), self.record.values[: self.turns].copy())

    def _recall(self, point: Point) -> None:
        """Stand where a history of a case of this size stood."""
        self._room.memory[:] = point.memory
        self.world.logged[0] = 0  # rows of its chronicle were not kept
        self.record.values[: point.turns] = point.values
        self.step = point.turns * STEPS

    def _ready(self) -> None:
        """On entering: no step, but the desk is made ready."""
        stretch(*self.packed, self._out, self.step, self.step)

    def observe(self, kind: int, a: int, b: int = -1) -> float:
        """A quantity of `world.quantities` (ISSUE, UTILITY, ...) as it is now; a and b are rows."""
        g, w, desk = self.packed
        return float(observe(g, w, desk.derived, max(self.turns - 1, 0), kind, a, b))

    def history(self) -> History:
        """What the history has left behind so far: rows of values for the turns that are done."""
        rows, room = int(self.world.logged[0]), len(self.world.log)
        return History(
            self.record.values[: self.turns].copy(),
            self.record.alignment.copy(),
            self.world.log[:rows].copy(),
            self.world.delivered.copy(),
            self.world.happened.copy(),
            max(0, rows - room),
            self._bench.kept,
        )


def _recorded(case: Case) -> tuple[int, int, int]:
    """How much a history of a case leaves behind: turns, outcomes, snapshots."""
    return case.turns, len(case.watch.kind), len(case.snapshots)


def compile_on_two(case: Case) -> None:
    """Compile what cases of this size need in two processes, if rules come in parts and there are processors."""
    if (os.cpu_count() or 1) < 2:
        return
    from powersim.compile.another import another

    with another() as second:
        if not jit.in_parts():
            return
        from powersim.compile.second import lowering

        bench, out = Bench(case.setup), pack(new_record(case))
        packed = bench.pack(given_by(case, 0, 0)), bench.room(0).packed, bench.packed_desk
        with lowering(second, LOWERED, *packed, 0, out, whole=begin):
            stretch(*packed, out, 0, 0)
