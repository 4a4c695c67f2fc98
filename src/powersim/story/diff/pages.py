"""Two branches of a run side by side, as text, Markdown, data, or a section of the report."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from powersim._words import counted
from powersim.story import phrases, tables
from powersim.story.diff.happenings import Happening
from powersim.story.diff.parting import Link, Parting
from powersim.story.diff.quantities import ROUGH, label, shown, size
from powersim.story.frame import OutcomePath
from powersim.story.lines import line
from powersim.story.pages import WIDTH, escaped, joined
from powersim.story.selection import Selection, select
from powersim.story.story import Entry, tell
from powersim.world import chronicle as c

READ = (
    "How a difference hangs on the branch is read from what differs, it is not proof: of the inputs of each decision "
    "that differ, the largest is followed back. To prove it, hold that input at its sibling's path and compute again "
    "(`powersim why`)."
)
"""What a chain is worth; stands on every page."""

NAMED = 6
"""How many quantities of the first turn are named."""


@dataclass(frozen=True)
class Difference:
    """Something that happened in one branch only: its words, and the chain from the branch to it (nearest first)."""

    happening: Happening
    entry: Entry
    chain: Sequence[Link]


@dataclass(frozen=True)
class Comparison:
    """What a page shows: `differences` are those wanted; outcomes of both branches, in the same order."""

    title: str
    parting: Parting
    theory: str
    run: int
    seed: int
    differences: Sequence[Difference]
    outcomes: tuple[Sequence[OutcomePath], Sequence[OutcomePath]]
    priors: str = ""  # said where no number was drawn
    pair: tuple[int, int] | None = None  # actors of the first outcome that is an alignment


def differences(parting: Parting, wanted: Selection) -> list[Difference]:
    """What happened in one branch only, as far as it is wanted, in order, each with its chain."""
    found = []
    for side, each in enumerate(parting.sides):
        own = {row.seq: h for h in parting.happenings if h.side == side and h.only for row in h.rows}
        rows = [event for event in select(each.events, wanted) if event.seq in own]
        for entry in tell(rows, parting.names):
            happening = own[entry.seqs[0]]
            found.append(Difference(happening, entry, parting.chain(happening)))
    return sorted(found, key=lambda one: (one.entry.turn, one.happening.side, one.happening.seq))


def opening(one: Comparison) -> str:
    """Which branches, and the first turn at which they part, to the last bit, and in what."""
    parting, names = one.parting, one.parting.names
    a, b = (side.name for side in parting.sides)
    drawn = f"; priors {one.priors}" if one.priors else ""
    which = f"{a} and {b} in run {one.run} (seed {one.seed}{drawn}) under {one.theory}, with the same luck. "
    if parting.same:
        return (
            f"{which}The same history, to the last bit: {parting.compared} quantities after each of "
            f"{counted(len(names.dates), 'turn')}, and every row of the chronicle."
        )
    first = parting.first
    turn = first if first >= 0 else parting.happenings[0].turn
    before = f"The same to the last bit until {names.dates[turn - 1]}. " if turn else ""
    if first < 0:
        return f"{which}{before}No state differs, but the chronicle does in {names.dates[turn]}."
    return f"{which}{before}They part in {names.dates[first]}: {_first(parting)}."


def _first(parting: Parting) -> str:
    """What differs after the first turn, the branch's own doing before all else, then by size."""
    names = parting.names
    found = parting.differing[parting.first + 1]
    laid = [
        line(names, h.rows[0]) for h in parting.happenings if h.turn == parting.first and _root(parting, h)
    ]
    roots = [h.rows[0] for h in parting.happenings if h.turn == parting.first and _root(parting, h)]
    doing = {
        ("q", (row.actor, row.thing)) if row.kind == c.SUPPLIED else ("pos", (row.thing,)) for row in roots
    }
    ranked = sorted(
        (q for q in found if q[0] not in ROUGH and (q[0] != "x" or not _twice(q, found, parting))),
        key=lambda q: (q not in doing, -size(q, *found[q]), q),
    )
    named = [
        f"{label(names, q)} ({shown(names, q, found[q][0])} | {shown(names, q, found[q][1])})" for q in ranked
    ]
    more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
    return (
        f"{'; '.join(named[:NAMED])}{more} of {parting.compared} quantities" if named or not laid else laid[0]
    )


def _twice(quantity: tuple[str, tuple[int, ...]], found: Any, parting: Parting) -> bool:
    """Whether an issue only shows a control that is named already."""
    controls = parting.reads.of_issue.get(quantity[1][0], [])
    return any(("pos", (control,)) in found for control in controls)


def _root(parting: Parting, happening: Happening) -> bool:
    links = parting.chain(happening)
    return bool(links) and bool(links[0].branch)


def closing(one: Comparison) -> str:
    """How far the branches are apart at the end."""
    parting = one.parting
    if parting.same:
        return ""
    names = parting.names
    a, b = (side.name for side in parting.sides)
    only = [sum(h.only and h.side == side for h in parting.happenings) for side in range(2)]
    ends = "; ".join(
        f"{x.title} {x.path[-1]:.2f} | {y.path[-1]:.2f}" for x, y in zip(*one.outcomes, strict=True)
    )
    return (
        f"In {names.dates[-1]} {len(parting.differing[-1])} of {parting.compared} quantities differ; {only[0]} rows or "
        f"deals are in {a} only, {only[1]} in {b} only. In the end ({a} | {b}): {ends}."
    )


def steps(parting: Parting, chain: Sequence[Link], above: set[tuple[int, int]]) -> list[str]:
    """A chain in words, from the branch to the difference; it begins with what stands above already, if anything."""
    said = []
    for link in chain:
        if link.happening is not None and (link.happening.side, link.happening.seq) in above:
            said.append(_happened(parting, link.happening, ", above"))
            break
        said.append(_step(parting, link))
    return said[::-1]


def _step(parting: Parting, link: Link) -> str:
    names = parting.names
    beside = f" (1 of {link.beside + 1} inputs that differ)" if link.beside else ""
    if link.branch:
        return "the branches themselves"
    if link.happening is not None:
        return _happened(parting, link.happening) + beside
    assert link.quantity is not None
    values = " | ".join(shown(names, link.quantity, value) for value in link.values)
    return f"{label(names, link.quantity)}: {values}, since {names.dates[link.since]}{beside}"


def _happened(parting: Parting, happening: Happening, where: str = "") -> str:
    names = parting.names
    which = parting.sides[happening.side].name
    other = "" if happening.only else ", in both at other numbers"
    said = line(names, happening.rows[0])
    return f"{said} ({which} {names.dates[happening.turn]}{other}{where})"


def text(one: Comparison) -> str:
    """The comparison as plain text."""
    page = [one.title, "", *textwrap.wrap(opening(one), WIDTH)]
    if not one.parting.same:
        page += ["", *textwrap.wrap(READ, WIDTH)]
    last = ""
    for date, side, entry, chain in lines(one):
        if date != last:
            page += ["", date]
            last = date
        page.append(f"  {side} only: {entry.text}")
        page += [f"      {detail}" for detail in entry.details]
        page += [f"      {'from: ' if place == 0 else '  then '}{step}" for place, step in enumerate(chain)]
    page += _nothing(one)
    end = closing(one)
    return joined([*page, *(["", *textwrap.wrap(end, WIDTH)] if end else []), ""])


def markdown(one: Comparison) -> str:
    """The comparison as Markdown."""
    page = [f"# {escaped(one.title)}", "", escaped(opening(one))]
    if not one.parting.same:
        page += ["", f"*{READ}*"]
    last = ""
    for date, side, entry, chain in lines(one):
        if date != last:
            page += ["", f"## {date}", ""]
            last = date
        page.append(f"- {escaped(side)} only: **{escaped(entry.text)}**")
        page += [f"  - {escaped(detail)}" for detail in entry.details]
        if chain:
            page.append(f"  - *from* {' → '.join(escaped(step) for step in chain)}")
    page += _nothing(one)
    end = closing(one)
    return joined([*page, *(["", "## How far apart they end", "", escaped(end)] if end else []), ""])


def _nothing(one: Comparison) -> list[str]:
    apart = not one.parting.same and not one.differences
    return ["", "Nothing of the kind happened in one branch only."] if apart else []


def lines(one: Comparison) -> list[tuple[str, str, Entry, list[str]]]:
    """Every difference with its date, branch, words and chain."""
    above: set[tuple[int, int]] = set()
    found = []
    for each in one.differences:
        chain = steps(one.parting, each.chain, above)
        side = one.parting.sides[each.happening.side].name
        found.append((each.entry.date, side, each.entry, chain))
        above |= {(each.happening.side, seq) for seq in each.entry.seqs}
    return found


def as_json(one: Comparison) -> str:
    """The comparison as JSON: the first difference bit by bit, then every difference with its whole chain."""
    parting, names = one.parting, one.parting.names
    first = parting.first
    return tables.dumped(
        {
            "branches": [side.name for side in parting.sides],
            "theory": one.theory,
            "run": one.run,
            "seed": one.seed,
            **({"priors": one.priors} if one.priors else {}),
            "same": parting.same,
            "compared": parting.compared,
            "first": None if first < 0 else {
                "turn": first,
                "date": names.dates[first],
                "quantities": [
                    {"field": q[0], "place": list(q[1]), "text": label(names, q), "values": [_bits(v) for v in values]}
                    for q, values in parting.differing[first + 1].items()
                ],
            },
            "differing": [len(found) for found in parting.differing[1:]],
            "note": READ,
            "differences": [
                {
                    "date": each.entry.date,
                    "turn": each.entry.turn,
                    "branch": parting.sides[each.happening.side].name,
                    "topic": each.entry.topic,
                    "text": each.entry.text,
                    "details": list(each.entry.details),
                    "seqs": list(each.entry.seqs),
                    "chain": [_link(parting, link) for link in reversed(each.chain)],
                }
                for each in one.differences
            ],
            "opening": opening(one),
            "closing": closing(one),
        }
    )  # fmt: skip


def _bits(value: float) -> float | None:
    return value if value == value else None  # JSON has no not-a-number


def _link(parting: Parting, link: Link) -> dict[str, Any]:
    names = parting.names
    found: dict[str, Any] = {
        "text": _step(parting, link),
        "size": link.size,
        "others_that_differ": link.beside,
    }
    if link.branch:
        return {"what": "branch", "object": link.branch, **found}
    if link.happening is not None:
        row = link.happening.rows[0]
        side = parting.sides[link.happening.side].name
        return {"what": "event", "branch": side, "seq": row.seq, "date": names.dates[row.turn], **found}
    assert link.quantity is not None
    return {
        "what": "quantity", "field": link.quantity[0], "place": list(link.quantity[1]),
        "values": [_bits(value) for value in link.values], "since": names.dates[link.since], **found,
    }  # fmt: skip


def sentence(one: Comparison) -> str:
    """How many things of each kind happened in one branch only."""
    counts: dict[str, int] = {}
    for each in one.differences:
        counts[each.entry.topic] = counts.get(each.entry.topic, 0) + 1
    said = [f"{number} of {topic}" for topic, number in counts.items()]
    return phrases.listed(said) if said else "nothing"
