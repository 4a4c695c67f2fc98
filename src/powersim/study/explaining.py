"""What a name means: every kind of thing that bears it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from powersim._words import counted, did_you_mean, nearest
from powersim.errors import PowersimError
from powersim.run.opened import Source, open_source
from powersim.run.plan import ends
from powersim.scenario.load import Overrides
from powersim.scenario.resolved import Event, Interest, Issue, Scenario
from powersim.study import wording
from powersim.world.params import MECHANISMS, SPEC, MechanismSpec, ParameterSpec
from powersim.world.phases import PHASES, Phase

Lines = list[tuple[str, str]]
Block = tuple[str, Lines]
TURN = "turn"
OFF = {"fall": "falls", "rise": "rises", "change": "changes"}


def explain(name: str, source: Source | None = None, overrides: Overrides | None = None) -> list[Block]:
    """A heading and lines for each thing called `name`; PowersimError, with what may be meant, if there is none.

    Parameters and mechanisms, and the `turn`, are known without a scenario.
    """
    scenario = open_source(source, overrides).scenario if source is not None else None
    found = [block for block in _all(name, scenario) if block is not None]
    if found:
        return found
    known = [TURN, *SPEC, *MECHANISMS, *(_names(scenario) if scenario is not None else [])]
    near = nearest(name, known)
    hint = did_you_mean(near, ".")
    if scenario is None:
        raise PowersimError(
            f"{name} is not a parameter or mechanism{hint} "
            f"Allowed: what powersim list shows; for names of a scenario: powersim explain {name} my.yaml"
        )
    raise PowersimError(f"{name} is not known{hint} Allowed: what powersim list shows")


def _all(name: str, scenario: Scenario | None) -> Iterator[Block | None]:
    if name == TURN:
        yield "turn: its phases in their order", [(phase.name, _phase(phase)) for phase in PHASES]
    if name in SPEC:
        yield _parameter(SPEC[name], scenario)
    if name in MECHANISMS:
        yield _mechanism(MECHANISMS[name], scenario)
    if scenario is None:
        return
    for look in _LOOKS:
        yield look(name, scenario)


def _phase(phase: Phase) -> str:
    return f"{phase.what} [{', '.join(phase.mechanisms)}]" if phase.mechanisms else phase.what


def _parameter(spec: ParameterSpec, scenario: Scenario | None) -> Block:
    lines: Lines = [
        ("meaning", spec.about),
        ("default", f"{spec.value:g}"),
        ("unit", spec.unit),
        ("range", wording.interval(spec)),
        ("source", spec.source),
        ("rules", spec.topic),
    ]
    if spec.prior is not None:
        kind, numbers = next(iter(spec.prior.items()))
        lines.insert(4, ("prior", f"{kind} {', '.join(f'{value:g}' for value in numbers)}"))
    if scenario is not None:
        lines.append(("here", wording.number(scenario.parameters[spec.name])))
        for theory in scenario.theories.values():
            if spec.name in theory.parameters:
                lines.append((f"under {theory.name}", wording.number(theory.parameters[spec.name])))
    return f"{spec.name}: a parameter", lines


def _mechanism(spec: MechanismSpec, scenario: Scenario | None) -> Block:
    lines: Lines = [
        ("meaning", spec.about),
        ("look at", spec.outcome),
        ("without it", f"{spec.outcome} {OFF.get(spec.off, spec.off)} (expected before it was measured)"),
        ("why", spec.expected),
    ]
    if scenario is not None:
        lines.append(("here", "on" if scenario.mechanisms[spec.name] else "off"))
        for theory in scenario.theories.values():
            if spec.name in theory.mechanisms:
                lines.append((f"under {theory.name}", "on" if theory.mechanisms[spec.name] else "off"))
    return f"{spec.name}: a mechanism", lines


def _outcome(name: str, scenario: Scenario) -> Block | None:
    outcome = scenario.outcomes.get(name)
    if outcome is None:
        return None
    lines: Lines = [
        ("meaning", outcome.title),
        ("quantity", wording.quantity(outcome)),
        ("summary", wording.summary(outcome, scenario.calendar)),
        ("unit", wording.unit(outcome)),
        ("range", wording.scale(*ends(outcome))),
        ("source", "computed in every run"),
    ]
    claims = [f"{h.id}: {h.claim}" for h in scenario.hypotheses if h.outcome == name]
    return f"{name}: an outcome", [*lines, *(("hypothesis", claim) for claim in claims)]


def _issue(name: str, scenario: Scenario) -> Block | None:
    issue = next((each for each in scenario.issues if each.id == name), None)
    if issue is None:
        return None
    lines: Lines = [
        ("meaning", issue.title),
        ("range", "0 to 1" + _scale(issue)),
        ("start", wording.number(issue.start)),
        ("control", wording.who_controls(issue)),
    ]
    for label, num in (("speed", issue.speed), ("step", issue.step)):
        if num is not None:
            lines.append(
                (label, f"{wording.number(num)} a turn" if label == "speed" else wording.number(num))
            )
    for effect in issue.effects:
        between = " to ".join(part for part in (effect.first, effect.second) if part)
        what = f"{effect.kind} {effect.good} {between}".replace("  ", " ")
        lines.append(("effect", f"{what}: {wording.number(effect.size)}"))
    lines += [(interest.actor, _interest(interest)) for interest in issue.interests]
    return f"{name}: an issue", [*lines, ("source", issue.source or "not stated")]


def _scale(issue: Issue) -> str:
    points = ", ".join(f"{point:g} {label}" for point, label in sorted(issue.scale.items()))
    return f" ({points})" if points else ""


def _interest(interest: Interest) -> str:
    text = f"ideal {interest.ideal.value:g}, salience {interest.salience.value:g}"
    soft = (interest.engagers_ideal.value, interest.engagers_salience.value)
    if soft != (interest.ideal.value, interest.salience.value):
        text += f"; engagers: ideal {soft[0]:g}, salience {soft[1]:g}"
    return text + (
        f"; {len(interest.clauses)} clause(s) on the state of the world" if interest.clauses else ""
    )


def _good(name: str, scenario: Scenario) -> Block | None:
    good = next((each for each in scenario.goods if each.id == name), None)
    if good is None:
        return None
    flows = [f"{a} to {b}" for g, a, b in scenario.flows if g == name]
    holders = [f"{actor} {num.value:g}" for actor, num in good.stock.items() if num.value]
    lines: Lines = [
        ("meaning", good.title),
        ("kind", "know-how: given is copied" if good.kind == "know_how" else "rival: given is lost"),
        ("power", f"{wording.number(good.power)} a unit"),
        ("delivery", counted(int(good.delivery.value), "turn")),
        ("held by", ", ".join(holders) or "nobody"),
        ("flows", ", ".join(flows) or "none"),
        ("source", good.source or "not stated"),
    ]
    return f"{name}: a good", lines


def _actor(name: str, scenario: Scenario) -> Block | None:
    actor = next((each for each in scenario.actors if each.code == name), None)
    if actor is None:
        return None
    lines: Lines = [
        ("meaning", actor.title),
        ("power", f"{wording.number(actor.power)} (share of the world's military capability)"),
        ("economy", f"{wording.number(actor.economy)} (share of world GDP)"),
        ("growth", f"{wording.number(actor.growth)} a turn"),
        ("engagers", f"{wording.number(actor.engagers)} (share of the faction that would rather deal)"),
        ("source", actor.source or "not stated"),
    ]
    return f"{name}: an actor", lines


def _event(name: str, scenario: Scenario) -> Block | None:
    event = next((each for each in scenario.events if each.id == name), None)
    if event is None:
        return None
    deeds = [
        f"{d.kind} {' '.join(p for p in (d.first, d.second) if p)}: {d.value.value:+g}" for d in event.deeds
    ]
    lines = [("meaning", event.title), ("when", _when(event, scenario)), *(("does", deed) for deed in deeds)]
    return f"{name}: an event from outside", [*lines, ("source", event.source or "not stated")]


def _when(event: Event, scenario: Scenario) -> str:
    label = scenario.calendar.label
    if event.turn >= 0:
        return f"{label(event.turn)}, with probability {wording.number(event.probability)}"
    factor = f" times {event.factor.text}" if event.factor is not None else ""
    return (
        f"{label(event.first)} to {label(event.last)}, hazard {wording.number(event.hazard)} a turn{factor}"
    )


def _branch(name: str, scenario: Scenario) -> Block | None:
    branch = scenario.branches.get(name)
    if branch is None:
        return None
    label = scenario.calendar.label
    lines: Lines = [("meaning", branch.title)]
    if branch.yardstick:
        lines.append(("role", "yardstick: it measures the effects of the others"))
    if branch.like:
        lines.append(("like", branch.like))
    for step in branch.steps:
        thing = " ".join(step.thing)
        what = thing if step.kind == "issue" else f"{step.kind} {thing}"
        points = ", ".join(f"{label(turn)} {value:g}" for turn, value in step.points)
        dates = points or f"{label(step.first)} to {label(step.last)}"
        lines.append((step.verb, f"{what}: {dates}"))
    if branch.offer is not None:
        legs = "; ".join(f"{leg.kind} {' '.join(leg.thing)}" for leg in branch.offer.legs)
        lines.append(("offer", f"{label(branch.offer.turn)}, {', '.join(branch.offer.parties)}: {legs}"))
    return f"{name}: a branch", lines


def _theory(name: str, scenario: Scenario) -> Block | None:
    theory = scenario.theories.get(name)
    if theory is None:
        return None
    lines: Lines = [("meaning", theory.title)]
    lines += [("sets", f"{key} = {wording.number(num)}") for key, num in theory.parameters.items()]
    lines += [("switches", f"{key} {'on' if on else 'off'}") for key, on in theory.mechanisms.items()]
    return f"{name}: a theory", [*lines, ("source", theory.source or "not stated")]


_LOOKS: tuple[Callable[[str, Scenario], Block | None], ...] = (
    _outcome,
    _issue,
    _good,
    _actor,
    _event,
    _branch,
    _theory,
)


def _names(scenario: Scenario) -> Iterator[str]:
    yield from scenario.outcomes
    yield from (issue.id for issue in scenario.issues)
    yield from (good.id for good in scenario.goods)
    yield from (actor.code for actor in scenario.actors)
    yield from (event.id for event in scenario.events)
    yield from scenario.branches
    yield from scenario.theories
