"""The chronicle of a history: one row per thing that happened. Kinds are listed here; `write` appends a row."""

from __future__ import annotations

from powersim.compile.jit import rule
from powersim.world.state import World

# turn, kind, actor, other, object, value, gain, deal  (see KINDS for what each kind puts where)
(SIGNED, LEG, GAIN, LAPSED, BREACH, DELIVERY, WITHHELD, OWN_MOVE, LAID_DOWN, EVENT, CONCESSION, BELIEF_RESOLVE,
 BELIEF_TRUST, CRISIS, TERMS, DETERRED, WAR, BATTLE, WAR_ENDED, STRIKE, MILESTONE, PROXY, CITY_STRIKE, OFFER_MADE,
 ENGAGERS_MOVED, ALIGNMENT_MOVED, PREVENTIVE, HELPED, STAND,
 # in detail only
 UNSIGNED, CROWDED_OUT, NO_LONGER_PAYS, PROPOSED_LEG, PROPOSED_GAIN, DEMAND_REFUSED, STAYED_OUT,
 PRESSED) = range(37)  # fmt: skip

KINDS: dict[int, tuple[str, str]] = {
    SIGNED: (
        "signed",
        "actor and other: first two parties; object: number of parties; value: legs; gain: -; deal: id",
    ),
    LEG: ("leg", "actor: giver; other: -; object: leg; value: target or units; deal: id"),
    GAIN: (
        "gain",
        "actor: party; value: net payment received (share of world GDP); gain: utility per turn; deal: id",
    ),
    LAPSED: ("lapsed", "actor, other: first two parties; deal: id"),
    BREACH: (
        "breach",
        "actor: who reneged; other: first party wronged; value: gain of reneging; gain: value at stake",
    ),
    DELIVERY: ("delivery", "actor: giver; other: taker; object: flow; value: units"),
    WITHHELD: ("withheld", "actor: giver; other: taker; object: flow; value: units on order"),
    OWN_MOVE: ("own move", "actor: a controller; object: control; value: new position; gain: move"),
    LAID_DOWN: ("laid down", "object: control; value: new position; gain: move"),
    EVENT: ("event", "object: event"),
    CONCESSION: (
        "concession",
        "actor: who gave something up; object: control; value: size in units of the signal scale, 0 for a gift",
    ),
    BELIEF_RESOLVE: ("resolve belief", "actor: observer; other: observed; value: new belief; gain: change"),
    BELIEF_TRUST: ("trust", "actor: observer; other: observed; value: new belief; gain: change"),
    CRISIS: (
        "crisis",
        "actor: challenger; other: target; object: dispute; value: perceived odds; gain: stake",
    ),
    TERMS: ("terms", "actor: challenger; other: target; object: dispute; value: new position; gain: move"),
    DETERRED: (
        "deterred",
        "actor: challenger; other: target; object: dispute; value: perceived odds; gain: cost",
    ),
    WAR: ("war", "actor: challenger; other: target; object: dispute; value: odds of a battle"),
    BATTLE: ("battle", "actor: winner; other: loser; object: dispute; value: forts of the challenger"),
    WAR_ENDED: (
        "war ended",
        "actor: challenger; other: target; object: dispute; value: position; gain: move",
    ),
    STRIKE: ("strike", "actor: striker; other: struck; object: strike; value: set-back; gain: effectiveness"),
    MILESTONE: (
        "milestone",
        "actor: striker; other: programme's owner; object: strike; value: milestone; gain: net",
    ),
    PROXY: ("proxy attacks", "actor: patron; other: attacked; object: proxy; value: level"),
    CITY_STRIKE: (
        "city strike",
        "actor: attacker; other: attacked; object: dispute; value: share of power lost",
    ),
    OFFER_MADE: ("offer", "actor: first party; value: 1 accepted, 0 refused; gain: smallest gain"),
    ENGAGERS_MOVED: ("faction", "actor; value: new share of the engagers; gain: change"),
    ALIGNMENT_MOVED: ("alignment", "actor, other; value: new alignment; gain: change this turn"),
    PREVENTIVE: (
        "preventive war",
        "actor: challenger; other: target; object: dispute; value: shift; gain: threshold",
    ),
    HELPED: ("helped", "actor: helper; other: helped; object: dispute; value: capability brought"),
    STAND: (
        "costly stand",
        "actor: who paid to deny others; object: control; value: size in units of the signal scale",
    ),
}

DETAILS: dict[int, tuple[str, str]] = {
    UNSIGNED: (
        "offer refused",
        "actor, other: first two parties; object: number of parties; value: probability of signature; gain: surplus",
    ),
    CROWDED_OUT: (
        "crowded out",
        "an offer that all would sign, but a party is busy or its object was settled this turn; as offer refused",
    ),
    NO_LONGER_PAYS: (
        "no longer pays",
        "an offer that all would have signed before this turn's other deals; value: smallest gain now",
    ),
    PROPOSED_LEG: ("proposed leg", "of the offer above; as leg"),
    PROPOSED_GAIN: ("proposed gain", "of the offer above; as gain"),
    DEMAND_REFUSED: (
        "demand refused",
        "actor: challenger; other: target; object: dispute; value: odds of war; gain: cost of war to the challenger",
    ),
    STAYED_OUT: (
        "stayed out",
        "actor: who was expected to help; other: who was not helped; object: dispute; value: likelihood of help",
    ),
    PRESSED: (
        "own way",
        "actor: who moved a control to its advantage, unpaid; object: control; value: size; gain: its gain",
    ),
}
"""Kinds that are written only in detail (`in_detail`): most offers come to nothing, and most runs are only counted."""

NAMES: dict[int, str] = {kind: name for kind, (name, _) in {**KINDS, **DETAILS}.items()}
"""The name of every kind."""


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
        w.log[n, 0] = turn
        w.log[n, 1] = kind
        w.log[n, 2] = actor
        w.log[n, 3] = other
        w.log[n, 4] = thing
        w.log[n, 5] = value
        w.log[n, 6] = gain
        w.log[n, 7] = deal
