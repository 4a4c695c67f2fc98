"""Hypotheses as a file states them: claim, contrary, the quantity that decides, and the rule, fixed before any run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from powersim.scenario.names import BranchRef, Identifier, OutcomeRef, TheoryRef, complaint, every_fault
from powersim.scenario.schema.numbers import Strict
from powersim.scenario.schema.shapes import Source, Text

DECIDERS = ("branches", "along", "all_of")
"""What can decide a hypothesis: the difference of two branches, a dependence within one, or other hypotheses."""
OF_A_NUMBER = ("outcome", "sign", "reference", "size", "at_least", "given", "theories", "rule", "branch")
"""Keys that mean nothing where other hypotheses decide."""


def _two(raw: object) -> object:
    if not isinstance(raw, (list, tuple)) or len(raw) != 2:
        found = f"a list of {len(raw)}" if isinstance(raw, (list, tuple)) else None
        raise complaint("two branches", found=found, allowed="a list of 2", example="[cancel, keep]")
    return tuple(raw)


TwoBranches = Annotated[tuple[BranchRef, BranchRef], BeforeValidator(_two, json_schema_input_type=list[str])]
ShareOfOne = Annotated[float, Field(gt=0.0, le=1.0, examples=["0.9"])]


class VerdictRule(Strict):
    """When a claim is decided; what is left out keeps its default.

    within: share of the reference effect within which the whole interval must lie for "refuted". supported: share of
    draws of the assumptions that must show the claimed sign, their intervals without 0. either: share that must show
    each sign for "theory-dependent".
    """

    within: ShareOfOne = Field(default=0.05, examples=["0.05"])
    supported: ShareOfOne = Field(default=0.9, examples=["0.9"])
    either: ShareOfOne = Field(default=0.1, examples=["0.1"])

    @model_validator(mode="after")
    @every_fault
    def _apart(self) -> Iterator[PydanticCustomError]:
        if self.supported <= 0.5:
            yield complaint(
                "less than most draws support nothing",
                found=f"{self.supported:g}",
                allowed="more than 0.5, up to 1",
                at=("supported",),
                by=("supported",),
            )
        if self.either > 0.5:
            yield complaint(
                "two signs cannot both have more than half of the draws",
                found=f"{self.either:g}",
                allowed="more than 0, up to 0.5",
                at=("either",),
                by=("either",),
            )


class Hypothesis(Strict):
    """A claim fixed beforehand, and the one quantity that decides it.

    Deciding quantity, one of three: `branches: [a, b]`, the effect of a against b on `outcome`; `along: other` with
    `branch`, how `outcome` changes with another outcome from run to run of that branch, per standard deviation; or
    `all_of`, other hypotheses that must all hold. `given`: only runs in which that happened in both branches.
    The effect is measured by that of `reference`, or by `size` in the outcome's unit where no branch serves.
    """

    id: Identifier
    claim: Text
    contrary: Text | None = None
    outcome: OutcomeRef | None = Field(default=None, examples=["war"])
    branches: TwoBranches | None = Field(default=None, examples=["[cancel, keep]"])
    branch: BranchRef | None = Field(default=None, examples=["replace"])
    along: OutcomeRef | None = Field(default=None, examples=["friendship"])
    all_of: list[Identifier] | None = Field(default=None, min_length=2, examples=["[h2, h4]"])
    given: OutcomeRef | None = Field(default=None, examples=["war"])
    sign: Literal["+", "-", "0"] | None = Field(default=None, examples=['"+"'])
    theories: list[TheoryRef] = Field(default_factory=list)
    reference: TwoBranches | None = Field(default=None, examples=["[no_2014_sanctions, replace]"])
    size: Annotated[float, Field(gt=0.0, le=1e6, examples=["0.2"])] | None = None
    at_least: Annotated[float, Field(gt=0.0, le=10.0, examples=["0.25"])] | None = None
    rule: VerdictRule | None = Field(default=None, examples=["{supported: 0.95}"])
    recorded: Text | None = None
    source: Source | None = None

    @model_validator(mode="after")
    @every_fault
    def _one_quantity(self) -> Iterator[PydanticCustomError]:
        given = [key for key in DECIDERS if getattr(self, key) is not None]
        if len(given) != 1:
            yield complaint(
                "one quantity decides a hypothesis",
                found=" and ".join(given) or "none",
                allowed=", ".join(DECIDERS),
                example="branches: [cancel, keep]",
                at=(given[1],) if given else (),
                lacks="" if given else "branches",
                others=True,
            )
            return
        if self.all_of is not None:
            yield from _none_of(self, OF_A_NUMBER, "other hypotheses decide this one")
            return
        if self.along is None:
            yield from _none_of(self, ("branch",), "branch goes with along")
        for key in ("outcome", "sign", *(("branch",) if self.along is not None else ())):
            if getattr(self, key) is None:
                example = 'sign: "+"' if key == "sign" else f"{key}: its name"
                yield complaint(f"{key} is missing", found="nothing", allowed=f"{key}", example=example,
                                lacks=key)  # fmt: skip
        if self.reference is not None and self.size is not None:
            yield complaint(
                "measured by a reference or by a size, not both",
                found="size",
                allowed="reference",
                at=("size",),
            )

    @model_validator(mode="after")
    @every_fault
    def _measured(self) -> Iterator[PydanticCustomError]:
        if self.at_least is None or self.all_of is not None:
            return
        if self.reference is None and self.size is None:
            yield complaint("at least that share of what?", found="at_least", allowed="reference or size beside it",
                            at=("at_least",))  # fmt: skip
        if self.sign == "0":
            yield complaint(
                "at least that much of nothing?",
                found='sign: "0"',
                allowed="+ or -",
                at=("sign",),
                by=("sign",),
            )


def _none_of(hypothesis: Hypothesis, keys: tuple[str, ...], why: str) -> Iterator[PydanticCustomError]:
    for key in keys:
        if getattr(hypothesis, key) not in (None, []):
            yield complaint(f"{key} has no place here: {why}", found=key, allowed="leave it out", at=(key,))
