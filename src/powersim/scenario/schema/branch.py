"""Events, branches and the verbs that lay down what happens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from powersim.scenario.names import (
    ActorRef,
    BranchRef,
    DirectedKey,
    EventRef,
    GoodRef,
    Identifier,
    IssueRef,
    PartyRef,
    Ref,
    SymmetricKey,
    complaint,
    every_fault,
)
from powersim.scenario.schema.numbers import (
    Amount,
    Change,
    FixedAmount,
    FixedUnit,
    Shift,
    Strict,
    Unit,
    check_expression,
)
from powersim.scenario.schema.shapes import Date, Flow, Line, Pair, Parties, Source, Switch, Text, distinct
from powersim.world.deeds import DEEDS

DOES = tuple(DEEDS)


def _once(value: bool) -> bool:
    if not value:
        raise complaint("an event comes at most once", allowed="true, or leave the key out")
    return value


class Event(Strict):
    """Something that comes from outside: on a date, or with a hazard per turn between two dates; at most once."""

    id: Identifier
    title: Line | None = None
    date: Date | None = None
    from_: Date | None = Field(default=None, alias="from")
    to: Date | None = None
    hazard: Unit | None = None
    hazard_from: Annotated[str, AfterValidator(check_expression), Ref("expression")] | None = Field(
        default=None, examples=['"max(0, 0.8 - nato_eu_ukraine)"']
    )
    probability: Unit | None = None
    after: EventRef | None = None
    once: Annotated[Switch, AfterValidator(_once)] = Field(default=True, examples=["true"])
    use: Literal["exogenous", "observed"] = Field(default="exogenous", examples=["exogenous"])
    engagers: dict[PartyRef, Unit] = Field(default_factory=dict, examples=["{USA: 0.9}"])
    shift: dict[IssueRef, Shift] = Field(default_factory=dict, examples=["{syria_regime_support: -0.35}"])
    set: dict[IssueRef, Unit] = Field(default_factory=dict, examples=["{missile_defense_europe: 0.5}"])
    ideal: dict[IssueRef, dict[PartyRef, Shift]] = Field(
        default_factory=dict, examples=["{issue: {USA: -0.1}}"]
    )
    salience: dict[IssueRef, dict[PartyRef, Change]] = Field(
        default_factory=dict, examples=["{issue: {USA: 0.1}}"]
    )
    alignment: dict[SymmetricKey, Shift] = Field(default_factory=dict, examples=["{RUS-IRN: 0.1}"])
    stock: dict[ActorRef, dict[GoodRef, Change]] = Field(
        default_factory=dict, examples=["{RUS: {munitions: -0.2}}"]
    )
    sanctions: dict[DirectedKey, Unit] = Field(default_factory=dict, examples=['{"USA>RUS": 0}'])
    holds: dict[ActorRef, dict[GoodRef, Amount]] = Field(
        default_factory=dict, examples=["{RUS: {munitions: 2}}"]
    )
    about: Text | None = None
    source: Source | None = None

    @model_validator(mode="after")
    @every_fault
    def _when(self) -> Iterator[PydanticCustomError]:
        if self.hazard is None:
            if self.date is None:
                yield complaint(
                    "an event needs a date or a hazard", example="date: 2009Q1", lacks="date", others=True
                )
            for key, value in (("from", self.from_), ("to", self.to), ("hazard_from", self.hazard_from)):
                if value is not None:
                    yield complaint(
                        f"{key} belongs to a hazard",
                        found=key,
                        allowed="date, or hazard with from and to",
                        at=(key,),
                    )
        else:
            for key in ("date", "probability"):
                if getattr(self, key) is not None:
                    yield complaint(
                        f"an event with a hazard has no {key}",
                        found=key,
                        allowed="hazard with from and to",
                        at=(key,),
                    )
        if self.use == "exogenous" and not any(getattr(self, key) for key in DOES):
            yield complaint(
                "an event that does nothing",
                allowed=f"one or more of {', '.join(DOES)}",
                example="shift: {syria_regime_support: -0.35}",
                by=("use", *DOES),
                lacks="engagers",
                others=True,
            )


def _names(raw: object) -> object:
    return [raw] if isinstance(raw, str) else raw


Issues = Annotated[
    list[IssueRef],
    Field(min_length=1, examples=["missile_defense_europe"]),
    BeforeValidator(_names, json_schema_input_type=str | list[str]),
]


Branches = Annotated[
    list[BranchRef],
    Field(examples=["[keep, no_nato_shift]"]),
    AfterValidator(distinct),
    BeforeValidator(_names, json_schema_input_type=str | list[str]),
]


class SanctionsBetween(Strict):
    """Sanctions of some on some."""

    by: Parties
    on: Parties


FORBIDDEN = ("event", "flow", "sanctions", "raise", "lower", "pledge", "war")


class Forbid(Strict):
    """What cannot happen: exactly one."""

    event: EventRef | None = None
    flow: Flow | None = None
    sanctions: SanctionsBetween | None = None
    raise_: Issues | None = Field(default=None, alias="raise")
    lower: Issues | None = None
    pledge: Pair | None = None
    war: Pair | None = None

    @model_validator(mode="after")
    @every_fault
    def _one(self) -> Iterator[PydanticCustomError]:
        given = self.given()
        if len(given) != 1:
            yield complaint(
                "forbid exactly one thing",
                found=", ".join(given) or "none",
                allowed=", ".join(FORBIDDEN),
                example="forbid: {event: syrian_uprising}",
                lacks="" if given else "event",
                others=True,
            )

    def given(self) -> list[str]:
        """What is forbidden."""
        return [
            kind for kind in FORBIDDEN if getattr(self, "raise_" if kind == "raise" else kind) is not None
        ]


LEGS = ("move", "refrain", "give", "freeze", "relief", "pledge")


class Leg(Strict):
    """One part of an offered package: exactly one kind."""

    move: IssueRef | None = None  # with `to`: the lever goes there
    refrain: IssueRef | None = None  # the lever stays where it is
    give: Flow | None = None  # one quantum of the good
    freeze: Flow | None = None  # nothing is delivered
    relief: Pair | None = None  # with `to`: sanctions of the first on the second go down to it
    pledge: Pair | None = None  # with `to`: the first's pledge to the second goes up to it
    to: FixedUnit | None = None

    @model_validator(mode="after")
    @every_fault
    def _one(self) -> Iterator[PydanticCustomError]:
        given = [kind for kind in LEGS if getattr(self, kind) is not None]
        if len(given) != 1:
            yield complaint(
                "a leg is exactly one thing",
                found=", ".join(given) or "none",
                allowed=", ".join(LEGS),
                example="{move: missile_defense_europe, to: 0}",
                lacks="" if given else "refrain",
                others=True,
            )
            return
        aims = given[0] in ("move", "relief", "pledge")
        if aims and self.to is None:
            yield complaint("missing key to", example=f"{{{given[0]}: ..., to: 0.5}}", lacks="to")
        if not aims and self.to is not None:
            yield complaint(
                f"{given[0]} has no target", found="to", allowed="move, relief or pledge", at=("to",)
            )

    @property
    def kind(self) -> str:
        """Which kind of leg."""
        return next(kind for kind in LEGS if getattr(self, kind) is not None)


VERBS = ("set", "hold", "path", "sanctions", "pledge", "stock", "forbid", "offer")
LAID = ("sanctions", "pledge", "stock")
EXAMPLE = {"sanctions": '{"USA>RUS": 0.5}', "pledge": '{"USA>UKR": 0.4}', "stock": "{RUS: {munitions: 2}}"}
MOST_LEGS = 10
MOST_PARTIES = 5


class Action(Strict):
    """One verb of a branch, and when."""

    set: dict[IssueRef, FixedUnit] | None = Field(default=None, examples=["{missile_defense_europe: 0}"])
    hold: Issues | None = None
    path: dict[IssueRef, dict[Date, FixedUnit]] | None = Field(
        default=None, examples=["{missile_defense_europe: {2009Q3: 0.25, 2011Q1: 0.4}}"]
    )
    sanctions: dict[DirectedKey, FixedUnit] | None = Field(default=None, examples=['{"USA>RUS": 0.5}'])
    pledge: dict[DirectedKey, FixedUnit] | None = Field(default=None, examples=['{"USA>UKR": 0.4}'])
    stock: dict[ActorRef, dict[GoodRef, FixedAmount]] | None = Field(
        default=None, examples=["{RUS: {munitions: 2}}"]
    )
    forbid: Forbid | None = None
    offer: Annotated[list[Leg], Field(min_length=1, max_length=MOST_LEGS)] | None = Field(
        default=None, examples=["[{move: missile_defense_europe, to: 0}, {freeze: [s300, RUS, IRN]}]"]
    )
    date: Date | None = None
    from_: Date | None = Field(default=None, alias="from")
    to: Date | None = None
    between: Literal["step", "linear"] | None = Field(default=None, examples=["step"])
    read_as: Literal["act", "nature"] | None = Field(default=None, examples=["act"])
    parties: Annotated[list[ActorRef], Field(min_length=1, max_length=MOST_PARTIES)] | None = Field(
        default=None, examples=["[USA, RUS]"]
    )
    if_refused: BranchRef | None = None
    if_accepted: BranchRef | None = None
    about: Text | None = None

    @model_validator(mode="after")
    @every_fault
    def _one(self) -> Iterator[PydanticCustomError]:
        given = [verb for verb in VERBS if getattr(self, verb) is not None]
        if len(given) != 1:
            yield complaint(
                "an action is exactly one verb",
                found=", ".join(given) or "none",
                allowed=", ".join(VERBS),
                example="{hold: missile_defense_europe, from: 2009Q3}",
                lacks="" if given else "hold",
                others=True,
            )
            return
        verb = given[0]
        allowed = {
            "set": {"date", "read_as"},
            "hold": {"from", "to"},
            "path": {"to", "between", "read_as"},
            "sanctions": {"date", "to"},
            "pledge": {"date", "to"},
            "stock": {"date"},
            "forbid": {"from", "to"},
            "offer": {"date", "parties", "if_refused", "if_accepted"},
        }[verb]
        keys = ("date", "from", "to", "between", "read_as", "parties", "if_refused", "if_accepted")
        for key in keys:
            if getattr(self, "from_" if key == "from" else key) is not None and key not in allowed:
                yield complaint(
                    f"{verb} has no {key}", found=key, allowed=", ".join(sorted(allowed)), at=(key,)
                )
        if verb in ("set", "offer", *LAID) and self.date is None:
            yield complaint("missing key date", example="date: 2009Q3", lacks="date")
        if verb in LAID and not getattr(self, verb):
            yield complaint(
                "nothing is laid down", found="{}", example=f"{verb}: {EXAMPLE[verb]}", at=(verb,)
            )
        for issue, path in (self.path or {}).items():
            if not path:
                yield complaint(
                    "an empty path", found="no dates", example="{2009Q3: 0.25}", at=("path", issue)
                )

    @property
    def verb(self) -> str:
        """Which verb."""
        return next(verb for verb in VERBS if getattr(self, verb) is not None)


class BranchEntry(Strict):
    """A counterfactual: other branches (`like`) plus actions; an empty branch is the world as it goes.

    role: it answers the question, or it is a yardstick, there to measure the others by. No role comes with `like`.
    """

    title: Line | None = None
    about: Text | None = None
    role: Literal["answer", "yardstick"] = Field(default="answer", examples=["yardstick"])
    like: Branches = Field(default_factory=list)
    do: list[Action] = Field(
        default_factory=list, examples=["[{hold: missile_defense_europe, from: 2009Q3}]"]
    )
