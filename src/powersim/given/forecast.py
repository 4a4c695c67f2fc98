"""What comes after a date, in worlds that went as the record says until then, held against what came.

Beside the score of these worlds stand those of what could be said without them: the model told nothing (the same first
draws of numbers and luck, no evidence), persistence (what was at the date stays, what had not come does not), and the
past of the thing itself (all positions that its path had shown; how often the event had come). Issues are told
twice: as the worlds have them, and as they would be coded, with what is left of the miss and the coding error
(`given.coding`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass, fields
from functools import cached_property
from itertools import product
from pathlib import Path

import numpy as np

from powersim._words import counted as nouns
from powersim.effects.results import ALL, Floats
from powersim.effects.scores import brier, counted, crps, ignorance, pit, quantiles, skill
from powersim.errors import ArgumentError, PowersimError
from powersim.files.table import mark, write_table
from powersim.given.coding import alike, as_coded
from powersim.given.conditioning import Asked, Conditioned
from powersim.given.knowledge import Known, known, without
from powersim.given.lots import Lot
from powersim.given.targets import ISSUE, Coded, Dated, Target, targets
from powersim.rules.level import beyond
from powersim.run.plan import Plan
from powersim.run.possible import Possible
from powersim.run.work import workers
from powersim.sim.forks import simulate_branches

FOLDER, FILE, SCORES_FILE = "forecast", "forecast.csv", "scores.csv"
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
BAND = "90%"
WORLDS, CODED = "worlds", "coded"
"""What is told: positions in worlds, or what would be coded of them."""
REFERENCES = ("unconditioned", "persistence", "own_past")
QUANTILES = tuple(f"q{100 * level:02.0f}" for level in LEVELS)
NUMBERS = (
    *QUANTILES, "chance", "observed", "score", *REFERENCES, "log_score", "log_unconditioned", "log_own_past",
    "pit_low", "pit_high", "covered",
)  # fmt: skip
"""Columns of forecast.csv that hold numbers: score and references are CRPS for issues, Brier scores for events."""
COLUMNS = ("given", "theory", "of", "kind", "name", "date", "lead", *NUMBERS)
MARK = mark(COLUMNS)
Points = Mapping[str, Floats]
"""A target's numbers, by column, for every turn after the date."""


@dataclass(frozen=True)
class Score:
    """How well a thing, or all of a kind, was told; a row of scores.csv.

    of: worlds, or what would be coded of them. kind: issue (score: CRPS) or that of an event, `events` for all of them
    (Brier). lead: year after the date, or all.
    skills: 1 - score / that of the reference, over the points where it says anything.
    """

    given: str
    theory: str
    of: str
    kind: str
    name: str
    lead: str
    points: int
    score: float
    unconditioned: float
    persistence: float
    own_past: float
    skill_unconditioned: float
    skill_persistence: float
    skill_own_past: float
    covered: float
    log_score: float
    log_unconditioned: float
    log_own_past: float


SCORES_MARK = mark([field.name for field in fields(Score)])


class Untold(Asked):
    """The same worlds before anything is known of them."""

    @cached_property
    def known(self) -> Known:
        """Nothing, until the date."""
        return without(known(self.plan, self.date))


@dataclass(frozen=True)
class Ensemble:
    """Worlds under a theory or all: what is watched of them (N, T, O), weights (N), effective number, sd of the
    discrepancy of every path (N, P).
    """

    values: Floats
    weight: Floats
    ess: float
    sd: Floats


@dataclass(frozen=True)
class Forecast:
    """What worlds say of the turns after a date until another one, told and untold, by theory and over them.

    seen: what was known by the date.
    """

    plan: Plan
    given: int
    until: int
    seen: Known
    targets: tuple[Target, ...]
    told: Mapping[str, Ensemble]
    untold: Mapping[str, Ensemble]

    @property
    def label(self) -> str:
        """The date."""
        return self.plan.scenario.calendar.label(self.given)

    @property
    def over(self) -> str:
        """The theory that is told of: all, or the only one."""
        return ALL if ALL in self.told else next(iter(self.told))

    @cached_property
    def points(self) -> dict[tuple[str, int], Points]:
        """Numbers of every target, by theory and place among the targets."""
        return self._of_all(WORLDS)

    @cached_property
    def coded(self) -> dict[tuple[str, int], Points]:
        """The same of what would be coded of worlds: of issues alone."""
        return self._of_all(CODED)

    @property
    def both(self) -> dict[str, dict[tuple[str, int], Points]]:
        """Of worlds, and of what would be coded of them."""
        return {WORLDS: self.points, CODED: self.coded}

    def _of_all(self, of: str) -> dict[tuple[str, int], Points]:
        return {
            (theory, place): self._points(theory, target, of)
            for theory in self.told
            for place, target in enumerate(self.targets)
            if of == WORLDS or isinstance(target, Coded)
        }

    def _points(self, theory: str, target: Target, what: str) -> Points:
        told, untold = self.told[theory], self.untold[theory]
        ahead = self.until - self.given
        mine, other = (target.members(of.values, self.given)[:, :ahead] for of in (told, untold))
        weight, bare = told.weight, untold.weight
        if what == CODED and isinstance(target, Coded):
            mine, other = (
                as_coded(self.seen, target, of.values, of.sd, self.until, told=of is told)
                for of in (told, untold)
            )
            weight, bare = alike(weight, mine), alike(bare, other)
        seen = target.observed(self.given, self.until)
        none = np.full(ahead, np.nan)
        found = dict.fromkeys(NUMBERS, none) | {"observed": seen}
        if isinstance(target, Coded):
            band = quantiles(mine, LEVELS, weight)
            low, high = pit(mine, seen, weight)
            past = target.own_past(self.given)
            outside = beyond(band[0], seen) | beyond(seen, band[-1])
            return found | dict(zip(QUANTILES, band, strict=True)) | {
                "score": crps(mine, seen, weight),
                "unconditioned": crps(other, seen, bare),
                "persistence": np.abs(past[-1] - seen) if len(past) else none,
                "own_past": crps(past[:, None], seen) if len(past) else none,
                "pit_low": low, "pit_high": high,
                "covered": np.where(np.isnan(seen), np.nan, ~outside),
            }  # fmt: skip
        assert isinstance(target, Dated)
        chance, before = weight @ mine, bare @ other
        own = target.chance_by_own_past(self.given, ahead)
        return found | {
            "chance": chance,
            "score": brier(chance, seen), "unconditioned": brier(before, seen),
            "persistence": none if target.lasts else brier(np.zeros(ahead), seen), "own_past": brier(own, seen),
            "log_score": ignorance(counted(chance, told.ess), seen),
            "log_unconditioned": ignorance(counted(before, untold.ess), seen),
            "log_own_past": ignorance(own, seen),
        }  # fmt: skip

    @property
    def rows(self) -> list[tuple[object, ...]]:
        """Rows of forecast.csv."""
        dates = self.plan.scenario.calendar.labels()
        return [
            (
                self.label, theory, of, self.targets[place].kind, self.targets[place].name, dates[self.given + 1 + n],
                n + 1, *(float(points[name][n]) for name in NUMBERS),
            )
            for of, table in self.both.items()
            for (theory, place), points in table.items()
            for n in range(self.until - self.given)
        ]  # fmt: skip

    @cached_property
    def scores(self) -> list[Score]:
        """All issues and all events, as a whole and by year; then one by one."""
        year = 12 // self.plan.scenario.calendar.months
        found = []
        for theory, (what, of_all) in product(self.told, self.both.items()):
            own = [
                (self.targets[place], points) for (name, place), points in of_all.items() if name == theory
            ]
            for whole in ("issues", "events"):
                some = [
                    (target, points)
                    for target, points in own
                    if (target.kind == ISSUE) == (whole == "issues") and np.isfinite(points["score"]).any()
                ]
                if not some:
                    continue
                table = [points for _, points in some]
                found.append(self._score(theory, what, whole, ALL, ALL, table))
                for first in range(0, self.until - self.given, year):
                    part = [{name: one[name][first : first + year] for name in one} for one in table]
                    if any(np.isfinite(one["score"]).any() for one in part):
                        lead = str(first // year + 1)
                        found.append(self._score(theory, what, whole, ALL, lead, part))
                found += [
                    self._score(theory, what, target.kind, target.name, ALL, [one]) for target, one in some
                ]
        return found

    def _score(
        self, theory: str, what: str, kind: str, name: str, lead: str, some: Sequence[Points]
    ) -> Score:
        of = {column: np.concatenate([one[column] for one in some]) for column in NUMBERS}
        known = np.isfinite(of["score"])
        compared = {ref: known & np.isfinite(of[ref]) for ref in REFERENCES}
        skills = (skill(_mean(of["score"][both]), _mean(of[ref][both])) for ref, both in compared.items())
        means = [_mean(of[column][known]) for column in ("score", *REFERENCES)]
        logs = [
            _mean(of[column][known])
            for column in ("covered", "log_score", "log_unconditioned", "log_own_past")
        ]
        return Score(self.label, theory, what, kind, name, lead, int(known.sum()), *means, *skills, *logs)

    def score(self, kind: str, of: str = WORLDS) -> Score | None:
        """That of all `issues` or `events`, over all theories and years; None if nothing came of them."""
        asked = (self.over, of, kind, ALL)
        return next((s for s in self.scores if (s.theory, s.of, s.kind, s.lead) == asked), None)

    @property
    def sentence(self) -> str:
        """What it comes to."""
        dates = self.plan.scenario.calendar.labels()
        stated = self.plan.scenario.evidence
        assert stated is not None
        told = f"Told {stated.told(self.label)}, the model"
        parts = []
        if (of := self.score("issues")) is not None:
            count = sum((s.kind, s.theory, s.of) == (ISSUE, self.over, WORLDS) for s in self.scores)
            parts.append(
                f"{told} misses the record of {dates[self.given + 1]} to {dates[self.until]} by {of.score:.3f} (CRPS, "
                f"{nouns(count, 'issue')}): {_against(of)}; its bands of {BAND} hold {of.covered:.0%} of it"
            )
        if (of := self.score("issues", CODED)) is not None:
            parts.append(
                f"with what is left of its miss, and the coding error, by {of.score:.3f}, and they hold "
                f"{of.covered:.0%}"
            )
        if (of := self.score("events")) is not None:
            said = "it misses dated events" if parts else f"{told} misses dated events"
            parts.append(f"{said} by {of.score:.3f} (Brier): {_against(of)}")
        return "; ".join(parts) + "."


def _mean(values: Floats) -> float:
    """Mean of what is known; nan of nothing."""
    some = values[~np.isnan(values)]
    return float(some.mean()) if some.size else math.nan


def _against(of: Score) -> str:
    said = [
        f"{_more(skilled)} {words}"
        for skilled, words in (
            (of.skill_unconditioned, "untold"),
            (of.skill_persistence, "if nothing changed"),
            (of.skill_own_past, "by each one's own past"),
        )
        if skilled == skilled
    ]
    return ", ".join(said) or "nothing to compare it with"


def _more(skilled: float) -> str:
    """A skill in words, worse as worse."""
    share = f"{abs(skilled):.0%}"
    return "as much as" if share == "0%" else f"{share} {'less' if skilled > 0 else 'more'} than"


def horizon(plan: Plan, dates: Sequence[int], to: str | None) -> int:
    """Turn until which worlds are held against the record: `to`, or where the scenario keeps the rest back.

    ArgumentError where nothing comes after a date.
    """
    labels, stated = plan.scenario.calendar.labels(), plan.scenario.evidence
    assert stated is not None
    last, latest = len(labels) - 1, max(dates)
    if latest == last:
        raise ArgumentError(
            "given", f"found {labels[-1]}, after which nothing comes; allowed: an earlier date"
        )
    if to is None:
        return stated.after if latest < stated.after else last
    if to not in labels[latest + 1 :]:
        raise ArgumentError(
            "to", f"found {to}; allowed: {labels[latest + 1]} to {labels[-1]}, e.g. {labels[-1]}"
        )
    return list(labels).index(to)


def wanted(plan: Plan, dates: Sequence[int], until: int) -> tuple[Known, tuple[Target, ...]]:
    """What is watched and what is forecast. PowersimError if nothing is known of what came after a date."""
    label = plan.scenario.calendar.label
    seen = known(plan, label(until))
    found = tuple(targets(plan, seen))
    for date in dates:
        if not any(np.isfinite(target.observed(date, until)).any() for target in found):
            raise PowersimError(
                f"given {label(date)}: nothing is said of what came after it until {label(until)}; allowed: an earlier "
                "date, or a later end"
            )
    return seen, found


def forecast(
    told: Conditioned,
    untold: Conditioned,
    seen: Known,
    found: Sequence[Target],
    until: int,
    *,
    threads: int | None = None,
    by_evidence: bool = False,
) -> Forecast:
    """Go on after the date under the branch that happened: theories count alike, or `by_evidence` of the date."""
    plan, shares = told.asked.plan, list(told.posterior.values())
    if not by_evidence:
        shares = [1.0 / len(shares)] * len(shares)
    with ThreadPoolExecutor(threads or workers(), thread_name_prefix="forecast") as pool:
        ours, theirs = (
            {theory: _gone_on(plan, lot, seen, pool) for theory, lot in of.lots.items()}
            for of in (told, untold)
        )
    for some, of in ((ours, shares), (theirs, [1.0 / len(shares)] * len(shares))):
        if len(some) > 1:
            some[ALL] = _together(list(some.values()), of)
    return Forecast(plan, told.asked.known.until, until, told.asked.known, tuple(found), ours, theirs)


def _gone_on(plan: Plan, lot: Lot, seen: Known, pool: ThreadPoolExecutor) -> Ensemble:
    def one(world: Possible) -> Floats:
        case = world.cases(plan)[0]._replace(watch=seen.watch, snapshots=np.zeros(0, np.int64))
        return simulate_branches([case], world.seed, 0, chance=world.luck)[0].values

    some, back = lot.worlds.once()
    sd = seen.discrepancy(lot.extra)
    return Ensemble(np.stack(list(pool.map(one, some)))[back], lot.worlds.weight, lot.ess, sd)


def _together(parts: Sequence[Ensemble], shares: Sequence[float]) -> Ensemble:
    weight = np.concatenate([share * part.weight for share, part in zip(shares, parts, strict=True)])
    ess = 1.0 / sum(share**2 / part.ess for share, part in zip(shares, parts, strict=True))
    values, sd = (np.concatenate([getattr(part, name) for part in parts]) for name in ("values", "sd"))
    return Ensemble(values, weight, ess, sd)


def write(found: Sequence[Forecast], folder: Path) -> None:
    """Write both tables: all dates, one below the other."""
    write_table(folder / FILE, COLUMNS, (row for one in found for row in one.rows))
    head = [field.name for field in fields(Score)]
    write_table(folder / SCORES_FILE, head, (astuple(score) for one in found for score in one.scores))
