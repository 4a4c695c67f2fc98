"""Mean and spread of arrays over many runs, in bounded memory whoever worked when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Moments:
    """Number of runs, mean and sum of squared deviations of an array of any shape."""

    count: int
    mean: Floats
    squares: Floats

    @classmethod
    def none(cls, shape: tuple[int, ...]) -> Moments:
        """No run yet."""
        return cls(0, np.zeros(shape), np.zeros(shape))

    @classmethod
    def of(cls, values: Floats) -> Moments:
        """Moments over the first axis (runs) of `values`; at least one run."""
        mean = values.mean(axis=0)
        return cls(len(values), mean, ((values - mean) ** 2).sum(axis=0))

    def merge(self, other: Moments) -> Moments:
        """Both together (Chan, Golub and LeVeque 1983); merged in the order of runs for the same bits."""
        if self.count == 0 or other.count == 0:
            return other if self.count == 0 else self
        count = self.count + other.count
        gap = other.mean - self.mean
        mean = self.mean + gap * (other.count / count)
        squares = self.squares + other.squares + gap**2 * (self.count * other.count / count)
        return Moments(count, mean, squares)

    def sd(self) -> Floats:
        """Standard deviation between runs (n - 1); NaN below two runs."""
        if self.count < 2:
            return np.full_like(self.mean, np.nan)
        return np.sqrt(self.squares / (self.count - 1))
