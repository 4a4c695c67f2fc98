"""Whether the plain model and powersim compute the same history: state by state, deal by deal, after every turn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plain_mesa.country import Country
from plain_mesa.model import World
from plain_mesa.things import Deal, Dispute, Leg
from powersim.sim.run import Engine
from powersim.world import chronicle, columns
from powersim.world.case import Case
from powersim.world.state import LEGS, PARTIES

Array = NDArray[np.float64]

KINDS = {
    "own moves": chronicle.OWN_MOVE, "deals": chronicle.SIGNED, "deliveries": chronicle.DELIVERY,
    "breaches": chronicle.BREACH, "crises": chronicle.CRISIS, "wars": chronicle.WAR, "strikes": chronicle.STRIKE,
}  # fmt: skip
OF_PAIRS = ("alignment", "resolve", "trust", "gains", "dealt", "hurt")


@dataclass
class Agreement:
    """`differs`: what was not the same first, "" if nothing; `largest`: difference of any number until then.

    counts: how much of what has happened.
    """

    turns: int
    differs: str
    largest: float
    counts: dict[str, int] = field(default_factory=dict)


def compared(case: Case, seed: int, run: int, tolerance: float = 1e-9, turns: int | None = None) -> Agreement:
    """Both models on the same case with the same luck, compared after every turn, or the first `turns` of them."""
    engine, world = Engine(case, seed, run), World(case, seed, run, keyed=True)
    largest, differs = 0.0, ""
    for turn in range(case.turns if turns is None else turns):
        engine.to(turn + 1)
        world.step()
        for name, mine in states(world).items():
            ours = _ours(engine, name)
            gap = float(np.abs(ours - mine.reshape(ours.shape)).max()) if ours.size else 0.0
            largest = max(largest, gap)
            if gap > tolerance and not differs:
                differs = f"{name} after turn {turn}, by {gap:.2g}"
        if differs:
            break
    kinds = engine.history().log[:, columns.KIND]
    return Agreement(
        world.turn, differs, largest, {name: int((kinds == code).sum()) for name, code in KINDS.items()}
    )


def _ours(engine: Engine, name: str) -> Array:
    """One array of powersim's world, without what means nothing in it."""
    ours: Array = getattr(engine.world, name).astype(float)
    if name in OF_PAIRS:
        ours = np.where(np.eye(len(ours)), 0.0, ours)
    elif name in ("deal_until", "deal_party", "deal_leg", "deal_gain", "deal_pay"):
        ours[engine.world.deal_on == 0] = 0.0
    elif name in ("war_fort", "war_start", "war_help", "war_belief"):
        ours[engine.world.war_on == 0] = 0.0
    return ours


def states(world: World) -> dict[str, Array]:
    """Everything that a turn hands on, under powersim's names and in its order."""

    def of(things: list[Any], attribute: str) -> list[Any]:
        return [getattr(thing, attribute) for thing in things]

    def between(attribute: str) -> list[list[float]]:
        return [[getattr(a, attribute).get(b, 0.0) for b in world.countries] for a in world.countries]

    found: dict[str, Any] = {
        "x": of(world.issues, "position"),
        "pos": of(world.controls, "position"),
        "locked_until": of(world.controls, "locked_until"),
        "dis": of(world.controls, "ahead"),
        "power": of(world.countries, "power"),
        "economy": of(world.countries, "economy"),
        "engagers": of(world.countries, "engagers"),
        "q": [[country.stock[good] for good in world.goods] for country in world.countries],
        **{name: between(name) for name in OF_PAIRS},
        **{name: of(world.flows, name) for name in ("ordered", "frozen_until", "price", "delivered")},
        "war_on": of(world.disputes, "war"),
        "war_fort": [dispute.forts if dispute.war else 0 for dispute in world.disputes],
        "war_start": [dispute.began if dispute.war else 0.0 for dispute in world.disputes],
        "war_help": [_sides(dispute, dispute.help, 0.0) for dispute in world.disputes],
        "war_belief": [_sides(dispute, dispute.belief, [0.0, 0.0]) for dispute in world.disputes],
        **{name: of(world.disputes, name) for name in ("wars", "crises", "terms")},
        "milestone": of(world.strikes, "passed"),
        "strikes": of(world.strikes, "count"),
        "proxy_level": of(world.proxies, "level"),
        "happened": [-1 if event.happened is None else event.happened for event in world.events],
        "deal_on": [deal is not None for deal in world.table],
        "deal_until": [deal.until if deal else 0 for deal in world.table],
        "deal_party": [_padded(deal, _parties(world, deal), PARTIES) for deal in world.table],
        "deal_leg": [_padded(deal, _legs(world, deal), LEGS) for deal in world.table],
    }
    for name, amounts in (("deal_gain", "gain"), ("deal_pay", "pay")):
        found[name] = [(_amounts(deal, getattr(deal, amounts)) if deal else []) for deal in world.table]
        found[name] = [row + [0.0] * (PARTIES - len(row)) for row in found[name]]
    return {name: np.array(values, dtype=float) for name, values in found.items()}


def _sides(dispute: Dispute, of: dict[Country, Any], nothing: Any) -> list[Any]:
    sides = (dispute.challenger, dispute.target)
    return [of[country] if dispute.war else nothing for country in sides]


def _amounts(deal: Deal, of: dict[Country, float]) -> list[float]:
    return [of[country] for country in deal.parties]


def _parties(world: World, deal: Deal | None) -> list[int]:
    return [world.countries.index(country) for country in deal.parties] if deal else []


def _legs(world: World, deal: Deal | None) -> list[int]:
    return [number(world, leg) for leg in deal.legs] if deal else []


def _padded(deal: Deal | None, row: list[int], length: int) -> list[int]:
    return row + [-1] * (length - len(row)) if deal else [0] * length


def number(world: World, leg: Leg) -> int:
    """The number that powersim gives a leg (`world/legs.py`)."""
    if leg.control is not None:
        return 3 * leg.control.place + leg.number
    return 3 * len(world.controls) + 2 * leg.thing.place + leg.number
