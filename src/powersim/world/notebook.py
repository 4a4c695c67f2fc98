"""Notes: what is worked out once and kept, a part of the desk. See `notes` for the rules that keep them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from powersim.compile.elementary import row_length
from powersim.world.state import Flags, Floats, Ints, Keys, Setup


class Notes(NamedTuple):
    """What is worked out once and kept while it holds: see `notes`, which says when it is forgotten."""

    # what follows from what is given alone
    say_first: Ints  # (C + 1) who has a say in control c: say[say_first[c]] up to say[say_first[c + 1] - 1]
    say: Ints  # (C N) those actors, in their order
    may: Flags  # (2, K, N) 1 = may raise, may lower a lever of the issue
    party: Floats  # (K, N+) 1 = the scenario gives this actor an interest in the issue, else 0
    parties: Ints  # (K) how many it gives one
    partisan: Ints  # (K, N) those actors, in their order
    fears: Ints  # (1) how many effects may be feared: of an issue on the odds of a war, or on who is promised help
    fear: Ints  # (E) those effects, in their order
    fear_of: Ints  # (E) their issues
    embargoes: Ints  # (1) how many effects are embargoes
    embargo: Ints  # (E) those effects, in their order
    embargo_by: Ints  # (E) their issues
    plain: Flags  # (X) 1 = the expression asks for nothing but positions of issues
    asked: Ints  # (1) how often expressions ask for one
    asks: Ints  # (A) the expression that asks, A = places in all of them
    asks_for: Ints  # (A) the issue
    start_odds: Floats  # (N, N) log-odds of resolve at the start
    start_ties: Floats  # (P+) `artanh` of alignment at the start
    met: Flags  # (P+) `acquainted`
    talk: Keys  # (3, P+) keys of every pair's draws of who talks
    noise: Keys  # (3, P+) of shocks to alignment
    # what clauses came to
    known: Floats  # (A) where the issue that is asked for stood when its expression was evaluated last
    value: Floats  # (X) what the expression came to
    fresh: Flags  # (X) 1 = and still comes to
    stood: Floats  # (X) what it came to when ideals and saliences were refreshed last
    # the state that `Desk.derived` follows from
    taken: Flags  # (1) 1 = there is such a note
    power: Floats  # (N)
    q: Floats  # (N, G)
    proxy_level: Floats  # (P)
    alignment: Floats  # (N, N)
    resolve: Floats  # (N, N)
    trust: Floats  # (N, N)
    x: Floats  # (K)
    pos: Floats  # (C)
    # trust that was to relax, and what became of it
    relaxing: Floats  # (N, N)
    relaxed: Floats  # (N, N)
    # who had ties to whom, and how many third parties every two had them with
    tied: Floats  # (N, N) 1 where alignment is not 0
    ties: Floats  # (N, N) above the diagonal
    foreseen: Floats  # (C, 4) way, pace and weight of the future of which a control's rise was foreseen, and the rise


def new_notes(s: Setup) -> Notes:
    """Room for the notes on a scenario of this size: nothing is noted."""
    (n, k), c, goods = s.ideal_hard.shape, s.control_key.shape[0], s.good_key.shape[0]
    pairs, e = row_length(n * (n - 1) // 2), s.effect_kind.shape[0]
    x, places = s.expr_op.shape[0], s.expr_op.size
    return Notes(
        say_first=np.zeros(c + 1, np.int64),
        say=np.zeros(c * n, np.int64),
        may=np.zeros((2, k, n), np.uint8),
        party=np.zeros((k, row_length(n))),
        parties=np.zeros(k, np.int64),
        partisan=np.zeros((k, n), np.int64),
        fears=np.zeros(1, np.int64),
        fear=np.zeros(e, np.int64),
        fear_of=np.zeros(e, np.int64),
        embargoes=np.zeros(1, np.int64),
        embargo=np.zeros(e, np.int64),
        embargo_by=np.zeros(e, np.int64),
        plain=np.zeros(x, np.uint8),
        asked=np.zeros(1, np.int64),
        asks=np.zeros(places, np.int64),
        asks_for=np.zeros(places, np.int64),
        known=np.zeros(places),
        value=np.zeros(x),
        fresh=np.zeros(x, np.uint8),
        stood=np.zeros(x),
        start_odds=np.zeros((n, n)),
        start_ties=np.zeros(pairs),
        met=np.zeros(pairs, np.uint8),
        talk=np.zeros((3, pairs), np.uint64),
        noise=np.zeros((3, pairs), np.uint64),
        taken=np.zeros(1, np.uint8),
        power=np.zeros(n),
        q=np.zeros((n, goods)),
        proxy_level=np.zeros(s.proxy_key.shape[0]),
        alignment=np.zeros((n, n)),
        resolve=np.zeros((n, n)),
        trust=np.zeros((n, n)),
        x=np.zeros(k),
        pos=np.zeros(c),
        relaxing=np.zeros((n, n)),
        relaxed=np.zeros((n, n)),
        tied=np.full((n, n), np.nan),
        ties=np.zeros((n, n)),
        foreseen=np.zeros((c, 4)),
    )
