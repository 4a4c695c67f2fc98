"""The scenario file, format 1, as written by a person; what it comes to is `powersim.scenario.resolved`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, create_model, model_validator
from pydantic_core import PydanticCustomError

from powersim.scenario.calendar import Calendar, parse_date
from powersim.scenario.names import (
    ActorCode,
    ActorRef,
    Choice,
    EventRef,
    Identifier,
    IssueRef,
    MechanismRef,
    ParameterRef,
    Ref,
    Slug,
    complaint,
    every_fault,
)
from powersim.scenario.schema.branch import BranchEntry, Event
from powersim.scenario.schema.evidence import EvidenceEntry
from powersim.scenario.schema.hypothesis import Hypothesis, VerdictRule
from powersim.scenario.schema.issue import Issue
from powersim.scenario.schema.numbers import AnyNumber, FixedNumber, FixedUnit, Prior, Strict
from powersim.scenario.schema.shapes import (
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
from powersim.scenario.schema.world import (
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
from powersim.world.quantities import OVER, QUANTITIES, Argument

MOST_TURNS = 1200


class CalendarOf(Strict):
    """First and last date and the length of a turn."""

    start: AnyDate = Field(examples=["2007Q1"])
    end: AnyDate = Field(examples=["2022Q4"])
    turn: Literal["month", "quarter", "year"] = Field(default="quarter", examples=["quarter"])

    @model_validator(mode="after")
    @every_fault
    def _forward(self) -> Iterator[PydanticCustomError]:
        if parse_date(self.end).last < parse_date(self.start).first:
            yield complaint(
                "the end comes before the start",
                found=self.end,
                allowed=f"a date after {self.start}",
                at=("end",),
                by=("start", "end"),
            )
            return
        turns = self.calendar().turns
        if turns > MOST_TURNS:
            yield complaint("too many turns", found=str(turns), allowed=f"at most {MOST_TURNS}",
                            at=("end",), by=("start", "end", "turn"))  # fmt: skip

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


def _priors(raw: object) -> object:
    if raw is None or isinstance(raw, (str, bool)):
        if raw not in (OFF, False):
            raise complaint(allowed=f"a list of priors, or {OFF}", example=OFF)
        return None
    return raw


OFF = "off"
Priors = Annotated[
    list[WildPrior] | None,
    BeforeValidator(_priors, json_schema_input_type=list[WildPrior] | bool | Literal["off"]),
]
"""Priors of many numbers at once; `off` (None): none has any, also not one beside a number or of a default."""


class OneQuantity(Strict):
    """What an outcome watches: exactly one kind of `powersim.world.quantities`, of which each is a field."""

    if TYPE_CHECKING:
        over: IssueRef | None

    @model_validator(mode="after")
    @every_fault
    def _one(self) -> Iterator[PydanticCustomError]:
        given = [kind for kind in QUANTITIES if getattr(self, kind) is not None]
        if len(given) != 1:
            yield complaint(
                "an outcome watches exactly one quantity",
                found=", ".join(given) or "none",
                allowed=", ".join(QUANTITIES),
                example="of: {alignment: [RUS, IRN]}",
                lacks="" if given else "alignment",
                others=True,
            )
            return
        if self.over is not None and given[0] not in OVER:
            yield complaint(f"{given[0]} has no over", found="over", allowed=", ".join(OVER), at=("over",))

    @property
    def kind(self) -> str:
        """Which quantity."""
        return next(kind for kind in QUANTITIES if getattr(self, kind) is not None)


_SHAPES: dict[Argument, Any] = {
    "issue": IssueRef, "event": EventRef, "stock": Stock, "flow": Flow, "actor": ActorRef,
    **dict.fromkeys(("pair", "sanctions", "pledge", "dispute", "strike", "proxy"), Pair),
}  # fmt: skip
"""What a file writes for each argument of a kind."""

if TYPE_CHECKING:
    Quantity = OneQuantity
else:
    Quantity = create_model(
        "Quantity",
        __base__=OneQuantity,
        __module__=__name__,
        __doc__="What an outcome watches: exactly one quantity.",
        **{kind.name: (_SHAPES[kind.of] | None, None) for kind in QUANTITIES.values()},
        over=(IssueRef | None, None),  # which dispute, strike or proxy, where a pair has several
    )


SUMMARIES = ("at", "mean", "max", "min", "ever")
PERIODS = ("mean", "max", "min")


def _period(raw: object) -> object:
    if not isinstance(raw, (list, tuple)) or len(raw) != 2:
        raise complaint(allowed="[first date, last date]", example="[2010Q1, 2022Q4]")
    return tuple(raw)


Period = Annotated[
    tuple[Date, Date],
    BeforeValidator(_period, json_schema_input_type=list[str]),
    Field(examples=["[2010Q1, 2022Q4]"]),
]


class OutcomeEntry(Strict):
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
    @every_fault
    def _one(self) -> Iterator[PydanticCustomError]:
        given = [kind for kind in SUMMARIES if getattr(self, kind) is not None]
        if len(given) > 1:
            yield complaint(
                "one summary per outcome",
                found=", ".join(given),
                allowed=", ".join(SUMMARIES),
                at=(given[1],),
            )
        if self.above is not None and self.below is not None:
            yield complaint("above or below, not both", found="below", allowed="above", at=("below",))
        for key in ("above", "below"):
            if getattr(self, key) is not None and given != ["ever"]:
                yield complaint(
                    f"{key} is the threshold of ever", found=key, allowed="ever: 2022Q4", at=(key,)
                )
        if self.mean or self.max or self.min:
            kind, (first, last) = next((kind, getattr(self, kind)) for kind in PERIODS if getattr(self, kind))
            if parse_date(last).last < parse_date(first).first:
                yield complaint(
                    "the period ends before it begins",
                    found=last,
                    allowed=f"a date after {first}",
                    at=(kind, 1),
                    by=(kind,),
                )

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
    issues: dict[Identifier, Issue] = Field(
        min_length=1, examples=["{gas_price: {start: 0.4, control: RUS}}"]
    )
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
    branches: dict[Choice, BranchEntry] = Field(default_factory=dict)
    intervention: Date | None = None
    theories: dict[
        Choice, Annotated[Theory, BeforeValidator(_theory, json_schema_input_type=dict[str, Any])]
    ] = Field(default_factory=dict, examples=["{deterrence: {rho: 1}}"])
    parameters: dict[ParameterRef, AnyNumber] = Field(default_factory=dict, examples=["{rho: 0.5}"])
    priors: Priors = Field(default_factory=list, examples=['[{over: "interests.*.*.ideal", spread: 0.15}]'])
    mechanisms: dict[MechanismRef, Switch] = Field(default_factory=dict, examples=["{exchange: on}"])
    outcomes: dict[Identifier, OutcomeEntry] = Field(default_factory=dict)
    hypotheses: list[Hypothesis] = Field(default_factory=list)
    verdict: VerdictRule = Field(
        default_factory=VerdictRule, examples=["{within: 0.05, supported: 0.9, either: 0.1}"]
    )
    record: dict[IssueRef, dict[Date, FixedUnit]] = Field(
        default_factory=dict, examples=["{issue: {2007Q1: 0.1}}"]
    )
    evidence: EvidenceEntry | None = Field(
        default=None, examples=["{error: 0.1, discrepancy: 0.1, miss: 0.02, paths: {at: changes}}"]
    )
