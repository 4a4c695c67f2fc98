"""Promises: what is signed, delivered, kept or broken."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from plain_mesa.country import Country
from plain_mesa.policy import unbound
from plain_mesa.things import LEAST, Deal, Flow, Leg, above
from plain_mesa.worth import worth_of_goods, worth_of_move, worth_of_order

if TYPE_CHECKING:
    from plain_mesa.model import World
    from plain_mesa.packages import Package


def expit(x: float) -> float:
    """The logistic function."""
    e = math.exp(-abs(x))
    return e / (1.0 + e) if x < 0.0 else 1.0 / (1.0 + e)


def lapse(world: World) -> None:
    """Deals whose time is over bind no more; what is overdue by them is off."""
    for place, deal in enumerate(world.table):
        if deal is not None and deal.until <= world.turn:
            world.table[place] = None
            for leg in deal.legs:
                if leg.flow and leg.what == "give" and leg.flow.due <= world.turn:
                    leg.flow.ordered = leg.flow.price = 0.0


def sign(world: World, parties: list[Country], package: Package, gains: dict[Country, float]) -> None:
    """Enter a deal at the first free place of the table and do what its legs say."""
    p = world.p
    if None not in world.table:
        return
    until = world.turn + int(p.deal_length)
    pay = {country: country.money * package.pay[country] for country in parties}
    deal = Deal(until, parties, {country: gains[country] for country in parties}, pay, package.legs)
    world.table[world.table.index(None)] = deal
    for leg in deal.legs:
        carry_out(world, deal, leg)
    for country in parties:
        partners = [other for other in parties if other is not country]
        for other in partners:
            country.dealt[other] += (1.0 - p.deal_memory) * p.deal_weight
        across = sum((1.0 - country.alignment[other]) / 2.0 for other in partners) / len(partners)
        country.paid += across * deal.gain[country]  # deals with friends pay no engager


def carry_out(world: World, deal: Deal, leg: Leg) -> None:
    """Move and bind a control, order a good, or freeze an order. Of those who can give, who loses most gives."""
    leg.giver = min((c for c in deal.parties if c in leg.givers), key=leg.gain.__getitem__)
    if leg.control:
        leg.control.position = leg.target
        leg.control.locked_until, leg.control.settled = deal.until, True
        return
    flow = leg.flow
    assert flow is not None
    if leg.what == "give":
        flow.ordered, flow.due = leg.target, world.turn + flow.good.delivery
        rest = (
            deal.gain[leg.giver] - leg.gain[leg.giver]
        )  # what the giver has for it from the rest of the deal
        flow.price = world.p.balance_due * max(0.0, rest)
    else:
        if (
            world.on.compliance and flow.frozen_until < world.turn
        ):  # no renewal: an order that it has signed for
            break_promise(world, flow.giver, [flow.taker])
        flow.frozen_until = deal.until


def break_promise(world: World, breaker: Country, wronged: list[Country]) -> None:
    """Harm, and both sides expect half as much of each other."""
    world.breaches.append((breaker, wronged))
    for other in wronged:
        other.wronged += 1.0
        other.hurt[breaker] += world.p.breach_harm
        other.gains[breaker] *= 0.5
        breaker.gains[other] *= 0.5


def embargoed(world: World, flow: Flow) -> bool:
    """Whether some issue embargoes a flow where it stands."""
    for issue in world.issues:
        for effect in issue.effects:
            if effect.kind != "embargo" or effect.good is not flow.good:
                continue
            if effect.between() == (flow.giver, flow.taker) and not above(effect.size, issue.position):
                return True
    return False


def deliver(world: World) -> None:
    """Hand over what is due, neither frozen nor embargoed, unless its supplier would lose more than it is worth."""
    for flow in world.flows:
        if flow.ordered > 0.0 and flow.due <= world.turn:
            hand_over(world, flow)
    world.read()
    world.look()


def hand_over(world: World, flow: Flow) -> None:
    """One delivery."""
    p, good, giver, taker = world.p, flow.good, flow.giver, flow.taker
    own = worth_of_goods(world, flow, flow.shown(), flow.ordered, flow.ordered)
    worth = giver.with_friends(own) + flow.price
    there = giver.stock[good] - (taker.stock[good] if good.kind == "know_how" else 0.0)
    stopped = there <= LEAST or flow.frozen_until > world.turn or embargoed(world, flow)
    if stopped or (world.on.compliance and worth + giver.relationship(taker) < -LEAST):
        if not stopped and flow.due == world.turn:
            break_promise(world, giver, [taker])
        return
    units = min(flow.ordered, there)
    if good.kind == "rival":
        giver.stock[good] -= units
    taker.stock[good] += units
    flow.delivered += units
    flow.ordered = flow.price = 0.0
    giver.dealt[taker] += (1.0 - p.deal_memory) * p.arms_weight
    taker.dealt[giver] += (1.0 - p.deal_memory) * p.arms_weight


def comply(world: World) -> None:
    """Every party of every open deal keeps it or breaks it, deal after deal as they lie on the table."""
    p = world.p
    for place, deal in enumerate(world.table):
        if deal is not None and deal.until - world.turn < int(p.deal_length):  # not in its first turn
            breaker = who_breaks(world, deal)
            if breaker is not None:
                world.table[place] = None
                undo(world, deal)
                break_promise(world, breaker, [c for c in deal.parties if c is not breaker])
    for country in world.countries:
        for other in country.gains:
            country.gains[other] *= p.relation_memory
    for deal in world.open_deals:
        for country in deal.parties:
            for other in deal.parties:
                if other is not country:
                    share = max(0.0, deal.gain[country]) / (len(deal.parties) - 1)
                    country.gains[other] += (1.0 - p.relation_memory) * share


def who_breaks(world: World, deal: Deal) -> Country | None:
    """The first party to which a breach is worth more than going on with the others, with noise."""
    p, left = world.p, deal.until - world.turn
    gain = gain_of_breaking(world, deal)
    future = 1.0 - p.reset_hazard
    for country in deal.parties:
        delta = country.patience
        turns = (1.0 - delta**left) / (1.0 - delta) if delta < 1.0 else left
        prize = (gain[country] - p.counter_loss * deal.pay[country]) * turns
        if prize <= LEAST:
            continue
        others = [other for other in deal.parties if other is not country]
        lost = sum(country.relationship(other) for other in others)
        lost = delta * future / (1.0 - delta * future) * lost if delta * future < 1.0 else math.inf
        u = world.luck("RENEGE", world.turn, country.key, others[0].key, deal.legs[0].thing.key)
        if p.tau_c > 0.0:
            chance = expit((prize - lost) / p.tau_c)
        else:
            chance = 1.0 if prize > lost else 0.0
        if u < p.renege_rate * chance:
            return country
    return None


def gain_of_breaking(world: World, deal: Deal) -> dict[Country, float]:
    """What everybody would gain per turn if no leg bound any more; of what others gave only a share is lost."""
    total = dict.fromkeys(world.countries, 0.0)
    for leg in deal.legs:
        flow, sign_ = leg.flow, 1.0
        if leg.control:
            own = worth_of_move(world, leg.control, leg.control.position, unbound(world, leg.control))
        elif flow is not None and flow.ordered > 0.0 and leg.what == "give":
            own, sign_ = worth_if_cancelled(world, flow), -1.0
        elif flow is not None and flow.ordered > 0.0:
            own = worth_of_order(world, flow)
        else:
            continue  # what was delivered stays
        for country in world.countries:
            share = 1.0 if leg.giver is country else world.p.counter_loss
            total[country] += sign_ * share * country.with_friends(own)
    return total


def worth_if_cancelled(world: World, flow: Flow) -> dict[Country, float]:
    """What everybody gains itself if the open order is delivered rather than cancelled."""
    without = flow.shown()
    if flow.issue is not None:
        without = max(0.0, without - flow.issue.contract * flow.ordered / flow.issue.full)
    own = worth_of_goods(world, flow, without, flow.ordered, 0.0)
    own[flow.giver] += flow.price
    return own


def undo(world: World, deal: Deal) -> None:
    """No leg of a deal binds any more; where its orders were open nobody orders again for the length of a deal."""
    for leg in deal.legs:
        flow = leg.flow
        if leg.control:
            bound = [d.until for d in world.open_deals if any(o.control is leg.control for o in d.legs)]
            leg.control.locked_until = max([world.turn + 1, *bound])
        elif flow is not None and leg.what == "freeze":
            flow.frozen_until = world.turn + 1
        elif flow is not None and flow.ordered > 0.0:
            flow.ordered = flow.price = 0.0
            flow.frozen_until = world.turn + int(world.p.deal_length)
