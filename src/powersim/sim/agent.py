"""A state as a Mesa agent: a view of one actor's row of the world, and the place for a policy of one's own."""

from __future__ import annotations

from typing import Protocol

import mesa
import numpy as np

from powersim.sim.labels import Labels
from powersim.world import draws
from powersim.world import quantities as watched
from powersim.world.case import Case
from powersim.world.state import C_PLEDGE, C_SANCTION, Derived, World


class Stage(Protocol):
    """What an agent needs of the model that it is part of: see `sim.model.PowersimModel`."""

    case: Case
    labels: Labels
    world: World

    @property
    def derived(self) -> Derived:
        """What follows from the state as it is."""

    def observe(self, kind: int, a: int, b: int = -1) -> float:
        """A quantity as it is now."""

    def uniform(self, point: int, actor: int, purpose: str) -> float:
        """The keyed uniform number of an agent's own decision."""


class State(mesa.Agent):  # type: ignore[misc]
    """One actor. It has no state of its own: every property reads the world's arrays as they are now.

    To give an actor a policy, override `decide` and nothing else:

        class Stubborn(State):
            def decide(self):
                return {"site": 1.0}

    What other actors are called is their code, e.g. "IRN"; an unknown name raises PowersimError.
    """

    model: Stage

    def __init__(self, model: Stage, index: int) -> None:
        super().__init__(model)
        self.index = index

    def __repr__(self) -> str:
        at_war = f", at war with {', '.join(self.at_war_with)}" if self.at_war_with else ""
        return (
            f"<{self.code}: strength {self.strength:.3f}, security {self.security:.2f}, "
            f"{self.deals} open deals{at_war}>"
        )

    def decide(self) -> dict[str, float]:
        """What this actor wants of the controls that it has a say in: {control: target, 0..1}.

        Called once before every turn, when the world is as the last turn left it. Controls are named as in `controls`.
        A control that is left out (here: all of them) is left to the rule. A target replaces this actor's own vote and
        no more: where several must agree they still must; how fast a control moves and in which turns, and that it
        stays where a deal or the branch binds it, is up to the rules. Nor does the actor bargain about a control for
        which it has a target: no price makes it agree to a move away from it. For luck use `draw`, not Mesa's `random`.
        """
        return {}

    @property
    def code(self) -> str:
        """The actor's code."""
        return self.model.labels.actors[self.index]

    @property
    def controls(self) -> tuple[str, ...]:
        """Names of the controls in which this actor has a say: levers, its sanctions, its pledges."""
        setup, labels = self.model.case.setup, self.model.labels
        say = (setup.raisers[:, self.index] > 0) | (setup.lowerers[:, self.index] > 0)
        return tuple(name for name, has in zip(labels.controls, say, strict=True) if has)

    # what it is

    @property
    def power(self) -> float:
        """Base capability m: share of the world's."""
        return float(self.model.world.power[self.index])

    @property
    def strength(self) -> float:
        """Capability M: base, arsenal and what issues add."""
        return float(self.model.derived.M[self.index])

    @property
    def output(self) -> float:
        """Share of world GDP, y."""
        return float(self.model.world.economy[self.index])

    @property
    def economy(self) -> float:
        """Share of its trade that sanctions leave, E: 0..1."""
        return float(self.model.derived.E[self.index])

    @property
    def security(self) -> float:
        """Security S: 0..1."""
        return float(self.model.derived.S[self.index])

    @property
    def utility(self) -> float:
        """Own utility, in units of the whole range of an issue of salience 1."""
        return self.model.observe(watched.UTILITY, self.index)

    @property
    def engagers(self) -> float:
        """Share of the engagers' faction at home: 0..1."""
        return float(self.model.world.engagers[self.index])

    @property
    def deals(self) -> int:
        """Open deals that it is a party to."""
        return int(self.model.observe(watched.DEALS, self.index))

    @property
    def arsenal(self) -> dict[str, float]:
        """Units of each rival good, level of each know-how."""
        row = self.model.world.q[self.index]
        return {good: float(units) for good, units in zip(self.model.labels.goods, row, strict=True)}

    @property
    def at_war_with(self) -> tuple[str, ...]:
        """Codes of the actors that it fights."""
        setup, codes = self.model.case.setup, self.model.labels.actors
        enemies: set[str] = set()
        for dispute in np.flatnonzero(self.model.world.war_on):
            pair = (int(setup.challenger[dispute]), int(setup.target[dispute]))
            if self.index in pair:
                enemies.add(codes[pair[0] + pair[1] - self.index])
        return tuple(sorted(enemies))

    # what it wants

    def ideal(self, issue: str) -> float:
        """Its ideal position on an issue this turn: 0..1."""
        return float(self.model.world.theta[self.index, self.model.labels.issue(issue)])

    def salience(self, issue: str) -> float:
        """How much it cares about an issue this turn, at least 0."""
        return float(self.model.world.salience[self.index, self.model.labels.issue(issue)])

    # how it stands to others

    def alignment_with(self, other: str) -> float:
        """Alignment with another actor: -1..1."""
        return float(self.model.world.alignment[self.index, self._row(other)])

    def belief_in_resolve_of(self, other: str) -> float:
        """Its belief that another actor is resolved: 0..1."""
        return float(self.model.world.resolve[self.index, self._row(other)])

    def trust_in(self, other: str) -> float:
        """Its belief that another actor seeks security and keeps its word: 0..1."""
        return float(self.model.world.trust[self.index, self._row(other)])

    def help_expected_of(self, other: str) -> float:
        """Share of another actor's arriving capability on which it counts: 0..1."""
        return float(self.model.derived.help[self.index, self._row(other)])

    def fear_of(self, other: str) -> float:
        """Capability of another actor that it fears, H."""
        j = self._row(other)
        return float(self.model.derived.fear[self.index, j] * self.model.derived.M[j])

    def sanctions_on(self, other: str) -> float:
        """Its sanctions on another actor: 0..1; 0 where it has no such instrument."""
        return self._control_towards(other, C_SANCTION)

    def pledge_to(self, other: str) -> float:
        """What it has pledged to another actor: 0..1; 0 where it cannot pledge."""
        return self._control_towards(other, C_PLEDGE)

    def draw(self, purpose: str = "") -> float:
        """A uniform number in [0, 1) for a policy of one's own, keyed by seed, run, turn, actor and purpose.

        Another run or turn has another number; the same actor in another branch has the same one.
        """
        return self.model.uniform(draws.USER, self.index, purpose)

    def _row(self, other: str) -> int:
        return self.model.labels.actor(other)

    def _control_towards(self, other: str, kind: int) -> float:
        setup, j = self.model.case.setup, self._row(other)
        mine = (setup.control_kind == kind) & (setup.control_from == self.index) & (setup.control_to == j)
        return float(self.model.world.pos[mine].sum())
