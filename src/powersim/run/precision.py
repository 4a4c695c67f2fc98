"""Runs until an effect is known well enough: `--until 'OUTCOME ci < 0.01'`.

Looks are taken after numbers of runs that are fixed beforehand and grow by a quarter (Chow and Robbins 1965, Annals
of Mathematical Statistics 36:457, with at least `LEAST` runs): few looks, none of them early, leave the interval its
coverage. How long a study runs then depends on its results alone, not on who computes it or on interruptions.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from powersim.effects.paired import Effect, diverged, effects
from powersim.effects.results import ALL, Study
from powersim.errors import Argument, ArgumentError
from powersim.run.opened import unknown_name
from powersim.run.plan import Plan

if TYPE_CHECKING:
    import xarray as xr

LEAST = 200  # runs before the first look: the spread of differences is known to 5 % by then
GROWTH = 1.25
CAP = 10_000  # runs at most, unless `runs` says otherwise
EXAMPLE = (Argument("until", "war ci < 0.01"), " or ", Argument("until", "war:keep ci < 0.01"))

_GRAMMAR = re.compile(
    r"\s*(?P<outcome>[^\s:<]+)\s*(?::\s*(?P<branch>[^\s<]+))?\s+ci\s*<\s*(?P<width>[^\s<]+)\s*"
)


@dataclass(frozen=True)
class Goal:
    """Half the 95 % interval of effects on an outcome, pooled over theories, is to be less than `width`.

    pairs: the effects that are meant, every branch against the reference unless one was named.
    """

    outcome: str
    pairs: tuple[tuple[str, str], ...]
    width: float

    def widest(self, results: xr.Dataset) -> tuple[Effect, float]:
        """The effect that is known least, and half the width of its interval, infinite when nothing is known."""
        study = Study.read(results)
        rows = effects(results, self.pairs, [self.outcome])
        pooled = [row for row in rows if row.theory == ALL or len(study.theories) == 1]
        last = study.index(study.outcome(self.outcome).summary.last)

        def half(row: Effect) -> float:
            width = (row.ci_high - row.ci_low) / 2
            if width == 0:
                # No difference yet, though the histories differ: more runs may show one.
                parted = diverged(results, row.branch_a, row.branch_b)[:, last].any()
                return math.inf if parted else 0.0
            return width if math.isfinite(width) else math.inf

        most = max(pooled, key=half)
        return most, half(most)


def goal(text: str, plan: Plan) -> Goal:
    """What `until` asks of a plan. ArgumentError says what is wrong with it."""
    found = _GRAMMAR.fullmatch(text)
    if found is None:
        raise ArgumentError(
            "until", f"found {text!r}; allowed: OUTCOME[:BRANCH] ci < NUMBER, e.g. ", *EXAMPLE
        )
    outcome, branch = found["outcome"], found["branch"]
    if outcome not in plan.opened.outcomes:
        raise ArgumentError("until", unknown_name(outcome, plan.opened.outcomes, "outcome"))
    others = [name for _, name in plan.pairs]
    if branch is not None and branch not in others:
        raise ArgumentError("until", unknown_name(branch, others, "branch"))
    if not others:
        raise ArgumentError(
            "until", "needs a second branch to compare with; e.g. ", Argument("branches", ["keep", "cancel"])
        )
    try:
        width = float(found["width"])
    except ValueError:
        width = math.nan
    if not 0 < width < math.inf:
        raise ArgumentError("until", f"found {found['width']}; allowed: a number above 0, e.g. ", *EXAMPLE)
    return Goal(outcome, tuple(p for p in plan.pairs if branch in (None, p[1])), width)


def looks(chunk: int, cap: int) -> Iterator[int]:
    """Numbers of runs after which to look, in full chunks (of `chunk` runs) but for the last: the cap."""
    runs = float(LEAST)
    while True:
        whole = chunk * math.ceil(runs / chunk)
        if whole >= cap:
            yield cap
            return
        yield whole
        runs = whole * GROWTH


def needed(runs: int, width: float, wanted: float) -> int:
    """About how many runs an interval needs to be as narrow as wanted, if its width falls with their square root."""
    return math.ceil(runs * (width / wanted) ** 2)
