"""What a branch will be taken for: its acts read by the model's own rules, in words, before anything is run.

An author lays down a treaty and means firmness; the interests that the file gives may say weakness. So what a branch
lays down as an act is read here as a history would read it, in the starting world with every prior at its centre, by
the same kernels, as plain Python: nothing is compiled for it. The moves of a path add up; what is forgotten between
them, and whatever else happens meanwhile, is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from powersim._words import counted, listed
from powersim.compile.jit import interpreted
from powersim.run.opened import LoadedScenario
from powersim.scenario.arrays.build import Built
from powersim.world import derive, environment, signals
from powersim.world.given import Given, given_by
from powersim.world.legs import Legs
from powersim.world.start import new_world
from powersim.world.state import ACCEPTED, LEAST, REFUSED, BranchArrays, Flags, Ints, Setup, World

RESOLVE, TRUST = "resolve", "trust"
ANSWERS = {0: "", ACCEPTED: ", if accepted", REFUSED: ", if refused"}
NO_ACT = "nothing that is read as an act"
NOTHING = "nothing notable"

evaluate_clauses = interpreted(derive.evaluate_clauses)
refresh_interests = interpreted(derive.refresh_interests)
refresh_readings = interpreted(derive.refresh_readings)
lay_down = interpreted(environment.lay_down)
read_moves = interpreted(signals.read_moves)


@dataclass(frozen=True)
class Change:
    """A belief that moves: `observer` about `observed` (codes), whether it is resolved, or whether it is trusted."""

    belief: str
    observer: str
    observed: str
    before: float
    after: float


@dataclass(frozen=True)
class Foreseen:
    """What follows of a branch's acts under a theory; `title` names the branch and, if it makes an offer, the answer.

    acts: whether it lays down anything that is read. changes: the notable ones, the largest first.
    """

    branch: str
    title: str
    theory: str
    acts: bool
    changes: tuple[Change, ...]


def foresee(built: Built, branches: Sequence[str], theories: Sequence[str]) -> list[Foreseen]:
    """What follows of what branches lay down as acts, from the intervention on, or from the start if there is none.

    branches, theories: names; "" is a scenario without any.
    """
    found: dict[tuple[object, ...], tuple[bool, tuple[Change, ...]]] = {}
    starts = {theory: _start(built, theory) for theory in theories}
    out = []
    for name in branches:
        branch = built.branch(name)
        for answer in (ACCEPTED, REFUSED) if branch.offer_turn >= 0 else (0,):
            path = branch.path_refused if answer == REFUSED else branch.path
            for theory in theories:
                # Branches that lay down the same are computed once: many are like another but for what they forbid.
                stock = branch.stock_refused if answer == REFUSED else branch.stock
                laid = (path.tobytes(), branch.act.tobytes(), stock.tobytes())
                key = (theory, answer == ACCEPTED and branch.offer_turn, *laid)
                if key not in found:
                    g, start = starts[theory]
                    found[key] = _read(built, g._replace(branch=branch), start, answer)
                out.append(Foreseen(name, name + ANSWERS[answer], theory, *found[key]))
    return out


def _start(built: Built, theory: str) -> tuple[Given, World]:
    """What is given under a theory, every prior at its number's value, and the world in which it begins."""
    inputs = built.central(theory)
    case = built.case("", theory)._replace(setup=inputs.setup, params=inputs.params)
    g = given_by(case, 0, 0)
    w = new_world(g.s, 0)
    look_around(g.s, w)
    return g, w


def look_around(s: Setup, w: World) -> None:
    """What is there to be seen in a world as it stands, and what everybody wants of it, as plain Python."""
    refresh_readings(s, w)
    value = np.zeros(len(s.expr_op))
    evaluate_clauses(s, w, value, np.zeros(len(value), np.uint8))
    refresh_interests(s, w, value)


def _read(built: Built, g: Given, start: World, answer: int) -> tuple[bool, tuple[Change, ...]]:
    """Whether anything is read, and the beliefs that it moves, in a world of its own."""
    w = World._make(array.copy() for array in start)
    w.offer[0] = answer
    since, acts = built.scenario.intervention or 0, False
    for t, moved in _moves(g.branch, w, answer == REFUSED):
        w.pos_before[:] = w.pos
        w.settled[:] = 0
        if answer == ACCEPTED and t == g.branch.offer_turn:
            w.settled[_of_offer(g.branch, len(w.pos))] = 1
        lay_down(g.branch, w, t)
        refresh_readings(g.s, w)
        if t >= since:
            acts |= bool((moved & (g.branch.act[t] > 0) & (w.settled == 0)).any())
            read_moves(g, w, t)
    return acts, tuple(_changes(built, g, w))


def _moves(branch: BranchArrays, w: World, refused: bool) -> Iterator[tuple[int, Flags]]:
    """The turns in which something that is laid down moves, or a stock is, and which controls do."""
    stocks = branch.stock_refused if refused else branch.stock
    for t, to in enumerate(branch.path_refused if refused else branch.path):
        moved = ~np.isnan(to) & (np.abs(np.nan_to_num(to) - w.pos) > LEAST)
        if moved.any() or not np.isnan(stocks[t]).all():
            yield t, moved


def _of_offer(branch: BranchArrays, controls: int) -> Ints:
    """The controls that an offer is about: what is signed is paid for, and no signal."""
    legs = [r for r in branch.offer_legs.tolist() if Legs.moves_control(controls, r)]
    return np.array([Legs.control_of(r) for r in legs], np.int64)


def _changes(built: Built, g: Given, w: World) -> Iterator[Change]:
    codes = [actor.code for actor in built.scenario.actors]
    found = [
        Change(belief, codes[i], codes[j], float(before[i, j]), float(after[i, j]))
        for belief, before, after in ((RESOLVE, g.s.resolve0, w.resolve), (TRUST, g.s.trust0, w.trust))
        for i, j in np.argwhere(np.abs(after - before) > g.p.notable)
    ]
    yield from sorted(found, key=lambda change: -abs(change.after - change.before))


def read_back(opened: LoadedScenario, built: Built, *, short: bool = False) -> list[tuple[str, str]]:
    """What branches will be taken for, in lines of a label and a text (`in_words`); none without branches.

    short: of every branch under every theory only the largest change, and how many more there are.
    """
    if not opened.scenario.branches:
        return []
    theories = opened.theories if opened.scenario.theories else ("",)
    # A name that is a list itself would not be told from its neighbours.
    names = {a.code: a.title if a.title and "," not in a.title else a.code for a in opened.scenario.actors}
    return in_words(foresee(built, opened.branches, theories), names, short=short)


def in_words(
    found: Sequence[Foreseen], names: Mapping[str, str], *, short: bool = False
) -> list[tuple[str, str]]:
    """Lines of a label and a text: of a branch, of each group of theories, then who else lays down the same."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for title, rows in groupby(found, lambda row: row.title):
        alike.setdefault(_by_theory(list(rows), names, short=short), []).append(title)
    lines = []
    for texts, (first, *others) in alike.items():
        lines += [(first if k == 0 else "", text) for k, text in enumerate(texts)]
        lines += [("", f"the same: {'; '.join(others)}")] if others else []
    return lines


def _by_theory(rows: Sequence[Foreseen], names: Mapping[str, str], *, short: bool) -> tuple[str, ...]:
    if not any(row.acts for row in rows):
        return (NO_ACT,)
    said: dict[str, list[str]] = {}
    for row in rows:
        text = (_largest if short else sentence)(row.changes, names)
        said.setdefault(text, []).append(row.theory)
    if list(said) == [NOTHING]:
        return (NOTHING + (" under any theory" if len(rows) > 1 else ""),)
    if short:
        said.pop(NOTHING, None)
    return tuple(
        f"under {listed(theories)} {text}" if theories != [""] else text for text, theories in said.items()
    )


def sentence(changes: Sequence[Change], names: Mapping[str, str]) -> str:
    """Changes in words: observers with the same reading together, those who move the same way in one clause."""
    clauses: dict[str, dict[tuple[str, bool], dict[str, list[str]]]] = {}
    for change in changes:
        way = change.belief, change.after > change.before
        reading = f"({_share(change.before)} -> {_share(change.after)})"
        readings = clauses.setdefault(change.observed, {}).setdefault(way, {})
        readings.setdefault(reading, []).append(names[change.observer])
    out = []
    for observed, ways in clauses.items():
        for place, ((belief, up), readings) in enumerate(ways.items()):
            whom, more = "it" if place else names[observed], "more" if up else "less"
            does = f"will think {whom} {more} resolved" if belief == RESOLVE else f"will trust {whom} {more}"
            parts = [
                f"{listed(who)} {'too' if k else does} {how}" for k, (how, who) in enumerate(readings.items())
            ]
            out.append(", ".join(parts))
    return "; ".join(out) or NOTHING


def _largest(changes: Sequence[Change], names: Mapping[str, str]) -> str:
    """The largest change, of all who make it, and how many more there are."""
    if not changes:
        return NOTHING
    most = changes[0]
    alike = [each for each in changes if replace(each, observer=most.observer) == most]
    rest = len(changes) - len(alike)
    return sentence(alike, names) + (f" and {counted(rest, 'more change')}" if rest else "")


def _share(p: float) -> str:
    return f"{p:.2f}".removeprefix("0")
