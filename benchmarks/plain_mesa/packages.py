"""The best package of a table: every subset of an agenda is weighed, with payments."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plain_mesa.country import Country
from plain_mesa.things import LEAST, Leg

if TYPE_CHECKING:
    from plain_mesa.model import World

MOST_LEGS = 10
TIE = 1e-9  # logarithms of Nash products that differ by less are equally good


@dataclass(eq=False)
class Package:
    """Legs, and what they bring the parties with their payments (shares of world GDP)."""

    legs: list[Leg]
    gain: dict[Country, float]
    pay: dict[Country, float]
    value: float = 0.0
    second: float = 0.0  # by equal gain: the larger gain


@dataclass(eq=False)
class Item:
    """A leg on the agenda, whom it is for, and what it buys for its costs."""

    leg: Leg
    buyer: Country
    score: float


def put_on_agenda(
    p: Any, parties: list[Country], legs: list[Leg], room: int, seed: Leg | None = None
) -> list[Leg]:
    """For each party the legs that buy it most per unit of cost to the others; what they have met for stays."""
    agenda: list[Item] = []
    if seed is not None:
        consider(p, parties, seed, room, agenda)
        for item in agenda:
            item.score = math.inf
    for leg in legs:
        if leg is not seed:
            consider(p, parties, leg, room, agenda)
    return [item.leg for item in agenda]


def can_give(parties: list[Country], leg: Leg) -> bool:
    """Whether one of the parties gives a leg, and all who must agree sit at the table."""
    return any(giver in parties for giver in leg.givers) and all(must in parties for must in leg.must)


def consider(p: Any, parties: list[Country], leg: Leg, room: int, agenda: list[Item]) -> None:
    """Put a leg on the agenda if the parties can give it and it is among the best for its buyer."""
    if not can_give(parties, leg):
        return
    buyer = max(parties, key=leg.gain.__getitem__)
    if leg.gain[buyer] <= leg.cost(p, buyer):
        return
    cost = sum(max(-leg.gain[country], 0.0) for country in parties)
    item = Item(leg, buyer, leg.gain[buyer] / max(cost + p.indifference, LEAST))
    rivals = [other for other in agenda if other.buyer is buyer]
    if len(rivals) < room and len(agenda) < MOST_LEGS:
        agenda.append(item)
    elif rivals:
        worst = min(rivals, key=lambda other: other.score)
        if worst.score < item.score:
            agenda[agenda.index(worst)] = item


def subsets(agenda: list[Leg]) -> Iterator[list[Leg]]:
    """Every package of an agenda in which no two legs are about the same thing."""
    for number in range(1, 2 ** len(agenda)):
        legs = [leg for place, leg in enumerate(agenda) if number >> place & 1]
        if len({leg.thing for leg in legs}) == len(legs):
            yield legs


def gains_of(world: World, legs: list[Leg], parties: list[Country]) -> dict[Country, float]:
    """What a package brings the parties, costs of negotiating it included."""
    return {
        country: sum(leg.gain[country] - leg.cost(world.p, country) for leg in legs) for country in parties
    }


def preferred(world: World, parties: list[Country], one: Package, best: Package | None) -> bool:
    """Whether a package is better than the best so far; of equally good ones a draw decides."""
    if best is None or one.value > best.value + TIE:
        return True
    if one.value < best.value - TIE:
        return False
    if abs(one.second - best.second) > TIE:
        return one.second > best.second
    return lot(world, parties, one) < lot(world, parties, best)


def lot(world: World, parties: list[Country], package: Package) -> float:
    """The draw of a package, by what is in it."""
    key = 0
    for leg in package.legs:
        number = leg.number if leg.control else (2 * leg.thing.place + leg.number) % 3
        key ^= leg.thing.key ^ (1 + number)
    return world.luck("PACKAGE", world.turn, parties[0].key, parties[1].key, key)


def nash_payment(
    gains: tuple[float, float],
    units: tuple[float, float],
    weight: float,
    caps: tuple[float, float],
    efficiency: float,
) -> float:
    """What the first should pay the second so that the weighted Nash product is largest; below 0 the other way."""
    first, second = gains[0] / units[0], gains[1] / units[1]
    pays = (1.0 - weight) * first - weight * second / efficiency
    if pays > 0.0 and first + second / efficiency > 0.0:
        return min(pays, caps[0])
    takes = weight * second - (1.0 - weight) * first / efficiency
    if takes > 0.0 and second + first / efficiency > 0.0:
        return -min(takes, caps[1])
    return 0.0


def equalising_payment(
    gains: tuple[float, float], units: tuple[float, float], caps: tuple[float, float], efficiency: float
) -> float:
    """What the first should pay the second so that both gain alike, as far as may be."""
    if gains[0] >= gains[1]:
        return min(caps[0], (gains[0] - gains[1]) / (units[0] + efficiency * units[1]))
    return -min(caps[1], (gains[1] - gains[0]) / (units[1] + efficiency * units[0]))


def best_of_two(world: World, i: Country, j: Country, agenda: list[Leg]) -> Package | None:
    """The package and payment with the largest Nash product, weighted by patience; or the one of equal gain."""
    p, efficiency = world.p, world.p.payment_efficiency
    haste = math.log(i.patience) + math.log(j.patience)
    weight = math.log(j.patience) / haste if haste < 0.0 else 0.5
    able, units = world.able, (i.money, j.money)
    caps = (min(able[i], p.payment_taken * j.economy), min(able[j], p.payment_taken * i.economy))
    best = None
    for legs in subsets(agenda):
        gain = gains_of(world, legs, [i, j])
        if gain[i] / units[0] + gain[j] / units[1] <= 0.0:
            continue  # no payment could help
        money = 0.0
        if world.on.payments and p.equal_gain > 0.0:
            money = equalising_payment((gain[i], gain[j]), units, caps, efficiency)
        elif world.on.payments:
            money = nash_payment((gain[i], gain[j]), units, weight, caps, efficiency)
        pay = {i: -money, j: efficiency * money} if money > 0.0 else {i: -efficiency * money, j: money}
        gain = {country: gain[country] + country.money * pay[country] for country in (i, j)}
        if min(gain.values()) <= LEAST:
            continue
        package = Package(legs, gain, pay)
        package.value = weight * math.log(gain[i]) + (1.0 - weight) * math.log(gain[j])
        if p.equal_gain > 0.0:
            package.value, package.second = math.log(min(gain.values())), max(gain.values())
        if preferred(world, [i, j], package, best):
            best = package
    return best


def best_of_many(world: World, parties: list[Country], agenda: list[Leg]) -> Package | None:
    """The package with the largest Nash product of three to five, after those who gain have paid those who lose."""
    best = None
    for legs in subsets(agenda):
        package = Package(legs, gains_of(world, legs, parties), dict.fromkeys(parties, 0.0))
        if world.on.payments and not compensate(world, package):
            continue
        if min(package.gain.values()) <= LEAST:
            continue
        logs = [math.log(gain) for gain in package.gain.values()]
        package.value = min(logs) if world.p.equal_gain > 0.0 else sum(logs)
        if preferred(world, parties, package, best):
            best = package
    return best


def compensate(world: World, package: Package) -> bool:
    """Let those who gain pay those who lose, in proportion to what they can pay; say whether that suffices."""
    p, need, room = world.p, {}, {}
    for country, gain in package.gain.items():
        if gain <= LEAST:
            need[country] = (LEAST + p.payment_margin - gain) / country.money / p.payment_efficiency
            if need[country] > p.payment_taken * country.economy:
                return False
        else:
            room[country] = min(0.5 * gain / country.money, world.able[country])
    if sum(need.values()) > sum(room.values()):
        return False
    if need:
        share = sum(need.values()) / sum(room.values())
        package.pay = {country: money * p.payment_efficiency for country, money in need.items()}
        package.pay |= {country: -share * money for country, money in room.items()}
        for country in package.gain:
            package.gain[country] += country.money * package.pay[country]
    return True
