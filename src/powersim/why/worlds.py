"""Why two branches differ: both run again in every world that is needed, with the same luck, and kept as they come.

A run under a theory is one piece of work: the two branches as they are, without each mechanism, with every set of
channels open, and replayed with a channel held at the path that it takes in the other branch. Only the summaries of
outcomes are kept, in ``DIR/why/worlds.npz``, replaced in one step after every block of runs: what is there is whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from powersim.effects import results
from powersim.effects.odds import better
from powersim.effects.outcomes import summarise
from powersim.effects.results import Floats
from powersim.errors import Argument, ArgumentError, PowersimError
from powersim.run.opened import Chosen, LoadedScenario, listed, own_name, unknown_name
from powersim.run.plan import HEADLINES, Plan, label_of, plan
from powersim.run.work import Progress, workers
from powersim.sim.history import simulate
from powersim.why.groups import FULL, Group, Setting, coalitions, groups
from powersim.why.keeping import Part, WorldStore
from powersim.why.knockouts import Worlds
from powersim.why.mediation import OTHERS, TOGETHER, Replays
from powersim.world.case import Case
from powersim.world.channels import CHANNELS, Held
from powersim.world.params import MECHANISMS

NAME = "why"
RUNS = 60  # the flagship takes a minute or two on four processors
BLOCK = 4  # runs: what an interruption can cost
DIGEST = 8  # bytes of a fingerprint
HELD: dict[str, tuple[str, ...]] = {
    **{name: (name,) for name in CHANNELS},
    OTHERS: tuple(name for name in CHANNELS if name != "alignment"),
    TOGETHER: CHANNELS,
}
"""Channels to hold in each replay."""


_Pair = list[tuple[Floats, int]]
"""Summaries and a fingerprint of each branch."""


@dataclass(frozen=True)
class Question:
    """Two branches (the first is the reference) of a plan and the outcomes to explain."""

    plan: Plan
    outcomes: tuple[str, ...]

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Channels to share an effect out over."""
        return groups()

    @cached_property
    def mechanisms(self) -> tuple[str, ...]:
        """Mechanisms that can be switched off: those that are on under some theory."""
        on = [self.plan.built.switches(own_name(theory)) for theory in self.plan.theories]
        return tuple(name for name in MECHANISMS if any(getattr(each, name) for each in on))

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """Every world in which the branches are compared, each once; the full one first."""
        wanted = [FULL, *self.knockouts, *coalitions(self.groups)]
        return tuple(dict.fromkeys(wanted))

    @property
    def knockouts(self) -> list[Setting]:
        """The world without each of the mechanisms."""
        return [Setting(off=frozenset({name})) for name in self.mechanisms]

    @cached_property
    def known(self) -> dict[str, results.OutcomeLabel]:
        """All outcomes are kept, so that more can be asked later."""
        return summaries(self.plan.opened)

    def identity(self) -> dict[str, Any]:
        """What results must have in common to belong together."""
        return {
            **self.plan.identity(),
            "worlds": [[sorted(setting.off), sorted(setting.zero)] for setting in self.settings],
            "held": [list(names) for names in HELD.values()],
            "outcomes": list(self.known),
            "odds": self.rare,
        }

    def worlds(self, kept: WorldStore, outcome: str, settings: Sequence[Setting]) -> Worlds:
        """One outcome in some of the worlds."""
        place = {setting: i for i, setting in enumerate(self.settings)}
        rows = [place[setting] for setting in settings]
        values, prints = self._taken(kept, outcome, rows)
        return Worlds(values[0], values[1], prints, self.counts(kept, outcome))

    def counts(self, kept: WorldStore, outcome: str) -> bool:
        """Whether an outcome is estimated by the share of runs in which it is 1."""
        return self.known[outcome].summary.kind == "ever" and not self.by_odds(kept, outcome)

    def by_odds(self, kept: WorldStore, outcome: str) -> bool:
        """Whether an outcome is estimated by its odds: decided by its levels in the full world, in both branches."""
        if outcome not in self.rare:
            return False
        found = kept.values[:, :, 0].transpose(3, 2, 0, 1)  # outcome, branch, theory, run
        return better(found[list(self.known).index(outcome)], found[self._odds(outcome)])[1] == results.ODDS

    @cached_property
    def rare(self) -> list[str]:
        """The outcomes whose odds are kept, behind all others, in the order in which they are watched."""
        return [name for name, outcome in self.plan.scenario.outcomes.items() if outcome.odds is not None]

    def _odds(self, outcome: str) -> int:
        return len(self.known) + self.rare.index(outcome)

    def replays(self, kept: WorldStore, outcome: str, held: str) -> tuple[Replays, Floats]:
        """One outcome with a channel held, (theory, run), and 1 where any two of the histories differ."""
        rows = [0, len(self.settings) + list(HELD).index(held)]
        (a, b), prints = self._taken(kept, outcome, rows)
        flat = np.moveaxis(prints, 0, -1).reshape(*prints.shape[1:3], -1)
        return Replays(a[0], a[1], b[1], b[0]), np.asarray((flat != flat[..., :1]).any(axis=-1), np.float64)

    def _taken(
        self, kept: WorldStore, outcome: str, rows: Sequence[int]
    ) -> tuple[Floats, NDArray[np.uint64]]:
        """Values (branch, world, theory, run) and fingerprints (world, theory, run, branch)."""
        place = self._odds(outcome) if self.by_odds(kept, outcome) else list(self.known).index(outcome)
        values = kept.values[..., place][:, :, list(rows)].transpose(3, 2, 0, 1)
        return values, kept.prints[:, :, list(rows)].transpose(2, 0, 1, 3)


def summaries(opened: LoadedScenario) -> dict[str, results.OutcomeLabel]:
    """All outcomes as the analysis knows them, in the author's order."""
    return {name: label_of(opened.scenario.outcomes[name]) for name in opened.outcomes}


def question(
    opened: LoadedScenario, outcomes: Chosen, branches: Chosen, theories: Chosen, seed: int | None
) -> Question:
    """What a user asked: by default the headline outcomes, all theories, the first two branches.

    What is not said comes from the record that was opened, if one was. PowersimError for an unknown name or
    another number of branches than two.
    """
    recorded = opened.recorded
    asked = branches if branches is not None else (recorded.get("branches") or opened.branches)[:2]
    made = plan(opened, asked, theories, seed, swept="")
    if len(made.branches) != 2:
        raise ArgumentError(
            "branches",
            f"found {', '.join(made.branches)}; allowed: two, the reference first; e.g. ",
            Argument("branches", ["keep", "cancel"]),
        )
    known = summaries(opened)
    names = listed(outcomes, "outcomes") or tuple(recorded.get("outcomes") or tuple(known)[:HEADLINES])
    if not names:
        raise PowersimError(f"{opened.name}: has no outcome to explain; see `outcomes` in docs/scenario.md")
    for name in names:
        if name not in known:
            raise PowersimError(unknown_name(name, known, "outcome"))
    return Question(made, names)


def answer(
    asked: Question,
    kept: WorldStore,
    runs: int,
    *,
    threads: int | None = None,
    tick: Callable[[], None] | None = None,
) -> Progress:
    """Compute what `kept` lacks of `runs` runs, block by block. A KeyboardInterrupt ends it early."""
    progress = Progress(runs, min(kept.runs, runs))
    pool = ThreadPoolExecutor(threads or workers(), thread_name_prefix="why")

    def one(task: tuple[int, str]) -> Part:
        part = _run(asked, *task)
        if tick is not None:
            tick()
        return part

    try:
        while kept.runs < runs:
            block = range(kept.runs, min(kept.runs + BLOCK, runs))
            tasks = [(run, theory) for run in block for theory in asked.plan.theories]
            kept.add(list(pool.map(one, tasks)), len(block))
            progress.done = kept.runs
    except KeyboardInterrupt:
        progress.stopped = True
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return progress


def _run(asked: Question, run: int, theory: str) -> Part:
    """One run under one theory: both branches in every world, then replayed with channels held."""
    nowhere = np.zeros(0, np.int64)
    pair = [case._replace(snapshots=nowhere) for case in asked.plan.cases(theory, run)]
    seen: dict[tuple[object, frozenset[str]], _Pair] = {}
    found = []
    for setting in asked.settings:
        on = asked.plan.built.switches(own_name(theory), tuple(setting.off))
        key = (on, setting.zero)
        if key not in seen:
            zeros = dict.fromkeys(setting.zero, 0.0)
            cases = [case._replace(switches=on, params=case.params._replace(**zeros)) for case in pair]
            seen[key] = [_summed(asked, case, run) for case in cases]
        found.append(seen[key])
    found += _replayed(asked, pair, run)
    return Part(
        np.array([[values for values, _ in both] for both in found], np.float64),
        np.array([[mark for _, mark in both] for both in found], np.uint64),
    )


def _replayed(asked: Question, pair: Sequence[Case], run: int) -> Iterator[_Pair]:
    """Each branch again with channels held at the paths of the other, for every entry of HELD."""
    paths = [simulate(case, asked.plan.seed, run, keep=True).paths for case in pair]
    for names in HELD.values():
        yield [
            _summed(asked, case, run, Held(other, names))
            for case, other in zip(pair, reversed(paths), strict=True)
            if other is not None
        ]


def _summed(asked: Question, case: Case, run: int, held: Held | None = None) -> tuple[Floats, int]:
    """Summaries of every outcome and the odds of those that have any, and a fingerprint of all paths."""
    # the paths as results on disk have them, so that effects are those that `compare` reports
    paths = simulate(case, asked.plan.seed, run, held=held).values.astype(np.float32)
    turns, order = tuple(range(case.turns)), list(asked.plan.scenario.outcomes)
    every = asked.plan.scenario.outcomes
    values = [
        float(summarise(paths[:, order.index(name)].astype(np.float64), outcome.summary, turns))
        for name, outcome in asked.known.items()
    ]
    values += [float(paths[every[name].last, len(order) + k]) for k, name in enumerate(asked.rare)]
    digest = hashlib.blake2b(paths.tobytes(), digest_size=DIGEST).digest()
    return np.array(values), int.from_bytes(digest, "little")


def open_kept(asked: Question, folder: Path | None, *, resume: bool) -> WorldStore:
    """What is computed already in a folder of results, or nothing. StoreError when other results are there."""
    shape = (len(asked.plan.theories), len(asked.settings) + len(HELD), len(asked.known) + len(asked.rare))
    return WorldStore.prepare(
        None if folder is None else folder / NAME, asked.identity(), shape, resume=resume
    )
