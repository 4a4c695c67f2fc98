"""Channels as a history goes through them: what is held is put in place, what is kept is written down.

Each of these is called wherever the turn has just written what its channel is made of; see `channels`. The channel of
exchange is in `held_deals`.
"""

from __future__ import annotations

from powersim.compile.jit import rule
from powersim.world.channels import ALIGNMENT, RESOLVE, THREAT, TRUST
from powersim.world.derive import balance
from powersim.world.desk import Desk
from powersim.world.given import Given
from powersim.world.params import Params
from powersim.world.state import Derived, Floats, World


@rule
def put(what: Floats, where: Floats) -> None:
    """Copy a table (N, N)."""
    for i in range(what.shape[0]):
        for j in range(what.shape[1]):
            where[i, j] = what[i, j]


@rule
def follow_resolve(g: Given, w: World, desk: Desk, t: int, place: int) -> None:
    """Put the held beliefs in resolve in place, write down those that are. `place`: a dispute, or D for the signals."""
    held, kept = g.held, desk.kept
    if held.on[RESOLVE] > 0:
        put(held.resolve[t, place], w.resolve)
    if kept.on[RESOLVE] > 0:
        put(w.resolve, kept.resolve[t, place])


@rule
def follow_trust(g: Given, w: World, desk: Desk, t: int) -> None:
    """Put the held trust in place, write down that which is."""
    held, kept = g.held, desk.kept
    if held.on[TRUST] > 0:
        put(held.trust[t], w.trust)
    if kept.on[TRUST] > 0:
        put(w.trust, kept.trust[t])


@rule
def follow_alignment(g: Given, w: World, desk: Desk, t: int, place: int) -> None:
    """Put the held alignment in place, write down that which is. `place`: AFTER_EVENTS or AFTER_ALIGNMENT."""
    held, kept = g.held, desk.kept
    if held.on[ALIGNMENT] > 0:
        put(held.alignment[t, place], w.alignment)
    if kept.on[ALIGNMENT] > 0:
        put(w.alignment, kept.alignment[t, place])


@rule
def follow_threat(g: Given, desk: Desk, t: int, place: int) -> None:
    """Put the held fear in place (what this state would give is remembered beside it), write down that which is.

    `place`: which of the turn's derivations.
    """
    held, d, kept = g.held, desk.derived, desk.kept
    d.held[0] = held.on[THREAT]
    if held.on[THREAT] > 0:
        put(d.fear, d.own_fear)
        put(held.fear[t, place], d.fear)
        for j in range(d.M.shape[0]):
            d.feared[j] = held.feared[t, place, j]
        balance(g.p, d)
    if kept.on[THREAT] > 0:
        put(d.fear, kept.fear[t, place])
        for j in range(d.M.shape[0]):
            kept.feared[t, place, j] = d.feared[j]


@rule
def imagine_threat(p: Params, d: Derived, imagined: Derived) -> None:
    """Fear in a world that is only imagined, while fear is held: the held one, and what that world would change."""
    n = d.M.shape[0]
    for i in range(n):
        if d.feared[i] != d.M[i]:
            imagined.feared[i] = max(0.0, d.feared[i] + (imagined.M[i] - d.M[i]))
        for j in range(n):
            if d.fear[i, j] != d.own_fear[i, j]:
                imagined.fear[i, j] = max(0.0, d.fear[i, j] + (imagined.fear[i, j] - d.own_fear[i, j]))
    balance(p, imagined)
