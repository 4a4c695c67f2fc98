"""Channels by which one decision comes to matter elsewhere: kept along a history, held in another (Pearl 2001).

Two branches of a run differ in what is laid down. What follows of it goes through five channels, and through what is
none of them (the direct part). `Paths` is what a history writes down of them, turn by turn; another history that
*holds* a channel at these paths reads there what the first one read, and goes its own way in everything else.

resolve: beliefs in resolve, r; before each dispute can become a crisis, and when the turn's signals have been read.
trust: beliefs in motives, g; when the turn's signals have been read.
threat: fear of a unit of another's capability, and how much capability is feared, from which H, T, h and S follow;
    after each derivation from the state as it is.
exchange: the deals that are signed (parties, legs, payments, gains), in place of own offers and own matching.
alignment: A; after the calendar's events, and after alignment has moved.

Held at its own paths, a history is itself, to the last bit. Four things to know:

- Beliefs go on learning between these places, so the chronicle tells what would have moved; nothing reads it.
- What a package would change of fear is added to the held fear, so bargaining still counts threats.
- A held deal keeps the gains and prices of the history that it comes from. A leg that cannot be done here is left
  out (its control is laid down, on hold, forbidden or bound otherwise; the flow is forbidden, embargoed, frozen or on
  order), a step never leads back, and no more is given than there is. Whether it is kept or broken is this history's
  own affair, and the branch's own offer is the branch's, not the channel's.
- An event that moves alignment is felt by the events of the same turn that come after it, held or not.

Source: Pearl 2001, Direct and Indirect Effects, UAI 17:411-20.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import NamedTuple

import numpy as np

from powersim.compile.bundle import pack
from powersim.errors import PowersimError
from powersim.world.state import LEGS, PARTIES, Flags, Floats, Ints, Setup

RESOLVE, TRUST, THREAT, EXCHANGE, ALIGNMENT = range(5)
CHANNELS = ("resolve", "trust", "threat", "exchange", "alignment")
"""Names of the channels that can be held, in the order of `Paths.on`."""

# Where in a turn the state is derived as it is (and not as somebody imagines it).
AT_CALENDAR, AT_GROWTH, AT_OWN_POLICY, AT_DEALS, AT_DELIVERY, AT_SIGNALS, AT_END = range(7)
DERIVATIONS = 7
# Where in a turn alignment is held.
AFTER_EVENTS, AFTER_ALIGNMENT = range(2)


class Paths(NamedTuple):
    """The channels of a history, turn by turn (T turns, D disputes, M deals at most)."""

    on: Flags  # (5) channels that are kept, or held
    resolve: Floats  # (T, D + 1, N, N) before each dispute; when signals have been read
    trust: Floats  # (T, N, N)
    alignment: Floats  # (T, 2, N, N)
    fear: Floats  # (T, DERIVATIONS, N, N) H_ij / M_j
    feared: Floats  # (T, DERIVATIONS, N) capability as others fear it
    signed: Ints  # (T + 1) deals of turn t are those from signed[t] up to signed[t + 1]
    party: Ints  # (M, PARTIES), -1 = none
    gain: Floats  # (M, PARTIES) of the whole package, per turn
    pay: Floats  # (M, PARTIES) net payments received, share of world GDP
    leg: Ints  # (M, LEGS), -1 = none
    target: Floats  # (M, LEGS)
    giver: Ints  # (M, LEGS)
    worth: Floats  # (M, LEGS) what the leg is worth to its giver


class Held(NamedTuple):
    """Channels of a history that are held at the paths of another: its sibling branch in the same run."""

    paths: Paths
    channels: Collection[str] = CHANNELS


def new_paths(s: Setup, turns: int) -> Paths:
    """Room for the paths of a history of so many turns, at 0. A party to a deal uses up one of its bandwidth."""
    deals = turns * (int(s.bandwidth.sum()) // 2)
    return _paths(s.power0.shape[0], s.dispute_key.shape[0], turns, deals, on=1)


def _paths(n: int, d: int, turns: int, deals: int, on: int) -> Paths:
    """Room for paths of n actors and d disputes."""
    return Paths(
        on=np.full(len(CHANNELS), on, np.uint8),
        resolve=np.zeros((turns, d + 1, n, n)),
        trust=np.zeros((turns, n, n)),
        alignment=np.zeros((turns, 2, n, n)),
        fear=np.zeros((turns, DERIVATIONS, n, n)),
        feared=np.zeros((turns, DERIVATIONS, n)),
        signed=np.zeros(turns + 1, np.int64),
        party=np.full((deals, PARTIES), -1),
        gain=np.zeros((deals, PARTIES)),
        pay=np.zeros((deals, PARTIES)),
        leg=np.full((deals, LEGS), -1),
        target=np.zeros((deals, LEGS)),
        giver=np.full((deals, LEGS), -1),
        worth=np.zeros((deals, LEGS)),
    )


@cache
def no_paths(actors: int, disputes: int) -> Paths:
    """Paths of which nothing is kept or held, packed: they are never written, so these do for all histories."""
    return pack(_paths(actors, disputes, 0, 0, on=0))


def paths_of(s: Setup, turns: int, held: Held | None) -> Paths:
    """The paths that a history has to follow, none without `held`.

    Raises PowersimError for a channel that does not exist or paths of another world.
    """
    if held is None:
        return no_paths(s.power0.shape[0], s.dispute_key.shape[0])
    for name in held.channels:
        if name not in CHANNELS:
            raise PowersimError(
                f"held: found channel {name!r}; allowed: {', '.join(CHANNELS)}; e.g. Held(paths, ['threat'])"
            )
    expected = (turns, s.dispute_key.shape[0] + 1, *s.alignment0.shape)
    if held.paths.resolve.shape != expected or len(held.paths.signed) != turns + 1:
        raise PowersimError(
            f"held: found paths of (turns, disputes + 1, actors, actors) {held.paths.resolve.shape}; allowed: those of "
            f"another branch of the same run, {expected}; e.g. simulate(sibling, seed, run, keep=True).paths"
        )
    on = np.array([name in held.channels for name in CHANNELS], np.uint8)
    return held.paths._replace(on=on)
