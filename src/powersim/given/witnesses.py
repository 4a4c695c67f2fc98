"""Causes that stand in for each other: which removed together change what neither alone does.

A cause that is not necessary may be one all the same: another would have done it. In the world that was (the branch
that happened), with E the event, a and b two causes:

- alone: without a, E fails;
- together: neither alone is missed, but without both E fails, and both were at work (overdetermination: each is a part
  of the cause);
- pre-empting: without both E fails, and b was idle: its absence alone changes nothing at all of what happened. So
  without a and with b held where it was, E fails: a is the actual cause, b the witness;
- pre-empted: the same seen from b: it would have done it, had a not.

Halpern 2016, Actual Causality (the modified definition of Halpern and Pearl), bounded to the branches that are named: a
set of witnesses is none or one other cause. What is idle is read off whole histories: every position, every event,
every delivery, and the chronicle.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from powersim.effects.results import ALL, Floats
from powersim.errors import ScenarioError
from powersim.files.table import mark, write_table
from powersim.given.twins import Flags, Share, Twins, counting, part_of, pooled, share
from powersim.run.opened import BASE
from powersim.run.plan import Plan
from powersim.scenario.load import from_data
from powersim.scenario.names import MAX_ID

FILE = "witnesses.csv"
ANY = "any"
Pairs = dict[tuple[str, str], str]
"""Two causes, and the branch that lacks both."""


@dataclass(frozen=True)
class Witness:
    """What a cause is beside another, or beside `any`, as shares of worlds with the event; a row of witnesses.csv."""

    event: str
    cause: str
    beside: str
    theory: str
    alone: float
    alone_low: float
    alone_high: float
    together: float
    together_low: float
    together_high: float
    preempting: float
    preempting_low: float
    preempting_high: float
    preempted: float
    preempted_low: float
    preempted_high: float
    worlds: int
    ess: float


COLUMNS = [field.name for field in fields(Witness)]
MARK = mark(COLUMNS)
ROLES = ("alone", "together", "preempting", "preempted")


def joined(plan: Plan) -> tuple[Plan, Pairs]:
    """The plan with a branch for every two causes that can be away together, and which they are.

    Two branches cannot be joined if they lay down different things; what both have of the branch that happened, they
    have once.
    """
    wanted = dict(_joint(plan))
    names = _names(plan, wanted)
    found = _with(plan, wanted, names)
    if found is None:  # some cannot be: each by itself
        wanted = {
            pair: entry for pair, entry in wanted.items() if _with(plan, {pair: entry}, names) is not None
        }
        found = _with(plan, wanted, names)
    return found or plan, {pair: names[pair] for pair in wanted}


def _names(plan: Plan, pairs: Iterable[tuple[str, str]]) -> Pairs:
    """What the branches that lack both are called: like no branch that there is, and no longer than a name may be."""
    taken, found = {*plan.opened.branches, *plan.branches}, {}
    for pair in pairs:
        name, number = f"{pair[0]}-and-{pair[1]}", 0
        while len(name) > MAX_ID or _alike_names(name, taken):
            number += 1
            name = f"both-{number}"
        taken.add(name)
        found[pair] = name
    return found


def _alike_names(name: str, others: Iterable[str]) -> bool:
    """Whether a name differs from one of others in `_` and `-` alone, if at all."""
    return name.replace("_", "-") in {other.replace("_", "-") for other in others}


def _joint(plan: Plan) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """Two causes, and the branch that lacks both, as a scenario writes it."""
    known, happened = plan.opened.document.get("branches", {}), plan.branches[0]
    for a, b in combinations([name for name in plan.branches[1:] if name != BASE], 2):
        for one, other in ((a, b), (b, a)):
            entry = known[other] or {}
            like = [entry["like"]] if isinstance(entry.get("like"), str) else list(entry.get("like") or ())
            if happened in like:  # then the other is what happened, and more
                rest = [name for name in like if name != happened]
                yield (a, b), {"like": [one, *rest], "do": list(entry.get("do") or ())}
                break
        else:
            yield (a, b), {"like": [a, b]}


def _with(plan: Plan, wanted: Mapping[tuple[str, str], dict[str, Any]], names: Pairs) -> Plan | None:
    """The plan with these branches too, or None if they cannot be."""
    opened = plan.opened
    more = {names[pair]: entry for pair, entry in wanted.items()}
    document = {**opened.document, "branches": {**opened.document.get("branches", {}), **more}}
    try:
        scenario = from_data(document, opened.overrides, opened.name)
    except ScenarioError:
        return None
    whole = replace(opened, scenario=scenario, document=document)
    return replace(plan, opened=whole, branches=(*plan.branches, *more))


def witnesses(
    event: str, causes: Sequence[str], pairs: Pairs, found: Mapping[str, Twins], weights: Floats
) -> list[Witness]:
    """A row for every cause beside every other and beside any, by theory and over theories with their weights."""
    rows = []
    for cause in causes:
        others = [other for other in causes if _both(cause, other, pairs)]
        for beside in (ANY, *others):
            some = others if beside == ANY else [beside]
            parts = [_shares(one, cause, some, pairs) for one in found.values()]
            named = {
                theory: (part, len(one.weight), one.effective(one.weight * one.happened))
                for (theory, one), part in zip(found.items(), parts, strict=True)
            }
            if len(parts) > 1:
                twins, of = list(found.values()), list(named.values())
                told = weights * [part_of(one, one.happened > 0.5) for one in twins]
                whole = [pooled(twins, [part[k] for part in parts], told) for k in range(len(ROLES))]
                known = counting(twins, [ess for _, _, ess in of], told)
                named[ALL] = (whole, min(count for _, count, _ in of), known)
            for theory, (part, count, ess) in named.items():
                a, b, c, d = part
                rows.append(Witness(event, cause, beside, theory, *a, *b, *c, *d, count, ess))
    return rows


def _both(a: str, b: str, pairs: Pairs) -> str:
    return pairs.get((a, b)) or pairs.get((b, a)) or ""


def _shares(of: Twins, cause: str, others: Iterable[str], pairs: Pairs) -> list[Share]:
    """What the cause is, role by role, in worlds with the event: each world has one role at most."""
    there = of.happened > 0.5
    idle, missed = of.idle[cause], there & ~(of[cause] > 0.5)
    nothing: Flags = np.zeros_like(there)
    found = {"alone": missed, **dict.fromkeys(ROLES[1:], nothing)}
    for other in others:
        both = there & ~missed & (of[other] > 0.5) & ~(of[_both(cause, other, pairs)] > 0.5)
        found["together"] = found["together"] | (both & (idle == of.idle[other]))
        found["preempting"] = found["preempting"] | (both & ~idle & of.idle[other])
        found["preempted"] = found["preempted"] | (both & idle & ~of.idle[other])
    found["together"] = found["together"] & ~found["preempting"]
    found["preempted"] = found["preempted"] & ~found["together"]
    return [share(of, found[role], there) for role in ROLES]


def write(rows: Sequence[Witness], path: Path) -> Path:
    """Write witnesses.csv."""
    return write_table(path, COLUMNS, map(astuple, rows))
