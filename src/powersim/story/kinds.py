"""What each kind of row of the chronicle is about: its topic, mechanism, object, unit, and what its numbers mean."""

from __future__ import annotations

from dataclasses import dataclass

from powersim.world import chronicle as c

RESOLVE_DRIFT, TRUST_DRIFT, ALIGNMENT_DRIFT, FACTION_DRIFT = range(100, 104)
"""Rows that no rule writes: what has happened to a series between two rows about it, and after the last, in one."""

TOPICS = (
    "event", "deal", "breach", "arms", "crisis", "war", "strike", "belief", "alignment", "home", "policy", "offer",
)  # fmt: skip
"""What a row can be about."""


@dataclass(frozen=True)
class Kind:
    """One kind of row. `thing`: what its object is; `value`, `gain`: what these two columns hold ("" = nothing)."""

    name: str
    topic: str
    mechanism: str
    thing: str
    unit: str
    value: str
    gain: str


_SIZE = "size in units of the signal scale"
_PLACE = "position, 0..1"

KIND: dict[int, Kind] = {
    c.SIGNED: Kind("signed", "deal", "exchange", "", "legs", "number of legs", ""),
    c.LEG: Kind("leg", "deal", "exchange", "leg", "", "target position, or units of the good",
        "utility a turn to the giver of this leg alone"),
    c.GAIN: Kind("gain", "deal", "exchange", "", "share of world GDP", "net payment received",
        "utility a turn by the whole package"),
    c.LAPSED: Kind("lapsed", "deal", "exchange", "", "", "", ""),
    c.BREACH: Kind("breach", "breach", "compliance", "", "utility", "what breaking it is worth",
        "what keeping it is worth"),
    c.DELIVERY: Kind("delivery", "arms", "exchange", "flow", "units", "units handed over", ""),
    c.WITHHELD: Kind("withheld", "arms", "exchange", "flow", "units", "units on order",
        "what delivering is worth to the giver"),
    c.OWN_MOVE: Kind("own move", "policy", "own_policy", "control", _PLACE, "new position", "move"),
    c.LAID_DOWN: Kind("laid down", "event", "", "control", _PLACE, "new position", "move"),
    c.EVENT: Kind("event", "event", "calendar", "event", "", "", ""),
    c.CONCESSION: Kind("concession", "belief", "resolve", "control",
        "signal", _SIZE + "; 0 for a gift among friends", "its worth to who conceded"),
    c.BELIEF_RESOLVE: Kind("resolve belief", "belief", "resolve", "issue", "probability", "new belief",
        "change"),
    c.BELIEF_TRUST: Kind("trust", "belief", "trust", "issue", "probability", "new belief", "change"),
    c.CRISIS: Kind("crisis", "crisis", "crisis", "dispute", "probability",
        "odds that the challenger sees", "stake: share of the issue's range"),
    c.TERMS: Kind("terms", "crisis", "crisis", "dispute", _PLACE, "new position", "move"),
    c.DETERRED: Kind("deterred", "crisis", "crisis", "dispute", "probability",
        "odds that the challenger sees", "cost of an attack, in units of the stake"),
    c.WAR: Kind("war", "war", "war", "dispute", "probability", "challenger's odds of a battle", ""),
    c.BATTLE: Kind("battle", "war", "war", "dispute", "forts", "forts that the challenger holds after it",
        "challenger's odds"),
    c.WAR_ENDED: Kind("war ended", "war", "war", "dispute", _PLACE, "where the front stands",
        "move since the war began"),
    c.STRIKE: Kind("strike", "strike", "programme_strike", "strike", _PLACE, "set-back of the programme",
        "effectiveness"),
    c.MILESTONE: Kind("milestone", "strike", "programme_strike", "strike", _PLACE, "milestone passed",
        "what a strike is worth, net"),
    c.PROXY: Kind("proxy attacks", "strike", "proxies", "proxy", "level", "level of attacks", ""),
    c.CITY_STRIKE: Kind("city strike", "war", "city_strikes", "dispute", "share",
        "share of capability lost", "what it was worth"),
    c.OFFER_MADE: Kind("offer", "deal", "exchange", "", "", "1 accepted, 0 refused", "smallest gain a turn"),
    c.ENGAGERS_MOVED: Kind("faction", "home", "home", "", "share", "engagers' share of power at home",
        "change"),
    c.ALIGNMENT_MOVED: Kind("alignment", "alignment", "alignment", "", "alignment, -1..1",
        "new alignment", "change"),
    c.PREVENTIVE: Kind("preventive war", "crisis", "commitment", "dispute", "probability",
        "shift of the odds that is feared", "shift that a settlement could bear"),
    c.HELPED: Kind("helped", "war", "war", "dispute", "capability", "capability brought", ""),
    c.STAND: Kind("costly stand", "belief", "resolve", "control",
        "signal", _SIZE, "its worth to who stood firm"),
    c.UNSIGNED: Kind("offer refused", "offer", "exchange", "", "probability", "probability of signature",
        "surplus: geometric mean of the gains"),
    c.CROWDED_OUT: Kind("crowded out", "offer", "exchange", "", "", "",
        "surplus: geometric mean of the gains"),
    c.NO_LONGER_PAYS: Kind("no longer pays", "offer", "exchange", "", "utility",
        "what the party that lost its interest now gains a turn, net", "surplus when it was drafted"),
    c.PROPOSED_LEG: Kind("proposed leg", "offer", "exchange", "leg", "",
        "target position, or units of the good", "utility a turn to the giver of this leg alone"),
    c.PROPOSED_GAIN: Kind("proposed gain", "offer", "exchange", "", "share of world GDP",
        "net payment received", "utility a turn by the whole package"),
    c.DEMAND_REFUSED: Kind("demand refused", "crisis", "crisis", "dispute", "probability",
        "probability of war", "cost of war to the challenger, in units of the stake"),
    c.STAYED_OUT: Kind("stayed out", "war", "resolve", "dispute", "probability",
        "how likely help had seemed", ""),
    c.PRESSED: Kind("own way", "belief", "trust", "control", "signal", _SIZE, "its worth to who moved"),
    RESOLVE_DRIFT: Kind("resolve drift", "belief", "resolve", "", "probability",
        "belief it has drifted to", "change"),
    TRUST_DRIFT: Kind("trust drift", "belief", "trust", "", "probability", "belief it has drifted to",
        "change"),
    ALIGNMENT_DRIFT: Kind("alignment drift", "alignment", "alignment", "", "alignment, -1..1",
        "alignment it has drifted to", "change"),
    FACTION_DRIFT: Kind("faction drift", "home", "home", "", "share", "share it has drifted to", "change"),
}  # fmt: skip
"""Every kind, by its number in the chronicle."""

BELIEFS = {c.BELIEF_RESOLVE: "looks {} resolved to", c.BELIEF_TRUST: "is trusted {} by"}
"""Beliefs, as the middle of a sentence: somebody looks more resolved to somebody."""

PACKAGES = (c.SIGNED, c.UNSIGNED, c.CROWDED_OUT, c.NO_LONGER_PAYS)
"""Rows that begin a package; its legs and gains follow."""

LEGS, GAINS = (c.LEG, c.PROPOSED_LEG), (c.GAIN, c.PROPOSED_GAIN)

DRIFTS = {
    c.BELIEF_RESOLVE: RESOLVE_DRIFT,
    c.BELIEF_TRUST: TRUST_DRIFT,
    c.ALIGNMENT_MOVED: ALIGNMENT_DRIFT,
    c.ENGAGERS_MOVED: FACTION_DRIFT,
}
"""For rows about a series, the kind that fills the gaps between them."""
