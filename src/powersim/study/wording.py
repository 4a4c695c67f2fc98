"""Words for numbers, quantities and controllers, shared by `list` and `explain`."""

from __future__ import annotations

from powersim.scenario.calendar import Calendar
from powersim.scenario.priors import Distribution
from powersim.scenario.resolved import ControlRule, Issue, Num, Outcome
from powersim.world.params import ParameterSpec
from powersim.world.quantities import QUANTITIES


def interval(spec: ParameterSpec) -> str:
    """The range of a parameter."""
    return f"{spec.low:g} to {spec.high:g}" + (", whole" if spec.whole else "")


def quantity(outcome: Outcome) -> str:
    """What an outcome watches: alignment of RUS, IRN."""
    return f"{outcome.kind.replace('_', ' ')} {', '.join(outcome.things)}".strip()


def summary(outcome: Outcome, calendar: Calendar) -> str:
    """How its path becomes a number."""
    first, last = calendar.label(outcome.first), calendar.label(outcome.last)
    if outcome.summary == "at":
        return f"in {last}"
    if outcome.summary == "ever":
        return f"ever {'above' if outcome.above else 'below'} {outcome.threshold:g} until {last}"
    return f"{outcome.summary} {first} to {last}"


def unit(outcome: Outcome) -> str:
    """What an outcome is measured in."""
    if outcome.unit:
        return outcome.unit
    return "share of runs" if outcome.summary == "ever" else QUANTITIES[outcome.kind].unit


def scale(low: float | None, high: float | None) -> str:
    """The ends of a scale."""
    if low is None and high is None:
        return "any number"
    return f"{low:g} or more" if high is None else f"{low:g} to {high:g}"


def number(num: Num) -> str:
    """A number with its prior."""
    return f"{num.value:g}" + (f", prior {prior(num.prior)}" if num.prior is not None else "")


def prior(found: Distribution) -> str:
    """A distribution: uniform 0.2, 0.4."""
    return f"{found.kind} {', '.join(f'{value:g}' for value in found.arguments)}"


def who_controls(issue: Issue) -> str:
    """Who raises and lowers a lever, or what a reading shows."""
    if issue.voices:
        return "each its own position: " + ", ".join(f"{v.actor} {v.weight:.2g}" for v in issue.voices)
    if issue.raisers is None or issue.lowerers is None:
        return f"shows {issue.shows.replace('_', '-')}"
    up, down = _rule(issue.raisers), _rule(issue.lowerers)
    return up if up == down else f"up {up}; down {down}"


def _rule(rule: ControlRule) -> str:
    if len(rule.members) == 1:
        return rule.members[0]
    joint = {"all": " and ", "any": " or ", "sum": " + "}[rule.kind]
    return joint.join(rule.members)
