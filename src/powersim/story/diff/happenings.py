"""What happened in one of two branches of a run only, or in both at other numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from powersim.story import kinds
from powersim.story.events import Event
from powersim.world.phases import number_of
from powersim.world.state import BranchArrays, World


@dataclass(frozen=True)
class Side:
    """One branch: its name, its states (T + 1, the first before the first turn), its events, what it lays down."""

    name: str
    states: Sequence[World]
    events: Sequence[Event]
    branch: BranchArrays


@dataclass(frozen=True)
class Happening:
    """What happened in one branch only, or in both at other numbers: a row, or a package with its legs and gains.

    side: 0 or 1. only: False when the other branch has the same at other numbers.
    """

    side: int
    rows: tuple[Event, ...]
    only: bool

    @property
    def turn(self) -> int:
        """When it happened."""
        return self.rows[0].turn

    @property
    def seq(self) -> int:
        """Its place in its branch."""
        return self.rows[0].seq


TOGETHER = (
    ("events", "branch", "growth"),
    ("offers", "deals"),
    ("strikes", "crises", "wars"),
    ("alignment", "home"),
)
"""Phases that are told together: what they write has no order among them."""


def phase(happening: Happening) -> int:
    """The phase of the turn that writes such rows: the first of those that are told together."""
    name = kinds.KIND[happening.rows[0].kind].phase
    return number_of(next((names[0] for names in TOGETHER if name in names), name))


def earlier(other: Happening, happening: Happening) -> bool:
    """Whether one came before the other: in an earlier phase of either branch, or before it in the same branch."""
    one, two = phase(other), phase(happening)
    return one < two or (one == two and other.side == happening.side and other.seq < happening.seq)


def happenings_of(sides: tuple[Side, Side]) -> list[Happening]:
    """What happened in one branch only, or at other numbers, by turn."""
    groups = [_groups(side.events) for side in sides]
    counts: list[dict[object, list[tuple[Event, ...]]]] = [{}, {}]
    for place, found in enumerate(groups):
        for rows in found:
            counts[place].setdefault(_same(rows), []).append(rows)
    happenings = []
    for place, found in enumerate(groups):
        left = {key: list(rows) for key, rows in counts[1 - place].items()}
        for rows in found:
            twins = left.get(_same(rows), [])
            twin = twins.pop(0) if twins else None
            if twin is None or _numbers(twin) != _numbers(rows):
                happenings.append(Happening(place, rows, twin is None))
    return sorted(happenings, key=lambda h: (h.turn, phase(h), h.side, h.seq))


def _groups(events: Sequence[Event]) -> list[tuple[Event, ...]]:
    """Rows one by one, packages whole, drift left out: it is no event."""
    packages: dict[int, list[Event]] = {}
    found: list[list[Event]] = []
    for event in events:
        if event.kind in kinds.DRIFTS.values():
            continue
        part = event.kind in kinds.LEGS or event.kind in kinds.GAINS
        if part and event.deal in packages:
            packages[event.deal].append(event)
            continue
        found.append([event])
        if event.kind in kinds.PACKAGES:
            packages[event.deal] = found[-1]
    return [tuple(rows) for rows in found]


def _same(rows: tuple[Event, ...]) -> object:
    """What two branches must have in common for it to be the same happening."""
    first = rows[0]
    if first.kind in kinds.PACKAGES:
        legs = frozenset(row.thing for row in rows if row.kind in kinds.LEGS)
        members = frozenset(
            {first.actor, first.other, *(row.actor for row in rows if row.kind in kinds.GAINS)}
        )
        return first.turn, first.kind, members, legs
    return first.turn, first.kind, first.actor, first.other, first.thing


def _numbers(rows: tuple[Event, ...]) -> object:
    return [(row.kind, row.actor, row.thing, row.value, row.gain) for row in rows]
