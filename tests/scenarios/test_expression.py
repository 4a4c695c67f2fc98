"""The closed expression language means what it says, and its compiled form gives the same number."""

from __future__ import annotations

import contextlib
import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powersim.scenario.expr import BINARY, FOLDS, Expression, ExpressionError, Name, parse
from powersim.world import expression as code
from powersim.world.state import DEPTH

PLACES = {"A": 0, "B": 1, "guns": 0, "front": 0, "shield": 1}
WORLD: Any = SimpleNamespace(
    x=np.array([0.25, 0.5]),
    q=np.array([[2.0], [0.5]]),
    war_on=np.array([1, 0], np.uint8),
    alignment=np.array([[0.0, -0.3], [-0.3, 0.0]]),
    stack=np.zeros(DEPTH),
)


def wars(a: str, b: str) -> list[int]:
    return [0, 1]


def evaluated(text: str, at_war: Any = wars) -> float:
    rows = [*parse(text).compiled(lambda name: PLACES[name.name], at_war), (code.END, 0.0, 0)]
    op, a, b = (np.array(column) for column in zip(*rows, strict=True))
    plain = getattr(code.evaluate_at, "py_func", code.evaluate_at)
    return float(plain(op.astype(np.int64), a.astype(np.float64), b.astype(np.int64), WORLD, WORLD.x))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1.0),
        (".5", 0.5),
        ("1e-3", 0.001),
        ("front", 0.25),
        ("stock(A, guns)", 2.0),
        ("stock(B,guns)", 0.5),
        ("alignment(A, B)", -0.3),
        ("at_war(A, B)", 1.0),
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("8 / 4 / 2", 1.0),
        ("5 - 2 - 1", 2.0),
        ("-front + 1", 0.75),
        ("--1", 1.0),
        ("2 * -3", -6.0),
        ("-2 * 3", -6.0),
        ("min(3, 1, 2)", 1.0),
        ("max(front, shield)", 0.5),
        ("front >= 0.25", 1.0),
        ("front > 0.25", 0.0),
        ("1 + front < 1.5", 1.0),
        ("(front <= 0.2) + (shield <= 0.5)", 1.0),
        ("1 / 0", 0.0),
        ("min(1, 2.2*front)", 0.55),
        ("max(0.1, 1 - stock(A, guns) - 0.2*stock(B, guns))", 0.1),
    ],
)
def test_an_expression_has_the_value_of_arithmetic(text: str, value: float) -> None:
    assert evaluated(text) == pytest.approx(value, abs=1e-15)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e9 * 1e9 * 1e9 * 1e9", code.MOST),
        ("-1e9 * 1e9 * 1e9 * 1e9", -code.MOST),
        ("1e9 * 1e9 * 1e9 * 1e9 + 1e9 * 1e9 * 1e9 * 1e9", code.MOST),
        ("1 / (1e-9 * 1e-9 * 1e-9 * 1e-9)", code.MOST),
        ("1e9 * 1e9 * 1e9 * 1e9 - 1e9 * 1e9 * 1e9 * 1e9", 0.0),
        ("0 * (1e9 * 1e9 * 1e9 * 1e9)", 0.0),
        ("1e9 * 1e9 * 1e9 * 1e9 > 1", 1.0),
    ],
)
def test_no_expression_reaches_an_infinity(text: str, value: float) -> None:
    assert evaluated(text) == value


def test_at_war_holds_when_any_dispute_between_the_two_is_a_war() -> None:
    assert evaluated("at_war(A, B)", lambda a, b: [1, 0]) == 1.0
    assert evaluated("at_war(A, B)", lambda a, b: [1]) == 0.0


numbers = st.integers(0, 40).map(lambda n: n / 8)


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> tuple[str, float]:
    """A text and what Python makes of it."""
    if depth == 0 or draw(st.booleans()):
        return draw(
            st.one_of(
                numbers.map(lambda v: (repr(v), v)), st.sampled_from([("front", 0.25), ("shield", 0.5)])
            )
        )
    (left, a), (right, b) = draw(trees(depth - 1)), draw(trees(depth - 1))
    kind = draw(st.sampled_from(["+", "-", "*", "/", "<", "<=", ">", ">=", "min", "max", "neg"]))
    if kind == "neg":
        return f"-({left})", -a
    if kind in ("min", "max"):
        return f"{kind}({left}, {right})", min(a, b) if kind == "min" else max(a, b)
    if kind == "/":
        return f"({left}) / ({right})", a / b if b else 0.0
    value = {"+": a + b, "-": a - b, "*": a * b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[kind]
    return f"({left}) {kind} ({right})", float(value)


@given(trees())
def test_compiled_expressions_agree_with_python(tree: tuple[str, float]) -> None:
    text, value = tree
    assert evaluated(text) == value


@given(trees(), st.sampled_from(["", " ", "   "]))
def test_blanks_mean_nothing(tree: tuple[str, float], blank: str) -> None:
    text = tree[0].replace(" ", blank)
    assert evaluated(text) == tree[1]


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("", 0),
        ("1 +", 3),
        ("1 + * 2", 4),
        ("front shield", 6),
        ("(1", 2),
        ("1)", 1),
        ("min(1)", 5),
        ("min()", 4),
        ("stock(A)", 7),
        ("stock(A, 1)", 9),
        ("stock(A, guns, 1)", 13),
        ("abs(1)", 0),
        ("front == 1", 6),
        ("front ** 2", 7),
        ("a.b", 1),
        ("a[0]", 1),
        ("'a'", 0),
        ("1; 2", 1),
        ("lambda: 1", 6),
        ("1 if front else 0", 2),
        ("0 < front < 1", 10),
        ("1e999", 0),
        ("1_000", 1),
        ("é", 0),
    ],
)
def test_a_mistake_is_found_at_its_column(text: str, column: int) -> None:
    with pytest.raises(ExpressionError, match=r".") as caught:
        parse(text)
    assert caught.value.column == column


def test_names_know_their_kind_and_column() -> None:
    found = list(parse("front + stock(A, guns)").names())
    assert found == [Name("issue", "front", 0), Name("actor", "A", 14), Name("good", "guns", 17)]


def parsed(text: str) -> Expression | None:
    with contextlib.suppress(ExpressionError):
        return parse(text)
    return None


@given(st.text(alphabet="()+-*/<>=,. 019aeminxstockfront_A\n", max_size=60))
def test_whatever_is_read_is_finite_and_fits_the_evaluator(text: str) -> None:
    found = parsed(text)
    if found is None:
        return
    held = deepest = 0
    for op in found.ops:
        held += 1 if op.code in (code.CONST, code.X, code.STOCK, code.AT_WAR, code.ALIGNED) else 0
        held -= 1 if op.code in BINARY.values() or op.code in FOLDS.values() else 0
        deepest = max(deepest, held)
    assert held == 1
    assert deepest < DEPTH
    assert all(math.isfinite(op.value) for op in found.ops)
