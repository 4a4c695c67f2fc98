"""powersim: agent-based strategic simulation of world politics, where counterfactuals share their luck.

The public names; each is imported when it is first used, so that `import powersim` costs nothing.

    load       a scenario's file -> a resolved scenario
    build      a resolved scenario -> its arrays; `.case(branch, theory, seed, run)` is what one history takes
    simulate   a case, a seed and a run -> a history, compiled
    Model      one run of a scenario as a Mesa model, a turn a step
    State      an actor in a Model; override `decide` to give one a policy of its own
    PowersimError   everything that a user can put right
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from powersim.errors import PowersimError
    from powersim.scenario.arrays.build import build
    from powersim.scenario.load import load
    from powersim.sim.agent import State
    from powersim.sim.history import simulate
    from powersim.story.model import Model

__all__ = ["Model", "PowersimError", "State", "build", "load", "simulate"]

_HOMES = {
    "Model": "powersim.story.model",
    "PowersimError": "powersim.errors",
    "State": "powersim.sim.agent",
    "build": "powersim.scenario.arrays.build",
    "load": "powersim.scenario.load",
    "simulate": "powersim.sim.history",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
