"""Where the runs of a study lie in the space of assumptions: independent of one another, or spread evenly in blocks.

Every block is random by itself and blocks are independent, so means over blocks give valid intervals. A place is a pure
function of (kind, seed, run, path of the number): chunks, workers and interruptions change nothing.

- `independent`: every run by itself.
- `antithetic`: run 2k + 1 mirrors run 2k (Hammersley and Morton 1956, Proc. Cambridge Phil. Soc. 52:449).
- `latin`: in each block of 16 runs, every number takes each sixteenth of its distribution once (McKay, Beckman and
  Conover 1979, Technometrics 21:239).
- `sobol`: as latin, and neighbouring numbers fill their plane evenly too: the first 16 Sobol points, scrambled anew in
  every block (Owen 1995, in Niederreiter and Shiue, eds.).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock

import numpy as np

from powersim.errors import Argument, ArgumentError, PowersimError
from powersim.scenario.arrays.build import Built
from powersim.world.state import Floats, Ints

INDEPENDENT, ANTITHETIC, LATIN, SOBOL = "independent", "antithetic", "latin", "sobol"
BLOCK = {INDEPENDENT: 1, ANTITHETIC: 2, LATIN: 16, SOBOL: 16}
"""Runs that are spread together, by kind of sampling."""

LEVELS = 4  # halvings that make the strata of a block: 2**4 = 16
MOST_SOBOL = 21201  # numbers that scipy's Sobol points have dimensions for
BELOW_ONE = 1.0 - 2.0**-53
KEPT = 64  # blocks held at once


@dataclass(eq=False)
class Sampler:
    """The places of the runs of one study. PowersimError for an unknown kind."""

    built: Built
    kind: str
    seed: int
    _blocks: dict[tuple[str, int], Floats] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        if self.kind not in BLOCK:
            raise ArgumentError("sampling", f"found {self.kind}; allowed: {', '.join(BLOCK)}")
        if self.kind == SOBOL and len(self._dimensions) > MOST_SOBOL:
            raise PowersimError(
                Argument("sampling", SOBOL),
                f": {len(self._dimensions)} uncertain numbers; allowed: {MOST_SOBOL}; take latin",
            )

    def place(self, run: int, theory: str = "") -> Floats:
        """Uniforms in [0, 1) of the uncertain numbers (P) of a run under a theory, as `Built.uniforms` orders them."""
        if self.kind == INDEPENDENT:
            return self.built.uniforms(self.seed, run, theory)
        if self.kind == ANTITHETIC:
            u = self.built.uniforms(self.seed, run - run % 2, theory)
            return np.minimum(1.0 - u, BELOW_ONE) if run % 2 else u
        block, row = divmod(run, BLOCK[self.kind])
        key = (theory, block)
        found = self._blocks.get(key)
        if found is None:
            found = self._spread(theory, block * BLOCK[self.kind])
            with self._lock:
                self._blocks[key] = found
                while len(self._blocks) > KEPT:
                    del self._blocks[next(iter(self._blocks))]
        place: Floats = found[row]
        return place

    def _spread(self, theory: str, start: int) -> Floats:
        """A block of places (16, P): a stratum for every run and number, and a place within it."""
        runs = range(start, start + BLOCK[self.kind])
        within = np.stack([self.built.uniforms(self.seed, run, theory, second=True) for run in runs])
        if self.kind == LATIN:
            own = np.stack([self.built.uniforms(self.seed, run, theory) for run in runs])
            strata = own.argsort(axis=0, kind="stable").argsort(axis=0)
        else:
            tree = (self.built.uniforms(self.seed, start, theory) * 2 ** BLOCK[SOBOL]).astype(np.int64)
            places = [self._dimensions[path] for path in self.built.paths(theory)]
            strata = scrambled(self._net[:, places], tree)
        return np.minimum((strata + within) / BLOCK[self.kind], BELOW_ONE)

    @cached_property
    def _dimensions(self) -> dict[str, int]:
        """The Sobol dimension of every uncertain number, the same under all theories."""
        paths = {path for theory in ("", *self.built.scenario.theories) for path in self.built.paths(theory)}
        return {path: place for place, path in enumerate(sorted(paths))}

    @cached_property
    def _net(self) -> Ints:
        """Strata of the first 16 Sobol points (16, dimensions)."""
        from scipy.stats import qmc

        points = qmc.Sobol(max(1, len(self._dimensions)), scramble=False).random(BLOCK[SOBOL])
        return np.asarray(points * BLOCK[SOBOL], dtype=np.int64)


def scrambled(strata: Ints, tree: Ints) -> Ints:
    """Owen's nested scrambling of strata (R, P) in 0..15: `tree` (P) holds a bit for every node of 15, from bit 1 on.

    The two halves of any stratum stay together or change places together, so a net stays a net.
    """
    node, out = np.ones_like(strata), np.zeros_like(strata)
    for level in reversed(range(LEVELS)):
        bit = (strata >> level) & 1
        out = (out << 1) | (bit ^ ((tree >> node) & 1))
        node = (node << 1) | bit
    return out
