"""What is worked out once and kept: written on the desk beside what it was worked out from.

One rule for all notes: whoever enters an engine (`begin`, `stretch`) forgets them, for in between anybody may have
written into the world or given other parameters. From then on a note holds as long as what it was taken of is the same
to the bit, which is looked at wherever it is used.
"""

from __future__ import annotations

import math

from powersim.compile.jit import rule
from powersim.rules.alignment import artanh
from powersim.rules.beliefs import logit, within
from powersim.world.channels import THREAT
from powersim.world.derive import derive, derive_anew, evaluate_clauses, touches
from powersim.world.desk import Desk
from powersim.world.expression import ALIGNED, AT_WAR, END, STOCK, X
from powersim.world.given import Given
from powersim.world.interests import note_interests
from powersim.world.notebook import Notes
from powersim.world.packages import fill_purses
from powersim.world.state import C_LEVER, EMBARGO, GUARANTEE, SHIFT, Derived, Floats, Setup, World


@rule
def enter(g: Given, w: World, desk: Desk) -> None:
    """Forget what is noted of the world, and note what follows from what is given alone."""
    notes = desk.notes
    notes.taken[0] = 0
    notes.relaxing[:, :] = math.nan  # equal to nothing, itself included
    notes.foreseen[:, :] = math.nan
    notes.tied[:, :] = math.nan
    notes.known[:] = math.nan
    notes.fresh[:] = 0
    notes.stood[:] = math.nan
    desk.sums.place[:, :] = math.nan
    note_interests(w, desk.sums)
    _list_say(g, notes)
    _list_parties(g, notes)
    _list_pairs(g, notes)
    _list_effects(g.s, notes)
    _list_questions(g.s, notes)
    for i in range(notes.start_odds.shape[0]):
        for j in range(notes.start_odds.shape[1]):
            notes.start_odds[i, j] = logit(within(g.s.resolve0[i, j], g.p.belief_floor))
    fill_purses(g, w, desk.agenda)


@rule
def _list_say(g: Given, notes: Notes) -> None:
    """Who has a say in each control, and who may move a lever of each issue to which side."""
    s = g.s
    count = 0
    notes.may[:, :, :] = 0
    for c in range(s.control_key.shape[0]):
        k = s.control_issue[c]
        notes.say_first[c] = count
        for i in range(s.raisers.shape[1]):
            if s.raisers[c, i] > 0 or s.lowerers[c, i] > 0:
                notes.say[count] = i
                count += 1
                if k >= 0 and s.control_kind[c] == C_LEVER:
                    notes.may[0, k, i] = max(notes.may[0, k, i], s.raisers[c, i])
                    notes.may[1, k, i] = max(notes.may[1, k, i], s.lowerers[c, i])
    notes.say_first[s.control_key.shape[0]] = count


@rule
def acquainted(s: Setup, i: int, j: int) -> bool:
    """Whether i and j have anything to do with each other: alignment, reach or trade at the start.

    Strangers do not drift: otherwise one more isolated actor would thin out everybody's friendships.
    """
    ties = s.reach[i, j] + s.reach[j, i] + s.trade[i, j] + s.trade[j, i]
    return ties > 0.0 or s.alignment0[i, j] != 0.0


@rule
def _list_pairs(g: Given, notes: Notes) -> None:
    """Where every pair's alignment started, and the keys of its draws."""
    key, m = g.s.actor_key, 0
    for i in range(key.shape[0]):
        for j in range(i + 1, key.shape[0]):
            notes.start_ties[m] = artanh(g.s.alignment0[i, j])
            notes.met[m] = 1 if acquainted(g.s, i, j) else 0
            notes.talk[0, m], notes.talk[1, m] = key[i], key[j]
            notes.noise[0, m], notes.noise[1, m] = min(key[i], key[j]), max(key[i], key[j])
            m += 1


@rule
def _list_parties(g: Given, notes: Notes) -> None:
    """Whom the scenario gives an interest in each issue."""
    s, party = g.s, notes.party
    for k in range(party.shape[0]):
        for i in range(s.salience_hard.shape[0]):
            party[k, i] = 1.0 if s.salience_hard[i, k] + s.salience_eng[i, k] > 0.0 else 0.0
    for v in range(s.clause_actor.shape[0]):
        if s.clause_salience[v] >= 0:
            party[s.clause_issue[v], s.clause_actor[v]] = 1.0
    for k in range(party.shape[0]):
        count = 0
        for i in range(notes.partisan.shape[1]):
            notes.partisan[k, count] = i
            count += 1 if party[k, i] > 0.0 else 0
        notes.parties[k] = count


@rule
def _list_effects(s: Setup, notes: Notes) -> None:
    """Which effects may be feared for what they lead to, and which are embargoes, with the issues that have them."""
    fears, embargoes = 0, 0
    for k in range(s.effect_start.shape[0] - 1):
        for e in range(s.effect_start[k], s.effect_start[k + 1]):
            if s.effect_kind[e] == SHIFT or s.effect_kind[e] == GUARANTEE:
                notes.fear[fears], notes.fear_of[fears] = e, k
                fears += 1
            elif s.effect_kind[e] == EMBARGO:
                notes.embargo[embargoes], notes.embargo_by[embargoes] = e, k
                embargoes += 1
    notes.fears[0], notes.embargoes[0] = fears, embargoes


@rule
def _list_questions(s: Setup, notes: Notes) -> None:
    """Which expressions ask for which issues, and which ask for nothing else."""
    count = 0
    for e in range(s.expr_op.shape[0]):
        notes.plain[e] = 1
        for place in range(s.expr_op.shape[1]):
            code = s.expr_op[e, place]
            if code == END:
                break
            if code == X:
                notes.asks[count], notes.asks_for[count] = e, int(s.expr_a[e, place])
                count += 1
            elif code == STOCK or code == AT_WAR or code == ALIGNED:
                notes.plain[e] = 0
    notes.asked[0] = count


@rule
def clauses_move(s: Setup, w: World, notes: Notes) -> bool:
    """Evaluate clauses as far as they may have changed; whether any came to something else when this was asked last."""
    _renew_clauses(s, w, notes)
    differ = 0
    for e in range(notes.value.shape[0]):
        differ += notes.value[e] != notes.stood[e]
        notes.stood[e] = notes.value[e]
    return differ > 0


@rule
def _renew_clauses(s: Setup, w: World, notes: Notes) -> None:
    """Evaluate clauses anew whose expressions ask for an issue that has moved, or for anything but issues."""
    value, fresh = notes.value, notes.fresh
    for m in range(notes.asked[0]):
        e, at = notes.asks[m], w.x[notes.asks_for[m]]
        fresh[e] = 0 if at != notes.known[m] else fresh[e]
        notes.known[m] = at
    evaluate_clauses(s, w, value, fresh)
    for e in range(fresh.shape[0]):
        fresh[e] = notes.plain[e]


@rule
def renew(g: Given, w: World, desk: Desk) -> None:
    """Derive what follows from the state as it is: as far as anything has changed since it was derived last.

    While the threat is held all of it, since what is held is written over what was derived.
    """
    if g.held.on[THREAT] > 0:
        derive(g, w, desk.derived)
        return
    moved = _look(g, w, desk)
    derive_anew(g, w, desk.derived, moved)
    _take_note(w, desk.derived, desk.notes, moved)


@rule
def as_derived(g: Given, w: World, desk: Desk) -> bool:
    """Whether what was derived last is what follows from the state as it is."""
    same = not _look(g, w, desk)
    for i in range(w.power.shape[0]):
        same = same and desk.derived.touched[i] == 0 and desk.derived.felt[i] == 0
    return same


@rule
def _look(g: Given, w: World, desk: Desk) -> bool:
    """Flag between whom anything has changed since the note was taken, and who sees others differently.

    True if anybody's capability has moved.
    """
    s, d, notes = g.s, desk.derived, desk.notes
    n = w.power.shape[0]
    if notes.taken[0] == 0:
        for i in range(n):
            d.touched[i], d.felt[i] = 1, 1
        return True
    moved = _differ(w.q, notes.q)
    seen = _differ(w.alignment, notes.alignment) or _differ(w.resolve, notes.resolve)
    seen = seen or _differ(w.trust, notes.trust)
    for i in range(n):
        differ = 0
        for j in range(n if seen else 0):
            differ += w.alignment[i, j] != notes.alignment[i, j]
            differ += w.resolve[i, j] != notes.resolve[i, j]
            differ += w.trust[i, j] != notes.trust[i, j]
        d.felt[i] = 1 if differ > 0 else 0
        d.touched[i] = 0
        moved = moved or w.power[i] != notes.power[i]
    for b in range(w.proxy_level.shape[0]):
        moved = moved or w.proxy_level[b] != notes.proxy_level[b]
    for k in range(w.x.shape[0]):
        if w.x[k] != notes.x[k]:
            moved = not touches(s, k, d.touched) or moved
    for c in range(w.pos.shape[0]):
        if w.pos[c] != notes.pos[c] and s.control_from[c] >= 0:
            d.touched[s.control_from[c]] = 1
            d.touched[s.control_to[c]] = 1
    return moved


@rule
def _differ(one: Floats, other: Floats) -> bool:
    """Whether two tables of one shape differ anywhere: looked at as rows, and counted, since no branch then ends it."""
    a, b, count = one.reshape(one.size), other.reshape(other.size), 0
    for m in range(a.shape[0]):
        count += a[m] != b[m]
    return count > 0


@rule
def _take_note(w: World, d: Derived, notes: Notes, moved: bool) -> None:
    """Note the state that has just been derived from. moved: whether anybody's capability had."""
    notes.taken[0] = 1
    for i in range(w.power.shape[0]):
        notes.power[i] = w.power[i]
        for good in range(w.q.shape[1] if moved else 0):
            notes.q[i, good] = w.q[i, good]
        if d.felt[i] > 0:
            for j in range(w.power.shape[0]):
                notes.alignment[i, j] = w.alignment[i, j]
                notes.resolve[i, j] = w.resolve[i, j]
                notes.trust[i, j] = w.trust[i, j]
    for b in range(w.proxy_level.shape[0]):
        notes.proxy_level[b] = w.proxy_level[b]
    for k in range(w.x.shape[0]):
        notes.x[k] = w.x[k]
    for c in range(w.pos.shape[0]):
        notes.pos[c] = w.pos[c]
