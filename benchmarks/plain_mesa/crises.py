"""Crises over fronts: what both sides weigh, and a demand that is met, deterred or refused."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plain_mesa.country import Country, odds
from plain_mesa.policy import pace
from plain_mesa.society import all_learn_resolve
from plain_mesa.things import Dispute, above, clip
from plain_mesa.war import start_war
from plain_mesa.worth import force, victory

if TYPE_CHECKING:
    from plain_mesa.model import World

NO_STAKE = 1e-9  # a smaller stake counts as this much


@dataclass
class Weighed:
    """What is weighed in a crisis; costs are shares of the pie of who bears them."""

    odds: float  # of the challenger, as it sees them
    cost: float  # to the challenger, with the public shock
    low: float  # to the target, at least
    high: float  # and at most
    later: float  # what the target expects to lose later per unit yielded
    fights_now: bool  # the challenger, because it would be too weak later

    @property
    def refusal(self) -> float:
        """Probability that the best demand is refused."""
        p, lam = self.odds, self.later
        if p <= self.cost:
            return 0.0
        if self.high <= self.low:
            return 1.0 if (p + self.low) / (1.0 + lam) < min(1.0, p - self.cost) else 0.0
        excess = 0.5 * (self.high - self.cost) - self.low + 0.5 * lam * (p - self.cost)
        return min(1.0, max(0.0, min(1.0 + lam - p - self.low, excess)) / (self.high - self.low))

    @property
    def demand(self) -> float:
        """The best demand, as a share of the pie."""
        p, lam = self.odds, self.later
        inner = p + (self.high - self.cost) / 2.0 - lam * (self.high + p) / (2.0 * (1.0 + lam))
        return min(1.0, max((p + self.low) / (1.0 + lam), inner))


def crises(world: World) -> None:
    """Over every front at peace a crisis may arise."""
    for dispute in world.disputes:
        if dispute.war:
            continue
        if dispute.quiet > 0:
            dispute.quiet -= 1
            continue
        hazard, then = dispute.hazard, dispute.stake_then
        if world.p.crisis_growth > 0.0 and then > 0.0:
            hazard = min(1.0, hazard * (challenger_stake(dispute) / then) ** world.p.crisis_growth)
        i, j = dispute.challenger, dispute.target
        u = world.luck("CRISIS", world.turn, i.key, j.key, dispute.key)
        if u < hazard and not at_war_elsewhere(world, dispute) and contested(world, dispute):
            crisis(world, dispute)


def at_war_elsewhere(world: World, dispute: Dispute) -> bool:
    """Whether the two fight over another front."""
    sides = {dispute.challenger, dispute.target}
    return any(
        other.war and {other.challenger, other.target} == sides
        for other in world.disputes
        if other is not dispute
    )


def contested(world: World, dispute: Dispute) -> bool:
    """Whether enough is left to quarrel over, and both care."""
    i, j, front = dispute.challenger, dispute.target, dispute.front
    gap = abs(i.ideal(front) - front.position)
    return not above(world.p.least_pie, gap) and i.salience(front) > 0.0 and j.salience(front) > 0.0


def challenger_stake(dispute: Dispute) -> float:
    """What the challenger would gain if all went to its ideal."""
    i = dispute.challenger
    return sum(i.salience(issue) * abs(i.ideal(issue) - issue.position) for issue in dispute.issues)


def target_stake(dispute: Dispute) -> float:
    """What that means to the target: of the front all of it, of the rest what it would lose."""
    i, j, front = dispute.challenger, dispute.target, dispute.front
    total = j.salience(front) * abs(i.ideal(front) - front.position)
    for issue in dispute.over:
        loss = abs(i.ideal(issue) - j.ideal(issue)) - abs(issue.position - j.ideal(issue))
        total += max(0.0, j.salience(issue) * loss)
    return total


def crisis(world: World, dispute: Dispute) -> None:
    """The challenger fights, is deterred, or demands; who is asked refuses or yields."""
    p, i, j, front = world.p, dispute.challenger, dispute.target, dispute.front
    may_fight = bool(world.on.war) and not dispute.no_war[world.turn]
    dispute.crises += 1
    key = (world.turn, i.key, j.key, dispute.key)
    weighed = weigh(world, dispute, world.luck("CRISIS_COST", *key))
    if may_fight and weighed.fights_now:
        start_war(world, dispute)
    elif weighed.odds <= weighed.cost:
        return  # deterred
    elif world.luck("CRISIS_WAR", *key) < weighed.refusal:
        all_learn_resolve(world, j, -p.firmness, front)
        if may_fight:
            start_war(world, dispute)
    else:
        move = weighed.demand * p.terms_share * (i.ideal(front) - front.position)
        loss = max(0.0, -j.issue_gain(front, front.position, front.position + move))
        front.position += move
        dispute.terms += 1
        dispute.quiet = int(p.truce)
        j.hurt[i] += p.terms_harm * loss
        all_learn_resolve(world, j, min(p.signal_cap, loss / p.signal_scale), front)


def weigh(world: World, dispute: Dispute, shock: float) -> Weighed:
    """What both sides weigh before anybody moves."""
    p, i, j = world.p, dispute.challenger, dispute.target
    sides = sides_seen(world, dispute, {})
    seen = odds(*sides, p.contest_m)
    cost = dispute.costs.get("challenger", p.c_a) + trade_at_stake(world, i, j) + p.c_a_spread * shock
    if world.on.sanctions:
        cost += expected_sanctions(world, dispute)
    known = trade_at_stake(world, j, i)
    pie, theirs = max(challenger_stake(dispute), NO_STAKE), max(target_stake(dispute), NO_STAKE)
    later = 0.0
    for other in world.disputes:
        if other.target is j and other.hazard > 0.0:
            later += j.patience**p.truce * other.hazard / (1.0 - j.patience * (1.0 - other.hazard))
    shift = feared_shift(world, dispute) if world.on.commitment else 0.0
    future, saved = i.patience * (1.0 - p.reversion_hazard), p.war_waste / (1.0 - p.war_waste)
    bearable = math.inf
    if future > 0.0:
        bearable = (1.0 - future) / future * (1.0 - seen + saved) + p.decliner_share * saved
    high = (dispute.costs.get("target", p.c_bar) + known) / theirs
    fights = shift > 0.0 and shift > bearable
    return Weighed(seen, cost / pie, known / theirs, high, p.resistance * later, fights)


def trade_at_stake(world: World, i: Country, j: Country) -> float:
    """What war costs i in trade with j."""
    total = sum(i.trade.values())
    if total <= 0.0:
        return 0.0
    left = 1.0 - max(i.sanctions[j], j.sanctions[i])
    return float(world.p.war_trade * i.w_economy * i.trade[j] / total * left)


def sides_seen(world: World, dispute: Dispute, more: dict[Country, float]) -> tuple[float, float]:
    """Both sides' forces with the friends whom the challenger expects there, had some promised the target more."""
    i, j, weight = dispute.challenger, dispute.target, world.p.helper_weight
    ours, theirs = force(i, i.reach[j]), force(j, 1.0)
    for k in world.countries:
        if k is not i and k is not j:
            arrives = weight * k.reach[j] * k.strength
            ours += i.help[k] * arrives
            promise = j.promised[k] + more.get(k, 0.0)
            theirs += clip(max(k.alignment[j], 0.0) * i.resolve[k] + promise) * arrives
    return ours, theirs


def discounted_ramp(gap: float, speed: float, delta: float) -> float:
    """(1 - delta) sum_{t >= 1} delta^t min(gap, speed t)."""
    if gap <= 0.0 or speed <= 0.0:
        return 0.0
    if delta >= 1.0:
        return gap
    n = math.floor(gap / speed)
    return speed * delta * (1.0 - delta**n) / (1.0 - delta) + delta ** (n + 1) * (gap - n * speed)


def expected_sanctions(world: World, dispute: Dispute) -> float:
    """Cost of what each sender would want beyond what it imposes, if the front stood at the challenger's goal."""
    i, cost = dispute.challenger, 0.0
    total = sum(i.trade.values())
    positions = {issue: issue.position for issue in world.issues} | {dispute.front: i.ideal(dispute.front)}
    for control in world.controls:
        if control.kind != "sanction" or control.target is not i:
            continue
        sender, _ = control.pair()
        bound = control.held[world.turn] or control.laid_down[world.turn] is not None
        if i.trade[sender] <= 0.0 or bound or control.forbidden[1][world.turn]:
            continue
        if control.issue is not None:
            wanted = sender.would_want(control.issue, positions)
        else:
            wanted = clip(-victory(sender, dispute))
        ahead = discounted_ramp(max(0.0, wanted - control.position), control.speed, i.patience)
        cost += i.trade[sender] / total * ahead
    return float(world.p.sanctions_expected * i.w_economy * cost)


def feared_shift(world: World, dispute: Dispute) -> float:
    """How much the challenger expects its odds to fall in the years ahead, as far as own policies lead there."""
    p, i, j = world.p, dispute.challenger, dispute.target
    future = i.patience * (1.0 - p.reversion_hazard)
    rise = dict.fromkeys(world.issues, 0.0)
    aid = dict.fromkeys(world.countries, 0.0)
    for control in world.controls:
        way = control.aim - control.position
        speed = pace(world, control, way)
        gap = min(abs(way), speed * p.forecast_years)
        ahead = discounted_ramp(gap, speed, future) / future if future > 0.0 else 0.0
        if control.kind == "lever" and control.issue is not None:
            rise[control.issue] += control.weight * math.copysign(ahead, way)
        elif control.kind == "pledge" and world.on.pledges and way > 0.0:
            giver, taker = control.pair()
            if taker is j and giver is not i:
                aid[giver] += ahead
    total = 0.0
    for issue, risen in rise.items():
        moved = clip(risen, -issue.position, 1.0 - issue.position)
        for effect in issue.effects:
            fall = max(0.0, effect.size * moved)
            if effect.kind == "shift" and effect.between() == (j, i):
                total += fall
            elif effect.kind == "guarantee" and world.on.guarantees:
                giver, taker = effect.between()
                if taker is j and giver is not i:
                    aid[giver] += fall
    now = odds(*sides_seen(world, dispute, {}), p.contest_m)
    then = odds(*sides_seen(world, dispute, aid), p.contest_m)
    return total + max(0.0, now - then)
