"""The closed expression language of scenarios, evaluated on a world: postfix codes, no names, no calls out."""

from __future__ import annotations

from powersim.compile.jit import rule
from powersim.rules.level import exceeds
from powersim.world.state import Floats, Ints, World

# Codes: operands push, operators pop. END closes an expression that is shorter than the table's row.
(END, CONST, X, STOCK, AT_WAR, ALIGNED, ADD, SUB, MUL, DIV, NEG, MIN, MAX, LT, LE, GT, GE) = range(17)

MOST = 1e30  # no expression leaves this range, which single precision can hold


@rule
def evaluate(op: Ints, a: Floats, b: Ints, w: World) -> float:
    """The value of one expression (a row of the setup's tables) on world `w`: see `evaluate_at`."""
    return evaluate_at(op, a, b, w, w.x)


@rule
def evaluate_at(op: Ints, a: Floats, b: Ints, w: World, x: Floats) -> float:
    """The value of one expression (a row of the setup's tables) on world `w` with its issues at `x`.

    CONST a; X = position of issue a; STOCK = q[a, b]; AT_WAR = 1 while dispute a is a war; ALIGNED = alignment[a, b];
    comparisons give 1 or 0, and take for equal what differs by rounding alone (`rules.level`); division by 0 gives 0,
    and whatever is beyond +-MOST is cut off there, so that no scenario can produce an infinity.
    """
    stack, n = w.stack, 0
    for k in range(op.shape[0]):
        code = op[k]
        if code == END:
            break
        if code == CONST:
            stack[n] = _within(a[k])
            n += 1
        elif code == X:
            stack[n] = x[int(a[k])]
            n += 1
        elif code == STOCK:
            stack[n] = w.q[int(a[k]), b[k]]
            n += 1
        elif code == AT_WAR:
            stack[n] = 1.0 if a[k] >= 0.0 and w.war_on[int(a[k])] > 0 else 0.0
            n += 1
        elif code == ALIGNED:
            stack[n] = w.alignment[int(a[k]), b[k]]
            n += 1
        elif code == NEG:
            stack[n - 1] = -stack[n - 1]
        else:
            n -= 1
            stack[n - 1] = _combine(code, float(stack[n - 1]), float(stack[n]))
            stack[n] = 0.0
    found = float(stack[0])
    stack[0] = 0.0  # it is left as it was found: whether something is asked once or twice shows nowhere
    return found


@rule
def holds_at(op: Ints, a: Floats, b: Ints, w: World, x: Floats) -> bool:
    """Whether an expression, taken as a condition on world `w` with its issues at `x`, holds: it is above 0."""
    return exceeds(evaluate_at(op, a, b, w, x), 0.0)


@rule
def _within(value: float) -> float:
    return min(max(value, -MOST), MOST)


@rule
def _combine(code: int, left: float, right: float) -> float:
    """One two-sided operation."""
    if code == ADD:
        return _within(left + right)
    if code == SUB:
        return _within(left - right)
    if code == MUL:
        return _within(left * right)
    if code == DIV:
        return _within(left / right) if right != 0.0 else 0.0
    if code == MIN:
        return min(left, right)
    if code == MAX:
        return max(left, right)
    if code == LT:
        return 1.0 if exceeds(right, left) else 0.0
    if code == LE:
        return 0.0 if exceeds(left, right) else 1.0
    if code == GT:
        return 1.0 if exceeds(left, right) else 0.0
    return 0.0 if exceeds(right, left) else 1.0
