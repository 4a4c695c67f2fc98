"""Evidence as numbers: what to watch in a history, which draws are settled, and how likely the record makes it.

The log likelihood of a history is a sum of terms, none above 0 but for a constant known beforehand: so a history that
is too unlikely to be accepted can be left before its end.

- A coded path at a turn: normal, given how it was missed before, with the coding error and a discrepancy that lasts,
  see `given.misses`, at each of some values of the sd of the discrepancy. Every path has a discrepancy of its own:
  how near the model comes to one issue says nothing of how near it comes to another.
- A dated event that hangs on one decision a turn is imposed, and the log of the rule's own chance is its term
  (likelihood weighting: Fung and Chang 1990, UAI 5; Shachter and Peot 1990). If it did not come about all the same,
  the history has no chance.
- Any other event: 0 if the history has it, log(miss) if not.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from powersim.compile.bundle import pack
from powersim.errors import ArgumentError, PowersimError
from powersim.given.misses import Misses
from powersim.given.reckoning import Points, comes, miss, rises, stays
from powersim.rules.level import beyond
from powersim.run.opened import own_name
from powersim.run.plan import Plan
from powersim.run.possible import Settled
from powersim.scenario.arrays.build import Built
from powersim.scenario.evidence import Evidence, Fact
from powersim.world import draws
from powersim.world import quantities as q
from powersim.world.case import Watch
from powersim.world.draws import NO, YES
from powersim.world.state import Floats, Ints

NODES = 32  # values of the discrepancy, at each of which a history is judged, so that no move has to find it
NEGATIVE = ("no_war",)
FLOWS = q.asked_of("flow")
STATES = tuple(kind for kind in FLOWS if q.QUANTITIES[kind].code != q.DELIVERED)  # on or off
Row = tuple[int, int, tuple[int, int, int], int]
"""A settled draw: turn, decision point, keys, what is said of it."""


@dataclass(frozen=True)
class Check:
    """A dated event in turns first..last: read in `columns` of what is watched. exact: it was imposed."""

    fact: Fact
    first: int
    last: int
    columns: tuple[int, ...]
    exact: bool

    def holds(self, values: Floats) -> bool:
        """Whether a history (T, O) has it, once its last turn is over."""
        kind = self.fact.kind
        if kind in ("sanctions", "know_how"):
            found = stays(values, self._columns, self.first, self.last, self.fact.above)
        elif kind == "deal" or kind in STATES:
            found = comes(values, self._columns, self.first, self.last)
        else:
            found = rises(values, self._columns, self.first, self.last, kind == "delivered")
        return found != (kind in NEGATIVE) if self.fact.happened else not found

    @cached_property
    def _columns(self) -> Ints:
        return np.array(self.columns, np.int64)

    @property
    def said(self) -> str:
        """What it says, in a line."""
        return said(self.fact)


def at_least(values: Floats, level: float) -> NDArray[np.bool_]:
    """Where a level that evidence names is reached: values that rounding alone keeps below it do."""
    return np.asarray(~beyond(level, values))


def said(fact: Fact) -> str:
    """A fact as a scenario writes it, without its dates."""
    thing = fact.things[0] if len(fact.things) == 1 else f"[{', '.join(fact.things)}]"
    return f"{fact.kind}: {thing}" + ("" if fact.happened else ", happened: false")


@dataclass(frozen=True)
class Known:
    """What is known until a turn.

    watch: what is read (O). turn, column, path, value, error (Q): points of coded paths, by turn, and the places of
    these among `evidence.issues`. checks: dated events. settled: the draws that are imposed. branch: the one that
    happened.
    """

    evidence: Evidence
    branch: str
    until: int
    watch: Watch
    turn: Ints
    column: Ints
    path: Ints
    value: Floats
    error: Floats
    checks: tuple[Check, ...]
    settled: Settled

    @property
    def size(self) -> int:
        """How many points and events there are."""
        return len(self.turn) + len(self.checks)

    def discrepancy(self, u: Floats) -> Floats:
        """The sd of what the model cannot be expected to hit, at uniforms, in their shape."""
        num = self.evidence.discrepancy
        if num.prior is None:
            return np.full(u.shape, num.value)
        return np.asarray(num.prior.quantile(u.reshape(-1))).reshape(u.shape)

    @cached_property
    def dates(self) -> tuple[int, ...]:
        """Turns after which something new is known: a point of a path, an event that is over; the last one."""
        return tuple(sorted({*self.turn.tolist(), *(check.last for check in self.checks), self.until}))

    @cached_property
    def values(self) -> Floats:
        """Values of the discrepancy's sd (D): the middles of as many parts of its prior."""
        return self.discrepancy(
            (np.arange(1 if self.evidence.discrepancy.prior is None else NODES) + 0.5) / NODES
        )

    @cached_property
    def misses(self) -> Misses:
        """How points of coded paths are missed under `values` of the discrepancy."""
        return Misses.of(self.turn, self.column, self.error, self.values, self.evidence.lasts)

    @cached_property
    def common(self) -> Floats:
        """What all histories have in common before every date and after the last (dates + 1, 1 + P, D).

        The log likelihood, by then, of one that hits all: of dated events, which are 0, and of every path.
        """
        found = np.zeros((len(self.dates) + 1, 1 + len(self.evidence.issues), len(self.values)))
        place = np.searchsorted(self.dates, self.turn)
        for date, path, log in zip(place, self.path, self.misses.constant.T, strict=True):
            found[date + 1 :, 1 + path] += log
        return found

    @property
    def constant(self) -> Floats:
        """The same of all that is known (1 + P, D)."""
        return np.asarray(self.common[-1])

    @cached_property
    def _new(self) -> list[tuple[int, int, slice, tuple[Check, ...]]]:
        """What is new at every date: the first and the end of its points, settled draws, the events that are over."""
        after = [-1, *self.dates]
        asked = np.searchsorted(self.settled.turn, after, side="right").tolist()
        point = np.searchsorted(self.turn, after, side="right").tolist()
        return [
            (
                point[n], point[n + 1], slice(asked[n], asked[n + 1]),
                tuple(check for check in self.checks if check.last == date),
            )
            for n, date in enumerate(self.dates)
        ]  # fmt: skip

    @cached_property
    def _points(self) -> Points:
        """Points of paths, packed."""
        found = (self.turn, self.column, self.path, self.value, self.misses.own, self.misses.weight)
        return pack(Points._make(np.ascontiguousarray(array) for array in found))

    def onward(self, place: int, values: Floats, answer: Floats, before: Floats) -> Floats:
        """Logs (1 + P, D) of a history (T, O) after the date at a place, by those before it, which they never exceed.

        answer (F, 2): as in `Luck`. The first row, of events, is -inf if the history has no chance. See `common`.
        """
        first, end, asked, over = self._new[place]
        events = sum(log for log in answer[asked, 1].tolist() if log == log)  # not a number: never asked
        for check in over:
            if not check.holds(values):
                no_chance = check.exact or check.fact.miss <= 0.0
                events += -math.inf if no_chance else math.log(check.fact.miss)
        after = before.copy()
        after[0] += events
        if events > -math.inf:
            miss(self._points, first, end, values, after)
        return after


def known(plan: Plan, date: str | None = None) -> Known:
    """The evidence of a plan's scenario until a date, by default its own. PowersimError where there is none."""
    scenario, built = plan.scenario, plan.built
    stated = scenario.evidence
    if stated is None:
        raise PowersimError(
            f"{plan.opened.name}: says nothing of what happened; it needs `evidence`, as georgia_2008 of the "
            "library has it: see docs/given.md"
        )
    until = stated.until if date is None else _turn(plan, date)
    facts = [*stated.facts, *(stated.withheld if until > stated.after else ())]
    outcomes: list[tuple[int, int, int]] = []

    def column(kind: int, a: int, b: int = -1) -> int:
        if (kind, a, b) not in outcomes:
            outcomes.append((kind, a, b))
        return outcomes.index((kind, a, b))

    points = [
        (
            turn,
            column(q.ISSUE, built.index.issues[issue]),
            path,
            value,
            stated.errors.get(issue, stated.error),
        )
        for path, issue in enumerate(stated.issues)
        for turn, value in _points(plan, issue, until, stated)
    ]
    checks = [
        _check(fact, until, tuple(column(*place) for place in _places(built, fact)))
        for fact in facts
        if _known_by(fact, until)
    ]
    rows = sorted({row for check in checks if check.exact for row in _rows(built, check)})
    points.sort()
    table = np.array(points, np.float64).reshape(-1, 5)
    kinds = np.array(outcomes, np.int64).reshape(-1, 3)
    return Known(
        stated, stated.branch, until,
        Watch(*(np.ascontiguousarray(kinds[:, i]) for i in range(3))),
        table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2].astype(np.int64), table[:, 3],
        table[:, 4],
        tuple(checks), _settled(rows),
    )  # fmt: skip


def shares(logs: Floats) -> Floats:
    """What each (..., N) has of the whole, by the logs of what they weigh."""
    weights = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def log_mean(logs: Floats) -> float:
    """Log of the mean of what has these logs."""
    most = float(logs.max())
    return most if most == -math.inf else most + math.log(float(np.exp(logs - most).sum()) / logs.size)


def without(what: Known) -> Known:
    """The same with nothing known, as the prior has it."""
    none = slice(0, 0)
    return replace(
        what, turn=what.turn[none], column=what.column[none], path=what.path[none], value=what.value[none],
        error=what.error[none], checks=(), settled=Settled.nothing(),
    )  # fmt: skip


def _turn(plan: Plan, date: str) -> int:
    dates = plan.scenario.calendar.labels()
    if date not in dates:
        raise ArgumentError("given", f"found {date}; allowed: {dates[0]} to {dates[-1]}, e.g. {dates[-1]}")
    return list(dates).index(date)


def _points(plan: Plan, issue: str, until: int, stated: Evidence) -> Iterator[tuple[int, float]]:
    """Where a coded path is evidence (`Evidence.at`): at its changes and once a year in between; at the ends of years
    and at `until`; or at `until` alone.

    Not where the branch lays it down. Nor in the first turn where the start is certain: a scenario begins where the
    record does, so that to stand there is no feat of the model's, and says nothing of its discrepancy.
    """
    path, calendar = plan.scenario.record[issue], plan.scenario.calendar
    year = 12 // calendar.months
    by_branch = laid_down(plan, stated.branch, issue)
    begins = 0 if f"issues.{issue}.start" in plan.built.paths("") else 1
    value, last = math.nan, -year * (1 - begins)
    for t in range(until + 1):
        changed = t in path
        value = path.get(t, value)
        if t < begins or math.isnan(value) or by_branch[t]:
            continue
        if stated.at == "end":
            told = t == until
        elif stated.at == "years":
            told = calendar.ends_year(t) or t == until
        else:
            told = (changed and t > 0) or t - last >= year
        if told:
            last = t
            yield t, value


def laid_down(plan: Plan, branch: str, issue: str) -> NDArray[np.bool_]:
    """Turns (T) in which a branch lays down the path of an issue."""
    built = plan.built
    if issue not in built.index.levers:
        return np.zeros(built.turns, np.bool_)
    path = built.branch(own_name(branch)).path[:, built.index.controls_of(plan.scenario, issue)]
    return np.asarray(~np.isnan(path).all(axis=1))


def _known_by(fact: Fact, until: int) -> bool:
    """Whether something is known at a turn: that it happened, when it is over; that it did not, as far as it goes."""
    return fact.first <= until and (fact.last <= until or fact.kind in NEGATIVE or not fact.happened)


def _check(fact: Fact, until: int, columns: tuple[int, ...]) -> Check:
    last = min(fact.last, until)
    once = fact.first == last
    denied = fact.kind in NEGATIVE or not fact.happened
    exact = fact.kind in ("war", "no_war", "event", "strike") and (denied or (once and fact.kind != "strike"))
    return Check(fact, fact.first, last, columns, exact)


def _places(built: Built, fact: Fact) -> list[tuple[int, int, int]]:
    """What is watched of a fact: kinds of quantity and indices."""
    index, things = built.index, fact.things
    if fact.kind in ("war", "no_war"):
        return [(q.WARS, v, -1) for v in index.between(things[0], things[1], fact.over)]
    if fact.kind == "event":
        return [(q.EVENT_HAPPENED, index.events[things[0]], -1)]
    if fact.kind in FLOWS:
        return [(q.QUANTITIES[fact.kind].code, index.flows[things[0], things[1], things[2]], -1)]
    if fact.kind == "sanctions":
        return [(q.CONTROL, index.sanctions[things[0], things[1]], -1)]
    if fact.kind == "deal":
        return [(q.SHARED_DEALS, index.actors[things[0]], index.actors[things[1]])]
    if fact.kind == "breach":
        return [(q.BREACHES, index.actors[things[0]], index.actors[things[1]])]
    if fact.kind == "strike":
        strikes = index.strikes.items()
        return [(q.STRIKES, p, -1) for (a, b, k), p in strikes if (a, b) == things and fact.over in ("", k)]
    return [(q.STOCK, index.actors[things[0]], index.goods[things[1]])]


def _rows(built: Built, check: Check) -> Iterator[Row]:
    """The decisions that an imposed event hangs on."""
    s, fact, index = built.setup, check.fact, built.index
    during = range(check.first, check.last + 1)
    if fact.kind == "event":
        event = index.events[fact.things[0]]
        key = (0, 0, int(s.event_key[event]))
        yes = check.last if fact.happened else -1
        dated = int(s.event_turn[event])
        turns = [dated] if dated >= 0 else range(check.last + 1)
        yield from ((t, draws.EVENT, key, YES if t == yes else NO) for t in turns if t <= check.last)
    elif fact.kind == "strike":
        for _, b, _ in _places(built, fact):
            key = (int(s.actor_key[s.striker[b]]), int(s.actor_key[s.struck[b]]), int(s.strike_key[b]))
            yield from ((t, draws.STRIKE_DECISION, key, NO) for t in during)
    else:
        begins = fact.kind == "war" and fact.happened
        for _, v, _ in _places(built, fact):
            key = (int(s.actor_key[s.challenger[v]]), int(s.actor_key[s.target[v]]), int(s.dispute_key[v]))
            for t in during:
                if begins:
                    yield t, draws.CRISIS, key, YES
                yield t, draws.CRISIS_WAR, key, YES if begins else NO


def _settled(rows: Sequence[Row]) -> Settled:
    if not rows:
        return Settled.nothing()
    turn, point, who, what = zip(*rows, strict=True)
    ints = np.int64
    return Settled(
        np.array(turn, ints), np.array(point, ints), np.array(who, np.uint64), np.array(what, ints)
    )
