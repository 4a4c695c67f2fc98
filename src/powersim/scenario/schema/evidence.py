"""What is known to have happened: coded paths, and dated events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from powersim.scenario.calendar import parse_date
from powersim.scenario.names import BranchRef, EventRef, IssueRef, complaint, every_fault
from powersim.scenario.schema.numbers import FixedAmount, FixedNumber, FixedUnit, Number, Range, Strict
from powersim.scenario.schema.shapes import Date, Flow, Pair, Source, Stock, Switch
from powersim.world.quantities import asked_of

FLOWS = asked_of("flow")
KINDS = ("war", "no_war", "event", *FLOWS, "deal", "breach", "sanctions", "strike", "know_how")
"""What a dated event can be about, each a key of its own."""

LEVELS = ("sanctions", "know_how")  # those that are above a level or not
OVER = ("war", "no_war", "strike")


class FactEntry(Strict):
    """Something that happened, or did not, at a date or between two."""

    war: Pair | None = None
    no_war: Pair | None = None
    event: EventRef | None = None
    delivered: Flow | None = None
    frozen: Flow | None = None
    deal: Pair | None = None
    breach: Pair | None = None  # the first broke a promise to the second
    sanctions: Pair | None = None
    strike: Pair | None = None
    know_how: Stock | None = None
    begins: Date | None = None
    at: Date | None = None
    from_: Date | None = Field(default=None, alias="from")
    to: Date | None = None
    happened: Switch = Field(default=True, examples=["true"])
    above: FixedNumber | None = None
    over: IssueRef | None = None
    miss: FixedUnit | None = None
    source: Source

    @property
    def kind(self) -> str:
        """What it is about."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @model_validator(mode="after")
    @every_fault
    def _one(self) -> Iterator[PydanticCustomError]:
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            yield complaint(
                "one thing that happened", found=", ".join(given) or "none", allowed=", ".join(KINDS),
                example="{war: [RUS, GEO], begins: 2008Q3, source: EU report}", lacks="" if given else "war",
                others=True,
            )  # fmt: skip
            return
        kind = given[0]
        for key, kinds in (("begins", ("war",)), ("above", LEVELS), ("over", OVER)):
            if getattr(self, key) is not None and kind not in kinds:
                yield complaint(
                    f"{kind} has no {key}", found=key, allowed=", ".join(kinds), at=(key,), by=(kind, key)
                )
        if kind in LEVELS and self.above is None:
            yield complaint(
                f"{kind} above what?", allowed="a level", example="above: 0.5", lacks="above", others=True
            )
        if kind == "no_war" and not self.happened:
            yield complaint(
                "no war that did not happen", found="false", allowed="war: with begins", at=("happened",)
            )
        dates = (self.begins, self.at, self.from_, self.to)
        if self.happened and kind != "no_war" and not any(dates):
            yield complaint(
                f"{kind} when?", allowed="begins (of a war), at, or from and to", example="at: 2010Q2", lacks="at",
                others=True,
            )  # fmt: skip
        once = [key for key in ("begins", "at") if getattr(self, key) is not None]
        if once and (len(once) > 1 or self.from_ is not None or self.to is not None):
            yield complaint(
                "one date or a period", found=", ".join(once), allowed="at, or from and to", at=(once[0],)
            )
        elif self.from_ and self.to and parse_date(self.to).last < parse_date(self.from_).first:
            yield complaint(
                "ends before it begins", found=self.to, allowed=f"a date after {self.from_}", at=("to",),
                by=("from", "to"),
            )  # fmt: skip


At = Literal["changes", "years", "end"]


class PathsOf(Strict):
    """Which points of the coded paths are evidence.

    at: changes, and once a year in between; years: where a path stands when a year ends, whenever it got there; or end:
    where it stands on the date that is asked for, however it got there.
    """

    at: At = Field(default="changes", examples=["changes"])
    without: list[IssueRef] = Field(default_factory=list, examples=["[missile_defense_europe]"])


def _paths(raw: object) -> object:
    if raw in get_args(At):
        return {"at": raw}
    if not isinstance(raw, dict):
        raise complaint(
            allowed="changes, years, end, or a mapping with at and without", example="{at: changes}"
        )
    return raw


class Withheld(Strict):
    """What came later, kept back until a date after `after` is asked for."""

    after: Date
    events: list[FactEntry] = Field(default_factory=list)


class Discrepancy(Number):
    """What the model cannot be expected to hit, and for how long: a miss of a path lasts, and is no news every time."""

    lasts: FixedAmount | None = Field(default=None, examples=["4"])


class EvidenceEntry(Strict):
    """What is known to have happened, what may be wrong with it, and until when it is used unless a date is named."""

    branch: BranchRef | None = None
    until: Date | None = None
    error: FixedUnit = Field(examples=["{value: 0.1, source: assumed}"])
    errors: dict[IssueRef, FixedUnit] = Field(default_factory=dict, examples=["{s300_to_iran: 0.05}"])
    discrepancy: Annotated[Discrepancy, Range(0.0, 1.0, "0.1")] = Field(
        examples=["{value: 0.1, prior: {uniform: [0.05, 0.2]}, lasts: 4, source: assumed}"],
    )
    miss: FixedUnit = Field(examples=["{value: 0.02, source: assumed}"])
    paths: Annotated[PathsOf, BeforeValidator(_paths, json_schema_input_type=PathsOf | At)] | None = Field(
        default=None, examples=["{at: changes}"]
    )
    events: list[FactEntry] = Field(default_factory=list)
    withheld: Withheld | None = None
