"""Branches as arrays: what is laid down turn by turn, what is off the menu, what cannot happen, what is offered.

Steps are applied in order, those of the branches that a branch is like first. A path or set replaces, from its first
turn on, what earlier steps laid down for the same issue; a hold does so for its turns. A path pins its issue from its
first date to its last (or to `to`), then the issue is free; so are sanctions and pledges, which are nobody's act. A
stock is laid down once, in its turn. An issue on hold stays where it is: neither deals nor own policy move it.
`forbid: {sanctions}` and `{pledge}` forbid raising them; what is in force can still be lowered.
"""

from __future__ import annotations

import numpy as np

from powersim.scenario.arrays.index import Index
from powersim.scenario.resolved import Branch, Offer, OfferLeg, Scenario, Step
from powersim.world import state as w
from powersim.world.legs import Legs
from powersim.world.state import Flags, Floats

FREE = Branch("", "as the world goes", "", ())


class _Plan:
    """The arrays of a branch under construction."""

    def __init__(self, scenario: Scenario, index: Index) -> None:
        turns, controls = scenario.calendar.turns, len(index.controls)
        self.s, self.index = scenario, index
        self.stock: Floats = np.full((turns, len(index.laid_stocks)), np.nan)
        self.path: Floats = np.full((turns, controls), np.nan)
        self.hold: Flags = np.zeros((turns, controls), np.uint8)
        self.act: Flags = np.zeros((turns, controls), np.uint8)
        self.no_raise: Flags = np.zeros((turns, controls), np.uint8)
        self.no_lower: Flags = np.zeros((turns, controls), np.uint8)
        self.no_flow: Flags = np.zeros((turns, len(index.flows)), np.uint8)
        self.no_event: Flags = np.zeros(len(index.events), np.uint8)
        self.no_war: Flags = np.zeros((turns, len(index.disputes)), np.uint8)

    def apply(self, step: Step) -> None:
        """One step."""
        during = slice(step.first, step.last + 1)
        if step.verb == "path":
            for c in self._controls(step):
                self.path[step.first :, c] = np.nan
                self.hold[step.first :, c] = 0
                self.path[during, c] = _positions(step)
                self.act[step.first :, c] = 1 if step.act and step.kind == "issue" else 0
        elif step.verb == "hold":
            for c in self._controls(step):
                self.path[during, c] = np.nan
                self.hold[during, c] = 1
        elif step.verb == "stock":
            self.stock[step.first, self.index.laid_stocks.index((step.thing[0], step.thing[1]))] = (
                step.points[0][1]
            )
        else:
            self._forbid(step, during)

    def _controls(self, step: Step) -> list[int]:
        if step.kind == "issue":
            return self.index.controls_of(self.s, step.thing[0])
        table = self.index.sanctions if step.kind == "sanctions" else self.index.pledges
        return [table[step.thing[0], step.thing[1]]]

    def _forbid(self, step: Step, during: slice) -> None:
        kind, thing, index = step.kind, step.thing, self.index
        if kind == "event":
            self.no_event[index.events[thing[0]]] = 1
        elif kind == "flow":
            self.no_flow[during, index.flows[thing[0], thing[1], thing[2]]] = 1
        elif kind == "war":
            self.no_war[during, index.between(thing[0], thing[1])] = 1
        elif kind == "sanctions":
            self.no_raise[during, index.sanctions[thing[0], thing[1]]] = 1
        elif kind == "pledge":
            self.no_raise[during, index.pledges[thing[0], thing[1]]] = 1
        else:
            table = self.no_raise if kind == "raise" else self.no_lower
            table[during, index.controls_of(self.s, thing[0])] = 1


def plan(scenario: Scenario, index: Index, name: str = "") -> w.BranchArrays:
    """The arrays of a branch; without a name, of the world as it goes."""
    branch = scenario.branches[name] if name else FREE
    own = _applied(scenario, index, branch)
    if branch.offer is None:
        return _arrays(own, own, index, None)
    accepted = _after(scenario, index, own, branch.offer.turn, branch.offer.if_accepted)
    refused = _after(scenario, index, own, branch.offer.turn, branch.offer.if_refused)
    own.hold = np.maximum(accepted.hold, refused.hold)
    own.act = np.maximum(accepted.act, refused.act)
    own.path, own.stock = accepted.path, accepted.stock
    return _arrays(own, refused, index, branch.offer)


def _applied(scenario: Scenario, index: Index, branch: Branch) -> _Plan:
    own = _Plan(scenario, index)
    for step in branch.steps:
        own.apply(step)
    return own


def _after(scenario: Scenario, index: Index, own: _Plan, turn: int, name: str) -> _Plan:
    """What is laid down once an offer has been answered: before it the branch's own, then the other branch's.

    A hold that follows a position laid down becomes that position laid down on, so that each answer has its own.
    """
    out = _applied(scenario, index, scenario.branches[name] if name else FREE)
    if not name:
        out.path, out.stock = own.path.copy(), own.stock.copy()
        out.hold, out.act = own.hold.copy(), own.act.copy()
    for table in ("path", "hold", "act", "stock"):
        getattr(out, table)[:turn] = getattr(own, table)[:turn]
    for t in range(max(turn, 1), len(out.path)):
        goes_on = (out.hold[t] > 0) & ~np.isnan(out.path[t - 1])
        out.path[t, goes_on] = out.path[t - 1, goes_on]
        out.hold[t, goes_on] = 0
    return out


def _arrays(own: _Plan, refused: _Plan, index: Index, offer: Offer | None) -> w.BranchArrays:
    legs, targets = _legs(own, refused.path, offer) if offer is not None else ([], [])
    at = [(index.actors[actor], index.goods[good]) for actor, good in index.laid_stocks]
    return w.BranchArrays(
        path=own.path,
        path_refused=refused.path,
        stock=own.stock,
        stock_refused=refused.stock,
        stock_at=np.array(at, np.int64).reshape(-1, 2),
        hold=own.hold,
        act=own.act,
        no_raise=own.no_raise,
        no_lower=own.no_lower,
        no_flow=own.no_flow,
        no_event=own.no_event,
        no_war=own.no_war,
        offer_turn=-1 if offer is None else offer.turn,
        offer_legs=np.array(legs, np.int64),
        offer_targets=np.array(targets, np.float64),
        offer_parties=np.array([index.actors[code] for code in offer.parties] if offer else [], np.int64),
    )


def _legs(own: _Plan, refused: Floats, offer: Offer) -> tuple[list[int], list[float]]:
    """Leg ids and targets of a package. A leg that refrains has for target where the control is expected to be."""
    index, legs, targets = own.index, [], []
    for leg in offer.legs:
        if leg.kind in ("give", "freeze"):
            flow = index.flows[leg.thing[0], leg.thing[1], leg.thing[2]]
            side = w.GIVE if leg.kind == "give" else w.FREEZE
            legs.append(Legs.flow_leg(len(index.controls), flow, side))
            targets.append(0.0)  # the world knows how much is on order or in stock
            continue
        c = _control(index, leg)
        now = _expected(own, refused, c, offer.turn)
        if leg.kind == "refrain":
            legs.append(Legs.control_leg(c, w.REFRAIN))
            targets.append(now)
            continue
        legs.append(Legs.control_leg(c, w.RAISE if leg.to > now else w.LOWER))
        targets.append(leg.to)
    return legs, targets


def _control(index: Index, leg: OfferLeg) -> int:
    if leg.kind in ("move", "refrain"):
        return index.levers[leg.thing[0]]
    return (index.sanctions if leg.kind == "relief" else index.pledges)[leg.thing[0], leg.thing[1]]


def _expected(own: _Plan, refused: Floats, c: int, turn: int) -> float:
    """Where a control probably is when an offer is made: laid down before, or where it starts."""
    laid = [value for value in (*own.path[:turn, c], refused[turn, c]) if not np.isnan(value)]
    if laid:
        return float(laid[-1])
    name = own.index.controls[c]
    starts = {issue.id: issue.start.value for issue in own.s.issues}
    starts |= {f"sanctions {item.sender}>{item.target}": item.start.value for item in own.s.instruments}
    return starts.get(name, 0.0)


def _positions(step: Step) -> Floats:
    """The path from the step's first turn to its last: constant between points, or straight lines."""
    turns = np.arange(step.first, step.last + 1)
    at = np.array([turn for turn, _ in step.points])
    values = np.array([value for _, value in step.points])
    if step.linear:
        return np.asarray(np.interp(turns, at, values), np.float64)
    return np.asarray(values[np.searchsorted(at, turns, side="right") - 1], np.float64)
