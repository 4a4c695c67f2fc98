"""Ideals on an edge: exactly between two levels that can be had, so that the choice between them is worth nothing.

An actor with ideal theta gains s (|theta - a| - |theta - b|) by a move from a to b: nothing at theta = (a + b) / 2, and
there the least change of the ideal decides which way it wants to go. Levels of a reading of a flow are what is
ordered and what is delivered, quantum by quantum; those of a lever are what branches lay down one after the other
(for actors of one mind: what factions want together lies between their ideals).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from powersim.scenario.check.facts import Facts, Finding, finding
from powersim.scenario.read.node import Path
from powersim.scenario.schema.issue import Issue
from powersim.scenario.schema.numbers import Ideal, Number
from powersim.scenario.schema.scenario import Document
from powersim.world.params import SPEC

NEAR = 0.005  # of the scale: below what anybody can elicit
Step = tuple[float, float]


def edges(document: Document) -> Iterator[Finding]:
    """Ideals, values or centres of priors, that lie on an edge of those who choose; of a document without mistakes."""
    facts = Facts(document)
    for name, issue in document.issues.items():
        chosen = _of_flow(document, issue) if issue.binds is not None else _of_branches(document, name, issue)
        choosers = set(facts.expand(_choosers(issue)))
        for party, interest in issue.interests.items():
            if not choosers.intersection(facts.expand([party])):
                continue
            at: Path = ("issues", name, "interests", party)
            found: list[tuple[Path, Ideal | Number | None]] = [((*at, "ideal"), interest.ideal)]
            if interest.engagers is not None and issue.binds is None:
                continue  # a lever can be moved by less, and what the factions want together lies between them
            if interest.engagers is not None:
                found.append(((*at, "engagers", "ideal"), interest.engagers.ideal))
            found += [((*at, "when", i, "ideal"), when.ideal) for i, when in enumerate(interest.when)]
            for path, ideal in found:
                yield from _on_an_edge(path, party, issue, ideal, chosen)


def _choosers(issue: Issue) -> list[str]:
    if issue.binds is not None:
        return list(issue.binds.flow or ("",))[1:]
    if issue.control is None:
        return []
    return [*issue.control.raise_.members, *issue.control.lower.members]


def _of_flow(document: Document, issue: Issue) -> list[Step]:
    """From what stands delivered to one quantum more, and from its order to its delivery."""
    binds = issue.binds
    if binds is None or binds.flow is None:
        return []
    good = document.goods[binds.flow[0]]
    full = 1.0 if binds.full is None else binds.full.value
    contract = 0.0 if binds.contract is None else binds.contract.value
    unit = (SPEC["rival_quantum"].value if good.quantum is None else good.quantum.value) / full
    steps: list[Step] = []
    low = 0.0
    while low < 1.0 and unit > NEAR:
        high = min(1.0, low + unit)
        steps += [(low, high), (min(1.0, low + contract * unit), high)] if contract else [(low, high)]
        low = high
    return steps


def _of_branches(document: Document, name: str, issue: Issue) -> list[Step]:
    """From one position that a branch lays down to the next."""
    steps: list[Step] = []
    for branch in document.branches.values():
        for action in branch.do:
            laid = (action.path or {}).get(name)
            if laid is not None:
                calendar = document.calendar.calendar()
                levels = [laid[date].value for date in sorted(laid, key=calendar.first)]
                steps += [step for step in pairwise(levels) if step[0] != step[1]]
    return list(dict.fromkeys(steps))


def _on_an_edge(
    path: Path, who: str, issue: Issue, ideal: Ideal | Number | None, chosen: list[Step]
) -> Iterator[Finding]:
    if ideal is None or ideal.value is None:
        return
    centre = _centre(ideal)
    for what, level, at in (("", ideal.value, path), ("the centre of its prior, ", centre, (*path, "prior"))):
        on = [step for step in chosen if level is not None and abs(level - (step[0] + step[1]) / 2) < NEAR]
        if on:
            low, high = (_called(issue, position) for position in sorted(on[0]))
            message = f"{what}{level:g} lies exactly between {low} and {high}: which it gets is worth nothing"
            yield finding(
                at, f"{message} to {who}", "", f"an ideal nearer to the one that {who} wants, with the reason"
            )
            return


def _centre(ideal: Ideal | Number) -> float | None:
    """Of a prior that says where it lies; a spread lies around the value."""
    prior = ideal.prior
    if prior is None or prior.spread is not None:
        return None
    if prior.uniform is not None:
        return sum(prior.arguments()) / 2
    if prior.normal is not None:
        return prior.arguments()[0]
    if prior.beta is not None:
        a, b = prior.arguments()
        return a / (a + b)
    return prior.arguments()[1] if prior.triangular is not None else None


def _called(issue: Issue, position: float) -> str:
    label = next((text for at, text in issue.scale.items() if abs(float(at) - position) < NEAR), "")
    return f"{position:g} ({label})" if label else f"{position:g}"
