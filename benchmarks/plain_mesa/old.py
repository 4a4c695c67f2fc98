"""The same turn as a plain Mesa model: agents with attributes, dictionaries, Python loops, `mesa.batch_run`.

Written the way Mesa's own examples are, from the model's description and not from powersim's code, to measure what
compiled rules on arrays are worth. It covers a part of the model: own policy with vetoes, threat and security, what
friends gain, alignment. `subset` switches everything else off, so that both compute the same work; the benchmark
compares what comes out (with luck switched off, to rounding) before it compares times.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import mesa
from ruamel.yaml import YAML

import worlds
from powersim.scenario.arrays.build import Built
from powersim.world.params import Switches

KEPT = ("own_policy", "threat", "alignment", "balance")
"""Mechanisms that the plain model has."""


def subset(actors: int, years: int, seed: int) -> dict[str, Any]:
    """A random scenario with nothing in it but what the plain model knows."""
    document = worlds.scenario(actors, years, seed)
    for part in ("goods", "sanctions", "pledges", "disputes"):
        del document[part]
    issues = document["issues"]
    document["issues"] = {name: issue for name, issue in issues.items() if "binds" not in issue}
    document["mechanisms"] = {name: name in KEPT for name in Switches._fields}
    names = list(document["actors"])
    document["alignment"] = {
        f"{a}-{b}": round(math.sin(3 * i + j), 3)
        for i, a in enumerate(names)
        for j, b in enumerate(names[:i])
        if (i + j) % 3 == 0
    }
    return document


def write(path: Path, actors: int, years: int, seed: int) -> None:
    """Write such a scenario as a file."""
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(subset(actors, years, seed), file)


class Lever:
    """An issue that its controllers move."""

    def __init__(self, name: str, position: float, speed: float) -> None:
        self.name, self.position, self.speed = name, position, speed
        self.controllers: list[Country] = []
        self.threats: list[tuple[Country, Country, float]] = []  # who threatens whom, and how much

    def wanted(self, sign: float) -> float:
        """How far all its controllers want it to go up (sign 1) or down (-1)."""
        to = min(1.0, max(0.0, self.position + sign * self.speed))
        if to == self.position:
            return 0.0
        room = 1.0
        for country in self.controllers:
            if country.gain(self, to) <= 1e-9:
                return 0.0
            ahead = (country.ideal[self.name] - self.position) * sign
            room = min(room, ahead if ahead > 0.0 else 1.0)
        return min(room, 1.0 - self.position if sign > 0.0 else self.position)


class Country(mesa.Agent):  # type: ignore[misc]
    """A state: what it wants, what it fears, who its friends are."""

    def __init__(self, model: World, name: str) -> None:
        super().__init__(model)
        self.name = name
        self.power = self.security = self.fear_total = self.strength = 0.0
        self.w_security = self.w_friends = 0.0
        self.ideal: dict[str, float] = {}
        self.salience: dict[str, float] = {}
        self.alignment: dict[Country, float] = {}
        self.start: dict[Country, float] = {}
        self.push_start: dict[Country, float] = {}
        self.resolve: dict[Country, float] = {}
        self.trust: dict[Country, float] = {}
        self.reach: dict[Country, float] = {}
        self.fear: dict[Country, float] = {}
        self.offence: dict[Country, float] = {}  # how offensive others look

    def look_around(self) -> None:
        """Fear, strength and security as the world stands."""
        p = self.model.p
        self.strength, self.fear_total = self.power, p.h0
        for other in self.model.countries:
            if other is not self:
                a = self.alignment[other]
                help_ = min(1.0, max(0.0, max(a, 0.0) * self.resolve[other]))
                self.strength += help_ * other.reach[self] * other.power
                self.fear[other] = (
                    other.reach[self] * self.offence[other] * (1.0 - self.trust[other]) * (1.0 - a) / 2.0
                )
                self.fear_total += self.fear[other] * other.power
        self.security = self.secure(self.fear_total)

    def secure(self, fear: float) -> float:
        """Odds of what it has against what it fears."""
        d = self.model.p.security_d
        return float(self.strength**d / (self.strength**d + fear**d))

    def own_gain(self, lever: Lever, to: float) -> float:
        """What it gains itself if the lever goes there."""
        total = 0.0
        if lever.name in self.ideal:
            ideal, b = self.ideal[lever.name], self.model.p.curvature
            total = self.salience[lever.name] * (abs(lever.position - ideal) ** b - abs(to - ideal) ** b)
        for source, victim, size in lever.threats:
            if victim is self:
                more = self.fear[source] / self.offence[source] * size * (to - lever.position) * source.power
                total += self.w_security * (self.secure(self.fear_total + more) - self.security)
        return total

    def gain(self, lever: Lever, to: float) -> float:
        """The same with a share in what friends gain."""
        friends = {other: a for other, a in self.alignment.items() if a > 0.0}
        shared = sum(a * other.own_gain(lever, to) for other, a in friends.items())
        return self.own_gain(lever, to) + (
            self.w_friends * shared / sum(friends.values()) if friends else 0.0
        )

    def similarity(self, other: Country) -> float:
        """How far the two want the same."""
        total = weight = 0.0
        for issue, ideal in self.ideal.items():
            if issue in other.ideal:
                both = math.sqrt(self.salience[issue] * other.salience[issue])
                total += both * (1.0 - 2.0 * abs(ideal - other.ideal[issue]))
                weight += both
        return total / weight if weight > 0.0 else 0.0

    def gives(self, other: Country) -> float:
        """What its levers give (or deny) another, as a share of the other's concerns."""
        total = 0.0
        concerns = sum(other.salience.values())
        for lever in self.model.levers:
            if self in lever.controllers and lever.name in other.ideal:
                distance = abs(lever.position - other.ideal[lever.name])
                worth = other.salience[lever.name] * (1.0 - 2.0 * distance) / concerns
                total += worth * self.power / sum(country.power for country in lever.controllers)
        return total

    def push(self, other: Country) -> float:
        """What draws the two together or apart."""
        p, third = self.model.p, [c for c in self.model.countries if c is not self and c is not other]
        total = 0.5 * p.w_levers * (self.gives(other) + other.gives(self))
        total += p.w_interest * self.similarity(other)
        feared = sum(
            math.sqrt(self.fear[c] * c.power / p.m_ref * (other.fear[c] * c.power / p.m_ref)) for c in third
        )
        total += p.w_threat * math.tanh(feared)
        tied = [c for c in third if self.alignment[c] != 0.0 and other.alignment[c] != 0.0]
        if tied:
            total += p.w_triad * sum(self.alignment[c] * other.alignment[c] for c in tied) / len(tied)
        return float(total)


class World(mesa.Model):  # type: ignore[misc]
    """Countries and levers, from a scenario's numbers; `luck` off: every lever moves every turn, no shocks."""

    def __init__(self, built: Built, seed: int, run: int = 0, turns: int = 1, luck: bool = True) -> None:
        super().__init__(seed=seed + run)
        inputs = built.inputs(seed, run)
        setup, self.p, self.luck, self.turns = inputs.setup, inputs.params, luck, turns
        names = [actor.code for actor in built.scenario.actors]
        self.countries = [Country(self, name) for name in names]
        issues = sorted(built.index.issues, key=built.index.issues.__getitem__)
        for i, country in enumerate(self.countries):
            country.power = float(setup.power0[i])
            country.w_security, country.w_friends = float(setup.w_security[i]), float(setup.w_friends[i])
            share = float(setup.engagers0[i])
            for k, issue in enumerate(issues):
                salience = share * setup.salience_eng[i, k] + (1.0 - share) * setup.salience_hard[i, k]
                if salience > 0.0:
                    country.salience[issue] = float(salience)
                    country.ideal[issue] = float(
                        share * setup.ideal_eng[i, k] + (1.0 - share) * setup.ideal_hard[i, k]
                    )
            for j, other in enumerate(self.countries):
                if j != i:
                    country.alignment[other] = country.start[other] = float(setup.alignment0[i, j])
                    country.resolve[other], country.trust[other] = (
                        float(setup.resolve0[i, j]),
                        float(setup.trust0[i, j]),
                    )
                    country.reach[other] = float(setup.reach[i, j])
        self.levers = []
        for c, k in enumerate(setup.control_issue):
            lever = Lever(issues[k], float(setup.control_start[c]), float(setup.speed[c]))
            lever.controllers = [a for i, a in enumerate(self.countries) if setup.raisers[c, i]]
            for e in range(setup.effect_start[k], setup.effect_start[k + 1]):
                source, victim = self.countries[setup.effect_i[e]], self.countries[setup.effect_j[e]]
                lever.threats.append((source, victim, float(setup.effect_size[e])))
            self.levers.append(lever)
        self.look()
        for a, b in self.pairs():
            a.push_start[b] = a.push(b)
        self.datacollector = mesa.DataCollector(
            model_reporters={"first": lambda model: model.levers[0].position}
        )

    def pairs(self) -> list[tuple[Country, Country]]:
        """Every two countries."""
        return [(a, b) for i, a in enumerate(self.countries) for b in self.countries[i + 1 :]]

    def look(self) -> None:
        """Everybody looks at the world as it stands."""
        for country in self.countries:
            country.offence = dict.fromkeys(self.countries, 1.0)
        for lever in self.levers:
            for source, victim, size in lever.threats:
                victim.offence[source] = max(0.0, victim.offence[source] + size * lever.position)
        for country in self.countries:
            country.look_around()

    def step(self) -> None:
        """One turn: levers, then alignments."""
        moves = []
        for lever in self.levers:
            up, down = lever.wanted(1.0), lever.wanted(-1.0)
            moves.append(up if up >= down else -down)
        rate = self.p.own_rate if self.luck else 1.0
        for lever, move in zip(self.levers, moves, strict=True):
            if not self.luck or self.random.random() < rate:
                most = lever.speed / rate
                lever.position += max(-most, min(most, move))
        self.look()
        pushes = {(a, b): a.push(b) for a, b in self.pairs()}
        for (a, b), push in pushes.items():
            start = min(1.0 - 1e-9, max(-1.0 + 1e-9, a.start[b]))
            force = push - a.push_start[b]
            if self.luck:
                u = self.random.random()
                force += self.p.noise_sd * math.sqrt(3.0) / math.pi * math.log(u / (1.0 - u))
            aim = math.tanh(math.atanh(start) + force)
            a.alignment[b] += self.p.alignment_speed * (aim - a.alignment[b])
            b.alignment[a] = a.alignment[b]
        self.look()
        self.datacollector.collect(self)
        if self.steps >= self.turns:
            self.running = False
