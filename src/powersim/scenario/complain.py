"""Validation errors of the schema as problems: the place in the file, what was found, what is allowed, an example."""

from __future__ import annotations

from pydantic_core import ErrorDetails

from powersim.errors import Problem
from powersim.files import grammar
from powersim.scenario.names import unknown
from powersim.scenario.node import Node, Path, dotted, show
from powersim.scenario.schema import Document


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
    allowed, message = grammar.allowed(kind, context)
    return Problem(*mark, key, show(node.data()), allowed, example_of(loc), message), taken


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
    return _example_text(loc, grammar.example(Document, loc))


def _example_text(loc: Path, value: str) -> str:
    if not value or not loc or isinstance(loc[-1], int) or ": " in value.split("{")[0]:
        return value
    return f"{loc[-1]}: {value}"


def keys_at(loc: Path) -> list[str]:
    """The keys that the mapping at `loc` may have."""
    return grammar.keys_at(Document, loc)
