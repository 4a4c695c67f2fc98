"""What is written down at the end of a turn: the outcomes that a study watches."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from powersim.compile.jit import rule
from powersim.world import quantities as watched
from powersim.world.case import Case
from powersim.world.derive import own_utility
from powersim.world.given import Given
from powersim.world.state import Derived, Floats, World


class Record(NamedTuple):
    """What a history leaves behind of what is watched."""

    values: Floats  # (T, O) watched outcomes
    alignment: Floats  # (S, N, N) the alignment matrix at the snapshots


def new_record(case: Case) -> Record:
    """Room for the record of a case: not a number before its turn has come."""
    n = case.setup.power0.shape[0]
    return Record(
        values=np.full((case.turns, case.watch.kind.shape[0]), np.nan),
        alignment=np.zeros((case.snapshots.shape[0], n, n)),
    )


@rule
def record(g: Given, w: World, d: Derived, t: int, out: Record) -> None:
    """Write down every watched outcome of this turn, and who stands with whom if it is the turn of a snapshot."""
    watch, kept = g.watch, out.alignment
    for o in range(watch.kind.shape[0]):
        out.values[t, o] = observe(g, w, d, t, watch.kind[o], watch.a[o], watch.b[o])
    for k in range(g.snapshots.shape[0]):
        if g.snapshots[k] == t:
            for i in range(kept.shape[1]):
                for j in range(kept.shape[2]):
                    kept[k, i, j] = w.alignment[i, j]


@rule
def observe(g: Given, w: World, d: Derived, t: int, kind: int, a: int, b: int) -> float:
    """One outcome: `kind` of `world.quantities`, a and b its indices."""
    if kind == watched.ISSUE:
        return float(w.x[a])
    if kind == watched.ALIGNMENT:
        return float(w.alignment[a, b])
    if kind == watched.RESOLVE:
        return float(w.resolve[a, b])
    if kind == watched.TRUST:
        return float(w.trust[a, b])
    if kind == watched.POWER:
        return float(w.power[a])
    if kind == watched.STRENGTH:
        return float(d.M[a])
    if kind == watched.SECURITY:
        return float(d.S[a])
    if kind == watched.ECONOMY:
        return float(d.E[a])
    if kind == watched.UTILITY:
        return own_utility(g, w, d, a)
    if kind == watched.WAR:
        return float(w.war_on[a])
    if kind == watched.WARS:
        return float(w.wars[a])
    if kind == watched.CRISES:
        return float(w.crises[a])
    if kind == watched.ONSET:
        return float(w.onset[a])
    if kind == watched.TERMS:
        return float(w.terms[a])
    if kind == watched.CONCEDED:
        return float(w.conceded[a])
    return _observe_things(w, t, kind, a, b)


@rule
def _observe_things(w: World, t: int, kind: int, a: int, b: int) -> float:
    """Outcomes about goods, controls, deals and events."""
    if kind == watched.STOCK:
        return float(w.q[a, b])
    if kind == watched.DELIVERED:
        return float(w.delivered[a])
    if kind == watched.FROZEN:
        return 1.0 if w.frozen_until[a] > t and w.ordered[a] > 0.0 else 0.0
    if kind == watched.CONTROL:
        return float(w.pos[a])
    if kind == watched.ENGAGERS:
        return float(w.engagers[a])
    if kind == watched.STRIKES:
        return float(w.strikes[a])
    if kind == watched.STRUCK:
        return float(w.struck[a])
    if kind == watched.BREACHES:
        return float(w.breaches[a, b])
    if kind == watched.RENEGED:
        return float(w.reneged[a, b])
    if kind == watched.EVENT_HAPPENED:
        return 1.0 if w.happened[a] >= 0 else 0.0
    if kind == watched.PROXY_LEVEL:
        return float(w.proxy_level[a])
    total = 0.0
    for v in range(w.deal_on.shape[0]):
        if w.deal_on[v] == 0:
            continue
        has_a, has_b = False, kind == watched.DEALS
        for e in range(w.deal_party.shape[1]):
            has_a = has_a or w.deal_party[v, e] == a
            has_b = has_b or w.deal_party[v, e] == b
        total += 1.0 if has_a and has_b else 0.0
    return total
