"""Rows of one turn that are told in one sentence: packages, battles, minds that changed, alignments, offers."""

from __future__ import annotations

from collections.abc import Sequence

from powersim._words import counted
from powersim.story import kinds, phrases
from powersim.story.events import Event
from powersim.story.lines import deal_named
from powersim.story.phrases import Names
from powersim.world import chronicle as c

LOOKERS_ON = 4
"""How many observers of a reputation, pairs that draw together, offers that came to nothing, are named."""


def deal(names: Names, rows: Sequence[Event], before: int | None) -> tuple[str, list[str]]:
    """A signed package: who agrees, then a line for what each gives, and what it is worth to each.

    before: the turn in which the same parties last signed the same steps.
    """
    gains = [row for row in rows if row.kind == c.GAIN]
    legs = [row for row in rows if row.kind == c.LEG]
    members = list(dict.fromkeys(row.actor for row in gains)) or [rows[0].actor, rows[0].other]
    who = phrases.listed([names.actors[actor] for actor in members if actor >= 0])
    text = f"{who} sign a deal" if before is None else f"{who} renew their deal of {names.dates[before]}"
    details = [
        phrases.gives(names, giver, [(row.thing, row.value) for row in legs if row.actor == giver])
        for giver in dict.fromkeys(row.actor for row in legs)
    ]
    paid = phrases.payments(names, [(row.actor, row.value) for row in gains])
    worth = ", ".join(f"{names.actors[row.actor]} {row.gain:+.3f}" for row in gains)
    return text, [*details, *([paid] if paid else []), *([f"worth a turn: {worth}"] if worth else [])]


def lapses(names: Names, rows: Sequence[Event]) -> str:
    """Deals that run out in one turn."""
    deals = []
    for row in rows:
        who = phrases.listed([names.actors[actor] for actor in (row.actor, row.other) if actor >= 0])
        deals.append(f"{deal_named(names, row)} between {who}")
    return f"{phrases.listed(deals)} {'runs' if len(deals) == 1 else 'run'} out"


def offers(names: Names, rows: Sequence[Event]) -> tuple[str, list[str]]:
    """Offers of one turn that came to nothing: how many and why, and those that were likeliest to be signed."""
    heads = [row for row in rows if row.kind in kinds.PACKAGES]
    counts = {kind: sum(row.kind == kind for row in heads) for kind in kinds.PACKAGES[1:]}
    why = [
        f"{counts[kind]} {said}"
        for kind, said in (
            (c.UNSIGNED, "because there was too little in them"),
            (c.CROWDED_OUT, "because another deal came first"),
            (c.NO_LONGER_PAYS, "because another deal took the gain out of it"),
        )
        if counts[kind]
    ]
    text = f"Nothing comes of {'an offer' if len(heads) == 1 else f'{len(heads)} offers'}"
    text += f": {phrases.listed(why)}" if len(why) > 1 else why[0].removeprefix(str(len(heads)))
    likely = sorted((row for row in heads if row.kind == c.UNSIGNED), key=lambda row: (-row.value, row.seq))
    details = []
    for head in likely[:LOOKERS_ON]:
        legs = [row for row in rows if row.kind == c.PROPOSED_LEG and row.deal == head.deal]
        steps = [phrases.leg(names, row.actor, row.thing, row.value) for row in legs]
        who = phrases.listed([names.actors[head.actor], names.actors[head.other]])
        more = f" and {head.thing - 2} more" if head.thing > 2 else ""
        details.append(f"{who}{more} ({head.value:.0%} likely): {'; '.join(steps) or 'a payment alone'}")
    return text, details


def battles(names: Names, rows: Sequence[Event]) -> str:
    """The battles of a turn over one front."""
    winners = [row.actor for row in rows]
    a, b = sorted({rows[0].actor, rows[0].other})
    score = f"{names.actors[a]} wins {winners.count(a)}, {names.actors[b]} {winners.count(b)}"
    fought = "one battle" if len(rows) == 1 else f"{len(rows)} battles"
    return f"War over {names.dispute(rows[0].thing)}: {fought}; {score}"


def beliefs(names: Names, rows: Sequence[Event]) -> str:
    """A reputation that moves in the eyes of all who look on; empty if nobody's belief moves so far that it shows."""
    first = rows[0]
    way = "more" if first.gain > 0 else "less"
    over = f" over {names.issues[first.thing]}" if first.thing >= 0 and first.cause < 0 else ""
    text = f"{names.actors[first.other]} {kinds.BELIEFS[first.kind].format(way)}"
    seen = sorted(
        (row for row in rows if f"{row.value:.2f}" != f"{row.value - row.gain:.2f}"),
        key=lambda row: (-abs(row.gain), row.actor),
    )
    moved = [f"{names.actors[row.actor]} ({row.value - row.gain:.2f} to {row.value:.2f})" for row in seen]
    if len(moved) > LOOKERS_ON:
        moved = [*moved[:LOOKERS_ON], f"{len(moved) - LOOKERS_ON} more"]
    return f"{text} {phrases.listed(moved)}{over}" if moved else ""


def alignments(names: Names, rows: Sequence[Event]) -> str:
    """Pairs that draw together and drift apart in one turn, the largest changes first."""
    said = []
    for way, sign in (("draw together", 1.0), ("drift apart", -1.0)):
        moved = sorted(
            (row for row in rows if row.gain * sign > 0), key=lambda row: (-abs(row.gain), row.seq)
        )
        pairs = [
            f"{phrases.pair(names, row.actor, row.other)} ({row.gain:+.2f}, now {row.value:+.2f})"
            for row in moved[:LOOKERS_ON]
        ]
        more = [counted(len(moved) - LOOKERS_ON, "more pair")] if len(moved) > LOOKERS_ON else []
        if pairs:
            said.append(f"{way}: {', '.join([*pairs, *more])}")
    return phrases.capital("; ".join(said))
