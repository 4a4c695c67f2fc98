"""Two branches of one run side by side: where they part, to the last bit, and how each later difference hangs on it.

Luck is the same in both, so whatever differs goes back to the intervention. *How* it goes back is read from what
differs: each thing that happened in only one branch is set beside those inputs of its rule that differ, and the largest
is followed back, through what wrote it, to the branch. That is not proof: an input that differs need not have mattered,
and others differ as well. Proof is to hold an input at its sibling's path and to compute again (`powersim why`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from powersim.analysis import kinds
from powersim.analysis.events import Event
from powersim.analysis.phrases import Names
from powersim.analysis.quantities import Differing, Quantity, compared, different, matters, size
from powersim.analysis.reads import Reads
from powersim.world import chronicle as c
from powersim.world.state import Branch, Setup, World


@dataclass(frozen=True)
class Side:
    """One branch: its name, its states (T + 1, the first before the first turn), its events, what it lays down."""

    name: str
    states: Sequence[World]
    events: Sequence[Event]
    branch: Branch


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


@dataclass(frozen=True)
class Link:
    """A step back: an input that differs (quantity, values and turn since which it does) or what happened before.

    size: 0..1, how much it differs. beside: how many other inputs of the same step differ.
    """

    quantity: Quantity | None = None
    values: tuple[float, float] = (0.0, 0.0)
    since: int = -1
    happening: Happening | None = None
    size: float = 1.0
    beside: int = 0
    branch: int = -1  # a control that the branches lay down or hold differently: the end of the chain


@dataclass
class Parting:
    """What two branches of a run have in common and what not.

    first: the first turn after which a quantity differs, -1 if none ever does; differing: what differs then.
    """

    sides: tuple[Side, Side]
    names: Names
    setup: Setup
    happenings: list[Happening] = field(default_factory=list)
    reads: Reads = field(init=False)

    def __post_init__(self) -> None:
        self.reads = Reads(self.setup)
        self.happenings = _happenings(self.sides)

    @cached_property
    def differing(self) -> list[Differing]:
        """What differs after each turn; the first entry is the start."""
        return [different(a, b) for a, b in zip(self.sides[0].states, self.sides[1].states, strict=True)]

    @property
    def first(self) -> int:
        """The first turn after which a bit differs, -1 = none."""
        turns = [turn - 1 for turn, found in enumerate(self.differing) if found]
        return turns[0] if turns else -1

    @property
    def compared(self) -> int:
        """How many quantities are compared after each turn."""
        return compared(self.sides[0].states[0])

    @property
    def same(self) -> bool:
        """Whether both are the same history, to the last bit, in states and chronicles."""
        return self.first < 0 and not self.happenings

    def chain(self, happening: Happening) -> list[Link]:
        """The steps from what happened back to the branch, the nearest first; fewer if no known input differs."""
        links: list[Link] = []
        seen: set[object] = {_key(happening)}
        at: Happening | Quantity = happening
        turn = happening.turn
        while True:
            found = self._step(at, turn, seen)
            if found is None:
                return links
            links.append(found)
            if found.branch >= 0:
                return links
            if found.happening is not None:
                at, turn = found.happening, found.happening.turn
            elif found.quantity is not None:
                at, turn = found.quantity, found.since
            seen.add(_key(at))

    def _step(self, at: Happening | Quantity, turn: int, seen: set[object]) -> Link | None:
        """The largest differing input of a happening, or of a quantity at the turn since which it differs."""
        if isinstance(at, Happening):
            inputs = self._before(at)
        else:
            inputs = self._origin(at, turn)
        inputs = [link for link in inputs if _key(link.happening or link.quantity) not in seen]
        if not inputs:
            return None
        best = max(inputs, key=_order)
        return Link(
            best.quantity, best.values, best.since, best.happening, best.size, len(inputs) - 1, best.branch
        )

    def _before(self, happening: Happening) -> list[Link]:
        """What a happening had before it that the other branch had not."""
        rows = happening.rows
        turn = happening.turn
        root = self._laid_down(rows, turn)
        if root is not None:
            return [root]
        parent = self._parent(happening)
        if parent is not None:
            return [parent]
        wanted = self.reads.read(rows)
        earlier = [
            Link(happening=other, size=float(other.only))
            for other in self._at(turn)
            if _earlier(other, happening)
            and (self.reads.written(other.rows) & wanted or _rivals(other, happening))
        ]
        return [*self._differ(wanted, turn), *earlier]

    def _differ(self, wanted: set[Quantity], turn: int) -> list[Link]:
        """The quantities among `wanted` that differ when a turn begins."""
        now = self.differing[turn]
        return [
            Link(q, now[q], self._since(q, turn), size=size(q, *now[q]))
            for q in wanted & now.keys()
            if matters(q, *now[q], turn)
        ]

    def _since(self, quantity: Quantity, turn: int) -> int:
        """The turn in which the quantity, differing when `turn` begins, began to differ for good."""
        while turn > 1 and quantity in self.differing[turn - 1]:
            turn -= 1
        return turn - 1

    def _origin(self, quantity: Quantity, turn: int) -> list[Link]:
        """What made a quantity differ in a turn: what wrote it, or else what drives it."""
        writers = [h for h in self._at(turn) if quantity in self.reads.written(h.rows)]
        if writers:
            last = max(writers, key=lambda h: (h.only, h.seq))
            return [Link(happening=last)]
        if quantity[0] in ("pos", "x"):
            controls = (
                [quantity[1][0]] if quantity[0] == "pos" else self.reads.of_issue.get(quantity[1][0], [])
            )
            for control in controls:
                if self._branch_differs(control, turn):
                    return [Link(branch=control, since=turn)]
        wanted = self.reads.driven(quantity) - {quantity}
        wrote = [
            Link(happening=h, size=float(h.only))
            for h in self._at(turn)
            if self.reads.written(h.rows) & wanted
        ]
        after = self.differing[turn + 1]
        rank = _RANK.get(quantity[0], 0)
        fresh = [
            Link(q, after[q], turn, size=size(q, *after[q]))
            for q in wanted & after.keys()
            if q not in self.differing[turn] and _RANK.get(q[0], 0) < rank
        ]
        return [*self._differ(wanted, turn), *wrote, *fresh]

    def _parent(self, happening: Happening) -> Link | None:
        """What a row refers to: the deed that moved a belief, the deal that is broken or runs out."""
        row = happening.rows[0]
        for other in self.happenings:
            if other.side != happening.side or _key(other) == _key(happening):
                continue
            caused = row.cause >= 0 and any(each.seq == row.cause for each in other.rows)
            dealt = row.kind in (c.BREACH, c.LAPSED) and row.deal > 0 and other.rows[0].deal == row.deal
            if caused or (dealt and other.rows[0].kind == c.SIGNED and other.only):
                return Link(happening=other)
        return None

    def _laid_down(self, rows: Sequence[Event], turn: int) -> Link | None:
        """The branch itself, where a row is its doing, or moves what the branches hold or lay down differently."""
        for row in rows:
            if row.kind == c.OFFER_MADE:
                return Link(branch=0, since=turn)
            control = -1
            if row.kind in (c.LAID_DOWN, c.OWN_MOVE):
                control = row.thing
            elif row.kind in kinds.LEGS and row.thing < 3 * self.reads.controls:
                control = row.thing // 3
            if control >= 0 and (row.kind == c.LAID_DOWN or self._branch_differs(control, turn)):
                return Link(branch=control, since=turn)
        return None

    def _branch_differs(self, control: int, turn: int) -> bool:
        """Whether the branches lay down, hold or forbid a control differently in a turn."""
        one, other = (side.branch for side in self.sides)
        return any(
            not np.array_equal(
                getattr(one, name)[turn, control], getattr(other, name)[turn, control], equal_nan=True
            )
            for name in ("path", "path_refused", "hold", "no_raise", "no_lower")
        )

    def _at(self, turn: int) -> list[Happening]:
        return self._by_turn.get(turn, [])

    @cached_property
    def _by_turn(self) -> dict[int, list[Happening]]:
        found: dict[int, list[Happening]] = {}
        for happening in self.happenings:
            found.setdefault(happening.turn, []).append(happening)
        return found


_RANK = {"theta": 1, "salience": 1, "resolve": 2, "trust": 2, "alignment": 3, "engagers": 3, "drift": 3}
"""What is computed later in a turn may read what was computed earlier in it."""

_PHASES = (
    (c.EVENT, c.LAID_DOWN, c.PROXY, c.OFFER_MADE), (c.OWN_MOVE,), kinds.PACKAGES, (c.DELIVERY, c.WITHHELD),
    (c.BREACH,), (c.MILESTONE, c.STRIKE, c.CRISIS, c.TERMS, c.DETERRED, c.PREVENTIVE, c.DEMAND_REFUSED, c.WAR,
    c.HELPED, c.STAYED_OUT, c.BATTLE, c.CITY_STRIKE, c.WAR_ENDED),
    (c.CONCESSION, c.PRESSED, c.BELIEF_RESOLVE, c.BELIEF_TRUST), (c.ALIGNMENT_MOVED, c.ENGAGERS_MOVED),
)  # fmt: skip
"""Kinds by the phase of the turn that writes them (`powersim.world.turn`)."""


def _phase(happening: Happening) -> int:
    kind = happening.rows[0].kind
    return next((place for place, group in enumerate(_PHASES) if kind in group), 0)


def _earlier(other: Happening, happening: Happening) -> bool:
    """Whether one came before the other: in an earlier phase of either branch, or before it in the same branch."""
    one, two = _phase(other), _phase(happening)
    return one < two or (one == two and other.side == happening.side and other.seq < happening.seq)


def _rivals(other: Happening, happening: Happening) -> bool:
    """Whether two packages of one turn compete: a party can sign only so many, and each is judged after the last."""
    both = all(h.rows[0].kind in kinds.PACKAGES for h in (other, happening))
    if not both or not other.only or other.rows[0].kind != c.SIGNED:
        return False
    one, two = ({row.actor for row in h.rows} | {h.rows[0].other} for h in (other, happening))
    return bool(one & two)


def _order(link: Link) -> tuple[float, int, int, str]:
    """The branch itself first, then the largest, then the oldest."""
    return (
        float(link.branch >= 0) * 2.0 + link.size,
        link.happening is not None,
        -link.since,
        str(link.quantity),
    )


def _key(at: Happening | Quantity | None) -> object:
    return (at.side, at.seq) if isinstance(at, Happening) else at


def _happenings(sides: tuple[Side, Side]) -> list[Happening]:
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
    return sorted(happenings, key=lambda h: (h.turn, _phase(h), h.side, h.seq))


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
