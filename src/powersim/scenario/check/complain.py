"""Validation errors of the schema as problems: the place in the file, what was found, what is allowed, an example."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from powersim.errors import Problem
from powersim.files import grammar
from powersim.scenario.names import unknown
from powersim.scenario.read.node import Node, Path, dotted, show
from powersim.scenario.schema.scenario import Document


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
        allowed, message = grammar.allowed(kind, context)
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
    return _example_text(loc, grammar.example(Document, loc))


def _example_text(loc: Path, value: str) -> str:
    if not value or not loc or isinstance(loc[-1], int) or ": " in value.split("{")[0]:
        return value
    return f"{loc[-1]}: {value}"


def keys_at(loc: Path) -> list[str]:
    """The keys that the mapping at `loc` may have."""
    return grammar.keys_at(Document, loc)


@lru_cache(maxsize=4096)
def declared(loc: Path) -> tuple[Any, FieldInfo | None]:
    """The annotation, marks and all, of what stands at `loc`, and its field if it is one of a mapping's keys."""
    return grammar.declared(Document, loc)
