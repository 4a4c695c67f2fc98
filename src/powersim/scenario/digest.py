"""What `powersim check` says about a scenario that is well: its parts in a few lines."""

from __future__ import annotations

from dataclasses import dataclass

from powersim.scenario.arrays.build import Built, build
from powersim.scenario.canonical import checksum
from powersim.scenario.resolved import Scenario


@dataclass(frozen=True, slots=True)
class Digest:
    """Names and counts, for a table."""

    name: str
    title: str
    question: str
    first: str  # dates of the first and last turn
    last: str
    turn: str  # month, quarter, year
    turns: int
    intervention: str  # a date, or empty
    actors: tuple[str, ...]
    levers: tuple[str, ...]
    readings: tuple[str, ...]
    rival_goods: tuple[str, ...]
    know_how: tuple[str, ...]
    flows: int
    sanctions: int
    pledges: int
    disputes: int
    events: tuple[str, ...]
    branches: dict[str, str]  # name: title
    theories: dict[str, str]
    outcomes: dict[str, str]
    hypotheses: tuple[str, ...]
    parameters_set: tuple[str, ...]  # that differ from their defaults
    mechanisms_off: tuple[str, ...]
    priors: int  # uncertain numbers, the parameters' own priors included
    checksum: str


def digest(scenario: Scenario, built: Built | None = None) -> Digest:
    """The digest of a resolved scenario; `built`: its arrays, where somebody has them."""
    calendar = scenario.calendar
    since = scenario.intervention
    return Digest(
        name=scenario.name,
        title=scenario.title,
        question=scenario.question,
        first=calendar.label(0),
        last=calendar.label(calendar.turns - 1),
        turn=calendar.turn,
        turns=calendar.turns,
        intervention="" if since is None else calendar.label(since),
        actors=tuple(actor.code for actor in scenario.actors),
        levers=tuple(issue.id for issue in scenario.issues if issue.shows in ("lever", "weighted")),
        readings=tuple(issue.id for issue in scenario.issues if issue.shows not in ("lever", "weighted")),
        rival_goods=tuple(good.id for good in scenario.goods if good.kind == "rival"),
        know_how=tuple(good.id for good in scenario.goods if good.kind == "know_how"),
        flows=len(scenario.flows),
        sanctions=len(scenario.instruments),
        pledges=len(scenario.pledges),
        disputes=len(scenario.disputes),
        events=tuple(event.id for event in scenario.events),
        branches={name: branch.title for name, branch in scenario.branches.items()},
        theories={name: theory.title for name, theory in scenario.theories.items()},
        outcomes={name: outcome.title for name, outcome in scenario.outcomes.items()},
        hypotheses=tuple(hypothesis.id for hypothesis in scenario.hypotheses),
        parameters_set=tuple(scenario.parameters_set),
        mechanisms_off=tuple(name for name, on in scenario.mechanisms.items() if not on),
        priors=(built or build(scenario)).priors,
        checksum=checksum(scenario),
    )
