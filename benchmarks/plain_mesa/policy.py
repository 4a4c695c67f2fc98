"""Own policy: what countries do with their levers, sanctions and pledges when no deal binds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plain_mesa.things import DOWN, LEAST, UP, Control, clip
from plain_mesa.worth import worth_of_move

if TYPE_CHECKING:
    from plain_mesa.country import Country
    from plain_mesa.model import World

HALVINGS = 8  # in the search for where contributions balance


def wishes(world: World, control: Control, side: int) -> tuple[float, dict[Country, float]]:
    """How far its controllers would have it go to one side, and what each gains by a step there."""
    step = control.speed if control.issue else control.speed / max(world.p.own_rate, LEAST)
    to = clip(control.position + side * step)
    if to == control.position or control.forbidden[side][world.turn]:
        return 0.0, {}
    own = worth_of_move(world, control, control.position, to)
    gains = {country: country.with_friends(own) for country in control.movers[side]}
    rooms = [country.room(control, side) for country, gain in gains.items() if gain > LEAST]
    if not rooms or (control.mode[side] == "all" and len(rooms) < len(gains)):
        return 0.0, {}
    way = min(1.0, *rooms) if control.mode[side] == "all" else max(0.0, *rooms)
    return min(way, 1.0 - control.position if side == UP else control.position), gains


def way_wanted(world: World, control: Control) -> float:
    """How far and where own policy would have a control go: up above 0, down below."""
    if control.kind == "pledge" and not world.on.pledges:
        return 0.0
    if control.mode[UP] == control.mode[DOWN] == "sum":
        return balance(world, control)
    up, down = (wishes(world, control, side)[0] for side in (UP, DOWN))
    return up if up >= down else -down


def pull(world: World, control: Control) -> float:
    """Who prevails where contributions add: above 0 who wants it up, by gains times power."""
    total = 0.0
    for side in (UP, DOWN):
        way, gains = wishes(world, control, side)
        if way > 0.0:
            total += side * sum(gain * country.power for country, gain in gains.items() if gain > LEAST)
    return total


def balance(world: World, control: Control) -> float:
    """How far a control is from where the contributions to it balance, by halving the way."""
    net = pull(world, control)
    if net == 0.0:
        return 0.0
    side = UP if net > 0.0 else DOWN
    start, issue = control.position, control.issue
    shown = issue.position if issue else 0.0
    low, high = 0.0, wishes(world, control, side)[0]
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        control.position = start + side * middle
        if issue:
            issue.position = shown + side * middle * control.weight
        if side * pull(world, control) > 0.0:
            low = middle
        else:
            high = middle
    control.position = start
    if issue:
        issue.position = shown
    return side * low


def pace(world: World, control: Control, way: float) -> float:
    """Most that own policy moves a control in a turn: know-how speeds the rise of a programme."""
    if way > 0.0 and control.programme and world.on.technology:
        owner, good = control.programme
        return float(control.speed * (1.0 + world.p.know_how_speed * owner.stock[good]))
    return control.speed


def unbound(world: World, control: Control) -> float:
    """Where own policy would lead a control within the horizon if no deal bound it."""
    most = world.p.horizon * pace(world, control, control.way)
    return control.position + clip(control.way, -most, most)


def own_policy(world: World) -> None:
    """Everybody chooses, then controls move; where that leads is what deals are measured against."""
    p = world.p
    for control in world.controls:
        control.way = way_wanted(world, control)
    for control in world.controls:
        on = world.on.sanctions if control.kind == "sanction" else world.on.own_policy
        outside = control.held[world.turn] or control.laid_down[world.turn] is not None
        if outside or not on:
            control.way = 0.0
        way, speed = control.way, pace(world, control, control.way)
        free = control.locked_until <= world.turn and not outside and bool(on)
        if free and abs(way) > LEAST and world.luck("OWN_MOVE", world.turn, thing=control.key) < p.own_rate:
            most = speed / max(p.own_rate, LEAST)
            move = clip(way, -most, most)
            control.position += move
            way -= move
        most = p.horizon * speed
        control.ahead = control.position + (clip(way, -most, most) if free else 0.0)
        control.aim = control.position + (way if free else 0.0)
    world.read()
    world.look()
