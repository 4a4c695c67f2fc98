"""The story of one run: its events as sentences by date: who signed what, who broke it, who fought, who changed minds.

What happened in one turn and belongs together is told together: a package with its legs and gains, a deed with all
the minds that it changed, the battles over one front, the drift of a quarter. Numbers that two decimals do not show are
left to the table (`story.tables`), which has everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from powersim.rules.level import beyond
from powersim.story import kinds, phrases
from powersim.story.events import Event
from powersim.story.groups import alignments, battles, beliefs, deal, lapses, offers
from powersim.story.lines import line
from powersim.story.phrases import Names
from powersim.world import chronicle as c

__all__ = ["MAIN", "Entry", "tell"]

POLICY_STEP = 0.1
"""An issue that drifts by own policies is mentioned once it has moved so far since it was last mentioned."""

MAIN = ("event", "deal", "breach", "arms", "crisis", "war", "strike", "belief")
"""What a story tells unless more is asked for."""


@dataclass(frozen=True)
class Entry:
    """One thing that happened, in words. `actors`: codes of those who take part; seqs: the rows it is made of."""

    turn: int
    date: str
    topic: str
    text: str
    details: tuple[str, ...] = ()
    actors: frozenset[str] = frozenset()
    seqs: tuple[int, ...] = ()


@dataclass
class _Draft:
    """An entry that may still get details: what others concluded from it."""

    first: Event
    topic: str
    text: str
    details: list[str]
    rows: list[Event]
    silent: bool = False  # worth telling only if it changed minds

    def entry(self, names: Names) -> Entry:
        who = frozenset(
            names.codes[index] for row in self.rows for index in (row.actor, row.other) if index >= 0
        )
        seqs = tuple(row.seq for row in self.rows)
        turn = self.first.turn
        return Entry(turn, names.dates[turn], self.topic, self.text, tuple(self.details), who, seqs)


@dataclass
class _Turn:
    """What one turn's events become."""

    names: Names
    seen: dict[tuple[object, ...], int]
    drift: dict[int, float]
    drafts: list[_Draft] = field(default_factory=list)
    of_row: dict[int, _Draft] = field(default_factory=dict)

    def say(
        self, rows: Sequence[Event], text: str, details: Iterable[str] = (), *, silent: bool = False
    ) -> None:
        draft = _Draft(
            rows[0], kinds.KIND[rows[0].kind].topic, phrases.capital(text), list(details), list(rows), silent
        )
        self.drafts.append(draft)
        for row in rows:
            self.of_row[row.seq] = draft


def tell(events: Sequence[Event], names: Names) -> list[Entry]:
    """The entries of a run's events (`events.read`), in order."""
    seen: dict[tuple[object, ...], int] = {}
    drift: dict[int, float] = {}
    entries: list[Entry] = []
    for _, group in groupby(events, key=lambda event: event.turn):
        turn = _Turn(names, seen, drift)
        _tell_turn(turn, list(group))
        entries += [draft.entry(names) for draft in turn.drafts if not draft.silent or len(draft.details) > 0]
    return entries


def _tell_turn(turn: _Turn, rows: list[Event]) -> None:
    """One turn: what stands together is gathered, in the order in which it began."""
    gathered: dict[tuple[object, ...], list[Event]] = {}
    for row in rows:
        gathered.setdefault(_together(row), []).append(row)
    minds: list[list[Event]] = []
    for group in gathered.values():
        if group[0].kind in kinds.BELIEFS:
            minds.append(group)
        else:
            _GROUPS.get(group[0].kind, _alone)(turn, group)
    for group in minds:
        _minds(turn, group)


def _together(row: Event) -> tuple[object, ...]:
    """Rows with the same key are told in one entry."""
    if row.kind in (*kinds.PACKAGES, *kinds.LEGS, *kinds.GAINS):
        signed = row.kind in (c.SIGNED, c.LEG, c.GAIN)
        return ("deal", row.deal) if signed else ("offers",)
    if row.kind in kinds.BELIEFS:
        return ("belief", row.kind, row.other, row.thing, row.cause, row.gain > 0)
    if row.kind in _CRISIS:
        return ("crisis", row.thing)
    if row.kind in _OPENING:
        return ("war", row.thing)
    if row.kind == c.BATTLE:
        return ("battles", row.thing)
    if row.kind in (c.LAPSED, c.ALIGNMENT_MOVED):
        return ("all", row.kind)
    return ("row", row.seq)


_CRISIS = (c.CRISIS, c.TERMS, c.DETERRED, c.PREVENTIVE, c.DEMAND_REFUSED)
_OPENING = (c.HELPED, c.STAYED_OUT, c.WAR)


def _alone(turn: _Turn, rows: list[Event]) -> None:
    row = rows[0]
    if row.kind in kinds.DRIFTS.values():
        return
    turn.say(rows, line(turn.names, row), _DETAILS[row.kind](row) if row.kind in _DETAILS else ())


_DETAILS: dict[int, Callable[[Event], list[str]]] = {
    c.OFFER_MADE: lambda row: [f"the smallest gain is {row.gain:+.4f} a turn"],
}


def _deal(turn: _Turn, rows: list[Event]) -> None:
    """A signature with its legs, gains and payments. The same package once more is a renewal."""
    legs = frozenset(row.thing for row in rows if row.kind == c.LEG)
    key = (frozenset(row.actor for row in rows if row.kind == c.GAIN), legs)
    text, details = deal(turn.names, rows, turn.seen.get(key) if legs else None)
    turn.seen[key] = rows[0].turn
    turn.say(rows, text, details)


def _lapsed(turn: _Turn, rows: list[Event]) -> None:
    turn.say(rows, lapses(turn.names, rows))


def _offers(turn: _Turn, rows: list[Event]) -> None:
    if not any(row.kind in kinds.PACKAGES for row in rows):
        _alone(turn, rows)
        return
    text, details = offers(turn.names, rows)
    turn.say(rows, text, details)


def _breach(turn: _Turn, rows: list[Event]) -> None:
    row = rows[0]
    if not row.deal:
        turn.say(rows, line(turn.names, row))
        return
    why = (
        f"breaking it was worth {row.value:.3f} to {turn.names.actors[row.actor]}, keeping it {row.gain:.3f}"
    )
    turn.say(rows, line(turn.names, row), [why])


def _own_move(turn: _Turn, rows: list[Event]) -> None:
    row = rows[0]
    moved = turn.drift.get(row.thing, 0.0) + row.gain
    turn.drift[row.thing] = moved
    if beyond(POLICY_STEP, abs(moved)):
        return
    turn.drift[row.thing] = 0.0
    turn.say(rows, phrases.own_move(turn.names, row.actor, row.thing, row.value, moved))


def _laid_down(turn: _Turn, rows: list[Event]) -> None:
    turn.drift[rows[0].thing] = 0.0
    _alone(turn, rows)


def _pressed(turn: _Turn, rows: list[Event]) -> None:
    turn.say(rows, line(turn.names, rows[0]), silent=True)


def _crisis(turn: _Turn, rows: list[Event]) -> None:
    """A crisis and what becomes of it at once; a war that follows has an entry of its own."""
    names, row, end = turn.names, rows[0], rows[-1]
    if row.kind != c.CRISIS:  # chosen without the crisis that it ends
        turn.say(rows, line(names, row))
        return
    a, b = names.actors[row.actor], names.actors[row.other]
    details = [f"{a} rates its odds at {row.value:.0%}"]
    if end.kind == c.DETERRED:
        details = [
            f"{a} rates its odds at {end.value:.0%} and is deterred (cost {end.gain:.2f} of the stake)"
        ]
    elif end.kind == c.TERMS:
        details.append(f"{b} yields: now {end.value:.2f} ({end.gain:+.2f})")
    elif end.kind == c.PREVENTIVE:
        details.append(f"{a} fears a shift towards {b} ({end.value:.2f}) beyond what a settlement could bear")
    elif end.kind == c.DEMAND_REFUSED:
        details.append(f"{b} refuses what {a} demands")
    turn.say(rows, f"Crisis over {names.dispute(row.thing)}: {a} against {b}", details)


def _war(turn: _Turn, rows: list[Event]) -> None:
    """The outbreak of a war, with who takes sides and who was expected to."""
    names = turn.names
    start = [row for row in rows if row.kind == c.WAR]
    details = []
    for row in start:
        details.append(f"odds of a battle for {names.actors[row.actor]} {row.value:.0%}")
    sides: dict[int, list[str]] = {}
    for row in rows:
        if row.kind == c.HELPED:
            sides.setdefault(row.other, []).append(names.actors[row.actor])
    details += [f"{phrases.listed(who)} on the side of {names.actors[side]}" for side, who in sides.items()]
    details += [line(names, row) for row in rows if row.kind == c.STAYED_OUT]
    if start:
        turn.say([*start, *(row for row in rows if row.kind != c.WAR)], line(names, start[0]), details)
    else:
        turn.say(rows, details[0], details[1:])


def _battles(turn: _Turn, rows: list[Event]) -> None:
    turn.say(rows, battles(turn.names, rows))


def _alignments(turn: _Turn, rows: list[Event]) -> None:
    turn.say(rows, alignments(turn.names, rows))


def _minds(turn: _Turn, rows: list[Event]) -> None:
    """What onlookers conclude, under the deed that they saw; alone where the deed is not in the chronicle."""
    said = beliefs(turn.names, rows)
    if not said:
        return
    deed = turn.of_row.get(rows[0].cause)
    if deed is None:
        turn.say(rows, said)
    else:
        deed.details.append(said)
        deed.rows += rows


_GROUPS: dict[int, Callable[[_Turn, list[Event]], None]] = {
    c.SIGNED: _deal, c.LEG: _deal, c.GAIN: _deal, c.LAPSED: _lapsed, c.BREACH: _breach,
    c.OWN_MOVE: _own_move, c.LAID_DOWN: _laid_down, c.CRISIS: _crisis, c.TERMS: _crisis,
    c.DETERRED: _crisis, c.PREVENTIVE: _crisis, c.DEMAND_REFUSED: _crisis, c.WAR: _war, c.HELPED: _war,
    c.STAYED_OUT: _war, c.BATTLE: _battles, c.ALIGNMENT_MOVED: _alignments, c.PRESSED: _pressed,
    **dict.fromkeys((*kinds.PACKAGES[1:], c.PROPOSED_LEG, c.PROPOSED_GAIN), _offers),
}  # fmt: skip
