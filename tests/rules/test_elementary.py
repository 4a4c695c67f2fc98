"""exp, log, powers and tanh: right to the last place, the same compiled and interpreted, and all that engines call."""

from __future__ import annotations

import ast
import math
import random
import re
from collections.abc import Callable, Iterator
from decimal import Context, Decimal, localcontext
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
import numba
import numpy as np
import pytest

from powersim.compile import jit
from powersim.compile.elementary import exp, log, power, tanh
from powersim.scenario.arrays.build import build
from powersim.scenario.load import load
from powersim.sim.history import simulate
from powersim.world.turn import begin, stretch

POINTS = 3000
SOURCES = Path(jit.__file__).parents[1]


def off(found: float, exact: Decimal) -> float:
    """Error in units in the last place."""
    return abs(float((Decimal(float(found)) - exact) / Decimal(math.ulp(float(exact)))))


def exact_tanh(x: float) -> Decimal:
    e = (2 * Decimal(x)).exp()
    return (e - 1) / (e + 1)


def small_and_large(dice: random.Random, largest: float) -> float:
    """Numbers of either sign: half of them spread evenly, half over all sizes."""
    if dice.random() < 0.5:
        return dice.uniform(-largest, largest)
    return dice.choice([-1.0, 1.0]) * largest * 10.0 ** dice.uniform(-13.0, 0.0)


def positive(dice: random.Random) -> float:
    """Shares, numbers near 1, and numbers of every size down to those that are no longer normal."""
    kind = dice.randrange(3)
    if kind == 0:
        return dice.uniform(1e-6, 2.0)
    if kind == 1:
        return 1.0 + dice.choice([-1.0, 1.0]) * 10.0 ** dice.uniform(-15.0, -1.0)
    return 10.0 ** dice.uniform(-320.0, 308.0)


def powers(dice: random.Random) -> Iterator[tuple[float, float]]:
    """Bases and exponents with results between e^-40 and e^40: what losses, odds and discounts come to."""
    while True:
        x, y = positive(dice), dice.choice([dice.uniform(-4.0, 4.0), dice.uniform(0.0, 400.0)])
        if x != 1.0 and abs(y * math.log(x)) < 40.0:
            yield x, y


@pytest.mark.slow
def test_no_function_errs_by_more_than_one_unit_in_the_last_place() -> None:
    dice = random.Random(2009)
    pairs = powers(dice)
    worst = dict.fromkeys(("exp", "log", "tanh", "power", "root", "far"), 0.0)

    def note(name: str, found: float, exact: Decimal) -> None:
        worst[name] = max(worst[name], off(found, exact))

    with localcontext(Context(prec=50)):
        for _ in range(POINTS):
            x = small_and_large(dice, 708.0)
            note("exp", exp(x), Decimal(x).exp())
            x = positive(dice)
            note("log", log(x), Decimal(x).ln())
            x = small_and_large(dice, 12.0)
            note("tanh", tanh(x), exact_tanh(x))
            x, y = next(pairs)
            note("power", power(x, y), (Decimal(x).ln() * Decimal(y)).exp())
            x = dice.random()
            note("root", power(x, 1.5), Decimal(x) * Decimal(x).sqrt())
            x, y = dice.uniform(0.5, 1.5), dice.uniform(-500.0, 500.0)
            note("far", power(x, y), (Decimal(x).ln() * Decimal(y)).exp())
    assert worst["exp"] < 0.7
    assert worst["log"] < 0.6
    assert worst["tanh"] < 0.8
    assert worst["power"] < 1.0
    assert worst["root"] < 1.5  # two roundings: x sqrt(x)
    assert worst["far"] < 4.0
    assert min(worst.values()) > 0.4  # so they are measured


INFINITE = math.inf
SPECIAL: list[tuple[Callable[..., float], tuple[float, ...], float]] = [
    (exp, (0.0,), 1.0), (exp, (-0.0,), 1.0), (exp, (710.0,), INFINITE), (exp, (INFINITE,), INFINITE),
    (exp, (-INFINITE,), 0.0), (exp, (-746.0,), 0.0), (exp, (-745.0,), 5e-324), (exp, (math.nan,), math.nan),
    (log, (1.0,), 0.0), (log, (0.0,), -INFINITE), (log, (INFINITE,), INFINITE), (log, (-1.0,), math.nan),
    (log, (5e-324,), -744.4400719213812), (log, (math.nan,), math.nan),
    (tanh, (0.0,), 0.0), (tanh, (INFINITE,), 1.0), (tanh, (-30.0,), -1.0), (tanh, (math.nan,), math.nan),
    (power, (0.3, 1.0), 0.3), (power, (0.25, 1.5), 0.125), (power, (0.5, 2.0), 0.25), (power, (4.0, 0.5), 2.0),
    (power, (10.0, 3.0), 1000.0), (power, (1.0, 7.3), 1.0), (power, (0.3, 0.0), 1.0), (power, (0.0, 0.0), 1.0),
    (power, (0.0, 1.2), 0.0), (power, (0.0, -1.2), INFINITE), (power, (INFINITE, -1.2), 0.0),
    (power, (INFINITE, 1.2), INFINITE), (power, (-1.0, 0.5), math.nan), (power, (math.nan, 0.5), math.nan),
    (power, (0.5, math.nan), math.nan), (power, (3.0, 1e10), INFINITE), (power, (3.0, -1e10), 0.0),
    (power, (2.0, -1074.0), 5e-324), (power, (2.0, 1023.5), 2.0**1023.5), (power, (5e-324, 0.5), 5e-324**0.5),
]  # fmt: skip


@pytest.mark.parametrize(("function", "given", "expected"), SPECIAL)
def test_where_there_is_nothing_to_compute_the_value_is_the_limit(
    function: Callable[..., float], given: tuple[float, ...], expected: float
) -> None:
    assert function(*given) == pytest.approx(expected, rel=1e-15, nan_ok=True)


def test_the_larger_the_argument_the_larger_the_value_across_the_edges_of_tables() -> None:
    x = np.linspace(-3.0, 3.0, 4001)
    for values in ([exp(v) for v in x], [tanh(v) for v in x], [log(v + 3.001) for v in x]):
        assert (np.diff(values) > 0.0).all()
    losses = [power(v, 1.37) for v in np.linspace(0.0, 1.0, 2001)]
    assert (np.diff(losses) > 0.0).all()


@numba.njit(error_model="numpy")  # type: ignore[untyped-decorator]
def compiled(x: Any, y: Any, out: Any) -> None:
    for i in range(x.shape[0]):
        out[0, i], out[1, i], out[2, i] = exp(x[i]), log(abs(x[i])), tanh(x[i])
        out[3, i], out[4, i] = power(abs(x[i]), y[i]), power(abs(x[i]), 1.5)


def one_by_one(x: Any, y: Any) -> Any:
    given = list(zip(x.tolist(), y.tolist(), strict=True))
    return np.array(
        [[exp(a), log(abs(a)), tanh(a), power(abs(a), b), power(abs(a), 1.5)] for a, b in given]
    ).T


def test_compiled_and_interpreted_they_give_the_same_bits() -> None:
    dice = random.Random(1)
    x = np.array([small_and_large(dice, 750.0) for _ in range(POINTS)] + [0.0, 1e-310, 1e308, -1e-320])
    y = np.array([small_and_large(dice, 8.0) for _ in range(POINTS)] + [0.0, 1.0, 2.0, -1.0])
    out = np.empty((5, len(x)))
    compiled(x, y, out)
    assert out.tobytes() == one_by_one(x, y).tobytes()
    if jit.ENABLED:
        machine = compiled.inspect_asm(compiled.signatures[0])
        assert "mulsd" in machine or "fmul" in machine
        assert not re.search(r"fn?m(add|sub)", machine)


OF_NUMBA = re.compile(r"NRT_|_?Py|numba_|llvm\.")
INEXACT = re.compile(r"llvm\.(exp|log|pow|a?sin|a?cos|a?tan|fma|fmuladd|ldexp|frexp)")
LOOSE = re.compile(r"\b(?:f(?:add|sub|mul|div|rem|neg)|call) (?:fast|reassoc|contract|arcp|afn)\b")


def not_exact(code: str) -> set[str]:
    """What in LLVM code is not one of the operations that IEEE 754 defines to the bit."""
    called = set(re.findall(r"^declare [^@\n]*@\"?([\w.]+)", code, re.MULTILINE))
    foreign = {name for name in called if not OF_NUMBA.match(name)} - {"sqrt"}  # exact everywhere
    return foreign | set(filter(INEXACT.match, called)) | set(LOOSE.findall(code))


def llvm_of(function: Any) -> str:
    """The optimised code of all signatures, also where it comes from the cache."""
    made = [function.overloads[each].library for each in function.signatures]
    return "\n".join(str(library._get_module_for_linking()) for library in made)


@pytest.mark.skipif(not jit.ENABLED, reason="nothing is compiled")
def test_the_engine_calls_no_function_of_a_mathematical_library_and_fuses_nothing(root: Path) -> None:
    built = build(load(root / "scenarios" / "two_powers.yaml"))
    simulate(built.case("keep", "spiral", 1, 0)._replace(turns=1), 1, 0)
    for entry in (begin, stretch):
        code = llvm_of(entry)
        assert code.count("fmul double") > 100
        assert "powersim.tanh" in code
        assert not_exact(code) == set()


@pytest.mark.skipif(not (jit.ENABLED and jit.in_parts()), reason="nothing is compiled in parts")
def test_the_engine_reads_tables_number_by_number(root: Path) -> None:
    from powersim.compile.parts import KNOWS_GATHERS

    if llvm.llvm_version_info[0] < KNOWS_GATHERS:
        pytest.skip("this LLVM cannot be told")
    built = build(load(root / "scenarios" / "two_powers.yaml"))
    simulate(built.case("keep", "spiral", 1, 0)._replace(turns=1), 1, 0)
    for entry in (begin, stretch):
        code = llvm_of(entry)
        assert "<4 x double>" in code or "+avx2" not in llvm.get_host_cpu_features().flatten()
        assert "masked.gather" not in code


@pytest.mark.skipif(not jit.ENABLED, reason="nothing is compiled")
def test_a_call_of_the_platforms_functions_and_a_fused_sum_would_be_found() -> None:
    plain = numba.njit(lambda x: math.exp(x) + math.tanh(x))
    loose = numba.njit(fastmath=True)(lambda x, y: x * y + x)
    assert plain(1.0) + loose(1.0, 2.0) > 6.0
    assert {"llvm.exp.f64", "tanh"} <= not_exact(llvm_of(plain)) | {"tanh"}
    assert LOOSE.search(llvm_of(loose))


OTHERS = re.compile(
    r"^define [^@]*@(?!\"?(?:powersim\.|_ZN8powersim7compile10elementary)).*?^}$", re.MULTILINE | re.DOTALL
)
HERE = re.compile(r"^target (?:triple|datalayout) = .*$|\"target-(?:cpu|features)\"=\"[^\"]*\"", re.MULTILINE)


@pytest.mark.skipif(not jit.ENABLED, reason="nothing is compiled")
@pytest.mark.parametrize("triple", ["aarch64-linux-gnu", "arm64-apple-macos"])
def test_a_processor_that_can_fuse_is_told_nothing_that_lets_it(triple: str) -> None:
    compiled(np.ones(1), np.ones(1), np.empty((5, 1)))
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    machine = llvm.Target.from_triple(triple).create_target_machine(opt=3)
    code = HERE.sub("", OTHERS.sub("", llvm_of(compiled)))
    head = f'target triple = "{triple}"\ntarget datalayout = "{machine.target_data}"\n'
    made = machine.emit_assembly(llvm.parse_assembly(head + code))
    assert made.count("fmul") > 50
    assert not re.search(r"\bfn?m(?:add|sub)\b|\bfml[as]\b", made)
    assert not re.search(r"\bbl\s+_?(?:exp|log|pow|tanh|fma)\b", made)


EXACT = {"sqrt", "floor", "ceil", "copysign", "isnan", "isfinite", "inf", "nan", "pi", "fsum"}


def test_no_rule_and_no_kernel_names_another_function_of_math() -> None:
    named = {
        f"{path.name}: {node.attr}"
        for folder in ("rules", "world")
        for path in (SOURCES / folder).glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id == "math" or (node.value.id == "np" and hasattr(math, node.attr)))
        and node.attr not in EXACT
    }
    assert named == set()
