"""What can be watched each turn: one row a kind of outcome, from which whatever asks for outcomes derives.

Another kind is a row here and a line of `world/record.py`, which reads it off the world. The scenario's grammar, the
places in the arrays, ends and units, the documents and the tests' scenarios follow.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Argument = Literal[
    "issue", "event", "stock", "pair", "sanctions", "pledge", "dispute", "strike", "proxy", "flow", "actor"
]  # fmt: skip
"""Of what a kind is asked: an issue; an event; an actor's stock of a good; two actors, and what stands between them
(sanctions, a pledge, a dispute, a strike, a proxy, all but the first two told apart by `over`); a flow; an actor."""


class Quantity(NamedTuple):
    """A kind of outcome: its name in a scenario, its code in `Watch.kind`, of what it is asked, and how it is read.

    `low`, `high`: ends of its scale, None where it has none. `mechanism`: the one whose work it is; switched off, the
    quantity stands still.
    """

    name: str
    code: int
    of: Argument
    unit: str
    low: float | None
    high: float | None
    mechanism: str = ""


QUANTITIES: dict[str, Quantity] = {}
"""Every kind of outcome by its name, in the order in which it is shown."""


def _row(
    name: str,
    of: Argument,
    unit: str,
    low: float | None,
    high: float | None,
    mechanism: str = "",
    code: int = -1,
) -> int:
    """Enter a kind; gives its code: a new one, or that of the kind that is read off the world in the same way."""
    code = len(QUANTITIES) if code < 0 else code
    QUANTITIES[name] = Quantity(name, code, of, unit, low, high, mechanism)
    return code


ISSUE = _row("issue", "issue", "position on the issue's scale", 0.0, 1.0)
EVENT_HAPPENED = _row("event", "event", "1 once it has happened", 0.0, 1.0)
STOCK = _row("stock", "stock", "units", 0.0, None)
ALIGNMENT = _row("alignment", "pair", "alignment, hostile to friendly", -1.0, 1.0, "alignment")
RESOLVE = _row("resolve", "pair", "probability", 0.0, 1.0, "resolve")
TRUST = _row("trust", "pair", "probability", 0.0, 1.0, "trust")
CONTROL = _row("sanctions", "sanctions", "position of the sanctions", 0.0, 1.0)
_row("pledge", "pledge", "position of the pledge", 0.0, 1.0, "pledges", CONTROL)
SHARED_DEALS = _row("shared_deals", "pair", "open deals", 0.0, None, "exchange")
BREACHES = _row(
    "breaches", "pair", "promises to the second that the first has broken", 0.0, None, "compliance"
)
RENEGED = _row(
    "reneged", "pair", "probability of such a breach, summed up to the first", 0.0, None, "compliance"
)
WAR = _row("war", "dispute", "1 while it lasts", 0.0, 1.0, "war")
WARS = _row("wars", "dispute", "wars so far", 0.0, None, "war")
CRISES = _row("crises", "dispute", "crises so far", 0.0, None, "crisis")
ONSET = _row("onset", "dispute", "probability of war, summed up to the first", 0.0, None, "war")
TERMS = _row("terms", "dispute", "demands met so far", 0.0, None, "crisis")
CONCEDED = _row(
    "conceded", "dispute", "probability that a demand is met, summed up to the first", 0.0, None, "crisis"
)
STRIKES = _row("strikes", "strike", "strikes so far", 0.0, None, "programme_strike")
STRUCK = _row(
    "struck", "strike", "probability of a strike, summed up to the first", 0.0, None, "programme_strike"
)
PROXY_LEVEL = _row("proxy", "proxy", "level of attacks", 0.0, None, "proxies")
DELIVERED = _row("delivered", "flow", "units delivered so far", 0.0, None)
FROZEN = _row("frozen", "flow", "1 while an order is frozen", 0.0, 1.0)
POWER = _row("power", "actor", "share of world capability", 0.0, None)
STRENGTH = _row("strength", "actor", "share of world capability, arsenal included", 0.0, None)
SECURITY = _row("security", "actor", "share of own and allied in all capability", 0.0, 1.0)
ECONOMY = _row("economy", "actor", "share of trade that sanctions leave", 0.0, None)
UTILITY = _row("utility", "actor", "whole ranges of an issue of salience 1", None, None)
ENGAGERS = _row("engagers", "actor", "share of the faction", 0.0, 1.0, "home")
DEALS = _row("deals", "actor", "open deals", 0.0, None, "exchange")


ADDED_UP = {"wars": "onset", "terms": "conceded", "strikes": "struck", "breaches": "reneged"}
"""Kinds that count what the rules decide by odds, and the kind that adds these odds up until it has first happened."""


def asked_of(*arguments: Argument) -> tuple[str, ...]:
    """Names of the kinds that are asked of these, argument by argument."""
    return tuple(kind.name for of in arguments for kind in QUANTITIES.values() if kind.of == of)


OVER = asked_of("dispute", "proxy", "strike")
"""Kinds of which a pair can have several, so that `over` says which issue is meant."""
