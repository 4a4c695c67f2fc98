"""What all commands that compute for long do before they begin."""

from __future__ import annotations

import threading

import pytest

from powersim.sim import forks

HYPOTHESIS = 'hypotheses: [{id: h, claim: A claim, outcome: war, branches: [free, keep], sign: "+"}]\n'


@pytest.mark.parametrize(
    "command",
    [
        ("compare", "--branches", "free,keep", "--runs", 2, "--figures", "none"),
        pytest.param(
            ("why", "--outcome", "war", "--branches", "free,keep", "--runs", 1), marks=pytest.mark.slow
        ),
        ("verdict", "--draws", 2, "--lucks", 2),
    ],
)
def test_rules_are_compiled_before_threads_start(powersim, scenario, monkeypatch, command):
    text = scenario.read_text("utf-8")
    scenario.write_text(text[: text.index("hypotheses:")] + HYPOTHESIS, "utf-8")
    where = []

    def simulate(cases, seed, run, compute=forks.simulate_branches):
        where.append(threading.current_thread() is threading.main_thread())
        return compute(cases, seed, run)

    monkeypatch.setattr(forks, "simulate_branches", simulate)
    result = powersim(command[0], scenario, *command[1:], "--workers", 1, "--quiet")
    assert result.code == 0, result.err
    assert where[0]
    assert not any(where[1:])
