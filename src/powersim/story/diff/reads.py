"""What each kind of row reads of the state: with what rows write, the edges along which a difference can travel.

These lists follow the rules (`powersim.world`); they say what *can* enter a decision, not how much it did. A gain, say,
reads the issue of each leg, what the parties want of it and who their friends are, and, where the leg changes
capability, guarantees or threat, beliefs and alignments as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

import numpy as np

from powersim.story import kinds
from powersim.story.diff.quantities import SYMMETRIC, Quantity
from powersim.story.events import Event
from powersim.world import chronicle as c
from powersim.world import expression
from powersim.world.legs import Legs
from powersim.world.state import C_PLEDGE, C_SANCTION, EMBARGO, Setup

Quantities = set[Quantity]


class Reads:
    """What rows and quantities of a scenario depend on."""

    def __init__(self, setup: Setup) -> None:
        self.s = setup
        self.n = len(setup.actor_key)
        self.controls = len(setup.control_key)
        self.of_issue: dict[int, list[int]] = {}
        for control, k in enumerate(setup.control_issue.tolist()):
            self.of_issue.setdefault(k, []).append(control)

    def read(self, rows: Sequence[Event]) -> Quantities:
        """What a row, or a package with its legs and gains, read before it came about."""
        first = rows[0]
        if first.kind in kinds.PACKAGES or first.kind in kinds.LEGS or first.kind in kinds.GAINS:
            return self._package(rows)
        return _READS.get(first.kind, Reads._nothing)(self, first)

    def driven(self, quantity: Quantity) -> Quantities:
        """What moves a quantity from turn to turn when no row wrote it."""
        name, place = quantity
        return _DRIVERS.get(name, Reads._by_nothing)(self, *place)

    def _nothing(self, row: Event) -> Quantities:
        return set()

    def _by_nothing(self, *place: int) -> Quantities:
        return set()

    def wants(self, i: int, issues: Iterable[int]) -> Quantities:
        """What i and its friends want of some issues, and where they stand."""
        found: Quantities = set()
        for k in issues:
            if k >= 0:
                found.add(("x", (k,)))
                found |= {(name, (j, k)) for name in ("theta", "salience") for j in range(self.n)}
                for j in range(self.n):
                    found |= self.looked(j, k)
                found |= {("proxy_level", (b,)) for b, h in enumerate(self.s.proxy_issue.tolist()) if h == k}
        return found | self.friends(i)

    def friends(self, i: int) -> Quantities:
        """Whom i stands with: it shares their gains."""
        return {pair_of("alignment", i, j) for j in range(self.n) if j != i}

    def fears(self, i: int) -> Quantities:
        """What i's security hangs on: capability and arms of whoever reaches it, alignments, beliefs, guarantees."""
        found = self.friends(i)
        for j in range(self.n):
            if j == i or self.s.reach[j, i] > 0.0:
                armed = np.flatnonzero(self.s.good_power > 0.0).tolist()
                found |= {("power", (j,)), *(("q", (j, g)) for g in armed)}
            if j != i:
                found |= {("resolve", (i, j)), ("trust", (i, j))}
        for control, kind in enumerate(self.s.control_kind.tolist()):
            if kind == C_PLEDGE and i in (self.s.control_from[control], self.s.control_to[control]):
                found.add(("pos", (control,)))
        return found

    def strategic(self, control: int) -> bool:
        """Whether moving a control changes capability, guarantees, threat or trade."""
        k = int(self.s.control_issue[control])
        effects = k >= 0 and self.s.effect_start[k] < self.s.effect_start[k + 1]
        return bool(effects or self.s.control_kind[control] in (C_PLEDGE, C_SANCTION))

    def movers(self, control: int) -> list[int]:
        """Who has a say in a control."""
        say = (self.s.raisers[control] > 0) | (self.s.lowerers[control] > 0)
        return [i for i in range(self.n) if say[i]]

    def parties(self, rows: Sequence[Event]) -> set[int]:
        """Who sits at the table of a package."""
        named = {rows[0].actor, rows[0].other} if rows[0].kind in kinds.PACKAGES else set()
        return {i for i in named | {row.actor for row in rows} if i >= 0}

    def _package(self, rows: Sequence[Event]) -> Quantities:
        parties = self.parties(rows)
        found: Quantities = set()
        for row in rows:
            if row.kind not in kinds.LEGS:
                continue
            if Legs.moves_control(self.controls, row.thing):
                control = Legs.control_of(row.thing)
                issue = int(self.s.control_issue[control])
                found |= {("pos", (control,)), ("locked_until", (control,))}
                strategic = self.strategic(control)
            else:
                flow = Legs.flow_of(self.controls, row.thing)
                issue, strategic = int(self.s.flow_issue[flow]), True
                found |= self._of_flow(flow)
            for i in parties:
                found |= self.wants(i, [issue]) | (self.fears(i) if strategic else set())
        return found

    def menu(self, rows: Sequence[Event]) -> Quantities:
        """What the parties of a package could have agreed on instead: everything that they care for or can give."""
        found: Quantities = set()
        parties = self.parties(rows)
        for i in parties:
            found |= self.wants(i, range(len(self.s.issue_key))) | self.fears(i)
        for control in self.say(rows):
            found |= {("pos", (control,)), ("locked_until", (control,))}
        for f in range(len(self.s.flow_key)):
            if int(self.s.flow_from[f]) in parties:
                found |= self._of_flow(f)
        return found

    def say(self, rows: Sequence[Event]) -> list[int]:
        """The controls in which a party of a package has a say."""
        parties = self.parties(rows)
        return [control for control in range(self.controls) if parties & set(self.movers(control))]

    def _of_flow(self, f: int) -> Quantities:
        """Whether a good can be ordered or handed over: stock, orders, freezes, embargoes."""
        s = self.s
        giver, taker, g = int(s.flow_from[f]), int(s.flow_to[f]), int(s.flow_good[f])
        found: Quantities = {("q", (giver, g)), ("q", (taker, g))}
        found |= {(name, (f,)) for name in ("ordered", "frozen_until", "price")}
        for k in range(len(s.issue_key)):
            for e in range(int(s.effect_start[k]), int(s.effect_start[k + 1])):
                if s.effect_kind[e] == EMBARGO and s.effect_good[e] == g:
                    found.add(("x", (k,)))
        return found

    def _breach(self, row: Event) -> Quantities:
        i, j = row.actor, row.other
        found = self.fears(i) | {("gains", (i, j)), ("gains", (j, i))}
        if not row.deal:
            for f in range(len(self.s.flow_key)):
                if (int(self.s.flow_from[f]), int(self.s.flow_to[f])) == (i, j):
                    found |= self._of_flow(f)
        return found

    def _delivery(self, row: Event) -> Quantities:
        i, j = row.actor, row.other
        return self._of_flow(row.thing) | {("gains", (i, j)), ("trust", (i, j)), pair_of("alignment", i, j)}

    def _own_move(self, row: Event) -> Quantities:
        control = row.thing
        k = int(self.s.control_issue[control])
        found: Quantities = {("pos", (control,)), ("locked_until", (control,))}
        for i in self.movers(control):
            found |= self.wants(i, [k]) | (self.fears(i) if self.strategic(control) else set())
        if self.s.programme_actor[control] >= 0:
            found.add(("q", (int(self.s.programme_actor[control]), int(self.s.programme_good[control]))))
        return found

    def _signal(self, row: Event) -> Quantities:
        """What a move says hangs on it, and on who its mover's friends and opponents are."""
        found = {("pos", (row.thing,)), ("x", (int(self.s.control_issue[row.thing]),))}
        return found | self.friends(row.actor)

    def belief(self, row: Event) -> Quantities:
        """The belief that a row is about."""
        name = "resolve" if row.kind == c.BELIEF_RESOLVE else "trust"
        return {(name, (row.actor, row.other))}

    def _crisis(self, row: Event) -> Quantities:
        """A crisis needs a stake and peace; what comes of it, the odds as the challenger sees them."""
        v, k = row.thing, int(self.s.dispute_issue[row.thing])
        i, j = int(self.s.challenger[v]), int(self.s.target[v])
        found = {("x", (k,)), ("theta", (i, k)), ("salience", (i, k)), ("salience", (j, k)), *of_war(v)}
        if row.kind == c.CRISIS:
            return found
        found |= self.fears(i) | {pair_of("alignment", j, h) for h in range(self.n) if h != j}
        for h in range(self.n):
            found |= {("theta", (h, k)), ("salience", (h, k))}
        for control, kind in enumerate(self.s.control_kind.tolist()):
            if kind == C_SANCTION and self.s.control_to[control] == i:
                found.add(("pos", (control,)))
        found |= {("drift", (control,)) for control in range(self.controls) if self.strategic(control)}
        return found

    def _battle(self, row: Event) -> Quantities:
        found: Quantities = of_war(row.thing)
        for i in (row.actor, row.other):
            found |= {("power", (i,)), *(("q", (i, g)) for g in range(len(self.s.good_key)))}
        return found

    def _strike(self, row: Event) -> Quantities:
        control = int(self.s.strike_control[row.thing])
        k = int(self.s.control_issue[control])
        found = self.wants(row.actor, [k]) | {("pos", (control,)), ("milestone", (row.thing,))}
        return found | {("q", (row.other, g)) for g in range(len(self.s.good_key))}

    def _proxy(self, row: Event) -> Quantities:
        k = int(self.s.proxy_issue[row.thing])
        found: Quantities = {
            ("x", (k,)),
            ("theta", (row.actor, k)),
            pair_of("alignment", row.actor, row.other),
        }
        return found | {("proxy_level", (row.thing,))}

    def _event(self, row: Event) -> Quantities:
        found: Quantities = {("happened", (e,)) for e in range(len(self.s.event_key))}
        if self.s.event_expr[row.thing] >= 0:
            found |= {("x", (k,)) for k in range(len(self.s.issue_key))}
        return found

    def _alignment(self, i: int, j: int) -> Quantities:
        found: Quantities = {
            pair_of("alignment", i, j),
            pair_of("dealt", i, j),
            ("hurt", (i, j)),
            ("hurt", (j, i)),
        }
        for a, b in ((i, j), (j, i)):
            found |= self.fears(a)
            for control in range(self.controls):
                k = int(self.s.control_issue[control])
                from_b = self.s.control_from[control] == b or b in self.movers(control)
                if from_b and k >= 0 and (self.s.salience_hard[a, k] > 0 or self.s.salience_eng[a, k] > 0):
                    found |= {("x", (k,)), ("theta", (a, k)), ("salience", (a, k))}
                if self.s.control_kind[control] == C_PLEDGE and from_b and self.s.control_to[control] == a:
                    found.add(("pos", (control,)))
        return found

    def _faction(self, i: int) -> Quantities:
        found: Quantities = {("engagers", (i,)), ("engagers_home", (i,))}
        for control, kind in enumerate(self.s.control_kind.tolist()):
            if kind == C_SANCTION and self.s.control_to[control] == i:
                found.add(("pos", (control,)))
        return found

    def _interest(self, i: int, k: int) -> Quantities:
        """An ideal or a salience: the factions, events, and the world where a clause looks at it."""
        found: Quantities = {("engagers", (i,)), ("ideal_shift", (i, k)), ("salience_shift", (i, k))}
        return found | self.looked(i, k)

    def looked(self, i: int, k: int) -> Quantities:
        """What the clauses look at that make an ideal or a salience depend on the world."""
        return self._looked.get((i, k), set())

    @cached_property
    def _looked(self) -> dict[tuple[int, int], Quantities]:
        s = self.s
        found: dict[tuple[int, int], Quantities] = {}
        for v in range(len(s.clause_actor)):
            seen = found.setdefault((int(s.clause_actor[v]), int(s.clause_issue[v])), set())
            for e in (int(s.clause_if[v]), int(s.clause_ideal[v]), int(s.clause_salience[v])):
                if e >= 0:
                    seen |= self._in_expression(e)
        return found

    def _in_expression(self, e: int) -> Quantities:
        names = {expression.X: "x", expression.AT_WAR: "war_on"}
        pairs = {expression.STOCK: "q", expression.ALIGNED: "alignment"}
        found: Quantities = set()
        for op, a, b in zip(self.s.expr_op[e], self.s.expr_a[e], self.s.expr_b[e], strict=True):
            if int(op) in names:
                found.add((names[int(op)], (int(a),)))
            elif int(op) in pairs:
                found.add(pair_of(pairs[int(op)], int(a), int(b)))
        return found

    def _issue(self, k: int) -> Quantities:
        """An issue shows its controls, or what it binds."""
        found: Quantities = {("pos", (control,)) for control in self.of_issue.get(k, [])}
        bound = int(self.s.bind[k])
        if bound >= 0 and bound < len(self.s.flow_key):
            found |= {("delivered", (bound,)), ("ordered", (bound,))}
        return found | {("strike_level", (b,)) for b, h in enumerate(self.s.strike_issue.tolist()) if h == k}

    def standing(self, i: int) -> Quantities:
        """Power and stakes as they are now, to which beliefs about resolve relax under Press's current calculus."""
        found: Quantities = {("power", (j,)) for j in range(self.n)}
        for k in range(len(self.s.issue_key)):
            found |= {("x", (k,)), ("theta", (i, k)), ("salience", (i, k))}
        return found

    def _power(self, i: int) -> Quantities:
        return self.fears(i) | {("economy", (i,))}


def pair_of(name: str, i: int, j: int) -> Quantity:
    """A quantity of two actors; of what is symmetric the half that is compared."""
    return (name, (min(i, j), max(i, j))) if name in SYMMETRIC else (name, (i, j))


def of_war(v: int) -> Quantities:
    """The course of a war."""
    found: Quantities = {(name, (v,)) for name in ("war_on", "war_turns", "war_fort", "war_start")}
    return (
        found
        | {("war_help", (v, side)) for side in range(2)}
        | {("war_belief", (v, cell)) for cell in range(4)}
    )


_READS: dict[int, Callable[[Reads, Event], Quantities]] = {
    c.BREACH: Reads._breach, c.DELIVERY: Reads._delivery, c.WITHHELD: Reads._delivery, c.OWN_MOVE: Reads._own_move,
    c.CONCESSION: Reads._signal, c.STAND: Reads._signal, c.PRESSED: Reads._signal, c.BELIEF_RESOLVE: Reads.belief,
    c.BELIEF_TRUST: Reads.belief, c.STRIKE: Reads._strike, c.MILESTONE: Reads._strike, c.PROXY: Reads._proxy,
    c.EVENT: Reads._event, c.BATTLE: Reads._battle, c.CITY_STRIKE: Reads._battle, c.WAR_ENDED: Reads._battle,
    **dict.fromkeys(
        (c.CRISIS, c.TERMS, c.DETERRED, c.PREVENTIVE, c.DEMAND_REFUSED, c.WAR, c.HELPED, c.STAYED_OUT), Reads._crisis
    ),
    c.ENGAGERS_MOVED: lambda reads, row: reads._faction(row.actor),
    c.ALIGNMENT_MOVED: lambda reads, row: reads._alignment(row.actor, row.other),
}  # fmt: skip


_DRIVERS: dict[str, Callable[..., Quantities]] = {
    "alignment": Reads._alignment, "engagers": Reads._faction, "theta": Reads._interest, "salience": Reads._interest,
    "x": Reads._issue, "power": Reads._power, "drift": lambda reads, control: {("pos", (control,))},
    "resolve": lambda reads, i, j: reads.standing(j),
    "gains": lambda reads, i, j: {pair_of("dealt", i, j)},
}  # fmt: skip
