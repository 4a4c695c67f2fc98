"""The desk: room for what a turn works out and forgets, made once for a history so that a turn makes nothing.

Letters for shapes are those of `state`; R legs of a turn: 3 C + 2 L; M offers at most; P pairs of actors, (0, 1),
(0, 2), ..., (N - 2, N - 1). N+, P+, R+: so many places or a few more, of no account, so that vectors are full.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from powersim.compile.elementary import row_length
from powersim.world.channels import Paths, no_paths
from powersim.world.legs import legs_of
from powersim.world.notebook import Notes, new_notes
from powersim.world.state import LEGS, PARTIES, Derived, Flags, Floats, Ints, Keys, Setup

# What is weighed in a crisis: odds as the challenger sees them; its known cost of war and the sanctions it expects
# (utility); what is at stake for it; the target's least and highest cost (shares of its pie); what the target expects
# to lose later per unit yielded; the shift that the challenger fears, and what a settlement could bear.
(ODDS, COST, SANCTIONS, STAKE, LOW, HIGH, LATER, SHIFT_AHEAD, BEARABLE) = range(9)
WEIGHED = 9
GATHERED = 64  # numbers that are gathered into rows at a time
ROWS = 64  # positions of an issue whose powers are kept; half as many cost a turn a hundredth
ANEW = -1  # who cares about an issue is to be listed anew
SLOTS, SHIFT = 128, 32 - 7  # places to look for them first, 2**7; what leaves as many of the upper bits of 32
GOLDEN = 0x9E3779B1  # 2**32 over the golden ratio


class Sums(NamedTuple):
    """Room to add up what a move is worth. What is left here means nothing to whoever adds next."""

    own: Floats  # (N+) gains of everybody
    df: Floats  # (N+) change of own and friends' capability
    dh: Floats  # (N+) change of what is feared
    raised: Floats  # (N+) change of own capability, were it not that nobody has less than none
    shared: Floats  # (N+) gains with friends' gains
    some: Ints  # (N) actors listed for the moment: whose gains are not 0, or whom a change concerns
    total: Floats  # (N) the same over several moves
    rows: Floats  # (4, N+) room for rows (`compile.elementary`)
    # but these are kept: who wants what of an issue, in a row of memory, and powers of the gaps (`taken_powers`)
    noted: Floats  # (2, N, K) ideals and saliences as they were noted last
    theta: Floats  # (K, N+) ideals
    salience: Floats  # (K, N+)
    look: Ints  # (1) how often that has been noted
    moved: Ints  # (K, N+) the look that found this ideal moved last
    stirred: Ints  # (K) the look that found any of the issue's moved last
    ends: Floats  # (K, 2) the lowest and the highest ideal of those who care
    caring: Ints  # (K) how many care about an issue
    carer: Ints  # (K, N) those actors, in their order
    place: Floats  # (K, ROWS) a position of the issue, nan = the row is free
    oldest: Ints  # (K) the row that is given up next
    taken: Ints  # (K, ROWS) the look after which the row was brought up to date
    near: Flags  # (K, SLOTS) the row that was found last for a position of such bits
    powers: Floats  # (K, ROWS, N+) the gap's power


class Menu(NamedTuple):
    """Legs of a turn, as they were judged last: a sale that is signed was judged again after the controls."""

    live: Flags  # (R) on the menu
    lives: Ints  # (1) how many are, once they are listed
    alive: Ints  # (R) those legs, in their order
    judged: Flags  # (R) 0 = a sale whose gains nobody has asked for yet (see `judge_sale`)
    target: Floats  # (R) position that a control leg leads to; units of a flow leg
    gain: Floats  # (R, N) gain of every actor, friends' gains included
    gives: Flags  # (R, N) 1 = this actor may be the one who gives the leg
    must: Flags  # (R, N) 1 = loses by the leg and has a veto: must be a party and be paid
    needed: Ints  # (R) number of those
    listed: Ints  # (N) how many legs actor i may give to one other
    given: Ints  # (N, R) those legs, in their order
    given_to: Ints  # (N, R) to whom, or to ANYBODY
    ours: Ints  # (R + 1) those that one of two may give the other, and one that is none; or a conference's
    theirs: Ints  # (R + 1) and the other way round
    seed: Ints  # (R) legs around which a conference may be called
    seed_key: Keys  # (3, R+) keys of the draws that decide
    seed_draw: Floats  # (R+) those draws
    bound: Ints  # (C) side to which open deals have moved a control; REFRAIN if they hold it or none is open


class Agenda(NamedTuple):
    """Room to weigh one package after the other."""

    parties: Ints  # (1) how many sit at the table
    legs: Ints  # (1) how many legs are on it
    leg: Ints  # (LEGS) those legs
    score: Floats  # (LEGS)
    side: Ints  # (LEGS) the party that the leg is for
    party: Ints  # (PARTIES)
    total: Floats  # (2**LEGS, PARTIES) gains of every subset
    clash: Ints  # (LEGS) bit mask of the legs that a leg excludes
    valid: Flags  # (2**LEGS)
    gain: Floats  # (PARTIES) of the best package
    pay: Floats  # (PARTIES) net payments received, share of world GDP
    tried_gain: Floats  # (PARTIES) the same of a package that is tried
    tried_pay: Floats  # (PARTIES)
    worth: Floats  # (LEGS, PARTIES) what each leg is worth to each party
    cost: Floats  # (LEGS, PARTIES) what it costs to negotiate
    per_unit: Floats  # (PARTIES) what a unit of utility is to each party, share of world GDP
    unit: Floats  # (N) utility of a payment of one world GDP to every actor (see `fill_purses`)
    able: Floats  # (N) what every actor can still promise to pay


class Offers(NamedTuple):
    """Packages found this turn, before they are matched."""

    found: Ints  # (1) how many
    surplus: Floats  # (M) geometric mean of the parties' gains
    tie: Floats  # (M)
    party: Ints  # (M, PARTIES)
    leg: Ints  # (M, LEGS)
    pay: Floats  # (M, PARTIES)


class Judge(NamedTuple):
    """Room to judge packages."""

    busy: Ints  # (N) deals signed this turn
    gain: Floats  # (N)
    kept: Floats  # (C) positions while a package is tried
    kept_x: Floats  # (K)
    pos: Floats  # (C) the world that is imagined at present
    x: Floats  # (K)
    pos0: Floats  # (C) the world without the package
    x0: Floats  # (K)
    S0: Floats  # (N)
    E0: Floats  # (N)
    issue: Ints  # (K) the issues that the package moves, then -1
    pledge: Ints  # (C) the pledges that it moves, then -1


class Slate(NamedTuple):
    """Room for the sums of beliefs and alignment. What is left on it means nothing to whoever writes on it next."""

    roots: Floats  # (N, N+) [j, i]: root of the threat that i feels from j
    now: Floats  # (N, N) log-odds of resolve
    levers: Floats  # (N, N) [i, j]: what j's levers and sanctions give i
    felt: Floats  # (N+)
    isolated: Floats  # (N, N+) [k, j]: root of how far k's sanctions shut j out
    outcast: Floats  # (N+)
    bonds: Floats  # (N, N+) alignment
    joint: Floats  # (N, N) what two hold up together
    weight: Floats  # (N, N+) of all concerns that two share
    alike: Floats  # (N, N+) how far they agree, so weighted
    stakes: Floats  # (N, N+) [i, j]: what i has at stake with j
    opponent: Ints  # (N) who has a stake on the other side of an ideal
    against: Floats  # (N) weight of each opponent
    concerns: Floats  # (N) sum of saliences
    pull: Floats  # (N+)
    power: Floats  # (C)
    concerned: Ints  # (N) actors
    led: Flags  # (C) 1 = own policy may lead this control
    rows: Floats  # (9, N+) room for rows
    pairs: Floats  # (7, P+) room for rows of pairs
    gathered: Floats  # (6, GATHERED) room for rows of what is gathered from a table
    place: Ints  # (GATHERED) where each came from


class Crisis(NamedTuple):
    """Room to weigh a crisis."""

    x: Floats  # (K) positions as somebody imagines them
    rise: Floats  # (K) how far issues are foreseen to rise
    aid: Floats  # (N) how much more each actor is foreseen to have promised the target
    weighed: Floats  # (WEIGHED) what the two sides weigh


class Desk(NamedTuple):
    """Everything that a turn writes and nobody remembers, except what is kept of the channels.

    What is noted spares work and changes nothing: see `notes`.
    """

    derived: Derived  # what follows from the state as it is
    imagined: Derived  # what would follow from another one
    sums: Sums
    menu: Menu
    agenda: Agenda
    offers: Offers
    judge: Judge
    slate: Slate
    crisis: Crisis
    notes: Notes
    push: Floats  # (N, N) drivers of alignment
    breaches: Ints  # (N, N) `World.breaches` when the turn began
    kept: Paths  # the channels as this history goes through them, if they are to be kept


def new_desk(s: Setup, kept: Paths | None = None) -> Desk:
    """A desk for a scenario of this size; nothing is kept of the channels unless there is room for it."""
    n = s.power0.shape[0]
    return Desk(
        derived=new_derived(s),
        imagined=new_derived(s),
        sums=new_sums(s),
        menu=new_menu(s),
        agenda=new_agenda(n),
        offers=new_offers(max(256, 8 * n)),
        judge=new_judge(s),
        slate=new_slate(s),
        crisis=new_crisis(s),
        notes=new_notes(s),
        push=np.zeros((n, n)),
        breaches=np.zeros((n, n), np.int64),
        kept=no_paths(n, s.dispute_key.shape[0]) if kept is None else kept,
    )


def new_sums(s: Setup) -> Sums:
    """Room for a scenario of this size."""
    n, k = s.ideal_hard.shape
    row = row_length(n)
    own, df, dh, raised, shared = (np.zeros(row) for _ in range(5))
    return Sums(
        own, df, dh, raised, shared, some=np.zeros(n, np.int64), total=np.zeros(n), rows=np.full((4, row), 0.5),
        noted=np.zeros((2, n, k)), theta=np.zeros((k, row)), salience=np.zeros((k, row)),
        look=np.zeros(1, np.int64), moved=np.zeros((k, row), np.int64),
        stirred=np.zeros(k, np.int64), ends=np.tile([np.inf, -np.inf], (k, 1)),
        caring=np.zeros(k, np.int64), carer=np.zeros((k, n), np.int64), place=np.full((k, ROWS), np.nan),
        oldest=np.zeros(k, np.int64), taken=np.zeros((k, ROWS), np.int64), near=np.zeros((k, SLOTS), np.uint8),
        powers=np.zeros((k, ROWS, row)),
    )  # fmt: skip


def new_derived(s: Setup) -> Derived:
    """Room for the derived quantities of a scenario of this size."""
    n, k = s.ideal_hard.shape
    row = row_length(n)
    shapes = {"burden": (k, row), "sway": (n, row), "rows": (4, row)} | dict.fromkeys(
        ("M", "forces", "f", "h", "S", "E", "feared"), (n,)
    )
    flags = ("held", "touched", "felt")
    arrays = {name: np.zeros(shapes.get(name, (n, n))) for name in Derived._fields if name not in flags}
    one, touched, felt = np.zeros(1, np.uint8), np.zeros(n, np.uint8), np.zeros(n, np.uint8)
    return Derived(**arrays, held=one, touched=touched, felt=felt)


def new_menu(s: Setup) -> Menu:
    """An empty menu of the right size."""
    n = s.power0.shape[0]
    r = legs_of(s.control_key.shape[0], s.flow_key.shape[0])
    return Menu(
        live=np.zeros(r, np.uint8),
        lives=np.zeros(1, np.int64),
        alive=np.zeros(r, np.int64),
        judged=np.ones(r, np.uint8),
        target=np.zeros(r),
        gain=np.zeros((r, n)),
        gives=np.zeros((r, n), np.uint8),
        must=np.zeros((r, n), np.uint8),
        needed=np.zeros(r, np.int64),
        listed=np.zeros(n, np.int64),
        given=np.zeros((n, r), np.int64),
        given_to=np.zeros((n, r), np.int64),
        ours=np.zeros(r + 1, np.int64),
        theirs=np.zeros(r + 1, np.int64),
        seed=np.zeros(r, np.int64),
        seed_key=np.zeros((3, row_length(r)), np.uint64),
        seed_draw=np.zeros(row_length(r)),
        bound=np.zeros(s.control_key.shape[0], np.int64),
    )


def new_agenda(n: int) -> Agenda:
    """Room for one search among n actors."""
    size = 2**LEGS
    return Agenda(
        parties=np.zeros(1, np.int64),
        legs=np.zeros(1, np.int64),
        leg=np.zeros(LEGS, np.int64),
        score=np.zeros(LEGS),
        side=np.zeros(LEGS, np.int64),
        party=np.full(PARTIES, -1),
        total=np.zeros((size, PARTIES)),
        clash=np.zeros(LEGS, np.int64),
        valid=np.zeros(size, np.uint8),
        gain=np.zeros(PARTIES),
        pay=np.zeros(PARTIES),
        tried_gain=np.zeros(PARTIES),
        tried_pay=np.zeros(PARTIES),
        worth=np.zeros((LEGS, PARTIES)),
        cost=np.zeros((LEGS, PARTIES)),
        per_unit=np.zeros(PARTIES),
        unit=np.zeros(n),
        able=np.zeros(n),
    )


def new_offers(room: int) -> Offers:
    """Room for `room` packages in a turn."""
    return Offers(
        found=np.zeros(1, np.int64),
        surplus=np.zeros(room),
        tie=np.zeros(room),
        party=np.full((room, PARTIES), -1),
        leg=np.full((room, LEGS), -1),
        pay=np.zeros((room, PARTIES)),
    )


def new_judge(s: Setup) -> Judge:
    """Room for a scenario of this size."""
    n, k = s.ideal_hard.shape
    c = s.control_key.shape[0]
    return Judge(
        busy=np.zeros(n, np.int64),
        gain=np.zeros(n),
        kept=np.zeros(c),
        kept_x=np.zeros(k),
        pos=np.zeros(c),
        x=np.zeros(k),
        pos0=np.zeros(c),
        x0=np.zeros(k),
        S0=np.zeros(n),
        E0=np.zeros(n),
        issue=np.zeros(k, np.int64),
        pledge=np.zeros(c, np.int64),
    )


def new_crisis(s: Setup) -> Crisis:
    """Room for a scenario of this size."""
    n, k = s.ideal_hard.shape
    return Crisis(x=np.zeros(k), rise=np.zeros(k), aid=np.zeros(n), weighed=np.zeros(WEIGHED))


def new_slate(s: Setup) -> Slate:
    """Room for a scenario of this size."""
    n, c = s.power0.shape[0], s.control_key.shape[0]
    row = row_length(n)
    full = ("roots", "isolated", "bonds", "weight", "alike", "stakes")
    return Slate(
        **{name: np.zeros((n, row)) for name in full},
        now=np.zeros((n, n)),
        levers=np.zeros((n, n)),
        felt=np.zeros(row),
        outcast=np.zeros(row),
        joint=np.zeros((n, n)),
        opponent=np.zeros(n, np.int64),
        against=np.zeros(n),
        concerns=np.zeros(n),
        pull=np.zeros(row),
        power=np.zeros(c),
        concerned=np.zeros(n, np.int64),
        led=np.zeros(c, np.uint8),
        rows=np.full((9, row), 0.5),
        pairs=np.full((7, row_length(n * (n - 1) // 2)), 0.5),
        gathered=np.full((6, GATHERED), 0.5),
        place=np.zeros(GATHERED, np.int64),
    )
