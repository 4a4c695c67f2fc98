"""Words for what a chronicle's rows name: actors, controls, flows, and what a leg of a deal does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from powersim._words import listed as listed
from powersim.rules.level import beyond
from powersim.world.legs import Legs
from powersim.world.state import C_LEVER, C_PLEDGE, C_SANCTION, GIVE, LOWER, RAISE

NEAR = 0.05
"""A position so near to a labelled point of its scale is called by that label."""


@dataclass(frozen=True)
class Control:
    """A lever (scale = labels of its positions), a sanction or a pledge (from one actor to another)."""

    kind: int
    title: str
    giver: int = -1
    taker: int = -1
    scale: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True)
class Flow:
    """A good that may go from one actor to another."""

    good: str
    giver: int
    taker: int


@dataclass(frozen=True)
class Things:
    """Objects of one kind in the order of the world's arrays: their names in data, and the issue that each is about."""

    ids: tuple[str, ...]
    issue: tuple[int, ...]


@dataclass(frozen=True)
class Names:
    """How to call everything that a chronicle refers to by index."""

    dates: tuple[str, ...]
    codes: tuple[str, ...]
    actors: tuple[str, ...]
    issues: tuple[str, ...]
    controls: tuple[Control, ...]
    flows: tuple[Flow, ...]
    disputes: tuple[str, ...]
    events: tuple[str, ...]
    goods: tuple[str, ...] = ()
    things: Mapping[str, Things] = field(
        default_factory=dict
    )  # control, flow, dispute, event, strike, proxy, issue, good

    def resolved(self, kind: str, index: int) -> tuple[str, int]:
        """What an object of a row is, with its place: a leg is about a control or a flow."""
        controls = len(self.controls)
        if kind != "leg":
            return kind, index
        return (
            ("control", Legs.control_of(index))
            if Legs.moves_control(controls, index)
            else ("flow", Legs.flow_of(controls, index))
        )

    def object(self, kind: str, index: int) -> tuple[str, str]:
        """Name in data and kind (lever, sanction, pledge, flow, dispute, ...) of a row's object; empty for none."""
        if not kind or index < 0:
            return "", ""
        kind, index = self.resolved(kind, index)
        known = self.things.get(kind)
        name = known.ids[index] if known is not None else f"{kind} {index}"
        if kind == "control":
            kind = _CONTROL[self.controls[index].kind]
        return name, kind

    def issue_of(self, kind: str, index: int) -> int:
        """Index of the issue that a row's object is about, -1 for none."""
        if not kind or index < 0:
            return -1
        kind, index = self.resolved(kind, index)
        known = self.things.get(kind)
        return known.issue[index] if known is not None else -1

    def dispute(self, index: int) -> str:
        """What a dispute is over."""
        return self.disputes[index] if 0 <= index < len(self.disputes) else "an unnamed front"


_CONTROL = {C_LEVER: "lever", C_SANCTION: "sanction", C_PLEDGE: "pledge"}


def capital(text: str) -> str:
    """The text with a capital at the start."""
    return text[:1].upper() + text[1:]


def pair(names: Names, i: int, j: int) -> str:
    """Two actors as one thing: `Iran–Russia`."""
    return f"{names.actors[i]}–{names.actors[j]}"


def units(value: float, good: str) -> str:
    """Units of a good, e.g. `2.5 of S-300`, to two digits."""
    return f"{value:.2g} of {good}"


def position(names: Names, control: int, value: float) -> str:
    """A position, with the label of the scale if one is near: `0.25 (EPAA-class SM-3)`."""
    for point, label in names.controls[control].scale:
        if not beyond(abs(point - value), NEAR):
            return f"{value:.2f} ({label})"
    return f"{value:.2f}"


def own_move(names: Names, actor: int, control: int, value: float, moved: float) -> str:
    """What own policy did over the last turns."""
    who = names.actors[actor] if actor >= 0 else "Who controls it"
    return f"{who} {_moves(names, control, RAISE if moved > 0 else LOWER, value)} of its own accord"


def leg(names: Names, giver: int, leg_id: int, value: float) -> str:
    """What one leg of a deal does. `giver` is -1 where the chronicle names none."""
    controls = len(names.controls)
    if Legs.moves_control(controls, leg_id):
        control, side = Legs.control_of(leg_id), Legs.side_of(leg_id)
        who = giver if giver >= 0 else names.controls[control].giver
        by = names.actors[who] if who >= 0 else "who controls it"
        return f"{by} {_moves(names, control, side, value)}"
    known = names.flows[Legs.flow_of(controls, leg_id)]
    by, taker = names.actors[giver if giver >= 0 else known.giver], names.actors[known.taker]
    if Legs.deed_of(controls, leg_id) == GIVE:
        return f"{by} gives {units(value, known.good)} to {taker}"
    return f"{by} freezes the order of {known.good} for {taker}"


def gives(names: Names, giver: int, legs: Sequence[tuple[int, float]]) -> str:
    """What one party does under a deal: its legs (leg, value) in one sentence. giver: -1 = nobody is named."""
    said = [leg(names, giver, leg_id, value) for leg_id, value in legs]
    if len(said) < 2 or giver < 0:
        return "; ".join(said)
    who = f"{names.actors[giver]} "
    return who + listed([one.removeprefix(who) for one in said])


def payments(names: Names, paid: Sequence[tuple[int, float]]) -> str:
    """Who pays, from net payments received (actor, share of world GDP); empty if hardly anything changes hands."""
    return ", ".join(
        f"{names.actors[actor]} pays {-pay:.2%} of world GDP" for actor, pay in paid if pay < -5e-5
    )


def _moves(names: Names, control: int, side: int, value: float) -> str:
    known = names.controls[control]
    if known.kind == C_SANCTION:
        target = names.actors[known.taker]
        verb = {LOWER: "eases", RAISE: "tightens"}.get(side, "holds")
        return f"{verb} sanctions on {target} {'at' if verb == 'holds' else 'to'} {value:.2f}"
    if known.kind == C_PLEDGE:
        target = names.actors[known.taker]
        verb = {LOWER: "cuts", RAISE: "raises"}.get(side, "holds")
        return f"{verb} its pledge to {target} {'at' if verb == 'holds' else 'to'} {value:.2f}"
    where = position(names, control, value)
    if side == LOWER:
        return f"lowers {known.title} to {where}"
    return f"raises {known.title} to {where}" if side == RAISE else f"leaves {known.title} at {where}"
