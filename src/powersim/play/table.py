"""The table at which a player sits: packages with their worth by everybody's own interests, and answers to them.

Nothing is reckoned here that the rules reckon: packages are read off the desk, their worth off the menu of the turn,
and what a player proposes is laid on the desk by the rule that lays down what governments find by themselves.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from powersim.compile.jit import interpreted
from powersim.rules.bargaining import equalising_payment, nash_payment, pair_surplus, sign_probability
from powersim.rules.patience import patience_weight
from powersim.sim.labels import Labels
from powersim.sim.run import Engine
from powersim.world import draws
from powersim.world.deals import giver_of
from powersim.world.draws import uniform
from powersim.world.exchange import keep_offer, weight
from powersim.world.gains import money_unit
from powersim.world.packages import can_pay, leg_cost
from powersim.world.state import LEAST, Floats

SIDES = ("lower", "hold", "raise")
DEEDS = ("give", "freeze")
NO_OFFER = -1.0  # a surplus by which an offer is passed over


class Words(Protocol):
    """Words for what happened and for what is offered."""

    def happened(self, log: Floats, first: int) -> list[tuple[str, frozenset[str]]]:
        """Sentences on the rows of a chronicle from `first` on, with the codes of those who take part."""

    def leg(self, giver: int, leg: int, value: float) -> str:
        """What one leg of a deal does."""

    def position(self, control: int, value: float) -> str:
        """A position of a control, with its label."""


@dataclass(frozen=True)
class Offer:
    """A package, with what it is worth to its parties.

    legs: names of its steps; says: the same as sentences. pays: what each party is paid, share of world GDP a year,
    below 0 it pays. worth: utility a turn by one's own interests, costs of negotiation and payment included, before
    anything else is signed. chance: with which those who talk about it sign. ready: on the table, nobody else stands
    in the way.
    """

    number: int
    parties: tuple[str, ...]
    legs: tuple[str, ...]
    says: tuple[str, ...]
    pays: Mapping[str, float]
    worth: Mapping[str, float]
    chance: float
    ready: bool = False


class Table:
    """What lies on the desk of an engine that stands before or behind its `offers`."""

    def __init__(self, engine: Engine, labels: Labels, flows: Sequence[str], words: Words) -> None:
        self.engine, self.labels, self.words = engine, labels, words
        self.leg_names = (
            *(f"{name} {side}" for name in labels.controls for side in SIDES),
            *(f"{name} {deed}" for name in flows for deed in DEEDS),
        )

    def found(self, actor: int) -> Iterator[tuple[int, Offer]]:
        """Offers on the desk to which an actor is a party, with their rows; numbered from 1."""
        offers, number = self.engine.desk.offers, 0
        for row in range(int(offers.found[0])):
            if actor in offers.party[row] and offers.surplus[row] > 0.0:
                number += 1
                parties = [int(i) for i in offers.party[row] if i >= 0]
                legs = [int(r) for r in offers.leg[row] if r >= 0]
                yield (
                    row,
                    self.priced(number, parties, legs, offers.pay[row][: len(parties)], offers.surplus[row]),
                )

    def priced(
        self,
        number: int,
        parties: list[int],
        legs: list[int],
        pay: Sequence[float] | Floats,
        surplus: float | None,
    ) -> Offer:
        """A package with its worth. surplus: what it is worth to all together, None: to be worked out of two."""
        g, w, desk, codes = self.engine.given, self.engine.world, self.engine.desk, self.labels.actors
        unit = [interpreted(money_unit)(g.s, w, i) for i in parties]
        worth = [
            value + each * float(paid)
            for value, each, paid in zip(self.bare(parties, legs), unit, pay, strict=True)
        ]
        if surplus is None:
            surplus = interpreted(pair_surplus)(*worth) if min(worth) > LEAST else 0.0
        self._lay(parties, legs)
        scale = g.p.sign_tau * interpreted(weight)(g, desk.agenda, (1 << len(legs)) - 1)
        who = np.array(parties)
        return Offer(
            number,
            tuple(codes[i] for i in parties),
            tuple(self.leg_names[r] for r in legs),
            tuple(
                self.words.leg(interpreted(giver_of)(desk.menu, who, r), r, float(desk.menu.target[r]))
                for r in legs
            ),
            {codes[i]: float(paid) for i, paid in zip(parties, pay, strict=True)},
            {codes[i]: float(value) for i, value in zip(parties, worth, strict=True)},
            float(interpreted(sign_probability)(float(surplus), 0.0, 0.0, scale)),
        )

    def bare(self, parties: Sequence[int], legs: Sequence[int]) -> list[float]:
        """What a package is worth to each party without payments, costs of negotiation included."""
        g, menu = self.engine.given, self.engine.desk.menu
        return [sum(float(menu.gain[r, i]) - interpreted(leg_cost)(g, r, i) for r in legs) for i in parties]

    def payment(self, parties: Sequence[int], legs: Sequence[int]) -> float:
        """What the first of two parties would pay the second by the rule of bargaining; below 0: is paid."""
        g, w = self.engine.given, self.engine.world
        if not g.on.payments:
            return 0.0
        (i, j), (gain_i, gain_j) = parties, self.bare(parties, legs)
        unit_i, unit_j = (interpreted(money_unit)(g.s, w, each) for each in parties)
        cap_i, cap_j = self.caps(i, j)
        if g.p.equal_gain > 0.0:
            cap = max(cap_i, cap_j)
            paid = interpreted(equalising_payment)(
                gain_i, gain_j, unit_i, unit_j, cap, g.p.payment_efficiency
            )
            return float(max(-cap_j, min(cap_i, paid)))
        share = interpreted(patience_weight)(g.s.patience[i], g.s.patience[j])
        return float(
            interpreted(nash_payment)(
                gain_i, gain_j, unit_i, unit_j, share, cap_i, cap_j, g.p.payment_efficiency
            )
        )

    def caps(self, i: int, j: int) -> tuple[float, float]:
        """Most that i can pay j, and j can pay i: what the payer can spare and the taker can use."""
        g, w = self.engine.given, self.engine.world
        return (
            float(min(interpreted(can_pay)(g, w, i), g.p.payment_taken * w.economy[j])),
            float(min(interpreted(can_pay)(g, w, j), g.p.payment_taken * w.economy[i])),
        )

    def received(self, parties: Sequence[int], legs: Sequence[int], pay: float | None) -> tuple[float, float]:
        """What each of two parties is paid if the first pays `pay`, as far as it can; None: by the rule."""
        efficiency = self.engine.given.p.payment_efficiency
        if pay is None:
            pay = self.payment(parties, legs)
        elif not self.engine.given.on.payments:
            pay = 0.0
        cap_i, cap_j = self.caps(*parties)
        pay = max(-cap_j, min(cap_i, pay))
        return (-pay, efficiency * pay) if pay > 0.0 else (-efficiency * pay, pay)

    def leg(self, name: str) -> int:
        """The number of a leg."""
        return self.leg_names.index(name)

    def propose(self, offer: Offer, proposer: int) -> bool:
        """Lay a package on the desk if those who are asked are ready to sign it; whether they are.

        A pair that did not find to each other this turn does so now. Whether it then signs is decided by the very
        number that decides it when it talks by itself: who has talked and not agreed has no second throw.
        """
        g, w, desk, t = self.engine.given, self.engine.world, self.engine.desk, self.engine.turns
        parties = [self.labels.actor(code) for code in offer.parties]
        legs = [self.leg(name) for name in offer.legs]
        if min(offer.worth.values()) <= LEAST:
            return False
        keys = [g.s.actor_key[i] for i in parties]
        if len(parties) == 2:
            u, talk = interpreted(uniform)(g.luck, t, draws.TALK, keys[0], keys[1], np.uint64(0)), g.p.talk
            u = u / talk if u < talk else (u - talk) / (1.0 - talk)
        else:
            about = np.uint64(zlib.crc32(repr((offer.parties, sorted(offer.legs))).encode()))
            u = interpreted(uniform)(g.luck, t, draws.USER, g.s.actor_key[proposer], np.uint64(0), about)
        agenda, before = desk.agenda, int(desk.offers.found[0])
        self._lay(parties, legs)
        for a, code in enumerate(offer.parties):
            agenda.gain[a], agenda.pay[a] = offer.worth[code], offer.pays[code]
        logs = sum(float(np.log(value)) for value in offer.worth.values())
        surplus = float(np.exp(logs / len(parties)))
        interpreted(keep_offer)(g, w, desk, t, (1 << len(legs)) - 1, surplus, u)
        return int(desk.offers.found[0]) > before

    def decline(self, row: int) -> None:
        """Take an offer off the desk."""
        self.engine.desk.offers.surplus[row] = NO_OFFER

    def signs(self, actor: int, other: int) -> list[int]:
        """Legs on the menu that two actors can settle between them."""
        menu = self.engine.desk.menu
        gives = (menu.gives[:, actor] > 0) | (menu.gives[:, other] > 0)
        settled = menu.must[:, actor].astype(int) + menu.must[:, other] == menu.needed
        return [int(r) for r in np.flatnonzero((menu.live > 0) & gives & settled)]

    def _lay(self, parties: Sequence[int], legs: Sequence[int]) -> None:
        agenda = self.engine.desk.agenda
        agenda.parties[0], agenda.legs[0] = len(parties), len(legs)
        agenda.party[: len(parties)] = parties
        agenda.leg[: len(legs)] = legs
