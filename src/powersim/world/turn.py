"""A turn: the phases of `phases.PHASES` in their order. Every engine calls `begin` and `stretch`; none has own rules.

Kernels are called as ``kernel(g, w, desk, t, ...)``: see `given`.
"""

from __future__ import annotations

import math

from powersim.compile.jit import rule
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
)
from powersim.world.crisis import crises
from powersim.world.deals import deliver, lapse
from powersim.world.derive import refresh_interests, refresh_readings
from powersim.world.desk import Desk
from powersim.world.environment import calendar, grow, lay_down, proxies
from powersim.world.exchange import call_conferences, find_offers, match_offers
from powersim.world.follow import follow_alignment, follow_resolve, follow_threat, follow_trust
from powersim.world.given import Given
from powersim.world.held_deals import open_turn, sign_held
from powersim.world.interests import note_interests
from powersim.world.menu import fill_menu, judge_sales
from powersim.world.notes import clauses_move, enter, renew
from powersim.world.offer import put_on_the_table
from powersim.world.phases import PHASES, number_of
from powersim.world.policy import own_policy
from powersim.world.promises import comply
from powersim.world.record import Record, record
from powersim.world.signals import breaches_known, current_calculus, forget, read_moves
from powersim.world.society import align, home, pushes
from powersim.world.stakes import remember_stakes
from powersim.world.state import World
from powersim.world.strike import strikes
from powersim.world.war import wars

GRID = 1099511627776.0  # 2**40: states are kept on this grid between turns, so that an ulp cannot grow

STEPS = len(PHASES)
"""Steps of a turn: one a phase. Step n of a history is phase n % STEPS of turn n // STEPS."""

_EVENTS, _BRANCH, _GROWTH = number_of("events"), number_of("branch"), number_of("growth")
_OWN_POLICY, _OFFERS, _DEALS = number_of("own_policy"), number_of("offers"), number_of("deals")
_DELIVERY, _COMPLIANCE, _STRIKES = number_of("delivery"), number_of("compliance"), number_of("strikes")
_CRISES, _WARS, _SIGNALS = number_of("crises"), number_of("wars"), number_of("signals")
_ALIGNMENT, _HOME, _RECORD = number_of("alignment"), number_of("home"), number_of("record")


@rule
def begin(g: Given, w: World, desk: Desk) -> None:
    """Bring a new world to rest: interests, readings and the drivers of alignment at the start."""
    enter(g, w, desk)
    _look_around(g, w, desk, True)
    renew(g, w, desk)
    pushes(g, w, desk, w.push0)
    remember_stakes(g.s, w)
    if g.on.current_calculus:
        current_calculus(g, w, desk, w.calculus0)


@rule
def stretch(g: Given, w: World, desk: Desk, out: Record, first: int, end: int) -> None:
    """The steps from `first` up to `end` of a history that has begun; writes what is watched into `out`."""
    enter(g, w, desk)
    for step in range(first, end):
        _phase(g, w, desk, step // STEPS, step % STEPS, out)
    if first < end and (end - 1) % STEPS == _OFFERS:
        judge_sales(g, w, desk)


@rule
def _phase(g: Given, w: World, desk: Desk, t: int, number: int, out: Record) -> None:
    """Compute one phase of turn t in place. Which comes when is the order of PHASES, not that of these lines."""
    if number == _EVENTS:
        _events(g, w, desk, t)
    elif number == _BRANCH:
        _branch(g, w, desk, t)
    elif number == _GROWTH:
        _growth(g, w, desk, t)
    elif number == _OWN_POLICY:
        _own_policy(g, w, desk, t)
    elif number == _OFFERS:
        _offers(g, w, desk, t)
    elif number == _DEALS:
        _deals(g, w, desk, t)
    elif number == _DELIVERY:
        _delivery(g, w, desk, t)
    elif number == _COMPLIANCE:
        _compliance(g, w, desk, t)
    elif number == _STRIKES:
        _strikes(g, w, desk, t)
    elif number == _CRISES:
        _crises(g, w, desk, t)
    elif number == _WARS:
        _wars(g, w, desk, t)
    elif number == _SIGNALS:
        _signals(g, w, desk, t)
    elif number == _ALIGNMENT:
        _alignment(g, w, desk, t)
    elif number == _HOME:
        _home(g, w, desk, t)
    else:
        assert number == _RECORD
        _record(g, w, desk, t, out)


@rule
def _events(g: Given, w: World, desk: Desk, t: int) -> None:
    for i in range(w.breaches.shape[0]):
        for j in range(w.breaches.shape[0]):
            desk.breaches[i, j] = w.breaches[i, j]
    open_turn(desk.kept, t)
    for c in range(w.pos.shape[0]):
        w.pos_before[c] = w.pos[c]
        w.settled[c] = 0
    lapse(w, t)
    if g.on.calendar:
        calendar(g, w, t)
    follow_alignment(g, w, desk, t, AFTER_EVENTS)
    _look_around(g, w, desk, True)
    _derive(g, w, desk, t, AT_CALENDAR)


@rule
def _branch(g: Given, w: World, desk: Desk, t: int) -> None:
    if g.branch.offer_turn == t and g.on.exchange:
        put_on_the_table(g, w, desk, t)
    lay_down(g.branch, w, t)


@rule
def _growth(g: Given, w: World, desk: Desk, t: int) -> None:
    if g.on.drift:
        grow(g, w, desk.derived, t)
    if g.on.proxies:
        proxies(g, w, t)
    _look_around(g, w, desk, False)
    _derive(g, w, desk, t, AT_GROWTH)


@rule
def _own_policy(g: Given, w: World, desk: Desk, t: int) -> None:
    own_policy(g, w, desk, t)
    refresh_readings(g.s, w)
    _derive(g, w, desk, t, AT_OWN_POLICY)


@rule
def _offers(g: Given, w: World, desk: Desk, t: int) -> None:
    if g.on.exchange and g.held.on[EXCHANGE] == 0:
        fill_menu(g, w, desk, t)
        find_offers(g, w, desk, t)


@rule
def _deals(g: Given, w: World, desk: Desk, t: int) -> None:
    if g.on.exchange:
        if g.held.on[EXCHANGE] > 0:
            sign_held(g, w, desk, t)
        else:
            match_offers(g, w, desk, t)
        refresh_readings(g.s, w)  # what was agreed counts for what is delivered: an embargo, a guarantee
        _derive(g, w, desk, t, AT_DEALS)


@rule
def _delivery(g: Given, w: World, desk: Desk, t: int) -> None:
    deliver(g, w, desk, t)
    refresh_readings(g.s, w)
    _derive(g, w, desk, t, AT_DELIVERY)


@rule
def _compliance(g: Given, w: World, desk: Desk, t: int) -> None:
    if g.on.compliance:
        comply(g, w, desk, t)


@rule
def _strikes(g: Given, w: World, desk: Desk, t: int) -> None:
    if g.on.programme_strike:
        strikes(g, w, desk, t)
        refresh_readings(g.s, w)


@rule
def _crises(g: Given, w: World, desk: Desk, t: int) -> None:
    if g.on.crisis:
        crises(g, w, desk, t)


@rule
def _wars(g: Given, w: World, desk: Desk, t: int) -> None:
    if g.on.war:
        wars(g, w, desk, t)
    refresh_readings(g.s, w)


@rule
def _signals(g: Given, w: World, desk: Desk, t: int) -> None:
    read_moves(g, w, t)
    breaches_known(g, w, desk, t)
    forget(g, w, desk)
    follow_resolve(g, w, desk, t, g.s.dispute_key.shape[0])
    follow_trust(g, w, desk, t)
    _derive(g, w, desk, t, AT_SIGNALS)


@rule
def _alignment(g: Given, w: World, desk: Desk, t: int) -> None:
    if g.on.alignment:
        align(g, w, desk, t)
    follow_alignment(g, w, desk, t, AFTER_ALIGNMENT)


@rule
def _home(g: Given, w: World, desk: Desk, t: int) -> None:
    if g.on.home:
        home(g.p, w, desk.derived, t)


@rule
def _record(g: Given, w: World, desk: Desk, t: int, out: Record) -> None:
    _settle_grid(w)
    _derive(g, w, desk, t, AT_END)
    record(g, w, desk.derived, t, out)


LOWERED = (
    _events, _branch, _growth, _own_policy, _offers, call_conferences, _deals, _delivery,
    _compliance, _strikes, _crises, _wars, _signals, _alignment, _home, _record,
)  # fmt: skip
"""What two processes lower when nothing is compiled, one from the first on and one from the last: about as long."""


@rule
def _look_around(g: Given, w: World, desk: Desk, anew: bool) -> None:
    """What is there to be seen, and what everybody wants of it.

    Anew, or as far as clauses come to something else: factions and shifts are what they were at the turn's first look.
    """
    refresh_readings(g.s, w)
    if clauses_move(g.s, w, desk.notes) or anew:
        refresh_interests(g.s, w, desk.notes.value)
        note_interests(w, desk.sums)


@rule
def _derive(g: Given, w: World, desk: Desk, t: int, place: int) -> None:
    """Derive what follows from the state as it is; the threat may be held."""
    renew(g, w, desk)
    follow_threat(g, desk, t, place)


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
