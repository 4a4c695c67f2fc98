"""Offers that come to nothing, as rows of a chronicle in detail."""

from __future__ import annotations

from powersim.compile.jit import rule
from powersim.world import chronicle
from powersim.world.chronicle import write
from powersim.world.deals import giver_of
from powersim.world.desk import Desk
from powersim.world.state import LEGS, PARTIES, World


@rule
def unsigned(w: World, desk: Desk, t: int, mask: int, chance: float, surplus: float) -> None:
    """Write down the package `mask` of an agenda that its parties did not take up; `chance`: that they would have."""
    menu, agenda = desk.menu, desk.agenda
    members = agenda.parties[0]
    write(w, t, chronicle.UNSIGNED, agenda.party[0], agenda.party[1], members, chance, surplus, -1)
    for b in range(agenda.legs[0]):
        if (mask >> b) & 1:
            r = agenda.leg[b]
            giver = giver_of(menu, agenda.party[:members], r)
            write(w, t, chronicle.PROPOSED_LEG, giver, -1, r, menu.target[r], menu.gain[r, giver], -1)
    for a in range(members):
        write(w, t, chronicle.PROPOSED_GAIN, agenda.party[a], -1, -1, agenda.pay[a], agenda.gain[a], -1)


@rule
def fell_through(w: World, desk: Desk, t: int, m: int, kind: int, value: float, surplus: float) -> None:
    """Write down offer m, which all parties were ready to sign and did not: `kind` says why."""
    menu, offers = desk.menu, desk.offers
    members = 0
    for e in range(PARTIES):
        members += 1 if offers.party[m, e] >= 0 else 0
    write(w, t, kind, offers.party[m, 0], offers.party[m, 1], members, value, surplus, -1)
    for e in range(LEGS):
        r = offers.leg[m, e]
        if r >= 0:
            giver = giver_of(menu, offers.party[m, :members], r)
            write(w, t, chronicle.PROPOSED_LEG, giver, -1, r, menu.target[r], menu.gain[r, giver], -1)
