"""A scenario in which a level is written everywhere where one can stand, for every level 0.00, 0.01, ..., 1.00.

Run as a program it prints what `told` says of it: compiled, or interpreted under POWERSIM_JIT=0.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from powersim.run.condense import condense, summary_of
from powersim.scenario.arrays.build import Built, build
from powersim.scenario.load import from_data
from powersim.sim import history, model
from powersim.world.menu import embargoed
from powersim.world.params import MECHANISMS

LEVELS = range(101)
# How an issue comes to stand at a level: laid down by a branch, there from the start, moved there by two events.
WAYS = ("laid", "kept", "moved")
OPERATORS = {">=": True, ">": False, "<=": True, "<": False}
"""What each comparison says of a level with itself."""
ON = ("calendar", "programme_strike")
ACTORS = ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF")
ENGINES = ("compiled", "mesa")


def text(n: int) -> str:
    """A level as somebody writes it."""
    return f"{n / 100:.2f}"


def name(way: str, n: int) -> str:
    """The issue that stands at level n."""
    return f"{way}_{n:03d}"


def encoded(issue: str, n: int) -> str:
    """An expression that is the sum of 2**-(1 + place) over the comparisons that hold."""
    return " + ".join(
        f"{2.0 ** -(1 + place)!r}*({issue} {operator} {text(n)})" for place, operator in enumerate(OPERATORS)
    )


def code(answers: dict[str, bool]) -> float:
    """What `encoded` should be."""
    return sum(2.0 ** -(1 + place) * answers[operator] for place, operator in enumerate(OPERATORS))


def document() -> dict[str, Any]:
    """The scenario."""
    issues: dict[str, Any] = {}
    events: list[dict[str, Any]] = []
    for way in WAYS:
        for n in LEVELS:
            issue = name(way, n)
            start = {"laid": 0.5, "kept": n / 100, "moved": 0}[way]
            wants: dict[str, Any] = {"AAA": {"ideal": encoded(issue, n), "salience": 0.1}}
            if n > 0:
                wants["BBB"] = {"ideal": encoded(issue, n - 1), "salience": 0.1}
            if n < 100:
                wants["CCC"] = {"ideal": encoded(issue, n + 1), "salience": 0.1}
            wants["DDD"] = {"ideal": 0, "salience": 0, "when": [
                {"if": f"{issue} >= {text(n)}", "ideal": 1},
                {"if": f"{issue} > {text(n)}", "salience": 1},
            ]}  # fmt: skip
            wants["EEE"] = {"ideal": 0, "salience": 0, "when": [
                {"if": f"{issue} <= {text(n)}", "ideal": 1},
                {"if": f"{issue} < {text(n)}", "salience": 1},
            ]}  # fmt: skip
            # a difference as a condition
            wants["FFF"] = {"ideal": 0, "salience": 0, "when": [
                {"if": f"{issue} - {text(n)}", "salience": 1},
                {"if": f"{text(n)} - {issue}", "salience": 1},
            ]}  # fmt: skip
            issues[issue] = {"start": start, "control": "AAA", "interests": wants}
            if way == "moved" and n > 0:
                events += [
                    {"id": f"first_{n:03d}", "date": "2000Q1", "shift": {issue: n / 300}},
                    {"id": f"then_{n:03d}", "date": "2000Q2", "shift": {issue: n / 100 - n / 300}},
                ]
    goods: dict[str, Any] = {}
    strikes: list[dict[str, Any]] = []
    outcomes: dict[str, Any] = {}
    for n in LEVELS:
        issue = name("laid", n)
        events += [
            {"id": f"event_{n:03d}_{place}", "from": "2000Q3", "hazard": 1, "engagers": {"FFF": 0.5},
             "hazard_from": f"{issue} {operator} {text(n)}"}
            for place, operator in enumerate(OPERATORS)
        ]  # fmt: skip
        effects = issues[issue]["effects"] = []
        for good, level in (("at", n), ("over", n + 1)):
            goods[f"{good}_{n:03d}"] = {"kind": "rival", "flows": {"AAA": ["BBB"]}}
            if level <= 100:
                embargo = {"good": f"{good}_{n:03d}", "from": "AAA", "to": "BBB"}
                effects.append({"embargo": embargo, "above": level / 100})
        for by, on, level in (("AAA", "BBB", n), ("CCC", "DDD", n + 1)):
            if 0 < level <= 100:
                programme = name("moved", n)  # where it has never stood at the level exactly
                strikes.append({"by": by, "on": on, "programme": programme, "milestones": [level / 100]})
        seen = {"of": {"issue": issue}, "ever": "2001Q1"}
        outcomes[f"above_{n:03d}_own"] = seen | {"above": n / 100}
        outcomes[f"below_{n:03d}_own"] = seen | {"below": n / 100}
        if n > 0:
            outcomes[f"above_{n:03d}_next"] = seen | {"above": (n - 1) / 100}
        if n < 100:
            outcomes[f"below_{n:03d}_next"] = seen | {"below": (n + 1) / 100}
    return {
        "powersim": 1, "name": "levels", "calendar": {"start": "2000Q1", "end": "2001Q1", "turn": "quarter"},
        "actors": {who: {"power": 0.1, "economy": 0.1} for who in ACTORS},
        "mechanisms": {mechanism: mechanism in ON for mechanism in MECHANISMS},
        "parameters": {"kappa0": 1},  # no strike is worth it: milestones are passed, programmes stay where they are
        "issues": issues, "events": events, "goods": goods, "strikes": strikes, "outcomes": outcomes,
        "branches": {"there": {"do": [
            {"set": {name("laid", n): n / 100}, "date": "2000Q1"} for n in LEVELS
        ]}},
    }  # fmt: skip


def told(built: Built, engine: str) -> dict[str, Any]:
    """What the scenario says of every place when an engine has run it, as plain lists by level."""
    case = built.case("there", "", 1, 0)
    stepped = model.PowersimModel(case, seed=1, run=0)
    while stepped.running:
        stepped.step()
    compiled = history.simulate(case, 1, 0)
    happened = stepped.world.happened if engine == "mesa" else compiled.happened
    values = stepped.values if engine == "mesa" else compiled.values
    g, w, desk = stepped.engine.packed
    index, world, found = built.index, stepped.world, {}
    for way in WAYS:
        rows = [index.issues[name(way, n)] for n in LEVELS]
        for who in ACTORS:
            found[f"ideal {way} {who}"] = world.theta[index.actors[who], rows].tolist()
            found[f"salience {way} {who}"] = world.salience[index.actors[who], rows].tolist()
    for place, operator in enumerate(OPERATORS):
        events = [index.events[f"event_{n:03d}_{place}"] for n in LEVELS]
        found[f"event {operator}"] = (happened[events] >= 0).tolist()
    for good in ("at", "over"):
        flows = [index.flows[f"{good}_{n:03d}", "AAA", "BBB"] for n in LEVELS]
        found[f"embargo {good}"] = [bool(embargoed(g.s, w, desk.notes, f)) for f in flows]
    for sides in (("AAA", "BBB"), ("CCC", "DDD")):
        strikes = [index.strikes.get((*sides, name("moved", n))) for n in LEVELS]
        found[f"milestone {sides[0]}"] = [None if b is None else int(world.milestone[b]) for b in strikes]
    outcomes = list(built.scenario.outcomes.values())
    stored = values.astype(np.float32)[None, None, None]
    summaries = condense([summary_of(outcome) for outcome in outcomes], stored).summary[0, 0, 0]
    found["ever"] = {outcome.name: float(v) for outcome, v in zip(outcomes, summaries, strict=True)}
    return found


if __name__ == "__main__":
    scenario = build(from_data(document()))
    print(json.dumps({engine: told(scenario, engine) for engine in ENGINES}))
