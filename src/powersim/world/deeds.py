"""What an event does: one row a deed, from which grammar, resolving and arrays derive.

Another deed is a row here, what it does in `world/environment.py`, and its key in `scenario/schema/branch.py`.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Form = Literal["actor", "issue", "interest", "pair", "directed", "stock"]
"""To what it is done, and how that is written: `actor` {party: number}; `issue` {issue: number}; `interest` {issue:
{party: number}}; `pair` {A-B: number}, in no direction; `directed` {A>B: number}; `stock` {actor: {good: number}}."""

PLACES: dict[Form, tuple[str, str]] = {
    "actor": ("actors", ""),
    "issue": ("issues", ""),
    "interest": ("actors", "issues"),
    "pair": ("actors", "actors"),
    "directed": ("actors", "actors"),
    "stock": ("actors", "goods"),
}
"""Of what its two indices (`Setup.act_a`, `act_b`) are; the second is -1 where there is none."""


class DeedKind(NamedTuple):
    """A kind of deed: its name in a scenario, its code in `Setup.act_kind`, to what it is done."""

    name: str
    code: int
    of: Form


DEEDS: dict[str, DeedKind] = {}
"""Every kind of deed by its name, in the order in which it is shown."""


def _row(name: str, of: Form) -> int:
    DEEDS[name] = DeedKind(name, len(DEEDS), of)
    return len(DEEDS) - 1


SET_ENGAGERS = _row("engagers", "actor")
SHIFT_ISSUE = _row("shift", "issue")
SET_ISSUE = _row("set", "issue")
SHIFT_IDEAL = _row("ideal", "interest")
SHIFT_SALIENCE = _row("salience", "interest")
SHIFT_ALIGNMENT = _row("alignment", "pair")
SHIFT_STOCK = _row("stock", "stock")
SET_SANCTIONS = _row("sanctions", "directed")
SET_STOCK = _row("holds", "stock")
