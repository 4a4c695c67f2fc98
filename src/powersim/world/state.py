"""Every array of a history: its shape, unit and range.

Letters for shapes: N actors, K issues, C controls, G goods, L flows, D disputes, T turns, B strikes, P proxies,
E events, V preference clauses, X expressions, W most deals open at once, Z stocks that branches lay down.

A *control* is anything that an actor's decision moves on a scale from 0 to 1: a lever (an issue), a sanction of one
actor on another, a pledge of one actor to another. A *reading* is an issue whose position shows something that the
world holds already (a stock, a front, the sanctions on somebody); it is refreshed, never written by a decision.
Actors, issues, goods and every list below are sorted by code, so the order in a file cannot matter.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.uint8]
Keys = NDArray[np.uint64]

# How an issue gets its position.
LEVER, FLOW_STOCK, KNOW_HOW, SANCTION_LEVEL, FRONT, STRIKE_LEVEL = range(6)
# What a control is.
C_LEVER, C_SANCTION, C_PLEDGE = range(3)
# How several controllers decide on a direction.
ANY, ALL, SUM = range(3)
# What an issue does to the world.
GUARANTEE, POWER, REACH, THREAT, TRADE, SHIFT, EMBARGO = range(7)
# Kinds of good.
RIVAL, KNOW_HOW_GOOD = range(2)
# Legs of a deal. A control has three (3c + side), a flow two (3C + 2f + what).
LOWER, REFRAIN, RAISE = range(3)
GIVE, FREEZE = range(2)

# The answer to a branch's offer.
OPEN, ACCEPTED, REFUSED = range(3)

DEALS_OPEN = 160  # capacity of the table of open deals (W); a full table refuses new deals
PARTIES = 5  # most parties of one deal
LEGS = 10  # most legs of one deal
MILESTONES = 6  # most milestones of a programme
DEPTH = 16  # most operands of an expression at once; the parser refuses deeper ones
LOG_COLUMNS = 8
LEAST = 1e-9  # below this a difference of utilities or positions counts as none
TIE = 1e-9  # a better package must be better by this, so that an ulp cannot flip a choice


class Setup(NamedTuple):
    """What a run takes as given: a scenario as arrays, with this run's priors drawn. Never changed by a turn."""

    # actors (N)
    actor_key: Keys  # 32-bit hash of the code; enters every random draw
    power0: Floats  # base capability, share of the world's (0.5 CINC + 0.5 share of military spending)
    economy0: Floats  # share of world GDP
    growth: Floats  # growth of economy and base capability per turn
    engagers0: Floats  # share of the engagers' faction, 0..1
    w_security: Floats
    w_economy: Floats
    w_friends: Floats
    w_autonomy: Floats
    patience: Floats  # discount factor per turn, 0..1
    bandwidth: Ints  # deals per turn
    # pairs (N, N)
    alignment0: Floats  # symmetric, -1..1
    resolve0: Floats  # [i, j]: i's belief that j is resolved, 0..1
    trust0: Floats  # [i, j]: i's belief that j is a security seeker and keeps its word
    trade: Floats  # [i, j]: share of i's trade that is with j
    reach: Floats  # [i, j]: share of i's power that arrives at j
    # issues (K)
    issue_key: Keys
    issue_kind: Ints  # LEVER ... STRIKE_LEVEL
    x0: Floats
    bind: Ints  # index of the flow, dispute or strike that a reading shows; target actor for SANCTION_LEVEL; else -1
    bind_full: Floats  # stock at which a FLOW_STOCK reading shows 1
    bind_contract: Floats  # what an open order counts, as a share of the ordered stock
    ideal_hard: Floats  # (N, K) ideal of the hardliners
    ideal_eng: Floats  # (N, K) ideal of the engagers
    salience_hard: Floats  # (N, K) >= 0
    salience_eng: Floats  # (N, K)
    # preference clauses (V): ideal or salience of an actor on an issue that depends on the world; later ones win
    clause_actor: Ints
    clause_issue: Ints
    clause_if: Ints  # expression that must be > 0, or -1 = always
    clause_ideal: Ints  # expression of the ideal, or -1 = leave it
    clause_salience: Ints  # expression of the salience, or -1
    # expressions (X, length) in postfix: see world/expression.py
    expr_op: Ints
    expr_a: Floats  # constant, or first index
    expr_b: Ints  # second index
    # controls (C)
    control_key: Keys
    control_kind: Ints  # C_LEVER, C_SANCTION, C_PLEDGE
    control_issue: Ints  # issue that the control moves, or -1
    control_weight: (
        Floats  # share of it that shows in that issue: lever 1, member its weight, sanction 1/senders
    )
    control_from: Ints  # sender or pledger; for a lever -1
    control_to: Ints  # target or pledgee; for a lever -1
    control_start: Floats  # position at the start
    speed: Floats  # most that own policy moves it in a turn
    step: Floats  # most that one deal moves it
    raise_mode: Ints  # ANY, ALL, SUM
    lower_mode: Ints
    raisers: Flags  # (C, N)
    lowerers: Flags  # (C, N)
    programme_actor: Ints  # (C) whose know-how speeds a rise, or -1
    programme_good: Ints  # (C)
    # effects of issues on the world, sorted by issue
    effect_start: Ints  # (K + 1) first effect of each issue
    effect_kind: Ints
    effect_i: Ints
    effect_j: Ints
    effect_good: Ints
    effect_size: Floats  # per unit of the issue; for EMBARGO the position from which it holds
    # goods (G)
    good_key: Keys
    good_kind: Ints
    good_power: Floats  # beta: capability per unit held
    good_air_defence: Floats  # air defence per unit held
    good_war_use: Floats  # units used up per battle
    good_war_power: Floats  # share by which the odds' base grows when the need for it is met
    good_strike: Floats  # 1 = can be used against cities and grids
    good_delivery: Ints  # turns from signature to delivery
    good_quantum: Floats  # units (rival) or share of the gap (know-how) in one leg
    good_rent: Floats  # what the giver of know-how loses per unit given
    stock0: Floats  # (N, G)
    production: Floats  # (N, G) units per turn, up to the starting stock or the ceiling
    ceiling: Floats  # (N, G) stock at which production stops
    # flows (L): who may supply which good to whom
    flow_key: Keys
    flow_good: Ints
    flow_from: Ints
    flow_to: Ints
    flow_issue: Ints  # reading that shows the flow or the recipient's know-how, or -1
    # disputes (D): a front over which crises arise
    dispute_key: Keys
    dispute_issue: Ints
    challenger: Ints
    target: Ints
    hazard: Floats  # crises per turn
    over_start: (
        Ints  # (D + 1) other issues that the winner decides are over_issue[over_start[v]] up to the next
    )
    over_issue: Ints
    cost_challenger: Floats  # known cost of war to the challenger, below 0 = the parameter c_a
    cost_target: Floats  # highest private cost of war to the target, below 0 = c_bar
    cost_helpers: Floats  # highest cost of fighting the challenger for its target's sake, below 0 = help_cost
    # strikes (B)
    strike_key: Keys
    striker: Ints
    struck: Ints
    strike_control: Ints  # control of the programme
    strike_good: Ints  # good whose stock at the target is its air defence, or -1
    strike_issue: Ints  # reading that shows the strike, or -1
    milestones: Floats  # (B, MILESTONES) rising, padded with 2
    # proxies (P)
    proxy_key: Keys
    proxy_by: Ints
    proxy_on: Ints
    proxy_issue: Ints
    proxy_hazard: Floats
    proxy_burden: Floats
    # events (E) and what they do
    event_key: Keys
    event_turn: Ints  # turn of a dated event, or -1
    event_probability: Floats
    event_from: Ints  # first and last turn of a hazard
    event_to: Ints
    event_hazard: Floats
    event_expr: Ints  # factor on the hazard, or -1
    event_after: Ints  # event that must have happened before, or -1
    act_event: Ints
    act_kind: Ints  # code of a row of `world.deeds`
    act_a: Ints
    act_b: Ints
    act_value: Floats


class BranchArrays(NamedTuple):
    """A counterfactual as arrays: what is laid down from outside, turn by turn."""

    path: Floats  # (T, C) position laid down, nan = free
    path_refused: (
        Floats  # (T, C) the same when the branch's offer was refused (equal to path without an offer)
    )
    stock: Floats  # (T, Z) what an actor holds of a good from this turn on, nan = leave it
    stock_refused: Floats  # (T, Z) the same when the branch's offer was refused
    stock_at: Ints  # (Z, 2) actor and good of each; the same in every branch of a scenario
    hold: Flags  # (T, C) 1 = off the menu and off own policy
    act: Flags  # (T, C) 1 = a laid-down move is read as an act of its controllers
    no_raise: Flags  # (T, C)
    no_lower: Flags  # (T, C)
    no_flow: Flags  # (T, L)
    no_event: Flags  # (E)
    no_war: Flags  # (T, D)
    offer_turn: int  # -1 = no offer
    offer_legs: Ints  # leg ids of the package
    offer_targets: Floats  # their targets (control legs)
    offer_parties: Ints  # actors that must gain


class World(NamedTuple):
    """The state of one history. Phases write into these arrays in place."""

    x: Floats  # (K) positions of issues
    pos: Floats  # (C) positions of controls
    q: Floats  # (N, G) arsenals and know-how
    alignment: Floats  # (N, N)
    resolve: Floats  # (N, N)
    trust: Floats  # (N, N)
    calculus0: (
        Floats  # (N, N) what power and stakes said for resolve at the start, so that beliefs begin at rest
    )
    theta: Floats  # (N, K) ideals as they are this turn
    salience: Floats  # (N, K)
    power: Floats  # (N) base capability m
    economy: Floats  # (N) y
    engagers: Floats  # (N) F
    engagers_home: Floats  # (N) level that F returns to: the leader's
    ideal_shift: Floats  # (N, K) set by events
    salience_shift: Floats  # (N, K)
    # decisions
    dis: Floats  # (C) where own policies would lead within the horizon; where it is while a deal binds it
    aim: Floats  # (C) where own policies would lead in the end; where it is while a deal binds it
    own: Floats  # (C) how far, and in which direction, own policy would move the control: -1..1; 0 while it cannot
    policy: Floats  # (C, N) target that a user's agent has for a control, nan = the rule votes for that actor
    pos_before: Floats  # (C) positions when the turn began
    settled: Flags  # (C) 1 = moved by a deal this turn (compensated, so no signal)
    locked_until: Ints  # (C) first turn at which the control is free again
    # flows
    ordered: Floats  # (L) units signed for and not delivered
    due: Ints  # (L) turn of delivery
    frozen_until: Ints  # (L)
    delivered: Floats  # (L) units delivered so far
    price: Floats  # (L) what the supplier still expects for the open order, in its own utility
    # relationships
    gains: Floats  # (N, N) running mean of what i has realised from dealing with j
    dealt: Floats  # (N, N) moving average of deals and arms between i and j, symmetric
    hurt: Floats  # (N, N) moving average of harm that j did to i
    push0: Floats  # (N, N) alignment's drivers at the start, so that it begins at rest
    paid: Floats  # (N) what diplomacy brought this turn
    wronged: Floats  # (N) breaches suffered this turn
    breaches: Ints  # (N, N) promises to j that i has broken so far
    reneged: Floats  # (N, N) the rule's own probabilities of a breach, summed up to the first one; no rule reads it
    # open deals (W)
    deal_on: Flags
    deal_until: Ints
    deal_party: Ints  # (W, PARTIES), -1 = none
    deal_gain: Floats  # (W, PARTIES) per turn
    deal_pay: Floats  # (W, PARTIES) of that, what the payment brings (negative: costs)
    deal_leg: Ints  # (W, LEGS), -1 = none
    deal_target: Floats  # (W, LEGS)
    deal_giver: Ints  # (W, LEGS)
    # wars (D)
    war_on: Flags
    war_turns: Ints
    war_fort: Ints  # forts held by the challenger, 0..forts
    war_start: Floats  # position of the front when the war began
    war_help: Floats  # (D, 2) capability that third parties bring to the challenger and to the target
    war_belief: (
        Floats  # (D, 4): Beta(a, b) of the challenger, Beta(a, b) of the target on the odds of a battle
    )
    wars: Ints  # (D) wars so far
    crises: Ints  # (D) crises so far
    stake0: Floats  # (D) what was at stake for the challenger at the start
    terms: Ints  # (D) demands met so far
    onset: Floats  # (D) the rule's own probabilities of war, summed up to the first one; no rule reads it
    conceded: Floats  # (D) the same of demands met
    # programmes, proxies, events
    milestone: Ints  # (B) milestones passed
    strikes: Ints  # (B) strikes so far
    struck: Floats  # (B) the same of strikes
    strike_level: Floats  # (B) decays
    proxy_level: Floats  # (P) decays
    happened: Ints  # (E) turn at which the event came, -1 = not yet
    offer: Ints  # (1) OPEN, ACCEPTED or REFUSED
    stack: Floats  # (DEPTH) room to work out an expression
    # chronicle
    log: Floats  # (rows, LOG_COLUMNS): turn, kind, actor, other, object, value, gain, deal
    logged: Ints  # (2) rows so far; 1 = in detail: offers that came to nothing, small changes of belief too


class Derived(NamedTuple):
    """What follows from the state: recomputed, never stored between turns."""

    M: Floats  # (N) capability with arsenal and effects, never below 0
    forces: Floats  # (N) the same as its parts add up
    guarantee: Floats  # (N, N) [j, i]: help that j has promised i, pledges included
    offence: Floats  # (N, N) [j, i]: factor on the threat that j is to i
    reach: Floats  # (N, N)
    trade: Floats  # (N, N)
    sanctions: Floats  # (N, N) Z
    weight: Floats  # (N, N) row-normalised positive alignment: how much i shares j's gains
    sway: Floats  # (N, N+) [j, i]: what j's gains count with i: that share times i's weight on friends
    help: Floats  # (N, N) C_ij: help that i expects of j
    fear: Floats  # (N, N) H_ij / M_j: what a unit of j's capability adds to what i fears
    feared: Floats  # (N) capability as others fear it: M, unless the threat is held (see `channels`)
    own_fear: Floats  # (N, N) while the threat is held: fear as this state alone would have it
    held: Flags  # (1) 1 = the threat is held
    f: Floats  # (N) own and allied capability
    h: Floats  # (N) feared capability
    S: Floats  # (N) security, 0..1
    E: Floats  # (N) trade that sanctions leave, 0..1
    burden: Floats  # (K, N+) what proxies make each unit of the issue cost
    touched: (
        Flags  # (N) actors between whom and all others the next derivation works anew (see `derive_anew`)
    )
    felt: Flags  # (N) actors who look at all others anew
    rows: Floats  # (4, N+) room for rows (see `desk`)
