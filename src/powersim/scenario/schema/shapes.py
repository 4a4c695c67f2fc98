"""Small shapes that several parts of a scenario share: dates, pairs, lists of actors, switches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from powersim.files.plain import one_line, plain
from powersim.scenario.calendar import FORMS, parse_date
from powersim.scenario.names import ActorRef, GoodRef, PartyRef, Ref, complaint

LONGEST_LINE = 200


def _date(raw: object) -> object:
    if isinstance(raw, int) and not isinstance(raw, bool):
        raw = str(raw)
    if not isinstance(raw, str):
        raise complaint(allowed=FORMS, example="2009Q3")
    try:
        parse_date(raw)
    except ValueError as error:
        raise complaint(found=raw, allowed=FORMS, example="2009Q3") from error
    return raw


def _one_or_more(raw: object) -> object:
    return [raw] if isinstance(raw, str) else raw


def _switch(raw: object) -> object:
    words = {"on": True, "off": False, True: True, False: False}
    if not isinstance(raw, (str, bool)) or raw not in words:
        raise complaint(allowed="on or off", example="on")
    return words[raw]


def _tuple(length: int, example: str) -> Callable[[object], object]:
    def read(raw: object) -> object:
        if not isinstance(raw, (list, tuple)) or len(raw) != length:
            raise complaint(allowed=f"a list of {length}", example=example)
        return tuple(raw)

    return read


def distinct(items: Any) -> Any:
    """Refuse what is named twice."""
    seen: set[object] = set()
    for index, item in enumerate(items):
        if item in seen:
            raise complaint("named twice", found=str(item), allowed="each once", at=(index,))
        seen.add(item)
    return items


AnyDate = Annotated[str, BeforeValidator(_date, json_schema_input_type=str | int), Field(examples=["2009Q3"])]
Date = Annotated[AnyDate, Ref("date")]  # within the calendar
Switch = Annotated[bool, BeforeValidator(_switch, json_schema_input_type=bool | str), Field(examples=["on"])]
# What a scenario says is shown in many places: what would steer a terminal or turn text round is written out here.
Line = Annotated[
    str, Field(min_length=1, max_length=LONGEST_LINE, examples=["a line of text"]), AfterValidator(one_line)
]
Text = Annotated[str, Field(examples=["some text"]), AfterValidator(plain)]

Parties = Annotated[
    list[PartyRef],
    Field(min_length=1, examples=["[USA, POL]"]),
    AfterValidator(distinct),
    BeforeValidator(_one_or_more, json_schema_input_type=str | list[str]),
]
Label = Annotated[
    Line,
    BeforeValidator(
        lambda raw: raw if isinstance(raw, (str, bool)) else f"{raw}", json_schema_input_type=str | float
    ),
]
Pair = Annotated[
    tuple[ActorRef, ActorRef],
    AfterValidator(distinct),
    BeforeValidator(_tuple(2, "[USA, POL]"), json_schema_input_type=list[str]),
    Field(examples=["[USA, POL]"]),
]
PartyPair = Annotated[
    tuple[PartyRef, PartyRef],
    AfterValidator(distinct),
    BeforeValidator(_tuple(2, "[USA, POL]"), json_schema_input_type=list[str]),
    Field(examples=["[USA, POL]"]),
]
Stock = Annotated[
    tuple[ActorRef, GoodRef],
    BeforeValidator(_tuple(2, "[RUS, s300]"), json_schema_input_type=list[str]),
    Field(examples=["[RUS, s300]"]),
]
Flow = Annotated[
    tuple[GoodRef, ActorRef, ActorRef],
    AfterValidator(distinct),
    BeforeValidator(_tuple(3, "[s300, RUS, IRN]"), json_schema_input_type=list[str]),
    Field(examples=["[s300, RUS, IRN]"]),
]
Source = Annotated[str, Field(min_length=1, examples=["assumed"]), AfterValidator(plain)]
