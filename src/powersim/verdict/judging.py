"""From runs to verdicts: each hypothesis of a scenario as arrays for `powersim.verdict.rule`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from powersim.effects.outcomes import is_binary
from powersim.effects.results import Floats
from powersim.scenario.resolved import Hypothesis
from powersim.sim import provenance
from powersim.verdict.rule import (
    Claim,
    Effects,
    Mean,
    Rule,
    contrast,
    dependence,
    judge,
    pooled,
    together,
)
from powersim.verdict.study import Runs
from powersim.verdict.words import Judgement

SIGNS = {"+": 1, "-": -1, "0": 0}


def judged(runs: Runs) -> list[Judgement]:
    """Every hypothesis of the trial with its verdict, in the trial's order."""
    plain = {h.id: _judgement(runs, h) for h in runs.trial.hypotheses if not h.all_of}
    return [plain[h.id] if h.id in plain else _of_parts(h, plain) for h in runs.trial.hypotheses]


def _judgement(runs: Runs, h: Hypothesis) -> Judgement:
    trial, outcome = runs.trial, runs.trial.scenario.outcomes[h.outcome]
    kept = [k for k, theory in enumerate(trial.theories) if not h.theories or theory in h.theories]
    effects = _effects(runs, h, kept)
    reference = None if h.reference is None else _contrast(runs, h.reference, h.outcome, "", kept)
    size = float("nan") if h.size is None else h.size
    claim = Claim(SIGNS[h.sign], Rule(h.rule.within, h.rule.supported, h.rule.either), h.at_least)
    finding = judge(claim, effects, reference, size)
    by_theory = {
        trial.theories[theory]: judge(
            claim, effects.of(k), None if reference is None else reference.of(k), size
        )
        for k, theory in enumerate(kept)
    }
    return Judgement(
        id=h.id, claim=h.claim, contrary=h.contrary, recorded=h.recorded, outcome=outcome.title, unit=outcome.unit,
        quantity=_quantity(runs, h), sign=h.sign, verdict=finding.verdict, finding=finding, by_theory=by_theory,
        effects=effects, size=size, at_least=h.at_least, compared=not h.along, yardsticks=_yardsticks(runs, h, kept),
        reference=None if reference is None else (_against(h.reference or ("", "")), pooled(reference)),
    )  # fmt: skip


def _of_parts(h: Hypothesis, plain: dict[str, Judgement]) -> Judgement:
    parts = tuple((name, plain[name].verdict) for name in h.all_of)
    return Judgement(
        id=h.id, claim=h.claim, contrary=h.contrary, recorded=h.recorded, outcome="", unit="",
        quantity="all of " + ", ".join(h.all_of), sign="", verdict=together([verdict for _, verdict in parts]),
        parts=parts,
    )  # fmt: skip


def _effects(runs: Runs, h: Hypothesis, kept: Sequence[int]) -> Effects:
    if not h.along:
        return _contrast(runs, h.branches, h.outcome, h.given, kept)
    branch = h.branches[0]
    y, x = (runs.of(branch, name)[kept] for name in (h.outcome, h.along))
    if h.given:
        y = np.where(runs.of(branch, h.given)[kept] == 1, y, np.nan)
    return dependence(y, x)


def _contrast(runs: Runs, pair: tuple[str, str], outcome: str, given: str, kept: Sequence[int]) -> Effects:
    a, b = _of_pair(runs, pair, outcome, kept, counted=bool(given))
    binary = is_binary(np.stack([a, b]))
    if given:  # in both branches: else the condition would select runs by the effect itself
        a, b = (np.where(_happened(runs, pair, given)[kept], values, np.nan) for values in (a, b))
    return contrast(a, b, binary=binary, diverged=runs.diverged(pair, outcome)[kept])


def _of_pair(
    runs: Runs, pair: tuple[str, str], outcome: str, kept: Sequence[int], *, counted: bool = False
) -> tuple[Floats, Floats]:
    """An outcome (theory, place, luck) in two branches, by the better estimator unless runs shall be counted."""
    if counted:  # a condition may look ahead, as odds must not
        return runs.of(pair[0], outcome)[kept], runs.of(pair[1], outcome)[kept]
    values, order = runs.measured(outcome)[0], runs.trial.branches
    return values[order.index(pair[0])][kept], values[order.index(pair[1])][kept]


def _happened(runs: Runs, pair: tuple[str, str], given: str) -> Floats:
    return np.asarray((runs.of(pair[0], given) == 1) & (runs.of(pair[1], given) == 1))


def _yardsticks(runs: Runs, h: Hypothesis, kept: Sequence[int]) -> tuple[tuple[str, Mean], ...]:
    """What happened against the yardsticks, as far as they were run."""
    trial = runs.trial
    happened = trial.opened.branches[0]
    if happened not in trial.branches:
        return ()
    found = []
    for name in trial.branches:
        if name in trial.scenario.branches and trial.scenario.branches[name].yardstick:
            a, b = _of_pair(runs, (happened, name), h.outcome, kept)
            nowhere = np.zeros(a.shape[:2], np.bool_)
            found.append((name, pooled(contrast(a, b, binary=is_binary(np.stack([a, b])), diverged=nowhere))))
    return tuple(found)


def _quantity(runs: Runs, h: Hypothesis) -> str:
    outcomes = runs.trial.scenario.outcomes
    given = f", given {_low(outcomes[h.given].title)}" if h.given else ""
    title = outcomes[h.outcome].title
    if h.along:
        return f"{title}, per standard deviation of {_low(outcomes[h.along].title)} in {h.branches[0]}{given}"
    return f"{title}, {_against(h.branches)}{given}"


def _against(pair: tuple[str, str]) -> str:
    return f"{pair[0]} against {pair[1]}"


def _low(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def facts(runs: Runs, command: str, started: float) -> dict[str, Any]:
    """What is needed to judge again."""
    trial = runs.trial
    return {
        "command": command, "hypotheses": [h.id for h in trial.hypotheses], "draws": trial.draws, "lucks": trial.lucks,
        "seed": trial.seed, "branches": list(trial.branches), "theories": list(trial.theories),
        "overrides": dict(trial.opened.overrides), "versions": provenance.versions(), "platform": provenance.system(),
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
        "duration_seconds": round(time.time() - started, 3),
        "scenario": {
            "file": trial.opened.name, "name": trial.scenario.name, "checksum": trial.identity()["scenario"],
            "document": dict(trial.opened.document),
        },
    }  # fmt: skip
