"""A document's groups, pairs and flows worked out, for the checks and for resolving; and what a check finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from powersim.errors import Problem
from powersim.scenario.expr import parse
from powersim.scenario.node import Node, Path, dotted
from powersim.scenario.schema import Document


@dataclass(frozen=True, slots=True)
class Finding:
    """A contradiction at a path of the document; `at_key` places it at the key instead of the value."""

    path: Path
    message: str
    found: str
    allowed: str
    at_key: bool

    def problem(self, root: Node) -> Problem:
        """The finding at its place in the file."""
        _, taken = root.descend(self.path)
        mark = root.key_mark(taken) if self.at_key else root.place(self.path)[0]
        return Problem(*mark, dotted(taken), self.found, self.allowed, "", self.message)


def finding(path: Path, message: str, found: str = "", allowed: str = "", *, key: bool = False) -> Finding:
    """A Finding with defaults."""
    return Finding(path, message, found, allowed[:400], key)


class Facts:
    """What follows from a document's groups and lists."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def circular_groups(self) -> list[str]:
        """Groups that contain themselves."""
        groups = self.document.groups

        def leads_to(name: str, goal: str, seen: set[str]) -> bool:
            for member in groups.get(name, []):
                if member == goal:
                    return True
                if member in groups and member not in seen:
                    seen.add(member)
                    if leads_to(member, goal, seen):
                        return True
            return False

        return [name for name in groups if leads_to(name, name, set())]

    @cached_property
    def _members(self) -> dict[str, list[str]]:
        def of(name: str) -> set[str]:
            if name in self.document.actors:
                return {name}
            return set().union(*(of(member) for member in self.document.groups[name]))

        return {name: sorted(of(name)) for name in (*self.document.groups, *self.document.actors)}

    def expand(self, parties: Iterable[str]) -> list[str]:
        """Actors of a list of actors and groups, sorted, each once."""
        return sorted({actor for party in parties for actor in self._members[party]})

    def pairs(self, first: Iterable[str], second: Iterable[str]) -> list[tuple[str, str]]:
        """Every directed pair of different actors."""
        return [(a, b) for a in self.expand(first) for b in self.expand(second) if a != b]

    @cached_property
    def flows(self) -> frozenset[tuple[str, str, str]]:
        """(good, from, to) that goods allow."""
        return frozenset(
            (name, giver, taker)
            for name, good in self.document.goods.items()
            for giver, takers in good.flows.items()
            for taker in self.expand(takers)
            if taker != giver
        )

    def sanctions_listed(self) -> list[tuple[int, tuple[str, str]]]:
        """Entry and pair of every instrument."""
        return [
            (i, pair)
            for i, entry in enumerate(self.document.sanctions)
            for pair in self.pairs(entry.by, entry.on)
        ]

    @cached_property
    def sanctions(self) -> frozenset[tuple[str, str]]:
        """(sender, target) pairs that have the instrument."""
        return frozenset(pair for _, pair in self.sanctions_listed())

    def pledges_listed(self) -> list[tuple[int, tuple[str, str]]]:
        """Entry and pair of every pledge that can be made."""
        return [(i, pair) for i, (a, b) in enumerate(self.document.pledges) for pair in self.pairs([a], [b])]

    @cached_property
    def pledges(self) -> frozenset[tuple[str, str]]:
        """(pledger, pledgee) pairs."""
        return frozenset(pair for _, pair in self.pledges_listed())

    def fronts(self) -> set[tuple[str, str]]:
        """(challenger, target) of every dispute."""
        return {(d.challenger, d.target) for d in self.document.disputes}

    def disputes_of(self, a: str, b: str) -> list[int]:
        """Entries under disputes between two actors, either way."""
        return [i for i, d in enumerate(self.document.disputes) if {d.challenger, d.target} == {a, b}]

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
        return (
            ", ".join(sorted(name for name, good in self.document.goods.items() if good.kind == kind))
            or "none is defined"
        )

    def list_flows(self, good: str | None = None) -> str:
        """Flows (of a good), as a text."""
        return ", ".join(f"[{g}, {a}, {b}]" for g, a, b in sorted(self.flows) if good in (None, g))

    def list_pairs(self, pairs: Iterable[tuple[str, str]]) -> str:
        """Pairs, as a text."""
        return ", ".join(f"[{a}, {b}]" for a, b in sorted(pairs)) or "none is defined"

    def list_issues(self, *kinds: str) -> str:
        """Issues that are levers or show one of `kinds`, as a text."""
        names = []
        for name, issue in self.document.issues.items():
            kind = "lever" if issue.control is not None else "weighted"
            kind = issue.binds.kind if issue.binds is not None else kind
            names += [name] if kind in kinds else []
        return ", ".join(sorted(names)) or "none is defined"

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
            if key == "default":
                continue
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
