"""What single moves are worth to everybody, reckoned from the world as it stands: the menu's prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plain_mesa.country import Country, odds
from plain_mesa.things import LEAST, Control, Dispute, Flow, Good, Issue, clip

if TYPE_CHECKING:
    from plain_mesa.model import World

Gains = dict[Country, float]


class Change:
    """What a move changes: what everybody gains itself, and whose friends' and foes' capability it moves."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.own: Gains = dict.fromkeys(world.countries, 0.0)
        self.support: Gains = dict.fromkeys(world.countries, 0.0)
        self.fears: Gains = dict.fromkeys(world.countries, 0.0)
        self.forces: Gains = {country: country.forces for country in world.countries}

    def issue(self, issue: Issue, a: float, b: float) -> None:
        """An issue goes from a to b; what it is to security is linear at the world as it stands."""
        for country in self.world.countries:
            self.own[country] += country.issue_gain(issue, a, b)
            self.own[country] -= country.burden.get(issue, 0.0) * (b - a)
        for effect in issue.effects:
            amount = effect.size * (b - a)
            if effect.kind == "power":
                self.power(effect.a, amount)
            elif effect.kind == "guarantee" and self.world.on.guarantees:
                self.guarantee(*effect.between(), amount)
            elif effect.kind == "reach":
                i, j = effect.between()
                rise = clip(i.reach[j] + amount) - i.reach[j]
                self.support[j] += j.help[i] * rise * i.strength
                self.fears[j] += j.fear[i] * rise / max(i.reach[j], LEAST) * i.strength
            elif effect.kind == "threat" and self.world.on.threat:
                i, j = effect.between()
                self.fears[j] += j.fear[i] * amount / max(j.offence[i], LEAST) * i.strength

    def trade(self, issue: Issue, a: float, b: float) -> None:
        """What an issue does to trade."""
        for effect in issue.effects:
            if effect.kind == "trade":
                i, j = effect.between()
                now, before = i.trade[j], i.trade_left()
                i.trade[j] = max(0.0, now - i.trade_then[j] * effect.size * (b - a))
                self.own[i] += i.w_economy * (i.trade_left() - before)
                i.trade[j] = now

    def guarantee(self, giver: Country, taker: Country, amount: float) -> None:
        """One promises another more help; more than all cannot be expected."""
        self.support[taker] += min(amount, 1.0 - taker.help[giver]) * giver.reach[taker] * giver.strength

    def power(self, who: Country, amount: float) -> None:
        """Somebody's capability changes, which is never below nothing."""
        before = self.forces[who]
        self.forces[who] = after = before + amount
        if min(before, after) < 0.0:
            amount = max(after, 0.0) - max(before, 0.0)
        self.support[who] += amount
        for other in who.others:
            self.support[other] += other.help[who] * who.reach[other] * amount
            self.fears[other] += other.fear[who] * amount

    def gains(self) -> Gains:
        """What everybody gains itself, security included."""
        for country, own in self.own.items():
            if self.support[country] != 0.0 or self.fears[country] != 0.0:
                support = max(country.support + self.support[country], 0.0)
                fears = max(country.fears + self.fears[country], LEAST)
                security = country.secure(support, fears) - country.security
                self.own[country] = own + country.w_security * security
        return self.own


def worth_of_move(world: World, control: Control, a: float, b: float) -> Gains:
    """What everybody gains itself when a control is at b instead of a."""
    change = Change(world)
    if a == b:
        return change.own
    issue = control.issue
    if issue is not None:
        base = issue.position - control.weight * control.position
        change.issue(issue, base + control.weight * a, base + control.weight * b)
        change.trade(issue, control.weight * a, control.weight * b)
    if control.kind == "sanction":
        sender, target = control.pair()
        now, left = sender.sanctions[target], []
        for position in (a, b):
            sender.sanctions[target] = position
            left.append((sender.trade_left(), target.trade_left()))
        sender.sanctions[target] = now
        loss = target.w_economy * (left[1][1] - left[0][1])
        conflict = (1.0 - sender.alignment[target]) / 2.0
        change.own[sender] += sender.w_economy * (left[1][0] - left[0][0])
        change.own[sender] -= world.p.w_relative * conflict * loss
        change.own[target] += loss
    elif control.kind == "pledge":
        giver, taker = control.pair()
        change.own[giver] -= 0.5 * giver.w_autonomy * (b**2 - a**2)
        change.guarantee(giver, taker, b - a)
    return change.gains()


def missed(world: World, good: Good, giver: Country, units: float) -> float:
    """How much a giver misses arms, as a mean over a deal's length: production refills the stock."""
    made = float(giver.production[good] * world.p.deal_length)
    if made <= LEAST:
        return 1.0
    return 0.5 * units / made if units <= made else 1.0 - 0.5 * made / units


def worth_of_goods(world: World, flow: Flow, shown: float, units: float, ordered: float) -> Gains:
    """What everybody gains itself when units change hands, so many of them ordered already."""
    change = Change(world)
    good, giver, taker = flow.good, flow.giver, flow.taker
    if flow.issue is not None:
        rise = (units - flow.issue.contract * ordered) / flow.issue.full
        change.issue(flow.issue, shown, min(1.0, shown + rise))
    change.power(taker, good.power * units)
    if good.kind == "rival":
        change.power(giver, -good.power * units * missed(world, good, giver, units))
    else:
        change.own[giver] -= good.rent * units
    gains = change.gains()
    if world.on.war and good.war_power > 0.0:
        for dispute in world.disputes:
            sides = (dispute.challenger, dispute.target)
            if dispute.war and (giver in sides or taker in sides):
                more = {taker: units} | ({giver: -units} if good.kind == "rival" else {})
                better = war_odds(world, dispute, good, more) - war_odds(world, dispute, good, {})
                for country in world.countries:
                    gains[country] += world.p.w_war * better * victory(country, dispute)
    return gains


def worth_of_order(world: World, flow: Flow) -> Gains:
    """What everybody gains itself by the delivery of what is on order, price included."""
    gains = worth_of_goods(world, flow, flow.shown(), flow.ordered, flow.ordered)
    gains[flow.giver] += flow.price
    return gains


def force(country: Country, reach: float, good: Good | None = None, more: float = 0.0) -> float:
    """Capability that a country brings to a front, with so much more of a good than it has."""
    supply = 1.0
    for each, stock in country.stock.items():
        supply += each.war_power * clip(stock + (more if each is good else 0.0))
    return reach * country.strength * supply


def war_odds(world: World, dispute: Dispute, good: Good, more: Gains) -> float:
    """Odds of a battle without helpers, if some had more of a good."""
    i, j = dispute.challenger, dispute.target
    ours = force(i, i.reach[j], good, more.get(i, 0.0))
    return odds(ours, force(j, 1.0, good, more.get(j, 0.0)), world.p.contest_m)


def victory(country: Country, dispute: Dispute) -> float:
    """What a country gains if all that the winner decides goes to where the challenger wants it."""
    return sum(
        country.issue_gain(issue, issue.position, dispute.challenger.ideal(issue)) for issue in dispute.issues
    )
