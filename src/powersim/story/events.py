"""The chronicle of a run as events: its rows with what they refer to made explicit (deals, causes, issues).

Deals are numbered in the order in which they are drafted; a row about a deal carries its number. A change of belief
carries the row that caused it. Where a series has rows for its notable moves only, what happened between two of them,
and after the last, is one more row ("drift"), so that the changes of each series sum to end minus start.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from powersim.story import kinds
from powersim.story.phrases import Names
from powersim.world import chronicle as c
from powersim.world import columns as col
from powersim.world.turn import GRID

Floats = NDArray[np.float64]


STEP = 1.0 / GRID
"""What the world carries from turn to turn stands on a grid: what is smaller is rounding."""


@dataclass(frozen=True)
class Event:
    """A row of the chronicle; indices are -1 where there is nothing to name.

    seq: place in the run. deal: number of the deal or offer, from 1; 0 = none. since: turn of the deal's signature.
    cause: seq of the row that moved a belief. issue: index of the issue that it is about.
    """

    seq: int
    turn: int
    kind: int
    actor: int
    other: int
    thing: int
    value: float
    gain: float
    deal: int = 0
    since: int = -1
    cause: int = -1
    issue: int = -1


@dataclass(frozen=True)
class Series:
    """Start and end of what the chronicle follows: resolve, trust and alignment (N, N), engagers (N)."""

    start: dict[int, Floats]
    end: dict[int, Floats]


@dataclass
class _Reader:
    """Reads rows in order; remembers which deal is in which place of the world's table."""

    names: Names
    events: list[Event] = field(default_factory=list)
    place: dict[int, tuple[int, int]] = field(default_factory=dict)
    members: dict[int, set[int]] = field(default_factory=dict)
    deals: int = 0

    def read(self, row: Sequence[float]) -> None:
        turn, kind, actor, other, thing = (int(cell) for cell in row[: col.VALUE])
        event = Event(len(self.events), turn, kind, actor, other, thing, row[col.VALUE], row[col.GAIN])
        event = self._dealt(event, int(row[col.DEAL]))
        issue = self.names.issue_of(kinds.KIND[kind].thing, thing)
        if kind in kinds.BELIEFS:
            event = replace(event, cause=self._cause(event))
        self.events.append(replace(event, issue=issue))

    def _dealt(self, event: Event, slot: int) -> Event:
        """The event with the number of its deal."""
        if event.kind in kinds.PACKAGES:
            self.deals += 1
            self.members[self.deals] = {event.actor, event.other}
            if event.kind == c.SIGNED:
                self.place[slot] = self.deals, event.turn
                return replace(event, deal=self.deals, since=event.turn)
            return replace(event, deal=self.deals)
        if event.kind in (c.PROPOSED_LEG, c.PROPOSED_GAIN):
            return replace(event, deal=self.deals)
        if slot < 0 or slot not in self.place:
            return event
        number, since = self.place[slot]
        if event.kind == c.GAIN:
            self.members[number].add(event.actor)
        return replace(event, deal=number, since=since)

    def _cause(self, belief: Event) -> int:
        """The last row of the same turn that says what the observed did; -1 if the chronicle was not kept in detail."""
        for event in reversed(self.events):
            if event.turn != belief.turn:
                break
            if belief.thing < 0:
                wronged = {event.other} | self.members.get(event.deal, set())
                if event.kind == c.BREACH and event.actor == belief.other and belief.actor in wronged:
                    return event.seq
            elif event.kind in _SIGNALS and belief.other == _seen(event):
                return event.seq
        return -1


def _seen(event: Event) -> int:
    """Whose deed a signal is: to refuse a demand, or to yield to it, is the target's."""
    return event.other if event.kind in _DONE_TO else event.actor


_DONE_TO = (c.TERMS, c.DEMAND_REFUSED)
_SIGNALS = (c.CONCESSION, c.STAND, c.PRESSED, c.STAYED_OUT, *_DONE_TO)


def read(log: Floats, names: Names, series: Series | None = None) -> list[Event]:
    """The events of a chronicle (rows, 8), in order. With `series`, gaps between rows about them are filled."""
    reader = _Reader(names)
    for row in log.tolist():
        reader.read(row)
    return reader.events if series is None else _filled(reader.events, series, len(names.dates) - 1)


def _filled(events: Sequence[Event], series: Series, last: int) -> list[Event]:
    """The events with a row of drift before each notable move, and at the end, where something has moved."""
    level = {
        (kind, i, j): float(found) for kind, array in series.start.items() for (i, j), found in _cells(array)
    }
    out: list[Event] = []
    moved: dict[int, int] = {}
    for event in events:
        key = event.kind, event.actor, event.other
        if event.kind in kinds.DRIFTS:
            before = event.value - event.gain
            _drift(out, key, event.turn, level[key], before)
            level[key] = event.value
        moved[event.seq] = len(out)
        out.append(replace(event, seq=len(out), cause=moved.get(event.cause, -1)))
    for kind, array in series.end.items():
        for (i, j), found in _cells(array):
            _drift(out, (kind, i, j), last, level[kind, i, j], float(found))
    return out


def _cells(array: Floats) -> Iterable[tuple[tuple[int, int], np.float64]]:
    """Cells of a series with who looks and at whom (-1 = nobody); of pairs that are symmetric only one is logged."""
    if array.ndim == 1:
        for i, found in enumerate(array):
            yield (i, -1), found
        return
    for (i, j), found in np.ndenumerate(array):
        if i != j:
            yield (i, j), found


def _drift(out: list[Event], key: tuple[int, int, int], turn: int, before: float, after: float) -> None:
    kind, actor, other = key
    if kind == c.ALIGNMENT_MOVED and actor > other:
        return  # symmetric: the chronicle follows the upper half
    if abs(after - before) >= STEP:
        out.append(Event(len(out), turn, kinds.DRIFTS[kind], actor, other, -1, after, after - before))
