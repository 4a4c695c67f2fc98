"""One sentence for one row of the chronicle, whatever stands around it."""

from __future__ import annotations

from collections.abc import Callable

from powersim.story import kinds, phrases
from powersim.story.events import Event
from powersim.story.phrases import Names
from powersim.world import chronicle as c


def line(names: Names, event: Event) -> str:
    """What the row says, as a sentence without a full stop."""
    return phrases.capital(_LINES.get(event.kind, _plain)(names, event))


def _plain(names: Names, event: Event) -> str:
    """A kind without words of its own: `helped: Russia, Iran, over a front`."""
    kind = kinds.KIND[event.kind]
    about, _ = names.object(kind.thing, event.thing)
    said = [names.actors[index] for index in (event.actor, event.other) if index >= 0]
    return f"{kind.name}: {', '.join([*said, *([about] if about else [])])}"


def _who(names: Names, index: int) -> str:
    return names.actors[index] if index >= 0 else "who controls it"


def _both(names: Names, event: Event) -> str:
    return phrases.listed([names.actors[index] for index in (event.actor, event.other) if index >= 0])


def _between(names: Names, event: Event) -> str:
    """Of a package: who is at the table; more than two are seen in its gains."""
    more = event.thing - 2
    with_others = f" and {more} more" if more > 0 else ""
    return f"{_both(names, event)}{with_others}"


def _signed(names: Names, event: Event) -> str:
    legs = (
        "a payment alone"
        if not event.value
        else "one step"
        if event.value == 1
        else f"{event.value:.0f} steps"
    )
    return f"{_between(names, event)} sign a deal of {legs}"


def _leg(names: Names, event: Event) -> str:
    return phrases.leg(names, event.actor, event.thing, event.value)


def _gain(names: Names, event: Event) -> str:
    money = f", paying {-event.value:.2%} of world GDP" if event.value < 0 else ""
    money = f", paid {event.value:.2%} of world GDP" if event.value > 0 else money
    return f"{_who(names, event.actor)} gains {event.gain:.4f} a turn{money}"


def _proposed_leg(names: Names, event: Event) -> str:
    return f"proposed: {_leg(names, event)}"


def _proposed_gain(names: Names, event: Event) -> str:
    return f"proposed: {_gain(names, event)}"


def deal_named(names: Names, event: Event) -> str:
    """The deal that a row is about, by its date."""
    return f"the deal of {names.dates[event.since]}" if event.since >= 0 else "a deal"


def _lapsed(names: Names, event: Event) -> str:
    return f"{deal_named(names, event)} between {_both(names, event)} runs out"


def _breach(names: Names, event: Event) -> str:
    what = deal_named(names, event) if event.deal else "an order"
    return f"{_who(names, event.actor)} breaks {what} with {_who(names, event.other)}"


def _delivery(names: Names, event: Event) -> str:
    what = phrases.units(event.value, names.flows[event.thing].good)
    return f"{_who(names, event.actor)} delivers {what} to {_who(names, event.other)}"


def _withheld(names: Names, event: Event) -> str:
    what = phrases.units(event.value, names.flows[event.thing].good)
    return f"{_who(names, event.actor)} withholds {what} that {_who(names, event.other)} has on order"


def _own_move(names: Names, event: Event) -> str:
    return phrases.own_move(names, event.actor, event.thing, event.value, event.gain)


def _laid_down(names: Names, event: Event) -> str:
    moved = phrases.position(names, event.thing, event.value)
    way = "rises" if event.gain > 0 else "falls"
    return f"laid down by the branch: {names.controls[event.thing].title} {way} to {moved}"


def _supplied(names: Names, event: Event) -> str:
    holds = phrases.units(event.value, names.goods[event.thing])
    return f"laid down by the branch: {_who(names, event.actor)} holds {holds} ({event.gain:+.2g})"


def _event(names: Names, event: Event) -> str:
    return names.events[event.thing]


def _concession(names: Names, event: Event) -> str:
    """A deed that is a gift, since no opponent gains by it, is no giving way."""
    done = "gives way" if event.value > 0.0 else "bears a cost"
    return f"{_who(names, event.actor)} {done} on {names.controls[event.thing].title} without being paid"


def _stand(names: Names, event: Event) -> str:
    return f"{_who(names, event.actor)} pays to stand firm on {names.controls[event.thing].title}"


def _pressed(names: Names, event: Event) -> str:
    return f"{_who(names, event.actor)} has its own way on {names.controls[event.thing].title}"


def _belief(names: Names, event: Event) -> str:
    way = "more" if event.gain > 0 else "less"
    over = f" over {names.issues[event.thing]}" if event.thing >= 0 else ""
    change = f"{event.value - event.gain:.2f} to {event.value:.2f}"
    what = kinds.BELIEFS[event.kind].format(way)
    return f"{_who(names, event.other)} {what} {_who(names, event.actor)}{over}: {change}"


def _over(text: str) -> Callable[[Names, Event], str]:
    """A sentence about two actors, {a} and {b}, and the {dispute} between them."""

    def said(names: Names, event: Event) -> str:
        a, b = _who(names, event.actor), _who(names, event.other)
        return text.format(a=a, b=b, dispute=names.dispute(event.thing))

    return said


def _terms(names: Names, event: Event) -> str:
    b = _who(names, event.other)
    return f"{b} yields over {names.dispute(event.thing)}: now {event.value:.2f} ({event.gain:+.2f})"


def _deterred(names: Names, event: Event) -> str:
    return f"{_who(names, event.actor)} is deterred over {names.dispute(event.thing)}: its odds are {event.value:.0%}"


def _preventive(names: Names, event: Event) -> str:
    a, b = _who(names, event.actor), _who(names, event.other)
    return f"{a} fears a shift towards {b} ({event.value:.2f}) beyond what a settlement could bear"


def _war_ended(names: Names, event: Event) -> str:
    front = f"the front stands at {event.value:.2f} ({event.gain:+.2f} since the war began)"
    return f"the war between {_both(names, event)} ends: {front}"


def _city_strike(names: Names, event: Event) -> str:
    a, b = _who(names, event.actor), _who(names, event.other)
    return f"{a} strikes {b}'s cities and power grid: {event.value:.1%} of its capability is lost"


def _strike(names: Names, event: Event) -> str:
    a, b = _who(names, event.actor), _who(names, event.other)
    return f"{a} bombs {b}'s programme " + (
        f"and sets it back by {event.value:.2f}" if event.value > 0 else "and fails to set it back"
    )


def _milestone(names: Names, event: Event) -> str:
    a, b = _who(names, event.actor), _who(names, event.other)
    return f"{b}'s programme passes {event.value:g}; {a} weighs a strike (worth {event.gain:+.3f})"


def _proxy(names: Names, event: Event) -> str:
    a, b = _who(names, event.actor), _who(names, event.other)
    return f"{a}'s proxies attack {b} (level {event.value:.2f})"


def _offer(names: Names, event: Event) -> str:
    answer = "accepted" if event.value > 0 else "refused"
    return f"the branch's offer between {_both(names, event)} is {answer}"


def _unsigned(names: Names, event: Event) -> str:
    return f"{_between(names, event)} talk, and sign nothing (they would have with probability {event.value:.0%})"


def _crowded(names: Names, event: Event) -> str:
    return f"{_between(names, event)} would sign, but another deal comes first"


def _no_longer(names: Names, event: Event) -> str:
    return f"{_between(names, event)} would have signed, but another deal takes the gain out of it"


def _engagers(names: Names, event: Event) -> str:
    way = "gain" if event.gain > 0 else "lose"
    return (
        f"{_who(names, event.actor)}: the engagers {way} ground, share {event.value:.2f} ({event.gain:+.2f})"
    )


def _alignment(names: Names, event: Event) -> str:
    way = "draw together" if event.gain > 0 else "drift apart"
    return f"{_both(names, event)} {way}: alignment {event.value:+.2f} ({event.gain:+.2f})"


def _belief_drift(names: Names, event: Event) -> str:
    belief = "resolve" if event.kind == kinds.RESOLVE_DRIFT else "trust"
    change = f"{event.value - event.gain:.2f} to {event.value:.2f}"
    about = f"{_who(names, event.actor)}'s belief about {_who(names, event.other)} ({belief})"
    return f"{about} has drifted from {change}"


_LINES: dict[int, Callable[[Names, Event], str]] = {
    c.SIGNED: _signed, c.LEG: _leg, c.GAIN: _gain, c.LAPSED: _lapsed, c.BREACH: _breach,
    c.DELIVERY: _delivery, c.WITHHELD: _withheld, c.OWN_MOVE: _own_move, c.LAID_DOWN: _laid_down, c.SUPPLIED: _supplied,
    c.EVENT: _event, c.CONCESSION: _concession, c.STAND: _stand, c.BELIEF_RESOLVE: _belief, c.BELIEF_TRUST: _belief,
    c.CRISIS: _over("crisis over {dispute}: {a} against {b}"), c.TERMS: _terms, c.DETERRED: _deterred,
    c.DEMAND_REFUSED: _over("{b} refuses what {a} demands over {dispute}"),
    c.WAR: _over("{a} attacks {b} over {dispute}"),
    c.BATTLE: _over("{a} wins a battle against {b} over {dispute}"),
    c.HELPED: _over("{a} stands by {b} over {dispute}"),
    c.STAYED_OUT: _over("{a}, expected to help {b} over {dispute}, stays out"),
    c.WAR_ENDED: _war_ended, c.STRIKE: _strike, c.MILESTONE: _milestone, c.PROXY: _proxy,
    c.CITY_STRIKE: _city_strike, c.OFFER_MADE: _offer, c.ENGAGERS_MOVED: _engagers,
    c.ALIGNMENT_MOVED: _alignment, c.PREVENTIVE: _preventive, c.UNSIGNED: _unsigned,
    c.CROWDED_OUT: _crowded, c.NO_LONGER_PAYS: _no_longer, c.PROPOSED_LEG: _proposed_leg,
    c.PROPOSED_GAIN: _proposed_gain,
    c.PRESSED: _pressed, kinds.RESOLVE_DRIFT: _belief_drift, kinds.TRUST_DRIFT: _belief_drift,
    kinds.ALIGNMENT_DRIFT: _alignment, kinds.FACTION_DRIFT: _engagers,
}  # fmt: skip
