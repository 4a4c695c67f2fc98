"""Every deal of a history in which Russia freezes the S-300 for Iran, and what each part of it was worth to whom.

The chronicle names legs, givers, payments and totals. What a leg is worth to each actor at the moment of signature
stands in the turn's menu, so the history is computed again up to each of these deals.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from powersim.scenario.arrays.build import Built
from powersim.sim.history import simulate
from powersim.sim.run import Engine
from powersim.world import chronicle
from powersim.world.case import Case
from powersim.world.columns import ACTOR, GAIN, KIND, THING, TURN, VALUE
from powersim.world.legs import Legs
from powersim.world.state import FREEZE, LEAST, Floats, World

SUPPLIER, CLIENT, GOOD = "RUS", "IRN", "s300"
SIDES, ORDERS = ("lower", "refrain on", "raise"), ("give", "freeze")


class Part(NamedTuple):
    """Something that Russia got in the deal: a leg that somebody else gives, or money."""

    payer: str
    what: str  # "lower nato_enlargement_georgia", "give uav ISR RUS", "payment"
    worth: float  # to Russia, utility per turn


class Restraint(NamedTuple):
    """One deal with a freeze. All worths are utility per turn, friends' gains included."""

    run: int
    turn: int
    parties: tuple[str, ...]
    loss: float  # Pi: what Russia forgoes by the freeze
    harm: float  # H: what the other parties at the table gain by it
    harm_all: float  # the same for all whom the delivery would harm
    other_costs: float  # what Russia's other legs in the deal cost it
    parts: tuple[Part, ...]
    net: float  # Russia's exact gain by the whole deal

    @property
    def paid(self) -> float:
        """Price of the freeze: all that Russia got, less what its other legs cost it."""
        return sum(part.worth for part in self.parts) - self.other_costs


class _Signed(NamedTuple):
    legs: list[tuple[int, int]]  # (giver, leg)
    gains: list[tuple[int, float, float]]  # (party, net payment received, gain)


def leg_name(built: Built, leg: int) -> str:
    """A leg in words: what is done, and with which control or flow."""
    controls = built.index.controls
    if Legs.moves_control(len(controls), leg):
        return f"{SIDES[Legs.side_of(leg)]} {controls[Legs.control_of(leg)]}"
    f, what = Legs.flow_of(len(controls), leg), Legs.deed_of(len(controls), leg)
    return f"{ORDERS[what]} {' '.join(list(built.index.flows)[f])}"


def freeze_leg(built: Built) -> int:
    """The leg that freezes Russia's order for Iran."""
    return Legs.flow_leg(len(built.index.controls), built.index.flows[GOOD, SUPPLIER, CLIENT], FREEZE)


def restraints(built: Built, case: Case, seed: int, run: int) -> Iterator[Restraint]:
    """All freezes of a history in the order of their signature."""
    wanted = freeze_leg(built)
    log = simulate(case, seed, run).log
    rows = log[(log[:, KIND] == chronicle.LEG) & (log[:, THING] == wanted), TURN]
    turns = sorted({int(t) for t in rows})
    if not turns:
        return
    engine = Engine(case, seed, run)
    world = engine.world
    for t in turns:
        engine.to(t, "deals")
        gain = engine.desk.menu.gain.copy()
        engine.to(t + 1)
        for signed in _signatures(world, t):
            if any(leg == wanted for _, leg in signed.legs):
                yield _restraint(built, case, world, gain, signed, run, t)


def _signatures(world: World, t: int) -> Iterator[_Signed]:
    """The deals signed in turn t, from the chronicle."""
    log = world.log[: int(world.logged[0])]
    log = log[log[:, TURN] == t]
    for start in np.flatnonzero(log[:, KIND] == chronicle.SIGNED):
        legs: list[tuple[int, int]] = []
        gains: list[tuple[int, float, float]] = []
        for row in log[start + 1 :]:
            if row[KIND] == chronicle.SIGNED:
                break
            if row[KIND] == chronicle.LEG:
                legs.append((int(row[ACTOR]), int(row[THING])))
            elif row[KIND] == chronicle.GAIN:
                gains.append((int(row[ACTOR]), float(row[VALUE]), float(row[GAIN])))
        yield _Signed(legs, gains)


def _restraint(
    built: Built, case: Case, world: World, gain: Floats, signed: _Signed, run: int, t: int
) -> Restraint:
    """What the deal was worth, leg by leg."""
    actors = list(built.index.actors)
    russia, iran = actors.index(SUPPLIER), actors.index(CLIENT)
    wanted = freeze_leg(built)
    parts, other_costs = [], 0.0
    for giver, leg in signed.legs:
        worth = float(gain[leg, russia])
        if leg == wanted:
            continue
        if giver != russia and worth > LEAST:
            parts.append(Part(actors[giver], leg_name(built, leg), worth))
        else:
            other_costs -= worth
    unit = float(case.setup.w_economy[russia] / world.economy[russia])
    received = next((pay for party, pay, _ in signed.gains if party == russia), 0.0)
    if received > 0.0:
        paid = {party: -pay for party, pay, _ in signed.gains if pay < 0.0}
        total = sum(paid.values())
        parts += [Part(actors[i], "payment", unit * received * pay / total) for i, pay in paid.items()]
    else:
        other_costs -= unit * received
    table = {party for party, _, _ in signed.gains}
    harmed = {i: float(gain[wanted, i]) for i in range(len(actors)) if i not in (russia, iran)}
    return Restraint(
        run,
        t,
        tuple(actors[i] for i in sorted(table)),
        -float(gain[wanted, russia]),
        sum(worth for i, worth in harmed.items() if i in table),
        sum(worth for worth in harmed.values() if worth > 0.0),
        other_costs,
        tuple(sorted(parts)),
        next(total for party, _, total in signed.gains if party == russia),
    )
