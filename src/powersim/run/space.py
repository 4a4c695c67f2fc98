"""The space of assumptions of a scenario: every prior under the theories studied, the theory itself, and luck.

A point is a row of uniforms, one for each assumption, and the number of the run whose luck it has. Ordinary runs are
points too: a run draws its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from powersim._words import did_you_mean, nearest
from powersim.errors import Argument, ArgumentError, PowersimError
from powersim.run.opened import own_name
from powersim.run.plan import Plan
from powersim.scenario.resolved import Scenario
from powersim.world.case import Case
from powersim.world.params import SPEC
from powersim.world.state import Floats

THEORY, LUCK = "theory", "luck"
LOW, HIGH = 0.05, 0.95
"""Quantiles that stand for the low and the high end of a prior."""

BLOCKS = {
    "alignment": "parameters of alignment",
    "beliefs": "parameters of beliefs and home",
    "home": "parameters of beliefs and home",
    "bargaining": "parameters of bargaining",
    "compliance": "parameters of bargaining",
    "utility": "parameters of bargaining",
    "crisis": "parameters of conflict",
    "war": "parameters of conflict",
    "contest": "parameters of conflict",
    "security": "parameters of conflict",
}
"""Blocks of the files of defaults; the others are `OTHER_PARAMETERS`."""

OTHER_PARAMETERS = "other parameters"


@dataclass(frozen=True)
class Assumption:
    """An uncertain number, or the theory: its path, a title for readers, the groups that it belongs to, its meaning."""

    path: str
    title: str
    group: str
    block: str
    about: str = ""

    @property
    def label(self) -> str:
        """The title, with what a parameter means."""
        return f"{self.title}: {self.about}" if self.about else self.title


@dataclass(frozen=True)
class Line:
    """Where a map goes along one side: a column's uniforms (`column`), or a parameter's values (None); values shown."""

    name: str
    column: int | None
    at: Floats
    shown: Floats


@dataclass(frozen=True)
class Space:
    """The assumptions under the theories of a plan; columns of a point are in the order of `all`."""

    plan: Plan

    @cached_property
    def all(self) -> tuple[Assumption, ...]:
        """Every assumption: the priors of all the theories by path, then the theory where there are several."""
        known = {path for theory in self.plan.theories for path in self.plan.built.paths(own_name(theory))}
        found = [_assumption(path, self.plan.scenario) for path in sorted(known)]
        if len(self.plan.theories) > 1:
            found.append(Assumption(THEORY, THEORY, THEORY, THEORY))
        if not found:
            raise PowersimError(
                f"{self.plan.opened.name}: no number has a prior, so no assumption can be varied; "
                "e.g. start: {value: 0.5, prior: {uniform: [0.3, 0.7]}}, and no priors: off"
            )
        return tuple(found)

    @cached_property
    def place(self) -> dict[str, int]:
        """Column of every assumption by its path."""
        return {each.path: k for k, each in enumerate(self.all)}

    @cached_property
    def _columns(self) -> dict[str, NDArray[np.int64]]:
        """Columns of a point that a theory's draws take, in their order."""
        return {
            theory: np.array([self.place[path] for path in self.plan.built.paths(own_name(theory))], np.int64)
            for theory in self.plan.theories
        }

    def theory(self, u: Floats) -> str:
        """The theory of a point."""
        names = self.plan.theories
        return names[min(int(u[-1] * len(names)), len(names) - 1)] if len(names) > 1 else names[0]

    def ordinary(self, first: int, runs: int) -> tuple[Floats, NDArray[np.int64]]:
        """The points of ordinary runs: what each draws, under theories in turn, with its own luck."""
        names, numbers = self.plan.theories, np.arange(first, first + runs)
        rows = np.full((runs, len(self.all)), 0.5)
        for row, run in enumerate(numbers):
            for theory in names:  # a prior that a theory lacks is drawn as the others draw it
                drawn = self.plan.sampler.place(int(run), own_name(theory))
                rows[row, self._columns[theory]] = drawn
            if len(names) > 1:
                rows[row, -1] = (run % len(names) + 0.5) / len(names)
        return rows, numbers.astype(np.int64)

    def cases(self, u: Floats, fixed: Mapping[str, float] | None = None) -> list[Case]:
        """The inputs of every branch at a point; `fixed` parameters win over theory and place."""
        theory, built = self.theory(u), self.plan.built
        names = self.plan.branches
        first = built.case(own_name(names[0]), own_name(theory), at=u[self._columns[theory]], fixed=fixed)
        return [first, *(first._replace(branch=built.branch(own_name(name))) for name in names[1:])]

    def values(self, u: Floats) -> Floats:
        """The values of all assumptions (n, P) at points (n, P), each under its point's theory; a theory is its place.

        A parameter that a theory lays down has that value there.
        """
        built, names = self.plan.built, self.plan.theories
        found = np.empty_like(u)
        for row, point in enumerate(u):
            theory = self.theory(point)
            found[row] = self._laid_down[theory]
            columns = self._columns[theory]
            found[row, columns] = built.values(point[columns], own_name(theory))
            if len(names) > 1:
                found[row, -1] = names.index(theory)
        return found

    @cached_property
    def _laid_down(self) -> dict[str, Floats]:
        """What every theory says of the assumptions (P) that are none of its priors; nan of the others."""
        scenario = self.plan.scenario
        found = {}
        for theory in self.plan.theories:
            patch = scenario.theories[theory].parameters if theory in scenario.theories else {}
            numbers = {num.path: num.value for num in scenario.parameters.values()}
            by_name = {f"parameters.{name}": num.value for name, num in patch.items()}
            found[theory] = np.array([(numbers | by_name).get(each.path, np.nan) for each in self.all])
        return found

    def ends(self, column: int) -> tuple[float, float]:
        """The low and the high end of an assumption that `LOW` and `HIGH` stand for; over theories, the widest."""
        found: list[float] = []
        for theory in self.plan.theories:
            distribution = self.plan.built.distributions(own_name(theory)).get(self.all[column].path)
            if distribution is not None:
                found += [float(v) for v in distribution.quantile(np.array([LOW, HIGH]))]
        return (min(found), max(found)) if found else (0.0, float(len(self.plan.theories) - 1))

    def line(self, name: str, count: int) -> Line:
        """A line of `count` values to walk along for a map; a parameter that is a count may have fewer.

        A parameter goes from the least to the most that the scenario's theories hold likely (over its range, where none
        has a prior and all agree); another prior of the scenario from its 5 % to its 95 % quantile. PowersimError for
        anything else.
        """
        if name in SPEC:
            values = np.linspace(*self._span(name), count)
            values = np.unique(np.round(values)) if SPEC[name].whole else values
            return Line(name, None, values, values)
        path = name.removeprefix("parameters.")
        if path in SPEC:
            return self.line(path, count)
        if name in self.place and name != THEORY:
            known = (self.plan.built.distributions(own_name(theory)) for theory in self.plan.theories)
            distribution = next(found[name] for found in known if name in found)
            places = np.linspace(LOW, HIGH, count)
            return Line(name, self.place[name], places, np.asarray(distribution.quantile(places), np.float64))
        near = nearest(name, [*SPEC, *(each.path for each in self.all if each.path != THEORY)])
        raise ArgumentError(
            "maps",
            f"found {name}; allowed: a parameter or the path of a prior" + did_you_mean(near, ", e.g. "),
            *(() if near else (Argument("maps", [("rho", "tau")]),)),
        )

    def _span(self, name: str) -> tuple[float, float]:
        ends: list[float] = []
        scenario = self.plan.scenario
        for theory in self.plan.opened.theories:
            patch = scenario.theories[theory].parameters if theory in scenario.theories else {}
            num = patch.get(name, scenario.parameters[name])
            if num.prior is None:
                ends.append(num.value)
            else:
                ends += [float(v) for v in num.prior.quantile(np.array([LOW, HIGH]))]
        low, high = min(ends), max(ends)
        return (low, high) if low < high else (SPEC[name].low, SPEC[name].high)


def _assumption(path: str, scenario: Scenario) -> Assumption:
    parts = path.split(".")
    titles = {actor.code: actor.title for actor in scenario.actors}
    made = Assumption(path, path.replace("_", " "), "other starting values", "other starting values")
    if parts[0] == "parameters":
        topic = SPEC[parts[1]].topic
        block = BLOCKS.get(topic, OTHER_PARAMETERS)
        return replace(
            made, title=parts[1], group=f"parameters of {topic}", block=block, about=SPEC[parts[1]].about
        )
    if parts[0] == "issues" and parts[2] == "effects":
        issue = next(each.title for each in scenario.issues if each.id == parts[1])
        return replace(made, title=f"{issue}: {_words(parts[3:])}")
    if parts[0] == "issues" and parts[2] == "interests":
        return _interest(made, parts, titles, scenario)
    if parts[0] == "beliefs":
        holder, _, other = parts[2].partition(">")
        kind = "trust in" if parts[1] == "trust" else "belief in the resolve of"
        title = f"{_possessive(titles[holder])} {kind} {titles[other]}"
        return replace(made, title=title, group=f"beliefs: {parts[1]}", block="beliefs at the start")
    if parts[0] == "alignment":
        a, _, b = parts[1].partition("-")
        title = f"{titles[a]} and {titles[b]}: alignment at the start"
        return replace(made, title=title, group="alignment at the start", block="alignment at the start")
    if parts[0] == "actors":
        return replace(made, title=f"{_possessive(titles[parts[1]])} {_words(parts[2:])}")
    return made


def _interest(
    made: Assumption, parts: Sequence[str], titles: Mapping[str, str], scenario: Scenario
) -> Assumption:
    """`issues.ISSUE.interests.ACTOR[.engagers|.when.K].(ideal|salience)`."""
    issue = next(each.title for each in scenario.issues if each.id == parts[1])
    actor, kind, more = titles[parts[3]], parts[-1], _words(parts[4:-1])
    plural = {"ideal": "ideals", "salience": "saliences"}.get(kind, kind)
    title = f"{_possessive(actor)} {kind} on {issue}" + (f" ({more})" if more else "")
    return replace(made, title=title, group=f"{plural} of {actor}", block=plural)


def _possessive(name: str) -> str:
    return f"{name}’" if name.endswith("s") else f"{name}’s"


def _words(parts: Sequence[str]) -> str:
    return " ".join(parts).replace("_", " ")
