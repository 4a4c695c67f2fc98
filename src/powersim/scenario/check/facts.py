"""A document's groups, pairs and flows worked out, for the checks and for resolving; and what a check finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from itertools import islice
from typing import Generic, TypeVar

from powersim.errors import Problem
from powersim.scenario.expr import parse
from powersim.scenario.read.node import Node, Path, dotted
from powersim.scenario.schema.branch import Action
from powersim.scenario.schema.scenario import Document
from powersim.world.quantities import Argument

Couple = tuple[str, str]
Triple = tuple[str, str, str]
T = TypeVar("T", bound=tuple[str, ...])
MOST_SHOWN = 60  # names that an error lists


@dataclass(frozen=True, slots=True)
class Finding:
    """A contradiction at a path of the document; `at_key` places it at the key instead of the value."""

    path: Path
    message: str
    found: str
    allowed: str
    at_key: bool
    example: str = ""

    def problem(self, root: Node) -> Problem:
        """The finding at its place in the file."""
        _, taken = root.descend(self.path)
        mark = root.key_mark(taken) if self.at_key else root.place(self.path)[0]
        return Problem(*mark, dotted(taken), self.found, self.allowed, self.example, self.message)


def finding(
    path: Path, message: str, found: str = "", allowed: str = "", *, key: bool = False, example: str = ""
) -> Finding:
    """A Finding with defaults."""
    return Finding(path, message, found, allowed[:400], key, example)


def settled(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """Names in an order in which each comes after those that it leads to, without any that lead into a circle."""
    sorter = TopologicalSorter(graph)
    order: list[str] = []
    with suppress(CycleError):
        sorter.prepare()
    while sorter.is_active():
        ready = sorter.get_ready()
        sorter.done(*ready)
        order += ready
    return order


def circular(graph: Mapping[str, Iterable[str]]) -> set[str]:
    """Names on a circle: those that lead into one and are led to from one."""
    inner = set(graph).difference(settled(graph))
    back: dict[str, list[str]] = {name: [] for name in inner}
    for name in inner:
        for other in graph[name]:
            if other in inner:
                back[other].append(name)
    return inner.difference(settled(back))


class Listing(Generic[T]):
    """Things that a scenario lists, each a tuple of names. Names that are `unsure` may mean any other."""

    def __init__(self, things: Iterable[T], unsure: frozenset[str]) -> None:
        self.all = frozenset(things)
        self.unsure = unsure
        self._vague = [thing for thing in self.all if not unsure.isdisjoint(thing)] if unsure else []

    def __contains__(self, thing: tuple[str, ...]) -> bool:
        if thing in self.all or not self.unsure.isdisjoint(thing):
            return True
        return any(
            all(a == b or a in self.unsure for a, b in zip(vague, thing, strict=True))
            for vague in self._vague
        )

    def __iter__(self) -> Iterator[T]:
        return iter(sorted(self.all))

    def __len__(self) -> int:
        return len(self.all)


class Facts:
    """What follows from a document's groups and lists.

    `unsure` are names that the document must not be taken at its word about: unknown ones, and those of things that
    are defined wrongly.
    """

    def __init__(self, document: Document, unsure: frozenset[str] = frozenset()) -> None:
        self.document, self.unsure = document, unsure

    def circular_groups(self) -> list[str]:
        """Groups that contain themselves."""
        groups = self.document.groups
        on_circles = circular({name: [m for m in members if m in groups] for name, members in groups.items()})
        return [name for name in groups if name in on_circles]

    @cached_property
    def _members(self) -> dict[str, list[str]]:
        groups = self.document.groups
        found: dict[str, frozenset[str]] = {name: frozenset({name}) for name in self.document.actors}
        for name in settled(groups):
            if name not in found:
                found[name] = frozenset().union(*(found.get(member, ()) for member in groups.get(name, ())))
        return {name: sorted(members) for name, members in found.items()}

    def expand(self, parties: Iterable[str]) -> list[str]:
        """Actors of a list of actors and groups, sorted, each once."""
        return sorted({actor for party in parties for actor in self._members[party]})

    def count(self, parties: Iterable[str]) -> int:
        """How many actors a list of actors and groups may come to, without writing them out."""
        return sum(len(self._members[party]) for party in parties)

    def steps(self, action: Action) -> int:
        """How many things an action of a branch is about."""
        count = (
            len(action.set or ()) + len(action.hold or ()) + len(action.path or ()) + len(action.offer or ())
        )
        for key in (*(action.sanctions or ()), *(action.pledge or ())):
            count += len(self.directed(key))
        count += sum(len(goods) for goods in (action.stock or {}).values())
        if action.forbid is not None and action.forbid.sanctions is not None:
            count += self.count(action.forbid.sanctions.by) * self.count(action.forbid.sanctions.on)
        return count + 1

    def pairs(self, first: Iterable[str], second: Iterable[str]) -> list[tuple[str, str]]:
        """Every directed pair of different actors."""
        return [(a, b) for a in self.expand(first) for b in self.expand(second) if a != b]

    def directed(self, key: str) -> list[tuple[str, str]]:
        """The pairs that a key such as "USA>RUS" comes to; none where it names no two parties."""
        parts = key.split(">")
        known = len(parts) == 2 and all(part in self._members for part in parts)
        return self.pairs(parts[:1], parts[1:]) if known else []

    @cached_property
    def flows(self) -> Listing[Triple]:
        """(good, from, to) that goods allow."""
        return self._listed(
            (name, giver, taker)
            for name, good in self.document.goods.items()
            for giver, takers in good.flows.items()
            for taker in self.expand(takers)
            if taker != giver
        )

    def _listed(self, things: Iterable[T]) -> Listing[T]:
        return Listing(things, self.unsure)

    @cached_property
    def sanctions_listed(self) -> list[tuple[int, tuple[str, str]]]:
        """Entry and pair of every instrument."""
        return [
            (i, pair)
            for i, entry in enumerate(self.document.sanctions)
            for pair in self.pairs(entry.by, entry.on)
        ]

    @cached_property
    def sanctions(self) -> Listing[Couple]:
        """(sender, target) pairs that have the instrument."""
        return self._listed(pair for _, pair in self.sanctions_listed)

    @cached_property
    def pledges_listed(self) -> list[tuple[int, tuple[str, str]]]:
        """Entry and pair of every pledge that can be made."""
        return [(i, pair) for i, (a, b) in enumerate(self.document.pledges) for pair in self.pairs([a], [b])]

    @cached_property
    def pledges(self) -> Listing[Couple]:
        """(pledger, pledgee) pairs."""
        return self._listed(pair for _, pair in self.pledges_listed)

    @cached_property
    def strikes(self) -> Listing[Couple]:
        """(striker, target) pairs."""
        return self._listed((strike.by, strike.on) for strike in self.document.strikes)

    @cached_property
    def proxies(self) -> Listing[Couple]:
        """(patron, target) pairs."""
        return self._listed((proxy.by, proxy.on) for proxy in self.document.proxies)

    @cached_property
    def fronts(self) -> Listing[Couple]:
        """(challenger, target) of every dispute."""
        return self._listed((d.challenger, d.target) for d in self.document.disputes)

    @cached_property
    def fights(self) -> Listing[Triple]:
        """(issue, challenger, target) of every dispute."""
        return self._listed((d.issue, d.challenger, d.target) for d in self.document.disputes)

    def over(self, of: Argument) -> Listing[Triple]:
        """(actor, actor, issue) of every strike, proxy or (either way) dispute."""
        if of == "strike":
            return self._listed((s.by, s.on, s.programme) for s in self.document.strikes)
        if of == "proxy":
            return self._listed((p.by, p.on, p.issue) for p in self.document.proxies)
        return self._disputes

    @cached_property
    def _disputes(self) -> Listing[Triple]:
        disputes = self.document.disputes
        ways = ((d.challenger, d.target, d.issue) for d in disputes)
        return self._listed((*ways, *((d.target, d.challenger, d.issue) for d in disputes)))

    def fight(self, pair: tuple[str, str]) -> bool:
        """Whether two actors have a dispute, either way."""
        return pair in self.fronts or pair[::-1] in self.fronts

    def shown_by(self, name: str) -> Iterator[tuple[str, ...]]:
        """What a reading shows, as things of which each is shown once."""
        binds = self.document.issues[name].binds
        assert binds is not None
        if binds.sanctions is not None:
            yield from (("sanctions", sender, binds.sanctions) for sender in self.expand(binds.by or []))
        else:
            yield (binds.kind, *(binds.flow or binds.know_how or binds.strike or (name,)))

    def goods_of(self, kind: str) -> str:
        """Goods of a kind, as a text."""
        return _in_short(name for name, good in self.document.goods.items() if good.kind == kind)

    def list_flows(self, good: str | None = None) -> str:
        """Flows (of a good), as a text."""
        found = (f"[{g}, {a}, {b}]" for g, a, b in self.flows if good in (None, g) and g not in self.unsure)
        return ", ".join(islice(found, MOST_SHOWN))

    def list_pairs(self, pairs: Listing[Couple]) -> str:
        """Pairs, as a text."""
        known = (pair for pair in pairs if self.unsure.isdisjoint(pair))
        return ", ".join(f"[{a}, {b}]" for a, b in islice(known, MOST_SHOWN)) or "none is defined"

    def list_issues(self, *kinds: str) -> str:
        """Issues that are levers or show one of `kinds`, as a text."""
        names = []
        for name, issue in self.document.issues.items():
            if name in self.unsure:
                continue
            kind = "lever" if issue.control is not None else "weighted"
            kind = issue.binds.kind if issue.binds is not None else kind
            names += [name] if kind in kinds else []
        return _in_short(names)

    def ambiguous(self, table: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Groups that share an actor, not itself in the table, and say different things of it."""
        claims: dict[str, str] = {}
        for party in sorted(table):
            if party in self.document.actors:
                continue
            for actor in self.expand([party]):
                if actor in table:
                    continue
                other = claims.setdefault(actor, party)
                if other != party and table[other] != table[party]:
                    yield party, other
                    break

    def ambiguous_pairs(self, table: Mapping[str, str], sign: str) -> Iterator[tuple[str, str]]:
        """Keys that say different things of the same pair at the same level of generality."""
        claims: dict[tuple[int, tuple[str, str]], str] = {}
        for key in sorted(table):
            if key.count(sign) != 1:
                continue  # default, or no pair
            a, b = key.split(sign)
            for pair in self.pairs([a], [b]):
                if sign == "-":
                    pair = (min(pair), max(pair))
                other = claims.setdefault((self.generality(a, b), pair), key)
                if other != key and (table[other] != table[key] or self.generality(a, b) == 0):
                    yield key, other
                    break

    def generality(self, *parties: str) -> int:
        """How many of the parties are groups: the smaller number wins where two entries speak of one pair."""
        return sum(party in self.document.groups for party in parties)

    def expressions(self) -> Iterator[tuple[Path, str]]:
        """Every expression with its path."""
        for name, issue in self.document.issues.items():
            for party, interest in issue.interests.items():
                at: Path = ("issues", name, "interests", party)
                for key in ("ideal", "salience"):
                    yield from (((*at, key), text) for text in [getattr(interest, key).expr] if text)
                for index, when in enumerate(interest.when):
                    yield (*at, "when", index, "if"), when.if_
                    for key in ("ideal", "salience"):
                        value = getattr(when, key)
                        yield from (
                            ((*at, "when", index, key), text)
                            for text in [value.expr if value else None]
                            if text
                        )
        for index, event in enumerate(self.document.events):
            if event.hazard_from is not None:
                yield ("events", index, "hazard_from"), event.hazard_from

    def wars_named(self, text: str) -> Iterator[tuple[str, str]]:
        """Pairs of actors in at_war(A, B)."""
        for op in parse(text).ops:
            if len(op.names) == 2 and op.names[0].kind == op.names[1].kind == "actor" and op.is_war:
                yield op.names[0].name, op.names[1].name


def _in_short(names: Iterable[str]) -> str:
    return ", ".join(islice(sorted(names), MOST_SHOWN)) or "none is defined"
