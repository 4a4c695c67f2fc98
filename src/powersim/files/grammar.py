"""A schema in words: what is allowed at a place of it, which keys, and an example that works."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Path: TypeAlias = tuple[str | int, ...]

KINDS = {
    "float_type": "a number", "int_type": "a whole number", "string_type": "text", "bool_type": "true or false",
    "list_type": "a list", "dict_type": "a mapping", "model_type": "a mapping", "tuple_type": "a list",
    "model_attributes_type": "a mapping", "finite_number": "a finite number", "mapping_type": "a mapping",
    "none_required": "nothing", "string_unicode": "whole characters",
}  # fmt: skip
BOUNDS = {
    "greater_than_equal": ("ge", "of at least"), "less_than_equal": ("le", "of at most"),
    "greater_than": ("gt", "above"), "less_than": ("lt", "below"),
}  # fmt: skip


def allowed(kind: str, context: Mapping[str, Any]) -> tuple[str, str]:
    """What is allowed where a validation error of this kind is, and a message where that does not say it."""
    if kind == "literal_error":
        return str(context["expected"]).replace("'", ""), ""
    if kind in ("too_short", "string_too_short"):
        return f"at least {context['min_length']}", "too short"
    if kind in ("too_long", "string_too_long"):
        return f"at most {context['max_length']}", "too long"
    if kind in BOUNDS:
        key, words = BOUNDS[kind]
        return f"a number {words} {context[key]}", ""
    return KINDS.get(kind, "another value"), "" if kind in KINDS else kind.replace("_", " ")


def example(schema: Any, loc: Path) -> str:
    """A working value of the field at `loc`, empty if none is known."""
    for _, field in lookup(schema, loc):
        if field is not None and field.examples:
            return str(field.examples[0])
        for item in field.metadata if field is not None else ():
            if hasattr(item, "example"):
                return str(item.example)
            if isinstance(item, FieldInfo) and item.examples:
                return str(item.examples[0])
    return ""


def keys_at(schema: Any, loc: Path) -> list[str]:
    """The keys that the mapping at `loc` may have."""
    keys: list[str] = []
    for annotation, _ in lookup(schema, loc):
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            keys += [field.alias or name for name, field in annotation.model_fields.items()]
    return keys


def every_key(schema: Any) -> set[str]:
    """All keys of a grammar."""
    keys: set[str] = set()
    found: list[Any] = [schema]
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


def declared(schema: Any, loc: Path) -> tuple[Any, FieldInfo | None]:
    """The annotation, marks and all, of what stands at `loc`, and its field if it is one of a mapping's keys."""
    annotation: Any = schema
    field: FieldInfo | None = None
    for part in loc:
        found = next((step for kind in alternatives(annotation) for step in _step(kind, part)), None)
        if found is None:
            return Any, None
        annotation, field = found
    return annotation, field


def lookup(annotation: Any, loc: Sequence[str | int]) -> Iterator[tuple[Any, FieldInfo | None]]:
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
