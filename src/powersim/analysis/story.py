"""The story of one run: its chronicle as sentences by date: who signed what, who broke it, who fought."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from powersim.analysis import phrases
from powersim.analysis.phrases import Names
from powersim.world import chronicle as kinds

Floats = NDArray[np.float64]

POLICY_STEP = 0.1
"""An issue that drifts by own policies is mentioned once it has moved so far since it was last mentioned."""

LOOKERS_ON = 4
"""How many observers of a reputation are named."""

TOPICS = (
    "event",
    "deal",
    "breach",
    "arms",
    "crisis",
    "war",
    "strike",
    "belief",
    "alignment",
    "home",
    "policy",
)
"""What an entry can be about."""

MAIN = ("event", "deal", "breach", "arms", "crisis", "war", "strike", "belief")
"""What a story tells unless more is asked for."""


@dataclass(frozen=True)
class Row:
    """A row of the chronicle; indices are -1 where there is nothing to name."""

    turn: int
    kind: int
    actor: int
    other: int
    thing: int
    value: float
    gain: float
    deal: int


@dataclass(frozen=True)
class Entry:
    """One thing that happened, in words. `actors` are the codes of those who take part."""

    turn: int
    date: str
    topic: str
    text: str
    details: tuple[str, ...] = ()
    actors: frozenset[str] = frozenset()


@dataclass
class _Teller:
    """Reads rows in order; keeps what later rows refer to."""

    names: Names
    entries: list[Entry] = field(default_factory=list)
    deals: dict[int, str] = field(default_factory=dict)
    drift: dict[int, float] = field(default_factory=dict)

    def say(
        self, row: Row, topic: str, text: str, actors: Iterable[int], details: Iterable[str] = ()
    ) -> None:
        codes = frozenset(self.names.codes[actor] for actor in actors if actor >= 0)
        date = self.names.dates[row.turn]
        self.entries.append(Entry(row.turn, date, topic, text, tuple(details), codes))


def tell(log: Floats, names: Names) -> list[Entry]:
    """The entries of a chronicle (rows, 8), in order."""
    rows = [_row(line) for line in log.tolist()]
    teller = _Teller(names)
    at = 0
    while at < len(rows):
        row = rows[at]
        if row.kind == kinds.SIGNED:
            at += _deal(teller, rows, at)
        elif row.kind == kinds.BATTLE:
            at += _battles(teller, rows, at)
        elif row.kind == kinds.CRISIS:
            at += _crisis(teller, rows, at)
        elif row.kind in _BELIEFS:
            at += _beliefs(teller, rows, at)
        else:
            write = _WRITERS.get(row.kind)
            if write is not None:
                write(teller, row)
            at += 1
    return teller.entries


def _row(line: Sequence[float]) -> Row:
    turn, kind, actor, other, thing = (int(cell) for cell in line[:5])
    return Row(turn, kind, actor, other, thing, line[5], line[6], int(line[7]))


def about(
    entries: Sequence[Entry], actors: frozenset[str] = frozenset(), topics: frozenset[str] = frozenset()
) -> list[Entry]:
    """The entries in which one of `actors` takes part and whose topic is one of `topics`; empty = any."""
    return [
        entry
        for entry in entries
        if (not actors or entry.actors & actors) and (not topics or entry.topic in topics)
    ]


def _deal(teller: _Teller, rows: Sequence[Row], at: int) -> int:
    """A signature with the legs and gains that follow it; returns the rows that it takes."""
    signed, names = rows[at], teller.names
    stop = at + 1
    while stop < len(rows) and rows[stop].deal == signed.deal and rows[stop].turn == signed.turn:
        if rows[stop].kind not in (kinds.LEG, kinds.GAIN):
            break
        stop += 1
    parts = rows[at + 1 : stop]
    legs = [phrases.leg(names, row.actor, row.thing, row.value) for row in parts if row.kind == kinds.LEG]
    gains = [row for row in parts if row.kind == kinds.GAIN]
    members = [row.actor for row in gains] or [signed.actor, signed.other]
    who = phrases.listed([names.actors[actor] for actor in members])
    if not legs:
        # A renewal, or a package of payments alone.
        legs = ["nothing but payments changes hands"] if any(row.value for row in gains) else []
    teller.deals[signed.deal] = f"the deal of {names.dates[signed.turn]}"
    details = [
        *legs,
        *([phrases.gains(names, [(row.actor, row.gain, row.value) for row in gains])] if gains else []),
    ]
    teller.say(signed, "deal", f"{who} sign a deal", members, details)
    return stop - at


def _battles(teller: _Teller, rows: Sequence[Row], at: int) -> int:
    """The battles of a turn over one front, in one sentence."""
    first, names = rows[at], teller.names
    stop = at
    while stop < len(rows) and (rows[stop].kind, rows[stop].turn, rows[stop].thing) == (
        kinds.BATTLE, first.turn, first.thing,
    ):  # fmt: skip
        stop += 1
    winners = [row.actor for row in rows[at:stop]]
    a, b = sorted({first.actor, first.other})
    score = f"{names.actors[a]} wins {winners.count(a)}, {names.actors[b]} {winners.count(b)}"
    count = stop - at
    battles = "one battle" if count == 1 else f"{count} battles"
    teller.say(first, "war", f"War over {names.dispute(first.thing)}: {battles}; {score}", (a, b))
    return stop - at


def _beliefs(teller: _Teller, rows: Sequence[Row], at: int) -> int:
    """How a reputation moves in the eyes of all who look on, in one sentence."""
    first, names = rows[at], teller.names
    stop = at
    while stop < len(rows) and _same_belief(rows[stop], first):
        stop += 1
    group = sorted(rows[at:stop], key=lambda row: (-abs(row.gain), row.actor))
    seen, way = names.actors[first.other], "more" if first.gain > 0 else "less"
    over = f" over {names.issues[first.thing]}" if first.thing >= 0 else ""
    text = f"{seen} is {way} believed {_BELIEFS[first.kind]}{over}"
    moved = [f"{names.actors[row.actor]} {row.value - row.gain:.2f} to {row.value:.2f}" for row in group]
    detail = "by " + ", ".join(moved[:LOOKERS_ON])
    if len(moved) > LOOKERS_ON:
        detail += f" and {len(moved) - LOOKERS_ON} more"
    teller.say(first, "belief", text, [first.other, *(row.actor for row in group)], [detail])
    return stop - at


def _same_belief(row: Row, first: Row) -> bool:
    """Whether a row is about the same reputation, moved the same way in the same turn."""
    same = (row.kind, row.turn, row.other, row.thing) == (first.kind, first.turn, first.other, first.thing)
    return same and (row.gain > 0) == (first.gain > 0)


def _lapsed(teller: _Teller, row: Row) -> None:
    names = teller.names
    what = teller.deals.pop(row.deal, "a deal")
    who = phrases.listed([names.actors[actor] for actor in (row.actor, row.other) if actor >= 0])
    teller.say(row, "deal", f"{phrases.capital(what)} between {who} runs out", (row.actor, row.other))


def _breach(teller: _Teller, row: Row) -> None:
    names = teller.names
    what = teller.deals.pop(row.deal, "a deal")
    text = f"{names.actors[row.actor]} breaks {what} with {names.actors[row.other]}"
    why = f"breaking it is worth {row.value:.3f}, keeping it {row.gain:.3f}"
    teller.say(row, "breach", text, (row.actor, row.other), [why])


def _own_move(teller: _Teller, row: Row) -> None:
    moved = teller.drift.get(row.thing, 0.0) + row.gain
    teller.drift[row.thing] = moved
    if abs(moved) < POLICY_STEP:
        return
    teller.drift[row.thing] = 0.0
    text = phrases.own_move(teller.names, row.actor, row.thing, row.value, moved)
    teller.say(row, "policy", text, (row.actor,))


def _laid_down(teller: _Teller, row: Row) -> None:
    teller.drift[row.thing] = 0.0
    moved = phrases.position(teller.names, row.thing, row.value)
    way = "rises" if row.gain > 0 else "falls"
    text = f"Laid down by the branch: {teller.names.controls[row.thing].title} {way} to {moved}"
    teller.say(row, "event", text, ())


def _event(teller: _Teller, row: Row) -> None:
    teller.say(row, "event", phrases.capital(teller.names.events[row.thing]), ())


def _delivery(teller: _Teller, row: Row) -> None:
    giver, taker = teller.names.actors[row.actor], teller.names.actors[row.other]
    what = phrases.units(row.value, teller.names.flows[row.thing].good)
    teller.say(row, "arms", f"{giver} delivers {what} to {taker}", (row.actor, row.other))


def _withheld(teller: _Teller, row: Row) -> None:
    giver, taker = teller.names.actors[row.actor], teller.names.actors[row.other]
    what = phrases.units(row.value, teller.names.flows[row.thing].good)
    teller.say(row, "arms", f"{giver} withholds {what} that {taker} has on order", (row.actor, row.other))


def _concession(teller: _Teller, row: Row) -> None:
    what = teller.names.controls[row.thing].title
    text = f"{teller.names.actors[row.actor]} gives way on {what} without being paid (signal {row.value:.2f})"
    teller.say(row, "belief", text, (row.actor,))


def _crisis(teller: _Teller, rows: Sequence[Row], at: int) -> int:
    """A crisis and what becomes of it at once; a war that follows has an entry of its own."""
    row, names = rows[at], teller.names
    a, b = names.actors[row.actor], names.actors[row.other]
    details = [f"{a} rates its odds at {row.value:.0%}"]
    rest = rows[at + 1 :]
    end = rest[0] if rest and (rest[0].turn, rest[0].thing) == (row.turn, row.thing) else None
    if end is not None and end.kind == kinds.DETERRED:
        details = [
            f"{a} rates its odds at {row.value:.0%} and is deterred (cost {end.gain:.2f} of the stake)"
        ]
    elif end is not None and end.kind == kinds.TERMS:
        details.append(f"{b} yields: now {end.value:.2f} ({end.gain:+.2f})")
    elif end is not None and end.kind == kinds.PREVENTIVE:
        details.append(f"{a} fears a shift towards {b} ({end.value:.2f}) beyond what a settlement could bear")
    else:
        end = None
    text = f"Crisis over {names.dispute(row.thing)}: {a} against {b}"
    teller.say(row, "crisis", text, (row.actor, row.other), details)
    return 1 if end is None else 2


def _war(teller: _Teller, row: Row) -> None:
    a, b = teller.names.actors[row.actor], teller.names.actors[row.other]
    text = f"{a} attacks {b} over {teller.names.dispute(row.thing)}"
    teller.say(row, "war", text, (row.actor, row.other), [f"odds of a battle for {a} {row.value:.0%}"])


def _war_ended(teller: _Teller, row: Row) -> None:
    a, b = teller.names.actors[row.actor], teller.names.actors[row.other]
    front = f"the front stands at {row.value:.2f} ({row.gain:+.2f} since the war began)"
    teller.say(row, "war", f"The war between {a} and {b} ends: {front}", (row.actor, row.other))


def _helped(teller: _Teller, row: Row) -> None:
    a, b = teller.names.actors[row.actor], teller.names.actors[row.other]
    text = f"{a} stands by {b} over {teller.names.dispute(row.thing)}"
    teller.say(row, "war", text, (row.actor, row.other), [f"capability brought {row.value:.3f}"])


def _strike(teller: _Teller, row: Row) -> None:
    a, b = teller.names.actors[row.actor], teller.names.actors[row.other]
    text = f"{a} bombs {b}'s programme and sets it back by {row.value:.2f} (effectiveness {row.gain:.0%})"
    teller.say(row, "strike", text, (row.actor, row.other))


def _milestone(teller: _Teller, row: Row) -> None:
    a, b = teller.names.actors[row.actor], teller.names.actors[row.other]
    text = f"{b}'s programme passes {row.value:g}; {a} weighs a strike (worth {row.gain:+.3f})"
    teller.say(row, "strike", text, (row.actor, row.other))


def _proxy(teller: _Teller, row: Row) -> None:
    a, b = teller.names.actors[row.actor], teller.names.actors[row.other]
    teller.say(row, "strike", f"{a}'s proxies attack {b} (level {row.value:.2f})", (row.actor, row.other))


def _city_strike(teller: _Teller, row: Row) -> None:
    a, b = teller.names.actors[row.actor], teller.names.actors[row.other]
    text = f"{a} strikes {b}'s cities and power grid: {row.value:.1%} of its capability is lost"
    teller.say(row, "war", text, (row.actor, row.other))


def _offer(teller: _Teller, row: Row) -> None:
    a, b = teller.names.actors[row.actor], teller.names.actors[row.other]
    answer = "accepted" if row.value > 0 else "refused"
    worst = f"smallest gain {row.gain:+.4f} a turn"
    teller.say(
        row, "deal", f"The branch's offer between {a} and {b} is {answer}", (row.actor, row.other), [worst]
    )


def _engagers(teller: _Teller, row: Row) -> None:
    way = "gain" if row.gain > 0 else "lose"
    share = f"share {row.value:.2f} ({row.gain:+.2f})"
    text = f"{teller.names.actors[row.actor]}: the engagers {way} ground, {share}"
    teller.say(row, "home", text, (row.actor,))


def _alignment(teller: _Teller, row: Row) -> None:
    a, b = teller.names.actors[row.actor], teller.names.actors[row.other]
    way = "draw together" if row.gain > 0 else "drift apart"
    text = f"{a} and {b} {way}: alignment {row.value:+.2f} ({row.gain:+.2f})"
    teller.say(row, "alignment", text, (row.actor, row.other))


_WRITERS: dict[int, Callable[[_Teller, Row], None]] = {
    kinds.LAPSED: _lapsed, kinds.BREACH: _breach, kinds.OWN_MOVE: _own_move, kinds.LAID_DOWN: _laid_down,
    kinds.EVENT: _event, kinds.DELIVERY: _delivery, kinds.WITHHELD: _withheld, kinds.CONCESSION: _concession,
    kinds.WAR: _war, kinds.WAR_ENDED: _war_ended, kinds.HELPED: _helped, kinds.STRIKE: _strike,
    kinds.MILESTONE: _milestone, kinds.PROXY: _proxy, kinds.CITY_STRIKE: _city_strike,
    kinds.OFFER_MADE: _offer, kinds.ENGAGERS_MOVED: _engagers, kinds.ALIGNMENT_MOVED: _alignment,
}  # fmt: skip
_BELIEFS = {kinds.BELIEF_RESOLVE: "to be resolved", kinds.BELIEF_TRUST: "to keep its word"}
