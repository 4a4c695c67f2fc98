"""Where an event came from: was a cause necessary for it, was it sufficient, beside its rivals.

Worlds are twins: the same draw and the same luck under the branch that happened and under one without the cause. With E
what happened to the event, 1 or 0, in the world with the cause (1) and without it (0):

- necessary, PN = Pr(E0 = 0 | E1 = 1): without the cause it would not have come;
- sufficient, PS = Pr(E1 = 1 | E0 = 0): the cause brings it where it would not have come;
- both, PNS = Pr(E1 = 1, E0 = 0).

Pearl 2009, Causality, ch. 9; Tian and Pearl 2000, Annals of Math. and AI 28:287. Nothing has to be bounded: the
luck of a world is known, so both of its twins are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np

from powersim.effects.limits import mover, wilson
from powersim.effects.outcomes import summarise
from powersim.effects.results import ALL, Floats
from powersim.effects.weighted import effective
from powersim.errors import Argument, ArgumentError
from powersim.files.table import mark, write_table
from powersim.given.conditioning import Conditioned
from powersim.run.condense import summary_of
from powersim.run.plan import Plan
from powersim.run.possible import SAME, Possible, Settled, Worlds
from powersim.run.work import workers

FILE, FOLDER = "origin.csv", "origin"
EVER = "ever"


@dataclass(frozen=True)
class Origin:
    """How an event hangs on a cause, the branch that lacks it; a row of origin.csv. Empty where no world could tell."""

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


COLUMNS = [field.name for field in fields(Origin)]
MARK = mark(COLUMNS)
Share = tuple[float, float, float]


@dataclass(frozen=True)
class Twins:
    """An event (branch, N) in worlds of a theory, the branch that happened first."""

    happened: Floats
    weight: Floats
    same: Floats


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


def twins_of_runs(
    plan: Plan, theory: str, event: str, runs: int, threads: int | None = None, coupling: str = SAME
) -> Twins:
    """Twins among worlds as the model makes them: the runs of a study."""
    factual = None if coupling == SAME else plan.branches[0]
    some = [Possible.of_run(plan, theory, run) for run in range(runs)]
    worlds = Worlds(
        theory, plan.seed, np.stack([one.place for one in some]), np.stack([one.keys for one in some]),
        Settled.nothing(), np.zeros((runs, 0)), np.full(runs, 1.0 / runs), plan.built.turns,
    )  # fmt: skip
    outcome = plan.scenario.outcomes[event]
    place, summary = list(plan.scenario.outcomes).index(event), summary_of(outcome)
    turns = tuple(range(plan.built.turns))

    def one(world: Possible) -> list[float]:
        # as results on disk have them
        paths = [
            history.values[:, place].astype(np.float32).astype(np.float64)
            for history in world.histories(plan, factual)
        ]
        return [float(summarise(path, summary, turns)) for path in paths]

    with ThreadPoolExecutor(threads or workers(), thread_name_prefix="origin") as pool:
        happened = np.array(list(pool.map(one, some))).T
    return Twins(happened, worlds.weight, np.arange(runs, dtype=np.float64))


def twins_given(found: Conditioned, theory: str, event: str) -> Twins:
    """Twins among worlds that went as the record says."""
    worlds = found.lots[theory].worlds
    return Twins(found.summaries(theory, event), worlds.weight, worlds.same.astype(np.float64))


def origins(
    plan: Plan, event: str, twins: Callable[[str], Twins], shares: Sequence[float] | None = None
) -> list[Origin]:
    """A row for every cause and theory, and over theories: each alike, or with its share."""
    found = {theory: twins(theory) for theory in plan.theories}
    weights = np.array([1.0 / len(found)] * len(found) if shares is None else shares)
    rows = []
    for place, cause in enumerate(plan.branches[1:], 1):
        parts = [_shares(one, place) for one in found.values()]
        for theory, one, part in zip(found, found.values(), parts, strict=True):
            rows.append(_row(event, cause, theory, part, len(one.weight), effective(one.weight, one.same)))
        if len(parts) > 1:
            pooled = [_pooled([part[k] for part in parts], weights) for k in range(3)]
            ess = sum(row.ess for row in rows[-len(parts) :])
            rows.append(_row(event, cause, ALL, pooled, min(row.worlds for row in rows[-len(parts) :]), ess))
    return rows


def _row(event: str, cause: str, theory: str, part: Sequence[Share], worlds: int, ess: float) -> Origin:
    pn, ps, pns = part
    return Origin(event, cause, theory, *pn, *ps, *pns, worlds, ess)


def _shares(of: Twins, place: int) -> list[Share]:
    """PN, PS and PNS of a cause, each with its limits."""
    with_, without = of.happened[0] > 0.5, of.happened[place] > 0.5
    every = np.ones_like(with_)
    return [
        _share(of, ~without, with_),
        _share(of, with_, ~without),
        _share(of, with_ & ~without, every),
    ]


def _share(of: Twins, hits: Floats, among: Floats) -> Share:
    """The weight of hits among some worlds, with Wilson limits at their effective number."""
    weight = np.where(among, of.weight, 0.0)
    total = float(weight.sum())
    if total <= 0.0:
        return np.nan, np.nan, np.nan
    share, n = float(weight[hits].sum() / total), effective(weight, of.same)
    share = min(1.0, max(0.0, share if 1e-12 < share < 1 - 1e-12 else float(round(share))))
    low, high = wilson(np.array(share * n), np.array(n))
    return share, float(low), float(high)


def _pooled(parts: Sequence[Share], weights: Floats) -> Share:
    """Shares over theories, where those that can tell count."""
    known = np.array([part[0] == part[0] for part in parts])
    if not known.any():
        return np.nan, np.nan, np.nan
    w = weights[known] / weights[known].sum()
    table = np.array(parts)[known].T
    low, high = mover(table[0], table[1], table[2], w, np.eye(len(w)))
    return float(w @ table[0]), float(low), float(high)


def ranked(rows: Sequence[Origin]) -> list[Origin]:
    """What is told first: over all theories (or the only one), the most necessary cause first."""
    pooled = [row for row in rows if row.theory == ALL] or list(rows)
    return sorted(pooled, key=lambda row: (row.pn != row.pn, -row.pn if row.pn == row.pn else 0.0, row.cause))


def sentence(plan: Plan, rows: Sequence[Origin], date: str | None) -> str:
    """What a reader of a newspaper understands."""
    first = ranked(rows)
    title = plan.scenario.outcomes[first[0].event].title
    like = "that went like ours" if date is None else f"that went like ours until {date}"
    if date is None:
        like = "that the model makes of what was decided"
    known = [row for row in first if row.pn == row.pn]
    if not known:
        return (
            f"In none of the worlds {like} did it come about ({title}), so nothing can be said of its origin."
        )
    branches = plan.scenario.branches
    told = "; ".join(f"{100 * row.pn:.0f} under “{branches[row.cause].title}”" for row in known)
    return f"Of 100 worlds {like} and in which it came about ({title}), so many would have gone without it: {told}."


def write(rows: Sequence[Origin], path: Path) -> Path:
    """Write origin.csv."""
    return write_table(path, COLUMNS, map(astuple, rows))
