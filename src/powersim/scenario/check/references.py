"""Every name refers to something, every date lies within the calendar: checked by the schema's marks alone."""

from __future__ import annotations

import itertools
import types
import typing
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, TypeAlias

from pydantic import BaseModel, BeforeValidator
from pydantic_core import PydanticCustomError

from powersim._words import nearest
from powersim.errors import Problem
from powersim.files.grammar import hints_of
from powersim.scenario.calendar import Calendar
from powersim.scenario.expr import ExpressionError, parse
from powersim.scenario.names import Ref, unknown
from powersim.scenario.read.node import Mark, Node, Path, dotted
from powersim.scenario.read.source import MOST_PROBLEMS
from powersim.scenario.schema.numbers import Range
from powersim.scenario.schema.scenario import Document

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
    for node in listed.value if listed is not None and isinstance(listed.value, list) else ():
        named = node.child("id") if isinstance(node.value, dict) else None
        if named is not None and isinstance(named.value, str):
            events.add(named.value)
    return Known({
        "actor": keys("actors"), "group": keys("groups"), "issue": keys("issues"), "good": keys("goods"),
        "branch": keys("branches"), "theory": keys("theories"), "outcome": keys("outcomes"),
        "event": frozenset(events), "parameter": parameters, "mechanism": mechanisms,
    })  # fmt: skip


Mentions: TypeAlias = Iterator[tuple[Path, str, Ref]]
Look: TypeAlias = Callable[[Any, Path], Mentions]


def walk(value: Any, annotation: Any, path: Path = ()) -> Mentions:
    """Every text in plain data that the grammar marks as a reference, with its path and mark.

    What does not fit the grammar is passed over: the schema complains about it, and the rest is still looked at.
    """
    look = _look(annotation)
    return look(value, path) if look else iter(())


def _look(annotation: Any) -> Look | None:
    """What walks through values of an annotation, None where there is nothing to find: made once for all values."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _look_marked(annotation.__metadata__, _look(arguments[0]))
    if origin in (typing.Union, types.UnionType):
        options = [look for option in arguments if (look := _look(option))]
        if len(options) < 2:
            return options[0] if options else None
        return lambda value, path: (found for look in options for found in look(value, path))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return partial(_in_model, annotation) if _bearing(annotation) else None
    inside = [_look(argument) for argument in arguments]
    return _look_into(origin, inside) if any(inside) else None


def _look_marked(marked: Sequence[Any], inside: Look | None) -> Look | None:
    readers: list[Callable[[Any], Any]] = []
    for item in reversed(marked):
        if isinstance(item, (BeforeValidator, Range)):
            readers.append(item.read if isinstance(item, Range) else item.func)  # type: ignore[arg-type]
    refs = [item for item in marked if isinstance(item, Ref)]
    if not refs and not inside:
        return None

    def look(value: Any, path: Path) -> Mentions:
        if value is None:
            return
        try:
            for read in readers:
                value = read(value)
        except PydanticCustomError:
            return
        if isinstance(value, str):
            for ref in refs:
                yield path, value, ref
        if inside:
            yield from inside(value, path)

    return look


def _look_into(origin: Any, inside: Sequence[Look | None]) -> Look:
    """Through a mapping, whose names may be references too, a list or a tuple."""

    def look(value: Any, path: Path) -> Mentions:
        if origin is dict and isinstance(value, dict):
            for key, item in value.items():
                for each, of in zip(inside, (key, item), strict=True):
                    if each:
                        yield from each(of, (*path, key))
        elif (origin is list and isinstance(value, list)) or (
            origin is tuple and isinstance(value, (list, tuple))
        ):
            parts = itertools.repeat(inside[0]) if origin is list else inside
            for index, (item, each) in enumerate(zip(value, parts, strict=False)):
                if each:
                    yield from each(item, (*path, index))

    return look


def _in_model(model: type[BaseModel], value: Any, path: Path) -> Mentions:
    if isinstance(value, dict):
        for key, look in _bearing(model):
            if key in value:
                yield from look(value[key], (*path, key))


@cache
def _bearing(model: type[BaseModel]) -> list[tuple[str, Look]]:
    """Fields of a model below which there are references: key in the file, what walks through it."""
    hints = hints_of(model)
    fields = ((field.alias or name, _look(hints[name])) for name, field in model.model_fields.items())
    return [(key, look) for key, look in fields if look]


@dataclass(frozen=True)
class Use:
    """A place that names something: its path, the name, what it must be, and its column if it is in an expression."""

    path: Path
    name: str
    kind: str
    column: int = -1


@dataclass
class Links:
    """What the references of a tree come to: problems, and the names that lead nowhere, by family."""

    problems: list[Problem] = field(default_factory=list)
    unknown: dict[str, set[str]] = field(default_factory=dict)
    malformed: list[Path] = field(default_factory=list)  # keys that name no pair


FEW = 3  # uses of an unknown name that are reported one by one
LINES = 12  # that are listed where there are more


def dangling(root: Node, known: Known, calendar: Calendar | None, undefined: Container[str] = ()) -> Links:
    """Every reference that leads nowhere, and every date outside the calendar if that is known.

    `undefined` are families of which the definitions cannot be read as a whole: nothing is said of these.
    """
    links = Links()
    uses: list[Use] = []
    for path, text, ref in walk(root.data(), Document):
        if ref.kind == "date":
            if calendar is not None:
                links.problems += _outside(path, text, root, calendar)
        elif ref.kind in ("symmetric", "directed"):
            uses += _pair(path, text, ref, root, links)
        elif ref.kind == "expression":
            uses += _expression(path, text, root, links)
        elif ref.kind in known.names or ref.kind in WHAT:
            uses.append(Use(path, text, ref.kind))
    used = {(FAMILY.get(use.kind, use.kind), use.name) for use in uses}
    missing: dict[tuple[str, str], list[Use]] = {}
    names = {kind: known.of(kind) for kind in {use.kind for use in uses}}
    for use in uses:
        if use.name not in names[use.kind]:
            missing.setdefault((FAMILY.get(use.kind, use.kind), use.name), []).append(use)
    for (family, name), places in missing.items():
        links.unknown.setdefault(family, set()).add(name)
        if len(links.problems) <= MOST_PROBLEMS and family not in undefined:
            links.problems += _unknown(name, family, places, root, known, used)
    return links


def _outside(path: Path, text: str, root: Node, calendar: Calendar) -> Iterator[Problem]:
    inside = range(calendar.turns)
    if calendar.first(text) not in inside and calendar.last(text) not in inside:
        mark, key = _written(path, text, root)
        ends = f"{calendar.label(0)} to {calendar.label(calendar.turns - 1)}"
        yield Problem(*mark, key, text, f"a date from {ends}", message="outside the calendar")


def _unknown(
    name: str, family: str, uses: list[Use], root: Node, known: Known, used: set[tuple[str, str]]
) -> Iterator[Problem]:
    """Where the mistake is: in the only line that defines something, if that is named nowhere, else in the uses."""
    names = known.of("party" if any(use.kind in WHAT for use in uses) else family)
    if len(uses) > 1 and family in PLURAL:
        meant = nearest(name, [other for other in names if (family, other) not in used])
        if meant:
            yield _misspelt(name, meant, family, uses, root, known)
            return
    for use in uses if len(uses) <= FEW else uses[:1]:
        message, allowed = unknown(name, known.of(use.kind), WHAT.get(use.kind, use.kind))
        if len(uses) > FEW:
            message += f"; it is named {len(uses)} times, {_lines(uses, root)}"
        mark, key = _written(use.path, name, root)
        yield Problem(mark.file, mark.line, mark.column + _column(use, root), key, "", allowed, "", message)


def _misspelt(name: str, meant: str, family: str, uses: list[Use], root: Node, known: Known) -> Problem:
    """A definition that nothing refers to, while a name much like its own is not defined."""
    path: Path = ("groups" if family == "actor" and meant in known.names["group"] else PLURAL[family], meant)
    if family == "event":
        events = root.child("events")
        assert events is not None
        assert isinstance(events.value, list)
        index = next(
            i for i, node in enumerate(events.value)
            if isinstance(node.value, dict) and (named := node.child("id")) and named.value == meant
        )  # fmt: skip
        path = ("events", index, "id")
    what = "group" if path[0] == "groups" else family
    return Problem(
        *(root.place(path)[0] if family == "event" else root.key_mark(path)),
        dotted(path),
        meant,
        f"{what} {name}, or {meant} wherever it is meant",
        message=f"nothing refers to {what} {meant}, while {name}, which is not defined, is named {len(uses)} times, "
        f"{_lines(uses, root)}; did you mean {name}?",
    )


def _lines(uses: list[Use], root: Node) -> str:
    lines = list(dict.fromkeys(_written(use.path, use.name, root)[0].line for use in uses))
    more = ", …" if len(lines) > LINES else ""
    return f"on line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines[:LINES]))}{more}"


def _column(use: Use, root: Node) -> int:
    """How far into the text a name stands, the quotation mark counted."""
    return 0 if use.column < 0 else use.column + (1 if root.descend(use.path)[0].quoted else 0)


FAMILY = {"group": "actor", "party": "actor", "parties": "actor", "members": "actor"}
PLURAL = {
    "actor": "actors", "issue": "issues", "good": "goods", "branch": "branches", "theory": "theories",
    "outcome": "outcomes", "event": "events",
}  # fmt: skip


def _written(path: Path, text: str, root: Node) -> tuple[Mark, str]:
    """Where a name stands: the key, if the name is one, else the value."""
    _, taken = root.descend(path)
    at_key = bool(path) and path[-1] == text and bool(taken) and taken[-1] == text
    mark = root.key_mark(taken) if at_key else root.place(path)[0]
    return mark, dotted(taken)


def _pair(path: Path, text: str, ref: Ref, root: Node, links: Links) -> Iterator[Use]:
    """A key such as RUS-IRN or "RUS>USA", or default."""
    if text == "default":
        return
    sign = "-" if ref.kind == "symmetric" else ">"
    parts = text.split(sign)
    if len(parts) != 2 or parts[0] == parts[1]:
        links.malformed.append(path)
        example = "RUS-IRN: 0.25" if sign == "-" else '"RUS>USA": 0.6'
        allowed = f"default, or two different actors joined by {sign}"
        links.problems.append(Problem(*root.key_mark(path), root.place(path)[1], text, allowed, example))
        return
    for part in parts:
        yield Use(path, part, "party")


def _expression(path: Path, text: str, root: Node, links: Links) -> Iterator[Use]:
    try:
        expression = parse(text)
    except ExpressionError:
        return
    node, taken = root.descend(path)
    if len(expression.ops) > 1 and not any(expression.names()) and not node.quoted and node.text:
        links.problems.append(
            Problem(*node.mark, dotted(taken), text, "a number; or an expression in quotes", "0.5",
                    "a sum without quotes, perhaps meant as something else")
        )  # fmt: skip
    for name in expression.names():
        yield Use(path, name.name, name.kind, name.column)
