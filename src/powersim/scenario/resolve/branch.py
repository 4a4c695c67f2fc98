"""Resolving branches: their steps, those of the branches that they are like first, and what these cannot agree on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from powersim.scenario import resolved as r
from powersim.scenario.check.facts import Finding, circular, finding, settled
from powersim.scenario.check.study import offer_parties
from powersim.scenario.resolve.document import Resolver
from powersim.scenario.schema.branch import Action, BranchEntry, Forbid

Thing = tuple[str, ...]  # the kind of what is laid down (issue, sanctions, pledge, stock), then its names
Laid = Mapping[int, tuple[str, float, bool]]  # turn: verb, value, whether it is read as an act


@dataclass(frozen=True, slots=True)
class Clash:
    """What two of the branches that `branch` is like cannot both lay down; says: what each does."""

    branch: str
    others: r.Pair
    thing: str
    says: r.Pair


def branches(of: Resolver) -> dict[str, r.Branch]:
    """Every branch, with the steps of those that it is like first."""
    return dict(sorted(_all(of)[0].items()))


def disagreements(of: Resolver) -> Iterator[Finding]:
    """Branches made of several that lay down different things; none is looked for where branches go in a circle."""
    graph = {name: one.like for name, one in of.document.branches.items()}
    if circular(graph) or all(len(like) < 2 for like in graph.values()):
        return
    for clash in _all(of)[1]:
        first, second = clash.others
        yield finding(
            ("branches", clash.branch, "like", of.document.branches[clash.branch].like.index(second)),
            f"{first} and {second} cannot be joined: {clash.thing}",
            f"{first}: {clash.says[0]}; {second}: {clash.says[1]}",
            "branches that agree wherever both lay something down; what a branch says in its own do comes before "
            "what another only takes over by like",
        )


def _all(of: Resolver) -> tuple[dict[str, r.Branch], list[Clash]]:
    given = of.document.branches
    out: dict[str, r.Branch] = {}
    clashes: list[Clash] = []
    for name in settled({name: one.like for name, one in given.items()}):
        branch = given[name]
        parents = [out[like] for like in sorted(branch.like)]  # an order is no information
        steps, offer = (list(parents[0].steps), parents[0].offer) if parents else ([], None)
        if len(parents) > 1:
            owned = [{_key(step) for step in _own(of, given[one.name])} for one in parents]
            steps, offer, found = _joined(of, name, parents, owned)
            clashes += found
        steps += _own(of, branch)
        offers = [action for action in branch.do if action.offer is not None]
        offer = _offer(of, offers[-1]) if offers else offer
        title = branch.title or name
        out[name] = r.Branch(name, title, ", ".join(sorted(branch.like)), tuple(steps), offer, branch.role)
    return out, clashes


def _own(of: Resolver, branch: BranchEntry) -> list[r.Step]:
    return [step for action in branch.do for step in _steps(of, action)]


def _steps(of: Resolver, action: Action) -> list[r.Step]:
    act, linear = action.read_as != "nature", action.between == "linear"
    steps: list[r.Step] = []
    date = of.turn(action.date, 0)
    for issue, number in (action.set or {}).items():
        steps.append(r.Step("path", "issue", (issue,), date, date, ((date, number.value),), act=act))
    for issue, path in (action.path or {}).items():
        points = tuple(sorted((of.turn(date, 0), number.value) for date, number in path.items()))
        if not points:  # only while a scenario with mistakes is looked through
            continue
        last = points[-1][0] if action.to is None else max(points[-1][0], of.last_turn(action.to))
        steps.append(r.Step("path", "issue", (issue,), points[0][0], last, points, linear, act))
    until = date if action.to is None else max(date, of.last_turn(action.to))
    for kind, table in (("sanctions", action.sanctions), ("pledge", action.pledge)):
        for key, number in sorted((table or {}).items()):
            for pair in of.facts.directed(key):
                steps.append(r.Step("path", kind, pair, date, until, ((date, number.value),)))
    for actor, goods in sorted((action.stock or {}).items()):
        for good, number in sorted(goods.items()):
            steps.append(r.Step("stock", "stock", (actor, good), date, date, ((date, number.value),)))
    first, last = of.turn(action.from_, 0), of.last_turn(action.to)
    for issue in action.hold or []:
        for kind, thing in _held(of, issue):
            steps.append(r.Step("hold", kind, thing, first, last))
    for kind, thing in _forbidden(of, action.forbid):
        steps.append(r.Step("forbid", kind, thing, first, last))
    return steps


def _held(of: Resolver, issue: str) -> list[tuple[str, Thing]]:
    """What stays where it is: a lever, or the sanctions that a reading shows."""
    binds = of.document.issues[issue].binds
    if binds is None or binds.sanctions is None:
        return [("issue", (issue,))]
    return [("sanctions", (sender, binds.sanctions)) for sender in of.facts.expand(binds.by or [])]


def _forbidden(of: Resolver, forbid: Forbid | None) -> list[tuple[str, Thing]]:
    if forbid is None:
        return []
    if forbid.sanctions is not None:
        return [("sanctions", pair) for pair in of.facts.pairs(forbid.sanctions.by, forbid.sanctions.on)]
    for kind, issues in (("raise", forbid.raise_), ("lower", forbid.lower)):
        if issues is not None:
            return [(kind, (issue,)) for issue in issues]
    if forbid.event is not None:
        return [("event", (forbid.event,))]
    for kind, thing in (("flow", forbid.flow), ("pledge", forbid.pledge), ("war", forbid.war)):
        if thing is not None:
            return [(kind, thing)]
    return []


def _offer(of: Resolver, action: Action) -> r.Offer:
    legs = []
    for leg in action.offer or []:
        issue = leg.move or leg.refrain
        thing = (issue,) if issue else leg.give or leg.freeze or leg.relief or leg.pledge or ()
        legs.append(r.OfferLeg(leg.kind, thing, leg.to.value if leg.to is not None else 0.0))
    parties = offer_parties(of.document, of.facts, action)
    return r.Offer(
        of.turn(action.date, 0),
        tuple(legs),
        tuple(parties),
        action.if_accepted or "",
        action.if_refused or "",
    )


def _key(step: r.Step) -> Thing:
    return (step.kind, *step.thing)


def _joined(
    of: Resolver, name: str, parents: Sequence[r.Branch], owned: Sequence[set[Thing]]
) -> tuple[list[r.Step], r.Offer | None, list[Clash]]:
    """What several branches lay down together. `owned`: what each says in its own `do`.

    Of one thing: what some say themselves comes before what others only take over; what goes on from what another
    says too replaces it; else both hold, unless they differ in a turn for which both say something.
    """
    forbids = list(dict.fromkeys(step for one in parents for step in one.steps if step.verb == "forbid"))
    steps, clashes = list(forbids), _barred(of, name, parents)
    laid = [[step for step in one.steps if step.verb != "forbid"] for one in parents]
    for key in dict.fromkeys(_key(step) for own in laid for step in own):
        said = [
            (one.name, tuple(step for step in own if _key(step) == key))
            for one, own in zip(parents, laid, strict=True)
        ]
        themselves = [each for each, own in zip(said, owned, strict=True) if key in own]
        (first, found), *rest = [each for each in themselves or said if each[1]]
        for other, more in rest:
            if found[: len(more)] == more:
                continue
            both = more if more[: len(found)] == found else tuple(sorted({*found, *more}, key=_when))
            clash = _differ(of, found, more, both)
            if clash is not None and both is not more:
                clashes.append(Clash(name, (first, other), " ".join(key[key[0] == "issue" :]), clash))
                continue
            found = both
        steps += found
    offers = [one for one in parents if one.offer is not None]
    for one in offers[1:]:
        if one.offer != offers[0].offer:
            clashes.append(Clash(name, (offers[0].name, one.name), "each makes an offer", ("one", "another")))
    for one in offers[:1]:
        clashes += _after_an_answer(of, name, one, parents)
    return steps, offers[0].offer if offers else None, clashes


def _when(step: r.Step) -> tuple[int, int, str]:
    return step.first, step.last, step.verb


def _laid(steps: Sequence[r.Step]) -> Laid:
    """What steps about one thing come to, turn by turn: the same that `arrays.branch` makes of them."""
    out: dict[int, tuple[str, float, bool]] = {}
    for step in steps:
        if step.verb == "path":
            out = {turn: what for turn, what in out.items() if turn < step.first}
        for turn in range(step.first, step.last + 1):
            out[turn] = (step.verb, _value(step, turn), step.act)
    return out


def _value(step: r.Step, turn: int) -> float:
    at, values = zip(*step.points, strict=True) if step.points else ((turn,), (0.0,))
    if step.linear:
        return float(np.interp(turn, at, values))
    return float(values[int(np.searchsorted(at, turn, side="right")) - 1])


def _differ(
    of: Resolver, one: Sequence[r.Step], other: Sequence[r.Step], both: Sequence[r.Step]
) -> r.Pair | None:
    """What each says in the first turn in which they differ, or in which joining them would lose something."""
    a, b, joined = _laid(one), _laid(other), _laid(both)
    for turn in sorted({*a, *b}):
        if turn in a and turn in b and a[turn] != b[turn]:
            date = of.calendar.label(turn)
            return _said(a[turn], date), _said(b[turn], date)
        if joined.get(turn) != a.get(turn, b.get(turn)):
            date = of.calendar.label(turn)
            return tuple(_said(laid[turn], date) if turn in laid else f"free in {date}" for laid in (a, b))  # type: ignore[return-value]
    return None


def _said(what: tuple[str, float, bool], date: str) -> str:
    verb, value, act = what
    if verb == "hold":
        return f"held in {date}"
    return f"{value:g} in {date}" + ("" if act else ", read as nature")


def _barred(of: Resolver, name: str, parents: Sequence[r.Branch]) -> list[Clash]:
    """Sanctions and pledges that one lays down while another forbids them."""
    return [
        Clash(
            name, (one.name, other.name), " ".join((step.kind, *step.thing)),
            (f"forbidden {_period(of, bar)}", f"{step.points[0][1]:g} {_period(of, step)}"),
        )
        for one in parents
        for bar in one.steps
        if bar.verb == "forbid" and bar.kind in ("sanctions", "pledge")
        for other in parents
        if other is not one
        for step in other.steps
        if step.verb == "path" and _key(step) == _key(bar) and step not in one.steps
        and step.first <= bar.last and bar.first <= step.last
    ]  # fmt: skip


def _period(of: Resolver, step: r.Step) -> str:
    first, last = of.calendar.label(step.first), of.calendar.label(step.last)
    return f"in {first}" if first == last else f"from {first} to {last}"


def _after_an_answer(of: Resolver, name: str, one: r.Branch, parents: Sequence[r.Branch]) -> list[Clash]:
    """What others lay down beyond an offer whose answer leads to another branch: it would be lost there."""
    offer = one.offer
    follows = [] if offer is None else [branch for branch in (offer.if_accepted, offer.if_refused) if branch]
    if offer is None or not follows:
        return []
    return [
        Clash(name, (one.name, other.name), "what is laid down after an offer's answer",
              (" or ".join(follows), f"{' '.join(step.thing)} until {of.calendar.label(step.last)}"))
        for other in parents
        for step in other.steps
        if other is not one and step.verb != "forbid" and step.last >= offer.turn and step not in one.steps
    ][:1]  # fmt: skip
