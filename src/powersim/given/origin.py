"""Where an event came from: was a cause necessary for it, was it sufficient, beside its rivals.

Worlds are twins: the same draw and the same luck under the branch that happened and under one without the cause. With E
what happened to the event, 1 or 0, in the world with the cause (1) and without it (0):

- necessary, PN = Pr(E0 = 0 | E1 = 1): without the cause it would not have come;
- sufficient, PS = Pr(E1 = 1 | E0 = 0): the cause brings it where it would not have come;
- both, PNS = Pr(E1 = 1, E0 = 0).

Pearl 2009, Causality, ch. 9; Tian and Pearl 2000, Annals of Math. and AI 28:287. Nothing has to be bounded: the
luck of a world is known, and a coupling says what it would have been (`run.possible.COUPLINGS`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np

from powersim.effects.results import ALL, Floats
from powersim.errors import Argument, ArgumentError
from powersim.files.table import mark, write_table
from powersim.given.conditioning import LEAST
from powersim.given.knowledge import Known
from powersim.given.twins import NOTHING, Flags, Share, Twins, counting, part_of, pooled, share
from powersim.given.witnesses import ANY, Witness
from powersim.run.plan import Plan
from powersim.run.possible import partings

FILE, FOLDER = "origin.csv", "origin"
EVER = "ever"


@dataclass(frozen=True)
class Origin:
    """How an event hangs on a cause, the branch that lacks it; a row of origin.csv. Empty where no world could tell.

    ess, event_ess: effective number of worlds, and of those among them in which the event came about.
    """

    event: str
    cause: str
    theory: str
    pn: float
    pn_low: float
    pn_high: float
    ps: float
    ps_low: float
    ps_high: float
    pns: float
    pns_low: float
    pns_high: float
    worlds: int
    ess: float
    event_ess: float


COLUMNS = [field.name for field in fields(Origin)]
MARK = mark(COLUMNS)


def check_asked(plan: Plan, event: str, factual: str | None) -> None:
    """ArgumentError for an outcome that does not happen or fail to, for one branch alone, or for another first."""
    outcome = plan.scenario.outcomes.get(event)
    if outcome is None or outcome.summary != EVER:
        known = ", ".join(name for name, one in plan.scenario.outcomes.items() if one.summary == EVER)
        raise ArgumentError(
            "of", f"found {event}; allowed: an outcome with {EVER}: {known or 'none is defined'}"
        )
    if len(plan.branches) < 2:
        raise ArgumentError(
            "branches", "needs what happened and at least one branch without a cause, e.g. ",
            Argument("branches", ["happened", "without"]),
        )  # fmt: skip
    if factual is not None and plan.branches[0] != factual:
        raise ArgumentError(
            "branches", f"found {plan.branches[0]} first; allowed: {factual}, which `evidence` says happened"
        )


def parted(plan: Plan, known: Known) -> tuple[str, ...]:
    """Branches of whose worlds what is known says nothing: they have parted by then from the one that happened.

    It follows from the world with the cause. Among such worlds PS is no answer: the event's own record, or that of what
    came of it, would make it 1 whatever the cause does.
    """
    turns = partings(plan, known.branch, plan.cases(plan.theories[0], 0))
    return tuple(name for name, turn in zip(plan.branches, turns, strict=True) if turn <= known.until)


def origins(
    plan: Plan, event: str, found: Mapping[str, Twins], weights: Floats, late: Sequence[str] = ()
) -> list[Origin]:
    """A row for every cause and theory, and over theories with their weights. late: see `parted`."""
    rows = []
    for cause in plan.branches[1:]:
        parts = [_shares(one, cause, late) for one in found.values()]
        for theory, one, part in zip(found, found.values(), parts, strict=True):
            known, among = one.effective(one.weight), one.effective(one.weight * one.happened)
            rows.append(_row(event, cause, theory, part, len(one.weight), known, among))
        if len(parts) > 1:
            own, twins = rows[-len(parts) :], list(found.values())
            told = np.array([[part_of(one, among) for _, among in _asked(one, cause)] for one in twins])
            whole = [pooled(twins, [part[k] for part in parts], weights * told[:, k]) for k in range(3)]
            known = counting(twins, [row.ess for row in own], weights)
            among = counting(twins, [row.event_ess for row in own], weights * told[:, 0])
            rows.append(_row(event, cause, ALL, whole, min(row.worlds for row in own), known, among))
    return rows


def _row(
    event: str, cause: str, theory: str, part: Sequence[Share], worlds: int, ess: float, among: float
) -> Origin:
    pn, ps, pns = part
    return Origin(event, cause, theory, *pn, *ps, *pns, worlds, ess, among)


def _shares(of: Twins, cause: str, late: Sequence[str]) -> list[Share]:
    """PN, PS and PNS of a cause, each with its limits."""
    pn, ps, pns = (share(of, hits, among) for hits, among in _asked(of, cause))
    return [pn, NOTHING if cause in late else ps, pns]


def _asked(of: Twins, cause: str) -> tuple[tuple[Flags, Flags], ...]:
    """What PN, PS and PNS count, and the worlds that each is a share of."""
    with_, without = of.happened > 0.5, of[cause] > 0.5
    return (~without, with_), (with_, ~without), (with_ & ~without, np.ones_like(with_))


def ranked(rows: Sequence[Origin]) -> list[Origin]:
    """What is told first: over all theories (or the only one), the most necessary cause first."""
    pooled = [row for row in rows if row.theory == ALL] or list(rows)
    return sorted(pooled, key=lambda row: (row.pn != row.pn, -row.pn if row.pn == row.pn else 0.0, row.cause))


def sentence(
    plan: Plan,
    rows: Sequence[Origin],
    date: str | None,
    beside: Sequence[Witness] = (),
    late: Sequence[str] = (),
) -> str:
    """What a reader of a newspaper understands: how many of 100 worlds, and between which numbers. late: `parted`."""
    first = ranked(rows)
    title, branches = plan.scenario.outcomes[first[0].event].title, plan.scenario.branches
    stated = plan.scenario.evidence
    like = f"that {stated.like_ours(date)}" if date and stated else "that the model makes of what was decided"
    known = [row for row in first if row.pn == row.pn]
    if not known:
        return (
            f"In none of the worlds {like} did it come about ({title}), so nothing can be said of its origin."
        )

    def named(cause: str) -> str:
        return f"“{branches[cause].title if cause in branches else cause}”"

    told = [f"{of_100((row.pn, row.pn_low, row.pn_high))} under {named(row.cause)}" for row in known]
    told[0] = told[0].replace(" under ", " would have gone without it under ", 1)
    parts = [f"Of 100 worlds {like} and in which it came about ({title}), {'; '.join(told)}."]
    theory = known[0].theory
    pairs = {frozenset((one.cause, one.beside)) for one in beside if one.beside != ANY}
    more = " more" if len(pairs) == 1 else ""  # those of several pairs may be the same worlds
    for one in beside:
        if one.theory != theory:
            continue
        both = f"{named(one.cause)} and {named(one.beside)}"
        if one.beside != ANY and one.together > 0.0 and one.cause < one.beside:
            shown = of_100((one.together, one.together_low, one.together_high))
            parts.append(f"In {shown}{more} it would have gone only under {both} together.")
        if one.beside != ANY and one.preempting > 0.0:
            shown = of_100((one.preempting, one.preempting_low, one.preempting_high))
            parts.append(
                f"In {shown}{more} it would have come under {named(one.cause)} too, but only because what "
                f"{named(one.beside)} takes away stood ready to bring it."
            )
    count = f"{known[0].event_ess:.0f}"
    if known[0].event_ess < LEAST:
        parts.append(
            f"It came about in few of them ({'1 world counts' if count == '1' else f'{count} worlds count'}), so the "
            "intervals are wide."
        )
    if blind := [row.cause for row in first if row.cause in late]:
        under = "" if len(blind) == len(first) else f" under {', '.join(map(named, blind))}"
        parts.append(
            f"What is known until {date} goes back to what happened, so nothing can be said of what was "
            f"sufficient{under}."
        )
    return " ".join(parts)


def of_100(part: Share) -> str:
    """A share as a number of 100, with its interval."""
    share, low, high = (f"{100 * end:.0f}" for end in part)
    return f"{share} ({low} to {high})"


def write(rows: Sequence[Origin], path: Path) -> Path:
    """Write origin.csv."""
    return write_table(path, COLUMNS, map(astuple, rows))
