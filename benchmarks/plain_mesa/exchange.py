"""Exchange: the menu of a turn, the best package of every table, and what is signed."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plain_mesa.country import Country
from plain_mesa.packages import Package, best_of_many, best_of_two, can_give, put_on_agenda
from plain_mesa.promises import embargoed, sign
from plain_mesa.things import DOWN, LEAST, SIDES, STAY, UP, Control, Flow, Leg, above, clip
from plain_mesa.worth import worth_of_goods, worth_of_move, worth_of_order

if TYPE_CHECKING:
    from plain_mesa.model import World

TABLE = 5  # most parties of a deal
FINE = 2.0**30  # surpluses are compared in units of one part of this


@dataclass(eq=False)
class Offer:
    """A package that its parties are ready to sign."""

    parties: list[Country]
    package: Package
    surplus: float
    tie: float = field(default=0.0)


# --- the menu --------------------------------------------------------------------------------------------------------


def menu(world: World) -> list[Leg]:
    """Every leg that somebody could put into a deal, with what it is worth to whom."""
    legs = []
    for control in world.controls:
        if control.held[world.turn] or control.laid_down[world.turn] is not None:
            continue
        if control.kind == "pledge" and not world.on.pledges:
            continue
        for side in SIDES if control.locked_until <= world.turn else bound_sides(world, control):
            legs += control_leg(world, control, side)
    for flow in world.flows:
        if not flow.forbidden[world.turn] and flow.frozen_until <= world.turn:
            legs += flow_leg(world, flow)
    return legs


def bound_sides(world: World, control: Control) -> tuple[int, ...]:
    """What a deal has moved can be moved on, to the same side; what one holds stays."""
    for deal in world.open_deals:
        for leg in deal.legs:
            if leg.control is control:
                return (leg.side,) if leg.side != STAY else ()
    return ()


def useful_step(world: World, control: Control, side: int) -> float:
    """A deal's step, no longer than the way to the farthest ideal on that side."""
    issue = control.issue
    if issue is None:
        return control.step
    ideals = [c.ideal(issue) for c in world.countries if c.salience(issue) > 0.0]
    way = max([0.0, *(side * (ideal - issue.position) for ideal in ideals)])
    return min(way / control.weight, control.step)


def control_leg(world: World, control: Control, side: int) -> list[Leg]:
    """A step to one side, or staying although own policy leads elsewhere; nothing if that is not for sale."""
    at, ahead = control.position, control.ahead
    to = at
    if side != STAY:
        if control.forbidden[side][world.turn]:
            return []
        to = clip(at + side * useful_step(world, control, side))
        if abs(to - at) < LEAST or ((ahead - at) * (to - at) > 0.0 and abs(to - at) <= abs(ahead - at)):
            return []  # only a slower walk where own policy leads anyway
    if abs(to - ahead) < LEAST:
        return []
    own = worth_of_move(world, control, ahead, to)
    gain = {country: country.with_friends(own) for country in world.countries}
    # the move that is made, or refrained from
    direction = UP if to > ahead else DOWN
    moving = -direction if side == STAY else direction
    movers = control.movers[moving]
    veto = (control.mode[moving] == "all") != (side == STAY)
    must = [country for country in movers if veto and gain[country] < -world.p.indifference]
    if veto and not must:
        return []
    if not veto and any(gain[country] > LEAST for country in movers):
        return []  # who can do it wants it anyway
    return [Leg("stay" if side == STAY else "step", control, side, to, gain, list(movers), must)]


def quantum(world: World, flow: Flow) -> float:
    """Units of one leg: of arms no more than there are and the taker can man, of know-how a share of the lead."""
    good, stock = flow.good, flow.giver.stock[flow.good]
    if good.kind == "rival":
        units = min(good.quantum, max(0.0, stock - flow.ordered))
        if good.power > 0.0:
            units = min(units, world.p.order_share * flow.taker.power / good.power)
        return units
    lead = stock - flow.taker.stock[good]
    return 0.0 if above(world.p.least_lead, lead) else good.quantum * lead


def flow_leg(world: World, flow: Flow) -> list[Leg]:
    """An order where none is open, else to freeze it, if the giver would not withhold it by itself."""
    if flow.ordered > 0.0:
        leg = Leg("freeze", flow, STAY, flow.ordered, {}, [flow.giver], [flow.giver])
        price_goods(world, leg)
        return [leg] if leg.gain[flow.giver] < -LEAST else []
    units = quantum(world, flow)
    if units <= LEAST or embargoed(world, flow):
        return []
    leg = Leg("give", flow, STAY, units, {}, [flow.giver], [flow.giver, flow.taker])
    price_goods(world, leg)
    return [leg]


def price_goods(world: World, leg: Leg) -> None:
    """What a leg of a flow is worth to everybody: what giving changes, or what freezing an order forgoes."""
    flow = leg.flow
    assert flow is not None
    if leg.what == "give":
        own = worth_of_goods(world, flow, flow.shown(), leg.target, 0.0)
    else:
        own = {country: -gain for country, gain in worth_of_order(world, flow).items()}
        own[flow.giver] -= flow.giver.relationship(flow.taker)
    leg.gain = {country: country.with_friends(own) for country in world.countries}


def purses(world: World) -> dict[Country, float]:
    """What everybody can still promise to pay, share of world GDP: open deals together stay within its means."""
    owed = dict.fromkeys(world.countries, 0.0)
    for deal in world.open_deals:
        for country, pay in deal.pay.items():
            owed[country] += max(0.0, -pay)
    cap = world.p.payment_cap
    return {country: max(0.0, cap * country.economy - due / country.money) for country, due in owed.items()}


# --- offers ----------------------------------------------------------------------------------------------------------


def find_offers(world: World, legs: list[Leg]) -> list[Offer]:
    """The best package of every pair that talks and of every conference."""
    offers: list[Offer] = []
    p, countries = world.p, world.countries
    world.able = purses(world)
    for place, i in enumerate(countries):
        for j in countries[place + 1 :]:
            u = world.luck("TALK", world.turn, i.key, j.key)
            if u < p.talk:
                agenda = put_on_agenda(p, [i, j], legs, int(p.agenda))
                package = best_of_two(world, i, j, agenda)
                if package:
                    surplus = math.sqrt(package.gain[i] * package.gain[j])
                    offers += offer(world, [i, j], package, surplus, u / p.talk)
    if world.on.coalitions:
        for leg in legs:
            if 0 < len(leg.must) < TABLE:
                offers += conference(world, legs, leg)
    return offers


def conference(world: World, legs: list[Leg], seed: Leg) -> list[Offer]:
    """Three to five around one leg: who must agree, and who has most of it in money's worth."""
    p = world.p
    u = world.luck("CONFERENCE", world.turn, seed.number, 0, seed.thing.key)
    if u >= p.conference:
        return []
    parties = [country for country in world.countries if country in seed.must]
    while len(parties) < min(TABLE, len(seed.must) + 2):
        worth = {c: seed.gain[c] / c.money for c in world.countries if c not in parties}
        keen = [c for c, money in worth.items() if money > p.cost_per_leg]
        if not keen:
            break
        parties.append(max(keen, key=worth.__getitem__))
    if len(parties) < 3 or not can_give(parties, seed):
        return []
    agenda = put_on_agenda(p, parties, legs, int(p.agenda_many), seed)
    package = best_of_many(world, parties, agenda)
    if not package:
        return []
    mean = math.exp(sum(math.log(gain) for gain in package.gain.values()) / len(parties))
    return offer(world, parties, package, mean, u / p.conference)


def offer(world: World, parties: list[Country], package: Package, surplus: float, u: float) -> list[Offer]:
    """The package as an offer, if the luck of the table is below its chance; routine takes less."""
    p = world.p
    costs = sum(p.cost_per_leg if leg.control else p.cost_per_sale for leg in package.legs)
    scale = p.sign_tau * min(1.0, costs / (p.cost_per_leg * len(package.legs)) if p.cost_per_leg else 1.0)
    if surplus <= 0.0 or (scale > 0.0 and u >= 1.0 - math.exp(-surplus / scale)):
        return []
    tie = world.luck("TIE", world.turn, parties[0].key, parties[1].key, len(parties))
    return [Offer(parties, package, math.floor(surplus * FINE) / FINE, tie)]


# --- deals -----------------------------------------------------------------------------------------------------------


def match_offers(world: World, offers: list[Offer]) -> None:
    """Sign offers in descending surplus, as far as they still hold in the world that earlier deals have left."""
    signed = dict.fromkeys(world.countries, 0)
    for each in sorted(offers, key=lambda offer: (-offer.surplus, offer.tie)):
        package, parties = each.package, each.parties
        if each.surplus <= 0.0 or any(signed[country] >= country.bandwidth for country in parties):
            continue
        if any(not is_open(world, leg) for leg in package.legs):
            continue
        gains = exact_gains(world, package.legs)
        for country in parties:
            gains[country] += country.money * package.pay[country]
        costs = {country: sum(leg.cost(world.p, country) for leg in package.legs) for country in parties}
        if any(gains[country] - costs[country] <= LEAST for country in parties):
            continue
        if any(-package.pay[country] > world.able[country] + LEAST * country.economy for country in parties):
            continue
        for country in parties:
            signed[country] += 1
        sign(world, parties, package, gains)
        world.able = purses(world)
    world.read()
    world.look()


def is_open(world: World, leg: Leg) -> bool:
    """Whether no earlier deal of the turn has settled what a leg is about."""
    if leg.control is not None:
        return not leg.control.settled
    flow = leg.flow
    assert flow is not None
    if leg.what == "give" and (flow.ordered > 0.0 or flow.giver.stock[flow.good] < leg.target - LEAST):
        return False
    return flow.frozen_until <= world.turn


def exact_gains(world: World, legs: list[Leg]) -> dict[Country, float]:
    """What a package brings everybody: the world with it against the world in which own policy goes on.

    Goods change hands last, in the world that the steps have made.
    """
    steps = [(leg.control, leg.target) for leg in legs if leg.control]
    kept = [(control, control.position) for control, _ in steps]
    place(world, [(control, control.ahead) for control, _ in steps])
    without = {country: country.utility() for country in world.countries}
    place(world, steps)
    own = {country: country.utility() - without[country] for country in world.countries}
    gains = {country: country.with_friends(own) for country in world.countries}
    for leg in legs:
        if leg.flow:
            price_goods(world, leg)
            for country in world.countries:
                gains[country] += leg.gain[country]
    place(world, kept)
    return gains


def place(world: World, steps: list[tuple[Control, float]]) -> None:
    """Put controls somewhere and look at the world that this makes."""
    for control, position in steps:
        control.position = position
    world.read()
    world.look()


def exchange(world: World) -> None:
    """A turn's bargaining."""
    match_offers(world, find_offers(world, menu(world)))
