"""powersim: agent-based strategic simulation of world politics, where counterfactuals share their luck.

The public names; each is imported when it is first used, so that `import powersim` costs nothing.

    Study      a scenario and what is asked of it: compare, run, why, verdict, sensitivity, tell, base_rates, report
    Comparison   what branches change: effects, data, provenance, plot
    examples   the scenarios that come with powersim: the name of each stands wherever a file may
    load, dump   a scenario's file, or plain data, -> a resolved scenario; and back to YAML
    check        that a scenario is well, and what it holds; names: what there is of a kind
    cite         what a scenario stands on, as BibTeX
    explain      what a name means; json_schema, template: what a scenario may hold, and one to start from
    build      a resolved scenario -> its arrays; `.case(branch, theory, seed, run)` is what one history takes
    simulate   a case, a seed and a run -> a history, compiled
    Model      one run of a scenario as a Mesa model, a turn a step
    Decisions, Proposal   what a player decides in `Study.play`, and what a bot gives back
    State      an actor in a Model; override `decide` to give one a policy of its own
    PowersimError   everything that a user can put right
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from powersim.errors import ArgumentError, PowersimError, ScenarioError, Stopped
    from powersim.play.decisions import Decisions, Proposal
    from powersim.scenario.arrays.build import build
    from powersim.scenario.library import examples
    from powersim.scenario.load import dump, load, loads
    from powersim.scenario.template import json_schema, template
    from powersim.sim.agent import State
    from powersim.sim.history import simulate
    from powersim.story.model import Model
    from powersim.study.checking import check
    from powersim.study.citing import cite
    from powersim.study.explaining import explain
    from powersim.study.listing import names
    from powersim.study.results import Comparison
    from powersim.study.study import Study

__all__ = [
    "ArgumentError",
    "Comparison",
    "Decisions",
    "Model",
    "PowersimError",
    "Proposal",
    "ScenarioError",
    "State",
    "Stopped",
    "Study",
    "build",
    "check",
    "cite",
    "dump",
    "examples",
    "explain",
    "json_schema",
    "load",
    "loads",
    "names",
    "simulate",
    "template",
]

_HOMES = {
    "ArgumentError": "powersim.errors",
    "Comparison": "powersim.study.results",
    "Decisions": "powersim.play.decisions",
    "Model": "powersim.story.model",
    "PowersimError": "powersim.errors",
    "Proposal": "powersim.play.decisions",
    "ScenarioError": "powersim.errors",
    "State": "powersim.sim.agent",
    "Stopped": "powersim.errors",
    "Study": "powersim.study.study",
    "build": "powersim.scenario.arrays.build",
    "check": "powersim.study.checking",
    "cite": "powersim.study.citing",
    "dump": "powersim.scenario.load",
    "examples": "powersim.scenario.library",
    "explain": "powersim.study.explaining",
    "load": "powersim.scenario.load",
    "loads": "powersim.scenario.load",
    "json_schema": "powersim.scenario.template",
    "names": "powersim.study.listing",
    "simulate": "powersim.sim.history",
    "template": "powersim.scenario.template",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
