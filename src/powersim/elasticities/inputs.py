"""What can be nudged: priors by a share of their width, parameters without one by a share of their value, branches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from powersim._words import did_you_mean, nearest
from powersim.errors import Argument, ArgumentError
from powersim.run.opened import own_name
from powersim.run.space import THEORY, Space
from powersim.world.params import SPEC
from powersim.world.state import Floats

PARAMETERS = "parameters."


@dataclass(frozen=True)
class Input:
    """An input and where it is put: `column` of a point at quantiles `at`, or a parameter at values `at`.

    A branch, taken instead of `against`, is put nowhere. shown: both values for readers, nan of a branch.
    """

    name: str
    title: str
    column: int | None = None
    at: tuple[float, float] = (np.nan, np.nan)
    shown: tuple[float, float] = (np.nan, np.nan)
    against: str = ""
    about: str = ""  # what a parameter means

    def put(self, u: Floats, side: int) -> tuple[Floats, Mapping[str, float]]:
        """A point with the input at its low (0) or high (1) place, and the parameters that are fixed there."""
        if self.column is None:
            return u, {self.name.removeprefix(PARAMETERS): self.at[side]}
        moved = u.copy()
        moved[self.column] = self.at[side]
        return moved, {}


def parameters(space: Space) -> list[str]:
    """Names of the parameters that have a prior."""
    return [a.path.removeprefix(PARAMETERS) for a in space.all if a.path.startswith(PARAMETERS)]


def every(space: Space) -> list[str]:
    """Names of all that has a prior."""
    return [a.path.removeprefix(PARAMETERS) for a in space.all if a.path != THEORY]


def known(space: Space, name: str) -> bool:
    """Whether a name is one of a prior or a parameter."""
    return name.removeprefix(PARAMETERS) in SPEC or name in space.place or PARAMETERS + name in space.place


def nudged(space: Space, name: str, share: float) -> Input:
    """The input of this name, its low and high places `share` of its width apart. ArgumentError if there is none."""
    bare = name.removeprefix(PARAMETERS)
    path = PARAMETERS + bare if bare in SPEC else name
    if path in space.place and path != THEORY:
        column = space.place[path]
        at = (0.5 - share / 2, 0.5 + share / 2)
        one = space.all[column]
        return Input(bare, one.title, column, at, _values(space, path, at), about=one.about)
    if bare in SPEC:
        spec, value = SPEC[bare], space.plan.scenario.parameters[bare].value
        half = share / 2 * (abs(value) if value else spec.high - spec.low)
        half = max(half, 1.0) if spec.whole else half
        ends = (max(spec.low, value - half), min(spec.high, value + half))
        if spec.whole:
            ends = (float(round(ends[0])), float(round(ends[1])))
        return Input(bare, bare, None, ends, ends, about=spec.about)
    near = nearest(name, [*SPEC, *space.place])
    raise ArgumentError(
        "inputs",
        f"found {name}; allowed: a parameter, the path of a prior or a branch"
        + did_you_mean(near, ", e.g. "),
        *(() if near else (Argument("inputs", ["rho"]),)),
    )


def _values(space: Space, path: str, at: Sequence[float]) -> tuple[float, float]:
    """Values at two quantiles under the first theory that has the prior."""
    for theory in space.plan.theories:
        prior = space.plan.built.distributions(own_name(theory)).get(path)
        if prior is not None:
            low, high = (float(v) for v in prior.quantile(np.array(at)))
            return low, high
    return np.nan, np.nan
