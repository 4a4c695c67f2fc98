"""The world as a history begins."""

from __future__ import annotations

import numpy as np

from powersim.world.state import (
    DEALS_OPEN,
    DEPTH,
    FLOW_STOCK,
    KNOW_HOW,
    LEGS,
    LOG_COLUMNS,
    PARTIES,
    Setup,
    World,
)

LOG_ROWS = 8192  # a chronicle longer than this is cut; `World.logged` still counts


def new_world(s: Setup, log_rows: int = LOG_ROWS, detail: bool = False) -> World:
    """A world at its starting values, at peace and without open deals; `detail`: of its chronicle."""
    world = blank_world(s, log_rows, detail)
    settle(s, world)
    return world


def settle(s: Setup, w: World) -> None:
    """Write the starting values of a setup into a blank world of its size."""
    w.x[:], w.q[:], w.power[:], w.economy[:] = s.x0, s.stock0, s.power0, s.economy0
    w.alignment[:], w.resolve[:], w.trust[:] = s.alignment0, s.resolve0, s.trust0
    w.theta[:], w.salience[:] = s.ideal_hard, s.salience_hard
    w.engagers[:] = w.engagers_home[:] = s.engagers0
    w.pos[:] = w.dis[:] = w.aim[:] = w.pos_before[:] = s.control_start
    # What a reading shows at the start was delivered.
    shown = ((s.issue_kind == FLOW_STOCK) | (s.issue_kind == KNOW_HOW)) & (s.bind >= 0)
    w.delivered[s.bind[shown]] = s.x0[shown] * s.bind_full[shown]


def blank_world(s: Setup, log_rows: int = LOG_ROWS, detail: bool = False) -> World:
    """A world of a setup's size before its starting values are written."""
    n, k = s.ideal_hard.shape
    c, flows, disputes = s.control_key.shape[0], s.flow_key.shape[0], s.dispute_key.shape[0]
    strikes, proxies, events = s.strike_key.shape[0], s.proxy_key.shape[0], s.event_key.shape[0]
    ints = np.int64
    return World(
        x=np.zeros(k),
        pos=np.zeros(c),
        q=np.zeros_like(s.stock0),
        alignment=np.zeros((n, n)),
        resolve=np.zeros_like(s.resolve0),
        trust=np.zeros((n, n)),
        calculus0=np.zeros((n, n)),
        theta=np.zeros((n, k)),
        salience=np.zeros((n, k)),
        power=np.zeros(n),
        economy=np.zeros(n),
        engagers=np.zeros_like(s.engagers0),
        engagers_home=np.zeros_like(s.engagers0),
        ideal_shift=np.zeros((n, k)),
        salience_shift=np.zeros((n, k)),
        dis=np.zeros(c),
        aim=np.zeros(c),
        own=np.zeros(c),
        policy=np.full((c, n), np.nan),
        pos_before=np.zeros(c),
        settled=np.zeros(c, np.uint8),
        locked_until=np.zeros(c, ints),
        ordered=np.zeros(flows),
        due=np.zeros(flows, ints),
        frozen_until=np.zeros(flows, ints),
        delivered=np.zeros(flows),
        price=np.zeros(flows),
        gains=np.zeros((n, n)),
        dealt=np.zeros((n, n)),
        hurt=np.zeros((n, n)),
        push0=np.zeros((n, n)),
        paid=np.zeros(n),
        wronged=np.zeros(n),
        breaches=np.zeros((n, n), ints),
        reneged=np.zeros((n, n)),
        deal_on=np.zeros(DEALS_OPEN, np.uint8),
        deal_until=np.zeros(DEALS_OPEN, ints),
        deal_party=np.full((DEALS_OPEN, PARTIES), -1, ints),
        deal_gain=np.zeros((DEALS_OPEN, PARTIES)),
        deal_pay=np.zeros((DEALS_OPEN, PARTIES)),
        deal_leg=np.full((DEALS_OPEN, LEGS), -1, ints),
        deal_target=np.zeros((DEALS_OPEN, LEGS)),
        deal_giver=np.full((DEALS_OPEN, LEGS), -1, ints),
        war_on=np.zeros(disputes, np.uint8),
        war_turns=np.zeros(disputes, ints),
        war_fort=np.zeros(disputes, ints),
        war_start=np.zeros(disputes),
        war_help=np.zeros((disputes, 2)),
        war_belief=np.ones((disputes, 4)),
        wars=np.zeros(disputes, ints),
        crises=np.zeros(disputes, ints),
        stake0=np.zeros(disputes),
        terms=np.zeros(disputes, ints),
        onset=np.zeros(disputes),
        conceded=np.zeros(disputes),
        milestone=np.zeros(strikes, ints),
        strikes=np.zeros(strikes, ints),
        struck=np.zeros(strikes),
        strike_level=np.zeros(strikes),
        proxy_level=np.zeros(proxies),
        happened=np.full(events, -1, ints),
        offer=np.zeros(1, ints),
        stack=np.zeros(DEPTH),
        log=np.zeros((log_rows, LOG_COLUMNS)),
        logged=np.array([0, int(detail)], ints),
    )
