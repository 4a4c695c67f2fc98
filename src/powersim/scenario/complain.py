"""Validation errors of the schema as problems: the place in the file, what was found, what is allowed, an example."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

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


def problem_of(error: ErrorDetails, root: Node) -> tuple[Problem, Path]:
    """The problem that a validation error stands for, and the path of the node to leave out to look for more."""
    loc: Path = tuple(part for part in error["loc"] if part != "[key]")
    kind, context = error["type"], error.get("ctx", {})
    if kind == "powersim":
        loc = (*loc, *context["at"])
    if kind == "extra_forbidden" or "[key]" in error["loc"]:
        return _at_key(error, loc, root), root.descend(loc)[1]
    if kind == "missing":
        return _missing(loc, root), root.descend(loc[:-1])[1]
    node, taken = root.descend(loc)
    mark, key = root.place(loc)
    if kind == "powersim":
        column = (
            mark.column + context["column"] + (1 if node.quoted else 0) if context["column"] else mark.column
        )
        found = context["found"]
        if found is None:
            found = "" if isinstance(node.value, dict) and context["message"] else show(node.data())
        example = _example_text(taken, context["example"])
        return Problem(
            mark.file, mark.line, column, key, found, context["allowed"], example, context["message"]
        ), taken
    allowed, message = _allowed(kind, context)
    return Problem(*mark, key, show(node.data()), allowed, example_of(loc), message), taken


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
    """A key that has no business there."""
    taken = root.descend(loc)[1]
    mark = root.key_mark(taken)
    name = str(loc[-1])
    if error["type"] == "powersim":
        context = error["ctx"]
        return Problem(
            *mark,
            dotted(taken),
            context["found"] or name,
            context["allowed"],
            context["example"],
            context["message"],
        )
    known = keys_at(loc[:-1])
    message, allowed = unknown(name, known, "key")
    return Problem(*mark, dotted(taken), "", allowed, "", message)


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
