"""How much a scenario comes to once groups are written out: what would take long to check or to run is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from powersim.scenario.check.facts import Facts, Finding, finding
from powersim.scenario.read.node import Path
from powersim.scenario.schema.scenario import Document
from powersim.world.deeds import DEEDS

MOST_ACTORS = 400
MOST_ISSUES = 400
MOST_GROUPS = 200
MOST_PATTERNS = 100  # priors for many numbers at once
MOST_FACTS = 1_000  # of the evidence: each is held against all others
MOST_THINGS = 10_000  # flows, instruments, pledges, effects, interests, deeds, steps: of each kind
MOST_PAIRS = 200_000  # pairs of actors that are given numbers through groups
MOST_DRAWN = 80_000  # uncertain numbers of pairs
TABLES: tuple[tuple[str, ...], ...] = (
    ("alignment",),
    ("beliefs", "resolve"),
    ("beliefs", "trust"),
    ("trade",),
    ("reach",),
)


def sizes(document: Document, facts: Facts) -> Iterator[Finding]:
    """Everything that there is too much of."""
    for key, count, most in (
        ("actors", len(document.actors), MOST_ACTORS),
        ("issues", len(document.issues), MOST_ISSUES),
        ("groups", len(document.groups), MOST_GROUPS),
        ("priors", len(document.priors or ()), MOST_PATTERNS),
    ):
        yield from _too_many((key,), key, count, most)
    yield from _too_many(("evidence",), "facts of evidence", _facts(document), MOST_FACTS)
    for path, what, count in (
        (("goods",), "flows", _flows(document, facts)),
        (("sanctions",), "sanctions", sum(facts.count(e.by) * facts.count(e.on) for e in document.sanctions)),
        (("pledges",), "pledges", sum(facts.count([a]) * facts.count([b]) for a, b in document.pledges)),
        (("issues",), "effects", _effects(document, facts)),
        (("issues",), "interests", sum(facts.count(issue.interests) for issue in document.issues.values())),
        (("events",), "changes by events", _deeds(document, facts)),
        (("branches",), "steps of branches", _steps(document, facts)),
    ):
        yield from _too_many(path, what, count, MOST_THINGS)
    yield from _pairs(document, facts)


def _too_many(path: Path, what: str, count: int, most: int) -> Iterator[Finding]:
    if count > most:
        yield finding(path, f"too many {what}", str(count), f"at most {most}", key=True)


def _facts(document: Document) -> int:
    stated = document.evidence
    if stated is None:
        return 0
    return len(stated.events) + (0 if stated.withheld is None else len(stated.withheld.events))


def _flows(document: Document, facts: Facts) -> int:
    return sum(facts.count(takers) for good in document.goods.values() for takers in good.flows.values())


def _effects(document: Document, facts: Facts) -> int:
    count = 0
    for issue in document.issues.values():
        for effect in issue.effects:
            pair = effect.guarantee or effect.threat or effect.reach or effect.trade or effect.shift
            if pair is not None:
                count += facts.count([pair[0]]) * facts.count([pair[1]])
            elif effect.embargo is not None:
                sides = facts.count(effect.embargo.from_) * facts.count(effect.embargo.to)
                count += len(effect.embargo.good) * sides
            elif effect.power is not None:
                count += facts.count([effect.power])
    return count


def _deeds(document: Document, facts: Facts) -> int:
    count = 0
    for event in document.events:
        for kind, deed in DEEDS.items():
            table = getattr(event, kind)
            if deed.of in ("actor", "interest"):
                count += sum(
                    facts.count(parties) for parties in ([table] if deed.of == "actor" else table.values())
                )
            elif deed.of in ("pair", "directed"):
                count += sum(_couples(key, "-" if deed.of == "pair" else ">", facts) for key in table)
    return count


def _steps(document: Document, facts: Facts) -> int:
    own = {name: sum(map(facts.steps, branch.do)) for name, branch in document.branches.items()}
    total = 0
    for name in document.branches:
        seen: set[str] = set()
        ahead = [name]
        while ahead and total <= MOST_THINGS:
            step = ahead.pop()
            if step not in seen:
                seen.add(step)
                total += 1 + own[step]
                ahead += document.branches[step].like
    return total


def _pairs(document: Document, facts: Facts) -> Iterator[Finding]:
    couples, drawn = 0, 0
    all_pairs = len(document.actors) * (len(document.actors) - 1)
    for table in TABLES:
        held = getattr(document.beliefs, table[-1]) if len(table) > 1 else getattr(document, table[0])
        sign = "-" if table == ("alignment",) else ">"
        couples += sum(_couples(key, sign, facts) for key in held)
        patterned = any(_may_match(prior.over, table) for prior in document.priors or ())
        drawn += all_pairs if patterned and "default" in held else 0
    yield from _too_many(("alignment",), "pairs given through groups", couples, MOST_PAIRS)
    yield from _too_many(("priors",), "uncertain numbers of pairs of actors", drawn, MOST_DRAWN)


def _couples(key: str, sign: str, facts: Facts) -> int:
    parts: Iterable[str] = key.split(sign)
    sizes_of = [facts.count([part]) for part in parts if part != "default"]
    return sizes_of[0] * sizes_of[1] if len(sizes_of) == 2 else 0


def _may_match(over: str, table: tuple[str, ...]) -> bool:
    parts = over.split(".")
    return len(parts) == len(table) + 1 and all(
        p in ("*", name) for p, name in zip(parts, table, strict=False)
    )
