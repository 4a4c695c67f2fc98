"""The chronicle of a history: one row per thing that happened. `write` appends a row.

A kind of row is listed here, once: what it is called, what it is about, which phase writes it, what its columns
(`world.columns`) hold. Another kind is a line here and a `write` in the rule; tables, documents, choices by topic,
mechanism or kind, and a plain sentence follow. `story/lines.py` may say it better.
"""

from __future__ import annotations

from typing import NamedTuple

from powersim.compile.jit import rule
from powersim.world import columns as col
from powersim.world.state import World

TOPICS = (
    "event", "deal", "breach", "arms", "crisis", "war", "strike", "belief", "alignment", "home", "policy", "offer",
)  # fmt: skip
"""What a row can be about."""


class Kind(NamedTuple):
    """One kind of row; "" = nothing.

    phase: the phase of the turn that writes it. mechanism: the one without which there would be no such row. actor,
    other: who stands in these columns. thing: what its object is. value, gain: what these two columns hold, the first
    in `unit`. detail: written only `in_detail`.
    """

    name: str
    topic: str
    mechanism: str
    phase: str
    actor: str
    other: str
    thing: str
    unit: str
    value: str
    gain: str
    detail: bool


KIND: dict[int, Kind] = {}
"""Every kind that is written, by its number: first what is always written, then what is written in detail only."""


def _row(
    name: str, topic: str, mechanism: str, phase: str, actor: str = "", other: str = "", thing: str = "",
    unit: str = "", value: str = "", gain: str = "", detail: bool = False,
) -> int:  # fmt: skip
    """Enter a kind; gives its number."""
    KIND[len(KIND)] = Kind(name, topic, mechanism, phase, actor, other, thing, unit, value, gain, detail)
    return len(KIND) - 1


_SIZE, _PLACE, _ODDS = "size in units of the signal scale", "position, 0..1", "probability"
_TWO = ("first party", "second party")
_FRONT = ("challenger", "target", "dispute")
_SURPLUS = "surplus: geometric mean of the gains"
_LEG = ("leg", "", "target position, or units of the good", "utility a turn to the giver of this leg alone")
_GAIN = ("", "share of world GDP", "net payment received", "utility a turn by the whole package")
_BELIEF = ("signals", "observer", "observed", "issue", _ODDS, "new belief", "change")

# The object of a package is how many parties it has, the deal its place among the open ones.
SIGNED = _row("signed", "deal", "exchange", "deals", *_TWO, "", "legs", "number of legs")
LEG = _row("leg", "deal", "exchange", "deals", "giver", "", *_LEG)
GAIN = _row("gain", "deal", "exchange", "deals", "party", "", *_GAIN)
LAPSED = _row("lapsed", "deal", "exchange", "events", *_TWO)
BREACH = _row(
    "breach",
    "breach",
    "compliance",
    "compliance",
    "who breaks it",
    "first party wronged",
    "",
    "utility",
    "what breaking it is worth",
    "what keeping it is worth",
)
DELIVERY = _row(
    "delivery", "arms", "exchange", "delivery", "giver", "taker", "flow", "units", "units handed over"
)
WITHHELD = _row(
    "withheld",
    "arms",
    "exchange",
    "delivery",
    "giver",
    "taker",
    "flow",
    "units",
    "units on order",
    "what delivering is worth to the giver",
)
OWN_MOVE = _row(
    "own move",
    "policy",
    "own_policy",
    "own_policy",
    "a controller",
    "",
    "control",
    _PLACE,
    "new position",
    "move",
)
LAID_DOWN = _row("laid down", "event", "", "branch", "", "", "control", _PLACE, "new position", "move")
EVENT = _row("event", "event", "calendar", "events", "", "", "event")
CONCESSION = _row(
    "concession",
    "belief",
    "resolve",
    "signals",
    "who conceded",
    "",
    "control",
    "signal",
    _SIZE + "; 0 for a gift among friends",
    "its worth to who conceded",
)
BELIEF_RESOLVE = _row("resolve belief", "belief", "resolve", *_BELIEF)
BELIEF_TRUST = _row("trust", "belief", "trust", *_BELIEF)
CRISIS = _row(
    "crisis",
    "crisis",
    "crisis",
    "crises",
    *_FRONT,
    _ODDS,
    "odds that the challenger sees",
    "stake: share of the issue's range",
)
TERMS = _row("terms", "crisis", "crisis", "crises", *_FRONT, _PLACE, "new position", "move")
DETERRED = _row(
    "deterred",
    "crisis",
    "crisis",
    "crises",
    *_FRONT,
    _ODDS,
    "odds that the challenger sees",
    "cost of an attack, in units of the stake",
)
WAR = _row("war", "war", "war", "crises", *_FRONT, _ODDS, "challenger's odds of a battle")
BATTLE = _row(
    "battle",
    "war",
    "war",
    "wars",
    "winner",
    "loser",
    "dispute",
    "forts",
    "forts that the challenger holds after it",
    "challenger's odds",
)
WAR_ENDED = _row(
    "war ended", "war", "war", "wars", *_FRONT, _PLACE, "where the front stands", "move since the war began"
)
STRIKE = _row(
    "strike",
    "strike",
    "programme_strike",
    "strikes",
    "striker",
    "struck",
    "strike",
    _PLACE,
    "set-back of the programme",
    "effectiveness",
)
MILESTONE = _row(
    "milestone",
    "strike",
    "programme_strike",
    "strikes",
    "striker",
    "programme's owner",
    "strike",
    _PLACE,
    "milestone passed",
    "what a strike is worth, net",
)
PROXY = _row(
    "proxy attacks", "strike", "proxies", "growth", "patron", "attacked", "proxy", "level", "level of attacks"
)
CITY_STRIKE = _row(
    "city strike",
    "war",
    "city_strikes",
    "wars",
    "attacker",
    "attacked",
    "dispute",
    "share",
    "share of capability lost",
    "what it was worth",
)
OFFER_MADE = _row(
    "offer", "deal", "exchange", "branch", *_TWO, "", "", "1 accepted, 0 refused", "smallest gain a turn"
)
ENGAGERS_MOVED = _row(
    "faction",
    "home",
    "home",
    "home",
    "whose factions",
    "",
    "",
    "share",
    "engagers' share of power at home",
    "change",
)
ALIGNMENT_MOVED = _row(
    "alignment",
    "alignment",
    "alignment",
    "alignment",
    "one",
    "other",
    "",
    "alignment, -1..1",
    "new alignment",
    "change",
)
PREVENTIVE = _row(
    "preventive war",
    "crisis",
    "commitment",
    "crises",
    *_FRONT,
    _ODDS,
    "shift of the odds that is feared",
    "shift that a settlement could bear",
)
HELPED = _row(
    "helped", "war", "war", "crises", "helper", "helped", "dispute", "capability", "capability brought"
)
STAND = _row(
    "costly stand",
    "belief",
    "resolve",
    "signals",
    "who paid to deny others",
    "",
    "control",
    "signal",
    _SIZE,
    "its worth to who stood firm",
)
SUPPLIED = _row(
    "stock laid down",
    "event",
    "",
    "branch",
    "who holds it",
    "",
    "good",
    "units",
    "units held from now on",
    "change",
)

# In detail only: most offers come to nothing, and most runs are only counted.
UNSIGNED = _row(
    "offer refused",
    "offer",
    "exchange",
    "deals",
    *_TWO,
    "",
    _ODDS,
    "probability of signature",
    _SURPLUS,
    True,
)
CROWDED_OUT = _row("crowded out", "offer", "exchange", "deals", *_TWO, "", "", "", _SURPLUS, True)
NO_LONGER_PAYS = _row(
    "no longer pays",
    "offer",
    "exchange",
    "deals",
    *_TWO,
    "",
    "utility",
    "what the party that lost its interest now gains a turn, net",
    "surplus when it was drafted",
    True,
)
PROPOSED_LEG = _row("proposed leg", "offer", "exchange", "deals", "giver", "", *_LEG, True)
PROPOSED_GAIN = _row("proposed gain", "offer", "exchange", "deals", "party", "", *_GAIN, True)
DEMAND_REFUSED = _row(
    "demand refused",
    "crisis",
    "crisis",
    "crises",
    *_FRONT,
    _ODDS,
    "probability of war",
    "cost of war to the challenger, in units of the stake",
    True,
)
STAYED_OUT = _row(
    "stayed out",
    "war",
    "resolve",
    "crises",
    "who was expected to help",
    "who was not helped",
    "dispute",
    _ODDS,
    "how likely help had seemed",
    "",
    True,
)
PRESSED = _row(
    "own way",
    "belief",
    "trust",
    "signals",
    "who moved it, unpaid",
    "",
    "control",
    "signal",
    _SIZE,
    "its worth to who moved",
    True,
)

KINDS = {number: kind for number, kind in KIND.items() if not kind.detail}
"""Kinds that are always written: a study counts them."""


@rule
def in_detail(w: World) -> bool:
    """Whether the chronicle is kept in detail. No rule of the model may depend on it."""
    return bool(w.logged[1] > 0)


@rule
def write(
    w: World, turn: int, kind: int, actor: int, other: int, thing: int, value: float, gain: float, deal: int
) -> None:
    """Append a row to the chronicle; a full chronicle keeps counting, so that the loss is seen."""
    n = w.logged[0]
    w.logged[0] = n + 1
    if n < w.log.shape[0]:
        w.log[n, col.TURN] = turn
        w.log[n, col.KIND] = kind
        w.log[n, col.ACTOR] = actor
        w.log[n, col.OTHER] = other
        w.log[n, col.THING] = thing
        w.log[n, col.VALUE] = value
        w.log[n, col.GAIN] = gain
        w.log[n, col.DEAL] = deal
