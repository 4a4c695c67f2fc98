"""Uncertain numbers: distributions by inverse CDF, each drawn from the uniform that belongs to its path.

The uniform of a number is keyed by seed, run and the path at which the number stands in the resolved scenario, so it is
the same for all branches and theories, and one prior more or less shifts no other draw.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from powersim.compile.jit import interpreted
from powersim.world import draws
from powersim.world.state import Floats, Keys

WORD = 2**32
UNIT_53 = 2.0**-53
PRECISION = 2.0**26


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution and the range that cuts it off. Kinds: uniform, normal, triangular, beta, choice."""

    kind: str
    arguments: tuple[float, ...]
    low: float
    high: float

    @property
    def least(self) -> float:
        """The least value that it can have, or come as close to as one likes."""
        return self.low if self.kind in ("normal", "beta") else max(self.low, min(self.arguments))

    def quantile(self, u: Floats) -> Floats:
        """Inverse CDF at u in [0, 1)."""
        return QUANTILES[self.kind](u, np.array([self.arguments]).T, self.low, self.high)


def _rounded(x: Floats) -> Floats:
    """To 26 bits: what scipy computes ends in other digits on other platforms, beyond what any prior means."""
    digits, size = np.frexp(x)
    return cast(Floats, np.ldexp(np.round(digits * PRECISION) / PRECISION, size))


def _uniform(u: Floats, a: Floats, low: float | Floats, high: float | Floats) -> Floats:
    return cast(Floats, np.clip(a[0] + (a[1] - a[0]) * u, low, high))


def _normal(u: Floats, a: Floats, low: float | Floats, high: float | Floats) -> Floats:
    """Cut off at the range: the inverse of the CDF between the range's ends."""
    from scipy import special  # takes a tenth of a second, and many scenarios do without

    below, above = special.ndtr((low - a[0]) / a[1]), special.ndtr((high - a[0]) / a[1])
    return cast(
        Floats, np.clip(a[0] + a[1] * _rounded(special.ndtri(below + (above - below) * u)), low, high)
    )


def _triangular(u: Floats, a: Floats, low: float | Floats, high: float | Floats) -> Floats:
    first, mode, last = a[0], a[1], a[2]
    width = np.where(last > first, last - first, 1.0)
    left = first + np.sqrt(u * width * (mode - first))
    right = last - np.sqrt((1.0 - u) * width * (last - mode))
    return cast(Floats, np.clip(np.where(u * width < mode - first, left, right), low, high))


def _beta(u: Floats, a: Floats, low: float | Floats, high: float | Floats) -> Floats:
    from scipy import special

    return cast(Floats, np.clip(_rounded(special.betaincinv(a[0], a[1], u)), low, high))


QUANTILES: dict[str, Callable[[Floats, Floats, Any, Any], Floats]] = {
    "uniform": _uniform,
    "normal": _normal,
    "triangular": _triangular,
    "beta": _beta,
    "choice": lambda u, a, low, high: a[np.minimum((u * len(a)).astype(np.int64), len(a) - 1), 0],
}


def path_key(path: str) -> tuple[int, int]:
    """Two 32-bit words from the hash of a path."""
    digest = hashlib.sha256(path.encode()).digest()
    return int.from_bytes(digest[:4], "big"), int.from_bytes(digest[4:8], "big")


def name_key(name: str) -> int:
    """The 32-bit key of a code or id, never 0 (which means nobody)."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") or 1


def _shape(d: Distribution) -> tuple[str, tuple[float, ...]]:
    """Distributions of one shape are drawn together; a choice shares its values."""
    return d.kind, d.arguments if d.kind == "choice" else ()


def uniforms(keys: Keys, seed: int, run: int, *, second: bool = False) -> Floats:
    """The uniforms (P) of paths with `keys` (2, P): `world.draws.uniform` at decision point PRIOR, all at once.

    `second` gives another one of the same key, independent of the first.
    """
    luck = draws.luck(seed, run)
    block: Any = interpreted(draws.philox)  # plain arithmetic, so it works on arrays
    zero = np.zeros_like(keys[0])
    w0, w1, w2, w3 = block(zero + np.uint64(draws.PRIOR), keys[0], zero, keys[1], luck.seed, luck.keys[0, 0])
    if second:
        w0, w1 = w2, w3
    return cast(Floats, (((w0 << np.uint64(32)) | w1) >> np.uint64(11)).astype(np.float64) * UNIT_53)


class Draws:
    """Many distributions, drawn together: P of them in, P numbers out."""

    def __init__(self, paths: Sequence[str], distributions: Sequence[Distribution]) -> None:
        self.paths, self.all = tuple(paths), tuple(distributions)
        self.keys: Keys = np.array([path_key(path) for path in paths], np.uint64).reshape(-1, 2).T  # (2, P)
        self.groups: list[tuple[str, Any, Floats, Floats, Floats]] = []
        for shape in sorted({_shape(d) for d in distributions}, key=repr):
            members = [index for index, d in enumerate(distributions) if _shape(d) == shape]
            chosen = [distributions[index] for index in members]
            arguments = np.array([d.arguments for d in (chosen[:1] if shape[0] == "choice" else chosen)]).T
            low, high = np.array([d.low for d in chosen]), np.array([d.high for d in chosen])
            self.groups.append((shape[0], np.array(members), arguments, low, high))

    def values(self, u: Floats) -> Floats:
        """The value of every number at the uniforms u (P), each in [0, 1)."""
        out = np.empty_like(u)
        for kind, members, arguments, low, high in self.groups:
            out[members] = QUANTILES[kind](u[members], arguments, low, high)
        return out
