"""One history to be computed: everything that `simulate` needs beside a seed and a run number."""

from __future__ import annotations

from typing import NamedTuple

from powersim.world.params import Params, Switches
from powersim.world.state import Branch, Ints, Setup

# What can be watched each turn; a, b are indices into the setup's lists (-1 = unused).
# WAR a: dispute a is a war now; WARS, CRISES: so far; DELIVERED, FROZEN: flow a; DEALS: open deals of a;
# SHARED_DEALS: of a and b; ONSET, STRUCK: the rule's own probabilities of war over dispute a, or of strike a, summed
# up to the first one.
(ISSUE, ALIGNMENT, RESOLVE, TRUST, POWER, SECURITY, ECONOMY, UTILITY, WAR, WARS, CRISES, STOCK, DELIVERED, FROZEN,
 CONTROL, ENGAGERS, STRIKES, DEALS, SHARED_DEALS, EVENT_HAPPENED, PROXY_LEVEL, STRENGTH, ONSET,
 STRUCK) = range(24)  # fmt: skip


class Watch(NamedTuple):
    """Outcomes to record each turn (O of them): what, of whom or which, and towards whom."""

    kind: Ints
    a: Ints
    b: Ints


class Case(NamedTuple):
    """A run's inputs: shapes as in `state`, `snapshots` the turns after which the alignment matrix is kept."""

    setup: Setup
    params: Params
    switches: Switches
    branch: Branch
    watch: Watch
    turns: int
    snapshots: Ints
