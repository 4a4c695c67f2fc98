"""One run as events and as a story: the history is computed again, with its chronicle in detail, and put into words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from powersim.effects.results import CERTAIN
from powersim.errors import PowersimError
from powersim.run.plan import Plan, headline
from powersim.run.possible import Numbered, Possible
from powersim.run.work import COMPILED, MESA
from powersim.scenario.arrays.index import Index
from powersim.scenario.resolved import Actor, Scenario
from powersim.sim.states import Path, path
from powersim.story.events import Series, read
from powersim.story.frame import About, OutcomePath, closing, opening
from powersim.story.phrases import Control, Flow, Names, Things
from powersim.story.selection import Selection, select
from powersim.story.story import Entry, tell
from powersim.story.tables import Telling
from powersim.world import chronicle as c
from powersim.world.state import C_LEVER, Floats, Setup, World


@dataclass(frozen=True)
class Story:
    """A run for people: what comes before the entries, the entries, and what comes after."""

    about: About
    opening: str
    entries: list[Entry]
    closing: str
    told: Telling  # the events that the entries are made of


def followed(
    plan: Plan,
    label: str,
    theory: str,
    run: int,
    *,
    engine: str = COMPILED,
    every: bool = False,
    world: Possible | None = None,
) -> Path:
    """Run `run` of a branch under a theory, or a possible world instead, with its states."""
    one = Possible.of_run(plan, theory, run) if world is None else world
    case = one.cases(plan)[plan.labels.index(label)]
    return path(case, one.seed, run, every=every, mesa=engine == MESA, chance=one.luck)


def told(plan: Plan, label: str, theory: str, run: int, found: Path) -> Telling:
    """The events of a history, all of them."""
    known = names(plan.scenario, plan.cases(theory, run)[0].setup)
    series = Series(_series(found.states[0]), _series(found.states[-1]))
    return Telling(label, theory, run, tuple(read(found.log, known, series)), known)


def story(
    plan: Plan,
    label: str,
    theory: str,
    run: int,
    wanted: Selection | None = None,
    engine: str = COMPILED,
    world: Numbered | None = None,
    played: tuple[str, Path] | None = None,
) -> Story:
    """What happened in a run, or in a possible world instead, as far as it is wanted, in order.

    played: the code of who was played, and the history with its states, where the run is a game's.
    """
    one = None if world is None else world.world
    found = played[1] if played else followed(plan, label, theory, run, engine=engine, world=one)
    everything = told(plan, label, theory, run, found)
    chosen = select(everything.events, wanted or Selection())
    about = described(plan, label, theory, run, everything.names, found, world)
    if played:
        about = replace(about, facts={**about.facts, "played": played[0]})
    entries = tell(chosen, everything.names)
    some = Telling(label, theory, run, tuple(chosen), everything.names)
    return Story(about, opening(about), entries, closing(about, everything.events), some)


def described(
    plan: Plan, label: str, theory: str, run: int, known: Names, found: Path, world: Numbered | None = None
) -> About:
    """Which run it is, or which world, and how it begins and ends."""
    scenario = plan.scenario
    branch = scenario.branches.get(label)
    school = scenario.theories.get(theory)
    since = "" if scenario.intervention is None else scenario.calendar.label(scenario.intervention)
    places = [list(scenario.outcomes).index(name) for name in headline(plan.opened)]
    outcomes = [
        OutcomePath(one.title, one.unit, found.values[:, place])
        for place, one in ((place, list(scenario.outcomes.values())[place]) for place in places)
    ]
    which: dict[str, str | int | float] = {"run": run}
    if world is not None:
        which = {
            "world": world.number, "worlds": world.count, "weight": world.weight,
            "given": known.dates[world.past - 1], "happened": world.happened,
        }  # fmt: skip
    facts: dict[str, str | int | float] = {
        "scenario": scenario.name, "branch": label, "theory": theory, **which, "seed": plan.seed,
        "from": known.dates[0], "to": known.dates[-1], "intervention": since,
        **({"priors": CERTAIN} if plan.certain else {}),
    }  # fmt: skip
    return About(
        facts,
        scenario.title,
        "the world as it goes" if branch is None else branch.title,
        "the scenario's parameters" if school is None else school.title,
        since,
        known,
        outcomes,
        (found.states[0].alignment, found.states[-1].alignment),
    )


def turn_of(plan: Plan, date: str | None) -> int | None:
    """The turn of a date; PowersimError if the calendar has none such."""
    if date is None:
        return None
    dates = plan.scenario.calendar.labels()
    if date not in dates:
        raise PowersimError(
            f"date {date} is not in the calendar; allowed: {dates[0]} to {dates[-1]}, e.g. {dates[0]}"
        )
    return list(dates).index(date)


def _series(world: World) -> dict[int, Floats]:
    return {
        c.BELIEF_RESOLVE: world.resolve,
        c.BELIEF_TRUST: world.trust,
        c.ALIGNMENT_MOVED: world.alignment,
        c.ENGAGERS_MOVED: world.engagers,
    }


def names(scenario: Scenario, setup: Setup) -> Names:
    """How to call what a chronicle refers to by index; lists are in the order of the resolved scenario."""
    codes = tuple(actor.code for actor in scenario.actors)
    titles = {issue.id: issue.title for issue in scenario.issues}
    goods = {good.id: good.title for good in scenario.goods}
    return Names(
        dates=tuple(scenario.calendar.labels()),
        codes=codes,
        actors=tuple(_called(actor) for actor in scenario.actors),
        issues=tuple(issue.title for issue in scenario.issues),
        controls=tuple(_control(scenario, setup, index) for index in range(len(setup.control_kind))),
        flows=tuple(Flow(goods[good], codes.index(a), codes.index(b)) for good, a, b in scenario.flows),
        disputes=tuple(titles[dispute.issue] for dispute in scenario.disputes),
        events=tuple(event.title for event in scenario.events),
        goods=tuple(good.title for good in scenario.goods),
        things=_things(scenario, setup),
    )


def _things(scenario: Scenario, setup: Setup) -> dict[str, Things]:
    """Names in data of everything that a row may be about, and the issue of each."""
    issues = [issue.id for issue in scenario.issues]
    control_issue = [int(k) for k in setup.control_issue]
    found: dict[str, tuple[Iterable[str], Iterable[int]]] = {
        "control": (Index.of(scenario).controls, control_issue),
        "flow": ([f"{good}: {a} to {b}" for good, a, b in scenario.flows], setup.flow_issue),
        "dispute": (
            [f"{d.challenger}>{d.target}: {d.issue}" for d in scenario.disputes],
            setup.dispute_issue,
        ),
        "event": ([event.id for event in scenario.events], [-1] * len(scenario.events)),
        "strike": (
            [f"{s.by}>{s.on}: {s.programme}" for s in scenario.strikes],
            [control_issue[int(k)] for k in setup.strike_control],
        ),
        "proxy": ([f"{p.by}>{p.on}: {p.issue}" for p in scenario.proxies], setup.proxy_issue),
        "issue": (issues, range(len(issues))),
        "good": ([good.id for good in scenario.goods], [-1] * len(scenario.goods)),
    }
    return {kind: Things(tuple(ids), tuple(int(k) for k in issue)) for kind, (ids, issue) in found.items()}


def _control(scenario: Scenario, setup: Setup, index: int) -> Control:
    kind, issue = int(setup.control_kind[index]), int(setup.control_issue[index])
    giver, taker = int(setup.control_from[index]), int(setup.control_to[index])
    if kind == C_LEVER:
        lever = scenario.issues[issue]
        if not lever.voices:
            return Control(kind, lever.title, scale=tuple(sorted(lever.scale.items())))
        who = int(setup.raisers[index].argmax())
        return Control(kind, f"the position of {_called(scenario.actors[who])} on {lever.title}", who)
    what = f"{_called(scenario.actors[giver])} towards {_called(scenario.actors[taker])}"
    return Control(kind, what, giver, taker)


def _called(actor: Actor) -> str:
    """Its name, or its code where the name would trip up a sentence."""
    return actor.code if "," in actor.title or " and " in actor.title else actor.title
