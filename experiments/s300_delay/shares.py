"""From freezes to shares: Shapley's value of every part of a deal, summed by payer and by kind, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from powersim.oracles.supplier import supplier_abstains, veto_price
from powersim.plausible.intervals import tails
from powersim.why.shapley import covers, shapley

from .freezes import Part, Restraint

Floats = NDArray[np.float64]

PAYERS = ("USA", "ISR", "EU3", "CHN", "others")
# What stands in a part's name, and what it is called; the first that fits counts.
KINDS = {
    "missile_defense_europe": "missile defence",
    "israel_georgia_arms": "arms for Georgia halted",
    "uav": "reconnaissance UAVs",
    "strategic_arms_treaty": "START",
    "wto_123_waivers": "WTO and 123 waivers",
    "sanctions": "sanctions eased",
    "nato_": "NATO's and the EU's door",
    "pledge": "a pledge of support",
    "payment": "money",
}
REST = "other levers"
LEVEL, DRAWS = 0.9, 2000


class Estimate(NamedTuple):
    """A mean over freezes with its sampling interval over runs."""

    value: float
    low: float
    high: float


def payer_of(part: Part) -> str:
    """Who gave it."""
    return part.payer if part.payer in PAYERS else PAYERS[-1]


def kind_of(part: Part) -> str:
    """What it is."""
    return next((name for key, name in KINDS.items() if key in part.what), REST)


def shares(deal: Restraint, whole_bill: bool = False) -> list[float] | None:
    """Shapley share of each part in covering Russia's loss by the freeze; None if no sum of parts covers it.

    whole_bill: the parts must cover what all of Russia's legs in the deal cost it, not the freeze alone.
    """
    bill = deal.loss + (deal.other_costs if whole_bill else 0.0)
    worth = covers([part.worth for part in deal.parts], bill)
    if deal.loss <= 0.0 or not worth(frozenset(range(len(deal.parts)))):
        return None
    return shapley(len(deal.parts), worth)


def by(
    deals: Sequence[Restraint], of: Callable[[Part], str], names: Sequence[str], whole_bill: bool = False
) -> Floats:
    """(freezes, names): share of each name in each freeze; nan where nothing covers the loss."""
    table = np.full((len(deals), len(names)), np.nan)
    for row, deal in enumerate(deals):
        found = shares(deal, whole_bill)
        if found is not None:
            table[row] = 0.0
            for part, share in zip(deal.parts, found, strict=True):
                if of(part) in names:
                    table[row, names.index(of(part))] += share
    return table


def estimate(deals: Sequence[Restraint], above: Floats, below: Floats, runs: int) -> Estimate:
    """sum(above) / sum(below) over freezes, interval by drawing whole runs with replacement.

    above, below: one number per freeze. Freezes of one run depend on one another, so they stay together.
    """
    run = np.array([deal.run for deal in deals], np.int64)
    use = np.isfinite(above) & np.isfinite(below)
    tops = np.bincount(run[use], above[use], minlength=runs)
    bottoms = np.bincount(run[use], below[use], minlength=runs)
    if bottoms.sum() <= 0.0:
        return Estimate(np.nan, np.nan, np.nan)
    weights = _resampled(runs)
    drawn = (weights @ tops) / np.maximum(weights @ bottoms, np.finfo(float).tiny)
    low, high = np.quantile(drawn, tails(LEVEL))
    return Estimate(float(tops.sum() / bottoms.sum()), float(low), float(high))


def mean(deals: Sequence[Restraint], values: Floats, runs: int) -> Estimate:
    """Mean over freezes."""
    return estimate(deals, values, np.where(np.isfinite(values), 1.0, np.nan), runs)


def difference(
    one: tuple[Sequence[Restraint], Floats], other: tuple[Sequence[Restraint], Floats], runs: int
) -> Estimate:
    """Mean of one branch less that of the other; runs are drawn in pairs, as they share their luck."""
    weights, drawn, values = _resampled(runs), [], []
    for deals, column in (one, other):
        run, use = np.array([deal.run for deal in deals], np.int64), np.isfinite(column)
        tops = np.bincount(run[use], column[use], minlength=runs)
        counts = np.bincount(run[use], minlength=runs)
        drawn.append((weights @ tops) / np.maximum(weights @ counts, 1.0))
        values.append(tops.sum() / max(counts.sum(), 1))
    low, high = np.quantile(drawn[0] - drawn[1], tails(LEVEL))
    return Estimate(float(values[0] - values[1]), float(low), float(high))


def _resampled(runs: int) -> Floats:
    """(draws, runs): how often each run is drawn."""
    rng = np.random.default_rng(runs)
    return rng.multinomial(runs, np.full(runs, 1.0 / runs), size=DRAWS).astype(np.float64)


class Prices(NamedTuple):
    """One number per freeze, utility per turn: what was paid, and what the rule of the purchased veto asks."""

    paid: Floats
    loss: Floats  # Pi
    harm: Floats  # H of those at the table
    rule: Floats  # (H + Pi) / 2, 0 where H <= Pi
    buyable: Floats  # 1 where H > Pi


def prices(deals: Sequence[Restraint]) -> Prices:
    """Prices of all freezes that cost Russia something."""
    kept = [deal if deal.loss > 0.0 else None for deal in deals]
    nan = float("nan")
    return Prices(
        np.array([deal.paid if deal else nan for deal in kept]),
        np.array([deal.loss if deal else nan for deal in kept]),
        np.array([deal.harm if deal else nan for deal in kept]),
        np.array([veto_price(deal.loss, max(deal.harm, 0.0)) if deal else nan for deal in kept]),
        np.array([float(supplier_abstains(deal.loss, deal.harm)) if deal else nan for deal in kept]),
    )
