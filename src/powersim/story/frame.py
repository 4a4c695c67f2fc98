"""Where a run begins and where it ends, in a paragraph each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from powersim.story import phrases
from powersim.story.events import Event
from powersim.story.phrases import Names
from powersim.world import chronicle as c

Floats = NDArray[np.float64]

PAIRS = 3
"""How many pairs are named at each end of a list."""


@dataclass(frozen=True)
class OutcomePath:
    """An outcome of the scenario: what it is called and its path (T)."""

    title: str
    unit: str
    path: Floats


@dataclass(frozen=True)
class About:
    """What is told: names and titles of branch and theory; `facts` for data: scenario, run, seed and so on."""

    facts: Mapping[str, str | int | float]
    title: str
    branch: str
    theory: str
    intervention: str
    names: Names
    outcomes: Sequence[OutcomePath]
    alignment: tuple[Floats, Floats]  # (N, N) at the start and at the end


def opening(about: About) -> str:
    """Which history this is and what the world looks like at its start."""
    dates = about.names.dates
    facts = about.facts
    drawn = f"; priors {facts['priors']}" if "priors" in facts else ""
    since = f"; its branches part in {about.intervention}" if about.intervention else ""
    which = (
        f"{_numbered(facts)} (seed {facts['seed']}{drawn}) of “{about.title}”, from {dates[0]} to {dates[-1]}{since}. "
        f"The branch is {facts['branch']} ({about.branch}), the theory {facts['theory']} ({about.theory})."
    )
    near, far = _extremes(about.names, about.alignment[0])
    level = _levels(about, 0)
    apart = "farthest apart" if near else "stand farthest apart"
    stand = [f"{phrases.listed(who)} {how}" for who, how in ((near, "stand closest"), (far, apart)) if who]
    world = f" When it begins, {', '.join(stand)}." if stand else ""
    return which + world + (f" After the first turn: {level}." if level else "")


def _numbered(facts: Mapping[str, str | int | float]) -> str:
    """A run by its number; of a world also what it is given, and how much it counts."""
    if "played" in facts:
        return f"Run {facts['run']} as {facts['played']} was played"
    if "world" not in facts:
        return f"Run {facts['run']}"
    how = f"which fits the record until {facts['given']}"
    if facts["branch"] != facts["happened"]:
        how = f"what another decision would have made of a world that fits the record until {facts['given']}"
    return (
        f"World {facts['world']} given what happened to {facts['given']}, one of {facts['worlds']} under the theory "
        f"{facts['theory']}, with {100 * float(facts['weight']):.2g}% of their weight: {how}"
    )


def closing(about: About, events: Sequence[Event]) -> str:
    """Where the history has ended, and what it was made of."""
    names = about.names
    level = _levels(about, -1)
    counts = _counts(events)
    ended = f"It ends in {names.dates[-1]}" + (f": {level}." if level else ".")
    start, end = about.alignment
    told = (("closer than at the start", 1.0), ("farther apart", -1.0))
    moved = [f"{said}: {', '.join(pairs)}" for said, way in told if (pairs := _moved(names, start, end, way))]
    return f"{ended} {counts}{_wars(names, events)}" + (
        f" {phrases.capital('; '.join(moved))}." if moved else ""
    )


def _levels(about: About, turn: int) -> str:
    return "; ".join(f"{one.title} {_number(float(one.path[turn]))}" for one in about.outcomes)


def _number(value: float) -> str:
    return f"{value:.0f}" if value == round(value) else f"{value:.2f}"


def _moved(names: Names, start: Floats, end: Floats, way: float) -> list[str]:
    """The pairs whose alignment has risen (way 1) or fallen (-1) most, as far as two decimals show it."""
    n = len(names.codes)
    pairs = sorted((-way * float(end[i, j] - start[i, j]), i, j) for i in range(n) for j in range(i + 1, n))
    return [
        f"{phrases.pair(names, i, j)} ({-way * by:+.2f}, now {end[i, j]:+.2f})"
        for by, i, j in pairs[:PAIRS]
        if round(by, 2) < 0.0
    ]


def _extremes(names: Names, level: Floats) -> tuple[list[str], list[str]]:
    """The pairs of the highest and of the lowest alignment."""
    n = len(names.codes)
    pairs = sorted(((float(level[i, j]), i, j) for i in range(n) for j in range(i + 1, n)), reverse=True)
    high = [pair for pair in pairs if pair[0] > 0.0][:PAIRS]
    low = [pair for pair in reversed(pairs) if pair[0] < 0.0][:PAIRS]
    return (
        [f"{phrases.pair(names, i, j)} ({by:+.2f})" for by, i, j in high],
        [f"{phrases.pair(names, i, j)} ({by:+.2f})" for by, i, j in low],
    )


def _counts(events: Sequence[Event]) -> str:
    number = {
        kind: sum(event.kind == kind for event in events) for kind in (c.SIGNED, c.BREACH, c.CRISIS, c.STRIKE)
    }
    parts = [
        f"{number[kind]} {one if number[kind] == 1 else many}"
        for kind, one, many in (
            (c.SIGNED, "deal was signed", "deals were signed"),
            (c.BREACH, "promise broken", "promises broken"),
            (c.CRISIS, "crisis arose", "crises arose"),
            (c.STRIKE, "programme was bombed", "times a programme was bombed"),
        )
        if number[kind]
    ]
    return f"{phrases.capital(phrases.listed(parts))}." if parts else "Nothing came of anything."


def _wars(names: Names, events: Sequence[Event]) -> str:
    """Every war with its dates."""
    wars = []
    for event in events:
        if event.kind == c.WAR:
            over = [
                e for e in events if e.kind == c.WAR_ENDED and e.thing == event.thing and e.seq > event.seq
            ]
            until = f"to {names.dates[over[0].turn]}" if over else "and not over"
            who = f"{names.actors[event.actor]} against {names.actors[event.other]}"
            wars.append(f"{who} over {names.dispute(event.thing)} ({names.dates[event.turn]} {until})")
    return f" Wars: {'; '.join(wars)}." if wars else " There was no war."
