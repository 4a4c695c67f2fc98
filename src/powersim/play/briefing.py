"""What a player is told before it decides: what happened, what it has, what it wants, what it is offered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from powersim.play.decisions import HOLD, PRESS, REFUSE, STAND_DOWN, STRIKE, YIELD
from powersim.play.table import Offer

Log = Callable[[], list[tuple[str, frozenset[str]]]]


class Control(NamedTuple):
    """A lever, sanction or pledge in which the player has a say.

    position: 0..1; said: the same in words. ideal: where the player wants its issue, None for one without. target:
    where the player has told its policy to go, None: the rule's. bound: until when a deal binds it, "" for none.
    """

    name: str
    position: float
    said: str
    ideal: float | None
    target: float | None
    bound: str


class Own(NamedTuple):
    """The player itself.

    utility; gained: since the last briefing. security: 0..1. economy: share of its trade that sanctions leave, 0..1.
    strength: capability. engagers: their share at home, 0..1. can_pay: share of world GDP a year.
    """

    utility: float
    gained: float
    security: float
    economy: float
    strength: float
    engagers: float
    can_pay: float


class Issue(NamedTuple):
    """An issue: where it stands, how far it has moved since the last briefing, and what the player wants of it."""

    name: str
    position: float
    moved: float
    ideal: float
    salience: float


class Other(NamedTuple):
    """Another actor: alignment (-1..1), and beliefs (0..1).

    resolve, trust: what it believes of the player, that it is resolved, that it seeks security and keeps its word.
    my_resolve, my_trust: what the player believes of it. fear: capability of it that the player fears. help: share of
    its capability on which the player counts.
    """

    code: str
    alignment: float
    resolve: float
    trust: float
    my_resolve: float
    my_trust: float
    fear: float
    help: float
    sanctions: float


class Front(NamedTuple):
    """A dispute of the player: "CHALLENGER>TARGET: issue", peace, truce or war, and the orders that it may give."""

    name: str
    position: float
    ideal: float
    state: str
    crises: int
    wars: int
    orders: tuple[str, ...]


class Strike(NamedTuple):
    """A programme that the player may strike as it passes milestones: "BY>ON: programme"."""

    name: str
    position: float
    next: float | None
    strikes: int
    orders: tuple[str, ...] = (STRIKE, HOLD)


class Deal(NamedTuple):
    """An open deal of the player: with whom, what binds, until when, what it said it was worth a turn."""

    number: int
    parties: tuple[str, ...]
    says: tuple[str, ...]
    until: str
    worth: float


class Leg(NamedTuple):
    """A step that can be put into a deal, with what it is worth to the player and to the other, utility a turn."""

    name: str
    says: str
    worth: float
    to_other: float


@dataclass(frozen=True)
class Briefing:
    """What a player knows. All of it as it is now; numbers are those of the model, beliefs included.

    stop: how often the player has decided; 0 is the opening, before the first turn. date: of the turn that is on, after
    own policies have moved and before anything is signed. offers: what will be signed unless it is declined.
    possible: what could be proposed and signed. answering: another player has proposed what `offers` holds, and of what
    is decided now only `decline` counts.
    """

    actor: str
    date: str
    stop: int
    turns: int
    own: Own
    arsenal: Mapping[str, float]
    issues: tuple[Issue, ...]
    others: tuple[Other, ...]
    controls: tuple[Control, ...]
    fronts: tuple[Front, ...]
    strikes: tuple[Strike, ...]
    deals: tuple[Deal, ...]
    offers: tuple[Offer, ...] = ()
    possible: tuple[Offer, ...] = ()
    answering: bool = False
    _log: Log = field(default=list, repr=False)
    _menus: Mapping[str, Callable[[], tuple[Leg, ...]]] = field(default_factory=dict, repr=False)

    @cached_property
    def happened(self) -> tuple[tuple[str, bool], ...]:
        """What has happened since the last briefing, a sentence each, and whether the player took part."""
        return tuple((text, self.actor in who) for text, who in self._log())

    def menu(self, other: str) -> tuple[Leg, ...]:
        """Steps that the player and another actor can settle between them; nothing at the opening."""
        return self._menus[other]() if other in self._menus else ()

    def with_(self, other: str) -> Other:
        """Another actor by its code."""
        return next(each for each in self.others if each.code == other)


FRONT_ORDERS = ((PRESS, STAND_DOWN), (REFUSE, YIELD))
"""Orders of a challenger, and of a target."""
