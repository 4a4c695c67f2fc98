"""Every rule gives the same bits compiled and interpreted, and none raises anywhere in its domain."""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import powersim.oracles
import powersim.rules

POINTS = 150
CLOSED = (0.0, 1.0)
# Arguments that are not simply between 0 and 1, ends included; the first entry that fits wins.
DOMAIN: dict[str, tuple[float, float]] = {
    "x": (-30.0, 30.0), "evidence": (-3.0, 3.0), "a0": (-1.0, 1.0), "alignment": (-1.0, 1.0),
    "push": (-5.0, 5.0), "noise": (-2.0, 2.0), "eps": (1e-6, 0.1), "m": (0.0, 4.0), "k": (0.0, 5.0),
    "gain": (-1.0, 1.0), "gain_i": (-1.0, 1.0), "gain_j": (-1.0, 1.0), "surplus": (-1.0, 1.0),
    "legs": (0.0, 8.0), "n": (2.0, 12.0), "i": (0.0, 12.0), "turns": (0.0, 20.0), "sigma": (0.01, 1.0),
    "logit.p": (1e-6, 1.0 - 1e-6), "resolve_after.a": (-1.0, 1.0), "trust_after.a": (-1.0, 1.0),
    "next_alignment.a": (-1.0, 1.0), "conflict_expectation.a": (-1.0, 1.0), "clip_step.x": CLOSED,
    "issue_utility.x": CLOSED, "issue_utility.b": (1.0, 3.0), "patience_weight.d1": (0.01, 1.0),
    "patience_weight.d2": (0.01, 1.0), "setback_threshold.delta": (0.5, 0.999), "fight_probability.p": (0.0, 0.99),
    "setback_worth_it.delta": (0.5, 0.999), "strike_now_threshold.loss": (0.01, 1.0), "_climb.pi": (0.01, 0.49),
    "minimum_trust.reward": (0.7, 1.0), "minimum_trust.temptation": (0.1, 0.6), "minimum_trust.sucker": (-1.0, -0.1),
    "minimum_trust.punishment": (0.0, 0.5), "t_u": (1.1, 3.0), "equalising_payment.unit_i": (1e-6, 2.0),
    "equalising_payment.unit_j": (1e-6, 2.0),
}  # fmt: skip
# Oracles that are asked inside their domain only: whole files, and rules of other files.
INSIDE = {
    "balance", "coleman", "expected_utility", "lanchester", "landscape", "position_exchange", "reputation", "trust",
    "contest_effort", "unequal_effort", "arming_of_equals", "richardson_equilibrium", "arms_versus_allies",
    "steady_gap", "gap_half_life", "bass_share", "bass_peak",
}  # fmt: skip
OPEN = (0.05, 0.95)


def rules() -> Iterator[tuple[str, str, Callable[..., Any], list[str]]]:
    """Every rule and every oracle of numbers alone: file, name, the rule, its arguments."""
    for package in (powersim.rules, powersim.oracles):
        for module in pkgutil.iter_modules(package.__path__):
            loaded = importlib.import_module(f"{package.__name__}.{module.name}")
            source = inspect.getsource(loaded)
            for name, found in sorted(vars(loaded).items()):
                plain = getattr(found, "py_func", found)
                if (
                    inspect.isfunction(plain)
                    and f"@rule\ndef {name}(" in source
                    and plain.__module__ == loaded.__name__
                ):
                    hints = plain.__annotations__
                    if all(
                        hint in ("float", "int") for argument, hint in hints.items() if argument != "return"
                    ):
                        yield (
                            module.name,
                            name,
                            found,
                            [argument for argument in hints if argument != "return"],
                        )


def points(module: str, name: str, arguments: list[str]) -> Iterator[list[float]]:
    """Arguments inside the domain and on its edges, the same in every process."""
    dice = random.Random(name)
    fallback = OPEN if module in INSIDE or name in INSIDE else CLOSED
    for _ in range(POINTS):
        point = []
        for argument in arguments:
            low, high = DOMAIN.get(f"{name}.{argument}", DOMAIN.get(argument, fallback))
            point.append(dice.choice([low, high, dice.uniform(low, high), dice.uniform(low, high)]))
        yield point


def shown(value: Any) -> str:
    """A result to the last bit."""
    if isinstance(value, tuple):
        return " ".join(shown(part) for part in value)
    return float(value).hex()


@cache
def transcript() -> list[str]:
    """One line a rule and point."""
    return [
        f"{module}.{name}({', '.join(map(repr, point))}) = {shown(found(*point))}"
        for module, name, found, arguments in rules()
        for point in points(module, name, arguments)
    ]


def test_compiled_and_interpreted_rules_give_the_same_bits() -> None:
    environment = {**os.environ, "POWERSIM_JIT": "0"}
    done = subprocess.run(
        [sys.executable, __file__], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    interpreted = done.stdout.splitlines()
    compiled = transcript()
    assert len(compiled) > 50 * POINTS
    different = [pair for pair in zip(compiled, interpreted, strict=True) if pair[0] != pair[1]]
    assert different[:5] == []


def test_no_rule_gives_something_that_is_not_a_number() -> None:
    assert [line for line in transcript() if line.endswith("nan")] == []


if __name__ == "__main__":
    print("\n".join(transcript()))
