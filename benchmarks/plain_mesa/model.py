"""The world as a plain Mesa model: a turn a step."""

from __future__ import annotations

import math
from typing import Any

import mesa

from plain_mesa import crises, exchange, outside, policy, promises, society, war
from plain_mesa.country import Country
from plain_mesa.luck import KeyedLuck, Luck
from plain_mesa.setting import Setting, furnish
from plain_mesa.things import Control, Deal, Dispute, Event, Flow, Good, Issue, Proxy, Strike, clip
from powersim.world.case import Case

TABLE = 160  # deals open at once; a full table takes no more
GRID = 2.0**40  # what is carried into the next turn is kept in units of one part of this


class World(mesa.Model):  # type: ignore[misc]
    """A case of powersim (see `scenario.arrays.build.Built.case`); `keyed`: with powersim's luck, else with Mesa's."""

    steps: int

    def __init__(self, case: Case, seed: int = 1, run: int = 0, keyed: bool = False) -> None:
        super().__init__(seed=seed + run)
        self.p: Any = case.params
        self.on: Any = case.switches
        self.turns, self.turn = case.turns, 0
        self.luck: Luck = KeyedLuck(seed, run) if keyed else self.drawn
        self.countries: list[Country] = []
        self.issues: list[Issue] = []
        self.controls: list[Control] = []
        self.goods: list[Good] = []
        self.flows: list[Flow] = []
        self.disputes: list[Dispute] = []
        self.strikes: list[Strike] = []
        self.proxies: list[Proxy] = []
        self.events: list[Event] = []
        self.stocks_laid_down: list[list[tuple[Country, Good, float]]] = []
        self.table: list[Deal | None] = [None] * TABLE
        self.breaches: list[tuple[Country, list[Country]]] = []  # of this turn
        self.able: dict[Country, float] = {}  # what everybody can still promise to pay
        furnish(self, Setting(case))
        self.read()
        self.make_up_minds()
        self.look()
        self.remember()
        self.datacollector = mesa.DataCollector(
            model_reporters={"deals": lambda world: len(world.open_deals)},
            agent_reporters={"power": "power", "security": "security"},
        )

    def drawn(self, point: str, turn: int, a: int = 0, b: int = 0, thing: int = 0) -> float:
        """Luck as Mesa's models have it."""
        return float(self.random.random())

    @property
    def open_deals(self) -> list[Deal]:
        """Deals that bind, as they lie on the table."""
        return [deal for deal in self.table if deal is not None]

    def pairs(self) -> list[tuple[Country, Country]]:
        """Every two countries."""
        return [(a, b) for place, a in enumerate(self.countries) for b in self.countries[place + 1 :]]

    def remember(self) -> None:
        """What drives alignment, beliefs, budgets and crises counts as a difference from the start."""
        for i, j in self.pairs():
            i.push_then[j] = j.push_then[i] = i.push(j)
            i.calculus_then[j] = society.calculus(self, i, j)
            j.calculus_then[i] = -i.calculus_then[j]
        for country in self.countries:
            country.threat_then = (country.fears - self.p.h0) / self.p.m_ref
        for dispute in self.disputes:
            dispute.stake_then = crises.challenger_stake(dispute)

    def read(self) -> None:
        """Issues show what the world holds."""
        for issue in self.issues:
            issue.read()

    def make_up_minds(self) -> None:
        """Everybody settles what it wants this turn."""
        for country in self.countries:
            country.make_up_mind()

    def look(self) -> None:
        """Capabilities and ties as they are, then everybody looks around."""
        for country in self.countries:
            country.strength = country.power + sum(good.power * q for good, q in country.stock.items())
            country.burden = {}
            country.promised = dict.fromkeys(country.others, 0.0)
            country.offence = dict.fromkeys(country.others, 1.0)
            country.sanctions = dict.fromkeys(country.others, 0.0)
            country.reach, country.trade = dict(country.reach_then), dict(country.trade_then)
        for issue in self.issues:
            for effect in issue.effects:
                amount = effect.size * issue.position
                if effect.kind == "power":
                    effect.a.strength += amount
                elif effect.kind in ("guarantee", "reach", "threat", "trade"):
                    a, b = effect.between()
                    if effect.kind == "guarantee" and self.on.guarantees:
                        b.promised[a] += amount
                    elif effect.kind == "reach":
                        a.reach[b] = clip(a.reach[b] + amount)
                    elif effect.kind == "threat" and self.on.threat:
                        b.offence[a] = max(0.0, b.offence[a] + amount)
                    elif effect.kind == "trade":
                        a.trade[b] *= max(0.0, 1.0 - amount)
        for control in self.controls:
            if control.kind == "sanction":
                sender, target = control.pair()
                sender.sanctions[target] = control.position
            elif control.kind == "pledge" and self.on.pledges:
                giver, taker = control.pair()
                taker.promised[giver] += control.position
        if self.on.proxies:
            for proxy in self.proxies:
                burden = proxy.on.burden
                burden[proxy.issue] = burden.get(proxy.issue, 0.0) + proxy.burden * proxy.level
        for country in self.countries:
            country.forces = country.strength
            country.strength = max(country.strength, 0.0)
        for country in self.countries:
            country.look_around()

    def step(self) -> None:
        """A turn: the phases of docs/architecture.md in their order."""
        on = self.on
        self.breaches.clear()
        for control in self.controls:
            control.before, control.settled = control.position, False
        promises.lapse(self)
        if on.calendar:
            outside.calendar(self)
        self.read()
        self.make_up_minds()
        self.look()
        outside.lay_down(self)
        if on.drift:
            outside.grow(self)
        if on.proxies:
            outside.attack_through_others(self)
        self.read()
        self.make_up_minds()
        self.look()
        policy.own_policy(self)
        if on.exchange:
            exchange.exchange(self)
        promises.deliver(self)
        if on.compliance:
            promises.comply(self)
        if on.programme_strike:
            war.strikes(self)
        if on.crisis:
            crises.crises(self)
        if on.war:
            war.wars(self)
        self.read()
        society.signals(self)
        if on.alignment:
            society.align(self)
        if on.home:
            society.home(self)
        self.round()
        self.look()
        self.datacollector.collect(self)
        self.turn += 1
        self.running = self.turn < self.turns

    def round(self) -> None:
        """Put what is carried into the next turn on a fine grid."""

        def grid(x: float) -> float:
            return math.floor(x * GRID + 0.5) / GRID

        for control in self.controls:
            control.position = grid(control.position)
        for issue in self.issues:
            issue.position = grid(issue.position)
        for country in self.countries:
            country.power, country.engagers = grid(country.power), grid(country.engagers)
            for other in country.others:
                country.resolve[other] = grid(country.resolve[other])
                country.trust[other] = grid(country.trust[other])
