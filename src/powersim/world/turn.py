"""A turn: the phases in their order. Both engines call `begin` and `stretch`; neither has rules of its own.

1. environment: calendar, the branch's offer and path, growth, production, budgets, know-how, proxies
2. interests: ideals and saliences follow factions, clauses and events
3. own policy: levers, sanctions and pledges that no deal binds move towards their controllers' best
4. exchange: packages are found, matched, signed; what is due is delivered
5. compliance: promises are kept or broken
6. strikes on programmes, crises, wars
7. signals: what others conclude about resolve and trust
8. alignment, politics at home
9. record

Choices of a phase are computed from the state at its start and then resolved together.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from powersim._bundle import pack
from powersim._jit import rule
from powersim.world.case import Watch
from powersim.world.channels import (
    AFTER_ALIGNMENT,
    AFTER_EVENTS,
    AT_CALENDAR,
    AT_DEALS,
    AT_DELIVERY,
    AT_END,
    AT_GROWTH,
    AT_OWN_POLICY,
    AT_SIGNALS,
    EXCHANGE,
    Paths,
    follow_alignment,
    follow_resolve,
    follow_threat,
    follow_trust,
    new_paths,
)
from powersim.world.crisis import crises
from powersim.world.deals import Judge, deliver, lapse, new_judge
from powersim.world.derive import derive, new_derived, refresh_interests, refresh_readings
from powersim.world.draws import Luck
from powersim.world.environment import calendar, grow, lay_down, proxies
from powersim.world.exchange import find_offers, match_offers
from powersim.world.held_deals import open_turn, sign_held
from powersim.world.menu import Menu, fill_menu, new_menu
from powersim.world.offer import put_on_the_table
from powersim.world.packages import Agenda, Offers, new_agenda, new_offers
from powersim.world.params import Params, Switches
from powersim.world.policy import own_policy
from powersim.world.promises import comply
from powersim.world.record import record
from powersim.world.signals import breaches_known, current_calculus, forget, read_moves
from powersim.world.slate import Slate, new_slate
from powersim.world.society import align, home, pushes
from powersim.world.state import Branch, Derived, Floats, Ints, Setup, World
from powersim.world.strike import strikes
from powersim.world.war import wars

GRID = 1099511627776.0  # 2**40: states are kept on this grid between turns, so that an ulp cannot grow


class Room(NamedTuple):
    """Room to work in, allocated once per history."""

    derived: Derived
    menu: Menu
    agenda: Agenda
    offers: Offers
    judge: Judge
    scratch: Derived
    slate: Slate
    push: Floats  # (N, N)
    kept: Paths  # the channels as this history goes through them
    held: Paths  # those that it is held to


def new_room(s: Setup, kept: Paths | None = None, held: Paths | None = None) -> Room:
    """Room for a scenario of this size, packed for compiled code; nothing is kept or held unless it is said."""
    n = s.power0.shape[0]
    return Room(
        pack(new_derived(s)),
        pack(new_menu(s)),
        pack(new_agenda()),
        pack(new_offers(max(256, 8 * n))),
        pack(new_judge(s)),
        pack(new_derived(s)),
        pack(new_slate(s)),
        np.zeros((n, n)),
        pack(new_paths(s, 0, 0) if kept is None else kept),
        pack(new_paths(s, 0, 0) if held is None else held),
    )


@rule
def begin(s: Setup, p: Params, on: Switches, w: World, room: Room) -> None:
    """Bring a new world to rest: interests, readings and the drivers of alignment at the start."""
    refresh_readings(s, w)
    refresh_interests(s, w)
    derive(s, p, on, w, room.derived)
    pushes(s, p, on, w, room.derived, room.slate, w.push0)
    if on.current_calculus:
        current_calculus(s, p, w, room.derived, room.slate, w.calculus0)


@rule
def turn(s: Setup, p: Params, on: Switches, branch: Branch, w: World, room: Room, luck: Luck, t: int) -> None:
    """Compute turn t in place."""
    first_row = w.logged[0]
    open_turn(room.kept, t)
    for c in range(w.pos.shape[0]):
        w.pos_before[c] = w.pos[c]
        w.settled[c] = 0
    lapse(s, p, w, t)
    _environment(s, p, on, branch, w, room, luck, t)
    _decisions(s, p, on, branch, w, room, luck, t)
    if on.compliance:
        comply(s, p, on, w, room.derived, room.menu, luck, t)
    _conflict(s, p, on, branch, w, room, luck, t)
    read_moves(s, p, on, branch, w, t)
    breaches_known(p, on, w, t, first_row)
    forget(s, p, on, w, room.derived, room.slate)
    follow_resolve(room.kept, room.held, w, t, s.dispute_key.shape[0])
    follow_trust(room.kept, room.held, w, t)
    _derive(s, p, on, w, room, t, AT_SIGNALS)
    if on.alignment:
        align(s, p, on, w, room.derived, luck, room.slate, room.push, t)
    follow_alignment(room.kept, room.held, w, t, AFTER_ALIGNMENT)
    if on.home:
        home(s, p, w, room.derived, t)
    for c in range(w.pos.shape[0]):
        w.drift[c] = p.drift_memory * w.drift[c] + (1.0 - p.drift_memory) * (w.pos[c] - w.pos_before[c])
    _settle_grid(w)
    _derive(s, p, on, w, room, t, AT_END)


@rule
def _derive(s: Setup, p: Params, on: Switches, w: World, room: Room, t: int, place: int) -> None:
    """Derive what follows from the state as it is; the threat may be held."""
    derive(s, p, on, w, room.derived)
    follow_threat(p, room.kept, room.held, room.derived, t, place)


@rule
def _environment(
    s: Setup, p: Params, on: Switches, branch: Branch, w: World, room: Room, luck: Luck, t: int
) -> None:
    """Phases 1 and 2."""
    d = room.derived
    if on.calendar:
        calendar(s, branch, w, luck, t)
    follow_alignment(room.kept, room.held, w, t, AFTER_EVENTS)
    refresh_readings(s, w)
    refresh_interests(s, w)
    _derive(s, p, on, w, room, t, AT_CALENDAR)
    if branch.offer_turn == t and on.exchange:
        put_on_the_table(s, p, on, branch, w, d, luck, room.menu, room.judge, room.scratch, t)
    lay_down(branch, w, t)
    if on.drift:
        grow(s, p, on, w, d, luck)
    if on.proxies:
        proxies(s, p, w, luck, t)
    refresh_readings(s, w)
    refresh_interests(s, w)
    _derive(s, p, on, w, room, t, AT_GROWTH)


@rule
def _decisions(
    s: Setup, p: Params, on: Switches, branch: Branch, w: World, room: Room, luck: Luck, t: int
) -> None:
    """Phases 3 and 4."""
    d = room.derived
    own_policy(s, p, on, branch, w, d, luck, room.menu, t)
    refresh_readings(s, w)
    _derive(s, p, on, w, room, t, AT_OWN_POLICY)
    if on.exchange:
        if room.held.on[EXCHANGE] > 0:
            sign_held(s, p, on, branch, w, room.menu, room.judge, room.kept, room.held, t)
        else:
            fill_menu(s, p, on, branch, w, d, room.menu, t)
            find_offers(s, p, on, w, luck, room.menu, room.agenda, room.offers)
            match_offers(s, p, on, w, d, room.menu, room.offers, room.judge, room.scratch, t, room.kept)
        refresh_readings(s, w)  # what was agreed counts for what is delivered: an embargo, a guarantee
        _derive(s, p, on, w, room, t, AT_DEALS)
    deliver(s, p, on, w, d, room.menu, t)
    refresh_readings(s, w)
    _derive(s, p, on, w, room, t, AT_DELIVERY)


@rule
def _conflict(
    s: Setup, p: Params, on: Switches, branch: Branch, w: World, room: Room, luck: Luck, t: int
) -> None:
    """Phase 6."""
    d = room.derived
    if on.programme_strike:
        strikes(s, p, on, w, d, room.menu, luck, t)
        refresh_readings(s, w)
    if on.crisis:
        crises(s, p, on, branch, w, d, luck, t, room.kept, room.held)
    if on.war:
        wars(s, p, on, w, d, luck, t)
    refresh_readings(s, w)


@rule
def _settle_grid(w: World) -> None:
    """Round what is carried into the next turn to a fine grid."""
    for c in range(w.pos.shape[0]):
        w.pos[c] = math.floor(w.pos[c] * GRID + 0.5) / GRID
    for k in range(w.x.shape[0]):
        w.x[k] = math.floor(w.x[k] * GRID + 0.5) / GRID
    for i in range(w.power.shape[0]):
        w.power[i] = math.floor(w.power[i] * GRID + 0.5) / GRID
        w.engagers[i] = math.floor(w.engagers[i] * GRID + 0.5) / GRID
        for j in range(w.power.shape[0]):
            w.resolve[i, j] = math.floor(w.resolve[i, j] * GRID + 0.5) / GRID
            w.trust[i, j] = math.floor(w.trust[i, j] * GRID + 0.5) / GRID


def history(
    s: Setup,
    p: Params,
    on: Switches,
    branch: Branch,
    watch: Watch,
    snapshots: Ints,
    w: World,
    room: Room,
    seed: np.uint64,
    run: np.uint64,
    values: Floats,
    kept: Floats,
) -> None:
    """A whole history: values (T, O) of the watched outcomes, kept (S, N, N) alignment at the snapshots' turns."""
    begin(s, p, on, w, room)
    stretch(s, p, on, branch, watch, snapshots, w, room, seed, run, 0, values.shape[0], values, kept)


def one_turn(
    s: Setup, p: Params, on: Switches, branch: Branch, w: World, room: Room, luck: Luck, t: int
) -> None:
    """Turn t alone, for those who look on between turns. It is a stretch, so that there is one thing to compile."""
    nothing = pack(Watch(*(np.zeros(0, np.int64) for _ in Watch._fields)))
    values, kept = np.zeros((t + 1, 0)), np.zeros((0, *room.push.shape))
    stretch(
        s, p, on, branch, nothing, np.zeros(0, np.int64), w, room, luck.seed, luck.run, t, t + 1, values, kept
    )


@rule
def stretch(
    s: Setup,
    p: Params,
    on: Switches,
    branch: Branch,
    watch: Watch,
    snapshots: Ints,
    w: World,
    room: Room,
    seed: np.uint64,
    run: np.uint64,
    first: int,
    end: int,
    values: Floats,
    kept: Floats,
) -> None:
    """The turns from `first` up to `end` of a history that has begun; writes their rows of values and kept."""
    for t in range(first, end):
        turn(s, p, on, branch, w, room, Luck(seed, run, np.uint64(t)), t)
        record(s, p, w, room.derived, watch, t, values[t])
        for k in range(snapshots.shape[0]):
            if snapshots[k] == t:
                for i in range(kept.shape[1]):
                    for j in range(kept.shape[2]):
                        kept[k, i, j] = w.alignment[i, j]
