"""Things that countries act on: issues and who moves them, goods, fronts, programmes, what was agreed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plain_mesa.country import Country

LEAST = 1e-9  # smaller differences of utilities and positions count as none
SLACK = 2.0**-23  # what rounding may make of equal numbers
UP, DOWN, STAY = 1, -1, 0
SIDES = (DOWN, STAY, UP)

Formula = Callable[[dict["Issue", float] | None], float]
"""A number that hangs on the world; given positions of issues stand in for those of the world."""


def above(a: float, b: float) -> bool:
    """Whether a lies above b by more than rounding."""
    return a - b > SLACK * (1.0 + abs(a) + abs(b))


def clip(x: float, low: float = 0.0, high: float = 1.0) -> float:
    """The nearest number within bounds."""
    return min(high, max(low, x))


@dataclass(eq=False)
class Effect:
    """What an issue does, per unit of its position (of an embargo: from which position on)."""

    kind: str
    a: Country
    b: Country | None
    good: Good | None
    size: float

    def between(self) -> tuple[Country, Country]:
        """The two whom it is between."""
        assert self.b is not None
        return self.a, self.b


@dataclass(eq=False)
class Issue:
    """A scale from 0 to 1: a lever, or a reading of what the world holds."""

    name: str
    kind: str  # lever, flow, know_how, sanctions, front, strike
    position: float
    full: float  # units at which a reading of deliveries shows 1
    contract: float  # what an open order counts there
    effects: list[Effect] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    flow: Flow | None = None
    strike: Strike | None = None

    def read(self) -> None:
        """Show what the world holds; a front stays where crises and wars have left it."""
        if self.kind in ("lever", "sanctions"):
            self.position = sum(control.weight * control.position for control in self.controls)
        elif self.flow is not None:
            order = self.contract * self.flow.ordered if self.kind == "flow" else 0.0
            self.position = min(1.0, (self.flow.delivered + order) / self.full)
        elif self.strike is not None:
            self.position = min(1.0, self.strike.level)


@dataclass(eq=False)
class Control:
    """What decisions move: a lever or one position in a mean, a sanction, a pledge."""

    place: int
    key: int
    kind: str  # lever, sanction, pledge
    issue: Issue | None
    weight: float  # share of it that shows in its issue
    sender: Country | None
    target: Country | None
    position: float
    speed: float
    step: float
    mode: dict[int, str]  # of raising and lowering: all, any, sum
    movers: dict[int, list[Country]]
    controllers: list[Country]
    programme: tuple[Country, Good] | None
    laid_down: list[float | None]  # turn by turn, from outside
    held: list[bool]
    read_as_act: list[bool]
    forbidden: dict[int, list[bool]]
    before: float = 0.0  # where the turn found it
    settled: bool = False  # moved by a deal this turn
    locked_until: int = 0
    way: float = 0.0  # how far own policy would move it if nothing bound it
    ahead: float = 0.0  # where own policy leads within the horizon
    aim: float = 0.0  # where it leads in the end

    def pair(self) -> tuple[Country, Country]:
        """Sender and target of a sanction, pledger and pledgee."""
        assert self.sender is not None
        assert self.target is not None
        return self.sender, self.target


@dataclass(eq=False)
class Good:
    """Arms, which are lost when given, or know-how, which is copied."""

    kind: str  # rival, know_how
    power: float
    air_defence: float
    war_use: float
    war_power: float
    strikes_cities: bool
    delivery: int
    quantum: float
    rent: float


@dataclass(eq=False)
class Flow:
    """Who may supply whom with a good, and the order that is open."""

    place: int
    key: int
    good: Good
    giver: Country
    taker: Country
    issue: Issue | None
    forbidden: list[bool]
    delivered: float = 0.0
    ordered: float = 0.0
    due: int = 0
    frozen_until: int = 0
    price: float = 0.0

    def shown(self) -> float:
        """Where its reading stands, if it has one."""
        return self.issue.position if self.issue else 0.0


@dataclass(eq=False)
class Dispute:
    """A front over which crises arise, and the war that may be on."""

    key: int
    front: Issue
    over: list[Issue]
    challenger: Country
    target: Country
    hazard: float
    costs: dict[str, float]  # challenger, target, helpers; those of its own
    no_war: list[bool]
    stake_then: float = 0.0
    war: bool = False
    quiet: int = 0  # turns of truce left
    forts: int = 0  # held by the challenger
    began: float = 0.0  # position of the front when the war began
    help: dict[Country, float] = field(default_factory=dict)  # to the two sides
    belief: dict[Country, list[float]] = field(default_factory=dict)  # Beta(a, b): challenger wins a battle
    crises: int = 0
    wars: int = 0
    terms: int = 0

    @property
    def issues(self) -> list[Issue]:
        """All that the winner decides."""
        return [self.front, *self.over]


@dataclass(eq=False)
class Strike:
    """Who may strike whose programme."""

    key: int
    by: Country
    on: Country
    programme: Control
    shield: Good | None
    issue: Issue | None
    milestones: list[float]
    passed: int = 0
    count: int = 0
    level: float = 0.0


@dataclass(eq=False)
class Proxy:
    """Violence through others."""

    key: int
    by: Country
    on: Country
    issue: Issue
    hazard: float
    burden: float
    level: float = 0.0


@dataclass(eq=False)
class Event:
    """Something from outside."""

    key: int
    turn: int | None
    probability: float
    first: int
    last: int
    hazard: float
    factor: Formula | None
    forbidden: bool
    after: Event | None = None
    deeds: list[Callable[[], None]] = field(default_factory=list)
    happened: int | None = None


@dataclass(eq=False)
class Leg:
    """One thing that may be part of a deal."""

    what: str  # step, stay, give, freeze
    thing: Control | Flow
    side: int  # of a step: up or down
    target: float
    gain: dict[Country, float]
    givers: list[Country]
    must: list[Country]  # who has to be a party
    giver: Country | None = None  # once signed

    @property
    def control(self) -> Control | None:
        """The control that it is about."""
        return self.thing if isinstance(self.thing, Control) else None

    @property
    def flow(self) -> Flow | None:
        """The flow that it is about."""
        return self.thing if isinstance(self.thing, Flow) else None

    @property
    def number(self) -> int:
        """What tells it from other legs of its thing: 0, 1, 2 = down, stay, up; 0, 1 = give, freeze."""
        return self.side + 1 if self.control else int(self.what == "freeze")

    def cost(self, p: Any, party: Country) -> float:
        """What it costs a party to negotiate: policies are politics; for its supplier, a sale is business."""
        flow = self.flow
        if flow is None:
            return float(p.cost_per_leg)
        return 0.0 if flow.giver is party else float(p.cost_per_sale)


@dataclass(eq=False)
class Deal:
    """A package that was signed."""

    until: int
    parties: list[Country]
    gain: dict[Country, float]  # per turn
    pay: dict[Country, float]  # what payments bring, utility per turn
    legs: list[Leg]
