"""A tree against the schema, its own names and itself: every problem at once.

What is wrong gives way to stand-ins (see `repair`) and names that lead nowhere to definitions of nothing, so that the
rest can be checked all the same; what the checks then say about these is not reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from powersim.errors import Problem, ScenarioError
from powersim.files.grammar import every_key
from powersim.scenario.check.facts import Facts, Finding
from powersim.scenario.check.references import PLURAL, Known, dangling, known_names
from powersim.scenario.check.repair import Repair
from powersim.scenario.check.world import contradictions
from powersim.scenario.read.node import NOWHERE, Node, Path
from powersim.scenario.read.source import MOST_PROBLEMS
from powersim.scenario.resolve.branch import disagreements
from powersim.scenario.resolve.document import Resolver
from powersim.scenario.resolve.study import numbers
from powersim.scenario.schema.branch import BranchEntry, Event
from powersim.scenario.schema.issue import Issue
from powersim.scenario.schema.scenario import SUMMARIES, Document, OutcomeEntry
from powersim.scenario.schema.world import Actor, Good
from powersim.world.params import MECHANISMS, SPEC

KIND_KEYS = {
    "issues": ("control", "weighted", "binds"), "goods": ("kind",), "outcomes": ("of", *SUMMARIES),
}  # fmt: skip
"""Keys that say what kind of thing something is."""
KEYS = frozenset(every_key(Document))
WORD = re.compile(r"[A-Za-z0-9_]+")


def validate(root: Node, problems: Iterable[Problem] = ()) -> Document:
    """The document that a tree holds. Raises ScenarioError with every problem found, and those found before."""
    repair = Repair(root)
    document = repair.carry_out()
    found = [*problems, *repair.problems]
    if document is None or len(found) > MOST_PROBLEMS:
        raise ScenarioError(found[:MOST_PROBLEMS])
    calendar = None if repair.touches(("calendar",)) else document.calendar.calendar()
    undefined = [family for family, section in PLURAL.items() if repair.stands_in((section,))]
    found += dangling(repair.names, _known(repair.names), calendar, undefined).problems
    unsure = _defined(document, repair) if found else frozenset()
    facts = Facts(document, unsure)
    report = contradictions(document, facts)
    found += [one.problem(repair.work) for one in report.findings if not _doubtful(one, repair.work, unsure)]
    resolver = Resolver(document)
    if report.complete:
        apart = disagreements(resolver)
        found += [one.problem(repair.work) for one in apart if not _doubtful(one, repair.work, unsure)]
    if found and report.complete:
        numbers(resolver)
        found += [
            problem for problem in unmatched(resolver, repair.work) if not _touched(problem.found, repair)
        ]
    if found:
        raise ScenarioError(found[:MOST_PROBLEMS])
    return document


def unmatched(resolver: Resolver, root: Node) -> list[Problem]:
    """Priors over numbers of which there are none, once every number has been resolved."""
    out = []
    for index in sorted(resolver.unmatched):
        mark, key = root.place(("priors", index, "over"))
        allowed, example = "a path that some number has, * for any one name", "over: interests.*.*.ideal"
        out.append(Problem(*mark, key, resolver.wild[index].over, allowed, example, "no number matches"))
    return out


def _touched(over: str, repair: Repair) -> bool:
    """Whether a pattern may mean a number that was left out with a mistake."""
    section = "issues" if over.startswith("interests.") else over.split(".")[0]
    return any(path[:1] == (section,) for path in repair.left_out)


def _known(root: Node) -> Known:
    return known_names(root, frozenset(SPEC), frozenset(MECHANISMS))


def _defined(document: Document, repair: Repair) -> frozenset[str]:
    """Define every name that is not, as nothing much; the names that are not to be taken at their word."""
    known = _known(repair.work)
    links = dangling(repair.work, known, None)
    unknown = links.unknown
    for name in unknown.get("actor", set()) - set(document.groups):
        document.actors[name] = Actor.model_validate({"power": 0.1, "economy": 0.1})
    for name in unknown.get("issue", ()):
        document.issues[name] = Issue.model_validate({"start": 0.5, "control": next(iter(document.actors))})
    for name in unknown.get("good", ()):
        document.goods[name] = Good.model_validate({"kind": "rival"})
    for name in unknown.get("branch", ()):
        document.branches[name] = BranchEntry()
    for name in unknown.get("outcome", ()):
        document.outcomes[name] = OutcomeEntry.model_validate({"of": {"power": next(iter(document.actors))}})
    nothing = Event.model_construct(id="")
    document.events.extend(nothing.model_copy(update={"id": name}) for name in unknown.get("event", ()))
    for path in links.malformed:
        _forget(document, path)
    defined = set().union(*(known.names[family] for family in (*PLURAL, "group")))
    unsure = set().union(*(unknown.get(family, ()) for family in PLURAL)) - defined
    for section, keys in KIND_KEYS.items():
        for name in getattr(document, section):
            if any(repair.stands_in((section, name, key)) for key in keys):
                unsure.add(name)
    return frozenset(unsure)


def _forget(document: Document, path: Path) -> None:
    """Leave out a number of a pair of actors that its key does not name."""
    holder: Any = document
    for part in path[:-1]:
        holder = getattr(holder, part) if isinstance(part, str) and hasattr(holder, part) else holder[part]
    holder.pop(path[-1], None)


def _doubtful(found: Finding, root: Node, unsure: frozenset[str]) -> bool:
    """Whether a finding may be about a stand-in, or about a name that is not to be taken at its word."""
    node, taken = root.descend(found.path)
    if len(taken) < 2 or not unsure.isdisjoint(
        word for part in taken if isinstance(part, str) and part not in KEYS for word in WORD.findall(part)
    ):
        return len(taken) >= 2
    return any(
        inner.mark == NOWHERE
        or (isinstance(inner.value, str) and not unsure.isdisjoint(WORD.findall(inner.value)))
        for _, inner in node.walk()
    )
