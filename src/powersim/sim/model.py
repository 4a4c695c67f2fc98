"""One history as a Mesa model: stepped turn by turn, looked into, given a policy, and the same bits as the ensemble.

The model holds no rule. A step asks the agents what they want, writes it into the world and calls the same `stretch`
of turns that compiled histories call. Luck is looked up by key (`world.draws`), so Mesa's shared `random` and `rng` are
never touched: whatever a user does with them leaves the history as it is.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from numbers import Real
from typing import Any

import mesa
import numpy as np

from powersim.errors import PowersimError
from powersim.sim.agent import State
from powersim.sim.labels import Labels
from powersim.sim.run import Engine, History
from powersim.world import chronicle
from powersim.world import columns as col
from powersim.world.case import Case
from powersim.world.channels import Held
from powersim.world.draws import Luck, uniform
from powersim.world.phases import PHASES, Phase
from powersim.world.start import LOG_ROWS
from powersim.world.state import Derived, Floats

__all__ = ["Labels", "PowersimModel", "State", "simulate"]

Teller = Callable[[Floats], Iterable[tuple[int, str]]]
"""Rows of a chronicle -> (turn, sentence) in order."""


class PowersimModel(mesa.Model):  # type: ignore[misc]
    """A case, one turn a step.

    case: what is simulated. labels: what its rows are called. seed: 0 .. 2**64 - 1, run: 0 .. 2**32 - 1, as in any
    study: both together name the history. agents: a class (or function of model and row) for each actor that has a
    policy of its own; all others are `State`. model_reporters, agent_reporters: more columns for `datacollector`,
    beside date, every outcome of the case and the actor's code. teller: puts the chronicle into words. rng: for Mesa's
    shared generators, which no rule uses. keep, held: channels to write down or to hold, as in `sim.history.simulate`.

    `datacollector` counts turns from 0, as `batch_run` does: the row of step 0 is the world after the first turn.
    Raises PowersimError for an unknown actor, ValueError for a seed or run that no key can hold.
    """

    steps: int

    def __init__(
        self,
        case: Case,
        labels: Labels | None = None,
        *,
        seed: int = 1,
        run: int = 0,
        agents: Mapping[str, Callable[[PowersimModel, int], State]] | None = None,
        model_reporters: Mapping[str, Any] | None = None,
        agent_reporters: Mapping[str, Any] | None = None,
        teller: Teller | None = None,
        rng: Any = None,
        log_rows: int = LOG_ROWS,
        detail: bool = False,
        keep: bool = False,
        held: Held | None = None,
        chance: Luck | None = None,
    ) -> None:
        super().__init__(rng=(seed, run) if rng is None else rng)
        self.case = case
        self.labels = Labels.numbered(case) if labels is None else labels
        self.seed, self.run = seed, run
        self.engine = Engine(
            case, seed, run, log_rows=log_rows, detail=detail, keep=keep, held=held, chance=chance
        )
        self.world = self.engine.world
        self.values = self.engine.record.values
        self._first_row = 0
        self._teller = self._plain if teller is None else teller
        self.states = self._people(dict(agents or {}))
        self.running = case.turns > 0
        self.datacollector = self._collector(dict(model_reporters or {}), dict(agent_reporters or {}))

    def _people(self, own: dict[str, Callable[[PowersimModel, int], State]]) -> tuple[State, ...]:
        """One agent for each actor, in the order of their codes."""
        for code in own:
            self.labels.actor(code)
        states = tuple(own.get(code, State)(self, index) for index, code in enumerate(self.labels.actors))
        # Mesa keeps the counter that numbers agents, and with it the model, for as long as Python runs.
        getattr(mesa.Agent, "_ids", {}).pop(self, None)
        return states

    def _collector(self, of_model: dict[str, Any], of_agents: dict[str, Any]) -> Any:
        for name, reporter in of_agents.items():
            if isinstance(reporter, str) and not hasattr(State, reporter):
                known = ", ".join(key for key, value in vars(State).items() if isinstance(value, property))
                raise PowersimError(
                    f"agent_reporters: {name}: {reporter!r} is no property of an agent ({known})"
                )
        outcomes = {name: _reporter(place) for place, name in enumerate(self.labels.outcomes)}
        return mesa.DataCollector(
            model_reporters={"date": "date", **outcomes, **of_model},
            agent_reporters={"code": "code", **of_agents} if of_agents else None,
        )

    @property
    def turn(self) -> int:
        """Turns that have been computed."""
        return self.engine.turns

    def __repr__(self) -> str:
        own = [state.code for state in self.states if type(state).decide is not State.decide]
        policies = f"; policies of their own: {', '.join(own)}" if own else ""
        return (
            f"<{self.labels.title}: seed {self.seed}, run {self.run}; {self.date}, "
            f"turn {self.turn} of {self.case.turns}{policies}>"
        )

    def __getitem__(self, code: str) -> State:
        """The agent of an actor; PowersimError if there is none."""
        return self.states[self.labels.actor(code)]

    @property
    def date(self) -> str:
        """Label of the last turn that was computed."""
        return self.labels.dates[self.turn - 1] if self.turn else "start"

    @property
    def derived(self) -> Derived:
        """What follows from the state as it is: capability, security and so on."""
        return self.engine.desk.derived

    @property
    def outcomes(self) -> dict[str, float]:
        """The case's outcomes after the last turn; not a number before the first."""
        row = self.values[max(self.turn - 1, 0)]  # odds come behind the outcomes
        return {name: float(row[place]) for place, name in enumerate(self.labels.outcomes)}

    @property
    def history(self) -> History:
        """What has happened so far, as `sim.history.simulate` gives it when all turns are done."""
        return self.engine.history()

    def position(self, issue: str) -> float:
        """Where an issue stands: 0..1."""
        return float(self.world.x[self.labels.issue(issue)])

    def step(self) -> None:
        """Compute one turn. Raises PowersimError when all turns are done, or for a decision that no agent may take."""
        for _ in self.phases():
            pass

    def phases(self) -> Iterator[Phase]:
        """Compute one turn phase by phase: each is given when it has been computed, to be looked at in `engine`.

        Errors: those of `step`, which does the same without looking.
        """
        if self.turn >= self.case.turns:
            raise PowersimError(f"the history has ended: all {self.case.turns} turns are done")
        t = self.turn
        self._ask()
        self._first_row = int(self.world.logged[0])
        for phase in PHASES:
            self.engine.to(t, phase.name)
            yield phase
        self.running = self.turn < self.case.turns
        self._collect(t)

    def _ask(self) -> None:
        """Write what the agents want into the world."""
        self.world.policy[:] = np.nan
        for state in self.states:
            wanted: object = state.decide()
            if not isinstance(wanted, Mapping):
                raise PowersimError(
                    f"{state.code} decided {wanted!r}; allowed: {{control: target}}, e.g. {{}}"
                )
            for name, target in wanted.items():
                control = self.labels.control(name)
                if name not in state.controls:
                    has = ", ".join(state.controls) or "none"
                    raise PowersimError(f"{state.code} has no say in {name}; it has one in: {has}")
                if not (isinstance(target, Real) and 0.0 <= float(target) <= 1.0):
                    raise PowersimError(f"{state.code} wants {name} at {target!r}; allowed: 0 to 1")
                self.world.policy[control, state.index] = target

    def _collect(self, t: int) -> None:
        """Collect under the turn's number: batch_run reads the columns of a model by place and agents by step."""
        done, self.steps = self.steps, t
        self.datacollector.collect(self)
        self.steps = done

    def observe(self, kind: int, a: int, b: int = -1) -> float:
        """A quantity of `powersim.world.quantities` (ISSUE, UTILITY, ...) as it is now; a and b are rows."""
        return self.engine.observe(kind, a, b)

    def uniform(self, point: int, actor: int, purpose: str) -> float:
        """The keyed uniform number of an agent's own decision in the coming turn."""
        key = self.case.setup.actor_key[actor]
        where = self.engine.given.luck
        return float(
            uniform(where, self.turn, point, key, np.uint64(0), np.uint64(zlib.crc32(purpose.encode())))
        )

    def rows(self) -> Floats:
        """Rows of the chronicle that the last step wrote: turn, kind, actor, other, object, value, gain, deal."""
        return self.world.log[self._first_row : int(self.world.logged[0])].copy()

    def tell(self) -> str:
        """What happened in the last step, a sentence a line; nothing before the first step."""
        # The teller reads from the beginning, because later rows refer to earlier ones.
        log = self.world.log[: int(self.world.logged[0])]
        return "\n".join(text for when, text in self._teller(log) if when == self.turn - 1)

    def _plain(self, log: Floats) -> Iterable[tuple[int, str]]:
        """Rows as "kind: actor, other; object 3; value 0.25; gain 0.01"."""
        for row in log.tolist():
            who = ", ".join(
                self.labels.actors[int(actor)] for actor in (row[col.ACTOR], row[col.OTHER]) if actor >= 0
            )
            thing = f"; object {int(row[col.THING])}" if row[col.THING] >= 0 else ""
            name = chronicle.KIND[int(row[col.KIND])].name
            yield (
                int(row[col.TURN]),
                f"{name}: {who}{thing}; value {row[col.VALUE]:.4g}; gain {row[col.GAIN]:.4g}",
            )


def simulate(
    case: Case,
    seed: int,
    run: int,
    log_rows: int = LOG_ROWS,
    detail: bool = False,
    *,
    keep: bool = False,
    held: Held | None = None,
    chance: Luck | None = None,
) -> History:
    """Run `run` of a case, stepped by Mesa: the same bits as `sim.history.simulate`, whose arguments these are."""
    model = PowersimModel(
        case, seed=seed, run=run, log_rows=log_rows, detail=detail, keep=keep, held=held, chance=chance
    )
    while model.running:
        model.step()
    return model.history


def _reporter(place: int) -> Callable[[PowersimModel], float]:
    """Reads one outcome after the last turn."""
    return lambda model: float(model.values[model.turn - 1, place])
