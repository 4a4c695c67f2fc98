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
    n, k = s.ideal_hard.shape
    c, flows, disputes = s.control_key.shape[0], s.flow_key.shape[0], s.dispute_key.shape[0]
    strikes, proxies, events = s.strike_key.shape[0], s.proxy_key.shape[0], s.event_key.shape[0]
    delivered = np.zeros(flows)
    for issue in range(k):
        # What a reading shows at the start was delivered.
        if s.issue_kind[issue] in (FLOW_STOCK, KNOW_HOW) and s.bind[issue] >= 0:
            delivered[s.bind[issue]] = s.x0[issue] * s.bind_full[issue]
    ints = np.int64
    return World(
        x=s.x0.copy(),
        pos=s.control_start.copy(),
        q=s.stock0.copy(),
        alignment=s.alignment0.copy(),
        resolve=s.resolve0.copy(),
        trust=s.trust0.copy(),
        calculus0=np.zeros((n, n)),
        theta=s.ideal_hard.copy(),
        salience=s.salience_hard.copy(),
        power=s.power0.copy(),
        economy=s.economy0.copy(),
        engagers=s.engagers0.copy(),
        engagers_home=s.engagers0.copy(),
        ideal_shift=np.zeros((n, k)),
        salience_shift=np.zeros((n, k)),
        dis=s.control_start.copy(),
        aim=s.control_start.copy(),
        own=np.zeros(c),
        policy=np.full((c, n), np.nan),
        pos_before=s.control_start.copy(),
        settled=np.zeros(c, np.uint8),
        locked_until=np.zeros(c, ints),
        ordered=np.zeros(flows),
        due=np.zeros(flows, ints),
        frozen_until=np.zeros(flows, ints),
        delivered=delivered,
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
