"""Validation errors of the schema as problems: the place in the file, what was found, what is allowed, an example."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from powersim.errors import Problem
from powersim.scenario.names import unknown
from powersim.scenario.node import Node, Path, dotted, show
from powersim.scenario.schema import Document

KINDS = {
    "float_type": "a number", "int_type": "a whole number", "string_type": "text", "bool_type": "true or false",
    "list_type": "a list", "dict_type": "a mapping", "model_type": "a mapping", "tuple_type": "a list",
    "model_attributes_type": "a mapping", "finite_number": "a finite number", "mapping_type": "a mapping",
}  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """A mistake in a tree: its problem, and where in the tree and in the grammar it lies.

    `path` is that of the value at fault as written, of the mapping where a `key` is unknown or missing. `loc` is where
    in the grammar that value stands. `by` are paths of values without which the complaint means nothing.
    """

    problem: Problem
    kind: Literal["unknown key", "bad key", "missing key", "value", "part"]
    path: Path
    loc: Path
    key: str = ""
    by: tuple[Path, ...] = ()
    others: bool = False  # another key than the missing one would do


def faults_of(error: ErrorDetails, root: Node) -> Iterator[Fault]:
    """The mistakes that a validation error of the schema stands for."""
    loc: Path = tuple(part for part in error["loc"] if part != "[key]")
    kind, context = error["type"], error.get("ctx", {})
    if "[key]" in error["loc"]:
        yield Fault(_at_key(error, loc, root), "bad key", root.descend(loc)[1], loc)
    elif kind == "extra_forbidden":
        taken = root.descend(loc[:-1])[1]
        yield Fault(_unknown_key(loc, root), "unknown key", taken, loc[:-1], str(loc[-1]))
    elif kind == "missing":
        taken = root.descend(loc[:-1])[1]
        yield Fault(_missing(loc, root), "missing key", taken, loc[:-1], str(loc[-1]))
    elif kind == "powersim":
        for parts in (context, *context["more"]):
            yield _complaint(loc, parts, root)
    else:
        node, taken, steps = root.reach(loc)
        mark, key = root.place(loc)
        allowed, message = _allowed(kind, context)
        problem = Problem(*mark, key, show(node.data()), allowed, example_of(loc), message)
        yield Fault(problem, "value", taken, loc[:steps], by=(taken,))


def _complaint(loc: Path, parts: Mapping[str, Any], root: Node) -> Fault:
    """What a check of the schema complains about."""
    whole = root.descend(loc)[1]
    at: Path = (*loc, *parts["at"])
    node, taken, steps = root.reach(at)
    mark, key = root.place(at)
    found, column = parts["found"], mark.column
    if parts["column"]:
        column += parts["column"] + (1 if node.quoted else 0)
    if found is None:
        found = "" if isinstance(node.value, dict) and parts["message"] else show(node.data())
    example = _example_text(taken, parts["example"])
    problem = Problem(mark.file, mark.line, column, key, found, parts["allowed"], example, parts["message"])
    by = tuple(root.descend((*loc, part))[1] for part in parts["by"])
    if parts["lacks"]:
        return Fault(problem, "missing key", whole, loc, parts["lacks"], by, parts["others"])
    if parts["at"]:
        return Fault(problem, "part" if taken != whole else "value", taken, at[:steps], by=(*by, taken))
    return Fault(problem, "value", taken, at[:steps], by=by)


def _allowed(kind: str, context: Mapping[str, Any]) -> tuple[str, str]:
    """What is allowed, and a message where that does not say it."""
    if kind == "literal_error":
        return str(context["expected"]).replace("'", ""), ""
    if kind in ("too_short", "string_too_short"):
        return f"at least {context['min_length']}", "too short"
    if kind in ("too_long", "string_too_long"):
        return f"at most {context['max_length']}", "too long"
    return KINDS.get(kind, "another value"), "" if kind in KINDS else kind.replace("_", " ")


def _at_key(error: ErrorDetails, loc: Path, root: Node) -> Problem:
    """A key that cannot be one."""
    taken = root.descend(loc)[1]
    context = error.get("ctx", {})
    if error["type"] != "powersim":
        return Problem(*root.key_mark(taken), dotted(taken), str(loc[-1]), "another key")
    return Problem(
        *root.key_mark(taken),
        dotted(taken),
        context["found"] or str(loc[-1]),
        context["allowed"],
        context["example"],
        context["message"],
    )


def _unknown_key(loc: Path, root: Node) -> Problem:
    """A key that has no business there: it belongs beside, above or below, or is misspelt."""
    taken = root.descend(loc)[1]
    name, known = str(loc[-1]), keys_at(loc[:-1])
    message, allowed = unknown(name, known, "key")
    if moves_up(loc):
        message = f"{name} belongs a level up, beside {loc[-2]}"
    elif below(loc):
        message = f"{name} belongs a level down, below {' or '.join(below(loc))}"
    return Problem(*root.key_mark(taken), dotted(taken), "", allowed, "", message)


def moves_up(loc: Path) -> bool:
    """Whether a key that is unknown where it stands is known to the mapping that holds its own."""
    return len(loc) > 1 and loc[-1] in keys_at(loc[:-2])


def below(loc: Path) -> list[str]:
    """Keys of the mapping at `loc` less its last part under which that last part is known."""
    return [key for key in keys_at(loc[:-1]) if loc[-1] in keys_at((*loc[:-1], key))]


def _missing(loc: Path, root: Node) -> Problem:
    """A key that must be there: reported where the mapping stands that lacks it."""
    _, taken = root.descend(loc[:-1])
    return Problem(
        *root.key_mark(taken), dotted(taken), message=f"missing key {loc[-1]}", example=example_of(loc)
    )


def example_of(loc: Path) -> str:
    """A working value of the field at `loc`, as a line of YAML."""
    for _, field in lookup(Document, loc):
        if field is not None and field.examples:
            return _example_text(loc, str(field.examples[0]))
        for item in field.metadata if field is not None else ():
            if hasattr(item, "example"):
                return _example_text(loc, str(item.example))
            if isinstance(item, FieldInfo) and item.examples:
                return _example_text(loc, str(item.examples[0]))
    return ""


def _example_text(loc: Path, value: str) -> str:
    if not value or not loc or isinstance(loc[-1], int) or ": " in value.split("{")[0]:
        return value
    return f"{loc[-1]}: {value}"


def keys_at(loc: Path) -> list[str]:
    """The keys that the mapping at `loc` may have."""
    keys: list[str] = []
    for annotation, _ in lookup(Document, loc):
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            keys += [field.alias or name for name, field in annotation.model_fields.items()]
    return keys


def every_key() -> set[str]:
    """All keys of the grammar."""
    keys: set[str] = set()
    found: list[Any] = [Document]
    seen: set[Any] = set()
    while found:
        kind = found.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in seen:
            seen.add(kind)
            keys |= {field.alias or name for name, field in kind.model_fields.items()}
            found += hints_of(kind).values()
        elif not isinstance(kind, type):
            found += [part for part in typing.get_args(kind) if not isinstance(part, str)]
    return keys


@lru_cache(maxsize=4096)
def declared(loc: Path) -> tuple[Any, FieldInfo | None]:
    """The annotation, marks and all, of what stands at `loc`, and its field if it is one of a mapping's keys."""
    annotation: Any = Document
    field: FieldInfo | None = None
    for part in loc:
        found = next((step for kind in alternatives(annotation) for step in _step(kind, part)), None)
        if found is None:
            return Any, None
        annotation, field = found
    return annotation, field


def lookup(annotation: Any, loc: Path) -> Iterator[tuple[Any, FieldInfo | None]]:
    """Types that a path of the grammar may lead to from `annotation`, and the field that declares them, if one does."""
    frontier: list[tuple[Any, FieldInfo | None]] = [(annotation, None)]
    for part in loc:
        frontier = [
            step for reached, _ in frontier for kind in alternatives(reached) for step in _step(kind, part)
        ]
    for reached, field in frontier:
        for kind in alternatives(reached):
            yield kind, field


def _step(kind: Any, part: str | int) -> Iterator[tuple[Any, FieldInfo | None]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            if part in (name, field.alias):
                yield hints_of(kind)[name], field
        return
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is dict:
        yield arguments[1], None
    elif origin is list:
        yield arguments[0], None
    elif origin is tuple and isinstance(part, int) and part < len(arguments):
        yield arguments[part], None


@cache
def hints_of(model: type[BaseModel]) -> dict[str, Any]:
    """Annotations of a model's fields with their marks."""
    return typing.get_type_hints(model, include_extras=True)


def alternatives(annotation: Any) -> Iterator[Any]:
    """The bare types that an annotation allows."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        yield from alternatives(typing.get_args(annotation)[0])
    elif origin in (typing.Union, types.UnionType):
        for option in typing.get_args(annotation):
            if option is not type(None):
                yield from alternatives(option)
    else:
        yield annotation
