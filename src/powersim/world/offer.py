"""A package that a branch puts on the table: accepted if it pays every party named, exactly as in exchange."""

from __future__ import annotations

import math

import numpy as np

from powersim.compile.jit import rule
from powersim.rules.bargaining import sign_probability
from powersim.world import chronicle, draws
from powersim.world.chronicle import write
from powersim.world.deals import exact_gains, imagine_afresh, sign
from powersim.world.derive import share_with_friends
from powersim.world.desk import Desk
from powersim.world.draws import uniform
from powersim.world.gains import control_change
from powersim.world.given import Given
from powersim.world.legs import control_of, flow_of, moves_control, side_of
from powersim.world.menu import flow_legs
from powersim.world.state import (
    ACCEPTED,
    LEAST,
    LEGS,
    PARTIES,
    REFRAIN,
    REFUSED,
    World,
)


@rule
def put_on_the_table(g: Given, w: World, desk: Desk, t: int) -> None:
    """Answer the branch's offer. The alternative is where the branch goes when it is refused, at its end.

    Accepted, it becomes an open deal like any other and the branch's path holds; refused, `path_refused` does.
    """
    s, branch = g.s, g.branch
    d, menu, sums = desk.derived, desk.menu, desk.sums
    controls = w.pos.shape[0]
    party = np.full(PARTIES, -1)
    for e in range(min(PARTIES, branch.offer_parties.shape[0])):
        party[e] = branch.offer_parties[e]
    legs = np.full(LEGS, -1)
    count = 0
    for e in range(min(LEGS, branch.offer_legs.shape[0])):
        r = branch.offer_legs[e]
        if moves_control(controls, r):
            c = control_of(r)
            menu.target[r] = w.pos[c] if side_of(r) == REFRAIN else branch.offer_targets[e]
            last = branch.path_refused[branch.path_refused.shape[0] - 1, c]
            if not math.isnan(last):
                w.dis[c] = last
            for i in range(w.power.shape[0]):
                menu.gives[r, i] = max(s.raisers[c, i], s.lowerers[c, i])
            control_change(g, w, d, sums, c, w.dis[c], menu.target[r])
            share_with_friends(d, sums, menu.gain[r])
        else:
            menu.live[r] = 0
            flow_legs(g, w, desk, t, flow_of(controls, r))
            if menu.live[r] == 0:
                continue  # nothing on order to freeze, or nothing in stock to give
        legs[count] = r
        count += 1
    imagine_afresh(g, w, desk)
    exact_gains(g, w, desk, legs)
    least = 1e300
    for e in range(branch.offer_parties.shape[0]):
        least = min(least, desk.judge.gain[branch.offer_parties[e]])
    u = uniform(g.luck, t, draws.OFFER, s.actor_key[party[0]], np.uint64(0), np.uint64(0))
    agreed = least > LEAST and u < sign_probability(least, 0.0, 0.0, g.p.sign_tau)
    w.offer[0] = ACCEPTED if agreed else REFUSED
    write(w, t, chronicle.OFFER_MADE, party[0], party[1], -1, 1.0 if agreed else 0.0, least, -1)
    if agreed:
        sign(g, w, desk, t, party, legs, np.zeros(PARTIES))
