"""The quantities of a state: which differ between two worlds, to the last bit, by how much, and their names."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from powersim.story import phrases
from powersim.story.phrases import Names
from powersim.world.state import C_LEVER, World

Quantity = tuple[str, tuple[int, ...]]
"""A field of the world and a place in it."""

Differing = dict[Quantity, tuple[float, float]]
"""What differs, with its value in either world."""

SYMMETRIC = ("alignment", "dealt")
ROOM = (
    "log", "logged", "push0", "stake0", "onset", "struck", "terms", "conceded", "breaches", "reneged", "stack",
)  # fmt: skip
"""Not compared: the chronicle (its rows are compared apart), what is set at the start alone, tallies that no rule reads
for anything but their own odds, and room to work expressions out in, which forgets."""

ROUGH = (
    "own", "dis", "aim", "settled", "pos_before", "paid", "wronged", "policy",
    "deal_on", "deal_until", "deal_party", "deal_gain", "deal_pay", "deal_leg", "deal_target", "deal_giver",
)  # fmt: skip
"""Compared, but never a link of a chain: rooms of one turn, and the table of deals, whose signatures are rows."""

_SHARES = (
    "x", "pos", "resolve", "trust", "theta", "engagers", "engagers_home", "ideal_shift", "strike_level", "proxy_level",
    "dis", "aim", "own", "pos_before", "price", "gains", "dealt", "hurt", "salience",
)  # fmt: skip
"""Quantities whose unit is a share, a probability or a utility: they are compared as they are."""


def different(a: World, b: World) -> Differing:
    """Every quantity whose bits differ between two worlds of the same shape; of symmetric pairs one half."""
    found: Differing = {}
    for name, one in a._asdict().items():
        if name in ROOM:
            continue
        other = getattr(b, name)
        bits = one if one.dtype != np.float64 else one.view(np.int64)
        others = other if other.dtype != np.float64 else other.view(np.int64)
        for place in np.argwhere(bits != others).tolist():
            if name not in SYMMETRIC or place[0] < place[1]:
                found[name, tuple(place)] = float(one[tuple(place)]), float(other[tuple(place)])
    return found


def compared(world: World) -> int:
    """How many quantities `different` compares."""
    sizes = {name: int(array.size) for name, array in world._asdict().items() if name not in ROOM}
    return sum(sizes.values()) - sum(sizes[name] // 2 for name in SYMMETRIC)


def size(quantity: Quantity, a: float, b: float) -> float:
    """How much a quantity differs, 0..1: on its scale where it has one (alignment -1..1), else as a share."""
    name = quantity[0]
    if name in _SHARES:
        return abs(a - b)
    if name == "alignment":
        return abs(a - b) / 2.0
    if name in ("locked_until", "frozen_until"):
        return 1.0
    largest = max(abs(a), abs(b))
    return min(1.0, abs(a - b) / largest) if largest > 0.0 else 0.0


def matters(quantity: Quantity, a: float, b: float, turn: int) -> bool:
    """Whether a difference can enter a decision of a turn: what binds until some turn must bind one side still."""
    name = quantity[0]
    if name in ("locked_until", "frozen_until"):
        return (a > turn) != (b > turn)
    return name not in ROUGH


def shown(names: Names, quantity: Quantity, value: float) -> str:
    """A value as a reader wants it."""
    name = quantity[0]
    if name in ("locked_until", "frozen_until"):
        last = len(names.dates) - 1
        return f"until {names.dates[min(int(value), last)]}" if value > 0 else "free"
    if name == "alignment":
        return f"{value:+.2f}"
    if name == "happened":
        return names.dates[int(value)] if value >= 0 else "not yet"
    return f"{value:.2g}" if 0.0 < abs(value) < 0.095 else f"{value:.2f}"


def label(names: Names, quantity: Quantity) -> str:
    """What a quantity is called."""
    name, place = quantity
    if name in _CALLED:
        return _CALLED[name](names, *place)
    return f"{name} {', '.join(map(str, place))}".strip()


def _control(names: Names, c: int) -> str:
    known = names.controls[c]
    return known.title if known.kind == C_LEVER else f"{names.object('control', c)[1]} of {known.title}"


def _war(names: Names, v: int, *_: int) -> str:
    return f"the course of the war over {names.dispute(v)}"


def _flow(what: str) -> Callable[..., str]:
    def called(names: Names, f: int) -> str:
        flow = names.flows[f]
        return f"{what} {flow.good} by {names.actors[flow.giver]} for {names.actors[flow.taker]}"

    return called


_CALLED: dict[str, Callable[..., str]] = {
    "x": lambda n, k: n.issues[k],
    "pos": _control,
    "dis": lambda n, c: f"where own policies would lead {_control(n, c)}",
    "locked_until": lambda n, c: f"how long a deal binds {_control(n, c)}",
    "aim": lambda n, c: f"where own policies would lead {_control(n, c)} in the end",
    "q": lambda n, i, g: f"{n.actors[i]}'s stock of {n.goods[g] if n.goods else g}",
    "alignment": lambda n, i, j: f"alignment of {phrases.pair(n, i, j)}",
    "resolve": lambda n, i, j: f"{n.actors[j]}'s resolve as {n.actors[i]} sees it",
    "trust": lambda n, i, j: f"{n.actors[i]}'s trust in {n.actors[j]}",
    "theta": lambda n, i, k: f"what {n.actors[i]} wants of {n.issues[k]}",
    "salience": lambda n, i, k: f"how much {n.actors[i]} cares for {n.issues[k]}",
    "ideal_shift": lambda n, i, k: f"what events have made {n.actors[i]} want of {n.issues[k]}",
    "salience_shift": lambda n, i, k: f"how much events have made {n.actors[i]} care for {n.issues[k]}",
    "power": lambda n, i: f"capability of {n.actors[i]}",
    "economy": lambda n, i: f"economy of {n.actors[i]}",
    "engagers": lambda n, i: f"the engagers' share in {n.actors[i]}",
    "engagers_home": lambda n, i: f"the engagers' usual share in {n.actors[i]}",
    "gains": lambda n, i, j: f"what {n.actors[i]} has of dealing with {n.actors[j]}",
    "dealt": lambda n, i, j: f"recent deals of {phrases.pair(n, i, j)}",
    "hurt": lambda n, i, j: f"harm that {n.actors[j]} has done to {n.actors[i]}",
    "ordered": _flow("orders of"),
    "due": _flow("date of delivery of"),
    "frozen_until": _flow("freeze of"),
    "delivered": _flow("deliveries of"),
    "price": _flow("price still due for"),
    "happened": lambda n, e: f"whether and when: {n.events[e]}",
    "crises": lambda n, v: f"crises so far over {n.dispute(v)}",
    "wars": lambda n, v: f"wars so far over {n.dispute(v)}",
    "calculus0": lambda n, i, j: f"{n.actors[j]}'s resolve as {n.actors[i]} would expect it",
    "milestone": lambda *_: "milestones that a programme has passed",
    "strikes": lambda *_: "strikes on a programme so far",
    "strike_level": lambda *_: "how fresh strikes on a programme are",
    "proxy_level": lambda *_: "how fresh attacks by proxies are",
    "offer": lambda *_: "the answer to the branch's offer",
    **dict.fromkeys(
        ("war_on", "war_turns", "war_fort", "war_start", "war_help", "war_belief"),
        _war,
    ),
}
