"""What is written down at the end of a turn: the outcomes that a study watches."""

from __future__ import annotations

from powersim._jit import rule
from powersim.world import case
from powersim.world.case import Watch
from powersim.world.derive import own_utility
from powersim.world.params import Params
from powersim.world.state import Derived, Floats, Setup, World


@rule
def record(s: Setup, p: Params, w: World, d: Derived, watch: Watch, turn: int, out: Floats) -> None:
    """Write every watched outcome of this turn into out (O)."""
    for o in range(watch.kind.shape[0]):
        out[o] = observe(s, p, w, d, watch.kind[o], watch.a[o], watch.b[o], turn)


@rule
def observe(s: Setup, p: Params, w: World, d: Derived, kind: int, a: int, b: int, turn: int) -> float:
    """One outcome: `kind` of `world.case`, a and b its indices."""
    if kind == case.ISSUE:
        return float(w.x[a])
    if kind == case.ALIGNMENT:
        return float(w.alignment[a, b])
    if kind == case.RESOLVE:
        return float(w.resolve[a, b])
    if kind == case.TRUST:
        return float(w.trust[a, b])
    if kind == case.POWER:
        return float(w.power[a])
    if kind == case.STRENGTH:
        return float(d.M[a])
    if kind == case.SECURITY:
        return float(d.S[a])
    if kind == case.ECONOMY:
        return float(d.E[a])
    if kind == case.UTILITY:
        return own_utility(s, p, w, d, a)
    if kind == case.WAR:
        return float(w.war_on[a])
    if kind == case.WARS:
        return float(w.wars[a])
    if kind == case.CRISES:
        return float(w.crises[a])
    return _observe_things(w, kind, a, b, turn)


@rule
def _observe_things(w: World, kind: int, a: int, b: int, turn: int) -> float:
    """Outcomes about goods, controls, deals and events."""
    if kind == case.STOCK:
        return float(w.q[a, b])
    if kind == case.DELIVERED:
        return float(w.delivered[a])
    if kind == case.FROZEN:
        return 1.0 if w.frozen_until[a] > turn and w.ordered[a] > 0.0 else 0.0
    if kind == case.CONTROL:
        return float(w.pos[a])
    if kind == case.ENGAGERS:
        return float(w.engagers[a])
    if kind == case.STRIKES:
        return float(w.strikes[a])
    if kind == case.EVENT_HAPPENED:
        return 1.0 if w.happened[a] >= 0 else 0.0
    if kind == case.PROXY_LEVEL:
        return float(w.proxy_level[a])
    total = 0.0
    for v in range(w.deal_on.shape[0]):
        if w.deal_on[v] == 0:
            continue
        has_a, has_b = False, kind == case.DEALS
        for e in range(w.deal_party.shape[1]):
            has_a = has_a or w.deal_party[v, e] == a
            has_b = has_b or w.deal_party[v, e] == b
        total += 1.0 if has_a and has_b else 0.0
    return total
