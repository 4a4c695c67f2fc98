"""A plan that can be sent to another process or machine, which computes chunks of its runs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

from powersim.errors import PowersimError
from powersim.run.opened import LoadedScenario
from powersim.run.plan import Plan
from powersim.scenario.load import from_data
from powersim.sim.ensemble import Ensemble
from powersim.sim.layout import Chunk


@dataclass(frozen=True)
class Remote:
    """What a worker needs to compute any chunk of a plan: the scenario's document and what was asked, as text.

    A worker whose powersim or rules are of another version than the sender's refuses with a PowersimError.
    """

    name: str
    document: str
    overrides: tuple[tuple[str, str], ...]
    branches: tuple[str, ...]
    theories: tuple[str, ...]
    seed: int
    dates: tuple[int, ...]
    sampling: str
    identity: str

    @classmethod
    def of(cls, plan: Plan) -> Remote:
        """The plan as it is sent."""
        opened = plan.opened
        return cls(
            opened.name,
            json.dumps(dict(opened.document), ensure_ascii=False),
            tuple(opened.overrides.items()),
            plan.branches,
            plan.theories,
            plan.seed,
            plan.dates,
            plan.sampling,
            json.dumps(plan.identity()),
        )

    def __call__(self, start: int, stop: int) -> Chunk:
        """The chunk of runs start..stop-1."""
        return next(_ensemble(self).chunks(start, stop, workers=1))


@lru_cache(maxsize=2)
def plan_of(remote: Remote) -> Plan:
    """The plan that was sent, made once in a process. PowersimError if the sender's powersim is another."""
    document, overrides = json.loads(remote.document), dict(remote.overrides)
    opened = LoadedScenario(remote.name, from_data(document, overrides), document, overrides)
    plan = Plan(opened, remote.theories, remote.seed, remote.branches, remote.dates, remote.sampling)
    here, there = plan.identity(), json.loads(remote.identity)
    different = [key for key in there if here.get(key) != json.loads(json.dumps(there[key]))]
    if different:
        raise PowersimError(
            f"a worker differs from the sender in {', '.join(different)}: install the same powersim everywhere"
        )
    return plan


@lru_cache(maxsize=2)
def _ensemble(remote: Remote) -> Ensemble:
    """The plan's ensemble, built once in a process."""
    from powersim.run.work import COMPILED, ensemble

    return ensemble(plan_of(remote), COMPILED)
