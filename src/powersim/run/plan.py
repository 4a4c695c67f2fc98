"""What a study will compute: which branches under which theories, with which names along each dimension."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from powersim.effects.results import CERTAIN, OutcomeLabel
from powersim.errors import Argument, ArgumentError, PowersimError, whole
from powersim.run import sweep
from powersim.run.condense import summary_of
from powersim.run.facts import MOST_SEED
from powersim.run.opened import Chosen, LoadedScenario, chosen, own_name, unknown_name
from powersim.scenario.arrays.build import Built, build
from powersim.scenario.arrays.sampling import BLOCK, INDEPENDENT, Sampler
from powersim.scenario.canonical import checksum
from powersim.scenario.resolved import Outcome, Scenario
from powersim.sim import provenance
from powersim.sim.ensemble import Tally
from powersim.sim.layout import Layout
from powersim.world import chronicle
from powersim.world.case import Case
from powersim.world.quantities import ADDED_UP, QUANTITIES
from powersim.world.state import BranchArrays, Floats

SEED = 1
LAST_RUN = 2**32 - 1  # what the key of a draw holds: world/draws.py
HEADLINES = 4  # outcomes shown first
UNIT_LETTERS = 26  # of a unit beside an axis


@dataclass(frozen=True)
class Design:
    """What every plan of histories has: an opened scenario, the theories under which it is run, and a seed."""

    opened: LoadedScenario
    theories: tuple[str, ...]
    seed: int

    @property
    def scenario(self) -> Scenario:
        """The resolved scenario."""
        return self.opened.scenario

    @cached_property
    def built(self) -> Built:
        """The scenario as arrays."""
        return build(self.scenario)

    @cached_property
    def certain(self) -> bool:
        """Whether no number is drawn under any of its theories: luck apart, all runs are alike."""
        return not any(self.built.distributions(own_name(theory)) for theory in self.theories)


@dataclass(frozen=True)
class Plan(Design):
    """Branches (the first is the reference) and theories of an opened scenario, with a seed.

    `dates` are turns to which the intervention of every branch but the reference is moved; empty = no sweep.
    `sampling` says how runs are spread over the space of assumptions, see `scenario.sampling`.
    """

    branches: tuple[str, ...]
    dates: tuple[int, ...] = ()
    sampling: str = INDEPENDENT

    @cached_property
    def sampler(self) -> Sampler:
        """Where runs lie in the space of assumptions."""
        return Sampler(self.built, self.sampling, self.seed)

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the branches along the results' dimension; those of a sweep are called `branch@date`."""
        if not self.dates:
            return self.branches
        label = self.scenario.calendar.label
        moved = [f"{branch}{sweep.AT}{label(turn)}" for turn in self.dates for branch in self.branches[1:]]
        return (self.branches[0], *moved)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Every branch against the reference."""
        return [(self.labels[0], other) for other in self.labels[1:]]

    def cases(self, theory: str, run: int) -> list[Case]:
        """The inputs of a run under a theory, for every label: they differ in their branch alone."""
        return self.cases_at(theory, self.sampler.place(run, own_name(theory)))

    def cases_at(self, theory: str, at: Floats) -> list[Case]:
        """The inputs under a theory at a place (P) in the space of assumptions, for every label."""
        first = self.built.case(own_name(self.branches[0]), own_name(theory), at=at)
        return [first._replace(branch=branch) for branch in self._laid_down]

    @cached_property
    def first_case(self) -> Case:
        """The inputs of run 0 for the first label under the first theory."""
        return self.cases(self.theories[0], 0)[0]

    @cached_property
    def _laid_down(self) -> list[BranchArrays]:
        """The branch of every label as arrays."""
        first, *others = (self.built.branch(own_name(name)) for name in self.branches)
        if not self.dates:
            return [first, *others]
        turn = self._intervention()
        return [first, *(sweep.moved(other, first, turn, date) for date in self.dates for other in others)]

    def layout(self) -> Layout:
        """Names along each dimension of the results."""
        scenario, case = self.scenario, self.first_case
        dates = tuple(scenario.calendar.labels())
        return Layout(
            branches=self.labels,
            theories=self.theories,
            dates=dates,
            outcomes=tuple(scenario.outcomes),
            snapshots=tuple(dates[turn] for turn in case.snapshots),
            actors=tuple(actor.code for actor in scenario.actors),
            flows=tuple(f"{good}: {giver} to {taker}" for good, giver, taker in scenario.flows),
            first=tuple(_first_events(scenario)),
            statistics=tuple(kind.name for kind in chronicle.KINDS.values()),
        )

    def tally(self) -> Tally:
        """How logs are counted for these results."""
        sizes = _first_kinds(self.scenario)
        offset = np.full(len(chronicle.KINDS), -1, np.int64)
        place = 0
        for kind, names in sizes:
            if names:
                offset[kind] = place
            place += len(names)
        return Tally(len(chronicle.KINDS), offset, place)

    def identity(self) -> dict[str, Any]:
        """What results must have in common to belong together."""
        versions = provenance.versions()
        return {
            "scenario": f"{self.scenario.name} sha256:{checksum(self.scenario)[:16]}",
            "branches": list(self.labels),
            "theories": list(self.theories),
            "seed": self.seed,
            "sampling": self.sampling,
            "powersim": versions["powersim"],
            "rules": versions["rules"],
        }

    def attributes(self) -> dict[str, Any]:
        """Attributes of the results, as `powersim.effects.results` reads them."""
        scenario = self.scenario
        label = scenario.calendar.label
        since = {} if scenario.intervention is None else {"intervention": label(scenario.intervention)}
        return {
            "title": scenario.title,
            "question": scenario.question,
            **since,
            "reference": self.labels[0],
            "seed": self.seed,
            "sampling": self.sampling,
            "block": BLOCK[self.sampling],
            "outcomes": json.dumps({name: _stated(o) for name, o in scenario.outcomes.items()}),
            "branches": json.dumps({name: self._branch(name) for name in self.labels}),
            "headline": json.dumps(headline(self.opened)),
            "actors": json.dumps({actor.code: actor.title for actor in scenario.actors}),
            **({"priors": CERTAIN} if self.certain else {}),
        }

    def _branch(self, name: str) -> dict[str, Any]:
        branch, _, date = name.partition(sweep.AT)
        known = self.scenario.branches.get(branch)
        title = known.title if known is not None else "The world as it goes"
        stated = {"title": title, "yardstick": known is not None and known.yardstick}
        return {**stated, "title": f"{title} ({date})", "intervention": date} if date else stated

    def _intervention(self) -> int:
        turn = self.scenario.intervention
        if turn is None:
            raise PowersimError(
                f"{self.opened.name}: ",
                Argument("sweep"),
                " needs a date of intervention; e.g. intervention: 2009Q3",
            )
        return turn

    def departs(self, name: str) -> bool:
        """Whether a branch differs from the reference before the intervention."""
        branch, before = (self.built.branch(own_name(other)) for other in (name, self.branches[0]))
        return sweep.departs(branch, before, self._intervention())

    def checked(self) -> Plan:
        """The plan itself, once it is sure that the dates of its branches can be moved."""
        if not self.dates:
            return self
        if len(self.branches) < 2:
            raise ArgumentError(
                "sweep",
                "needs a reference and at least one more branch, e.g. ",
                Argument("branches", ["keep", "cancel"]),
            )
        early = [name for name in self.branches[1:] if self.departs(name)]
        if early:
            raise ArgumentError(
                "sweep",
                f"{', '.join(early)} departs from {self.branches[0]} before the intervention in "
                f"{self.scenario.calendar.label(self._intervention())}, so its date cannot be moved; "
                "name others with ",
                Argument("branches"),
            )
        return self


def plan(
    opened: LoadedScenario,
    branches: Chosen = None,
    theories: Chosen = None,
    seed: int | None = None,
    swept: str | None = None,
    sampling: str | None = None,
) -> Plan:
    """A plan from what a user asked; whatever is None comes from the record that was opened, else is everything.

    `branches` and `theories` are names, the reference first; `["all"]` means all, whatever the record says.
    """
    recorded = opened.recorded
    wanted = branches if branches is not None else recorded.get("branches")
    names = chosen(wanted, opened.branches, "branch")
    given = swept if swept is not None else recorded.get("sweep")
    under = theories if theories is not None else recorded.get("theories")
    picked = chosen(under, opened.theories, "theory")
    number = seed_of(seed, recorded)
    how = sampling if sampling is not None else str(recorded.get("sampling") or INDEPENDENT)
    if how not in BLOCK:
        raise PowersimError(Argument("sampling"), unknown_name(how, BLOCK, ""))
    turns = sweep.dates(given, opened.scenario.calendar) if given else ()
    if turns and wanted is None:
        everything = Plan(opened, picked, number, names)
        roles = opened.scenario.branches
        names = (
            names[0],
            *(n for n in names[1:] if not roles[n].yardstick and not everything.departs(n)),
        )
    return Plan(opened, picked, number, names, turns, how).checked()


def seed_of(seed: int | None, recorded: Mapping[str, Any]) -> int:
    """The seed that is asked for, or that of the record, or the usual one."""
    return whole("seed", int(recorded.get("seed", SEED)) if seed is None else seed, 0, MOST_SEED)


def headline(opened: LoadedScenario) -> tuple[str, ...]:
    """Outcomes to show first: those that the author lists first."""
    return opened.outcomes[:HEADLINES]


def _stated(outcome: Outcome) -> dict[str, Any]:
    low, high = ends(outcome)
    return {
        "title": outcome.title,
        "unit": outcome.unit,
        "counted": counted_in(outcome),
        "low": low,
        "high": high,
        "summary": {
            "kind": outcome.summary,
            "turns": [outcome.first, outcome.last],
            "threshold": outcome.threshold,
            "above": outcome.above,
        },
    }


def counted_in(outcome: Outcome) -> str:
    """A few words for what is counted on an axis where neither the author nor the ends of a scale say it."""
    if outcome.kind in ADDED_UP.values():
        return "chances, added up"  # no probability: the sum may exceed 1
    unit = QUANTITIES[outcome.kind].unit.split(",")[0]
    return unit if len(unit) <= UNIT_LETTERS else outcome.kind.replace("_", " ")


def label_of(outcome: Outcome) -> OutcomeLabel:
    """An outcome as the analysis knows it."""
    low, high = (float("nan") if end is None else end for end in ends(outcome))
    return OutcomeLabel(
        outcome.name, outcome.title, outcome.unit, low, high, summary_of(outcome), counted_in(outcome)
    )


def ends(outcome: Outcome) -> tuple[float | None, float | None]:
    """Ends of the scale of an outcome's quantity, None where it has none."""
    kind = QUANTITIES[outcome.kind]
    return kind.low, kind.high


def _first_kinds(scenario: Scenario) -> list[tuple[int, list[str]]]:
    """Kinds of which the first turn is kept, with a name for each thing that they can happen to."""
    fronts = [f"{d.challenger} and {d.target} over {d.issue}" for d in scenario.disputes]
    flows = [f"{good}: {giver} to {taker}" for good, giver, taker in scenario.flows]
    return [
        (chronicle.EVENT, [event.id for event in scenario.events]),
        (chronicle.WAR, [f"war: {front}" for front in fronts]),
        (chronicle.STRIKE, [f"strike: {s.by} on {s.on}" for s in scenario.strikes]),
        (chronicle.DELIVERY, [f"delivery of {flow}" for flow in flows]),
        (chronicle.WITHHELD, [f"withheld {flow}" for flow in flows]),
    ]


def _first_events(scenario: Scenario) -> Iterable[str]:
    for _, names in _first_kinds(scenario):
        yield from names
