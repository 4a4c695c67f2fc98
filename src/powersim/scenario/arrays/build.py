"""From a resolved scenario to what a run takes: setups, parameters, branches, switches, outcomes to watch.

The arrays are built once. A run copies only those that a prior or a parameter fills, so thousands of runs are cheap.
The draws of a run depend on its seed, its number and the paths of the numbers, never on branch or theory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from powersim.errors import PowersimError
from powersim.scenario.arrays.branch import plan
from powersim.scenario.arrays.index import Index
from powersim.scenario.arrays.setup import Arrays
from powersim.scenario.names import unknown
from powersim.scenario.priors import Distribution, Draws, uniforms
from powersim.scenario.resolved import Num, Outcome, Scenario
from powersim.world.case import Case, Watch
from powersim.world.params import SPEC, Params, Switches, per_turn, switches
from powersim.world.quantities import QUANTITIES
from powersim.world.state import BranchArrays, Floats, Ints, Keys, Setup

COUNTS = np.array([spec.whole for spec in SPEC.values()])
QUARTERS = {"month": 1.0 / 3.0, "quarter": 1.0, "year": 4.0}
SNAPSHOTS = 6  # dates at which all alignments are kept: a map and a network for each


class Inputs(NamedTuple):
    """What one run takes as given under one theory; parameters count in turns."""

    setup: Setup
    params: Params


class _Target(NamedTuple):
    """Cells of one array and which draws or parameters fill them."""

    array: str
    cells: Ints
    sources: Ints


@dataclass(frozen=True)
class _Patch:
    """Parameters under one theory: values, and those with priors. `keys` (2, P) are those of all uncertain numbers."""

    base: Floats
    draws: Draws
    places: Ints
    keys: Keys


@dataclass(repr=False)
class Built:
    """A scenario ready to run. `setup` is its base: every prior at its number's value."""

    scenario: Scenario
    index: Index
    setup: Setup
    _draws: Draws
    _drawn: list[_Target]
    _linked: list[_Target]
    _patches: dict[str, _Patch] = field(default_factory=dict)
    _branches: dict[str, BranchArrays] = field(default_factory=dict)

    @property
    def turns(self) -> int:
        """How many turns a history has."""
        return self.scenario.calendar.turns

    @property
    def priors(self) -> int:
        """How many numbers are uncertain under no theory."""
        return len(self.distributions())

    def distributions(self, theory: str = "") -> dict[str, Distribution]:
        """Every uncertain number under a theory: its path and distribution."""
        patch = self._patch(theory)
        return dict(
            zip(self._draws.paths + patch.draws.paths, self._draws.all + patch.draws.all, strict=True)
        )

    def drawn(self, seed: int, run: int, theory: str = "") -> dict[str, float]:
        """What a run draws for every uncertain number, by path: the inputs of a sensitivity analysis."""
        return dict(
            zip(self.paths(theory), map(float, self.values(self.uniforms(seed, run, theory), theory)))
        )

    def paths(self, theory: str = "") -> tuple[str, ...]:
        """Paths of the uncertain numbers (P) under a theory, in the order of `uniforms`."""
        return self._draws.paths + self._patch(theory).draws.paths

    def uniforms(self, seed: int, run: int, theory: str = "", *, second: bool = False) -> Floats:
        """The run's place in the space of assumptions: a uniform in [0, 1) for every uncertain number (P).

        `second` gives other ones, independent of the first.
        """
        return uniforms(self._patch(theory).keys, seed, run, second=second)

    def values(self, u: Floats, theory: str = "") -> Floats:
        """The uncertain numbers (P) at a place u (P) in the space of assumptions."""
        own = len(self._draws.all)
        return np.concatenate([self._draws.values(u[:own]), self._patch(theory).draws.values(u[own:])])

    def inputs(self, seed: int, run: int, theory: str = "") -> Inputs:
        """Setup and parameters of one run: the same for all branches, and for all theories where they say nothing.

        seed: 0 .. 2**64 - 1, run: 0 .. 2**32 - 1. Raises PowersimError for an unknown theory.
        """
        return self.inputs_at(self.uniforms(seed, run, theory), theory)

    def inputs_at(
        self,
        u: Floats,
        theory: str = "",
        fixed: Mapping[str, float] | None = None,
        over: Setup | None = None,
    ) -> Inputs:
        """Setup and parameters at a place u (P) in the space of assumptions: see `uniforms` and `paths`.

        `fixed` gives parameters by name, in the units of their defaults: it wins over the theory and the place.
        over: a setup from here that nobody else uses: it is written over and comes back, which is quicker.
        """
        patch, own = self._patch(theory), len(self._draws.all)
        raw = patch.base.copy()
        raw[patch.places] = patch.draws.values(u[own:])
        for name, value in (fixed or {}).items():
            raw[list(SPEC).index(name)] = SPEC[name].check(value)
        return self._filled(raw, self._draws.values(u[:own]), over)

    def central(self, theory: str = "") -> Inputs:
        """Setup and parameters with every prior at its number's value."""
        return self._filled(self._patch(theory).base.copy(), None)

    def _filled(self, raw: Floats, drawn: Floats | None, over: Setup | None = None) -> Inputs:
        params = per_turn(Params._make(_whole(raw)), QUARTERS[self.scenario.calendar.turn])
        arrays: dict[str, Any] = {}

        def write(targets: list[_Target], numbers: Floats) -> None:
            for target in targets:
                if target.array not in arrays:
                    own = getattr(over or self.setup, target.array)
                    arrays[target.array] = own.copy() if over is None else own
                arrays[target.array].reshape(-1)[target.cells] = numbers[target.sources]

        if drawn is not None:
            write(self._drawn, drawn)
        write(self._linked, np.array(params, np.float64))
        return Inputs(over or self.setup._replace(**arrays), params)

    def _patch(self, theory: str) -> _Patch:
        if theory and theory not in self.scenario.theories:
            raise _no_such("theory", theory, self.scenario.theories)
        if theory not in self._patches:
            numbers = dict(self.scenario.parameters)
            if theory:
                numbers |= self.scenario.theories[theory].parameters
            uncertain = [
                (place, num) for place, num in enumerate(numbers[name] for name in SPEC) if num.prior
            ]
            own = Draws([num.path for _, num in uncertain], [num.prior for _, num in uncertain if num.prior])
            self._patches[theory] = _Patch(
                np.array([numbers[name].value for name in SPEC]),
                own,
                np.array([place for place, _ in uncertain], np.int64),
                np.concatenate([self._draws.keys, own.keys], axis=1),
            )
        return self._patches[theory]

    def switches(self, theory: str = "", off: Sequence[str] = ()) -> Switches:
        """Mechanisms of the scenario, as the theory has them, without those named in `off`."""
        states = dict(self.scenario.mechanisms)
        if theory:
            if theory not in self.scenario.theories:
                raise _no_such("theory", theory, self.scenario.theories)
            states |= self.scenario.theories[theory].mechanisms
        return switches(states | dict.fromkeys(off, False))

    def branch(self, name: str = "") -> BranchArrays:
        """The arrays of a branch; without a name, the world as it goes."""
        if name and name not in self.scenario.branches:
            raise _no_such("branch", name, self.scenario.branches)
        if name not in self._branches:
            self._branches[name] = plan(self.scenario, self.index, name)
        return self._branches[name]

    def watch(self, outcomes: Sequence[Outcome] | None = None) -> Watch:
        """What to record each turn: the scenario's outcomes, in the order of their names, or those given."""
        chosen = list(self.scenario.outcomes.values()) if outcomes is None else outcomes
        places = [self._watched(outcome) for outcome in chosen]
        return Watch(
            np.array([QUANTITIES[outcome.kind].code for outcome in chosen], np.int64),
            np.array([a for a, _ in places], np.int64),
            np.array([b for _, b in places], np.int64),
        )

    def _watched(self, outcome: Outcome) -> tuple[int, int]:
        index, things, of = self.index, outcome.things, QUANTITIES[outcome.kind].of
        if of == "stock":
            return index.actors[things[0]], index.goods[things[1]]
        if of == "issue":
            return index.issues[things[0]], -1
        if of == "event":
            return index.events[things[0]], -1
        if of == "flow":
            return index.flows[things[0], things[1], things[2]], -1
        if of in ("sanctions", "pledge"):
            return (index.sanctions if of == "sanctions" else index.pledges)[things[0], things[1]], -1
        if of == "dispute":
            return index.between(things[0], things[1], outcome.over)[0], -1
        if of in ("strike", "proxy"):
            table = index.strikes if of == "strike" else index.proxies
            return next(
                p for (a, b, k), p in table.items() if (a, b) == things and outcome.over in ("", k)
            ), -1
        return index.actors[things[0]], index.actors[things[1]] if of == "pair" else -1

    def case(
        self,
        branch: str = "",
        theory: str = "",
        seed: int = 0,
        run: int = 0,
        snapshots: Sequence[int] | None = None,
        off: Sequence[str] = (),
        at: Floats | None = None,
        fixed: Mapping[str, float] | None = None,
    ) -> Case:
        """Everything that one history needs beside its seed and run.

        `snapshots` are the turns after which alignment is kept: by default the last one before the intervention (the
        first turn without one), the last of all, and some between. `off` names mechanisms to switch off. `at` is the
        place (P) in the space of assumptions, as `uniforms` has it: by default the run's own. `fixed` parameters are
        not drawn.
        """
        inputs = self.inputs_at(self.uniforms(seed, run, theory) if at is None else at, theory, fixed)
        return Case(
            inputs.setup,
            inputs.params,
            self.switches(theory, off),
            self.branch(branch),
            self._watch,
            self.turns,
            self._snapshots if snapshots is None else np.array(list(snapshots), np.int64),
        )

    @cached_property
    def _watch(self) -> Watch:
        """The scenario's outcomes, in the order of their names, then the odds of those that have any."""
        every = self.scenario.outcomes.values()
        return self.watch([*every, *(o.odds for o in every if o.odds is not None)])

    @cached_property
    def _snapshots(self) -> Ints:
        """From the last turn before the intervention, or the first, to the last of all, in even steps."""
        since = self.scenario.intervention
        first = max(0, since - 1) if since is not None else 0
        return np.unique(np.linspace(first, self.turns - 1, SNAPSHOTS).astype(np.int64))


def build(scenario: Scenario) -> Built:
    """The arrays of a resolved scenario and the table of what is drawn anew in every run."""
    index = Index.of(scenario)
    arrays = Arrays(scenario, index)
    setup = arrays.setup()
    numbers: dict[str, Num] = {}
    for num, _, _ in arrays.priors:
        numbers.setdefault(num.path, num)
    order = {path: place for place, path in enumerate(sorted(numbers))}
    drawn = [(array, cell, order[num.path]) for num, array, cell in arrays.priors]
    parameters = {name: place for place, name in enumerate(SPEC)}
    linked = [(array, cell, parameters[name]) for name, array, cell in arrays.links]
    priors = [numbers[path].prior for path in sorted(numbers)]
    return Built(
        scenario,
        index,
        setup,
        Draws(sorted(numbers), [prior for prior in priors if prior is not None]),
        _targets(drawn),
        _targets(linked),
    )


def _targets(cells: Sequence[tuple[str, Ints, int]]) -> list[_Target]:
    """Cells grouped by array."""
    grouped: dict[str, list[tuple[Ints, int]]] = {}
    for name, places, source in cells:
        grouped.setdefault(name, []).append((places, source))
    return [
        _Target(
            name,
            np.concatenate([places for places, _ in found]),
            np.concatenate([np.full(len(places), source, np.int64) for places, source in found]),
        )
        for name, found in sorted(grouped.items())
    ]


def _whole(raw: Floats) -> list[float]:
    """Parameters, those that are counts rounded."""
    rounded: list[float] = np.where(COUNTS, np.floor(raw + 0.5), raw).tolist()
    return rounded


def _no_such(what: str, name: str, known: Mapping[str, object]) -> PowersimError:
    message, allowed = unknown(name, known, what)
    return PowersimError(f"{message}; allowed: {allowed}")
