"""What happens before anybody decides: events, what a branch lays down, growth, attacks through others."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from plain_mesa.luck import logistic
from plain_mesa.things import LEAST

if TYPE_CHECKING:
    from plain_mesa.model import World


def calendar(world: World) -> None:
    """Events: with a probability on their date, or with a hazard while their window is open."""
    for event in world.events:
        if event.happened is not None or event.forbidden:
            continue
        if event.after is not None and event.after.happened is None:
            continue
        if event.turn is not None:
            if event.turn != world.turn:
                continue
            chance = event.probability
        elif event.first <= world.turn <= event.last:
            chance = event.hazard * (event.factor(None) if event.factor else 1.0)
        else:
            continue
        if world.luck("EVENT", world.turn, thing=event.key) < chance:
            event.happened = world.turn
            for deed in event.deeds:
                deed()


def lay_down(world: World) -> None:
    """Put controls and stocks where the branch has them this turn."""
    for control in world.controls:
        to = control.laid_down[world.turn]
        if to is not None and abs(to - control.position) > LEAST:
            control.position = to
    for country, good, units in world.stocks_laid_down[world.turn]:
        country.stock[good] = units


def grow(world: World) -> None:
    """Growth, budgets that answer threat, production, learning; memories fade."""
    p = world.p
    for country in world.countries:
        country.economy *= 1.0 + country.growth
        u = world.luck("GROWTH", world.turn, country.key)
        country.power *= math.exp(country.growth + logistic(u, p.power_sd))
        if world.on.budgets:
            threat = (country.fears - p.h0) / p.m_ref
            answer = p.budget_response * country.power * (threat - country.threat_then)
            burden = country.power - country.power_then * country.economy / country.economy_then
            country.power = max(0.0, country.power + answer - p.budget_fatigue * burden)
        for good, made in country.production.items():
            if good.kind == "rival":
                country.stock[good] += min(made, max(0.0, country.ceiling[good] - country.stock[good]))
            elif world.on.technology and made > 0.0:
                country.stock[good] += p.learn_rate * made * max(0.0, p.frontier - country.stock[good])
        for other in country.others:
            country.hurt[other] *= p.harm_memory
            country.dealt[other] *= p.deal_memory
    for flow in world.flows:
        if flow.good.kind == "know_how":
            flow.delivered *= 1.0 - p.transfer_fade
    for strike in world.strikes:
        strike.level *= p.strike_fade


def attack_through_others(world: World) -> None:
    """Proxies attack: the likelier, the more hostile the patron and the farther the issue is above what it wants."""
    p = world.p
    for proxy in world.proxies:
        by, on = proxy.by, proxy.on
        excess = max(0.0, proxy.issue.position - by.ideal(proxy.issue))
        chance = proxy.hazard * (1.0 - by.alignment[on]) / 2.0 * excess
        attack = world.luck("PROXY", world.turn, by.key, on.key, proxy.key) < chance
        proxy.level = p.proxy_decay * proxy.level + (1.0 - p.proxy_decay) * float(attack)
        if attack:
            on.hurt[by] += p.proxy_harm
