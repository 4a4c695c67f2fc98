"""War: battles over forts, supplies used up, strikes on cities, settlement; and strikes on programmes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from plain_mesa.country import Country, odds
from plain_mesa.promises import expit
from plain_mesa.society import all_learn_resolve
from plain_mesa.things import LEAST, Dispute, Strike, above, clip
from plain_mesa.worth import force, victory, worth_of_move

if TYPE_CHECKING:
    from plain_mesa.model import World

FAIR = 1e-6  # as near to even odds the formulas for even odds hold


def start_war(world: World, dispute: Dispute) -> None:
    """Third parties choose sides, each side forms its belief about the odds of a battle."""
    p, i, j = world.p, dispute.challenger, dispute.target
    dispute.war, dispute.quiet = True, 0
    dispute.wars += 1
    dispute.forts, dispute.began = int(p.forts) // 2, dispute.front.position
    choose_sides(world, dispute)
    fair = battle_odds(world, dispute)
    for side, country, sign in ((0, i, 1.0), (1, j, -1.0)):
        u = world.luck("WAR_BELIEF", world.turn, country.key, side, dispute.key)
        mean = clip(fair + sign * p.optimism * u, p.belief_floor, 1.0 - p.belief_floor)
        dispute.belief[country] = [p.belief_strength * mean, p.belief_strength * (1.0 - mean)]
    j.hurt[i] += p.war_harm
    i.hurt[j] += p.war_harm


def choose_sides(world: World, dispute: Dispute) -> None:
    """Third parties help where their share in the outcome, or a guarantee, makes it pay."""
    p, i, j = world.p, dispute.challenger, dispute.target
    ours, theirs = force(i, i.reach[j]), force(j, 1.0)
    dispute.help = {i: 0.0, j: 0.0}
    for helper in world.countries:
        if helper in (i, j):
            continue
        power = helper.reach[j] * helper.strength * p.helper_weight
        share = power / (power + ours + theirs) if power + ours + theirs > 0.0 else 0.0
        stake = victory(helper, dispute)
        bound = max(0.0, j.promised[helper]) * p.guarantee_stake
        u = world.luck("HELP", world.turn, helper.key, j.key, dispute.key)
        if share * stake > p.help_cost * u:
            dispute.help[i] += power
            j.hurt[helper] += p.help_harm
        elif share * (bound - stake) > dispute.costs.get("helpers", p.help_cost) * u:
            dispute.help[j] += power
            i.hurt[helper] += p.help_harm
        else:
            likely = clip(max(helper.alignment[j], 0.0) * i.resolve[helper] + j.promised[helper])
            if above(likely, p.likely_help):  # an ally whose help was likely stays out
                all_learn_resolve(world, helper, likely, dispute.front)


def battle_odds(world: World, dispute: Dispute) -> float:
    """Objective odds of a battle for the challenger."""
    i, j = dispute.challenger, dispute.target
    ours, theirs = force(i, i.reach[j]) + dispute.help[i], force(j, 1.0) + dispute.help[j]
    return clip(odds(ours, theirs, world.p.contest_m), LEAST, 1.0 - LEAST)


def wars(world: World) -> None:
    """Fight this turn's battles of every war."""
    p = world.p
    for dispute in world.disputes:
        if not dispute.war:
            continue
        for number in range(int(p.battles_per_turn)):
            battle(world, dispute, number)
            if not 0 < dispute.forts < int(p.forts) or settled(world, dispute):
                break
        if world.on.city_strikes:
            strike_cities(world, dispute, dispute.challenger, dispute.target)
            strike_cities(world, dispute, dispute.target, dispute.challenger)
        move_front(world, dispute, 2.0 * dispute.forts / p.forts - 1.0)
        decided = not 0 < dispute.forts < int(p.forts)
        if decided or settled(world, dispute):
            if not decided:
                expected = [win(world, dispute, side) for side in (dispute.challenger, dispute.target)]
                move_front(world, dispute, sum(expected) - 1.0)
            dispute.war, dispute.quiet = False, int(p.truce)
        world.look()


def battle(world: World, dispute: Dispute, number: int) -> None:
    """A fort changes hands, both sides learn, both use up supplies and men."""
    p, i, j = world.p, dispute.challenger, dispute.target
    u = world.luck("BATTLE", world.turn, i.key, number, dispute.key)
    won = u < battle_odds(world, dispute)
    dispute.forts += 1 if won else -1
    for country in (i, j):
        dispute.belief[country][0 if won else 1] += 1.0
        for good, stock in country.stock.items():
            country.stock[good] = max(0.0, stock - p.munition_use * good.war_use)
        country.power *= 1.0 - p.war_attrition


def win_probability(held: int, forts: float, pi: float) -> float:
    """Probability of taking all forts before losing all."""
    if held <= 0 or held >= forts:
        return float(held >= forts)
    if abs(pi - 0.5) < FAIR:
        return held / forts
    if pi > 0.5:
        return 1.0 - win_probability(int(forts) - held, forts, 1.0 - pi)
    s = pi / (1.0 - pi)
    return float(s ** (forts - held) * (1.0 - s**held) / (1.0 - s**forts))


def mean_belief(dispute: Dispute, side: Country) -> float:
    """Odds of a battle for the challenger, as a side sees them."""
    a, b = dispute.belief[side]
    return a / (a + b)


def win(world: World, dispute: Dispute, side: Country) -> float:
    """Probability that the challenger takes all, as a side sees it."""
    return win_probability(dispute.forts, world.p.forts, mean_belief(dispute, side))


def settled(world: World, dispute: Dispute) -> bool:
    """Fighting stops when what the sides disagree about is worth less than the battles left."""
    i, j, forts = dispute.challenger, dispute.target, world.p.forts
    held, pi = dispute.forts, 0.5 * (mean_belief(dispute, i) + mean_belief(dispute, j))
    if held <= 0 or held >= forts:
        left = 0.0
    elif abs(pi - 0.5) < FAIR:
        left = held * (forts - held)
    else:
        left = (held - forts * win_probability(held, forts, pi)) / (1.0 - 2.0 * pi)
    return bool(win(world, dispute, i) - win(world, dispute, j) < world.p.battle_cost * left)


def move_front(world: World, dispute: Dispute, lead: float) -> None:
    """The front follows the lead (-1..1): at most `war_reach`, and no farther than the winner wants."""
    front = dispute.front
    goal = (dispute.challenger if lead > 0.0 else dispute.target).ideal(front)
    way = goal - dispute.began
    front.position = dispute.began + math.copysign(min(abs(way), abs(lead) * world.p.war_reach), way)


def strike_cities(world: World, dispute: Dispute, by: Country, on: Country) -> None:
    """Strikes on cities and the grid: worth more the worse the front goes, at a price in trade."""
    p = world.p
    if above(p.city_stock, sum(stock for good, stock in by.stock.items() if good.strikes_cities)):
        return
    fair = battle_odds(world, dispute)
    losing = 1.0 - fair if by is dispute.challenger else fair
    worth = p.city_worth * losing - p.city_price * by.w_economy * by.prosperity
    if world.luck("CITY", world.turn, by.key, on.key, dispute.key) >= expit(worth / p.city_noise):
        return
    for good in by.stock:
        if good.strikes_cities:
            by.stock[good] = max(0.0, by.stock[good] - p.city_stock)
    on.power *= 1.0 - p.city_damage
    on.hurt[by] += p.city_harm
    for other in world.countries:
        if other is not by and other is not on:
            other.hurt[by] += p.city_harm * other.friends.get(on, 0.0)


def strikes(world: World) -> None:
    """At each milestone that a programme newly passes its striker decides once."""
    for strike in world.strikes:
        ahead = strike.milestones[strike.passed :]
        if ahead and not above(ahead[0], strike.programme.position):
            strike.passed += 1
            decide_strike(world, strike)
    world.read()


def decide_strike(world: World, strike: Strike) -> None:
    """Strike if the expected set-back is worth its cost, with noise."""
    p, by, on, programme = world.p, strike.by, strike.on, strike.programme
    shield = min(1.0, on.stock[strike.shield]) if strike.shield else 0.0
    at = programme.position

    def worth(to: float) -> float:
        return by.with_friends(worth_of_move(world, programme, at, to))

    loss, hazard = max(0.0, -worth(1.0)), p.breakout_rate * at * at
    soon = hazard / (1.0 - by.patience * (1.0 - hazard)) if hazard > 0.0 else 0.0
    back = (1.0 - by.patience**p.setback_turns) * (worth(max(0.0, at - p.setback)) + loss * soon)
    cost = p.kappa0 * (1.0 + p.psi * shield)
    if strike.issue is not None:
        for friend, weight in by.friends.items():
            disliked = -friend.issue_gain(strike.issue, strike.issue.position, 1.0)
            cost += p.disapproval * weight * max(0.0, disliked)
    effect = clip(p.e0 * (1.0 - p.psi * shield))
    key = (world.turn, by.key, on.key, strike.key)
    if world.luck("STRIKE_DECISION", *key) >= expit((effect * back - cost) / p.strike_noise):
        return
    if world.luck("STRIKE_SUCCESS", *key) < effect:
        programme.position = max(0.0, programme.position - p.setback)
        programme.before = max(0.0, programme.before - p.setback)
    strike.count += 1
    strike.level = 1.0
    on.hurt[by] += p.strike_harm
