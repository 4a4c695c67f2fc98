"""Two or more at a table with legs of any worth: packages searched as the turn searches them."""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from powersim.world.desk import Agenda, Menu
from powersim.world.gains import money_unit
from powersim.world.packages import (
    best_of_two,
    price_legs,
    same_object,
    sum_subsets,
)
from worlds import Play, built

FEW = 8  # legs on a table in these tests
CODES = ("ARD", "BEL", "COR", "DAN", "ELM")
FREE = {"cost_per_leg": 0.0, "indifference": 0.0}
Worths = NDArray[np.float64]

gains = st.integers(-100, 100).map(lambda n: n / 500)


def tables(legs: int, parties: int = 2) -> st.SearchStrategy[Worths]:
    """Gains of some legs (legs, parties)."""
    row = st.lists(gains, min_size=parties, max_size=parties)
    return st.lists(row, min_size=1, max_size=legs).map(np.array)


class Bazaar(NamedTuple):
    """A small world in which packages are searched; its menu is filled by hand."""

    play: Play
    agenda: Agenda
    menu: Menu

    @classmethod
    def of(cls, play: Play) -> Bazaar:
        """What lies on the desk of a history."""
        return cls(play, play.desk.agenda, play.desk.menu)

    @property
    def controls(self) -> int:
        """How many controls there are; their legs are numbered 3 c + side."""
        return len(self.play.world.pos)


def desk(**changes: float) -> Bazaar:
    """Five actors of different size and patience, six levers; changes of parameters, and payments=0 or 1."""
    on = changes.pop("payments", 1.0)
    document: dict[str, Any] = {
        "powersim": 1, "name": "desk", "calendar": {"start": "2000Q1", "end": "2000Q4", "turn": "quarter"},
        "actors": {code: {"power": 0.1, "economy": 0.05 * (k + 1), "patience": 0.9 + 0.015 * k}
                   for k, code in enumerate(CODES)},
        "issues": {f"lever_{k}": {"start": 0.5, "control": CODES[k % 5], "interests": {"ARD": [0.0, 0.5]}}
                   for k in range(6)},
        "outcomes": {},
    }  # fmt: skip
    case = built(document).case()
    switches = case.switches._replace(payments=int(on))
    play = Play(case._replace(params=case.params._replace(**changes), switches=switches))
    return Bazaar.of(play)


def lay(found: Bazaar, legs: list[int], worth: Worths) -> int:
    """Put legs on the table with these gains (legs, parties) and add up every subset."""
    g, _, desk = found.play.packed
    count, parties = worth.shape
    found.agenda.parties[0], found.agenda.legs[0] = parties, count
    found.agenda.party[:parties] = range(parties)
    for place, leg in enumerate(legs[:count]):
        found.agenda.leg[place] = leg
        found.menu.gain[leg, :parties] = worth[place]
    price_legs(g, desk)
    sum_subsets(g, desk)
    return count


def two(found: Bazaar, legs: list[int], worth: Worths) -> int:
    """The best subset for two parties as a bit mask."""
    g, w, desk = found.play.packed
    lay(found, legs, worth)
    return int(best_of_two(g, w, desk.agenda, 0))


def picks(found: Bazaar, legs: list[int], worth: Worths, runs: int) -> list[int]:
    """The best subset for two parties under the luck of several runs."""
    case = found.play.case
    masks = []
    for run in range(runs):
        other = Bazaar.of(Play(case, 1, run))
        masks.append(two(other, legs, worth))
    return masks


def subsets(found: Bazaar, legs: list[int], count: int) -> list[tuple[int, ...]]:
    """Every package without two legs about one thing."""
    return [
        chosen
        for size in range(1, count + 1)
        for chosen in itertools.combinations(range(count), size)
        if not any(
            same_object(legs[a], legs[b], found.controls) for a, b in itertools.combinations(chosen, 2)
        )
    ]


def outcomes(found: Bazaar, legs: list[int], worth: Worths) -> list[tuple[float, float]]:
    """Gains of both of every package and, where there is money, of many payments."""
    p, (g, w, _) = found.play.case.params, found.play.packed
    units = [money_unit(g.s, w, i) for i in (0, 1)]
    cap = p.payment_cap * min(w.economy[0], w.economy[1]) if found.play.case.switches.payments else 0.0
    results = []
    for chosen in subsets(found, legs, len(worth)):
        gi, gj = worth[list(chosen)].sum(axis=0) - p.cost_per_leg * len(chosen)
        for m in np.linspace(-cap, cap, 41) if cap > 0.0 else [0.0]:
            results.append(
                (gi - units[0] * m, gj + p.payment_efficiency * units[1] * m)
                if m >= 0.0
                else (gi - p.payment_efficiency * units[0] * m, gj + units[1] * m)
            )
    return results


LEVERS_APART = [3 * c + side for side in (0, 2) for c in range(6)]
SIDES_OF_FEW = [3 * c + side for c in range(3) for side in range(3)]
