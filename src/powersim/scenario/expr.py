"""The closed expression language: text to postfix code, by a tokenizer and a Pratt parser of its own. No code runs.

    expression = number | issue | ( expression ) | - expression | expression op expression
               | min(expression, ...) | max(expression, ...) | stock(ACTOR, good) | at_war(A, B) | alignment(A, B)
    op         = + - * /   and at most one of < <= > >= at each level (they give 1 or 0)

Evaluated by `powersim.world.expression.evaluate`; what it needs of depth and length is bounded here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from powersim.world import expression as code
from powersim.world.state import DEPTH

MAX_CHARACTERS = 400
MAX_NESTING = 24  # of the parser; the stack of the evaluator is bounded by DEPTH
MAX_OPS = 64

TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z][A-Za-z0-9_]*)|(?P<mark><=|>=|[-+*/<>(),]))"
)
BINDING = {"<": 1, "<=": 1, ">": 1, ">=": 1, "+": 2, "-": 2, "*": 3, "/": 3}
BINARY = {
    "+": code.ADD, "-": code.SUB, "*": code.MUL, "/": code.DIV,
    "<": code.LT, "<=": code.LE, ">": code.GT, ">=": code.GE,
}  # fmt: skip
UNARY_BINDING = 4
# name of a function: its code and what its two arguments name
PROBES: dict[str, tuple[int, tuple[str, str]]] = {
    "stock": (code.STOCK, ("actor", "good")),
    "at_war": (code.AT_WAR, ("actor", "actor")),
    "alignment": (code.ALIGNED, ("actor", "actor")),
}
FOLDS = {"min": code.MIN, "max": code.MAX}
RESERVED = frozenset(PROBES) | frozenset(FOLDS)
GRAMMAR = "numbers, issues, + - * / ( ), min, max, < <= > >=, stock(A, good), at_war(A, B), alignment(A, B)"


class ExpressionError(ValueError):
    """A mistake at `column` (from 0) of an expression."""

    def __init__(self, message: str, column: int, found: str = "", allowed: str = GRAMMAR) -> None:
        super().__init__(message)
        self.column, self.found, self.allowed = column, found, allowed


@dataclass(frozen=True, slots=True)
class Name:
    """A name in an expression: what kind of thing it must be, and its column (from 0)."""

    kind: str
    name: str
    column: int


@dataclass(frozen=True, slots=True)
class Op:
    """One step of postfix code before names have become indices."""

    code: int
    value: float = 0.0
    names: tuple[Name, ...] = ()

    @property
    def is_war(self) -> bool:
        """Whether it asks for a war."""
        return self.code == code.AT_WAR


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression: its text and its postfix steps."""

    text: str
    ops: tuple[Op, ...]

    def constants(self) -> Iterator[float]:
        """Every number that it is written with."""
        yield from (op.value for op in self.ops if op.code == code.CONST)

    def names(self) -> Iterator[Name]:
        """Every name that must refer to something."""
        for op in self.ops:
            yield from op.names

    def compiled(
        self, index: Callable[[Name], int], at_war: Callable[[str, str], list[int]]
    ) -> list[tuple[int, float, int]]:
        """Rows (code, a, b) for the evaluator's tables. `index` finds a name's place in the world's lists; `at_war`
        lists the disputes between two actors (the largest answer counts).
        """
        rows: list[tuple[int, float, int]] = []
        for op in self.ops:
            if op.code == code.AT_WAR:
                disputes = at_war(op.names[0].name, op.names[1].name)
                rows += [(op.code, float(disputes[0]), 0)]
                for dispute in disputes[1:]:
                    rows += [(op.code, float(dispute), 0), (code.MAX, 0.0, 0)]
            elif op.names:
                places = [index(name) for name in op.names]
                rows.append((op.code, float(places[0]), places[1] if len(places) > 1 else 0))
            else:
                rows.append((op.code, op.value, 0))
        return rows


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """The postfix form of `text`. Raises ExpressionError with the column of the mistake."""
    if len(text) > MAX_CHARACTERS:
        raise ExpressionError(
            "expression too long", 0, f"{len(text)} characters", f"at most {MAX_CHARACTERS}"
        )
    parser = _Parser(text)
    parser.expression(0, 0)
    if parser.kind != "end":
        raise parser.unexpected("an operator or the end")
    return Expression(text, tuple(parser.ops))


class _Parser:
    """Top-down operator precedence (Pratt 1973): each call of `expression` reads one operand and what binds to it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.ops: list[Op] = []
        self.stack = 0  # operands that the evaluator would hold
        self.at = self.column = 0
        self.kind = self.word = ""
        self.advance()

    def advance(self) -> None:
        match = TOKEN.match(self.text, self.at)
        if match is None:
            rest = self.text[self.at :].lstrip()
            self.column = len(self.text) - len(rest)
            if rest:
                raise ExpressionError("not part of the language", self.column, rest[:12])
            self.kind, self.word = "end", ""
            return
        self.kind, self.word = str(match.lastgroup), match[str(match.lastgroup)]
        self.column, self.at = match.start(str(match.lastgroup)), match.end()

    def unexpected(self, allowed: str) -> ExpressionError:
        return ExpressionError("unexpected", self.column, self.word or "the end of the expression", allowed)

    def need(self, mark: str) -> None:
        if self.word != mark:
            raise self.unexpected(f"'{mark}'")
        self.advance()

    def push(self, op: Op, column: int) -> None:
        self.stack += 1
        if self.stack >= DEPTH:  # one place is left for at_war, which may compare disputes
            raise ExpressionError(
                "expression too deep", column, f"{self.stack} values at once", f"at most {DEPTH - 1}"
            )
        self.add(op)

    def combine(self, op: int) -> None:
        self.stack -= 1
        self.add(Op(op))

    def add(self, op: Op) -> None:
        if len(self.ops) >= MAX_OPS:
            raise ExpressionError(
                "expression too long", 0, f"more than {MAX_OPS} steps", f"at most {MAX_OPS}"
            )
        self.ops.append(op)

    def expression(self, binding: int, nesting: int) -> None:
        if nesting > MAX_NESTING:
            raise ExpressionError("nested too deeply", self.column, allowed=f"at most {MAX_NESTING} levels")
        self.operand(nesting)
        compared = False
        while self.kind == "mark" and BINDING.get(self.word, 0) > binding:
            operator = self.word
            if BINDING[operator] == 1:
                if compared:
                    raise ExpressionError(
                        "comparisons do not chain", self.column, operator, "min(a < b, b < c)"
                    )
                compared = True
            self.advance()
            self.expression(BINDING[operator], nesting + 1)
            self.combine(BINARY[operator])

    def operand(self, nesting: int) -> None:
        kind, word, column = self.kind, self.word, self.column
        if kind == "number":
            value = float(word)
            if not math.isfinite(value):
                raise ExpressionError("not a finite number", column, word)
            self.push(Op(code.CONST, value), column)
            self.advance()
        elif kind == "name":
            self.advance()
            if self.word == "(":
                self.call(word, column, nesting)
            else:
                self.push(Op(code.X, names=(Name("issue", word, column),)), column)
        elif word == "-":
            self.advance()
            self.expression(UNARY_BINDING, nesting + 1)
            self.add(Op(code.NEG))
        elif word == "(":
            self.advance()
            self.expression(0, nesting + 1)
            self.need(")")
        else:
            raise self.unexpected("a number, an issue, a function or '('")

    def call(self, word: str, column: int, nesting: int) -> None:
        if word not in RESERVED:
            raise ExpressionError("no such function", column, word, ", ".join(sorted(RESERVED)))
        self.advance()
        if word in PROBES:
            opcode, kinds = PROBES[word]
            first = self.name(kinds[0])
            self.need(",")
            names = (first, self.name(kinds[1]))
            self.need(")")
            self.push(Op(opcode, names=names), column)
            return
        self.expression(0, nesting + 1)
        count = 1
        while self.word == ",":
            self.advance()
            self.expression(0, nesting + 1)
            self.combine(FOLDS[word])
            count += 1
        if count == 1:
            raise self.unexpected(f"a comma: {word} takes two values or more")
        self.need(")")

    def name(self, kind: str) -> Name:
        if self.kind != "name":
            raise self.unexpected(f"the code of {'an actor' if kind == 'actor' else 'a good'}")
        name = Name(kind, self.word, self.column)
        self.advance()
        return name
