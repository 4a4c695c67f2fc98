"""exp, log, powers and tanh from +, -, *, / and the square root alone: the same bits on every platform.

A platform's own functions round as its vendor likes, so that a history made on one machine could part from the same
history on another. IEEE 754 leaves no choice in the five operations used here, which compiled code neither fuses nor
reorders. Errors stay below 1 unit in the last place, those of powers as long as the result lies in e^-40..e^40, those
of x sqrt(x) below 2; a test holds them to fifty digits.

Tables are those of Tang 1989, ACM TOMS 15:144-57 (exp), and 1990, 16:378-400 (log), computed in decimal arithmetic,
which is exact to the digit everywhere. Between their entries go a few terms of Taylor's series. What rounding leaves
out of a sum: Dekker 1971, Numer. Math. 18:224-42; arguments are reduced in two parts: Cody and Waite 1980.
"""

from __future__ import annotations

import math
from decimal import Context, Decimal, localcontext

import numpy as np
from numpy.typing import NDArray

from powersim.compile.jit import rule
from powersim.compile.leaf import leaf

Floats = NDArray[np.float64]

_FRACTION, _BIAS = 52, 1023  # IEEE 754, 64 bits
_LEAST_NORMAL, _INFINITY = 1 << _FRACTION, 2047 << _FRACTION  # as bits
_RAISE, _RAISED = 54, 2.0**54  # makes a number that is too small to be normal normal
_HALF = -(1 << 27)  # cuts to 26 bits, so that products are exact
_DIGITS = Context(prec=50)  # of what tables are made from, whatever the context of whoever loads this
_LN2 = _DIGITS.ln(Decimal(2))


@rule
def _bits(x: float) -> int:
    """The 64 bits of a number."""
    return int(np.float64(x).view(np.int64))


@rule
def _number(bits: int) -> float:
    """The number that has these bits."""
    return float(np.int64(bits).view(np.float64))


def _parts(x: Decimal, places: int) -> tuple[float, float]:
    """A number rounded to whole units of 2^-places, and the rest."""
    with localcontext(_DIGITS):
        high = float((x * 2**places).to_integral_value()) / 2.0**places
        return high, float(x - Decimal(high))


# e^x = 2^k/128 e^r, |r| <= ln(2) / 256.
_STEPS, _STEP_BITS = 128, 7
_PER_STEP = float(_DIGITS.divide(_STEPS, _LN2))
_STEP, _STEP_LO = _parts(_DIGITS.divide(_LN2, _STEPS), 42)  # 35 bits: its product with any k is exact
_ROUNDER = 1.5 * 2.0**_FRACTION  # added to a number below 2^51, it leaves a whole number in the last bits
_ROUNDER_BITS = (_BIAS + _FRACTION << _FRACTION) + (1 << _FRACTION - 1)
_ROOTS = [_DIGITS.power(Decimal(2), _DIGITS.divide(i, _STEPS)) for i in range(_STEPS)]
_ROOT = np.array([float(root) for root in _ROOTS])
_ROOT_BITS = _ROOT.view(np.int64)
_ROOT_LO = np.array(  # what it lacks, as a share
    [float(_DIGITS.subtract(_DIGITS.divide(root, Decimal(float(root))), 1)) for root in _ROOTS]
)
_HIGHEST, _LOWEST = 709.782712893384, -745.1332191019412  # beyond: overflow, and nothing left
_NORMAL = 708.0  # within: neither


@rule
def _reduced(x: float, hi: float, less: float) -> tuple[int, float]:
    """Whole k and small p with e^(hi - less) = 2^(k/128) (1 + p), 2^(k/128) as in the table; x is about hi - less."""
    shifted = x * _PER_STEP + _ROUNDER
    steps = shifted - _ROUNDER
    k = _bits(shifted) - _ROUNDER_BITS
    r = ((hi - steps * _STEP) - steps * _STEP_LO) - less
    r2 = r * r
    tail = (0.5 + r * (1.0 / 6.0)) + r2 * (1.0 / 24.0 + r * (1.0 / 120.0))
    return k, (r + _ROOT_LO[k & (_STEPS - 1)]) + r2 * tail


@rule
def _root(k: int) -> float:
    """2^(k/128), if it is a normal number."""
    return _number(_ROOT_BITS[k & (_STEPS - 1)] + ((k >> _STEP_BITS) << _FRACTION))


@rule
def _far(x: float, hi: float, less: float) -> float:
    """e^(hi - less) where it overflows, or is little or nothing; x is about hi - less."""
    if x != x:
        return x
    if x > _HIGHEST:
        return math.inf
    if x < _LOWEST:
        return 0.0
    k, p = _reduced(x, hi, less)
    half = (k >> _STEP_BITS) // 2  # scaled in two steps, since 2^k alone may be none
    s = _root(k - (half << _STEP_BITS))
    return float(s + s * p) * _root(half << _STEP_BITS)


@leaf
def exp(x: float) -> float:
    """e^x; inf above 709.78, 0 below -745.13, nan of nan."""
    if abs(x) < _NORMAL:
        k, p = _reduced(x, x, 0.0)
        s = _root(k)
        return s + s * p
    return _far(x, x, 0.0)


# ln x = n ln 2 + ln c + ln(1 + r), c near x / 2^n and 1 around 1. 1 / c has so few bits that r is exact; |r| < 2^-7.
_CELLS, _BELOW_ONE = 128, 77
_CELL = _FRACTION - 7
_FIRST = (_BIAS << _FRACTION) - (_BELOW_ONE << _CELL) - (1 << _CELL - 1)
_UPPER, _NEAREST = -(1 << 32), 1 << 31  # rounds to 21 bits
_LN2_HI, _LN2_LO = _parts(_LN2, 42)  # times an exponent, plus a logarithm of the table: exact


def _cells() -> Floats:
    """For each cell of a mantissa 1/c and ln c in two parts; 1/c is as fine as r stays exact, a number of 53 bits."""
    edges = np.array([_FIRST + (i << _CELL) for i in range(_CELLS + 1)]).view(np.float64).tolist()
    table = np.empty((_CELLS, 3))
    for row, low, high in zip(table, edges[:-1], edges[1:], strict=True):
        for grid in (512, 256, 128):
            inverse = round(2 * grid / (low + high)) / grid
            if max(1.0 - low * inverse, high * inverse - 1.0) * grid <= (1.0 if low < 1.0 else 2.0):
                break
        row[0] = inverse
        row[1:] = _parts(_DIGITS.minus(_DIGITS.ln(Decimal(inverse))), 42)
    return table


_TABLE = _cells()


@rule
def _log(bits: int, e: int) -> tuple[float, float]:
    """Ln of 2^e times the normal positive number with these bits, as hi + lo: to 61 bits or more."""
    place = bits - _FIRST
    i, n = (place >> _CELL) & (_CELLS - 1), place >> _FRACTION
    bits -= n << _FRACTION
    inverse, power = _TABLE[i, 0], float(n + e)
    upper = _number((bits + _NEAREST) & _UPPER)
    r = (upper * inverse - 1.0) + (_number(bits) - upper) * inverse
    r2 = r * r
    series = (1.0 / 3.0 - r * 0.25) + r2 * ((0.2 - r * (1.0 / 6.0)) + r2 * (1.0 / 7.0))
    base = power * _LN2_HI + _TABLE[i, 1]
    hi = base + r
    left_out = ((base - hi) + r) + (power * _LN2_LO + _TABLE[i, 2])
    return hi, (left_out - 0.5 * r2) + r * r2 * series


@leaf
def log(x: float) -> float:
    """Ln x; -inf at 0, nan below and of nan, inf of inf."""
    bits, e = _bits(x), 0
    if bits < _LEAST_NORMAL or bits >= _INFINITY:
        if x == 0.0:
            return -math.inf
        if x != x or x < 0.0:
            return math.nan
        if x == math.inf:
            return x
        bits, e = _bits(x * _RAISED), -_RAISE
    hi, lo = _log(bits, e)
    return hi + lo


@leaf
def power(x: float, y: float) -> float:
    """x^y for x >= 0 and finite y: 1 where y = 0; 0 or inf at x = 0; nan below 0, and of nan."""
    if y == 1.0:
        return x
    if y == 1.5:
        return x * math.sqrt(x)
    bits, e = _bits(x), 0
    if bits < _LEAST_NORMAL or bits >= _INFINITY:
        if y == 0.0:
            return 1.0
        if x != x or x < 0.0:
            return math.nan
        if x == 0.0 or x == math.inf:
            return 0.0 if (x == 0.0) == (y > 0.0) else math.inf
        bits, e = _bits(x * _RAISED), -_RAISE
    hi, lo = _log(bits, e)
    y_hi, l_hi = _number(_bits(y) & _HALF), _number(_bits(hi) & _HALF)
    first, less = y_hi * l_hi, (y_hi - y) * l_hi - y * ((hi - l_hi) + lo)
    about = y * (hi + lo)
    if abs(about) < _NORMAL:
        k, p = _reduced(about, first, less)
        s = _root(k)
        return s + s * p
    return _far(about, first, less)


# Rows: the same for many numbers at once, in a processor's vectors. What needs more than the common path is done one by
# one. Interpreted, no number may leave the range of whole numbers on the way, hence the stand-ins for such.
LANES = 8
"""A row's length is a multiple of this, or its rest goes one by one."""
_ONE = _BIAS << _FRACTION  # the bits of 1


@rule
def exp_row(x: Floats, out: Floats) -> None:
    """Fill out with e^x, those of `exp` to the bit. x, out: rows of one length, not the same."""
    odd = 0
    for i in range(out.shape[0]):
        usual = abs(x[i]) < _NORMAL
        at = x[i] if usual else 0.0
        k, p = _reduced(at, at, 0.0)
        s = _root(k)
        out[i] = s + s * p
        odd += 0 if usual else 1
    if odd > 0:
        for i in range(out.shape[0]):
            out[i] = exp(x[i])


@rule
def log_row(x: Floats, out: Floats) -> None:
    """Fill out with ln x, those of `log` to the bit. x, out: rows of one length, not the same."""
    odd = 0
    for i in range(out.shape[0]):
        bits = _bits(x[i])
        usual = _LEAST_NORMAL <= bits < _INFINITY
        hi, lo = _log(bits if usual else _ONE, 0)
        out[i] = hi + lo
        odd += 0 if usual else 1
    if odd > 0:
        for i in range(out.shape[0]):
            out[i] = log(x[i])


@rule
def power_row(x: Floats, y: float, out: Floats) -> None:
    """Fill out with x^y, those of `power` to the bit. x, out: rows of one length, not the same."""
    if y == 1.0 or y == 1.5:
        for i in range(out.shape[0]):
            out[i] = power(x[i], y)
        return
    odd = 0
    y_hi = _number(_bits(y) & _HALF)
    for i in range(out.shape[0]):
        bits = _bits(x[i])
        normal = _LEAST_NORMAL <= bits < _INFINITY
        hi, lo = _log(bits if normal else _ONE, 0)
        l_hi = _number(_bits(hi) & _HALF)
        first, less = y_hi * l_hi, (y_hi - y) * l_hi - y * ((hi - l_hi) + lo)
        about = y * (hi + lo)
        usual = normal and abs(about) < _NORMAL
        k, p = _reduced(about if usual else 0.0, first, less)
        s = _root(k)
        out[i] = s + s * p
        odd += 0 if usual else 1
    if odd > 0:
        for i in range(out.shape[0]):
            out[i] = power(x[i], y)


def row_length(n: int) -> int:
    """Room for a row of n numbers that a processor's vectors fill."""
    return -(-n // LANES) * LANES


_EVEN = 0.5493061443340549  # artanh 1/2
_FLAT = 20.0  # beyond, it is 1 to the last bit


@leaf
def tanh(x: float) -> float:
    """Hyperbolic tangent.

    Up to 1/2 Lambert's continued fraction x / (1 + x^2 / (3 + x^2 / (5 + ... / 15))); then 1 - 2 / (1 + e^2x).
    """
    a = abs(x)
    if a < _EVEN:
        return _by_fraction(x)
    if a > _FLAT:
        return math.copysign(1.0, x)
    if x != x:
        return x
    return math.copysign(_by_exp(a), x)


@rule
def _by_fraction(x: float) -> float:
    """The hyperbolic tangent up to 1/2."""
    z = x * x
    z2 = z * z
    above = (675675.0 + 45045.0 * z) + z2 * (594.0 + z)
    below = (2027025.0 + 945945.0 * z) + z2 * ((51975.0 + 630.0 * z) + z2)
    return x - x * z * (above / below)


@rule
def _by_exp(a: float) -> float:
    """The hyperbolic tangent of a positive number beyond that, while it is not flat."""
    k, p = _reduced(2.0 * a, 2.0 * a, 0.0)
    s = _root(k)
    one = s + 1.0
    rest = s * p
    d = one + rest
    d_lo = ((one - d) + rest) + ((s - one) + 1.0)
    t = 2.0 / d
    u = 1.0 - t
    return u + (((1.0 - u) - t) + 0.5 * t * t * d_lo)


@rule
def tanh_row(x: Floats, out: Floats) -> None:
    """Fill out with the hyperbolic tangent, that of `tanh` to the bit. x, out: rows of one length, not the same."""
    odd = 0
    for i in range(out.shape[0]):
        usual = abs(x[i]) <= _FLAT
        at = x[i] if usual else 0.0
        near, far = _by_fraction(at), math.copysign(_by_exp(abs(at)), at)
        out[i] = near if abs(at) < _EVEN else far
        odd += 0 if usual else 1
    if odd > 0:
        for i in range(out.shape[0]):
            out[i] = tanh(x[i])
