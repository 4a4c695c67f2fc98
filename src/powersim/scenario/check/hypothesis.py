"""Contradictions among hypotheses: ids taken twice, effects of nothing, conditions that never hold or always do."""

from __future__ import annotations

from collections.abc import Iterator

from powersim.scenario.check.facts import Finding, finding
from powersim.scenario.read.node import Path
from powersim.scenario.schema.hypothesis import Hypothesis
from powersim.scenario.schema.scenario import Document


def hypothesis_contradictions(document: Document) -> Iterator[Finding]:
    """All of them."""
    seen: set[str] = set()
    for index, hypothesis in enumerate(document.hypotheses):
        at: Path = ("hypotheses", index)
        if hypothesis.id in seen:
            yield finding((*at, "id"), "this id is taken", hypothesis.id, "another id")
        seen.add(hypothesis.id)
        yield from _same_twice(at, hypothesis)
        yield from _outcomes(document, at, hypothesis)
        yield from _others(document, at, hypothesis)


def _same_twice(at: Path, hypothesis: Hypothesis) -> Iterator[Finding]:
    for key in ("branches", "reference"):
        pair = getattr(hypothesis, key)
        if pair is not None and pair[0] == pair[1]:
            yield finding((*at, key), "an effect needs two different branches", pair[0], key=True)
    measure = hypothesis.reference
    if measure is not None and set(measure) == set(hypothesis.branches or ()):
        yield finding(
            (*at, "reference"), "an effect cannot be measured by itself", " and ".join(measure),
            "two other branches", key=True,
        )  # fmt: skip


def _outcomes(document: Document, at: Path, hypothesis: Hypothesis) -> Iterator[Finding]:
    if hypothesis.along is not None and hypothesis.along == hypothesis.outcome:
        yield finding((*at, "along"), "an outcome along itself", hypothesis.along, "another outcome")
    if hypothesis.given is not None and document.outcomes[hypothesis.given].summary != "ever":
        kinds = ", ".join(name for name, outcome in document.outcomes.items() if outcome.summary == "ever")
        yield finding(
            (*at, "given"), "a condition happens or does not", hypothesis.given,
            f"an outcome with ever: {kinds or 'none is defined'}",
        )  # fmt: skip


def _others(document: Document, at: Path, hypothesis: Hypothesis) -> Iterator[Finding]:
    simple = {other.id for other in document.hypotheses if other.all_of is None}
    for index, name in enumerate(hypothesis.all_of or []):
        if name not in simple:
            yield finding(
                (*at, "all_of", index), "no such hypothesis with a quantity of its own", name,
                ", ".join(sorted(simple)),
            )  # fmt: skip
