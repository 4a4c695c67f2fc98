"""One run to look into: a scenario's file, a branch and a theory as a Mesa model that tells its story in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from powersim.errors import PowersimError
from powersim.run.plan import SEED
from powersim.scenario.arrays.build import Built, build
from powersim.scenario.load import load
from powersim.scenario.resolved import Scenario
from powersim.sim.agent import State
from powersim.sim.labels import Labels
from powersim.sim.model import PowersimModel, Teller
from powersim.story.events import read
from powersim.story.story import tell
from powersim.story.telling import names
from powersim.world.state import Floats, Setup


class Model(PowersimModel):
    """Run `run` of a scenario under a branch and a theory, one turn a step: the run that `powersim tell` tells.

    scenario: a YAML file, or what `powersim.load` or `powersim.build` made of one. branch, theory: without a name the
    world as it goes, with the scenario's parameters. agents: {code: class with a `decide` of its own}. overrides: as
    `--set`, e.g. {"rho": 0.5}, for a file only. The rest is as in `PowersimModel`. In `mesa.batch_run`, vary `run`
    (`iterations` repeats the same history) and wrap a dictionary in a list: {"agents": [{"RUS": Stubborn}, {}]}.

    Raises ScenarioError with every problem of the file, PowersimError for an unknown branch, theory or actor.
    """

    def __init__(
        self,
        scenario: str | Path | Scenario | Built,
        branch: str = "",
        theory: str = "",
        seed: int = SEED,
        run: int = 0,
        *,
        agents: Mapping[str, Callable[[PowersimModel, int], State]] | None = None,
        overrides: Mapping[str, str | float] | None = None,
        model_reporters: Mapping[str, Any] | None = None,
        agent_reporters: Mapping[str, Any] | None = None,
        rng: Any = None,
    ) -> None:
        built = _built(scenario, overrides)
        case = built.case(branch, theory, seed, run)
        super().__init__(
            case,
            labels(built, branch, theory),
            seed=seed,
            run=run,
            agents=agents,
            model_reporters=model_reporters,
            agent_reporters=agent_reporters,
            teller=teller(built.scenario, case.setup),
            rng=rng,
        )


def labels(built: Built, branch: str = "", theory: str = "") -> Labels:
    """What the rows of a scenario's world are called."""
    scenario = built.scenario
    under = ", ".join(name for name in (branch, theory) if name)
    return Labels(
        title=f"{scenario.name}: {under}" if under else scenario.name,
        actors=tuple(built.index.actors),
        issues=tuple(built.index.issues),
        goods=tuple(built.index.goods),
        controls=built.index.controls,
        outcomes=tuple(scenario.outcomes),
        dates=tuple(scenario.calendar.labels()),
    )


def teller(scenario: Scenario, setup: Setup) -> Teller:
    """A chronicle's rows as sentences, with details on indented lines below each."""
    known = names(scenario, setup)

    def told(log: Floats) -> Iterable[tuple[int, str]]:
        for entry in tell(read(log, known), known):
            yield entry.turn, "\n    ".join((entry.text, *entry.details))

    return told


def _built(scenario: str | Path | Scenario | Built, overrides: Mapping[str, str | float] | None) -> Built:
    if isinstance(scenario, str | Path):
        return build(load(scenario, dict(overrides or {})))
    if overrides:
        raise PowersimError('overrides: allowed with a file alone; e.g. powersim.load(file, {"rho": 0.5})')
    return scenario if isinstance(scenario, Built) else build(scenario)
