"""Briefings read off an engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from powersim.compile.jit import interpreted
from powersim.play.briefing import (
    FRONT_ORDERS,
    Briefing,
    Control,
    Deal,
    Front,
    Issue,
    Leg,
    Other,
    Own,
    Strike,
)
from powersim.play.table import Offer, Table
from powersim.sim.labels import Labels
from powersim.sim.run import Engine
from powersim.world import quantities as watched
from powersim.world.packages import can_pay
from powersim.world.state import LEAST, Floats, Ints


@dataclass(frozen=True)
class Seen:
    """What a player saw at its last briefing: rows of the chronicle, positions, its utility."""

    rows: int
    x: Floats
    utility: float


@dataclass
class View:
    """The eyes of one player."""

    engine: Engine
    labels: Labels
    table: Table
    fronts: Sequence[str]
    strikes: Sequence[str]
    actor: str
    last: Seen | None = field(default=None)

    @property
    def row(self) -> int:
        """The actor's place."""
        return self.labels.actor(self.actor)

    def seen(self) -> Seen:
        """What is to be seen now."""
        w = self.engine.world
        return Seen(int(w.logged[0]), w.x.copy(), self.engine.observe(watched.UTILITY, self.row))

    def briefing(self, stop: int, offers: Sequence[Offer] = (), possible: Sequence[Offer] = ()) -> Briefing:
        """What the player is told at a stop."""
        w, labels, now = self.engine.world, self.labels, self.seen()
        last = self.last or now
        first, log = last.rows if self.last else 0, w.log[: now.rows]
        date = labels.dates[stop - 1] if stop else f"before {labels.dates[0]}"
        others = self._others()
        return Briefing(
            self.actor,
            date,
            stop,
            len(labels.dates),
            self._own(now.utility - last.utility),
            {
                good: float(units)
                for good, units in zip(labels.goods, w.q[self.row], strict=True)
                if units > 0.0
            },
            self._issues(now.x - last.x),
            others,
            self._controls(),
            self._fronts(),
            self._strikes(),
            self.deals(),
            tuple(offers),
            tuple(possible),
            _log=lambda: self.table.words.happened(log, first),
            _menus={} if not stop else {other.code: self._menu(other.code) for other in others},
        )

    def _own(self, gained: float) -> Own:
        i, w, d = self.row, self.engine.world, self.engine.desk.derived
        return Own(
            self.engine.observe(watched.UTILITY, i), gained, float(d.S[i]), float(d.E[i]), float(d.M[i]),
            float(w.engagers[i]), float(interpreted(can_pay)(self.engine.given, w, i)),
        )  # fmt: skip

    def _issues(self, moved: Floats) -> tuple[Issue, ...]:
        i, w = self.row, self.engine.world
        return tuple(
            Issue(name, float(w.x[k]), float(moved[k]), float(w.theta[i, k]), float(w.salience[i, k]))
            for k, name in enumerate(self.labels.issues)
        )

    def _others(self) -> tuple[Other, ...]:
        i, w, d = self.row, self.engine.world, self.engine.desk.derived
        return tuple(
            Other(
                code, float(w.alignment[i, j]), float(w.resolve[j, i]), float(w.trust[j, i]), float(w.resolve[i, j]),
                float(w.trust[i, j]), float(d.fear[i, j] * d.M[j]), float(d.help[i, j]), float(d.sanctions[j, i]),
            )
            for j, code in enumerate(self.labels.actors)
            if j != i
        )  # fmt: skip

    def _controls(self) -> tuple[Control, ...]:
        i, w, s = self.row, self.engine.world, self.engine.case.setup
        found = []
        for c in np.flatnonzero((s.raisers[:, i] > 0) | (s.lowerers[:, i] > 0)):
            target, k = float(w.policy[c, i]), int(s.control_issue[c])
            bound = int(w.locked_until[c])
            found.append(
                Control(
                    self.labels.controls[c], float(w.pos[c]), self.table.words.position(int(c), float(w.pos[c])),
                    float(w.theta[i, k]) if k >= 0 else None, None if np.isnan(target) else target,
                    self._date(bound) if bound > self.engine.turns else "",
                )
            )  # fmt: skip
        return tuple(found)

    def _fronts(self) -> tuple[Front, ...]:
        i, w, s = self.row, self.engine.world, self.engine.case.setup
        found = []
        for v, name in enumerate(self.fronts):
            if i not in (s.challenger[v], s.target[v]):
                continue
            k = int(s.dispute_issue[v])
            state = "war" if w.war_on[v] else "truce" if w.war_turns[v] < 0 else "peace"
            orders = FRONT_ORDERS[0 if s.challenger[v] == i else 1]
            found.append(
                Front(
                    name, float(w.x[k]), float(w.theta[i, k]), state, int(w.crises[v]), int(w.wars[v]), orders
                )
            )
        return tuple(found)

    def _strikes(self) -> tuple[Strike, ...]:
        w, s = self.engine.world, self.engine.case.setup
        found = []
        for b, name in enumerate(self.strikes):
            if s.striker[b] == self.row:
                mark = int(w.milestone[b])
                ahead = float(s.milestones[b, mark]) if mark < s.milestones.shape[1] else 2.0
                position = float(w.pos[s.strike_control[b]])
                found.append(Strike(name, position, ahead if ahead <= 1.0 else None, int(w.strikes[b])))
        return tuple(found)

    def slots(self) -> list[int]:
        """Places of the player's open deals, in the order of their numbers."""
        w = self.engine.world
        return [int(v) for v in np.flatnonzero(w.deal_on) if self.row in w.deal_party[v]]

    def deals(self) -> tuple[Deal, ...]:
        """The player's open deals."""
        w, words = self.engine.world, self.table.words
        found = []
        for number, v in enumerate(self.slots(), start=1):
            parties = [int(j) for j in w.deal_party[v] if j >= 0]
            legs = [
                words.leg(int(w.deal_giver[v, e]), int(r), float(w.deal_target[v, e]))
                for e, r in enumerate(w.deal_leg[v])
                if r >= 0
            ]
            worth = float(w.deal_gain[v, parties.index(self.row)])
            names = tuple(self.labels.actors[j] for j in parties)
            found.append(Deal(number, names, tuple(legs), self._date(int(w.deal_until[v])), worth))
        return tuple(found)

    def _menu(self, other: str) -> Menu:
        menu, i, j = self.engine.desk.menu, self.row, self.labels.actor(other)
        legs = self.table.signs(i, j)
        gain, gives = menu.gain[legs][:, [i, j]], menu.gives[legs][:, [i, j]] > 0
        # of two who can give a leg it is the one who loses most by it, as in a deal that is signed
        mine = gives[:, 0] & (~gives[:, 1] | (gain[:, 0] <= gain[:, 1]))
        return Menu(self.table, legs, menu.target[legs], gain, np.where(mine, i, j))

    def _date(self, turn: int) -> str:
        dates = self.labels.dates
        return dates[turn] if turn < len(dates) else f"after {dates[-1]}"


@dataclass(frozen=True)
class Menu:
    """The menu of two actors as it was, put into words when it is asked for."""

    table: Table
    legs: list[int]
    target: Floats
    gain: Floats
    giver: Ints

    def __call__(self) -> tuple[Leg, ...]:
        """Its legs, those that move something for either first."""
        order = [int(n) for n in np.argsort(-np.abs(self.gain).max(axis=1, initial=0.0), kind="stable")]
        return tuple(
            Leg(
                self.table.leg_names[self.legs[n]],
                self.table.words.leg(int(self.giver[n]), self.legs[n], float(self.target[n])),
                float(self.gain[n, 0]),
                float(self.gain[n, 1]),
            )
            for n in order
            if np.abs(self.gain[n]).max() > LEAST
        )
