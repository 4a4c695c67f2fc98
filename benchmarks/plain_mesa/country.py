"""A country: what it wants, what it believes of others, whom it fears, what the world is worth to it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import mesa

from plain_mesa.things import LEAST, UP, Control, Formula, Good, Issue, above, clip

if TYPE_CHECKING:
    from plain_mesa.model import World


def odds(a: float, b: float, m: float) -> float:
    """Odds of a against b: a^m / (a^m + b^m)."""
    strong = max(a, b)
    if strong <= 0.0 or a == b:
        return 0.5
    ratio = float((min(a, b) / strong) ** m)
    return ratio / (1.0 + ratio) if a < b else 1.0 - ratio / (1.0 + ratio)


@dataclass
class Clause:
    """An ideal or a salience that hangs on the world."""

    issue: Issue
    condition: Formula | None
    ideal: Formula | None
    salience: Formula | None


@dataclass
class Interest:
    """What a country wants of an issue: two factions, what events have shifted, and how it is this turn."""

    hard: tuple[float, float]  # ideal, salience
    eager: tuple[float, float]
    shift_ideal: float = 0.0
    shift_salience: float = 0.0
    ideal: float = 0.0
    salience: float = 0.0
    clause_of_salience: bool = False

    @property
    def is_party(self) -> bool:
        """Whether the scenario gives an interest."""
        return self.hard[1] + self.eager[1] > 0.0 or self.clause_of_salience

    @property
    def lasting(self) -> tuple[float, float]:
        """Ideal and salience halfway between the factions."""
        return 0.5 * (self.hard[0] + self.eager[0]), 0.5 * (self.hard[1] + self.eager[1])


class Country(mesa.Agent):  # type: ignore[misc]
    """A state, or a bloc that acts as one."""

    model: World

    def __init__(self, model: World, name: str, key: int) -> None:
        super().__init__(model)
        self.name, self.key = name, key
        self.power = self.power_then = self.economy = self.economy_then = self.growth = 0.0
        self.engagers = self.engagers_home = 0.5
        self.w_security = self.w_economy = self.w_friends = self.w_autonomy = 0.0
        self.patience, self.bandwidth = 1.0, 0
        self.interests: dict[Issue, Interest] = {}
        self.clauses: list[Clause] = []
        self.stock: dict[Good, float] = {}
        self.production: dict[Good, float] = {}
        self.ceiling: dict[Good, float] = {}
        # of every other country
        self.alignment: dict[Country, float] = {}
        self.alignment_then: dict[Country, float] = {}
        self.resolve: dict[Country, float] = {}
        self.resolve_then: dict[Country, float] = {}
        self.trust: dict[Country, float] = {}
        self.trust_then: dict[Country, float] = {}
        self.reach_then: dict[Country, float] = {}  # share of its own power that arrives there
        self.trade_then: dict[Country, float] = {}  # share of its trade
        self.push_then: dict[Country, float] = {}
        self.calculus_then: dict[Country, float] = {}
        self.gains: dict[Country, float] = {}  # what dealing with the other has brought of late
        self.dealt: dict[Country, float] = {}
        self.hurt: dict[Country, float] = {}  # harm that the other has done
        self.paid = self.wronged = 0.0
        self.threat_then = 0.0
        # what follows from the state: see `look_around`
        self.strength = self.forces = self.support = self.fears = self.security = self.prosperity = 0.0
        self.burden: dict[Issue, float] = {}
        self.promised: dict[Country, float] = {}  # by the other
        self.offence: dict[Country, float] = {}  # how offensive the other looks
        self.reach: dict[Country, float] = {}
        self.trade: dict[Country, float] = {}
        self.sanctions: dict[Country, float] = {}  # on the other
        self.help: dict[Country, float] = {}  # expected of the other
        self.fear: dict[Country, float] = {}  # of a unit of the other's capability
        self.friends: dict[Country, float] = {}  # shares of its good will

    @property
    def others(self) -> list[Country]:
        """Everybody else."""
        return [country for country in self.model.countries if country is not self]

    # --- what it wants -------------------------------------------------------------------------------------------

    def make_up_mind(self) -> None:
        """Ideals and saliences of this turn: the factions' mix, what hangs on the world, what events have shifted."""
        share = self.engagers
        for interest in self.interests.values():
            self._set_ideal(interest, share * interest.eager[0] + (1.0 - share) * interest.hard[0])
            self._set_salience(interest, share * interest.eager[1] + (1.0 - share) * interest.hard[1])
        for clause in self.clauses:
            if clause.condition is None or above(clause.condition(None), 0.0):
                interest = self.interests[clause.issue]
                if clause.ideal is not None:
                    self._set_ideal(interest, clause.ideal(None))
                if clause.salience is not None:
                    self._set_salience(interest, clause.salience(None))

    @staticmethod
    def _set_ideal(interest: Interest, ideal: float) -> None:
        interest.ideal = clip(ideal + interest.shift_ideal)

    @staticmethod
    def _set_salience(interest: Interest, salience: float) -> None:
        interest.salience = max(0.0, salience + interest.shift_salience)

    def would_want(self, issue: Issue, positions: dict[Issue, float]) -> float:
        """Its ideal if issues stood elsewhere."""
        interest = self.interests.get(issue)
        if interest is None:
            return 0.0
        ideal = self.engagers * interest.eager[0] + (1.0 - self.engagers) * interest.hard[0]
        for clause in self.clauses:
            if clause.issue is not issue or clause.ideal is None:
                continue
            if clause.condition is None or above(clause.condition(positions), 0.0):
                ideal = clause.ideal(positions)
        return clip(ideal + interest.shift_ideal)

    def ideal(self, issue: Issue) -> float:
        """What it wants of an issue."""
        return self.interests[issue].ideal if issue in self.interests else 0.0

    def salience(self, issue: Issue) -> float:
        """How much an issue matters to it."""
        return self.interests[issue].salience if issue in self.interests else 0.0

    def issue_gain(self, issue: Issue, a: float, b: float) -> float:
        """What it gains on an issue that goes from a to b: s (|a - theta|^b - |b - theta|^b)."""
        salience, ideal, power = self.salience(issue), self.ideal(issue), self.model.p.curvature
        gain = salience * (abs(a - ideal) ** power - abs(b - ideal) ** power) if salience > 0.0 else 0.0
        return float(gain)

    def lasting_gain(self, issue: Issue, a: float, b: float) -> float:
        """The same by the lasting interests of the state."""
        if issue not in self.interests:
            return 0.0
        (ideal, salience), power = self.interests[issue].lasting, self.model.p.curvature
        return float(salience * (abs(a - ideal) ** power - abs(b - ideal) ** power))

    # --- what it sees --------------------------------------------------------------------------------------------

    def look_around(self) -> None:
        """Help, fear, security and trade as the world stands; capabilities and ties are there already."""
        p, on = self.model.p, self.model.on
        self.support, self.fears = self.strength, p.h0
        for other in self.others:
            a = self.alignment[other]
            self.help[other] = clip(max(a, 0.0) * self.resolve[other] + self.promised[other])
            self.fear[other] = 0.0
            if on.threat:
                ill_meant = (1.0 - self.trust[other]) * (1.0 - a) / 2.0
                self.fear[other] = other.reach[self] * self.offence[other] * ill_meant
            self.support += self.help[other] * other.reach[self] * other.strength
            self.fears += self.fear[other] * other.strength
        self.security = self.secure(self.support, self.fears)
        self.prosperity = self.trade_left()
        total = sum(max(a, 0.0) for a in self.alignment.values())
        self.friends = {other: a / total for other, a in self.alignment.items() if a > 0.0}

    def secure(self, support: float, fears: float) -> float:
        """Odds of what it has against what it fears."""
        return odds(support, fears, self.model.p.security_d)

    def trade_left(self) -> float:
        """Share of its trade that sanctions leave."""
        total = sum(self.trade.values())
        left = sum(
            share * (1.0 - max(self.sanctions[other], other.sanctions[self]))
            for other, share in self.trade.items()
        )
        return left / total if total > 0.0 else 1.0

    def utility(self) -> float:
        """What the world is worth to it, friends apart."""
        total = self.w_security * self.security + self.w_economy * self.prosperity
        for issue, interest in self.interests.items():
            distance = abs(issue.position - interest.ideal)
            total += interest.salience * (1.0 - distance**self.model.p.curvature)
        for issue, burden in self.burden.items():
            total -= burden * issue.position
        for control in self.model.controls:
            if control.kind == "pledge" and control.sender is self:
                total -= 0.5 * self.w_autonomy * control.position**2
        return total

    def with_friends(self, own: dict[Country, float]) -> float:
        """A gain with a share in what friends gain."""
        shared = sum(weight * own[friend] for friend, weight in self.friends.items())
        return own[self] + self.w_friends * shared

    @property
    def money(self) -> float:
        """Utility of a payment of one world GDP."""
        return float(max(self.w_economy, LEAST) / self.economy)

    def relationship(self, other: Country) -> float:
        """Gain per turn that it expects of going on with another."""
        p = self.model.p
        floor = p.relation_floor * (0.5 + 0.5 * self.alignment[other])
        trade = self.w_economy * self.trade[other] * (1.0 - other.sanctions[self])
        return float(max(self.gains[other], floor) + p.relation_trade * trade)

    # --- own policy ----------------------------------------------------------------------------------------------

    def room(self, control: Control, side: int) -> float:
        """How far it would have a control go to one side, once it gains by a step."""
        issue = control.issue
        if issue is None:
            return 1.0
        gap = (self.ideal(issue) - issue.position) * side
        room = gap / control.weight if gap > 0.0 else 1.0
        if control.kind == "sanction" or control.weight < 1.0:  # nobody makes up for others
            room = min(room, max(0.0, (self.ideal(issue) - control.position) * side))
        return room

    # --- alignment -----------------------------------------------------------------------------------------------

    @property
    def concerns(self) -> float:
        """Sum of its saliences."""
        return sum(interest.salience for interest in self.interests.values())

    def similarity(self, other: Country) -> float:
        """How far the two want the same."""
        total = weight = 0.0
        for issue, mine in self.interests.items():
            if issue in other.interests:
                theirs = other.interests[issue]
                both = math.sqrt(mine.salience * theirs.salience)
                total += both * (1.0 - 2.0 * abs(mine.ideal - theirs.ideal))
                weight += both
        return total / weight if weight > 0.0 else 0.0

    def gives(self, other: Country) -> float:
        """What its levers and sanctions give or deny another, as a share of the other's concerns."""
        total, concerns = 0.0, other.concerns
        if concerns <= 0.0:
            return 0.0
        for control in self.model.controls:
            issue = control.issue
            if issue is None or other.salience(issue) <= 0.0 or control.kind == "pledge":
                continue
            distance = abs(issue.position - other.ideal(issue))
            worth = other.salience(issue) * (1.0 - 2.0 * distance) / concerns * control.weight
            if control.kind == "sanction":
                total += worth if control.sender is self else 0.0
            elif self in control.controllers:
                total += worth * self.power / (LEAST + sum(each.power for each in control.controllers))
        return total

    def shut_out_by(self, sender: Country) -> float:
        """How far a sender's sanctions shut it out, by the size of the sender's economy."""
        others = sum(country.economy for country in self.others)
        return float(sender.sanctions[self] * sender.economy / others) if others > 0.0 else 0.0

    def joint_effort(self, other: Country) -> float:
        """What the two hold up, or down, together against others."""
        total = 0.0
        for issue in self.model.issues:
            if issue.kind != "lever" or self.salience(issue) <= 0.0 or other.salience(issue) <= 0.0:
                continue
            shares = self.salience(issue) / self.concerns * other.salience(issue) / other.concerns
            stakes = sum(c.power * c.salience(issue) for c in self.model.countries) or LEAST
            for side in (1, -1):
                movers = [country for control in issue.controls for country in control.movers[side]]
                if self not in movers or other not in movers:
                    continue
                held = max(0.0, issue.position if side == UP else 1.0 - issue.position)
                for rival in self.model.countries:
                    weight = rival.power * rival.salience(issue) / stakes
                    mine = side * (self.ideal(issue) - rival.ideal(issue))
                    theirs = side * (other.ideal(issue) - rival.ideal(issue))
                    if weight > 0.0 and mine > 0.0 and theirs > 0.0:
                        total += weight * held * math.sqrt(shares * mine * theirs)
        return total

    def push(self, other: Country) -> float:
        """What draws the two together or apart."""
        p, on = self.model.p, self.model.on
        third = [country for country in self.others if country is not other]
        total = 0.5 * p.w_levers * (self.gives(other) + other.gives(self))
        total += p.w_interest * self.similarity(other)
        if on.guarantees:
            total += p.w_guarantee * (self.promised[other] + other.promised[self])
        if on.threat:
            feared = sum(
                math.sqrt(self.fear[k] * k.strength / p.m_ref * other.fear[k] * k.strength / p.m_ref)
                for k in third
            )
            total += p.w_threat * math.tanh(feared)
        if on.isolation:
            shut = sum(math.sqrt(self.shut_out_by(k) * other.shut_out_by(k)) for k in third)
            total += p.w_isolation * shut
        if on.joint_efforts:
            total += p.w_joint * self.joint_effort(other)
        total += p.w_deals * self.dealt[other]
        tied = [k for k in third if self.alignment[k] != 0.0 and other.alignment[k] != 0.0]
        if on.balance and tied:
            total += p.w_triad * sum(self.alignment[k] * other.alignment[k] for k in tied) / len(tied)
        if on.harm:
            total -= 0.5 * p.w_harm * (self.hurt[other] + other.hurt[self])
        return float(total)
