"""Natural direct and indirect effects of one branch against another through a channel, and their interaction.

Y(b, M_a) is the outcome of branch b when the channel M is held at the path that it took in branch a, in the same run.

    TE  = Y(b, M_b) - Y(a, M_a)     total effect
    NDE = Y(b, M_a) - Y(a, M_a)     natural direct effect: the channel stays as it was in a
    NIE = Y(a, M_b) - Y(a, M_a)     natural indirect effect: the channel alone moves
    INT = TE - NDE - NIE            interaction: what neither does without the other
    TIE = TE - NDE                  total indirect effect

Source: Pearl 2001, Proc. UAI 17:411-20; the interaction as VanderWeele 2013, Epidemiology 24:224-32. In data Y(a, M_b)
is never seen and has to be assumed; in a simulation with common random numbers it is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from powersim.effects.estimates import effect_estimates, estimates, labels
from powersim.effects.results import Floats

TOTAL, DIRECT, INDIRECT, INTERACTION, TOTAL_INDIRECT = (
    "total", "natural direct", "natural indirect", "interaction", "total indirect",
)  # fmt: skip
QUANTITIES = (TOTAL, DIRECT, INDIRECT, INTERACTION, TOTAL_INDIRECT)
OTHERS, TOGETHER = "all but alignment", "all channels"
"""Several channels held at once; where the outcome is an alignment, holding alignment itself says nothing."""


@dataclass(frozen=True)
class Replays:
    """One outcome under two branches and two held paths; each array has one shape, the last axis is the run.

    aa, bb: Y(a, M_a) and Y(b, M_b), the histories as they were. ba, ab: Y(b, M_a) and Y(a, M_b).
    """

    aa: Floats
    ab: Floats
    ba: Floats
    bb: Floats

    @classmethod
    def of(cls, outcome: Callable[[int, int, int], float], runs: int) -> Replays:
        """From a function (branch, branch whose channel it gets, run) -> outcome; 0 is a, 1 is b."""
        cells = {
            (branch, channel): np.array([outcome(branch, channel, run) for run in range(runs)], np.float64)
            for branch in (0, 1)
            for channel in (0, 1)
        }
        return cls(cells[0, 0], cells[0, 1], cells[1, 0], cells[1, 1])


def decompose(y: Replays) -> dict[str, Floats]:
    """Every quantity of a mediation in every run, in the shape of the replays."""
    total, direct, indirect = y.bb - y.aa, y.ba - y.aa, y.ab - y.aa
    return {
        TOTAL: total,
        DIRECT: direct,
        INDIRECT: indirect,
        INTERACTION: total - direct - indirect,
        TOTAL_INDIRECT: total - direct,
    }


@dataclass(frozen=True)
class Mediation:
    """A row of mediation.csv: one quantity of one channel, with its 95 % interval over runs."""

    outcome: str
    theory: str
    channel: str
    quantity: str
    value: float
    ci_low: float
    ci_high: float
    runs: int

    @property
    def clear(self) -> bool:
        """Whether the interval lies on one side of 0."""
        return self.ci_low > 0 or self.ci_high < 0


def mediation(
    outcome: str, theories: Sequence[str], channel: str, y: Replays, *, binary: bool, touched: Floats
) -> list[Mediation]:
    """Rows by theory from replays (theory, run); touched (theory, run): 1 where any two of the histories differ."""
    rows = []
    for quantity, values in decompose(y).items():
        if quantity == TOTAL:
            found = effect_estimates(y.aa, y.bb, binary=binary, touched=touched)
        else:
            found = estimates(values, rare=binary, touched=touched)
        for theory, part in zip(labels(theories), found, strict=True):
            rows.append(
                Mediation(outcome, theory, channel, quantity, part.value, part.low, part.high, part.runs)
            )
    order = {theory: place for place, theory in enumerate(labels(theories))}
    return sorted(rows, key=lambda row: order[row.theory])
