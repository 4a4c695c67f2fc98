"""The scenario file, format 1, as written by a person; what it comes to is `powersim.scenario.resolved`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from powersim.scenario.calendar import Calendar, parse_date
from powersim.scenario.names import (
    ActorCode,
    ActorRef,
    EventRef,
    Identifier,
    IssueRef,
    MechanismRef,
    ParameterRef,
    Ref,
    Slug,
    complaint,
)
from powersim.scenario.numbers import AnyNumber, FixedNumber, FixedUnit, Prior, Strict
from powersim.scenario.schema_branch import Branch, Event
from powersim.scenario.schema_hypothesis import Hypothesis, VerdictRule
from powersim.scenario.schema_issue import Issue
from powersim.scenario.schema_world import (
    Actor,
    Alignment,
    Beliefs,
    DirectedUnits,
    Dispute,
    Good,
    Proxy,
    Sanctions,
    Strike,
    Weights,
)
from powersim.scenario.shapes import (
    AnyDate,
    Date,
    Flow,
    Line,
    Pair,
    Parties,
    PartyPair,
    Source,
    Stock,
    Switch,
    Text,
)

MOST_TURNS = 1200


class CalendarOf(Strict):
    """First and last date and the length of a turn."""

    start: AnyDate = Field(examples=["2007Q1"])
    end: AnyDate = Field(examples=["2022Q4"])
    turn: Literal["month", "quarter", "year"] = Field(default="quarter", examples=["quarter"])

    @model_validator(mode="after")
    def _forward(self) -> CalendarOf:
        if parse_date(self.end).last < parse_date(self.start).first:
            raise complaint(
                "the end comes before the start",
                found=self.end,
                allowed=f"a date after {self.start}",
                at=("end",),
            )
        turns = self.calendar().turns
        if turns > MOST_TURNS:
            raise complaint("too many turns", found=str(turns), allowed=f"at most {MOST_TURNS}", at=("end",))
        return self

    def calendar(self) -> Calendar:
        """The calendar in turns."""
        return Calendar.between(self.start, self.end, self.turn)


def _theory(raw: object) -> object:
    """Parameters stand beside title, about and source in the file."""
    if not isinstance(raw, dict):
        return raw
    words = {"title", "about", "source", "mechanisms"}
    return {
        "set": {k: v for k, v in raw.items() if k not in words},
        **{k: v for k, v in raw.items() if k in words},
    }


class Theory(Strict):
    """A named patch of parameters and mechanisms."""

    title: Line | None = None
    about: Text | None = None
    source: Source | None = None
    set: dict[ParameterRef, AnyNumber] = Field(default_factory=dict)
    mechanisms: dict[MechanismRef, Switch] = Field(default_factory=dict, examples=["{exchange: off}"])


class WildPrior(Prior):
    """A prior for every number whose path matches `over` (`interests.*.*.ideal`, `*` = any one name)."""

    over: Annotated[str, Field(min_length=1, examples=["interests.*.*.ideal"])]


ACTOR_OUTCOMES = ("power", "strength", "security", "economy", "utility", "engagers", "deals")
PAIR_OUTCOMES = (
    "alignment",
    "resolve",
    "trust",
    "sanctions",
    "pledge",
    "shared_deals",
    "war",
    "wars",
    "crises",
    "onset",
    "strikes",
    "struck",
    "proxy",
)
FLOW_OUTCOMES = ("delivered", "frozen")
OVER = ("war", "wars", "crises", "onset", "proxy", "strikes", "struck")
QUANTITIES = ("issue", "event", "stock", *PAIR_OUTCOMES, *FLOW_OUTCOMES, *ACTOR_OUTCOMES)


class Quantity(Strict):
    """What an outcome watches: exactly one quantity."""

    issue: IssueRef | None = None
    event: EventRef | None = None
    stock: Stock | None = None
    alignment: Pair | None = None
    resolve: Pair | None = None
    trust: Pair | None = None
    sanctions: Pair | None = None
    pledge: Pair | None = None
    shared_deals: Pair | None = None
    war: Pair | None = None
    wars: Pair | None = None
    crises: Pair | None = None
    onset: Pair | None = None
    strikes: Pair | None = None
    struck: Pair | None = None
    proxy: Pair | None = None
    delivered: Flow | None = None
    frozen: Flow | None = None
    power: ActorRef | None = None
    strength: ActorRef | None = None
    security: ActorRef | None = None
    economy: ActorRef | None = None
    utility: ActorRef | None = None
    engagers: ActorRef | None = None
    deals: ActorRef | None = None
    over: IssueRef | None = None  # which dispute or proxy, where a pair has several

    @model_validator(mode="after")
    def _one(self) -> Quantity:
        given = [kind for kind in QUANTITIES if getattr(self, kind) is not None]
        if len(given) != 1:
            raise complaint(
                "an outcome watches exactly one quantity",
                found=", ".join(given) or "none",
                allowed=", ".join(QUANTITIES),
                example="of: {alignment: [RUS, IRN]}",
            )
        if self.over is not None and given[0] not in OVER:
            raise complaint(f"{given[0]} has no over", found="over", allowed=", ".join(OVER), at=("over",))
        return self

    @property
    def kind(self) -> str:
        """Which quantity."""
        return next(kind for kind in QUANTITIES if getattr(self, kind) is not None)


SUMMARIES = ("at", "mean", "max", "min", "ever")


def _period(raw: object) -> object:
    if not isinstance(raw, (list, tuple)) or len(raw) != 2:
        raise complaint(allowed="[first date, last date]", example="[2010Q1, 2022Q4]")
    return tuple(raw)


Period = Annotated[
    tuple[Date, Date],
    BeforeValidator(_period, json_schema_input_type=list[str]),
    Field(examples=["[2010Q1, 2022Q4]"]),
]


class Outcome(Strict):
    """A quantity and how its path becomes one number: at a date, mean, max or min over a period, ever until a date."""

    of: Quantity = Field(examples=["{alignment: [RUS, IRN]}"])
    title: Line | None = None
    at: Date | None = None
    mean: Period | None = None
    max: Period | None = None
    min: Period | None = None
    ever: Date | None = None
    above: FixedNumber | None = None
    below: FixedNumber | None = None
    unit: Line | None = None
    about: Text | None = None

    @model_validator(mode="after")
    def _one(self) -> Outcome:
        given = [kind for kind in SUMMARIES if getattr(self, kind) is not None]
        if len(given) > 1:
            raise complaint(
                "one summary per outcome",
                found=", ".join(given),
                allowed=", ".join(SUMMARIES),
                at=(given[1],),
            )
        if self.above is not None and self.below is not None:
            raise complaint("above or below, not both", found="below", allowed="above", at=("below",))
        for key in ("above", "below"):
            if getattr(self, key) is not None and given != ["ever"]:
                raise complaint(
                    f"{key} is the threshold of ever", found=key, allowed="ever: 2022Q4", at=(key,)
                )
        if self.mean or self.max or self.min:
            first, last = self.mean or self.max or self.min or ("", "")
            if parse_date(last).last < parse_date(first).first:
                raise complaint(
                    "the period ends before it begins",
                    found=last,
                    allowed=f"a date after {first}",
                    at=(given[0], 1),
                )
        return self

    @property
    def summary(self) -> str:
        """Which summary."""
        return next((kind for kind in SUMMARIES if getattr(self, kind) is not None), "at")


def _format(raw: object) -> object:
    if isinstance(raw, bool) or raw != 1:
        raise complaint("the format of the file", allowed="1", example="1")
    return raw


class Document(Strict):
    """A scenario file with its `extends` merged in."""

    powersim: Annotated[Literal[1], BeforeValidator(_format)] = Field(examples=["1"])
    name: Slug = Field(examples=["missile-defense-2009"])
    title: Line | None = None
    question: Text | None = None
    about: Text | None = None
    source: Source | None = None
    calendar: CalendarOf = Field(examples=["{start: 2007Q1, end: 2022Q4, turn: quarter}"])
    groups: dict[ActorCode, Annotated[Parties, Ref("members")]] = Field(
        default_factory=dict, examples=["{WEST: [USA, EU3]}"]
    )
    weights: Weights = Field(default_factory=Weights)
    actors: dict[ActorCode, Actor] = Field(min_length=1, examples=["{USA: {power: 0.3, economy: 0.25}}"])
    issues: dict[Identifier, Issue] = Field(min_length=1)
    goods: dict[Identifier, Good] = Field(default_factory=dict)
    sanctions: list[Sanctions] = Field(default_factory=list, examples=["[{by: USA, on: IRN}]"])
    pledges: list[PartyPair] = Field(default_factory=list, examples=["[[USA, POL]]"])
    disputes: list[Dispute] = Field(default_factory=list)
    strikes: list[Strike] = Field(default_factory=list)
    proxies: list[Proxy] = Field(default_factory=list)
    alignment: Alignment = Field(default_factory=dict, examples=["{default: 0, RUS-IRN: 0.25}"])
    beliefs: Beliefs = Field(default_factory=Beliefs)
    trade: DirectedUnits = Field(default_factory=dict, examples=['{default: 0, "IRN>CHN": 0.15}'])
    reach: DirectedUnits = Field(default_factory=dict, examples=['{default: 0.2, "USA>IRN": 0.6}'])
    events: list[Event] = Field(default_factory=list)
    branches: dict[Slug, Branch] = Field(default_factory=dict)
    intervention: Date | None = None
    theories: dict[
        Slug, Annotated[Theory, BeforeValidator(_theory, json_schema_input_type=dict[str, Any])]
    ] = Field(default_factory=dict, examples=["{deterrence: {rho: 1}}"])
    parameters: dict[ParameterRef, AnyNumber] = Field(default_factory=dict, examples=["{rho: 0.5}"])
    priors: list[WildPrior] = Field(
        default_factory=list, examples=['[{over: "interests.*.*.ideal", spread: 0.15}]']
    )
    mechanisms: dict[MechanismRef, Switch] = Field(default_factory=dict, examples=["{exchange: on}"])
    outcomes: dict[Identifier, Outcome] = Field(default_factory=dict)
    hypotheses: list[Hypothesis] = Field(default_factory=list)
    verdict: VerdictRule = Field(
        default_factory=VerdictRule, examples=["{within: 0.05, supported: 0.9, either: 0.1}"]
    )
    record: dict[IssueRef, dict[Date, FixedUnit]] = Field(
        default_factory=dict, examples=["{issue: {2007Q1: 0.1}}"]
    )
