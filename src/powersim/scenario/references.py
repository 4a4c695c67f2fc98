"""Every name refers to something, every date lies within the calendar: checked by the schema's marks alone."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import BaseModel

from powersim.errors import Problem
from powersim.files.grammar import alternatives, hints_of
from powersim.scenario.expr import parse
from powersim.scenario.names import Ref, unknown
from powersim.scenario.node import Mark, Node, Path, dotted
from powersim.scenario.schema import Document

WHAT = {"party": "actor or group", "parties": "actor or group", "members": "actor or group"}


@dataclass
class Known:
    """The names that a scenario defines or that the model knows, by kind."""

    names: dict[str, frozenset[str]] = field(default_factory=dict)

    def of(self, kind: str) -> frozenset[str]:
        """Names of a kind of reference."""
        if kind in WHAT:
            return self.names["actor"] | self.names["group"]
        return self.names[kind]


def known_names(root: Node, parameters: frozenset[str], mechanisms: frozenset[str]) -> Known:
    """Names as the file writes them, so that a mistake inside an actor does not make every mention of it dangle."""

    def keys(name: str) -> frozenset[str]:
        node = root.child(name)
        return frozenset(node.value) if node is not None and isinstance(node.value, dict) else frozenset()

    events: set[str] = set()
    listed = root.child("events")
    for _, node in listed.walk() if listed is not None else ():
        named = node.child("id") if isinstance(node.value, dict) else None
        if named is not None and isinstance(named.value, str):
            events.add(named.value)
    return Known({
        "actor": keys("actors"), "group": keys("groups"), "issue": keys("issues"), "good": keys("goods"),
        "branch": keys("branches"), "theory": keys("theories"), "outcome": keys("outcomes"),
        "event": frozenset(events), "parameter": parameters, "mechanism": mechanisms,
    })  # fmt: skip


def walk(value: Any, annotation: Any, path: Path = ()) -> Iterator[tuple[Path, str, Ref]]:
    """Every text in a model that is marked as a reference, with its path and mark."""
    for mark in marks(annotation):
        if isinstance(value, str):
            yield path, value, mark
    if isinstance(value, BaseModel):
        for name, key, inner in _bearing(type(value)):
            held = getattr(value, name)
            if held:
                yield from walk(held, inner, (*path, key))
        return
    for kind in alternatives(annotation):
        origin, arguments = typing.get_origin(kind), typing.get_args(kind)
        if origin is dict and isinstance(value, dict):
            for key, item in value.items():
                yield from walk(key, arguments[0], (*path, key))
                yield from walk(item, arguments[1], (*path, key))
        elif origin is list and isinstance(value, list):
            for index, item in enumerate(value):
                yield from walk(item, arguments[0], (*path, index))
        elif origin is tuple and isinstance(value, tuple):
            for index, (item, inner) in enumerate(zip(value, arguments, strict=True)):
                yield from walk(item, inner, (*path, index))


@cache
def _bearing(model: type[BaseModel]) -> list[tuple[str, str, Any]]:
    """Fields of a model below which there are references: name, key in the file, annotation."""
    hints = hints_of(model)
    fields = ((name, field.alias or name, hints[name]) for name, field in model.model_fields.items())
    return [field for field in fields if _bears(field[2])]


def _bears(annotation: Any) -> bool:
    if any(True for _ in marks(annotation)):
        return True
    for kind in alternatives(annotation):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            if _bearing(kind):
                return True
        elif any(_bears(inner) for inner in typing.get_args(kind)):
            return True
    return False


def marks(annotation: Any) -> Iterator[Ref]:
    """The reference marks of an annotation, through unions with None."""
    if typing.get_origin(annotation) is typing.Annotated:
        yield from (item for item in annotation.__metadata__ if isinstance(item, Ref))
        yield from marks(typing.get_args(annotation)[0])
    elif typing.get_origin(annotation) is not None:
        for option in typing.get_args(annotation):
            if typing.get_origin(option) is typing.Annotated and typing.get_origin(annotation) not in (
                dict,
                list,
                tuple,
            ):
                yield from marks(option)


def dangling(document: Document, root: Node, known: Known) -> Iterator[tuple[Problem, Path]]:
    """Every reference that leads nowhere and every date outside the calendar."""
    calendar = document.calendar.calendar()
    ends = f"{calendar.label(0)} to {calendar.label(calendar.turns - 1)}"
    for path, text, ref in walk(document, Document):
        if ref.kind == "date":
            inside = range(calendar.turns)
            if calendar.first(text) not in inside and calendar.last(text) not in inside:
                mark, taken, key = _written(path, text, root)
                yield Problem(*mark, key, text, f"a date from {ends}", message="outside the calendar"), taken
        elif ref.kind in ("symmetric", "directed"):
            yield from _pair(path, text, ref, root, known)
        elif ref.kind == "expression":
            yield from _expression(path, text, root, known)
        elif (ref.kind in known.names or ref.kind in WHAT) and text not in known.of(ref.kind):
            yield _unknown(path, text, ref.kind, root, known)


def _unknown(
    path: Path, text: str, kind: str, root: Node, known: Known, column: int = 0
) -> tuple[Problem, Path]:
    what = WHAT.get(kind, kind)
    message, allowed = unknown(text, known.of(kind), what)
    mark, taken, key = _written(path, text, root)
    return Problem(mark.file, mark.line, mark.column + column, key, "", allowed, "", message), taken


def _written(path: Path, text: str, root: Node) -> tuple[Mark, Path, str]:
    """Where a name stands: the key, if the name is one, else the value."""
    _, taken = root.descend(path)
    at_key = bool(path) and path[-1] == text and bool(taken) and taken[-1] == text
    mark = root.key_mark(taken) if at_key else root.place(path)[0]
    return mark, taken, dotted(taken)


def _pair(path: Path, text: str, ref: Ref, root: Node, known: Known) -> Iterator[tuple[Problem, Path]]:
    """A key such as RUS-IRN or "RUS>USA", or default."""
    if text == "default":
        return
    sign = "-" if ref.kind == "symmetric" else ">"
    example = "RUS-IRN: 0.25" if sign == "-" else '"RUS>USA": 0.6'
    parts = text.split(sign)
    mark, taken = root.key_mark(path), root.descend(path)[1]
    key = root.place(path)[1]
    if len(parts) != 2 or parts[0] == parts[1]:
        yield Problem(*mark, key, text, f"default, or two different actors joined by {sign}", example), taken
        return
    for part in parts:
        if part not in known.of("party"):
            yield _unknown(path, part, "party", root, known)


def _expression(path: Path, text: str, root: Node, known: Known) -> Iterator[tuple[Problem, Path]]:
    node, _ = root.descend(path)
    for name in parse(text).names():
        if name.name not in known.of(name.kind):
            yield _unknown(path, name.name, name.kind, root, known, name.column + (1 if node.quoted else 0))
