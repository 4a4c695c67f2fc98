"""A scenario resolved: explicit, defaults filled in, groups expanded, dates turned into turns, sorted by code.

Every number knows its path, origin and prior; one that the scenario leaves unsaid names the parameter that fills it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from powersim.errors import Problem
from powersim.scenario.calendar import Calendar
from powersim.scenario.evidence import Evidence
from powersim.scenario.expr import Expression
from powersim.scenario.pairs import Pairs
from powersim.scenario.priors import Distribution
from powersim.world.quantities import ADDED_UP

Pair = tuple[str, str]
FlowKey = tuple[str, str, str]  # good, from, to


@dataclass(frozen=True, slots=True)
class Num:
    """A number, or the parameter that it takes its value from; `path` is where it stands and the key of its draw."""

    path: str
    value: float
    prior: Distribution | None = None
    parameter: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Formula:
    """An ideal or salience: a number, or an expression plus a number (0 unless a prior moves it)."""

    number: Num
    expression: Expression | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """A state or bloc; weights without a value of their own name their parameter."""

    code: str
    title: str
    power: Num
    economy: Num
    growth: Num
    engagers: Num
    bandwidth: Num
    patience: Num
    security: Num
    economy_weight: Num
    friends: Num
    autonomy: Num
    source: str = ""


@dataclass(frozen=True, slots=True)
class ControlRule:
    """Who decides on a direction, and how: any, all or sum."""

    kind: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """One coupling of an issue into the world; `good` only for embargoes, `second` empty for power."""

    kind: str
    first: str
    second: str
    good: str
    size: Num


@dataclass(frozen=True, slots=True)
class Clause:
    """What an actor wants while `condition` holds (always, without one); None leaves it as it is."""

    condition: Expression | None
    ideal: Formula | None
    salience: Formula | None


@dataclass(frozen=True, slots=True)
class Interest:
    """What an actor wants of an issue: hardliners' and engagers' values, and clauses of which later ones win."""

    actor: str
    ideal: Num
    salience: Num
    engagers_ideal: Num
    engagers_salience: Num
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Voice:
    """What an actor's own position counts in a weighted mean (all weights add to 1), and where it stands at first."""

    actor: str
    weight: float
    position: Num


@dataclass(frozen=True, slots=True)
class Issue:
    """A lever (shows "lever"), a mean of positions ("weighted") or a reading of a flow, know_how, sanctions, front or
    strike.
    """

    id: str
    title: str
    shows: str
    start: Num
    effects: tuple[Effect, ...]
    interests: tuple[Interest, ...]
    scale: Mapping[float, str]
    raisers: ControlRule | None = None
    lowerers: ControlRule | None = None
    voices: tuple[Voice, ...] = ()
    speed: Num | None = None
    step: Num | None = None
    programme: tuple[str, str] | None = None  # actor, good
    flow: FlowKey | None = None
    full: Num | None = None
    contract: Num | None = None
    senders: tuple[str, ...] = ()
    target: str = ""
    pair: Pair | None = None  # of a front or a strike
    source: str = ""


@dataclass(frozen=True, slots=True)
class Good:
    """A rival good or know-how."""

    id: str
    title: str
    kind: str
    power: Num
    war_use: Num
    war_power: Num
    air_defence: Num
    strike: bool
    delivery: Num
    quantum: Num
    rent: Num
    stock: Mapping[str, Num]
    production: Mapping[str, Num]
    ceiling: Mapping[str, Num]
    source: str = ""


@dataclass(frozen=True, slots=True)
class Instrument:
    """Sanctions that one actor may lay on another."""

    sender: str
    target: str
    start: Num
    speed: Num
    step: Num


@dataclass(frozen=True, slots=True)
class Dispute:
    """Crises over a front."""

    issue: str
    challenger: str
    target: str
    hazard: Num
    over: tuple[str, ...] = ()
    costs: Mapping[str, Num] = field(default_factory=dict)  # challenger, target, helpers: those that are set


@dataclass(frozen=True, slots=True)
class Strike:
    """A preventive strike on a programme."""

    by: str
    on: str
    programme: str
    milestones: tuple[float, ...]
    air_defence: str


@dataclass(frozen=True, slots=True)
class Proxy:
    """Attacks by proxy."""

    by: str
    on: str
    issue: str
    hazard: Num
    burden: Num


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that an event does: kind as in the file (`world.deeds`)."""

    kind: str
    first: str
    second: str
    value: Num


@dataclass(frozen=True, slots=True)
class Event:
    """Something from outside: on turn `turn`, or with `hazard` per turn from `first` to `last`."""

    id: str
    title: str
    turn: int  # -1 = by hazard
    probability: Num
    first: int
    last: int
    hazard: Num
    factor: Expression | None
    after: str
    deeds: tuple[Deed, ...]
    source: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One action of a branch on one thing, with its turns (inclusive).

    verb: path, hold, stock (one point), forbid. kind: issue, event, flow, sanctions, raise, lower, pledge, stock, war.
    """

    verb: str
    kind: str
    thing: tuple[str, ...]
    first: int
    last: int
    points: tuple[tuple[int, float], ...] = ()
    linear: bool = False
    act: bool = True


@dataclass(frozen=True, slots=True)
class OfferLeg:
    """A leg of an offered package: kind (move, refrain, give, freeze, relief, pledge), what, and where to."""

    kind: str
    thing: tuple[str, ...]
    to: float


@dataclass(frozen=True, slots=True)
class Offer:
    """A package put on the table in a turn; the branches that follow, or empty = this one."""

    turn: int
    legs: tuple[OfferLeg, ...]
    parties: tuple[str, ...]
    if_accepted: str
    if_refused: str


@dataclass(frozen=True, slots=True)
class Branch:
    """A counterfactual: steps in order (later ones win), those of the branch that it is like first."""

    name: str
    title: str
    like: str
    steps: tuple[Step, ...]
    offer: Offer | None = None
    role: str = "answer"  # or yardstick

    @property
    def yardstick(self) -> bool:
        """Whether it is there to measure other branches by, not to answer the question."""
        return self.role == "yardstick"


@dataclass(frozen=True, slots=True)
class Theory:
    """A named patch."""

    name: str
    title: str
    parameters: Mapping[str, Num]
    mechanisms: Mapping[str, bool]
    source: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A quantity (kind and names) and how its path becomes a number: at, mean, max, min, ever, over turns first..last.

    `ever` counts a run in which the quantity is above (or below) `threshold` in some turn from first to last.
    """

    name: str
    title: str
    kind: str
    things: tuple[str, ...]
    over: str  # the issue, where a pair has several disputes or proxies
    summary: str
    first: int
    last: int
    threshold: float
    above: bool
    unit: str

    @property
    def odds(self) -> Outcome | None:
        """Of whether something has happened by a date: the rules' odds of it added up, whose mean is that share."""
        first = self.summary == "ever" and self.above and self.first == 0 and 0.0 <= self.threshold < 1.0
        if not first or self.kind not in ADDED_UP:
            return None
        return replace(self, kind=ADDED_UP[self.kind], summary="at", first=self.last)


@dataclass(frozen=True, slots=True)
class Rule:
    """When a claim is decided: see `VerdictRule` of the schema. Shares of 1."""

    within: float
    supported: float
    either: float


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A claim, its contrary and what decides it; empty texts where something is not stated.

    branches: the effect of the first against the second. along: how the outcome changes with this other one, within
    the branch that `branches` then names twice. all_of: the hypotheses that decide instead; nothing else is set then.
    at_least: the share of the reference effect that is claimed, 0 = any of the sign.
    """

    id: str
    claim: str
    contrary: str
    recorded: str
    outcome: str
    branches: Pair
    along: str
    given: str
    sign: str
    theories: tuple[str, ...]
    reference: Pair | None
    size: float | None
    at_least: float
    rule: Rule
    all_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """A resolved scenario, and what it was made of. All is sorted by code; pairs are (A, B) = A's towards B."""

    name: str
    title: str
    question: str
    calendar: Calendar
    intervention: int | None
    actors: tuple[Actor, ...]
    issues: tuple[Issue, ...]
    goods: tuple[Good, ...]
    flows: tuple[FlowKey, ...]
    instruments: tuple[Instrument, ...]
    pledges: tuple[Pair, ...]
    disputes: tuple[Dispute, ...]
    strikes: tuple[Strike, ...]
    proxies: tuple[Proxy, ...]
    alignment: Pairs  # A < B
    resolve: Pairs
    trust: Pairs
    trade: Pairs
    reach: Pairs
    events: tuple[Event, ...]
    observed: tuple[tuple[str, int], ...]  # events that only score: id and turn
    branches: Mapping[str, Branch]
    theories: Mapping[str, Theory]
    parameters: Mapping[str, Num]
    mechanisms: Mapping[str, bool]
    outcomes: Mapping[str, Outcome]
    hypotheses: tuple[Hypothesis, ...]
    record: Mapping[str, Mapping[int, float]]  # issue: turn: coded position
    evidence: Evidence | None
    parameters_set: tuple[str, ...] = ()  # those that the scenario or the user sets
    fixed: frozenset[str] = frozenset()  # those that the user sets, which no theory changes
    warnings: tuple[Problem, ...] = field(default=(), compare=False, repr=False)
    document: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    overrides: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
