"""Kinds of rows that belong together in a story, and rows that no rule writes: what a series did between two."""

from __future__ import annotations

from powersim.world import chronicle as c
from powersim.world.chronicle import Kind

RESOLVE_DRIFT, TRUST_DRIFT, ALIGNMENT_DRIFT, FACTION_DRIFT = range(100, 104)
"""Rows that no rule writes: what has happened to a series between two rows about it, and after the last, in one."""

DRIFTS = {
    c.BELIEF_RESOLVE: RESOLVE_DRIFT,
    c.BELIEF_TRUST: TRUST_DRIFT,
    c.ALIGNMENT_MOVED: ALIGNMENT_DRIFT,
    c.ENGAGERS_MOVED: FACTION_DRIFT,
}
"""For rows about a series, the kind that fills the gaps between them."""

_DRIFTED = {
    RESOLVE_DRIFT: ("resolve drift", "belief it has drifted to"),
    TRUST_DRIFT: ("trust drift", "belief it has drifted to"),
    ALIGNMENT_DRIFT: ("alignment drift", "alignment it has drifted to"),
    FACTION_DRIFT: ("faction drift", "share it has drifted to"),
}

KIND: dict[int, Kind] = c.KIND | {
    drift: c.KIND[series]._replace(name=_DRIFTED[drift][0], phase="", thing="", value=_DRIFTED[drift][1])
    for series, drift in DRIFTS.items()
}
"""Every kind that a story knows, by its number."""

BELIEFS = {c.BELIEF_RESOLVE: "looks {} resolved to", c.BELIEF_TRUST: "is trusted {} by"}
"""Beliefs, as the middle of a sentence: somebody looks more resolved to somebody."""

PACKAGES = (c.SIGNED, c.UNSIGNED, c.CROWDED_OUT, c.NO_LONGER_PAYS)
"""Rows that begin a package; its legs and gains follow."""

LEGS, GAINS = (c.LEG, c.PROPOSED_LEG), (c.GAIN, c.PROPOSED_GAIN)
