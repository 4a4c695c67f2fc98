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


class _Row:
    """What a sentence may name of a row, looked up only where it does."""

    def __init__(self, names: Names, event: Event) -> None:
        self.names, self.event = names, event
        self.value, self.gain = event.value, event.gain

    @property
    def a(self) -> str:
        """The actor."""
        return _who(self.names, self.event.actor)

    @property
    def b(self) -> str:
        """The other."""
        return _who(self.names, self.event.other)

    @property
    def both(self) -> str:
        """Those of the two that there are."""
        return phrases.listed([self.names.actors[i] for i in (self.event.actor, self.event.other) if i >= 0])

    @property
    def table(self) -> str:
        """Of a package: who is at the table; more than two are seen in its gains."""
        more = self.event.thing - 2
        return f"{self.both} and {more} more" if more > 0 else self.both

    @property
    def dispute(self) -> str:
        """What is disputed."""
        return self.names.dispute(self.event.thing)

    @property
    def control(self) -> str:
        """The control that is moved."""
        return self.names.controls[self.event.thing].title

    @property
    def units(self) -> str:
        """Units of a flow's good."""
        return phrases.units(self.value, self.names.flows[self.event.thing].good)

    @property
    def deal(self) -> str:
        """The deal that the row is about."""
        return deal_named(self.names, self.event)

    @property
    def change(self) -> str:
        """From what to what a value went."""
        return f"{self.value - self.gain:.2f} to {self.value:.2f}"


def _says(text: str) -> Callable[[Names, Event], str]:
    """A sentence that names what `_Row` has: "{r.a} attacks {r.b} over {r.dispute}"."""
    return lambda names, event: text.format(r=_Row(names, event))


def _if(by: str, above: str, otherwise: str) -> Callable[[Names, Event], str]:
    """One sentence where the row's `by` (value or gain) is above 0, another one otherwise."""
    yes, no = _says(above), _says(otherwise)
    return lambda names, event: (yes if getattr(event, by) > 0 else no)(names, event)


def _signed(names: Names, event: Event) -> str:
    legs = (
        "one step" if event.value == 1 else f"{event.value:.0f} steps" if event.value else "a payment alone"
    )
    return f"{_Row(names, event).table} sign a deal of {legs}"


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


def _breach(names: Names, event: Event) -> str:
    return _says(f"{{r.a}} breaks {'{r.deal}' if event.deal else 'an order'} with {{r.b}}")(names, event)


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


def _belief(names: Names, event: Event) -> str:
    over = f" over {names.issues[event.thing]}" if event.thing >= 0 else ""
    what = kinds.BELIEFS[event.kind].format("more" if event.gain > 0 else "less")
    row = _Row(names, event)
    return f"{row.b} {what} {row.a}{over}: {row.change}"


_ENGAGERS = _if(
    "gain",
    "{r.a}: the engagers gain ground, share {r.value:.2f} ({r.gain:+.2f})",
    "{r.a}: the engagers lose ground, share {r.value:.2f} ({r.gain:+.2f})",
)
_ALIGNMENT = _if(
    "gain",
    "{r.both} draw together: alignment {r.value:+.2f} ({r.gain:+.2f})",
    "{r.both} drift apart: alignment {r.value:+.2f} ({r.gain:+.2f})",
)
_LINES: dict[int, Callable[[Names, Event], str]] = {
    c.SIGNED: _signed, c.LEG: _leg, c.GAIN: _gain, c.BREACH: _breach, c.OWN_MOVE: _own_move, c.LAID_DOWN: _laid_down,
    c.SUPPLIED: _supplied, c.EVENT: _event, c.BELIEF_RESOLVE: _belief, c.BELIEF_TRUST: _belief,
    c.PROPOSED_LEG: _proposed_leg, c.PROPOSED_GAIN: _proposed_gain, c.ENGAGERS_MOVED: _ENGAGERS,
    c.ALIGNMENT_MOVED: _ALIGNMENT, kinds.ALIGNMENT_DRIFT: _ALIGNMENT, kinds.FACTION_DRIFT: _ENGAGERS,
    c.LAPSED: _says("{r.deal} between {r.both} runs out"),
    c.DELIVERY: _says("{r.a} delivers {r.units} to {r.b}"),
    c.WITHHELD: _says("{r.a} withholds {r.units} that {r.b} has on order"),
    # a deed that is a gift, since no opponent gains by it, is no giving way
    c.CONCESSION: _if(
        "value", "{r.a} gives way on {r.control} without being paid",
        "{r.a} bears a cost on {r.control} without being paid"
    ),
    c.STAND: _says("{r.a} pays to stand firm on {r.control}"),
    c.PRESSED: _says("{r.a} has its own way on {r.control}"),
    c.CRISIS: _says("crisis over {r.dispute}: {r.a} against {r.b}"),
    c.TERMS: _says("{r.b} yields over {r.dispute}: now {r.value:.2f} ({r.gain:+.2f})"),
    c.DETERRED: _says("{r.a} is deterred over {r.dispute}: its odds are {r.value:.0%}"),
    c.DEMAND_REFUSED: _says("{r.b} refuses what {r.a} demands over {r.dispute}"),
    c.PREVENTIVE: _says("{r.a} fears a shift towards {r.b} ({r.value:.2f}) beyond what a settlement could bear"),
    c.WAR: _says("{r.a} attacks {r.b} over {r.dispute}"),
    c.BATTLE: _says("{r.a} wins a battle against {r.b} over {r.dispute}"),
    c.HELPED: _says("{r.a} stands by {r.b} over {r.dispute}"),
    c.STAYED_OUT: _says("{r.a}, expected to help {r.b} over {r.dispute}, stays out"),
    c.WAR_ENDED: _says(
        "the war between {r.both} ends: the front stands at {r.value:.2f} ({r.gain:+.2f} since the war began)"
    ),
    c.CITY_STRIKE: _says("{r.a} strikes {r.b}'s cities and power grid: {r.value:.1%} of its capability is lost"),
    c.STRIKE: _if(
        "value", "{r.a} bombs {r.b}'s programme and sets it back by {r.value:.2f}",
        "{r.a} bombs {r.b}'s programme and fails to set it back"
    ),
    c.MILESTONE: _says("{r.b}'s programme passes {r.value:g}; {r.a} weighs a strike (worth {r.gain:+.3f})"),
    c.PROXY: _says("{r.a}'s proxies attack {r.b} (level {r.value:.2f})"),
    c.OFFER_MADE: _if(
        "value", "the branch's offer between {r.both} is accepted", "the branch's offer between {r.both} is refused"
    ),
    c.UNSIGNED: _says("{r.table} talk, and sign nothing (they would have with probability {r.value:.0%})"),
    c.CROWDED_OUT: _says("{r.table} would sign, but another deal comes first"),
    c.NO_LONGER_PAYS: _says("{r.table} would have signed, but another deal takes the gain out of it"),
    kinds.RESOLVE_DRIFT: _says("{r.a}'s belief about {r.b} (resolve) has drifted from {r.change}"),
    kinds.TRUST_DRIFT: _says("{r.a}'s belief about {r.b} (trust) has drifted from {r.change}"),
}  # fmt: skip
