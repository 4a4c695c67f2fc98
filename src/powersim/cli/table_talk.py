"""What a player says at the table: lines read into decisions, with what is allowed wherever something is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from powersim.errors import PowersimError
from powersim.play.decisions import BREAK, HOLD, KEEP, STRIKE, Decisions, Proposal, check
from powersim.run.opened import unknown_name

if TYPE_CHECKING:
    from powersim.play.briefing import Briefing

Key = TypeVar("Key", str, int)
DIGITS = 9  # of a number of a list
MODEL = "model"  # leaves a decision to the model
HELP: tuple[tuple[str, str], ...] = (
    ("an empty line, next", "carry out what is decided, and go on to the next turn"),
    ("decline 1 2, accept 1", "what is on the table and not declined is signed, if it still pays then"),
    ("propose 1", "put a possible package on the table"),
    ("offer WEST: rockets lower, loans raise, pay 0.1%", "an offer of your own; without pay the rule splits"),
    ("withdraw", "take back all that you have proposed this turn"),
    ("set rockets 0.5, free rockets", "where your policy leads, from the next turn on; free: the rule leads again"),
    ("front 1 stand down", "press, stand down, refuse, yield, model: holds until it is changed"),
    ("strike 1 hold", "strike, hold, model: holds until it is changed"),
    ("deal 1 keep", "keep, break, model: for this turn"),
    ("menu WEST", "steps that you and another can settle"),
    ("show, news", "the briefing with all issues; all that has happened since the last one"),
    ("it: resolve, you: trust", "in the list of others: what it believes of you, what you believe of it"),
    ("undo, undo 2001Q3", "take back the last turn, or all from a date on"),
    ("save FILE, quit", "every turn is saved by itself too"),
)  # fmt: skip


@dataclass
class Draft:
    """What has been decided so far in a turn. Policies, and orders to fronts and strikes, stand until changed."""

    decline: set[int] = field(default_factory=set)
    propose: list[int | Proposal] = field(default_factory=list)
    policy: dict[str, float] = field(default_factory=dict)
    fronts: dict[str, str] = field(default_factory=dict)
    strikes: dict[str, str] = field(default_factory=dict)
    deals: dict[int, str] = field(default_factory=dict)

    @classmethod
    def after(cls, last: Decisions | None) -> Draft:
        """What still stands of the turn before."""
        return cls() if last is None else cls(
            policy=dict(last.policy), fronts=dict(last.fronts), strikes=dict(last.strikes)
        )  # fmt: skip

    @property
    def decisions(self) -> Decisions:
        """What is decided."""
        return Decisions(
            sorted(self.decline), tuple(self.propose), self.policy, self.fronts, self.strikes, self.deals
        )


def heard(draft: Draft, line: str, briefing: Briefing) -> bool:
    """Take a line into the draft; False if it is no decision. PowersimError for what cannot be leaves the draft."""
    verb, _, rest = line.strip().partition(" ")
    take = _TAKES.get(verb)
    if take is None:
        return False
    tried = replace(
        draft, decline=set(draft.decline), propose=list(draft.propose), policy=dict(draft.policy),
        fronts=dict(draft.fronts), strikes=dict(draft.strikes), deals=dict(draft.deals),
    )  # fmt: skip
    take(tried, rest.strip(), briefing)
    check(tried.decisions, briefing)
    for name in vars(draft):
        setattr(draft, name, getattr(tried, name))
    return True


def unknown(line: str) -> str:
    """What to say of a line that nobody understands."""
    words = [*_TAKES, "next", "menu", "show", "news", "undo", "save", "help", "quit"]
    return unknown_name(line.split()[0], words, "word")


def _decline(draft: Draft, rest: str, briefing: Briefing) -> None:
    draft.decline |= set(_numbers(rest, "decline 1"))


def _accept(draft: Draft, rest: str, briefing: Briefing) -> None:
    wanted = _numbers(rest, "accept 1")
    check(Decisions(decline=wanted), briefing)
    draft.decline -= set(wanted)


def _propose(draft: Draft, rest: str, briefing: Briefing) -> None:
    draft.propose += [number for number in _numbers(rest, "propose 1") if number not in draft.propose]


def _offer(draft: Draft, rest: str, briefing: Briefing) -> None:
    to, colon, steps = rest.partition(":")
    legs = [step.strip() for step in steps.split(",") if step.strip()]
    if not colon or not legs:
        raise PowersimError(
            f"offer: found {rest!r}; allowed: ACTOR: STEP, STEP, e.g. offer WEST: loans raise, pay 0.1%"
        )
    paid = [leg for leg in legs if leg.startswith("pay ")]
    pay = _share(paid[0].removeprefix("pay ")) if paid else None
    draft.propose.append(Proposal(to.strip(), tuple(leg for leg in legs if leg not in paid), pay))


def _withdraw(draft: Draft, rest: str, briefing: Briefing) -> None:
    draft.propose.clear()


def _set(draft: Draft, rest: str, briefing: Briefing) -> None:
    name, _, target = rest.rpartition(" ")
    try:
        draft.policy[name.strip()] = float(target)
    except ValueError:
        raise PowersimError(
            f"set: found {rest!r}; allowed: CONTROL and a number from 0 to 1, e.g. set site 0.5"
        ) from None


def _free(draft: Draft, rest: str, briefing: Briefing) -> None:
    if rest not in draft.policy:
        told = ", ".join(draft.policy) or "none"
        raise PowersimError(f"free: found {rest!r}; allowed: a control that you have set: {told}")
    del draft.policy[rest]


def _front(draft: Draft, rest: str, briefing: Briefing) -> None:
    number, order = _ordered("front", rest, len(briefing.fronts))
    name = briefing.fronts[number - 1].name
    _enter(draft.fronts, name, order, (*briefing.fronts[number - 1].orders, MODEL))


def _strike(draft: Draft, rest: str, briefing: Briefing) -> None:
    number, order = _ordered("strike", rest, len(briefing.strikes))
    _enter(draft.strikes, briefing.strikes[number - 1].name, order, (STRIKE, HOLD, MODEL))


def _deal(draft: Draft, rest: str, briefing: Briefing) -> None:
    number, order = _ordered("deal", rest, len(briefing.deals))
    _enter(draft.deals, number, order, (KEEP, BREAK, MODEL))


def _enter(orders: dict[Key, str], name: Key, order: str, allowed: tuple[str, ...]) -> None:
    if order not in allowed:
        raise PowersimError(f"{name}: found {order!r}; allowed: {', '.join(allowed)}")
    if order == MODEL:
        orders.pop(name, None)
    else:
        orders[name] = order


def _ordered(what: str, rest: str, count: int) -> tuple[int, str]:
    number, _, order = rest.partition(" ")
    if _whole(number) not in range(1, count + 1):
        there = f"a number from 1 to {count}" if count else "nothing: there is none"
        raise PowersimError(f"{what}: found {rest!r}; allowed: {there}, and an order")
    return int(number), order.strip()


def _numbers(rest: str, example: str) -> list[int]:
    words = rest.replace(",", " ").split()
    numbers = [_whole(word) for word in words]
    if not numbers or -1 in numbers:
        raise PowersimError(
            f"{example.split()[0]}: found {rest!r}; allowed: numbers of the list, e.g. {example}"
        )
    return numbers


def _whole(word: str) -> int:
    """A number of a list, -1 for what is none or longer than any."""
    return int(word) if word.isdecimal() and len(word) <= DIGITS else -1


def _share(text: str) -> float:
    try:
        return float(text.removesuffix("%")) / (100.0 if text.endswith("%") else 1.0)
    except ValueError:
        raise PowersimError(f"pay: found {text!r}; allowed: a share of world GDP, e.g. pay 0.1%") from None


_TAKES: dict[str, Callable[[Draft, str, Briefing], None]] = {
    "decline": _decline, "accept": _accept, "propose": _propose, "offer": _offer, "withdraw": _withdraw, "set": _set,
    "free": _free, "front": _front, "strike": _strike, "deal": _deal,
}  # fmt: skip
