"""One run as a story: the history is computed again, with its chronicle, and put into words."""

from __future__ import annotations

from powersim.analysis.phrases import Control, Flow, Names
from powersim.analysis.story import Entry, tell
from powersim.scenario.resolved import Actor, Scenario
from powersim.study.plan import Plan
from powersim.study.work import COMPILED, simulator
from powersim.world.state import C_LEVER, Setup


def story(plan: Plan, run: int, engine: str = COMPILED) -> list[Entry]:
    """What happened in run `run` of the plan's first branch under its first theory, in order."""
    case = plan.cases(plan.theories[0], run)[0]
    return tell(simulator(engine)(case, plan.seed, run).log, names(plan.scenario, case.setup))


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
    )


def _control(scenario: Scenario, setup: Setup, index: int) -> Control:
    kind, issue = int(setup.control_kind[index]), int(setup.control_issue[index])
    giver, taker = int(setup.control_from[index]), int(setup.control_to[index])
    if kind == C_LEVER:
        lever = scenario.issues[issue]
        return Control(kind, lever.title, scale=tuple(sorted(lever.scale.items())))
    what = f"{_called(scenario.actors[giver])} towards {_called(scenario.actors[taker])}"
    return Control(kind, what, giver, taker)


def _called(actor: Actor) -> str:
    """Its name, or its code where the name would trip up a sentence."""
    return actor.code if "," in actor.title or " and " in actor.title else actor.title
