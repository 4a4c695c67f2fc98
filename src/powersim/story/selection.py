"""Choosing events: by actor, issue, mechanism, topic or kind, and date. A package is chosen whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from powersim.story import kinds
from powersim.story.events import Event


@dataclass(frozen=True)
class Selection:
    """What to choose; an empty set, or None, lets everything through.

    actors, issues: indices. mechanisms: names of switches. topics: names of topics or kinds. first, last: turns.
    """

    actors: frozenset[int] = frozenset()
    issues: frozenset[int] = frozenset()
    mechanisms: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    first: int | None = None
    last: int | None = None


_PARTS = (*kinds.PACKAGES, *kinds.LEGS, *kinds.GAINS)


def select(events: Sequence[Event], wanted: Selection) -> list[Event]:
    """The events that fit, in order. Legs and gains of a package go with it if one of them fits."""
    packages = {event.deal for event in events if event.kind in _PARTS and _about(event, wanted)}
    if wanted.actors and wanted.issues:
        alone = (Selection(actors=wanted.actors), Selection(issues=wanted.issues))
        by_part = [{e.deal for e in events if e.kind in _PARTS and _about(e, each)} for each in alone]
        packages = by_part[0] & by_part[1]
    return [
        event
        for event in events
        if (event.deal in packages if event.kind in _PARTS else _about(event, wanted))
        and _fits(event, wanted)
    ]


def _about(event: Event, wanted: Selection) -> bool:
    """Whether an event concerns one of the actors and one of the issues."""
    by_actor = not wanted.actors or event.actor in wanted.actors or event.other in wanted.actors
    return by_actor and (not wanted.issues or event.issue in wanted.issues)


def _fits(event: Event, wanted: Selection) -> bool:
    """Whether an event is of a mechanism, topic and date that is wanted."""
    kind = kinds.KIND[event.kind]
    return (
        (not wanted.mechanisms or kind.mechanism in wanted.mechanisms)
        and (not wanted.topics or kind.topic in wanted.topics or kind.name in wanted.topics)
        and (wanted.first is None or event.turn >= wanted.first)
        and (wanted.last is None or event.turn <= wanted.last)
    )
