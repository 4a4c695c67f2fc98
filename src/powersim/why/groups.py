"""Channels of an effect: groups of mechanisms and parameters that can be closed together, read from groups.yaml."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from ruamel.yaml import YAML

from powersim.world.params import MECHANISMS, SPEC
from powersim.world.quantities import QUANTITIES


@dataclass(frozen=True)
class Group:
    """A group of mechanisms (`off`) and of parameters (`zero`, set to 0) that is closed as one."""

    name: str
    title: str
    about: str
    off: tuple[str, ...]
    zero: tuple[str, ...] = ()


@dataclass(frozen=True)
class Setting:
    """A world to compare branches in: mechanisms off and parameters at 0, in every branch alike."""

    off: frozenset[str] = frozenset()
    zero: frozenset[str] = frozenset()


ITSELF = {kind.name: kind.mechanism for kind in QUANTITIES.values() if kind.mechanism}
"""The mechanism that an outcome of a kind is the work of: switched off, the outcome stands still and says nothing."""


FULL = Setting()
"""The world as the scenario and its theory have it."""


@cache
def groups() -> tuple[Group, ...]:
    """The channels in the order of the file. ValueError if one names what does not exist, or two share something."""
    text = resources.files("powersim").joinpath("why", "groups.yaml").read_text("utf-8")
    found = tuple(
        Group(name, entry["title"], entry["about"], tuple(entry["off"]), tuple(entry.get("zero", ())))
        for name, entry in YAML(typ="safe").load(text).items()
    )
    named = [name for channel in found for name in (*channel.off, *channel.zero)]
    unknown = [name for name in named if name not in MECHANISMS and name not in SPEC]
    if unknown or len(set(named)) < len(named):
        raise ValueError(f"groups.yaml: unknown or named twice: {unknown or sorted(named)}")
    return found


def only(opened: Collection[str], of: Sequence[Group]) -> Setting:
    """The world in which of these channels only the `opened` ones are open."""
    closed = [channel for channel in of if channel.name not in opened]
    return Setting(
        frozenset(name for channel in closed for name in channel.off),
        frozenset(name for channel in closed for name in channel.zero),
    )


def coalitions(of: Sequence[Group]) -> list[Setting]:
    """The world of every set of open channels, in the order of `shapley_values`: bit i is channel i."""
    return [
        only({channel.name for i, channel in enumerate(of) if mask >> i & 1}, of)
        for mask in range(1 << len(of))
    ]
