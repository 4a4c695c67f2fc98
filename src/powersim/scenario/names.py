"""Names: how they are written, what they may refer to, and which known name a misspelt one is near to."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from powersim._words import did_you_mean, nearest

ACTOR_FORM = "a code of capitals, digits and _, at most 12 (USA, EU3)"
ID_FORM = "lower-case letters, digits and _, at most 48 (missile_defense)"
SLUG_FORM = "lower-case letters, digits, _ and -, at most 48 (no_shift, current-calculus)"
MAX_CODE = 12
MAX_ID = 48
LOWER = frozenset("abcdefghijklmnopqrstuvwxyz")
UPPER = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
REST = frozenset("0123456789_")
M = TypeVar("M")


def complaint(
    message: str = "",
    *,
    allowed: str = "",
    example: str = "",
    found: str | None = None,
    at: tuple[str | int, ...] = (),
    column: int = 0,
    by: tuple[str, ...] = (),
    lacks: str = "",
    others: bool = False,
) -> PydanticCustomError:
    """A validation error with the parts of a `Problem`: `at` leads from the field to the culprit, `column` into it.

    `by`: keys whose values it depends on, so that it means nothing where one of these is wrong itself (what depends
    on the presence of keys alone needs none). `lacks`: the key whose absence is the mistake; with `others` another
    would do too.
    """
    parts: dict[str, Any] = {
        "message": message, "allowed": allowed, "example": example, "found": found, "at": at, "column": column,
        "by": by, "lacks": lacks, "others": others, "more": [],
    }  # fmt: skip
    return PydanticCustomError("powersim", "{message}", parts)


def together(faults: Iterable[PydanticCustomError]) -> None:
    """Raise all complaints as one error, so that the first does not hide the others; nothing if there is none."""
    found = [fault.context or {} for fault in faults]
    if found:
        raise PydanticCustomError("powersim", "{message}", {**found[0], "more": found[1:]})


def every_fault(check: Callable[[M], Iterator[PydanticCustomError]]) -> Callable[[M], M]:
    """An after validator that raises all that a check complains about."""

    @functools.wraps(check)
    def run(self: M) -> M:
        together(check(self))
        return self

    return run


@dataclass(frozen=True, slots=True)
class Ref:
    """Marks a text as the name of something. Kinds: actor, party (actor or group), parties (the same in an interest),
    issue, good, event, branch, theory, outcome, parameter, mechanism, symmetric (A-B), directed (A>B).
    """

    kind: str


_MISSING = "programs that read tables take it for a missing value"
_NUMBER = "programs that read tables take it for a number"
_TRUTH = "programs that read tables take it for a truth value"
MISREAD = {
    "na": _MISSING, "nan": _MISSING, "null": _MISSING, "none": _MISSING, "inf": _NUMBER, "infinity": _NUMBER,
    "true": _TRUTH, "false": _TRUTH,
}  # fmt: skip
"""Words, in small letters or capitals, that no name may be, each with the reason: in a table it would be no name."""
EVERYTHING = {"all": "all stands for all of them, on the command line and in tables"}
"""What no name in small letters may be."""
NOTHING = {
    "base": "base stands for the scenario as it is, where no branch and no theory is named",
    "any": "any stands for any other of them, in tables of causes",
}
"""What no branch and no theory may be called beside."""


def _form(
    first: frozenset[str],
    others: frozenset[str],
    longest: int,
    form: str,
    example: str,
    reserved: Mapping[str, str] = MappingProxyType({}),
) -> AfterValidator:
    def check(text: str) -> str:
        if not text or len(text) > longest or text[0] not in first or not set(text) <= others:
            raise complaint(
                f"{text} is not a usable name" if text else "an empty name", allowed=form, example=example
            )
        if text.casefold() in reserved:
            raise complaint(
                f"{text} is a reserved word: {reserved[text.casefold()]}",
                allowed="another name",
                example=example,
            )
        return text

    return AfterValidator(check)


ActorCode = Annotated[str, _form(UPPER, UPPER | REST, MAX_CODE, ACTOR_FORM, "USA", MISREAD)]
Identifier = Annotated[
    str, _form(LOWER, LOWER | REST, MAX_ID, ID_FORM, "missile_defense", MISREAD | EVERYTHING)
]
Slug = Annotated[str, _form(LOWER, LOWER | REST | {"-"}, MAX_ID, SLUG_FORM, "current-calculus")]
"""The name of a scenario, which stands in no table."""
Choice = Annotated[
    str,
    _form(LOWER, LOWER | REST | {"-"}, MAX_ID, SLUG_FORM, "current-calculus", MISREAD | EVERYTHING | NOTHING),
]
"""The name of a branch or a theory."""

ActorRef = Annotated[str, Ref("actor")]
PartyRef = Annotated[str, Ref("party")]
IssueRef = Annotated[str, Ref("issue")]
GoodRef = Annotated[str, Ref("good")]
EventRef = Annotated[str, Ref("event")]
BranchRef = Annotated[str, Ref("branch")]
TheoryRef = Annotated[str, Ref("theory")]
OutcomeRef = Annotated[str, Ref("outcome")]
ParameterRef = Annotated[str, Ref("parameter")]
MechanismRef = Annotated[str, Ref("mechanism")]
SymmetricKey = Annotated[str, Ref("symmetric")]
DirectedKey = Annotated[str, Ref("directed")]


def unknown(name: str, known: Iterable[str], what: str) -> tuple[str, str]:
    """Message and list of what is allowed for a name that refers to nothing."""
    names = sorted(set(known))
    message = f"{what} {name} is not known" + did_you_mean(nearest(name, names))
    shown = ", ".join(names[:30]) + (", …" if len(names) > 30 else "")
    return message, shown or "none is defined"
