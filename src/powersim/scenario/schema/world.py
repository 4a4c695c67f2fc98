"""Actors, goods and what lies between actors: instruments, disputes, strikes, proxies, pairs of numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from powersim.scenario.names import (
    ActorRef,
    DirectedKey,
    GoodRef,
    IssueRef,
    PartyRef,
    SymmetricKey,
    complaint,
    every_fault,
)
from powersim.scenario.schema.numbers import (
    Amount,
    Count,
    Discount,
    Growth,
    Positive,
    Share,
    Signed,
    Strict,
    Turns,
    Unit,
    Weight,
)
from powersim.scenario.schema.shapes import Line, Parties, Source, Switch, Text

MILESTONES = 6


class Weights(Strict):
    """What an actor's utility weighs beside the issues' saliences; unset = the parameter w_security and so on."""

    security: Weight | None = None
    economy: Weight | None = None
    friends: Weight | None = None
    autonomy: Weight | None = None


class Actor(Strict):
    """A state, or a bloc that acts as one."""

    name: Line | None = Field(default=None, examples=["United States"])
    power: Share = Field(examples=["0.05"])
    economy: Share = Field(examples=["0.03"])
    growth: Growth | None = None
    engagers: Unit | None = None
    bandwidth: Count | None = None
    patience: Discount | None = None
    weights: Weights = Field(default_factory=Weights)
    about: Text | None = None
    source: Source | None = None


Holdings = dict[ActorRef, Amount]


class Good(Strict):
    """Something that is given: a rival good (given is lost) or know-how (copied)."""

    kind: Literal["rival", "know_how"] = Field(examples=["rival"])
    title: Line | None = None
    power: Amount | None = None
    war_use: Amount | None = None
    war_power: Amount | None = None
    air_defence: Amount | None = None
    strike: Switch | None = None
    delivery: Turns | None = None
    quantum: Positive | None = None
    rent: Amount | None = None
    stock: Holdings = Field(default_factory=dict, examples=["{RUS: 5}"])
    production: Holdings = Field(default_factory=dict, examples=["{RUS: 0.1}"])
    ceiling: Holdings = Field(default_factory=dict, examples=["{RUS: 6}"])
    flows: dict[ActorRef, Parties] = Field(default_factory=dict, examples=["{RUS: [IRN, SYR]}"])
    about: Text | None = None
    source: Source | None = None

    @model_validator(mode="after")
    @every_fault
    def _kinds(self) -> Iterator[PydanticCustomError]:
        if self.kind == "rival" and self.rent is not None:
            yield complaint("only know-how has a rent", found="rent", allowed="kind: know_how", at=("rent",),
                            by=("kind",))  # fmt: skip
        if self.kind == "know_how":
            for key in ("war_use", "ceiling"):
                if getattr(self, key):
                    yield complaint(f"know-how has no {key}", found=key, allowed="kind: rival", at=(key,),
                                    by=("kind",))  # fmt: skip
            for actor, level in self.stock.items():
                if level.value > 1.0:
                    yield complaint(
                        "a level of know-how",
                        found=f"{level.value:g}",
                        allowed="a number from 0 to 1",
                        example=f"{actor}: 0.6",
                        at=("stock", actor),
                        by=("kind",),
                    )


class Sanctions(Strict):
    """Who may sanction whom; `start`, one number or one per target, is in force at the start."""

    by: Parties
    on: Parties
    start: Annotated[
        dict[PartyRef, Unit],
        BeforeValidator(lambda raw: raw, json_schema_input_type=float | dict[str, float]),
    ] = Field(default_factory=dict, examples=["0.35"])
    speed: Unit | None = None
    step: Unit | None = None
    source: Source | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_number(cls, raw: object) -> object:
        if isinstance(raw, dict) and "start" in raw:
            start = raw["start"]
            plain = isinstance(start, (int, float)) and not isinstance(start, bool)
            full = isinstance(start, dict) and "value" in start
            on = raw.get("on")
            if (plain or full) and on is not None:
                names = [on] if isinstance(on, str) else on if isinstance(on, list) else []
                return {**raw, "start": {name: start for name in names if isinstance(name, str)}}
        return raw


class Costs(Strict):
    """What war over one front costs; unset = the parameters c_a, c_bar, help_cost."""

    challenger: Amount | None = Field(default=None, examples=["0.1"])
    target: Amount | None = Field(default=None, examples=["0.6"])
    helpers: Amount | None = Field(default=None, examples=["0.5"])
    source: Source | None = None


class Dispute(Strict):
    """A front over which the challenger raises crises, with a hazard per turn; `over`: what else its winner decides."""

    issue: IssueRef
    challenger: ActorRef
    target: ActorRef
    hazard: Unit
    over: list[IssueRef] = Field(default_factory=list, examples=["[nato_eu_ukraine]"])
    costs: Costs = Field(default_factory=Costs, examples=["{helpers: 0.5}"])
    source: Source | None = None

    @model_validator(mode="after")
    @every_fault
    def _two(self) -> Iterator[PydanticCustomError]:
        if self.challenger == self.target:
            yield complaint(
                "a dispute needs two actors",
                found=self.target,
                allowed="another actor",
                at=("target",),
                by=("challenger", "target"),
            )
        for index, issue in enumerate(self.over):
            if issue == self.issue or issue in self.over[:index]:
                yield complaint(
                    "over lists what is at stake beside the front, each once",
                    found=issue,
                    allowed="another issue",
                    at=("over", index),
                )


class Strike(Strict):
    """A preventive strike, decided once per milestone of the target's programme."""

    by: ActorRef
    on: ActorRef
    programme: IssueRef
    milestones: Annotated[list[float], Field(min_length=1, max_length=MILESTONES)] = Field(
        examples=["[0.35, 0.6]"]
    )
    air_defence: GoodRef | None = None
    source: Source | None = None

    @model_validator(mode="after")
    @every_fault
    def _rising(self) -> Iterator[PydanticCustomError]:
        if self.by == self.on:
            yield complaint("a strike needs two actors", found=self.on, allowed="another actor", at=("on",),
                            by=("by", "on"))  # fmt: skip
        last = 0.0
        for index, point in enumerate(self.milestones):
            if not last < point <= 1.0:
                yield complaint(
                    "milestones rise",
                    found=f"{point:g}",
                    allowed=f"a number above {last:g}, at most 1",
                    example="[0.35, 0.6, 0.85]",
                    at=("milestones", index),
                    by=("milestones",),
                )
            last = max(last, point)


class Proxy(Strict):
    """Attacks by proxy while an issue (a posture, a presence) is high, with a hazard per turn."""

    by: ActorRef
    on: ActorRef
    issue: IssueRef
    hazard: Unit
    burden: Amount
    source: Source | None = None

    @model_validator(mode="after")
    @every_fault
    def _two(self) -> Iterator[PydanticCustomError]:
        if self.by == self.on:
            yield complaint(
                "a proxy attack needs two actors",
                found=self.on,
                allowed="another actor",
                at=("on",),
                by=("by", "on"),
            )


class Beliefs(Strict):
    """`default` and directed pairs: "RUS>USA" is what Russia believes about the United States."""

    resolve: dict[DirectedKey, Unit] = Field(
        default_factory=dict, examples=['{default: 0.5, "RUS>USA": 0.6}']
    )
    trust: dict[DirectedKey, Unit] = Field(default_factory=dict, examples=['{default: 0.4, "RUS>USA": 0.3}'])
    source: Source | None = None


Alignment = dict[SymmetricKey, Signed]
DirectedUnits = dict[DirectedKey, Unit]
