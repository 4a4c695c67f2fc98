"""Promises that were broken are counted where they can be evidence."""

from __future__ import annotations

from typing import Any

import powersim as ps
from powersim.given.knowledge import known
from powersim.run.plan import plan
from powersim.run.possible import Possible

RUNS = 12
BREACH = {"breach": ["WEST", "EAST"], "from": "2000Q1", "to": "2007Q4", "source": "made up"}


def test_breaches_are_counted_by_who_broke_a_promise_to_whom(scenario_two: dict[str, Any]) -> None:
    pairs = {f"{a}_{b}".lower(): [a, b] for a in ("WEST", "EAST") for b in ("WEST", "EAST") if a != b}
    stated = {"error": 0.1, "discrepancy": 0.1, "miss": 0.1, "events": [BREACH]}
    raw = scenario_two | {
        "outcomes": {name: {"of": {"breaches": pair}} for name, pair in pairs.items()},
        "parameters": {**scenario_two.get("parameters", {}), "renege_rate": 1.0, "tau_c": 0.5, "talk": 1.0},
        "hypotheses": [],
        "evidence": stated,
    }
    study = ps.Study(raw, "keep")
    told = study.tell_many(range(RUNS), "keep", kinds=["breach"]).events
    planned = plan(study.opened, "keep", study.opened.theories[:1], None, swept="")
    theory, order = planned.theories[0], list(study.scenario.outcomes)
    last = [Possible.of_run(planned, theory, run).histories(planned)[0].values[-1] for run in range(RUNS)]
    broken = 0
    for name, (a, b) in pairs.items():
        by_run = [len(told[(told.run == run) & (told.actor == a) & (told.other == b)]) for run in range(RUNS)]
        assert [values[order.index(name)] for values in last] == by_run
        broken += sum(by_run)
    assert broken > RUNS
    what = known(planned, "2007Q4")
    assert [check.said for check in what.checks] == ["breach: [WEST, EAST]"]
