"""What a player decides in a turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from powersim.errors import PowersimError
from powersim.files.reading import Strict

if TYPE_CHECKING:
    from powersim.play.briefing import Briefing

PRESS, STAND_DOWN = "press", "stand down"
REFUSE, YIELD = "refuse", "yield"
STRIKE, HOLD = "strike", "hold"
KEEP, BREAK = "keep", "break"
YES = {PRESS: True, STAND_DOWN: False, REFUSE: True, YIELD: False, STRIKE: True, HOLD: False}
"""Orders as the answer to the question that the rules ask: does a crisis arise, is a demand refused, is it struck?"""


@dataclass(frozen=True)
class Proposal:
    """An offer of a player's own to one other actor.

    legs: names from the menu, "rockets lower". pay: what the player pays, share of world GDP a year; below 0 it is
    paid; None: what the rule of bargaining would have it be.
    """

    to: str
    legs: tuple[str, ...]
    pay: float | None = None


@dataclass(frozen=True)
class Decisions:
    """What a player decides; whatever is left out is decided as the model would decide it.

    decline: numbers of offers on the table that are not to be signed. propose: numbers of possible packages, or
    proposals of one's own, to be put on the table. policy: from the next turn on, where own policy is to lead controls,
    {control: 0..1}; a control that is left out is the rule's again. fronts: {front: "press", "stand down", "refuse",
    "yield"}, strikes: {strike: "strike", "hold"}, deals: {number: "keep", "break"}: orders for this turn.
    """

    decline: Sequence[int] = ()
    propose: Sequence[int | Proposal] = ()
    policy: Mapping[str, float] = field(default_factory=dict)
    fronts: Mapping[str, str] = field(default_factory=dict)
    strikes: Mapping[str, str] = field(default_factory=dict)
    deals: Mapping[int, str] = field(default_factory=dict)


Bot = Callable[["Briefing"], Decisions | None]
"""A player that is a function; None decides nothing."""


class _Offered(Strict):
    """A proposal in a file."""

    to: str
    legs: list[str] = Field(min_length=1)
    pay: float | None = None


class Written(Strict):
    """Decisions in a file."""

    decline: list[int] = Field(default_factory=list)
    propose: list[int | _Offered] = Field(default_factory=list)
    policy: dict[str, float] = Field(default_factory=dict)
    fronts: dict[str, str] = Field(default_factory=dict)
    strikes: dict[str, str] = Field(default_factory=dict)
    deals: dict[Annotated[str, Field(pattern=r"^[0-9]{1,9}$")], str] = Field(default_factory=dict)

    def read(self) -> Decisions:
        """The decisions."""
        proposed = tuple(
            each if isinstance(each, int) else Proposal(each.to, tuple(each.legs), each.pay)
            for each in self.propose
        )
        deals = {int(number): order for number, order in self.deals.items()}
        return Decisions(self.decline, proposed, self.policy, self.fronts, self.strikes, deals)


def written(decided: Decisions) -> dict[str, Any]:
    """Decisions as a file has them: what is empty is left out."""
    proposed = [
        each
        if isinstance(each, int)
        else {"to": each.to, "legs": list(each.legs), **({} if each.pay is None else {"pay": each.pay})}
        for each in decided.propose
    ]
    whole = {
        "decline": [int(number) for number in decided.decline],
        "propose": proposed,
        "policy": {name: float(target) for name, target in decided.policy.items()},
        "fronts": dict(decided.fronts),
        "strikes": dict(decided.strikes),
        "deals": {str(number): order for number, order in decided.deals.items()},
    }
    return {name: value for name, value in whole.items() if value}


def check(decided: object, briefing: Briefing) -> Decisions:
    """Decisions that can be carried out at a briefing. PowersimError says what cannot, and what there is."""
    if decided is None:
        return Decisions()
    if not isinstance(decided, Decisions):
        raise PowersimError(
            f"{briefing.actor} decided {decided!r}; allowed: Decisions or None, e.g. Decisions(decline=[1])"
        )
    for number in decided.decline:
        _one_of(number, [offer.number for offer in briefing.offers], "offer")
    for each in decided.propose:
        if isinstance(each, Proposal):
            _check_proposal(each, briefing)
        else:
            _one_of(each, [offer.number for offer in briefing.possible], "possible package")
    for name, target in decided.policy.items():
        _one_of(name, [control.name for control in briefing.controls], "control")
        if not _is_number(target) or not 0.0 <= target <= 1.0:
            raise PowersimError(f"policy {name}: found {target!r}; allowed: a number from 0 to 1, e.g. 0.5")
    for name, order in decided.fronts.items():
        fronts = {front.name: front for front in briefing.fronts}
        _one_of(name, list(fronts), "front")
        _one_of(order, list(fronts[name].orders), f"order for {name}")
    for name, order in decided.strikes.items():
        _one_of(name, [strike.name for strike in briefing.strikes], "strike")
        _one_of(order, [STRIKE, HOLD], f"order for {name}")
    for deal, order in decided.deals.items():
        _one_of(deal, [each.number for each in briefing.deals], "open deal")
        _one_of(order, [KEEP, BREAK], f"order for deal {deal}")
    return decided


def _check_proposal(proposal: Proposal, briefing: Briefing) -> None:
    _one_of(proposal.to, [other.code for other in briefing.others], "actor")
    on_menu = [leg.name for leg in briefing.menu(proposal.to)]
    for leg in proposal.legs:
        _one_of(leg, on_menu, f"step of a deal with {proposal.to}")
    things = [leg.rsplit(" ", 1)[0] for leg in proposal.legs]
    if not things or len(set(things)) < len(things):
        raise PowersimError(
            f"proposal to {proposal.to}: found the steps {', '.join(proposal.legs) or 'none'}; allowed: at least one, "
            "each about another thing"
        )
    if proposal.pay is not None and not abs(proposal.pay) <= 1.0:
        raise PowersimError(
            f"proposal to {proposal.to}: found pay {proposal.pay}; allowed: a share of world GDP"
        )


def _is_number(found: object) -> bool:
    return isinstance(found, int | float) and not isinstance(found, bool)


def _one_of(found: object, allowed: Sequence[object], what: str) -> None:
    if found not in allowed or isinstance(found, bool):
        there = ", ".join(map(str, allowed)) or "none at present"
        raise PowersimError(f"{what} {found!r}: there is none; allowed: {there}")
