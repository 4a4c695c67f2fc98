"""What a turn ends with: what acts say of those who do them, alignment, politics at home."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from plain_mesa.country import Country
from plain_mesa.luck import logistic
from plain_mesa.promises import expit
from plain_mesa.things import DOWN, LEAST, UP, Issue, clip

if TYPE_CHECKING:
    from plain_mesa.model import World

LEAST_POWER = 1e-6
EDGE = 1.0 - 1e-9
GRID = 2.0**30  # alignments are kept in units of one part of this


def logit(p: float) -> float:
    """Log-odds."""
    return math.log(p / (1.0 - p))


def after_evidence(world: World, belief: float, evidence: float) -> float:
    """A belief after evidence, on the log-odds scale; certainty could never be unlearnt."""
    floor = world.p.belief_floor
    if evidence == 0.0:
        return clip(belief, floor, 1.0 - floor)
    return clip(expit(logit(clip(belief, floor, 1.0 - floor)) + evidence), floor, 1.0 - floor)


def learn_resolve(world: World, observer: Country, of: Country, act: float, relevance: float) -> None:
    """Who yields (act above 0) is believed the less resolved."""
    if world.on.resolve:
        observer.resolve[of] = after_evidence(world, observer.resolve[of], -world.p.rho * act * relevance)


def all_learn_resolve(world: World, of: Country, act: float, issue: Issue) -> None:
    """Everybody reads an act alike; for whom the issue does not matter it is less relevant."""
    for observer in of.others:
        relevance = 1.0 if observer.salience(issue) > 0.0 else world.p.omega_out
        learn_resolve(world, observer, of, act, relevance)


def learn_trust(world: World, observer: Country, of: Country, act: float) -> None:
    """Who gives (act above 0) is trusted the more."""
    if world.on.trust:
        observer.trust[of] = after_evidence(world, observer.trust[of], world.p.tau * act)


def opposition(world: World, mover: Country, other: Country) -> float:
    """How far another is no friend of the mover."""
    friend = world.p.friend_from
    return float(max(0.0, friend - mover.alignment[other]) / (1.0 + friend))


def friendship(world: World, mover: Country, other: Country) -> float:
    """How far another asks what an act does to the mover's opponents."""
    friend, a = world.p.friend_from, mover.alignment[other]
    return 1.0 if a >= friend else max(0.0, a) / friend


def read_moves(world: World) -> None:
    """Every move of a lever that nobody paid for is an act of those who may make it."""
    for control in world.controls:
        a, b = control.before, control.position
        if control.kind != "lever" or control.settled or abs(b - a) < LEAST:
            continue
        if control.laid_down[world.turn] is not None and not control.read_as_act[world.turn]:
            continue
        issue = control.issue
        assert issue is not None
        if control.weight < 1.0:  # one position among several: what counts is what it has done to the issue
            a, b = issue.position - control.weight * (b - a), issue.position
        for mover in control.movers[UP if b > a else DOWN]:
            read_act(world, mover, issue, a, b)


def read_act(world: World, mover: Country, issue: Issue, a: float, b: float) -> None:
    """What one mover's part in a move says of its resolve and its motives."""
    p, cap = world.p, world.p.signal_cap
    worth = mover.lasting_gain(issue, a, b)
    size = min(cap, abs(worth) / p.signal_scale)
    if size < p.notable:
        return
    theirs = {other: other.lasting_gain(issue, a, b) for other in mover.others}
    served = {other: opposition(world, mover, other) * gain for other, gain in theirs.items()}
    net = sum(served.values())
    for observer, gain in theirs.items():
        if worth < 0.0:
            seen, relevance = net, p.omega_out
            if observer.interests.get(issue) and observer.interests[issue].lasting[1] > 0.0:
                others = net - served[observer]
                seen, relevance = served[observer] + friendship(world, mover, observer) * others, 1.0
            act = math.copysign(min(-worth, abs(seen)), seen) if seen != 0.0 else 0.0
            learn_resolve(world, observer, mover, clip(act / p.signal_scale, -cap, cap), relevance)
        if observer.salience(issue) > 0.0:
            if worth < 0.0 and gain > 0.0:
                learn_trust(world, observer, mover, size)
            elif gain < 0.0:
                learn_trust(world, observer, mover, -min(size, -gain / p.signal_scale))


def calculus(world: World, i: Country, j: Country) -> float:
    """What power and stakes as they are now say for the resolve of j in the eyes of i, in log-odds."""
    at_stake = {i: 0.0, j: 0.0}
    for issue in i.interests:
        if issue in j.interests and i.interests[issue].is_party and j.interests[issue].is_party:
            for country in (i, j):
                at_stake[country] += country.salience(issue) * abs(j.ideal(issue) - i.ideal(issue))
    ratio = max(j.strength, LEAST_POWER) / max(i.strength, LEAST_POWER)
    return float(
        world.p.calculus_power * math.log(ratio) + world.p.calculus_stakes * (at_stake[j] - at_stake[i])
    )


def relax(world: World, belief: float, prior: float) -> float:
    """A belief one turn nearer to its prior, on the log-odds scale."""
    floor, mu = world.p.belief_floor, world.p.mu
    if belief == prior or mu == 0.0:
        return clip(belief, floor, 1.0 - floor)
    here, there = (logit(clip(p, floor, 1.0 - floor)) for p in (belief, prior))
    return clip(expit(here + mu * (there - here)), floor, 1.0 - floor)


def forget(world: World) -> None:
    """Trust relaxes to where it began, belief in resolve to what power and stakes warrant."""
    for i in world.countries:
        for j in i.others:
            if world.on.trust:
                i.trust[j] = relax(world, i.trust[j], i.trust_then[j])
            if world.on.resolve:
                prior = i.resolve_then[j]
                if world.on.current_calculus:
                    prior = after_evidence(world, prior, calculus(world, i, j) - i.calculus_then[j])
                i.resolve[j] = relax(world, i.resolve[j], prior)


def signals(world: World) -> None:
    """Moves, then breaches, are read; then what was believed fades."""
    read_moves(world)
    for breaker, wronged in world.breaches:
        for country in wronged:
            learn_trust(world, country, breaker, -world.p.breach_signal)
    forget(world)
    world.look()


def align(world: World) -> None:
    """Every two move towards what the level that they began at and the change of what drives them ask for."""
    p, pushes = world.p, {(i, j): i.push(j) for i, j in world.pairs()}
    for (i, j), push in pushes.items():
        known = i.reach_then[j] + j.reach_then[i] + i.trade_then[j] + j.trade_then[i] > 0.0
        force = push - i.push_then[j]
        if known or i.alignment_then[j] != 0.0:
            u = world.luck("NOISE", world.turn, min(i.key, j.key), max(i.key, j.key))
            force += logistic(u, p.noise_sd)
        aim = i.alignment_then[j]
        if force != 0.0:
            aim = math.tanh(math.atanh(clip(aim, -EDGE, EDGE)) + force)
        after = i.alignment[j] + p.alignment_speed * (aim - i.alignment[j])
        i.alignment[j] = j.alignment[i] = math.floor(after * GRID + 0.5) / GRID


def home(world: World) -> None:
    """Engagers gain when diplomacy has paid and lose by breaches and sanctions."""
    p = world.p
    for country in world.countries:
        trade = sum(country.trade.values())
        hit = sum(share * other.sanctions[country] for other, share in country.trade.items())
        share = country.engagers
        share += p.home_up * country.paid * (1.0 - share)
        share -= p.home_down * (country.wronged + (hit / trade if trade > LEAST else 0.0)) * country.engagers
        share += p.home_relax * (country.engagers_home - country.engagers)
        country.engagers = clip(share)
        country.paid = country.wronged = 0.0
