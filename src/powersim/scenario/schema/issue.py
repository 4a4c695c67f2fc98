"""Issues: what is bargained about, who controls it, what it does to the world, who wants what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from powersim.scenario.expr import Expression, parse
from powersim.scenario.names import ActorRef, GoodRef, PartyRef, Ref, complaint, every_fault
from powersim.scenario.schema.numbers import (
    EffectSize,
    FixedPositive,
    FixedUnit,
    Positive,
    Strict,
    Unit,
    UnitFormula,
    Weight,
    WeightFormula,
    check_expression,
)
from powersim.scenario.schema.shapes import Flow, Label, Line, Pair, Parties, PartyPair, Source, Text

CONDITION = "ukraine_territory >= 0.15"
Condition = Annotated[
    str, AfterValidator(check_expression), Ref("expression"), Field(examples=[f'"{CONDITION}"'])
]


class Rule(Strict):
    """How controllers decide on a direction: all (each has a veto), any (one suffices), sum (contributions add)."""

    all: Parties | None = None
    any: Parties | None = None
    sum: Parties | None = None

    @model_validator(mode="after")
    @every_fault
    def _one(self) -> Iterator[PydanticCustomError]:
        given = [kind for kind in ("all", "any", "sum") if getattr(self, kind) is not None]
        if len(given) != 1:
            yield complaint(
                "exactly one of all, any, sum",
                found=", ".join(given) or "none",
                example="raise: {all: [USA, POL]}",
                lacks="" if given else "any",
                others=True,
            )

    @property
    def kind(self) -> str:
        """Which of the kinds."""
        return "all" if self.all is not None else "any" if self.any is not None else "sum"

    @property
    def members(self) -> list[str]:
        """Who decides."""
        return self.all or self.any or self.sum or []


def _rule(raw: object) -> object:
    return {"any": [raw]} if isinstance(raw, str) else raw


RuleOf = Annotated[
    Rule, BeforeValidator(_rule, json_schema_input_type=str | Rule), Field(examples=["{all: [USA, POL]}"])
]


class Control(Strict):
    """Who raises and who lowers a lever."""

    raise_: RuleOf = Field(alias="raise")
    lower: RuleOf


def _control(raw: object) -> object:
    if isinstance(raw, str) or (isinstance(raw, dict) and raw and set(raw) <= {"all", "any", "sum"}):
        return {"raise": raw, "lower": raw}
    return raw


class Voice(Strict):
    """What an actor's own position counts in a weighted mean, and where it stands at first."""

    weight: FixedPositive
    position: FixedUnit | None = None


def _voice(raw: object) -> object:
    if isinstance(raw, (list, tuple)):
        if len(raw) != 2:
            raise complaint(allowed="a weight, or [weight, position]", example="USA: [0.4, 0.7]")
        return {"weight": raw[0], "position": raw[1]}
    return {"weight": raw} if isinstance(raw, (int, float)) else raw


VoiceOf = Annotated[
    Voice,
    BeforeValidator(_voice, json_schema_input_type=float | list[float] | Voice),
    Field(examples=["[0.4, 0.7]"]),
]


class KnowHow(Strict):
    """Which know-how of whom speeds a programme."""

    good: GoodRef
    actor: ActorRef


class Embargo(Strict):
    """Goods that may not go from some to others."""

    good: Annotated[
        list[GoodRef],
        Field(min_length=1, examples=["s300"]),
        BeforeValidator(
            lambda raw: [raw] if isinstance(raw, str) else raw, json_schema_input_type=str | list[str]
        ),
    ]
    from_: Parties = Field(alias="from")
    to: Parties


EFFECTS = ("guarantee", "threat", "power", "reach", "embargo", "trade", "shift")


class Effect(Strict):
    """What an issue does to the world, per unit of its position: exactly one kind."""

    guarantee: PartyPair | None = None  # the first protects the second
    threat: PartyPair | None = None  # how much the second feels threatened by the first
    power: PartyRef | None = None
    reach: PartyPair | None = None  # share of the first's power that arrives at the second
    embargo: Embargo | None = None
    trade: PartyPair | None = None  # dependence of the first on trade with the second
    shift: PartyPair | None = (
        None  # if the issue went to 1, the odds between the two shift by `size` to the first
    )
    size: EffectSize | None = None
    above: Unit | None = None  # embargo only: the position from which it holds
    source: Source | None = None

    @model_validator(mode="after")
    @every_fault
    def _one(self) -> Iterator[PydanticCustomError]:
        given = [kind for kind in EFFECTS if getattr(self, kind) is not None]
        example = "{guarantee: [USA, POL], size: 0.3}"
        if len(given) != 1:
            yield complaint(
                "an effect is of exactly one kind",
                found=", ".join(given) or "none",
                allowed=", ".join(EFFECTS),
                example=example,
                lacks="" if given else "guarantee",
                others=True,
            )
            return
        wanted, useless = ("above", "size") if given == ["embargo"] else ("size", "above")
        if getattr(self, wanted) is None:
            yield complaint(
                f"missing key {wanted}",
                example="{embargo: {...}, above: 0.5}" if wanted == "above" else example,
                lacks=wanted,
            )
        if getattr(self, useless) is not None:
            yield complaint(f"{given[0]} has no {useless}", found=useless, allowed=wanted, at=(useless,))

    @property
    def kind(self) -> str:
        """Which of the kinds."""
        return next(kind for kind in EFFECTS if getattr(self, kind) is not None)


class Faction(Strict):
    """What the engagers want, where they differ from the hardliners."""

    ideal: Unit | None = None
    salience: Weight | None = None


class When(Strict):
    """What is wanted instead while a condition holds."""

    if_: Condition = Field(alias="if")
    ideal: UnitFormula | None = None
    salience: WeightFormula | None = None

    def condition(self) -> Expression:
        """The parsed condition."""
        return parse(self.if_)

    @model_validator(mode="after")
    @every_fault
    def _something(self) -> Iterator[PydanticCustomError]:
        if self.ideal is None and self.salience is None:
            yield complaint(
                "a condition changes nothing",
                allowed="ideal, salience or both",
                example=f'{{if: "{CONDITION}", ideal: 0.6}}',
                lacks="ideal",
                others=True,
            )


class Interest(Strict):
    """What an actor wants of an issue and how much it cares; `when` lists later conditions that win."""

    ideal: UnitFormula
    salience: WeightFormula
    engagers: Faction | None = None
    when: list[When] = Field(default_factory=list)
    source: Source | None = None

    @model_validator(mode="after")
    @every_fault
    def _one_voice(self) -> Iterator[PydanticCustomError]:
        for key in ("ideal", "salience"):
            apart = self.engagers is not None and getattr(self.engagers, key) is not None
            if apart and getattr(self, key).expr is not None:
                yield complaint(
                    "an expression holds for both factions",
                    found=f"engagers' {key} beside an expression",
                    allowed="a number for each faction, or one expression",
                    at=("engagers", key),
                    by=(key,),
                )


def _interest(raw: object) -> object:
    if isinstance(raw, (list, tuple)):
        if len(raw) != 2:
            raise complaint(allowed="[ideal, salience] or a mapping", example="[0.5, 0.35]")
        return {"ideal": raw[0], "salience": raw[1]}
    return raw


InterestOf = Annotated[
    Interest,
    BeforeValidator(_interest, json_schema_input_type=list[float | str] | Interest),
    Field(examples=["[0.5, 0.35]"]),
]

BINDINGS = ("flow", "know_how", "sanctions", "front", "strike")


class Binding(Strict):
    """What a reading shows: exactly one thing that the world holds already."""

    flow: Flow | None = None
    full: Positive | None = None
    contract: Unit | None = None
    know_how: Flow | None = None
    sanctions: ActorRef | None = None
    by: Parties | None = None
    front: Pair | None = None
    strike: Pair | None = None

    @model_validator(mode="after")
    @every_fault
    def _one(self) -> Iterator[PydanticCustomError]:
        given = [kind for kind in BINDINGS if getattr(self, kind) is not None]
        if len(given) != 1:
            yield complaint(
                "a reading shows exactly one thing",
                found=", ".join(given) or "none",
                allowed=", ".join(BINDINGS),
                example="binds: {flow: [s300, RUS, IRN], full: 1}",
                lacks="" if given else "flow",
                others=True,
            )
            return
        kind = given[0]
        owners = {"full": ("flow", "know_how"), "contract": ("flow",), "by": ("sanctions",)}
        for key, kinds in owners.items():
            if getattr(self, key) is not None and kind not in kinds:
                yield complaint(
                    f"{key} belongs to {' or '.join(kinds)}, not to {kind}",
                    found=key,
                    allowed=kind,
                    at=(key,),
                )
        if kind == "sanctions" and self.by is None:
            yield complaint("missing key by", example="binds: {sanctions: IRN, by: [USA, EU3]}", lacks="by")

    @property
    def kind(self) -> str:
        """Which of the kinds."""
        return next(kind for kind in BINDINGS if getattr(self, kind) is not None)


class Issue(Strict):
    """A question on a scale from 0 to 1: a lever (`control`), mean of positions (`weighted`) or reading (`binds`)."""

    title: Line | None = None
    about: Text | None = None
    scale: dict[str, Label] = Field(default_factory=dict)
    start: Unit | None = Field(default=None, examples=["0.5"])
    control: (
        Annotated[Control, BeforeValidator(_control, json_schema_input_type=str | Rule | Control)] | None
    ) = Field(default=None, examples=["{raise: {all: [USA, POL]}, lower: {any: [USA, POL]}}"])
    weighted: dict[ActorRef, VoiceOf] | None = Field(
        default=None, min_length=2, examples=["{USA: [0.4, 0.7], CHN: [0.6, 0.2]}"]
    )
    binds: Binding | None = Field(default=None, examples=["{flow: [s300, RUS, IRN], full: 1}"])
    speed: Unit | None = None
    step: Unit | None = None
    know_how: KnowHow | None = Field(default=None, examples=["{good: nuclear_technology, actor: IRN}"])
    effects: list[Effect] = Field(default_factory=list, examples=["[{guarantee: [USA, POL], size: 0.3}]"])
    interests: dict[Annotated[str, Ref("parties")], InterestOf] = Field(
        default_factory=dict, examples=["{USA: [0.9, 0.5]}"]
    )
    source: Source | None = None

    @model_validator(mode="after")
    @every_fault
    def _lever_or_reading(self) -> Iterator[PydanticCustomError]:
        ways = [key for key in ("control", "weighted", "binds") if getattr(self, key) is not None]
        if len(ways) != 1:
            yield complaint(
                "an issue is a lever (control or weighted) or a reading (binds), not both"
                if ways
                else "an issue needs control (a lever) or binds (a reading), or weighted (a mean of positions)",
                example="control: RUS",
                lacks="" if ways else "control",
                others=True,
            )
        placed = self.weighted is not None and all(v.position is not None for v in self.weighted.values())
        if ways and self.binds is None and self.start is None and not placed:
            yield complaint("missing key start", example="start: 0.5", lacks="start")
        if placed and self.start is not None:
            yield complaint(
                "all positions are given, and their mean is the start",
                found="start",
                allowed="start for members without a position of their own",
                at=("start",),
                by=("weighted",),
            )
        if self.weighted is not None and self.know_how is not None:
            yield complaint(
                "a mean of positions is no programme",
                found="know_how",
                allowed="know_how beside control",
                at=("know_how",),
            )
        if self.binds is not None:
            for key in ("speed", "step", "know_how"):
                if getattr(self, key) is not None:
                    yield complaint(
                        f"a reading has no {key}: nobody moves it",
                        found=key,
                        allowed="only on levers",
                        at=(key,),
                    )
            if self.start is not None and self.binds.kind in ("sanctions", "strike"):
                yield complaint(
                    "a reading of sanctions or strikes starts where the world puts it",
                    found="start",
                    allowed="only on levers, fronts and flows",
                    at=("start",),
                )
            if self.binds.kind == "front" and self.start is None:
                yield complaint("missing key start", example="start: 0", lacks="start")
        seen: dict[float, str] = {}
        for text in self.scale:
            try:
                point = float(text)
            except ValueError:
                point = -1.0
            if not 0.0 <= point <= 1.0:
                yield complaint(
                    "a point of the scale",
                    found=text,
                    allowed="a number from 0 to 1",
                    example="{0: none, 1: all}",
                    at=("scale", text),
                )
            elif point in seen:
                yield complaint("the same point of the scale twice", found=text, at=("scale", text))
            seen[point] = text
