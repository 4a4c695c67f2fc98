"""A package that a branch puts on the table: accepted if it pays every party named, exactly as in exchange."""

from __future__ import annotations

import math

import numpy as np

from powersim._jit import rule
from powersim.rules.bargaining import sign_probability
from powersim.world import chronicle, draws
from powersim.world.chronicle import write
from powersim.world.deals import Judge, exact_gains, imagine_afresh, sign
from powersim.world.derive import share_with_friends
from powersim.world.draws import Luck, uniform
from powersim.world.gains import control_change
from powersim.world.menu import Menu, flow_legs
from powersim.world.params import Params, Switches
from powersim.world.state import (
    ACCEPTED,
    LEAST,
    LEGS,
    PARTIES,
    REFRAIN,
    REFUSED,
    Branch,
    Derived,
    Setup,
    World,
)


@rule
def put_on_the_table(
    s: Setup,
    p: Params,
    on: Switches,
    branch: Branch,
    w: World,
    d: Derived,
    luck: Luck,
    menu: Menu,
    judge: Judge,
    scratch: Derived,
    turn: int,
) -> None:
    """Answer the branch's offer. The alternative is where the branch goes when it is refused, at its end.

    Accepted, it becomes an open deal like any other and the branch's path holds; refused, `path_refused` does.
    """
    controls = w.pos.shape[0]
    party = np.full(PARTIES, -1)
    for e in range(min(PARTIES, branch.offer_parties.shape[0])):
        party[e] = branch.offer_parties[e]
    legs = np.full(LEGS, -1)
    count = 0
    for e in range(min(LEGS, branch.offer_legs.shape[0])):
        r = branch.offer_legs[e]
        if r < 3 * controls:
            menu.target[r] = w.pos[r // 3] if r % 3 == REFRAIN else branch.offer_targets[e]
            last = branch.path_refused[branch.path_refused.shape[0] - 1, r // 3]
            if not math.isnan(last):
                w.dis[r // 3] = last
            for i in range(w.power.shape[0]):
                menu.gives[r, i] = max(s.raisers[r // 3, i], s.lowerers[r // 3, i])
            control_change(s, p, on, w, d, r // 3, w.dis[r // 3], menu.target[r], menu.own, menu.df, menu.dh)
            share_with_friends(s, d, menu.own, menu.gain[r])
        else:
            menu.live[r] = 0
            flow_legs(s, p, on, w, d, menu, turn, (r - 3 * controls) // 2)
            if menu.live[r] == 0:
                continue  # nothing on order to freeze, or nothing in stock to give
        legs[count] = r
        count += 1
    imagine_afresh(s, p, on, w, d, judge, scratch)
    exact_gains(s, p, on, w, d, menu, legs, judge, scratch)
    least = 1e300
    for e in range(branch.offer_parties.shape[0]):
        least = min(least, judge.gain[branch.offer_parties[e]])
    u = uniform(luck, draws.OFFER, s.actor_key[party[0]], np.uint64(0), np.uint64(0))
    agreed = least > LEAST and u < sign_probability(least, 0.0, 0.0, p.sign_tau)
    w.offer[0] = ACCEPTED if agreed else REFUSED
    write(w, turn, chronicle.OFFER_MADE, party[0], party[1], -1, 1.0 if agreed else 0.0, least, -1)
    if agreed:
        sign(s, p, on, w, menu, party, legs, np.zeros(PARTIES), judge, turn)
