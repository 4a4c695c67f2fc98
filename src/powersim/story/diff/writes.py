"""What each kind of row writes into the state."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from powersim.story.diff.reads import Quantities, Reads, of_war, pair_of
from powersim.story.events import Event
from powersim.world import chronicle as c
from powersim.world.deeds import SET_SANCTIONS
from powersim.world.legs import Legs


def written(reads: Reads, rows: Sequence[Event]) -> Quantities:
    """What a row, or a package with its legs and gains, wrote."""
    found: Quantities = set()
    for row in rows:
        if row.kind in _WRITES:
            found |= _WRITES[row.kind](reads, row)
    if rows[0].kind == c.SIGNED:
        parties = reads.parties(rows)
        for i in parties:
            found |= {("engagers", (i,))}
            for j in parties - {i}:
                found |= {("gains", (i, j)), pair_of("dealt", i, j)}
    return found


def _leg(reads: Reads, row: Event) -> Quantities:
    if Legs.moves_control(reads.controls, row.thing):
        control = Legs.control_of(row.thing)
        k = int(reads.s.control_issue[control])
        return {("pos", (control,)), ("locked_until", (control,))} | ({("x", (k,))} if k >= 0 else set())
    flow = Legs.flow_of(reads.controls, row.thing)
    k = int(reads.s.flow_issue[flow])
    found: Quantities = {(name, (flow,)) for name in ("ordered", "due", "frozen_until", "price")}
    return found | ({("x", (k,))} if k >= 0 else set())


def _moved(reads: Reads, row: Event) -> Quantities:
    k = int(reads.s.control_issue[row.thing])
    return {("pos", (row.thing,))} | ({("x", (k,))} if k >= 0 else set())


def _handed(reads: Reads, row: Event) -> Quantities:
    s, f = reads.s, row.thing
    giver, taker, g, k = int(s.flow_from[f]), int(s.flow_to[f]), int(s.flow_good[f]), int(s.flow_issue[f])
    found: Quantities = {("q", (giver, g)), ("q", (taker, g)), pair_of("dealt", giver, taker)}
    found |= {("delivered", (f,)), ("ordered", (f,)), ("price", (f,))}
    return found | ({("x", (k,))} if k >= 0 else set())


def _broken(reads: Reads, row: Event) -> Quantities:
    i, j = row.actor, row.other
    flows = len(reads.s.flow_key)
    freed = (("locked_until", reads.controls), ("frozen_until", flows), ("ordered", flows), ("price", flows))
    return {("hurt", (j, i)), ("gains", (i, j)), ("gains", (j, i)), ("engagers", (j,))} | {
        (name, (index,)) for name, count in freed for index in range(count) if row.deal
    }


def _lapsed(reads: Reads, row: Event) -> Quantities:
    """What is overdue when a deal ends is off."""
    return {(name, (f,)) for name in ("ordered", "price") for f in range(len(reads.s.flow_key))}


def _happened(reads: Reads, row: Event) -> Quantities:
    s = reads.s
    found: Quantities = {("happened", (row.thing,))}
    for a in range(len(s.act_event)):
        if s.act_event[a] == row.thing:
            i, j = int(s.act_a[a]), int(s.act_b[a])
            found |= {("engagers", (i,)), ("engagers_home", (i,)), ("x", (i,)), ("ideal_shift", (i, j))}
            found |= {("salience_shift", (i, j)), pair_of("alignment", i, j), ("q", (i, j))}
            found |= {("pos", (control,)) for control in reads.of_issue.get(i, [])}
            if s.act_kind[a] == SET_SANCTIONS:
                on = np.flatnonzero((s.control_from == i) & (s.control_to == j))
                found |= {("pos", (control,)) for control in on.tolist()}
    return found


def _fought(reads: Reads, row: Event) -> Quantities:
    found = of_war(row.thing) | {("x", (int(reads.s.dispute_issue[row.thing]),))}
    for i, j in ((row.actor, row.other), (row.other, row.actor)):
        found |= {("power", (i,)), ("hurt", (i, j)), *(("q", (i, g)) for g in range(len(reads.s.good_key)))}
    return found


_WRITES: dict[int, Callable[[Reads, Event], Quantities]] = {
    c.LEG: _leg, c.OWN_MOVE: _moved, c.LAID_DOWN: _moved,
    c.SUPPLIED: lambda reads, row: {("q", (row.actor, row.thing))},
    c.DELIVERY: _handed, c.BREACH: _broken, c.LAPSED: _lapsed, c.EVENT: _happened,
    c.BELIEF_RESOLVE: Reads.belief, c.BELIEF_TRUST: Reads.belief,
    **dict.fromkeys((c.TERMS, c.WAR, c.BATTLE, c.WAR_ENDED, c.CITY_STRIKE, c.HELPED, c.CRISIS), _fought),
    c.STRIKE: lambda reads, row: {
        ("pos", (int(reads.s.strike_control[row.thing]),)), ("hurt", (row.other, row.actor)),
        ("strike_level", (row.thing,)),
    },
    c.MILESTONE: lambda reads, row: {("milestone", (row.thing,))},
    c.PROXY: lambda reads, row: {("proxy_level", (row.thing,)), ("hurt", (row.other, row.actor))},
}  # fmt: skip
