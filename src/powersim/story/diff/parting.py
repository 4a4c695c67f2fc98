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

from powersim.story import kinds
from powersim.story.diff.happenings import Happening, Side, earlier, happenings_of
from powersim.story.diff.quantities import Differing, Quantity, compared, different, matters, size
from powersim.story.diff.reads import Reads
from powersim.story.diff.writes import written
from powersim.story.events import Event
from powersim.story.phrases import Names
from powersim.world import chronicle as c
from powersim.world.legs import Legs
from powersim.world.state import Setup


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
    branch: str = ""  # what the branches lay down, hold or forbid differently: the end of the chain


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
        self.happenings = happenings_of(self.sides)

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
            if found.branch:
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
        before = [
            Link(happening=other, size=float(other.only))
            for other in self._at(turn)
            if earlier(other, happening)
            and (written(self.reads, other.rows) & wanted or _rivals(other, happening))
        ]
        found = [*self._differ(wanted, turn), *before]
        if found or rows[0].kind not in kinds.PACKAGES:
            return found
        barred = self._off_the_table(rows, turn)
        if barred:
            return [Link(branch=barred, since=turn)]
        instead = [
            Link(happening=h) for h in self._at(turn) if h.side != happening.side and _rivals(h, happening)
        ]
        return self._differ(self.reads.menu(rows), turn) or instead

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
        writers = [h for h in self._at(turn) if quantity in written(self.reads, h.rows)]
        if writers:
            last = max(writers, key=lambda h: (h.only, h.seq))
            return [Link(happening=last)]
        if quantity[0] in ("pos", "x"):
            controls = (
                [quantity[1][0]] if quantity[0] == "pos" else self.reads.of_issue.get(quantity[1][0], [])
            )
            for control in controls:
                if self._branch_differs(control, turn):
                    return [Link(branch=self._named("control", control), since=turn)]
        wanted = self.reads.driven(quantity) - {quantity}
        wrote = [
            Link(happening=h, size=float(h.only))
            for h in self._at(turn)
            if written(self.reads, h.rows) & wanted
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
        if row.kind == c.LAPSED:  # here it ran its course, there it was broken
            for other in self.happenings:
                breach = other.rows[0]
                same = breach.since == row.since and {breach.actor, breach.other} & {row.actor, row.other}
                if (
                    other.side != happening.side
                    and other.only
                    and breach.kind == c.BREACH
                    and breach.deal
                    and same
                ):
                    return Link(happening=other)
        return None

    def _laid_down(self, rows: Sequence[Event], turn: int) -> Link | None:
        """The branch itself, where a row is its doing, or moves what the branches hold or lay down differently."""
        for row in rows:
            if row.kind == c.OFFER_MADE:
                return Link(branch="offer", since=turn)
            if row.kind == c.SUPPLIED:
                return Link(branch=self._named("good", row.thing), since=turn)
            forbidden = self._forbidden(row, turn)
            if forbidden:
                return Link(branch=forbidden, since=turn)
            control = -1
            if row.kind in (c.LAID_DOWN, c.OWN_MOVE):
                control = row.thing
            elif row.kind in kinds.LEGS and Legs.moves_control(self.reads.controls, row.thing):
                control = Legs.control_of(row.thing)
            if control >= 0 and (row.kind == c.LAID_DOWN or self._branch_differs(control, turn)):
                return Link(branch=self._named("control", control), since=turn)
        return None

    def _forbidden(self, row: Event, turn: int) -> str:
        """What only one of the branches forbids: an event, a war, a flow; empty if the row is none such."""
        one, other = (side.branch for side in self.sides)
        if row.kind == c.EVENT and one.no_event[row.thing] != other.no_event[row.thing]:
            return self._named("event", row.thing)
        wars = (c.WAR, c.PREVENTIVE)
        if row.kind in wars and one.no_war[turn, row.thing] != other.no_war[turn, row.thing]:
            return self._named("dispute", row.thing)
        flow = Legs.flow_of(self.reads.controls, row.thing)
        if row.kind in kinds.LEGS and flow >= 0 and one.no_flow[turn, flow] != other.no_flow[turn, flow]:
            return self._named("flow", flow)
        offered = row.kind == c.SIGNED and one.offer_turn != other.offer_turn and row.seq > 0
        before = [e for side in self.sides for e in side.events[row.seq - 1 : row.seq] if e.turn == turn]
        return "offer" if offered and any(e.kind == c.OFFER_MADE for e in before) else ""

    def _off_the_table(self, rows: Sequence[Event], turn: int) -> str:
        """What only one of the branches keeps from the parties of a package: a control, a flow; empty if nothing."""
        held = [control for control in self.reads.say(rows) if self._branch_differs(control, turn)]
        if held:
            return self._named("control", held[0])
        one, other = (side.branch.no_flow[turn] for side in self.sides)
        parties = {row.actor for row in rows} | {rows[0].other}
        barred = [f for f in np.flatnonzero(one != other).tolist() if int(self.setup.flow_from[f]) in parties]
        return self._named("flow", barred[0]) if barred else ""

    def _named(self, kind: str, index: int) -> str:
        return self.names.object(kind, index)[0]

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


_RANK = {"theta": 1, "salience": 1, "resolve": 2, "trust": 2, "alignment": 3, "engagers": 3}
"""What is computed later in a turn may read what was computed earlier in it."""


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
        float(bool(link.branch)) * 2.0 + link.size,
        link.happening is not None,
        -link.since,
        str(link.quantity),
    )


def _key(at: Happening | Quantity | None) -> object:
    return (at.side, at.seq) if isinstance(at, Happening) else at
