"""What a forecast is held against: coded issues and dated events, as they were seen to go on after a date.

An event is asked for turn by turn. What begins (a war, a delivery, a strike, an election): has it come since the date?
What lasts (a sanction, know-how, a deal in force): is it so in this turn? Not known is nan: between "it was not until
then" and "it was by then", or after the last that the evidence says of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from powersim.given.knowledge import NEGATIVE, STATES, Check, Known, at_least, laid_down
from powersim.run.plan import Plan
from powersim.world import quantities as q
from powersim.world.state import Floats

ISSUE = "issue"
LEVELS = ("sanctions", "know_how")
LASTING = (*LEVELS, "deal", *STATES)
ALIKE = {"no_war": "war"}
"""What says of the same event that it was not."""


@dataclass(frozen=True)
class Target:
    """What is forecast. kind: issue, or that of the evidence; columns: where it is read in what is watched."""

    kind: str
    name: str
    title: str
    columns: tuple[int, ...]

    def members(self, values: Floats, given: int) -> Floats:
        """What worlds (N, T, O) say for the turns after `given` (N, T - given - 1): positions, or 0 and 1."""
        raise NotImplementedError

    def observed(self, given: int, until: int) -> Floats:
        """What came, for the turns given + 1..until; nan where it is not known."""
        raise NotImplementedError


@dataclass(frozen=True)
class Coded(Target):
    """A coded issue. path (T): the record, nan before it begins; laid (T): where the branch lays it down."""

    path: Floats
    laid: Floats

    def members(self, values: Floats, given: int) -> Floats:
        """Positions."""
        return values[:, given + 1 :, self.columns[0]]

    def observed(self, given: int, until: int) -> Floats:
        """The record, but for turns in which the branch lays the issue down: to tell those is no feat."""
        turns = slice(given + 1, until + 1)
        return np.where(self.laid[turns] > 0.0, np.nan, self.path[turns])

    def own_past(self, given: int) -> Floats:
        """All that the path had shown until a turn; empty if nothing."""
        past = self.path[: given + 1]
        return past[np.isfinite(past)]


@dataclass(frozen=True)
class Dated(Target):
    """An event, with all that the evidence says of it."""

    checks: tuple[Check, ...]

    @property
    def lasts(self) -> bool:
        """Whether it is asked in every turn by itself, and not whether it has come."""
        return self.kind in LASTING

    def members(self, values: Floats, given: int) -> Floats:
        """1 where it is so, or has come since `given`, else 0."""
        own = values[..., list(self.columns)]
        if self.kind in LEVELS:
            above = at_least(own[:, given + 1 :], self.checks[0].fact.above)
            return np.asarray(above.all(axis=-1), np.float64)
        if self.lasts:
            return np.asarray((own[:, given + 1 :] > 0.0).any(axis=-1), np.float64)
        new = (np.diff(own[:, given:], axis=1) > 0.0).any(axis=-1)
        return np.asarray(np.logical_or.accumulate(new, axis=1), np.float64)

    def observed(self, given: int, until: int) -> Floats:
        """1 where it was so, or had come; 0 where it was not; else nan."""
        return self._state(given, until) if self.lasts else self._come(given, until)

    def _state(self, given: int, until: int) -> Floats:
        seen = np.full(until + 1, np.nan)
        for check in self.checks:
            whole = self.kind in LEVELS or not check.fact.happened or check.first == check.last
            if whole:  # else it was so at some time within the period, nobody says when
                seen[check.first : check.last + 1] = float(check.fact.happened)
        return seen[given + 1 :]

    def _come(self, given: int, until: int) -> Floats:
        came = [c for c in self.checks if _positive(c) and given < c.first]
        none = [c for c in self.checks if not _positive(c)]
        seen, sure, state = np.full(until + 1, np.nan), True, 0.0
        for t in range(given + 1, until + 1):
            if any(c.last == t for c in came):
                state, sure = 1.0, True
            absent = any(c.first <= t <= c.last for c in none) or any(
                self.kind == "event" and t < c.first for c in came
            )
            sure = sure and (state > 0.0 or absent or any(c.first <= t < c.last for c in came))
            if sure and (state > 0.0 or absent):
                seen[t] = state
        return seen[given + 1 :]

    def chance_by_own_past(self, given: int, turns: int) -> Floats:
        """Chance (turns) that it comes within 1..turns turns, by how often it had come before; nan of what lasts.

        A Poisson process whose rate has Jeffreys' prior: after k in T turns none in n with (T / (T + n))^(k + 1/2).
        """
        if self.lasts:
            return np.full(turns, np.nan)
        before = sum(_positive(check) and check.last <= given for check in self.checks)
        past, ahead = given + 1.0, np.arange(1, turns + 1)
        return np.asarray(1.0 - (past / (past + ahead)) ** (before + 0.5))


def _positive(check: Check) -> bool:
    return check.fact.kind not in NEGATIVE and check.fact.happened


def targets(plan: Plan, seen: Known) -> list[Target]:
    """Coded issues by name, then dated events in the order of the evidence. seen: all that may be looked at."""
    turns = np.arange(plan.built.turns)
    titles = {issue.id: issue.title for issue in plan.scenario.issues}
    found: list[Target] = []
    for issue in sorted(seen.evidence.issues):
        columns = _columns(seen, q.ISSUE, plan.built.index.issues[issue])
        if columns:
            steps = plan.scenario.record[issue]
            path = np.array(
                [steps[max(past)] if (past := [s for s in steps if s <= t]) else np.nan for t in turns]
            )
            laid = laid_down(plan, seen.branch, issue).astype(np.float64)
            found.append(Coded(ISSUE, issue, titles[issue] or issue, columns, path, laid))
    groups: dict[tuple[str, tuple[int, ...], float], list[Check]] = {}
    for check in seen.checks:
        kind = ALIKE.get(check.fact.kind, check.fact.kind)
        level = check.fact.above if kind in LEVELS else 0.0
        groups.setdefault((kind, check.columns, level), []).append(check)
    return found + [_dated(kind, level, checks) for (kind, _, level), checks in groups.items()]


def _columns(seen: Known, kind: int, place: int) -> tuple[int, ...]:
    watch = seen.watch
    return tuple(np.flatnonzero((watch.kind == kind) & (watch.a == place)).tolist())


def _dated(kind: str, level: float, checks: Sequence[Check]) -> Dated:
    fact = checks[0].fact
    name = "-".join([*fact.things, *([fact.over] if fact.over else [])])
    if kind in LEVELS:
        name += f" above {level:g}"
    title = f"{kind}: {name}".replace("_", " ")
    return Dated(kind, name, title, checks[0].columns, tuple(checks))
