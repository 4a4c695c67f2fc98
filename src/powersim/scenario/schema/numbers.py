"""Numbers of a scenario: plain (`0.3`) or with origin (`{value: 0.3, source: ..., prior: {uniform: [0.2, 0.4]}}`).

The same holds for ideals (a number or an expression) and sizes of effects (a number or a parameter's name).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PrivateAttr,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from powersim.scenario.expr import Expression, ExpressionError, parse
from powersim.scenario.names import ParameterRef, Ref, complaint, every_fault, together

TINY = 1e-6  # the least of what must be above 0
MOST_CONSTANT = 1e9  # of a number in an expression: products of as many as fit into one stay finite


class Strict(BaseModel):
    """Every part of a scenario: unknown keys are refused, types are exact, nothing changes after validation."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False, defer_build=True)


class Prior(Strict):
    """How uncertain a number is: exactly one distribution."""

    uniform: list[float] | None = None  # [low, high]
    normal: list[float] | None = None  # [mean, sd], cut off at the number's range
    triangular: list[float] | None = None  # [low, mode, high]
    beta: list[float] | None = None  # [a, b] on 0..1
    choice: list[float] | None = None  # equally likely values
    spread: float | None = None  # value +- spread, uniform, cut off at the number's range

    @model_validator(mode="after")
    @every_fault
    def _one(self) -> Iterator[PydanticCustomError]:
        given = self.given()
        if len(given) != 1:
            yield complaint(
                "a prior is exactly one distribution",
                found=", ".join(given) or "none",
                allowed=", ".join(PRIOR_FORMS),
                example="prior: {uniform: [0.2, 0.4]}",
                lacks="" if given else "spread",
                others=True,
            )
            return
        fault = prior_fault(given[0], self.arguments())
        if fault:
            yield complaint(allowed=fault, example=f"{given[0]}: {PRIOR_FORMS[given[0]]}", at=(given[0],))

    def given(self) -> list[str]:
        """The distributions named."""
        return [kind for kind in PRIOR_FORMS if getattr(self, kind) is not None]

    def arguments(self) -> list[float]:
        """What the distribution is given."""
        value = getattr(self, self.given()[0])
        return [float(v) for v in value] if isinstance(value, list) else [float(value)]


PRIOR_FORMS = {
    "uniform": "[0.2, 0.4]",
    "normal": "[0.3, 0.05]",
    "triangular": "[0.1, 0.3, 0.4]",
    "beta": "[2, 5]",
    "choice": "[0, 0.5, 1]",
    "spread": "0.15",
}


def prior_fault(kind: str, arguments: list[float]) -> str:
    """What would be allowed, if the arguments of a distribution make no sense; else an empty text."""
    n = len(arguments)
    if kind == "uniform" and not (n == 2 and arguments[0] <= arguments[1]):
        return "[low, high] with low <= high"
    if kind == "normal" and not (n == 2 and arguments[1] > 0):
        return "[mean, standard deviation] with a deviation above 0"
    if kind == "triangular" and not (n == 3 and arguments[0] <= arguments[1] <= arguments[2]):
        return "[low, mode, high] in rising order"
    if kind == "beta" and not (n == 2 and min(arguments) > 0):
        return "[a, b], both above 0"
    if kind == "choice" and n == 0:
        return "at least one value"
    return "" if kind != "spread" or arguments[0] >= 0 else "a number of at least 0"


class Bounded(Strict):
    """Something with a range, which the field that holds it says."""

    _low: float = PrivateAttr(-math.inf)
    _high: float = PrivateAttr(math.inf)

    @property
    def bounds(self) -> tuple[float, float]:
        """The range of the field that this number fills."""
        return self._low, self._high


class Number(Bounded):
    """A number with its origin."""

    value: float
    source: str | None = None
    prior: Prior | None = None


class Ideal(Bounded):
    """An ideal or salience: a number, or an expression of the state of the world."""

    value: float | None = None
    expr: Annotated[str, Ref("expression")] | None = None
    source: str | None = None
    prior: Prior | None = None

    def expression(self) -> Expression | None:
        """The parsed expression, if it is one."""
        return parse(self.expr) if self.expr is not None else None


class Size(Bounded):
    """The size of an effect: a number, or the value of a parameter."""

    value: float | None = None
    parameter: ParameterRef | None = None
    source: str | None = None
    prior: Prior | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """Bounds of a number, also of its prior; reads the plain form. `what` is said in errors, `example` is a value."""

    low: float
    high: float
    example: str
    whole: bool = False
    fixed: bool = False  # part of a branch or a record: the same in every run

    def allowed(self) -> str:
        """What an error says is allowed."""
        kind = "a whole number" if self.whole else "a number"
        if math.isinf(self.high):
            return f"{kind} of at least {self.low:g}" if math.isfinite(self.low) else kind
        low = f"from {self.low:g} to" if not 0 < self.low <= TINY else "above 0, at most"
        return f"{kind} {low} {self.high:g}"

    def contains(self, value: float) -> bool:
        """Whether a value lies within."""
        return self.low <= value <= self.high and (not self.whole or value == int(value))

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        inner = core_schema.no_info_before_validator_function(self.read, handler(source))
        return core_schema.no_info_after_validator_function(self.check, inner)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        plain: dict[str, Any] = {"type": "integer" if self.whole else "number"}
        plain |= {k: v for k, v in (("minimum", self.low), ("maximum", self.high)) if math.isfinite(v)}
        texts: list[dict[str, Any]] = [{"type": "string"}] if self.takes_text() else []
        return {"anyOf": [plain, *texts, handler(schema)]}

    def takes_text(self) -> bool:
        """Whether a plain text is read too."""
        return False

    def read(self, raw: object) -> object:
        """The long form of a plain number."""
        if isinstance(raw, (int, float)) and not isinstance(raw, bool):
            return {"value": float(raw)}
        if isinstance(raw, (dict, BaseModel)):
            return raw
        raise complaint(allowed=self.allowed(), example=self.example)

    def check(self, number: Any) -> Any:
        """Bounds of the value and of the support of its prior."""
        number._low, number._high = self.low, self.high
        together(self._outside(number))
        return number

    def _outside(self, number: Any) -> Iterator[PydanticCustomError]:
        if number.value is not None and not self.contains(number.value):
            yield complaint(
                found=f"{number.value:g}", allowed=self.allowed(), example=self.example, at=("value",)
            )
        prior = number.prior
        if prior is None:
            return
        if self.whole or self.fixed or number.value is None:
            yield complaint(
                "this cannot have a prior", found="a prior", allowed=self.allowed(), at=("prior",)
            )
            return
        support = [0.0, 1.0] if prior.beta is not None else prior.arguments()
        outside = [v for v in support if not self.contains(v)]
        if outside and prior.normal is None and prior.spread is None:
            yield complaint(
                "the prior leaves the range",
                found=f"{outside[0]:g}",
                allowed=self.allowed(),
                at=("prior", prior.given()[0]),
            )


@dataclass(frozen=True, slots=True)
class FormulaRange(Range):
    """Bounds of a number that may also be an expression (which is clipped to them in the run)."""

    def allowed(self) -> str:
        """What an error says is allowed."""
        return f"{Range.allowed(self)}, or an expression in quotes"

    def takes_text(self) -> bool:
        """Whether a plain text is read too."""
        return True

    def read(self, raw: object) -> object:
        """The long form of what the file says."""
        return {"expr": raw} if isinstance(raw, str) else Range.read(self, raw)

    def check(self, number: Any) -> Any:
        """Bounds, and exactly one of the two forms."""
        if (number.value is None) == (number.expr is None):
            raise complaint("either a value or an expression", allowed=self.allowed(), example=self.example)
        if number.expr is not None:
            check_expression(number.expr, ("expr",))
        return Range.check(self, number)


@dataclass(frozen=True, slots=True)
class SizeRange(Range):
    """Bounds of a number that may also be the name of a parameter."""

    def allowed(self) -> str:
        """What an error says is allowed."""
        return f"{Range.allowed(self)}, or the name of a parameter"

    def takes_text(self) -> bool:
        """Whether a plain text is read too."""
        return True

    def read(self, raw: object) -> object:
        """The long form of what the file says."""
        return {"parameter": raw} if isinstance(raw, str) else Range.read(self, raw)

    def check(self, number: Any) -> Any:
        """Bounds, and exactly one of the two forms."""
        if (number.value is None) == (number.parameter is None):
            raise complaint("either a value or a parameter", allowed=self.allowed(), example=self.example)
        return Range.check(self, number)


def check_expression(text: str, at: tuple[str | int, ...] = ()) -> str:
    """Refuse a text that is no expression, pointing to the column."""
    try:
        expression = parse(text)
    except ExpressionError as error:
        raise complaint(
            f"column {error.column + 1} of the expression: {error}",
            found=error.found,
            allowed=error.allowed,
            at=at,
            column=error.column,
        ) from error
    for value in expression.constants():
        if value > MOST_CONSTANT or 0.0 < value < 1.0 / MOST_CONSTANT:
            allowed = f"0, or from {1.0 / MOST_CONSTANT:g} to {MOST_CONSTANT:g}"
            raise complaint("a number in an expression", found=f"{value:g}", allowed=allowed, at=at)
    return text


Unit = Annotated[Number, Range(0.0, 1.0, "0.5")]
FixedUnit = Annotated[Number, Range(0.0, 1.0, "0.5", fixed=True)]
FixedAmount = Annotated[Number, Range(0.0, 1e6, "1", fixed=True)]
FixedPositive = Annotated[Number, Range(TINY, 1e6, "0.4", fixed=True)]
FixedNumber = Annotated[Number, Range(-math.inf, math.inf, "0.5", fixed=True)]
Signed = Annotated[Number, Range(-1.0, 1.0, "0.25")]
Shift = Annotated[Number, Range(-2.0, 2.0, "-0.1")]
Amount = Annotated[Number, Range(0.0, 1e6, "1")]
Positive = Annotated[Number, Range(TINY, 1e6, "1")]
Change = Annotated[Number, Range(-1e6, 1e6, "-0.2")]
Share = Annotated[Number, Range(TINY, 1.0, "0.1")]
Growth = Annotated[Number, Range(-0.2, 0.2, "0.005")]
Weight = Annotated[Number, Range(0.0, 100.0, "0.5")]
Discount = Annotated[Number, Range(0.0, 0.9999, "0.97")]
Count = Annotated[Number, Range(0, 64, "3", whole=True)]
Turns = Annotated[Number, Range(0, 400, "4", whole=True)]
AnyNumber = Annotated[Number, Range(-math.inf, math.inf, "0.5")]
UnitFormula = Annotated[Ideal, FormulaRange(0.0, 1.0, "0.5")]
WeightFormula = Annotated[Ideal, FormulaRange(0.0, 100.0, "0.5")]
EffectSize = Annotated[Size, SizeRange(-100.0, 100.0, "0.3")]
